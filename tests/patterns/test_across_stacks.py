"""Parts in several stacks: none comes to depend on another in a circle, wherever networks, workloads, groups, roles and file systems are made."""

from __future__ import annotations

import re

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from constructs_lib import (
    Egress,
    GuardrailForm,
    NoVpcNotebook,
    PrivateNetwork,
    PrivateNotebook,
    PrivateTrainingJobNetwork,
    SageMakerGuardrails,
    StudioDomain,
    VpcNotebookDirectInternet,
    VpcOnly,
)
from constructs_lib.services import STS

INGRESS = "AWS::EC2::SecurityGroupIngress"
EGRESS = "AWS::EC2::SecurityGroupEgress"
SAGEMAKER = iam.ServicePrincipal("sagemaker.amazonaws.com")


@pytest.fixture
def app():
    return cdk.App()


@pytest.fixture
def first(app):
    """The stack that others build on."""
    return cdk.Stack(app, "First")


@pytest.fixture
def second(app):
    return cdk.Stack(app, "Second")


def isolated_vpc(stack):
    kind = ec2.SubnetType.PRIVATE_ISOLATED
    configuration = [ec2.SubnetConfiguration(name="Isolated", subnet_type=kind)]
    return ec2.Vpc(stack, "Vpc", nat_gateways=0, subnet_configuration=configuration)


def closed_group(stack, vpc, name="Group"):
    return ec2.SecurityGroup(stack, name, vpc=vpc, description=name, allow_all_outbound=False)


def ports(stack, kind, port=443):
    """How many rules of this kind stand in the stack as resources of their own, for the port."""
    return len(Template.from_stack(stack).find_resources(kind, {"Properties": {"FromPort": port}}))


def test_workloads_of_other_stacks(app, first):
    """Notebooks, Studio and jobs share a network: their stacks depend on its, and it on none."""
    network = PrivateNetwork(first, "Network")
    stacks = [cdk.Stack(app, name) for name in ("Notebooks", "Studio", "Jobs")]
    PrivateNotebook(stacks[0], "One", network=network, private_page=True)
    PrivateNotebook(stacks[0], "Two", network=network, services=[STS])
    StudioDomain(stacks[1], "Domain", domain_name="lab", access=VpcOnly(network), user_profiles=["ana"])
    PrivateTrainingJobNetwork(stacks[2], "Jobs", network=network)
    app.synth()
    assert [stack.dependencies for stack in stacks] == [[first]] * 3
    assert first.dependencies == []


def test_a_group_of_the_vpc_s_stack(first, second):
    """A notebook beside the network, with a group that is made beside the VPC: the rules stand where the network is."""
    vpc = isolated_vpc(first)
    network = PrivateNetwork.from_vpc(second, "Network", vpc=vpc, egress=Egress.NONE)
    PrivateNotebook(second, "Notebook", network=network, security_groups=[closed_group(first, vpc)])
    assert (ports(second, INGRESS), ports(second, EGRESS)) == (1, 1)
    assert (ports(first, INGRESS), ports(first, EGRESS)) == (0, 0)
    assert first.dependencies == []


def test_a_group_of_a_third_stack(app, first, second):
    """The same with a stack for security groups alone, which knows the VPC but not the network."""
    vpc = isolated_vpc(first)
    groups = cdk.Stack(app, "Groups")
    network = PrivateNetwork.from_vpc(second, "Network", vpc=vpc, egress=Egress.NONE)
    PrivateNotebook(second, "Notebook", network=network, security_groups=[closed_group(groups, vpc)])
    assert (ports(second, INGRESS), ports(second, EGRESS)) == (1, 1)
    assert groups.dependencies == [first]


def test_people_from_the_vpc_s_stack(first, second):
    """A group that is let use the endpoints, as that of a VPN endpoint, may stand beside the VPC."""
    vpc = isolated_vpc(first)
    network = PrivateNetwork.from_vpc(second, "Network", vpc=vpc, egress=Egress.NONE)
    network.allow_from(closed_group(first, vpc))
    assert ports(second, INGRESS) == 1
    assert first.dependencies == []


