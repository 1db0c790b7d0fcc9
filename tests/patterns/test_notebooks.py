"""The notebooks: what they make, what they refuse, what they acknowledge."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import cdk_nag
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from constructs_lib import Egress, NoVpcNotebook, PrivateNetwork, PrivateNotebook, VpcNotebookDirectInternet
from constructs_lib.patterns.lifecycle import MAX_BYTES
from constructs_lib.patterns.notebook_options import NotebookOptions
from constructs_lib.services import LOGS, S3, SAGEMAKER_API, SAGEMAKER_RUNTIME, STS
from constructs_lib.services import NOTEBOOK as NOTEBOOK_PAGE
from constructs_lib.testing import assert_no_findings, findings

NOTEBOOK = "AWS::SageMaker::NotebookInstance"
CONFIG = "AWS::SageMaker::NotebookInstanceLifecycleConfig"
GROUP = "AWS::EC2::SecurityGroup"
NAG_NO_DIRECT_INTERNET = [
    "AwsSolutions::AwsSolutions-SM3",
    "HIPAA.Security::HIPAA.Security-SageMakerNotebookNoDirectInternetAccess",
    "NIST.800.53.R5::NIST.800.53.R5-SageMakerNotebookNoDirectInternetAccess",
    "PCI.DSS.321::PCI.DSS.321-SageMakerNotebookNoDirectInternetAccess",
]


@pytest.fixture
def stack() -> cdk.Stack:
    return cdk.Stack(cdk.App(), "Stack")


def make_vpc(stack: cdk.Stack, construct_id: str = "Vpc") -> ec2.Vpc:
    """Two private subnets and two public ones, 10.1.0.0/16, written out by hand for speed: no NAT."""
    kinds = {"Public": ec2.SubnetType.PUBLIC, "Isolated": ec2.SubnetType.PRIVATE_ISOLATED}
    subnets = [ec2.SubnetConfiguration(name=name, subnet_type=kind, cidr_mask=24) for name, kind in kinds.items()]
    return ec2.Vpc(
        stack,
        construct_id,
        ip_addresses=ec2.IpAddresses.cidr("10.1.0.0/16"),
        max_azs=2,
        nat_gateways=0,
        subnet_configuration=subnets,
        restrict_default_security_group=False,
    )


def properties(stack: cdk.Stack, kind: str = NOTEBOOK) -> dict[str, Any]:
    (resource,) = Template.from_stack(stack).find_resources(kind).values()
    return resource["Properties"]


def script(stack: cdk.Stack, hook: str = "OnStart") -> str:
    content = properties(stack, CONFIG)[hook][0]["Content"]["Fn::Base64"]
    if isinstance(content, str):
        return content
    return "".join(each if isinstance(each, str) else json.dumps(each) for each in content["Fn::Join"][1])


def acknowledged(construct: cdk.CfnResource) -> dict[str, str]:
    key = cdk.Validations.ACKNOWLEDGED_RULES_METADATA_KEY
    return {
        rule: reason for entry in construct.node.metadata if entry.type == key for rule, reason in entry.data.items()
    }


class TestEveryNotebook:
    """What all have in common, shown on the one without a VPC."""

    def test_secure_by_default(self, stack: cdk.Stack) -> None:
        """IMDSv2, no root, a rotating key, and the platform always written out."""
        NoVpcNotebook(stack, "Notebook")
        assert properties(stack) == {
            "DirectInternetAccess": "Enabled",
            "InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": "2"},
            "InstanceType": "ml.t3.medium",
            "KmsKeyId": {"Fn::GetAtt": [only_id(stack, "AWS::KMS::Key"), "Arn"]},
            "PlatformIdentifier": "notebook-al2023-v1",
            "RoleArn": {"Fn::GetAtt": [only_id(stack, "AWS::IAM::Role"), "Arn"]},
            "RootAccess": "Disabled",
            "VolumeSizeInGB": 5,
        }
        Template.from_stack(stack).has_resource(
            "AWS::KMS::Key", {"Properties": {"EnableKeyRotation": True}, "DeletionPolicy": "Retain"}
        )

    def test_every_default_can_be_overridden(self, stack: cdk.Stack) -> None:
        """Each argument arrives at its property; nothing is made for what is given."""
        role = iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/mine")
        key = kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:eu-west-1:123456789012:key/1")
        NoVpcNotebook(
            stack,
            "Notebook",
            instance_type="ml.g5.xlarge",
            volume_size=cdk.Size.gibibytes(100),
            role=role,
            encryption_key=key,
            root_access=True,
            minimum_instance_metadata_service_version="1",
            platform_identifier="notebook-al2-v3",
            notebook_instance_name="mine",
            default_code_repository="https://github.com/aws/amazon-sagemaker-examples",
            additional_code_repositories=["one", "two", "three"],
        )
        assert properties(stack) == {
            "AdditionalCodeRepositories": ["one", "two", "three"],
            "DefaultCodeRepository": "https://github.com/aws/amazon-sagemaker-examples",
            "DirectInternetAccess": "Enabled",
            "InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": "1"},
            "InstanceType": "ml.g5.xlarge",
            "KmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/1",
            "NotebookInstanceName": "mine",
            "PlatformIdentifier": "notebook-al2-v3",
            "RoleArn": "arn:aws:iam::123456789012:role/mine",
            "RootAccess": "Enabled",
            "VolumeSizeInGB": 100,
        }
        for kind in ("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::KMS::Key"):
            Template.from_stack(stack).resource_count_is(kind, 0)

    def test_the_role_may_do_what_the_notebook_needs_and_no_more(self, stack: cdk.Stack) -> None:
        """Logs, metrics in SageMaker's namespaces and its key, in a customer-managed policy; no network interfaces
        without a VPC.
        """
        NoVpcNotebook(stack, "Notebook")
        statements = properties(stack, "AWS::IAM::ManagedPolicy")["PolicyDocument"]["Statement"]
        assert {each["Sid"]: each["Action"] for each in statements} == {
            "WriteLogs": [
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:DescribeLogStreams",
                "logs:PutLogEvents",
            ],
            "WriteMetrics": "cloudwatch:PutMetricData",
            "UseKey": [
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey",
                "kms:GenerateDataKeyWithoutPlaintext",
            ],
            "GrantKeyToServices": "kms:CreateGrant",
        }
        Template.from_stack(stack).resource_count_is("AWS::IAM::Policy", 0)

    def test_the_notebook_waits_for_its_permissions(self, stack: cdk.Stack) -> None:
        """It uses them as soon as it starts."""
        NoVpcNotebook(stack, "Notebook")
        template = Template.from_stack(stack)
        (notebook,) = template.find_resources(NOTEBOOK).values()
        assert set(template.find_resources("AWS::IAM::ManagedPolicy")) <= set(notebook["DependsOn"])

    def test_it_is_granted_like_any_principal(self, stack: cdk.Stack) -> None:
        """``bucket.grant_read(notebook)`` goes to its role."""
        notebook = NoVpcNotebook(stack, "Notebook")
        s3.Bucket(stack, "Bucket").grant_read(notebook)
        policy = properties(stack, "AWS::IAM::Policy")
        assert policy["Roles"] == [stack.resolve(notebook.role.role_name)]

    def test_outputs_say_the_name_and_how_to_open_it(self, stack: cdk.Stack) -> None:
        """What a person needs next."""
        NoVpcNotebook(stack, "Notebook")
        outputs = Template.from_stack(stack).find_outputs("*")
        (name,) = [each for key, each in outputs.items() if key.startswith("NotebookNotebookInstanceName")]
        (command,) = [each for key, each in outputs.items() if key.startswith("NotebookOpenCommand")]
        assert name["Value"]["Fn::GetAtt"][1] == "NotebookInstanceName"
        pieces = command["Value"]["Fn::Join"][1]
        assert pieces[0] == "aws sagemaker create-presigned-notebook-instance-url --notebook-instance-name "
        assert pieces[2:] == [" --region ", {"Ref": "AWS::Region"}, " --query AuthorizedUrl --output text"]

    def test_tags_and_removal_policies_behave_as_in_the_cdk(self, stack: cdk.Stack) -> None:
        """Tags reach each resource that takes them; RemovalPolicies reach the key."""
        notebook = NoVpcNotebook(stack, "Notebook", on_start_scripts=["echo"])
        cdk.Tags.of(notebook).add("team", "science")
        cdk.RemovalPolicies.of(notebook).destroy()
        template = Template.from_stack(stack)
        for kind in (NOTEBOOK, "AWS::KMS::Key", "AWS::IAM::Role"):
            template.has_resource_properties(kind, {"Tags": [{"Key": "team", "Value": "science"}]})
        template.has_resource("AWS::KMS::Key", {"DeletionPolicy": "Delete"})

    def test_an_unknown_argument_raises(self, stack: cdk.Stack) -> None:
        """A typing error does not pass for an option."""
        with pytest.raises(TypeError, match="unexpected keyword argument 'root_acess'"):
            NoVpcNotebook(stack, "Notebook", root_acess=True)


def only_id(stack: cdk.Stack, kind: str) -> str:
    (logical_id,) = Template.from_stack(stack).find_resources(kind)
    return logical_id


WRONG = [
    (
        {"instance_type": "t3.medium"},
        ValueError,
        "instance_type is 't3.medium': a notebook takes an ML instance type, such as 'ml.t3.medium'",
    ),
    (
        {"volume_size": cdk.Size.gibibytes(4)},
        ValueError,
        "volume_size is 4 GiB: a notebook's volume has 5 to 16384 whole GiB",
    ),
    (
        {"volume_size": cdk.Size.mebibytes(10_240 + 512)},
        ValueError,
        "volume_size is 10.5 GiB: a notebook's volume has 5 to 16384 whole GiB",
    ),
    ({"volume_size": 20}, TypeError, "volume_size is 20: give cdk.Size.gibibytes(20)"),
    ({"role": "arn:aws:iam::1:role/x"}, TypeError, "role is 'arn:aws:iam::1:role/x': give an iam.IRole"),
    ({"encryption_key": "alias/x"}, TypeError, "encryption_key is 'alias/x': give a kms.IKey"),
    (
        {"minimum_instance_metadata_service_version": "3"},
        ValueError,
        "minimum_instance_metadata_service_version is '3': allowed are '1', '2' (SMN-NB-13)",
    ),
    (
        {"platform_identifier": "notebook-al2023-v2"},
        ValueError,
        (
            "platform_identifier is 'notebook-al2023-v2': allowed are 'notebook-al1-v1', 'notebook-al2-v1', "
            "'notebook-al2-v2', 'notebook-al2-v3', 'notebook-al2023-v1'"
        ),
    ),
    (
        {"notebook_instance_name": "my_notebook"},
        ValueError,
        (
            "notebook_instance_name is 'my_notebook': it takes up to 63 letters, digits and hyphens, no hyphen first "
            "or last (SMN-NB-18)"
        ),
    ),
    (
        {"additional_code_repositories": ["1", "2", "3", "4"]},
        ValueError,
        "additional_code_repositories has 4 repositories: a notebook takes at most 3 beside the default one",
    ),
    (
        {"default_code_repository": "http://git.example.com/x.git"},
        ValueError,
        "code repository 'http://git.example.com/x.git' is neither an https URL nor the name of a SageMaker code repository: "
        "write it as https://git.example.com/team/project.git",
    ),
    (
        {"additional_code_repositories": "one"},
        TypeError,
        "additional_code_repositories is 'one': give a list, even of one",
    ),
    ({"on_start_scripts": "echo"}, TypeError, "on_start_scripts is 'echo': give a list, even of one"),
    ({"on_create_scripts": [" "]}, ValueError, "on_create_scripts[0] is empty: give a script, or leave it out"),
    ({"idle_shutdown": 3600}, TypeError, "idle_shutdown is 3600: give cdk.Duration.hours(1)"),
    (
        {"idle_shutdown": cdk.Duration.minutes(5)},
        ValueError,
        "idle_shutdown is 5 minutes: it takes at least 10 minutes, as the notebook is looked at every 5 minutes",
    ),
    (
        {"acknowledgements": {"SMN-NB-12": "we want root"}},
        ValueError,
        (
            "acknowledgements names 'SMN-NB-12', which this construct does not acknowledge (it acknowledges: "
            "SMN-NB-07, AwsSolutions-SM3, HIPAA.Security-SageMakerNotebookNoDirectInternetAccess, "
            "NIST.800.53.R5-SageMakerNotebookNoDirectInternetAccess, "
            "PCI.DSS.321-SageMakerNotebookNoDirectInternetAccess, SMN-NB-08, AwsSolutions-SM1, AwsSolutions-IAM5): "
            "remove it, or acknowledge it on the resource with cdk.Validations.of(resource).acknowledge()"
        ),
    ),
    (
        {"acknowledgements": {"SMN-NB-07": " "}},
        ValueError,
        "acknowledgements['SMN-NB-07'] is an empty reason: give a reason, or None to withdraw the acknowledgement",
    ),
]


@pytest.mark.parametrize(
    ("options", "error", "message"), WRONG, ids=lambda value: next(iter(value)) if isinstance(value, dict) else ""
)
def test_wrong_arguments_raise(stack: cdk.Stack, options: dict[str, Any], error: type[Exception], message: str) -> None:
    """The message names the argument, the value, what is allowed, and the rule where one stands behind it."""
    with pytest.raises(error) as raised:
        NoVpcNotebook(stack, "Notebook", **options)
    assert str(raised.value) == message


class TestAcknowledgements:
    """What the mode breaks by its nature, on exactly that resource."""

    def test_no_vpc_notebook(self, stack: cdk.Stack) -> None:
        """SMN-NB-07 and SMN-NB-08, and what says the same in cdk-nag."""
        notebook = NoVpcNotebook(stack, "Notebook")
        ours = ["SageMakerNetwork::SMN-NB-07", "SageMakerNetwork::SMN-NB-08"]
        found = acknowledged(notebook.notebook_instance)
        assert sorted(found) == sorted([*ours, *NAG_NO_DIRECT_INTERNET, "AwsSolutions::AwsSolutions-SM1"])
        assert all(len(reason) > 80 for reason in found.values())

    def test_direct_internet_notebook(self, stack: cdk.Stack) -> None:
        """SMN-NB-07 alone, as it has a VPC."""
        notebook = VpcNotebookDirectInternet(stack, "Notebook", vpc=make_vpc(stack))
        assert sorted(acknowledged(notebook.notebook_instance)) == sorted(
            ["SageMakerNetwork::SMN-NB-07", *NAG_NO_DIRECT_INTERNET]
        )

    def test_a_reason_can_be_replaced_or_withdrawn(self, stack: cdk.Stack) -> None:
        """By the short id or as the CDK writes it; the others stay."""
        overrides = {"SMN-NB-07": "approved in ticket 7", "AwsSolutions::AwsSolutions-SM1": None, "SMN-NB-08": None}
        found = acknowledged(NoVpcNotebook(stack, "Notebook", acknowledgements=overrides).notebook_instance)
        assert sorted(found) == sorted(["SageMakerNetwork::SMN-NB-07", *NAG_NO_DIRECT_INTERNET])
        assert found["SageMakerNetwork::SMN-NB-07"] == "approved in ticket 7"

    def test_a_withdrawn_wildcard_reason(self, stack: cdk.Stack) -> None:
        """One override speaks for all wildcards of the role's policy."""
        notebook = NoVpcNotebook(stack, "Notebook", acknowledgements={"AwsSolutions-IAM5": None})
        policy = notebook.role.node.find_child("Permissions").node.default_child
        assert isinstance(policy, cdk.CfnResource)
        assert acknowledged(policy) == {}

    def test_overriding_a_secure_default_is_not_acknowledged(self, stack: cdk.Stack) -> None:
        """Root access and IMDSv1 keep their findings."""
        notebook = NoVpcNotebook(stack, "Notebook", root_access=True, minimum_instance_metadata_service_version="1")
        assert not {"SageMakerNetwork::SMN-NB-12", "SageMakerNetwork::SMN-NB-13"} & set(
            acknowledged(notebook.notebook_instance)
        )

    @pytest.mark.parametrize(
        ("options", "severity"),
        [({}, "warning"), ({"on_premises_cidrs": ["192.168.0.0/16"]}, "info"), ({"plain": True}, "info")],
    )
    def test_what_the_vpc_offers_in_vain(self, stack: cdk.Stack, options: dict[str, Any], severity: str) -> None:
        """A gateway endpoint that the notebook goes past is a warning where nothing is routed, as SMN-NB-09 has it."""
        vpc = make_vpc(stack) if options.pop("plain", False) else PrivateNetwork(stack, "Network").vpc
        VpcNotebookDirectInternet(stack, "Notebook", vpc=vpc, **options)
        assert [(each.rule.id, each.severity.value) for each in findings(stack) if "NB" in each.rule.id] == [
            ("SMN-NB-09", severity)
        ]

    def test_a_reason_of_the_user_s_own(self, stack: cdk.Stack) -> None:
        """What depends on the VPC is acknowledged only where the user says why."""
        vpc = PrivateNetwork(stack, "Network").vpc
        reason = "public data sets alone, which no endpoint of ours has to see"
        VpcNotebookDirectInternet(stack, "Notebook", vpc=vpc, acknowledgements={"SMN-NB-09": reason})
        assert not [each for each in findings(stack) if "NB" in each.rule.id]


