"""Private networks in VPCs that exist: what is used, added, declared and refused."""

from __future__ import annotations

import re

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Match, Template

from constructs_lib import Egress, PrivateNetwork, PrivateNotebook, PrivateTrainingJobNetwork, StudioDomain, VpcOnly
from constructs_lib.patterns.existing import ExistingEndpoint
from constructs_lib.services import DYNAMODB, LOGS, S3, SAGEMAKER_API, SAGEMAKER_RUNTIME, STS
from constructs_lib.testing import findings

VPC_ID = "vpc-0123456789abcdef0"
SUBNETS = ["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb"]
TABLES = ["rtb-0aaaaaaaaaaaaaaaa", "rtb-0bbbbbbbbbbbbbbbb"]
BLOCKS = ["10.0.0.0/24", "10.0.1.0/24"]
ZONES = ["eu-west-1a", "eu-west-1b"]
ENDPOINT = "AWS::EC2::VPCEndpoint"
HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}


@pytest.fixture
def stack():
    return cdk.Stack(cdk.App(), "Stack")


def given_vpc(stack, **options):
    """A VPC by attributes, with two isolated subnets whose route tables and ranges are known."""
    facts = {
        "vpc_id": VPC_ID,
        "availability_zones": ZONES,
        "vpc_cidr_block": "10.0.0.0/16",
        "isolated_subnet_ids": SUBNETS,
        "isolated_subnet_route_table_ids": TABLES,
        "isolated_subnet_ipv4_cidr_blocks": BLOCKS,
    }
    return ec2.Vpc.from_vpc_attributes(stack, "Vpc", **{k: v for k, v in {**facts, **options}.items() if v is not None})


def from_vpc(stack, vpc=None, egress=Egress.NONE, **options):
    return PrivateNetwork.from_vpc(stack, "Network", vpc=vpc or given_vpc(stack), egress=egress, **options)


def workload(scope, network, name="Workload"):
    return ec2.SecurityGroup(scope, name, vpc=network.vpc, description=name, allow_all_outbound=False)


def declared(stack):
    return Template.from_stack(stack).to_json()["Metadata"]["SageMakerNetwork"]["vpcs"]


def refused(message, make, kind=ValueError):
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        make()


def test_nothing_is_added_that_nobody_asked_for(stack):
    """By itself it makes no resource at all."""
    from_vpc(stack, endpoints=[S3, SAGEMAKER_API])
    assert "Resources" not in Template.from_stack(stack).to_json()


def test_what_the_vpc_has_is_used(stack):
    """The workload is let out to the listed endpoints, and only the missing one is made."""
    network = from_vpc(stack, endpoints=[S3, SAGEMAKER_API])
    network.connect(workload(stack, network), S3, SAGEMAKER_API, STS)
    template = Template.from_stack(stack)
    template.resource_count_is(ENDPOINT, 1)
    template.has_resource_properties(ENDPOINT, {"SubnetIds": SUBNETS, "VpcId": VPC_ID, "PrivateDnsEnabled": True})
    template.has_resource_properties(
        "AWS::EC2::SecurityGroup",
        {
            "GroupDescription": "Workload",
            "SecurityGroupEgress": [
                {"CidrIp": "0.0.0.0/0", "Description": "HTTPS to s3", **HTTPS},
                {"CidrIp": "10.0.0.0/16", "Description": "HTTPS to AWS services", **HTTPS},
            ],
        },
    )
    assert list(network.endpoints) == [STS]
    assert list(network.existing_endpoints) == [S3, SAGEMAKER_API]


def test_an_existing_endpoint_with_known_groups(stack):
    """The workload is let out to the endpoint's group; the group itself is not changed."""
    group = ec2.SecurityGroup.from_security_group_id(stack, "Theirs", "sg-0123456789abcdef0", allow_all_outbound=False)
    network = from_vpc(stack, endpoints=[ExistingEndpoint(SAGEMAKER_API, security_groups=[group])])
    network.connect(workload(stack, network), SAGEMAKER_API)
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::EC2::SecurityGroupIngress", 0)
    template.resource_properties_count_is(
        "AWS::EC2::SecurityGroupEgress", {"DestinationSecurityGroupId": "sg-0123456789abcdef0", **HTTPS}, 1
    )


