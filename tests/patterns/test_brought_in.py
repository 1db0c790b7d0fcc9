"""Security groups and roles that are brought in from elsewhere, in every construct that takes them."""

from __future__ import annotations

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Template

from constructs_lib import (
    NoVpcNotebook,
    PrivateNetwork,
    PrivateNotebook,
    PrivateTrainingJobNetwork,
    StudioDomain,
    VpcOnly,
)
from constructs_lib.services import SAGEMAKER_API

INGRESS = "AWS::EC2::SecurityGroupIngress"
EGRESS = "AWS::EC2::SecurityGroupEgress"
GROUP_ID = "sg-0123456789abcdef0"
ROLE = "arn:aws:iam::111122223333:role/team/imported"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def stack():
    return cdk.Stack(cdk.App(), "Stack", env=cdk.Environment(account="111122223333", region="eu-west-1"))


@pytest.fixture
def network(stack):
    return PrivateNetwork(stack, "Network")


def brought_in(stack, **options):
    return ec2.SecurityGroup.from_security_group_id(stack, "Group", GROUP_ID, **options)


def notebook(stack, network, group):
    PrivateNotebook(stack, "Workload", network=network, security_groups=[group])


def studio(stack, network, group):
    StudioDomain(
        stack, "Workload", domain_name="lab", access=VpcOnly(network), security_groups=[group], user_profiles=["ana"]
    )


def jobs(stack, network, group):
    network.add_endpoint(SAGEMAKER_API)
    PrivateTrainingJobNetwork(stack, "Workload", network=network, security_groups=[group], services=[SAGEMAKER_API])


@pytest.mark.parametrize("workload", [notebook, studio, jobs])
def test_groups(stack, network, workload):
    """The endpoints admit a group that is brought in as they do any other."""
    workload(stack, network, brought_in(stack))
    endpoints = stack.resolve(network.endpoint_security_group.security_group_id)
    rule = {
        "GroupId": endpoints,
        "SourceSecurityGroupId": GROUP_ID,
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
    }
    Template.from_stack(stack).has_resource_properties(INGRESS, rule)


@pytest.mark.parametrize(("options", "rules"), [({}, 0), ({"allow_all_outbound": False}, 2), ({"mutable": False}, 0)])
def test_their_own_rules(stack, network, options, rules):
    """One that is said not to let out everything gets its rules; one that may not be changed, and one that is said nothing of, none."""
    network.connect(brought_in(stack, **options), SAGEMAKER_API)
    network.connect(
        ec2.SecurityGroup.from_security_group_id(stack, "Same", "sg-0123456789abcdef1", **options), SAGEMAKER_API
    )
    Template.from_stack(stack).resource_count_is(EGRESS, rules)


def test_they_give_way_to_ranges(stack):
    """Above the quota their rules go, like those of other groups."""
    network = PrivateNetwork(stack, "Network", security_group_rule_quota=2)
    groups = [ec2.SecurityGroup.from_security_group_id(stack, f"Group{n}", f"{GROUP_ID[:-1]}{n}") for n in range(3)]
    for group in groups:
        network.connect(group, SAGEMAKER_API)
    Template.from_stack(stack).resource_count_is(INGRESS, 0)


def test_roles_and_keys(stack, network):
    """A role that is brought in gets what the construct documents, and a key that is brought in is used as it is."""
    role = iam.Role.from_role_arn(stack, "Role", ROLE)
    key = kms.Key.from_key_arn(stack, "Key", KEY)
    idle = cdk.Duration.hours(1)
    NoVpcNotebook(stack, "Notebook", role=role, encryption_key=key, idle_shutdown=idle)
    PrivateNetwork(stack, "Logged", encryption_key=key)
    network_of_jobs = PrivateTrainingJobNetwork(stack, "Jobs", network=network, role=role, encryption_key=key)
    network_of_jobs.grant_network_interfaces(role)
    template = Template.from_stack(stack)
    stop = {"PolicyDocument": {"Statement": [{"Sid": "StopWhenIdle"}]}, "Roles": ["imported"]}
    assert template.find_resources("AWS::IAM::Policy", {"Properties": stop})
    assert template.find_resources("AWS::IAM::ManagedPolicy", {"Properties": {"Roles": ["imported"]}})
    template.has_resource_properties("AWS::SageMaker::NotebookInstance", {"RoleArn": ROLE, "KmsKeyId": KEY})


def test_a_role_of_the_app_comes_with_its_policies(stack):
    """A notebook uses what its role may do while it starts: the policies of a role that is given come before it."""
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    role.add_to_policy(iam.PolicyStatement(actions=["ec2:DescribeVpcs"], resources=["*"]))
    notebook = NoVpcNotebook(stack, "Notebook", role=role, idle_shutdown=cdk.Duration.hours(1))
    template = Template.from_stack(stack).to_json()["Resources"]
    resource = template[stack.get_logical_id(notebook.notebook_instance)]
    (policy,) = (name for name, each in template.items() if each["Type"] == "AWS::IAM::Policy")
    assert policy in resource["DependsOn"]