PACKS = [cdk_nag.AwsSolutionsChecks, cdk_nag.HIPAASecurityChecks, cdk_nag.NIST80053R5Checks, cdk_nag.PCIDSS321Checks]


@pytest.mark.parametrize(
    "env", [None, cdk.Environment(account="123456789012", region="cn-north-1")], ids=["agnostic", "china"]
)
def test_cdk_nag_finds_nothing(tmp_path: Path, env: cdk.Environment | None) -> None:
    """All four packs, over the three notebooks with their options: nothing unacknowledged, no rule that threw."""
    app = cdk.App(outdir=str(tmp_path))
    stack = cdk.Stack(app, "Stack", env=env)
    network = PrivateNetwork(stack, "Network")
    options: NotebookOptions = {"idle_shutdown": cdk.Duration.hours(1), "on_start_scripts": ["echo"]}
    NoVpcNotebook(stack, "NoVpc", **options)
    VpcNotebookDirectInternet(stack, "Direct", vpc=network.vpc, on_premises_cidrs=["192.168.0.0/16"], **options)
    PrivateNotebook(stack, "Private", network=network, private_page=True, **options)
    for pack in PACKS:
        cdk.Validations.of(app).add_plugins(pack(app))
    with contextlib.suppress(RuntimeError):  # the report names what the packs found, which says more than the exception
        app.synth()
    reports = json.loads((tmp_path / "validation-report.json").read_text())["pluginReports"]
    found = {each["pluginName"]: each["violations"] for each in reports if each["pluginName"] != "SageMakerNetwork"}
    assert found == {"AwsSolutions": [], "HIPAA.Security": [], "NIST.800.53.R5": [], "PCI.DSS.321": []}