def test_without_the_vpc_s_range_the_way_to_endpoints_is_open(stack):
    """Where the range of the VPC is not known, the workload may go anywhere on TCP 443, which without a way out is the VPC."""
    network = from_vpc(stack, given_vpc(stack, vpc_cidr_block=None), endpoints=[SAGEMAKER_API])
    network.connect(workload(stack, network), SAGEMAKER_API)
    Template.from_stack(stack).has_resource_properties(
        "AWS::EC2::SecurityGroup", {"SecurityGroupEgress": [Match.object_like({"CidrIp": "0.0.0.0/0", **HTTPS})]}
    )


def test_s3_is_added_to_the_route_tables(stack):
    """A VPC without an S3 endpoint gets a gateway on the route tables of the subnets, when a workload needs it."""
    network = from_vpc(stack)
    network.connect(workload(stack, network), S3)
    Template.from_stack(stack).has_resource_properties(
        ENDPOINT, {"VpcEndpointType": "Gateway", "RouteTableIds": TABLES}
    )


def test_one_interface_for_each_zone(stack):
    """Of several subnets in one zone the first gets the endpoint's interface (SMN-EP-05)."""
    vpc = given_vpc(
        stack,
        isolated_subnet_ids=[*SUBNETS, "subnet-0cccccccccccccccc", "subnet-0dddddddddddddddd"],
        isolated_subnet_route_table_ids=TABLES * 2,
        isolated_subnet_ipv4_cidr_blocks=[*BLOCKS, "10.0.2.0/24", "10.0.3.0/24"],
    )
    network = from_vpc(stack, vpc)
    network.connect(workload(stack, network), STS)
    assert len(network.subnets) == 4
    Template.from_stack(stack).has_resource_properties(ENDPOINT, {"SubnetIds": SUBNETS})


def test_services_behind_an_existing_nat(stack):
    """With NAT declared, nothing is made, and the private subnets are taken."""
    vpc = given_vpc(
        stack,
        isolated_subnet_ids=None,
        isolated_subnet_route_table_ids=None,
        isolated_subnet_ipv4_cidr_blocks=None,
        private_subnet_ids=SUBNETS,
        private_subnet_route_table_ids=TABLES,
        private_subnet_ipv4_cidr_blocks=BLOCKS,
    )
    network = from_vpc(stack, vpc, Egress.NAT_PER_AZ)
    network.connect(workload(stack, network), S3, SAGEMAKER_API)
    assert not network.endpoints
    assert declared(stack)[VPC_ID]["subnets"][SUBNETS[0]]["egress"] == "nat"


def test_declarations(stack):
    """What no template shows stands in the template's metadata, in the public format."""
    group = ec2.SecurityGroup.from_security_group_id(stack, "Theirs", "sg-0123456789abcdef0")
    from_vpc(
        stack,
        endpoints=[
            S3,
            SAGEMAKER_API,
            ExistingEndpoint(LOGS, admits=["10.0.0.0/16", group.security_group_id], restricted_policy=True),
            ExistingEndpoint(DYNAMODB, gateway=False, private_dns=False),
        ],
        complete=True,
    )
    assert declared(stack) == {
        VPC_ID: {
            "dnsSupport": True,
            "dnsHostnames": True,
            "tenancy": "default",
            "complete": True,
            "cidrs": ["10.0.0.0/16"],
            "subnets": {
                subnet: {"egress": "none", "cidr": block, "availabilityZone": zone, "routeTable": table}
                for subnet, block, zone, table in zip(SUBNETS, BLOCKS, ZONES, TABLES, strict=True)
            },
            "endpoints": {
                "s3": {"type": "Gateway", "routeTables": TABLES, "policy": "full"},
                "sagemaker.api": {"type": "Interface", "privateDns": True, "admits": "all", "policy": "full"},
                "logs": {
                    "type": "Interface",
                    "privateDns": True,
                    "admits": ["10.0.0.0/16", "sg-0123456789abcdef0"],
                    "policy": "restricted",
                },
                "dynamodb": {"type": "Interface", "privateDns": False, "admits": "all", "policy": "full"},
            },
        }
    }