def test_a_file_system_of_another_stack(first, second):
    """Both rules stand with the notebook, which depends on the file system."""
    vpc = ec2.Vpc(first, "Vpc", ip_addresses=ec2.IpAddresses.cidr("10.1.0.0/16"))
    notebook = VpcNotebookDirectInternet(second, "Notebook", vpc=vpc)
    notebook.mount(efs.FileSystem(first, "Files", vpc=vpc), "/mnt/data")
    assert (ports(second, INGRESS, 2049), ports(second, EGRESS, 2049)) == (1, 1)
    assert first.dependencies == []


def test_a_file_system_and_a_group_of_other_stacks(app, first, second):
    """Where the notebook has a group that is made beside the VPC, the rules stand with the file system."""
    vpc = ec2.Vpc(first, "Vpc", ip_addresses=ec2.IpAddresses.cidr("10.1.0.0/16"))
    files = efs.FileSystem(cdk.Stack(app, "Data"), "Files", vpc=vpc)
    group = closed_group(first, vpc)
    VpcNotebookDirectInternet(second, "Notebook", vpc=vpc, security_groups=[group]).mount(files, "/mnt/data")
    assert (ports(files.stack, INGRESS, 2049), ports(files.stack, EGRESS, 2049)) == (1, 1)
    assert (first.dependencies, files.stack.dependencies) == ([], [first])


def test_a_registry_of_another_stack(first, second):
    """Both rules stand with the jobs, which name the registry's group."""
    network = PrivateNetwork(first, "Network")
    PrivateTrainingJobNetwork(second, "Jobs", network=network, private_registry=closed_group(first, network.vpc))
    second.node.root.synth()
    assert (first.dependencies, second.dependencies) == ([], [first])


def test_a_role_and_a_key_of_another_stack(first, second):
    """The notebook may stop itself by a policy in its own stack."""
    role, key = iam.Role(first, "Role", assumed_by=SAGEMAKER), kms.Key(first, "Key")
    idle = cdk.Duration.hours(1)
    NoVpcNotebook(second, "Notebook", role=role, encryption_key=key, idle_shutdown=idle)
    network = PrivateNetwork(second, "Network", encryption_key=key)
    PrivateTrainingJobNetwork(second, "Jobs", network=network, role=role, encryption_key=key)
    access = VpcOnly(network)
    StudioDomain(
        second, "Studio", domain_name="lab", access=access, role=role, encryption_key=key, user_profiles=["ana"]
    )
    second.node.root.synth()
    assert (first.dependencies, second.dependencies) == ([], [first])


def managed_policies(stack, name):
    """The managed policies of the stack whose logical id has the name, with what they are attached to."""
    found = Template.from_stack(stack).find_resources("AWS::IAM::ManagedPolicy")
    return {
        key: [*each["Properties"].get("Roles", ()), *each["Properties"].get("Users", ())]
        for key, each in found.items()
        if name in key
    }


def people(stack, name="Scientists"):
    return iam.Role(stack, name, assumed_by=iam.AccountRootPrincipal())


def test_guardrails_for_the_jobs_role_of_another_stack(first, second):
    """The stack of the jobs names the role, so the role's does not name their policy."""
    role = iam.Role(first, "Role", assumed_by=SAGEMAKER)
    jobs = PrivateTrainingJobNetwork(second, "Jobs", role=role)
    jobs.require_for(role)
    jobs.grant_network_interfaces(role)
    second.node.root.synth()
    assert (first.dependencies, second.dependencies) == ([], [first])
    for name in ("Guardrails", "NetworkInterfaces"):
        (attached,) = managed_policies(second, name).values()
        assert len(attached) == 1


def test_guardrails_for_people_beside_the_network(app, first, second):
    """The same where the network of the jobs is made beside the people, or beside what it is made from."""
    network = PrivateNetwork.from_vpc(second, "Network", vpc=isolated_vpc(first), egress=Egress.NONE)
    jobs = PrivateTrainingJobNetwork(cdk.Stack(app, "Jobs"), "Jobs", network=network)
    jobs.require_for(people(first), people(second), iam.User(first, "User"))
    app.synth()
    assert (first.dependencies, second.dependencies) == ([], [first])
    assert [len(attached) for attached in managed_policies(cdk.Stack.of(jobs), "Guardrails").values()] == [3]