class TestVpcNotebookDirectInternet:
    """Two interfaces: SageMaker's, and one in the VPC."""

    def test_it_sits_in_a_private_subnet_with_a_group_of_its_own(self, stack: cdk.Stack) -> None:
        """No inbound rule; outbound, what its interface carries: the VPC's range and the routed ones."""
        vpc = make_vpc(stack)
        notebook = VpcNotebookDirectInternet(
            stack, "Notebook", vpc=vpc, on_premises_cidrs=["10.0.0.0/16"], peered_cidrs=["172.20.0.0/16", "10.0.0.0/16"]
        )
        found = properties(stack)
        assert found["SubnetId"] == stack.resolve(vpc.isolated_subnets[0].subnet_id)
        assert found["SecurityGroupIds"] == [stack.resolve(notebook.security_groups[0].security_group_id)]
        assert found["DirectInternetAccess"] == "Enabled"
        group = properties(stack, GROUP)
        assert "SecurityGroupIngress" not in group
        assert [each["CidrIp"] for each in group["SecurityGroupEgress"]] == [
            stack.resolve(vpc.vpc_cidr_block),
            "10.0.0.0/16",
            "172.20.0.0/16",
        ]
        Template.from_stack(stack).resource_count_is("AWS::EC2::SecurityGroupIngress", 0)

    def test_private_subnets_with_egress_come_before_isolated_ones(self, stack: cdk.Stack) -> None:
        """The default of ``vpc_subnets``."""
        vpc = ec2.Vpc.from_vpc_attributes(
            stack,
            "Vpc",
            vpc_id="vpc-1",
            vpc_cidr_block="10.1.0.0/16",
            availability_zones=["zone"],
            private_subnet_ids=["subnet-private"],
            isolated_subnet_ids=["subnet-isolated"],
        )
        VpcNotebookDirectInternet(stack, "Notebook", vpc=vpc)
        assert properties(stack)["SubnetId"] == "subnet-private"

    def test_before_the_first_look_up_the_placeholders_of_the_cdk_do_no_harm(self) -> None:
        """They have a range that is none, and the CDK only looks a VPC up once the app was synthesized with them."""
        stack = cdk.Stack(cdk.App(), "Stack", env=cdk.Environment(account="111122223333", region="eu-west-1"))
        vpc = ec2.Vpc.from_lookup(stack, "Vpc", vpc_id="vpc-0123456789abcdef0")
        VpcNotebookDirectInternet(stack, "Notebook", vpc=vpc, on_premises_cidrs=["10.0.0.0/16"])
        assert properties(stack)["SubnetId"] == "p-12345"

    def test_subnets_and_groups_can_be_chosen(self, stack: cdk.Stack) -> None:
        """The groups given are used as they are."""
        vpc = make_vpc(stack)
        group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1")
        public = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)
        notebook = VpcNotebookDirectInternet(stack, "Notebook", vpc=vpc, vpc_subnets=public, security_groups=[group])
        found = properties(stack)
        assert found["SubnetId"] == stack.resolve(vpc.public_subnets[0].subnet_id)
        assert found["SecurityGroupIds"] == ["sg-1"]
        assert notebook.subnet.node.path == vpc.public_subnets[0].node.path
        Template.from_stack(stack).resource_count_is(GROUP, 0)

    def test_everything_can_be_let_out(self, stack: cdk.Stack) -> None:
        """``allow_all_outbound=True``."""
        VpcNotebookDirectInternet(stack, "Notebook", vpc=make_vpc(stack), allow_all_outbound=True)
        assert [each["CidrIp"] for each in properties(stack, GROUP)["SecurityGroupEgress"]] == ["0.0.0.0/0"]

    def test_its_role_manages_network_interfaces(self, stack: cdk.Stack) -> None:
        """The actions that AWS documents for a workload in a VPC."""
        VpcNotebookDirectInternet(stack, "Notebook", vpc=make_vpc(stack))
        statements = properties(stack, "AWS::IAM::ManagedPolicy")["PolicyDocument"]["Statement"]
        actions = {
            action
            for each in statements
            if each["Sid"].endswith(("Network", "Interfaces"))
            for action in each["Action"]
        }
        assert actions >= {
            "ec2:CreateNetworkInterface",
            "ec2:CreateNetworkInterfacePermission",
            "ec2:DeleteNetworkInterface",
            "ec2:DeleteNetworkInterfacePermission",
            "ec2:DescribeDhcpOptions",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
        }

    def test_it_is_connectable(self, stack: cdk.Stack) -> None:
        """Both ways: as the subject and as a peer."""
        vpc = make_vpc(stack)
        notebook = VpcNotebookDirectInternet(stack, "Notebook", vpc=vpc)
        database = ec2.SecurityGroup(stack, "Database", vpc=vpc)
        database.connections.allow_from(notebook, ec2.Port.tcp(5432))
        notebook.connections.allow_to(database, ec2.Port.tcp(3306))
        template = Template.from_stack(stack)
        source = stack.resolve(notebook.security_groups[0].security_group_id)
        for port in (5432, 3306):
            template.has_resource_properties(
                "AWS::EC2::SecurityGroupIngress", {"SourceSecurityGroupId": source, "FromPort": port}
            )

    def test_without_ranges_and_scripts_there_is_no_lifecycle_configuration(self, stack: cdk.Stack) -> None:
        """Nothing is made that nothing needs."""
        notebook = VpcNotebookDirectInternet(stack, "Notebook", vpc=make_vpc(stack))
        assert notebook.lifecycle_config is None
        Template.from_stack(stack).resource_count_is(CONFIG, 0)

    def test_scripts_stand_in_order(self, stack: cdk.Stack) -> None:
        """Routes, mounts, idle shutdown, the user's, those in the background; OnCreate is the user's alone."""
        vpc = make_vpc(stack)
        notebook = VpcNotebookDirectInternet(
            stack,
            "Notebook",
            vpc=vpc,
            on_premises_cidrs=["10.0.0.0/16"],
            idle_shutdown=cdk.Duration.hours(2),
            on_create_scripts=["echo create"],
            on_start_scripts=["echo one", "echo two"],
            background_scripts=["sleep 1000"],
        )
        notebook.mount(efs.FileSystem(stack, "Files", vpc=vpc), "/mnt/files")
        text = script(stack)
        assert re.findall(r"^add (\S+)", text, re.MULTILINE) == [
            "01-routes",
            "02-mount-1",
            "03-idle_shutdown",
            "04-on_start_scripts-1",
            "05-on_start_scripts-2",
            "06-background_scripts-1.background",
        ]
        assert text.splitlines()[:3] == ["#!/bin/bash", "# sagemaker-network: routes 10.0.0.0/16", "HOOK=OnStart"]
        assert "\nATTACHED=10.1.2.0/24\nRANGES=10.0.0.0/16\n" in text
        assert "\nIDLE_SECONDS=7200\n" in text
        create = script(stack, "OnCreate")
        assert re.findall(r"^add (\S+)", create, re.MULTILINE) == ["01-on_create_scripts-1"]
        assert "\nHOOK=OnCreate\n" in create

    def test_too_long_a_script_raises_in_the_constructor(self, stack: cdk.Stack) -> None:
        """With both numbers."""
        with pytest.raises(
            ValueError, match=rf"the OnStart script of Stack/Notebook has \d+ bytes.*so {MAX_BYTES} bytes"
        ):
            NoVpcNotebook(stack, "Notebook", on_start_scripts=["x" * MAX_BYTES])

    def test_a_mount_too_many_raises(self, stack: cdk.Stack) -> None:
        """The limit holds for what is added later, too."""
        vpc = make_vpc(stack)
        notebook = VpcNotebookDirectInternet(stack, "Notebook", vpc=vpc, on_start_scripts=["x" * (MAX_BYTES - 2000)])
        files = efs.FileSystem(stack, "Files", vpc=vpc)
        with pytest.raises(ValueError, match="the OnStart script of Stack/Notebook has"):
            notebook.mount(files, "/mnt/files")

    def test_ranges_known_only_at_deployment_are_routed(self, stack: cdk.Stack) -> None:
        """A parameter, for one."""
        parameter = cdk.CfnParameter(stack, "OnPremises")
        VpcNotebookDirectInternet(stack, "Notebook", vpc=make_vpc(stack), on_premises_cidrs=[parameter.value_as_string])
        assert '# sagemaker-network: routes {"Ref": "OnPremises"}' in script(stack)