def test_declarations_by_parameter_and_export(stack):
    """Ids that come in as parameters and exports are declared by these names, items of lists by their position; what has no name is left out."""
    vpc_id = cdk.CfnParameter(stack, "VpcId", type="AWS::EC2::VPC::Id").value_as_string
    first = cdk.CfnParameter(stack, "FirstSubnet", type="AWS::EC2::Subnet::Id").value_as_string
    listed = cdk.CfnParameter(stack, "Subnets", type="List<AWS::EC2::Subnet::Id>").value_as_list
    looked_up = cdk.CustomResource(stack, "LookUp", service_token="arn:aws:lambda:eu-west-1:111122223333:function:f")
    exported = cdk.Fn.split(",", cdk.Fn.import_value("Exported"))
    subnets = [
        first,
        cdk.Fn.import_value("SecondSubnet"),
        cdk.Fn.select(0, listed),
        cdk.Fn.select(1, exported),
        looked_up.get_att_string("Subnet"),
    ]
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id=vpc_id,
        availability_zones=[f"dummy1{zone}" for zone in "abcde"],
        isolated_subnet_ids=subnets,
        isolated_subnet_route_table_ids=[cdk.CfnParameter(stack, f"R{n}").value_as_string for n in range(5)],
    )
    from_vpc(stack, vpc)
    assert declared(stack) == {
        "VpcId": {
            "dnsSupport": True,
            "dnsHostnames": True,
            "tenancy": "default",
            "complete": False,
            "subnets": {
                name: {"egress": "none", "routeTable": f"R{n}"}
                for n, name in enumerate(["FirstSubnet", "SecondSubnet", "Subnets[0]", "Exported[1]"])
            },
            "endpoints": {},
        }
    }


def test_a_vpc_of_parameters_is_judged(stack):
    """All that a notebook needs is known of a VPC whose subnets come as a list, and route tables each by a parameter."""
    listed = cdk.CfnParameter(stack, "Subnets", type="List<AWS::EC2::Subnet::Id>").value_as_list
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id=cdk.CfnParameter(stack, "VpcId", type="AWS::EC2::VPC::Id").value_as_string,
        availability_zones=ZONES,
        vpc_cidr_block="10.0.0.0/16",
        isolated_subnet_ids=[cdk.Fn.select(n, listed) for n in range(2)],
        isolated_subnet_route_table_ids=[cdk.CfnParameter(stack, f"R{n}").value_as_string for n in range(2)],
        isolated_subnet_ipv4_cidr_blocks=BLOCKS,
    )
    network = from_vpc(stack, vpc, complete=True)
    PrivateNotebook(stack, "Notebook", network=network)
    PrivateTrainingJobNetwork(stack, "Jobs", network=network, private_registry=workload(stack, network, "Registry"))
    StudioDomain(stack, "Studio", domain_name="lab", access=VpcOnly(network), user_profiles=["ana"])
    left = {
        (each.rule.id, each.verdict)
        for each in findings(stack)
        if each.severity.value != "info" or each.verdict != "violated"
    }
    assert left == set()


def test_an_endpoint_is_listed_once(stack):
    """The second would have been believed in place of the first."""
    refused(
        "endpoints has s3 twice: list each endpoint of the VPC once",
        lambda: from_vpc(stack, endpoints=[S3, ExistingEndpoint(S3, restricted_policy=True)]),
    )


def test_declarations_join_what_is_there(stack):
    """Metadata of the user's and of another network stays."""
    stack.template_options.metadata = {"Own": 1, "SageMakerNetwork": {"vpcs": {"vpc-1": {"tenancy": "default"}}}}
    from_vpc(stack)
    metadata = Template.from_stack(stack).to_json()["Metadata"]
    assert metadata["Own"] == 1
    assert sorted(metadata["SageMakerNetwork"]["vpcs"]) == [VPC_ID, "vpc-1"]