def test_guardrails_for_people_of_a_later_stack(app, first):
    """People whose stack may use that of the jobs name the policy themselves."""
    jobs = PrivateTrainingJobNetwork(first, "Jobs")
    later = cdk.Stack(app, "Later")
    scientists = people(later)
    jobs.encryption_key.grant_decrypt(scientists)
    jobs.require_for(scientists)
    app.synth()
    assert (first.dependencies, later.dependencies) == ([], [first])


def test_guardrails_after_a_stack_that_is_depended_on(app, first, second):
    """A dependency that the app states counts as well, over several stacks."""
    middle = cdk.Stack(app, "Middle")
    middle.add_stack_dependency(first)
    second.add_stack_dependency(middle)
    jobs = PrivateTrainingJobNetwork(second, "Jobs")
    jobs.require_for(people(first))
    app.synth()
    assert first.dependencies == []


def test_a_boundary_that_cannot_be(first, second):
    """A role's boundary stands in the role alone, so that of an earlier stack is refused."""
    network = PrivateNetwork(first, "Network")
    jobs = PrivateTrainingJobNetwork(second, "Jobs", network=network)
    boundary = SageMakerGuardrails(second, "Boundary", networks=[jobs], form=GuardrailForm.PERMISSIONS_BOUNDARY)
    message = (
        "role First/Scientists is in stack First, which Second with its boundary depends on, and would depend on Second in turn: "
        "make it in another stack, or use GuardrailForm.MANAGED_POLICY"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        boundary.attach_to(people(first))


def test_opening_a_notebook_with_its_own_role(first):
    """A notebook comes after the role that is given to it, so the permission to open it stands beside the role's own."""
    role = iam.Role(first, "Role", assumed_by=SAGEMAKER)
    role.add_to_policy(iam.PolicyStatement(actions=["ec2:DescribeVpcs"], resources=["*"]))
    notebook = NoVpcNotebook(first, "Notebook", role=role)
    for offices in (["203.0.113.0/24"], ["198.51.100.0/24"]):
        notebook.grant_open(role, ip_ranges=offices).assert_success()
    first.node.root.synth()
    (attached,) = managed_policies(first, "OpenPolicy").values()
    assert attached == [first.resolve(role.role_name)]


def test_opening_a_notebook_from_the_stack_of_its_network(first, second):
    """People and the network in one stack, the notebook in another: the permission stands with the notebook."""
    notebook = PrivateNotebook(second, "Notebook", network=PrivateNetwork(first, "Network"))
    for person in (people(first), iam.User(first, "User")):
        notebook.grant_open(person, ip_ranges=["203.0.113.0/24"])
    second.node.root.synth()
    assert (first.dependencies, second.dependencies) == ([], [first])
    assert len(managed_policies(second, "OpenPolicy")) == 2


def test_opening_a_notebook_from_a_later_stack(app, first):
    """Everybody else gets it in their own policy, as the CDK has it."""
    notebook = NoVpcNotebook(first, "Notebook")
    later = cdk.Stack(app, "Later")
    notebook.grant_open(people(later), ip_ranges=["203.0.113.0/24"])
    app.synth()
    assert (first.dependencies, later.dependencies) == ([], [first])
    assert managed_policies(first, "OpenPolicy") == {}


@pytest.mark.parametrize("way", ["buckets", "vpc"])
def test_a_bucket_of_a_stack_that_the_network_depends_on(first, second, way):
    """Its policy stands beside it and names the network's endpoint, so such a bucket is refused with the reason."""
    bucket = s3.Bucket(first, "Data")
    if way == "buckets":
        network = PrivateNetwork(second, "Network", buckets=[bucket])
    else:
        network = PrivateNetwork.from_vpc(second, "Network", vpc=isolated_vpc(first), egress=Egress.NONE)
    message = (
        "bucket First/Data is in stack First, which Second with the S3 endpoint depends on, and its policy would make First depend on Second "
        "in turn: make the bucket in Second or in a later stack"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        network.only_from_here(bucket)


def test_a_bucket_of_a_later_stack(first, second):
    """There it depends on the network."""
    PrivateNetwork(first, "Network").only_from_here(s3.Bucket(second, "Data"))
    second.node.root.synth()
    assert (first.dependencies, second.dependencies) == ([], [first])