WRONG_IN_VPC = [
    (
        {"security_groups": []},
        ValueError,
        "security_groups is empty: give 1 to 5 groups, or leave it out for a group of its own (SMN-NB-03)",
    ),
    ({"on_premises_cidrs": "10.0.0.0/16"}, TypeError, "on_premises_cidrs is '10.0.0.0/16': give a list, even of one"),
    (
        {"on_premises_cidrs": ["10.0.0.0/33"]},
        ValueError,
        (
            "on_premises_cidrs contains '10.0.0.0/33', which is not a CIDR range ('10.0.0.0/33' does not appear to be "
            "an IPv4 or IPv6 network): write it as 10.0.0.0/16"
        ),
    ),
    (
        {"on_premises_cidrs": ["10.0.0.1/16"]},
        ValueError,
        (
            "on_premises_cidrs contains '10.0.0.1/16', which is not a CIDR range (10.0.0.1/16 has host bits set): "
            "write it as 10.0.0.0/16"
        ),
    ),
    (
        {"peered_cidrs": ["0.0.0.0/0"]},
        ValueError,
        (
            "peered_cidrs contains '0.0.0.0/0', which is every address: to send all traffic through the VPC use "
            "PrivateNotebook (SMN-NB-09)"
        ),
    ),
    (
        {"peered_cidrs": ["fd00::/8"]},
        ValueError,
        "peered_cidrs contains 'fd00::/8': a notebook routes IPv4 alone, give IPv4 ranges (SMN-NB-19)",
    ),
    (
        {"on_premises_cidrs": ["169.254.0.0/16"]},
        ValueError,
        (
            "on_premises_cidrs contains '169.254.0.0/16', which holds the instance's own metadata service "
            "(169.254.0.0/16): leave that out"
        ),
    ),
    (
        {"on_premises_cidrs": ["10.1.128.0/17"]},
        ValueError,
        (
            "on_premises_cidrs contains '10.1.128.0/17', which lies within the VPC's own range 10.1.0.0/16: that goes "
            "through the VPC without a route, leave it out (SMN-NB-09)"
        ),
    ),
    (
        {
            "vpc_subnets": ec2.SubnetSelection(
                subnet_filters=[ec2.SubnetFilter.by_ids(["subnet-9"])], subnet_type=ec2.SubnetType.PUBLIC
            )
        },
        ValueError,
        (
            "vpc_subnets selects no subnet of the VPC Stack/Vpc (it has 2 public, 0 private, 2 isolated): select "
            "subnets that it has"
        ),
    ),
]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    WRONG_IN_VPC,
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_wrong_arguments_of_a_notebook_in_a_vpc_raise(
    stack: cdk.Stack, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    """Argument, value, what is allowed, rule."""
    with pytest.raises(error) as raised:
        VpcNotebookDirectInternet(stack, "Notebook", vpc=make_vpc(stack), **options)
    assert str(raised.value) == message


def test_six_groups_are_too_many(stack: cdk.Stack) -> None:
    """Five is the limit of the resource."""
    groups = [ec2.SecurityGroup.from_security_group_id(stack, f"Group{n}", f"sg-{n}") for n in range(6)]
    with pytest.raises(ValueError) as raised:
        VpcNotebookDirectInternet(stack, "Notebook", vpc=make_vpc(stack), security_groups=groups)
    assert str(raised.value) == "security_groups has 6 groups: a notebook takes at most 5 (SMN-NB-14)"


@pytest.mark.parametrize(
    ("attributes", "options", "message"),
    [
        (
            {},
            {},
            (
                "the VPC Stack/Vpc was imported without its range, which the notebook's security group lets out: "
                "import it with ec2.Vpc.from_vpc_attributes(vpc_cidr_block=...), give security_groups, or set "
                "allow_all_outbound=True"
            ),
        ),
        (
            {"vpc_cidr_block": "10.1.0.0/16"},
            {"on_premises_cidrs": ["10.0.0.0/16"]},
            (
                "the subnet Stack/Vpc/PrivateSubnet1 was imported without its range, by which the notebook finds its "
                "customer interface (SMN-NB-09): import it with "
                "ec2.Subnet.from_subnet_attributes(ipv4_cidr_block=...), or with private_subnet_ipv4_cidr_blocks of "
                "the VPC"
            ),
        ),
        (
            {"private_subnet_ids": [], "isolated_subnet_ids": [], "vpc_cidr_block": "10.1.0.0/16"},
            {},
            (
                "vpc_subnets selects no subnet of the VPC Stack/Vpc (it has 0 public, 0 private, 0 isolated): select "
                "subnets that it has"
            ),
        ),
    ],
    ids=["no range of the vpc", "no range of the subnet", "no subnet"],
)
def test_imported_networks_that_lack_a_fact_raise(stack: cdk.Stack, attributes, options, message: str) -> None:
    """The message says how to import it with the fact."""
    given = {"vpc_id": "vpc-1", "availability_zones": ["zone"], "private_subnet_ids": ["subnet-1"], **attributes}
    vpc = ec2.Vpc.from_vpc_attributes(stack, "Vpc", **{key: value for key, value in given.items() if value})
    with pytest.raises(ValueError) as raised:
        VpcNotebookDirectInternet(stack, "Notebook", vpc=vpc, **options)
    assert str(raised.value) == message


class TestBesideAPrivateNetwork:
    """A notebook with direct internet access in the VPC of a network: names of services lead it to the endpoints."""

    @pytest.mark.parametrize("order", ["endpoint first", "notebook first", "brought in later"])
    def test_the_endpoints_admit_it(self, stack: cdk.Stack, order: str) -> None:
        """In whatever order they are made."""
        if order == "brought in later":
            vpc: ec2.IVpc = make_vpc(stack)
        else:
            network = PrivateNetwork(stack, "Network")
            vpc = network.vpc
        if order == "endpoint first":
            network.add_endpoint(STS)
        notebook = VpcNotebookDirectInternet(stack, "Notebook", vpc=vpc, on_premises_cidrs=["192.168.0.0/16"])
        if order == "brought in later":
            network = PrivateNetwork.from_vpc(stack, "Network", vpc=vpc, egress=Egress.NONE)
        network.add_endpoint(STS)
        network.allow_from(notebook)  # said once more, it is no second rule
        rules = Template.from_stack(stack).find_resources("AWS::EC2::SecurityGroupIngress").values()
        (group,) = notebook.security_groups
        admitted = [each["Properties"]["SourceSecurityGroupId"] for each in rules]
        assert admitted == [stack.resolve(group.security_group_id)]
        assert_no_findings(stack, fail_on=["error", "warning"])

    def test_without_endpoints_there_is_nothing_to_admit(self, stack: cdk.Stack) -> None:
        """No group is made for endpoints that are not there."""
        network = PrivateNetwork(stack, "Network")
        VpcNotebookDirectInternet(stack, "Notebook", vpc=network.vpc)
        assert network.node.try_find_child("EndpointSecurityGroup") is None


class TestMount:
    """EFS at every start."""

    def test_nfs_is_opened_between_exactly_these_two_groups(self, stack: cdk.Stack) -> None:
        """TCP 2049 in at the file system's group from the notebook's, out at the notebook's to the file system's;
        nothing else.
        """
        vpc = make_vpc(stack)
        notebook = VpcNotebookDirectInternet(stack, "Notebook", vpc=vpc)
        files = efs.FileSystem(stack, "Files", vpc=vpc)
        notebook.mount(files, "/home/ec2-user/SageMaker/shared")
        template = Template.from_stack(stack)
        own = stack.resolve(notebook.security_groups[0].security_group_id)
        theirs = stack.resolve(files.connections.security_groups[0].security_group_id)
        port = {"IpProtocol": "tcp", "FromPort": 2049, "ToPort": 2049}
        template.resource_count_is("AWS::EC2::SecurityGroupIngress", 1)
        template.has_resource_properties(
            "AWS::EC2::SecurityGroupIngress", {**port, "GroupId": theirs, "SourceSecurityGroupId": own}
        )
        template.resource_count_is("AWS::EC2::SecurityGroupEgress", 1)
        template.has_resource_properties(
            "AWS::EC2::SecurityGroupEgress", {**port, "GroupId": own, "DestinationSecurityGroupId": theirs}
        )

    def test_the_script_names_the_file_system(self, stack: cdk.Stack) -> None:
        """By id and by its name within the VPC; reading alone where asked."""
        vpc = make_vpc(stack)
        notebook = VpcNotebookDirectInternet(stack, "Notebook", vpc=vpc)
        files = efs.FileSystem(stack, "Files", vpc=vpc)
        notebook.mount(files, "/mnt/one")
        notebook.mount(files, "/mnt/two", read_only=True)
        reference = json.dumps(stack.resolve(files.file_system_id))
        text = script(stack)
        assert f"\nFILE_SYSTEM='{reference}'\nHOST='{reference}.efs." in text
        assert "\nMOUNT_POINT=/mnt/one\nACCESS=rw\n" in text
        assert "\nMOUNT_POINT=/mnt/two\nACCESS=ro\n" in text

    def test_the_notebook_waits_for_the_mount_targets_and_rules(self, stack: cdk.Stack) -> None:
        """Its first start mounts already."""
        vpc = make_vpc(stack)
        VpcNotebookDirectInternet(stack, "Notebook", vpc=vpc).mount(efs.FileSystem(stack, "Files", vpc=vpc), "/mnt/one")
        template = Template.from_stack(stack)
        (notebook,) = template.find_resources(NOTEBOOK).values()
        for kind in ("AWS::EFS::MountTarget", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"):
            assert set(template.find_resources(kind)) <= set(notebook["DependsOn"])

    @pytest.mark.parametrize("path", ["shared", "/", "/mnt/../etc", "/mnt/a b", "/mnt/'; reboot '", "/mnt/"])
    def test_a_path_that_is_not_absolute_and_plain_raises(self, stack: cdk.Stack, path: str) -> None:
        """What is refused would end in the script."""
        vpc = make_vpc(stack)
        notebook = VpcNotebookDirectInternet(stack, "Notebook", vpc=vpc)
        files = efs.FileSystem(stack, "Files", vpc=vpc)
        with pytest.raises(ValueError) as raised:
            notebook.mount(files, path)
        assert str(raised.value) == (
            f"path is {path!r}: a mount point is an absolute path of letters, digits, '_', '-' and '.', such as "
            "'/home/ec2-user/SageMaker/shared'"
        )

    def test_a_path_that_is_taken_raises(self, stack: cdk.Stack) -> None:
        """One file system for each path."""
        vpc = make_vpc(stack)
        notebook = VpcNotebookDirectInternet(stack, "Notebook", vpc=vpc)
        files = efs.FileSystem(stack, "Files", vpc=vpc)
        notebook.mount(files, "/mnt/one")
        with pytest.raises(ValueError) as raised:
            notebook.mount(files, "/mnt/one")
        assert str(raised.value) == "path is '/mnt/one', where a file system is mounted already: give each its own"


class TestIdleShutdown:
    """Stopping through the API needs one permission, on one resource."""

    def test_its_role_may_stop_this_notebook_alone(self, stack: cdk.Stack) -> None:
        """In a policy of its own, which the notebook does not wait for."""
        notebook = NoVpcNotebook(stack, "Notebook", idle_shutdown=cdk.Duration.minutes(30))
        policies = Template.from_stack(stack).find_resources("AWS::IAM::ManagedPolicy")
        (statements,) = [
            each["Properties"]["PolicyDocument"]["Statement"] for key, each in policies.items() if "IdleShutdown" in key
        ]
        assert statements == [
            {
                "Sid": "StopWhenIdle",
                "Effect": "Allow",
                "Action": "sagemaker:StopNotebookInstance",
                "Resource": stack.resolve(notebook.notebook_instance.ref),
            }
        ]

    def test_a_role_that_is_given_is_granted_it_too(self, stack: cdk.Stack) -> None:
        """By a policy beside the notebook, so that it may stand in another stack than the role."""
        role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        NoVpcNotebook(stack, "Notebook", role=role, idle_shutdown=cdk.Duration.minutes(30))
        policy = properties(stack, "AWS::IAM::ManagedPolicy")
        assert policy["PolicyDocument"]["Statement"][0]["Action"] == "sagemaker:StopNotebookInstance"


def network_of(stack: cdk.Stack, **options: Any) -> PrivateNetwork:
    return PrivateNetwork(stack, "Network", **options)


class TestPrivateNotebook:
    """No direct internet access: everything goes through the private network."""

    def test_it_makes_its_own_network_without_a_way_out(self, stack: cdk.Stack) -> None:
        """With the endpoints that a private notebook needs and no other."""
        notebook = PrivateNotebook(stack, "Notebook")
        assert notebook.network.egress is Egress.NONE
        assert sorted(str(each) for each in notebook.network.endpoints) == ["s3", "sagemaker.api", "sagemaker.runtime"]
        found = properties(stack)
        assert found["DirectInternetAccess"] == "Disabled"
        assert found["SubnetId"] == stack.resolve(notebook.network.subnets[0].subnet_id)
        assert found["SecurityGroupIds"] == [stack.resolve(notebook.security_groups[0].security_group_id)]
        Template.from_stack(stack).resource_count_is("AWS::EC2::InternetGateway", 0)

    def test_nothing_is_acknowledged_on_it(self, stack: cdk.Stack) -> None:
        """It breaks nothing by its nature."""
        assert acknowledged(PrivateNotebook(stack, "Notebook").notebook_instance) == {}

    def test_it_is_let_out_to_the_endpoints_and_s3_alone(self, stack: cdk.Stack) -> None:
        """HTTPS to the endpoints' group and to S3's addresses behind the gateway endpoint; nobody is let in."""
        notebook = PrivateNotebook(stack, "Notebook")
        template = Template.from_stack(stack)
        own = stack.resolve(notebook.security_groups[0].security_group_id)
        endpoints = stack.resolve(notebook.network.endpoint_security_group.security_group_id)
        https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
        template.resource_count_is("AWS::EC2::SecurityGroupEgress", 1)
        template.has_resource_properties(
            "AWS::EC2::SecurityGroupEgress", {**https, "GroupId": own, "DestinationSecurityGroupId": endpoints}
        )
        template.resource_count_is("AWS::EC2::SecurityGroupIngress", 1)
        template.has_resource_properties(
            "AWS::EC2::SecurityGroupIngress", {**https, "GroupId": endpoints, "SourceSecurityGroupId": own}
        )

    def test_services_named_get_their_way_too(self, stack: cdk.Stack) -> None:
        """Each endpoint once, however many notebooks ask."""
        network = network_of(stack)
        PrivateNotebook(stack, "One", network=network, services=[STS, LOGS])
        PrivateNotebook(stack, "Two", network=network, services=[STS])
        assert sorted(str(each) for each in network.endpoints) == [
            "logs",
            "s3",
            "sagemaker.api",
            "sagemaker.runtime",
            "sts",
        ]
        Template.from_stack(stack).resource_count_is("AWS::EC2::VPCEndpoint", 5)

    def test_a_nat_gateway_serves_without_interface_endpoints(self, stack: cdk.Stack) -> None:
        """What the way out serves needs no endpoint."""
        network = network_of(stack, egress=Egress.NAT_SINGLE)
        PrivateNotebook(stack, "Notebook", network=network)
        assert [str(each) for each in network.endpoints] == ["s3"]

    def test_a_subnet_of_the_network_can_be_chosen(self, stack: cdk.Stack) -> None:
        """And no other."""
        network = network_of(stack)
        PrivateNotebook(stack, "Notebook", network=network, subnet=network.subnets[1])
        assert properties(stack)["SubnetId"] == stack.resolve(network.subnets[1].subnet_id)
        foreign = ec2.Subnet.from_subnet_id(stack, "Foreign", "subnet-1")
        with pytest.raises(ValueError) as raised:
            PrivateNotebook(stack, "Other", network=network, subnet=foreign)
        assert str(raised.value) == (
            "subnet is Stack/Foreign, which is not one of the network's: give Stack/Network/Vpc/PrivateSubnet1 and "
            "Stack/Network/Vpc/PrivateSubnet2, or leave it out for the first (SMN-NB-15)"
        )

    def test_an_http_proxy_is_set_up_on_the_notebook(self, stack: cdk.Stack) -> None:
        """Services with endpoints go direct; the script says so to those who judge the template."""
        network = network_of(stack, egress=Egress.http_proxy("http://10.9.9.9:3128", no_proxy=["git.example.com"]))
        PrivateNotebook(stack, "Notebook", network=network)
        text = script(stack)
        assert text.splitlines()[1] == "# sagemaker-network: proxy http://10.9.9.9:3128"
        assert re.findall(r"^add (\S+)", text, re.MULTILINE) == ["01-proxy"]
        (direct,) = re.findall(r"^NO_PROXY_HOSTS='(.*)'$", text, re.MULTILINE)
        region = '{"Ref": "AWS::Region"}'
        assert direct.split(",") == [
            "localhost",
            "127.0.0.1",
            "169.254.169.254",
            "169.254.170.2",
            f"s3.{region}.amazonaws.com",
            f".s3.{region}.amazonaws.com",
            f"api.sagemaker.{region}.amazonaws.com",
            f"runtime.sagemaker.{region}.amazonaws.com",
            "git.example.com",
        ]

    def test_it_waits_for_the_way_to_its_services(self, stack: cdk.Stack) -> None:
        """The scripts of its first start may use it."""
        PrivateNotebook(stack, "Notebook")
        template = Template.from_stack(stack)
        (notebook,) = template.find_resources(NOTEBOOK).values()
        assert set(template.find_resources("AWS::EC2::VPCEndpoint")) <= set(notebook["DependsOn"])

    @pytest.mark.parametrize("kind", ["AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"])
    def test_it_waits_for_the_rules_of_the_groups(self, stack: cdk.Stack, kind: str) -> None:
        """An endpoint that is there and lets nobody in is no way."""
        PrivateNotebook(stack, "Notebook")
        template = Template.from_stack(stack)
        (notebook,) = template.find_resources(NOTEBOOK).values()
        (rule,) = template.find_resources(kind)
        assert rule in notebook["DependsOn"]

    def test_it_waits_for_no_rule_that_ranges_replaced(self, stack: cdk.Stack) -> None:
        """Above the quota the network admits its subnets' ranges instead, in the group itself."""
        network = PrivateNetwork(stack, "Network", security_group_rule_quota=2)
        for number in range(3):
            PrivateNotebook(stack, f"Notebook{number}", network=network)
        template = Template.from_stack(stack).to_json()["Resources"]
        for each in template.values():
            assert set(each.get("DependsOn", ())) <= set(template)

    def test_with_nat_it_waits_for_its_own_rules_alone(self, stack: cdk.Stack) -> None:
        """Where no endpoint is made there is no group of endpoints either."""
        PrivateNotebook(stack, "Notebook", network=PrivateNetwork(stack, "Network", egress=Egress.NAT_PER_AZ))
        groups = Template.from_stack(stack).find_resources("AWS::EC2::SecurityGroup")
        assert not [name for name in groups if "Endpoint" in name]

    def test_the_page_gets_its_endpoint_where_asked(self, stack: cdk.Stack) -> None:
        """In the right name of its own partition's prefix."""
        notebook = PrivateNotebook(stack, "Notebook", private_page=True)
        assert NOTEBOOK_PAGE in notebook.network.endpoints
        names = [
            each["Properties"]["ServiceName"]
            for each in Template.from_stack(stack).find_resources("AWS::EC2::VPCEndpoint").values()
        ]
        assert {"Fn::Join": ["", ["aws.sagemaker.", {"Ref": "AWS::Region"}, ".notebook"]]} in names

    def test_it_opens_from_the_network_alone_by_default(self, stack: cdk.Stack) -> None:
        """``grant_open`` without places means the network's two endpoints, which are then made."""
        notebook = PrivateNotebook(stack, "Notebook")
        role = iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal())
        notebook.grant_open(role)
        endpoints = [notebook.network.endpoints[each] for each in (SAGEMAKER_API, NOTEBOOK_PAGE)]
        condition = properties(stack, "AWS::IAM::Policy")["PolicyDocument"]["Statement"][0]["Condition"]
        assert condition == {
            "StringEquals": {"aws:SourceVpce": [stack.resolve(each.vpc_endpoint_id) for each in endpoints]}
        }

    def test_it_opens_from_elsewhere_where_asked(self, stack: cdk.Stack) -> None:
        """Then no endpoint is made for it."""
        notebook = PrivateNotebook(stack, "Notebook")
        notebook.grant_open(
            iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal()), ip_ranges=["203.0.113.0/24"]
        )
        assert NOTEBOOK_PAGE not in notebook.network.endpoints

    def test_endpoints_that_are_only_found_have_no_id(self, stack: cdk.Stack) -> None:
        """The message says what to name instead."""
        vpc = ec2.Vpc.from_vpc_attributes(
            stack,
            "Vpc",
            vpc_id="vpc-1",
            vpc_cidr_block="10.1.0.0/16",
            availability_zones=["zone"],
            isolated_subnet_ids=["subnet-1"],
            isolated_subnet_route_table_ids=["rtb-1"],
        )
        network = PrivateNetwork.from_vpc(
            stack, "Network", vpc=vpc, egress=Egress.NONE, endpoints=[S3, SAGEMAKER_API, SAGEMAKER_RUNTIME]
        )
        notebook = PrivateNotebook(stack, "Notebook", network=network)
        with pytest.raises(ValueError) as raised:
            notebook.grant_open(iam.AccountRootPrincipal())
        assert str(raised.value) == (
            "vpc_endpoints is empty, and the network did not make its endpoint of sagemaker.api, so its id is not "
            "known: name the VPC's endpoints of sagemaker.api and notebook in vpc_endpoints, or the VPC in vpcs "
            "(SMN-IAM-01)"
        )

    def test_a_vpc_is_not_a_network(self, stack: cdk.Stack) -> None:
        """The message says what is."""
        with pytest.raises(
            TypeError, match=r"^network is .*: give a PrivateNetwork, or leave it out for one of its own$"
        ):
            PrivateNotebook(stack, "Notebook", network=make_vpc(stack))


def test_the_checks_find_nothing_in_any_notebook() -> None:
    """The library's own rules, over the three of them: no error, no warning; what the modes break by nature is
    acknowledged.
    """
    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    network = PrivateNetwork(stack, "Network")
    direct = VpcNotebookDirectInternet(stack, "Direct", vpc=network.vpc, on_premises_cidrs=["192.168.0.0/16"])
    network.connect(
        direct, SAGEMAKER_API, SAGEMAKER_RUNTIME
    )  # names of services with endpoints lead there from it, too
    NoVpcNotebook(stack, "NoVpc")
    PrivateNotebook(stack, "Private", network=network)
    assert_no_findings(stack, fail_on=("warning", "unverified"))