def test_a_vpc_of_the_app_needs_no_declaration(stack):
    """What the template shows itself is not declared."""
    vpc = ec2.Vpc(
        stack,
        "Vpc",
        availability_zones=[cdk.Fn.select(index, cdk.Fn.get_azs()) for index in range(2)],
        restrict_default_security_group=False,
        subnet_configuration=[ec2.SubnetConfiguration(name="A", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)],
    )
    network = from_vpc(stack, vpc)
    network.connect(workload(stack, network), SAGEMAKER_API, SAGEMAKER_RUNTIME, S3)
    template = Template.from_stack(stack)
    assert "Metadata" not in template.to_json()
    template.resource_count_is(ENDPOINT, 3)


def test_a_looked_up_vpc():
    """A VPC that was looked up brings its facts along; before the first lookup the CDK's placeholders do no harm."""
    app = cdk.App()
    stack = cdk.Stack(app, "Stack", env=cdk.Environment(account="111122223333", region="eu-west-1"))
    network = from_vpc(stack, ec2.Vpc.from_lookup(stack, "Vpc", vpc_id=VPC_ID), Egress.NAT_PER_AZ, endpoints=[S3])
    network.connect(workload(stack, network), SAGEMAKER_API)
    assert "vpc-12345" in declared(stack)


def test_flow_logs_can_be_added(stack):
    """Asked for, they are added to the VPC that exists."""
    network = from_vpc(stack, flow_logs=True)
    assert network.flow_logs is not None
    Template.from_stack(stack).has_resource_properties("AWS::EC2::FlowLog", {"ResourceId": VPC_ID})


def test_chosen_subnets(stack):
    """The subnets may be chosen, here by zone."""
    network = from_vpc(stack, subnets=ec2.SubnetSelection(availability_zones=["eu-west-1b"]))
    assert [subnet.subnet_id for subnet in network.subnets] == [SUBNETS[1]]


def test_public_subnets_are_refused(stack):
    """Workloads have no public address, so a public subnet leads nowhere."""
    vpc = given_vpc(stack, public_subnet_ids=["subnet-0cccccccccccccccc", "subnet-0dddddddddddddddd"])
    refused(
        "subnets has the public subnet Stack/Vpc/PublicSubnet1: workloads have no public address, so choose subnets without a route "
        "to an internet gateway (SMN-DOM-03, SMN-JOB-08, SMN-NB-04)",
        lambda: from_vpc(stack, vpc, subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)),
    )


def test_a_vpc_with_public_subnets_alone_is_refused(stack):
    """There is nowhere to put a workload."""
    vpc = ec2.Vpc.from_vpc_attributes(stack, "Vpc", vpc_id=VPC_ID, availability_zones=ZONES, public_subnet_ids=SUBNETS)
    refused(
        "vpc Stack/Vpc has neither private nor isolated subnets, and 2 public ones: "
        "name private subnets where the VPC is brought in, or in subnets",
        lambda: from_vpc(stack, vpc),
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"enable_dns_hostnames": False},
            (
                "vpc Stack/Vpc has enable_dns_hostnames=False and enable_dns_support=True: set both to True, "
                "without them the names of services do not lead to the endpoints (SMN-EP-03)"
            ),
        ),
        (
            {"default_instance_tenancy": ec2.DefaultInstanceTenancy.DEDICATED},
            "vpc Stack/Vpc has dedicated tenancy: training jobs and Studio take default tenancy alone (SMN-VPC-02)",
        ),
    ],
)
def test_a_vpc_of_the_app_that_does_not_suit(stack, options, message):
    """What the app itself shows to be wrong is refused at once."""
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, restrict_default_security_group=False, **options)
    refused(message, lambda: from_vpc(stack, vpc, Egress.NAT_PER_AZ))


def test_a_gateway_without_known_route_tables(stack):
    """A gateway endpoint without its route tables would do nothing, so it is refused."""
    network = from_vpc(stack, given_vpc(stack, isolated_subnet_route_table_ids=None))
    refused(
        "s3 gets a gateway endpoint, but the route tables of Stack/Vpc/IsolatedSubnet1 and Stack/Vpc/IsolatedSubnet2 are not known "
        "(SMN-S3-02): give them where the VPC is brought in, or list the endpoint in endpoints if the VPC has it already",
        lambda: network.connect(workload(stack, network), S3),
    )


def test_endpoints_that_may_not_be_added(stack):
    """In subnets that another account shares, a missing endpoint is an error that names what is there."""
    network = from_vpc(stack, endpoints=[S3, SAGEMAKER_API], adds_endpoints=False)
    network.connect(workload(stack, network), S3, SAGEMAKER_API)
    refused(
        "adds_endpoints is False, and nothing serves sts: have its endpoint made in VPC Stack/Vpc and list it in endpoints, "
        "which has s3 and sagemaker.api",
        lambda: network.connect(workload(stack, network, "Another"), STS),
    )


def test_a_second_endpoint_of_a_service(stack):
    """Two endpoints would claim the same names."""
    network = from_vpc(stack, endpoints=[SAGEMAKER_API])
    refused(
        "service is sagemaker.api: the VPC has its endpoint already, and a second one would claim the same names (SMN-EP-12)",
        lambda: network.add_endpoint(SAGEMAKER_API),
    )


def test_too_many_groups_where_the_ranges_are_not_known(stack):
    """Without the ranges there is nothing to admit in place of the groups: the message has the number and the remedies."""
    network = from_vpc(stack, given_vpc(stack, isolated_subnet_ipv4_cidr_blocks=None), security_group_rule_quota=2)
    for number in range(2):
        network.connect(workload(stack, network, f"Workload{number}"), STS)
    refused(
        "security group of the interface endpoints of Stack/Network needs 3 inbound rules, 3 for groups of workloads and 0 for peers, "
        "more than security_group_rule_quota, 2, and the IPv4 ranges of Stack/Vpc/IsolatedSubnet1 and Stack/Vpc/IsolatedSubnet2 are not "
        "known, which could be admitted instead: give the ranges where the VPC is brought in, or let workloads share a group, or raise "
        "the quota of inbound rules per security group (Service Quotas, L-0EA8095F) and set security_group_rule_quota to 3 or more",
        lambda: network.connect(workload(stack, network, "Third"), STS),
    )


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (
            lambda: ExistingEndpoint(SAGEMAKER_API, gateway=True),
            ValueError,
            "gateway is True for sagemaker.api: only S3 and DynamoDB have gateway endpoints (SMN-EP-06)",
        ),
        (
            lambda: ExistingEndpoint(STS, admits=["everyone"]),
            ValueError,
            (
                "admits has 'everyone': list CIDR ranges such as '10.0.0.0/16' and ids of security groups "
                "such as 'sg-0123456789abcdef0'"
            ),
        ),
        (
            lambda: ExistingEndpoint(STS, admits=[1]),
            TypeError,
            "admits is 1: list CIDR ranges and ids of security groups",
        ),
        (
            lambda: ExistingEndpoint("sts"),
            TypeError,
            "service is 'sts': take a service of constructs_lib.services, such as services.SAGEMAKER_API",
        ),
    ],
)
def test_existing_endpoints_that_can_never_be_right(make, kind, message):
    """The message names the argument, the value and what is allowed."""
    refused(message, make, kind)


def test_a_gateway_with_groups(stack):
    """Gateway endpoints have no security groups."""
    group = ec2.SecurityGroup.from_security_group_id(stack, "Theirs", "sg-0123456789abcdef0")
    refused(
        "security_groups is given for the gateway endpoint of s3: gateway endpoints have none (SMN-EP-06)",
        lambda: ExistingEndpoint(S3, security_groups=[group]),
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"egress": "none"}, "egress is 'none': give the way out that the subnets have, a value of Egress"),
        (
            {"endpoints": ["s3"]},
            "endpoints[0] is 's3': give a service of constructs_lib.services or an ExistingEndpoint",
        ),
    ],
)
def test_arguments_of_another_type(stack, options, message):
    """Wrong types are type errors, said in the same words."""
    refused(message, lambda: from_vpc(stack, **options), TypeError)
