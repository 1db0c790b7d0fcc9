"""The private network: its VPC, endpoints, security groups and flow logs, and what it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk.assertions import Match, Template

from constructs_lib import Egress, PrivateNetwork
from constructs_lib.patterns.flow_logs import FlowLogs
from constructs_lib.services import DYNAMODB, LOGS, NOTEBOOK, S3, SAGEMAKER_API, STS, STUDIO

GROUP = "AWS::EC2::SecurityGroup"
INGRESS = "AWS::EC2::SecurityGroupIngress"
EGRESS = "AWS::EC2::SecurityGroupEgress"
ENDPOINT = "AWS::EC2::VPCEndpoint"
HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}


@pytest.fixture
def stack():
    return cdk.Stack(cdk.App(), "Stack")


def workload(scope, network, name="Workload", **options):
    options = {"allow_all_outbound": False, "description": name, **options}
    return ec2.SecurityGroup(scope, name, vpc=network.vpc, **options)


def endpoints_of(stack):
    """Properties of the endpoints by the end of their service's name."""
    found = Template.from_stack(stack).find_resources(ENDPOINT).values()
    return {_service(each["Properties"]): each["Properties"] for each in found}


def _service(properties):
    name = properties["ServiceName"]
    return name if isinstance(name, str) else name["Fn::Join"][1][-1].removeprefix(".")


def refused(message, make, kind=ValueError):
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        make()


def test_vpc(stack):
    """DNS is on, tenancy is the default one, and there are two private subnets in the first zones of the account."""
    PrivateNetwork(stack, "Network")
    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::EC2::VPC",
        {
            "CidrBlock": "10.0.0.0/16",
            "EnableDnsHostnames": True,
            "EnableDnsSupport": True,
            "InstanceTenancy": "default",
        },
    )
    subnets = template.find_resources("AWS::EC2::Subnet").values()
    assert [subnet["Properties"]["AvailabilityZone"] for subnet in subnets] == [
        {"Fn::Select": [0, {"Fn::GetAZs": ""}]},
        {"Fn::Select": [1, {"Fn::GetAZs": ""}]},
    ]


@pytest.mark.parametrize(
    ("cidr", "zones", "blocks"),
    [
        ("10.0.0.0/16", 2, ["10.0.0.0/19", "10.0.32.0/19"]),
        ("10.0.0.0/16", 4, ["10.0.0.0/19", "10.0.32.0/19", "10.0.64.0/19", "10.0.96.0/19"]),
        ("10.0.0.0/16", 5, ["10.0.0.0/20", "10.0.16.0/20", "10.0.32.0/20", "10.0.48.0/20", "10.0.64.0/20"]),
        ("192.168.0.0/25", 2, ["192.168.0.0/28", "192.168.0.16/28"]),
    ],
)
def test_ranges(stack, cidr, zones, blocks):
    """Zones up to four are added without moving a subnet, and half of the VPC stays free."""
    PrivateNetwork(stack, "Network", cidr=cidr, availability_zones=zones)
    subnets = Template.from_stack(stack).find_resources("AWS::EC2::Subnet").values()
    assert [subnet["Properties"]["CidrBlock"] for subnet in subnets] == blocks


def test_named_zones():
    """Zones may be named, where the region is known."""
    stack = cdk.Stack(cdk.App(), "Stack", env=cdk.Environment(account="111122223333", region="eu-west-1"))
    network = PrivateNetwork(stack, "Network", availability_zones=["eu-west-1b", "eu-west-1c", "eu-west-1a"])
    assert [subnet.availability_zone for subnet in network.subnets] == ["eu-west-1b", "eu-west-1c", "eu-west-1a"]


def test_counted_zones_are_the_account_s_own(stack):
    """Without a known region nothing is looked up, and with one the template is the same."""
    PrivateNetwork(stack, "Network", flow_logs=False)
    app = cdk.App()
    known = cdk.Stack(app, "Stack", env=cdk.Environment(account="111122223333", region="eu-west-1"))
    PrivateNetwork(known, "Network", flow_logs=False)
    assembly = Path(stack.node.root.synth().directory)
    assert "missing" not in json.loads((assembly / "manifest.json").read_text())
    subnets = "AWS::EC2::Subnet"
    assert Template.from_stack(stack).find_resources(subnets) == Template.from_stack(known).find_resources(subnets)


def test_s3_gateway_is_on_every_private_route_table(stack):
    """Each private subnet has a route table of its own, and the S3 gateway lists them all, whatever the way out."""
    PrivateNetwork(stack, "Network", availability_zones=3, egress=Egress.NAT_SINGLE)
    template = Template.from_stack(stack)
    private = [name for name in template.find_resources("AWS::EC2::RouteTable") if "Private" in name]
    assert len(private) == 3
    template.has_resource_properties(
        ENDPOINT, {"VpcEndpointType": "Gateway", "RouteTableIds": [{"Ref": name} for name in private]}
    )


def test_interface_endpoint(stack):
    """Private DNS is on, and there is one interface in each zone, with the network's security group."""
    network = PrivateNetwork(stack, "Network", availability_zones=3)
    network.connect(workload(stack, network), SAGEMAKER_API)
    found = endpoints_of(stack)["sagemaker.api"]
    group = stack.resolve(network.endpoint_security_group.security_group_id)
    assert found["VpcEndpointType"] == "Interface"
    assert found["PrivateDnsEnabled"] is True
    assert found["SecurityGroupIds"] == [group]
    assert found["SubnetIds"] == [stack.resolve(subnet.subnet_id) for subnet in network.subnets]


def test_each_endpoint_is_made_once(stack):
    """Two workloads that dial the same service share its endpoint."""
    network = PrivateNetwork(stack, "Network")
    for name in ("One", "Two"):
        network.connect(workload(stack, network, name), SAGEMAKER_API, S3, STS)
    assert sorted(endpoints_of(stack)) == ["s3", "sagemaker.api", "sts"]


def test_only_the_groups_of_workloads_are_admitted(stack):
    """The endpoints' group has a rule for each workload's group and no other; the workload may go there, and to S3's public addresses."""
    network = PrivateNetwork(stack, "Network")
    group = workload(stack, network)
    network.connect(group, SAGEMAKER_API, S3)
    template = Template.from_stack(stack)
    theirs, ours = (
        stack.resolve(network.endpoint_security_group.security_group_id),
        stack.resolve(group.security_group_id),
    )
    template.resource_properties_count_is(INGRESS, {"GroupId": theirs, "SourceSecurityGroupId": ours, **HTTPS}, 1)
    template.resource_count_is(INGRESS, 1)
    template.has_resource_properties(EGRESS, {"GroupId": ours, "DestinationSecurityGroupId": theirs, **HTTPS})
    template.has_resource_properties(
        GROUP,
        {
            "GroupDescription": "Workload",
            "SecurityGroupEgress": [{"CidrIp": "0.0.0.0/0", "Description": "HTTPS to s3", **HTTPS}],
        },
    )
    template.has_resource_properties(
        GROUP,
        {
            "GroupDescription": "Interface endpoints: HTTPS from the workloads of the network",
            "SecurityGroupIngress": Match.absent(),
            "SecurityGroupEgress": [Match.object_like({"CidrIp": "255.255.255.255/32"})],
        },
    )


def test_s3_by_its_prefix_list(stack):
    """With the prefix list of S3, a workload without a way out may go to S3 and to no other address."""
    network = PrivateNetwork(stack, "Network", s3_prefix_list="pl-0123456789abcdef0")
    network.connect(workload(stack, network), S3)
    template = Template.from_stack(stack)
    template.resource_count_is(EGRESS, 1)
    template.has_resource_properties(
        EGRESS, {"DestinationPrefixListId": "pl-0123456789abcdef0", "Description": "HTTPS to s3", **HTTPS}
    )
    template.has_resource_properties(GROUP, {"GroupDescription": "Workload", "SecurityGroupEgress": Match.absent()})


def test_a_group_that_lets_out_everything_gets_no_rule(stack):
    """No rule is added beside one that allows everything, about which the CDK would warn."""
    network = PrivateNetwork(stack, "Network")
    network.connect(workload(stack, network, allow_all_outbound=True), SAGEMAKER_API, S3)
    template = Template.from_stack(stack)
    template.resource_count_is(EGRESS, 0)
    template.resource_count_is(INGRESS, 1)


def test_endpoints_that_were_asked_for_are_made_with_nat_too(stack):
    """Services in ``endpoints`` get theirs in any case, and then workloads use it, because its private DNS takes over."""
    network = PrivateNetwork(stack, "Network", egress=Egress.NAT_SINGLE, endpoints=[SAGEMAKER_API])
    network.connect(workload(stack, network), SAGEMAKER_API, STS)
    assert sorted(endpoints_of(stack)) == ["s3", "sagemaker.api"]
    Template.from_stack(stack).resource_count_is(INGRESS, 1)


def test_endpoints_beside_nat_admit_every_workload(stack):
    """With a way out code may dial any service, and names lead to the endpoints that there are; nobody has to know which."""
    network = PrivateNetwork(stack, "Network", egress=Egress.NAT_SINGLE, endpoints=[STS])
    groups = [workload(stack, network, f"Workload{number}") for number in range(3)]
    network.connect(groups[0], S3)
    network.connect(groups[1], LOGS)
    network.connect(groups[2], S3, accompanied=True)
    rules = Template.from_stack(stack).find_resources("AWS::EC2::SecurityGroupIngress").values()
    admitted = [each["Properties"]["SourceSecurityGroupId"] for each in rules]
    assert admitted == [stack.resolve(group.security_group_id) for group in groups[:2]]


def test_an_endpoint_that_comes_later_admits_who_is_connected(stack):
    """A workload that reached a service by NAT is admitted by the endpoint that is made after it, whose name it asks from then on."""
    network = PrivateNetwork(stack, "Network", egress=Egress.NAT_SINGLE)
    dials = workload(stack, network, "Dials")
    network.connect(dials, STS)
    assert network.add_endpoint(STS) is network.add_endpoint(STS)
    template = Template.from_stack(stack)
    template.resource_count_is(INGRESS, 1)
    template.has_resource_properties(INGRESS, {"SourceSecurityGroupId": stack.resolve(dials.security_group_id)})


def test_dynamodb_has_a_gateway(stack):
    """DynamoDB's endpoint is a gateway, for principals of the account."""
    network = PrivateNetwork(stack, "Network")
    network.connect(workload(stack, network), DYNAMODB)
    found = endpoints_of(stack)["dynamodb"]
    assert found["VpcEndpointType"] == "Gateway"
    assert len(found["RouteTableIds"]) == 2
    assert found["PolicyDocument"]["Statement"][0]["Condition"] == {
        "StringEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}
    }


def test_allow_from(stack):
    """People on a VPN, on premises and in other groups may use the pages; nobody is admitted twice."""
    network = PrivateNetwork(stack, "Network", endpoints=[SAGEMAKER_API, NOTEBOOK])
    bastion = workload(stack, network, "Bastion")
    for peer in (ec2.Peer.ipv4("192.168.0.0/16"), ec2.Peer.ipv4("192.168.0.0/16"), bastion, bastion):
        network.allow_from(peer)
    network.allow_from(ec2.Peer.prefix_list("pl-0123456789abcdef0"), rules=10)
    template = Template.from_stack(stack)
    template.has_resource_properties(
        GROUP,
        {
            "SecurityGroupIngress": [
                {"CidrIp": "192.168.0.0/16", "Description": "HTTPS to interface endpoints", **HTTPS}
            ]
        },
    )
    template.resource_count_is(INGRESS, 2)
    template.has_resource_properties(INGRESS, {"SourcePrefixListId": "pl-0123456789abcdef0", **HTTPS})
    template.has_resource_properties(INGRESS, {"SourceSecurityGroupId": stack.resolve(bastion.security_group_id)})


def test_as_a_connectable(stack):
    """The network can stand where the CDK takes something connectable: on TCP 443 of its endpoints."""
    network = PrivateNetwork(stack, "Network")
    client = workload(stack, network, "Client")
    client.connections.allow_to_default_port(network)
    Template.from_stack(stack).has_resource_properties(
        INGRESS, {"GroupId": stack.resolve(network.endpoint_security_group.security_group_id), **HTTPS}
    )


def ingress_rules(stack, network):
    """Inbound rules of the endpoints' group: by group, and by range."""
    template = Template.from_stack(stack)
    group = stack.resolve(network.endpoint_security_group.security_group_id)
    by_group = [rule for rule in template.find_resources(INGRESS).values() if rule["Properties"]["GroupId"] == group]
    (inline,) = (
        each["Properties"].get("SecurityGroupIngress", [])
        for each in template.find_resources(GROUP).values()
        if each["Properties"]["GroupDescription"].startswith("Interface endpoints")
    )
    return len(by_group), [rule["CidrIp"] for rule in inline]


@pytest.mark.parametrize(
    ("groups", "quota", "by_group", "ranges"),
    [
        (60, 60, 60, []),
        (61, 60, 0, ["10.0.0.0/19", "10.0.32.0/19"]),
        (200, 60, 0, ["10.0.0.0/19", "10.0.32.0/19"]),
        (120, 150, 120, []),
        (3, 2, 0, ["10.0.0.0/19", "10.0.32.0/19"]),
    ],
)
def test_rules_are_counted_against_the_quota(stack, groups, quota, by_group, ranges):
    """Up to the quota each group is admitted by name; above it, the ranges of the subnets are in their place."""
    network = PrivateNetwork(
        stack, "Network", endpoints=[SAGEMAKER_API], flow_logs=False, security_group_rule_quota=quota
    )
    for number in range(groups):
        network.connect(workload(stack, network, f"Workload{number}"), SAGEMAKER_API)
    assert ingress_rules(stack, network) == (by_group, ranges)


@pytest.mark.parametrize(
    ("workloads", "by_group", "ranges"),
    [
        (3, 3, ["192.168.0.0/16", "172.16.0.0/16"]),
        (4, 0, ["192.168.0.0/16", "10.0.0.0/19", "10.0.32.0/19", "172.16.0.0/16"]),
    ],
)
def test_peers_count_too(stack, workloads, by_group, ranges):
    """Peers take rules of the quota, and stay when the ranges of the subnets come in place of the groups."""
    network = PrivateNetwork(stack, "Network", security_group_rule_quota=5)
    network.allow_from(ec2.Peer.ipv4("192.168.0.0/16"))
    for number in range(workloads):
        network.connect(workload(stack, network, f"Workload{number}"), SAGEMAKER_API)
    network.allow_from(ec2.Peer.ipv4("172.16.0.0/16"))
    assert ingress_rules(stack, network) == (by_group, ranges)


def test_workloads_after_the_ranges_need_no_rule(stack):
    """Once the ranges of the subnets are admitted, further workloads take no rule."""
    network = PrivateNetwork(stack, "Network", security_group_rule_quota=2)
    for number in range(4):
        network.connect(workload(stack, network, f"Workload{number}"), STS)
    assert ingress_rules(stack, network) == (0, ["10.0.0.0/19", "10.0.32.0/19"])


def test_more_peers_than_the_quota_are_refused(stack):
    """The message has the number and the remedy."""
    network = PrivateNetwork(stack, "Network", security_group_rule_quota=3)
    network.connect(workload(stack, network), SAGEMAKER_API)
    network.allow_from(ec2.Peer.ipv4("192.168.0.0/16"))
    refused(
        "security group of the interface endpoints of Stack/Network needs 12 inbound rules, 1 for groups of workloads and 11 for peers, "
        "more than security_group_rule_quota, 3, and 2 of the subnets' ranges with the peers are more as well: let workloads share a group, "
        "or raise the quota of inbound rules per security group (Service Quotas, L-0EA8095F) and set security_group_rule_quota to 12 or more",
        lambda: network.allow_from(ec2.Peer.prefix_list("pl-0123456789abcdef0"), rules=10),
    )


def test_workloads_in_other_stacks(stack):
    """The rules stand beside the workload, so its stack depends on the network's and not the other way; nested stacks as well."""
    app = stack.node.root
    network = PrivateNetwork(stack, "Network")
    other = cdk.Stack(app, "Other")
    nested = cdk.NestedStack(other, "Nested")
    network.connect(workload(other, network, "Far"), SAGEMAKER_API)
    network.connect(workload(nested, network, "Nested"), SAGEMAKER_API)
    Template.from_stack(other).resource_count_is(INGRESS, 1)
    Template.from_stack(nested).resource_count_is(INGRESS, 1)
    Template.from_stack(stack).resource_count_is(INGRESS, 0)
    assert other.dependencies == [stack]
    assert stack.dependencies == []


def test_a_service_that_is_not_offered_in_every_zone(stack):
    """Its endpoint gets an interface in the zones named, others in all."""
    zones = ["us-east-1a", "us-east-1b", "us-east-1c"]
    network = PrivateNetwork(
        stack,
        "Network",
        availability_zones=zones,
        endpoint_zones={STUDIO: ["us-east-1c", "us-east-1a"]},
        endpoints=[SAGEMAKER_API, STUDIO, STS],
    )
    network.allow_from(ec2.Peer.ipv4("192.168.0.0/16"))
    first, second, third = (stack.resolve(subnet.subnet_id) for subnet in network.subnets)
    found = endpoints_of(stack)
    assert found["studio"]["SubnetIds"] == [first, third]
    assert found["sts"]["SubnetIds"] == [first, second, third]
    assert [network.addresses_left(subnet) for subnet in network.subnets] == [8184, 8185, 8184]


@pytest.mark.parametrize(
    ("region", "names"),
    [
        (
            "eu-west-1",
            ["com.amazonaws.eu-west-1.sagemaker.api", "com.amazonaws.eu-west-1.logs", "aws.sagemaker.eu-west-1.studio"],
        ),
        (
            "us-gov-west-1",
            [
                "com.amazonaws.us-gov-west-1.sagemaker.api",
                "com.amazonaws.us-gov-west-1.logs",
                "aws.sagemaker.us-gov-west-1.studio",
            ],
        ),
        (
            "cn-north-1",
            [
                "cn.com.amazonaws.cn-north-1.sagemaker.api",
                "com.amazonaws.cn-north-1.logs",
                "aws.sagemaker.cn-north-1.studio",
            ],
        ),
    ],
)
def test_names_of_endpoints_in_each_partition(region, names):
    """The names are those of the partition; China has another prefix for some services."""
    stack = cdk.Stack(cdk.App(), "Stack", env=cdk.Environment(account="111122223333", region=region))
    PrivateNetwork(stack, "Network", endpoints=[SAGEMAKER_API, LOGS, STUDIO]).allow_from(
        ec2.Peer.ipv4("192.168.0.0/16")
    )
    found = Template.from_stack(stack).find_resources(ENDPOINT).values()
    assert [
        each["Properties"]["ServiceName"] for each in found if each["Properties"]["VpcEndpointType"] == "Interface"
    ] == names


def test_flow_logs(stack):
    """All traffic is logged, to an encrypted log group that is kept for a year, by a role with a managed policy for that group alone."""
    network = PrivateNetwork(stack, "Network")
    template = Template.from_stack(stack)
    group, key = (
        stack.resolve(arn)
        for arn in (network.flow_logs.log_group.log_group_arn, network.flow_logs.encryption_key.key_arn)
    )
    template.has_resource_properties(
        "AWS::EC2::FlowLog", {"TrafficType": "ALL", "ResourceType": "VPC", "LogDestinationType": "cloud-watch-logs"}
    )
    template.has_resource(
        "AWS::Logs::LogGroup", {"Properties": {"KmsKeyId": key, "RetentionInDays": 365}, "DeletionPolicy": "Retain"}
    )
    template.has_resource_properties(
        "AWS::IAM::ManagedPolicy",
        {
            "PolicyDocument": {
                "Statement": [
                    {
                        "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                        "Effect": "Allow",
                        "Resource": group,
                    }
                ],
                "Version": "2012-10-17",
            }
        },
    )
    template.resource_count_is("AWS::IAM::Policy", 0)
    template.has_resource_properties("AWS::KMS::Key", {"EnableKeyRotation": True})
    (policy,) = template.find_resources("AWS::IAM::ManagedPolicy")
    template.has_resource("AWS::EC2::FlowLog", {"DependsOn": [policy]})


def test_flow_logs_as_the_user_likes_them(stack):
    """Retention and key are the user's; the key lets CloudWatch Logs use it for log groups of the account."""
    key = kms.Key(stack, "Key")
    PrivateNetwork(stack, "Network", encryption_key=key, flow_log_retention=logs.RetentionDays.TWO_YEARS)
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::KMS::Key", 1)
    template.has_resource_properties(
        "AWS::Logs::LogGroup", {"KmsKeyId": stack.resolve(key.key_arn), "RetentionInDays": 731}
    )
    template.has_resource_properties(
        "AWS::KMS::Key",
        {
            "KeyPolicy": {
                "Statement": Match.array_with(
                    [
                        Match.object_like(
                            {
                                "Principal": {"Service": "logs.amazonaws.com"},
                                "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": Match.any_value()}},
                            }
                        )
                    ]
                )
            }
        },
    )


def test_without_flow_logs(stack):
    """They can be left out, and then no key is made for them."""
    network = PrivateNetwork(stack, "Network", flow_logs=False)
    assert network.flow_logs is None
    template = Template.from_stack(stack)
    for kind in ("AWS::EC2::FlowLog", "AWS::Logs::LogGroup", "AWS::KMS::Key", "AWS::IAM::Role"):
        template.resource_count_is(kind, 0)


def test_parts_are_exposed(stack):
    """The parts that people build on are there."""
    network = PrivateNetwork(stack, "Network", endpoints=[STS])
    assert isinstance(network.vpc, ec2.Vpc)
    assert isinstance(network.flow_logs, FlowLogs)
    assert isinstance(network.endpoints[STS], ec2.InterfaceVpcEndpoint)
    assert network.egress is Egress.NONE
    assert not network.existing_endpoints
    assert len(network.subnets) == 2


_WANT_ZONES = "hosting needs subnets in two zones even for one instance (SMN-HOST-01)"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"cidr": "10.0.0.0/29"},
            "cidr is '10.0.0.0/29': a VPC takes an IPv4 range from /16 to /28, such as '10.0.0.0/16'",
        ),
        (
            {"cidr": "10.0.0.0/8"},
            "cidr is '10.0.0.0/8': a VPC takes an IPv4 range from /16 to /28, such as '10.0.0.0/16'",
        ),
        (
            {"cidr": "fd00::/56"},
            "cidr is 'fd00::/56': a VPC takes an IPv4 range from /16 to /28, such as '10.0.0.0/16'",
        ),
        (
            {"cidr": "10.0.0.1/16"},
            "cidr is '10.0.0.1/16': give an IPv4 range such as '10.0.0.0/16' (10.0.0.1/16 has host bits set)",
        ),
        (
            {"cidr": "10.0.0.0/26"},
            "cidr is '10.0.0.0/26': 2 zones leave private subnets of /29, and AWS allows none smaller than /28; give a range of /25 or larger",
        ),
        ({"availability_zones": 1}, f"availability_zones is 1: use 2 to 6; {_WANT_ZONES}"),
        ({"availability_zones": ["eu-west-1a"]}, f"availability_zones is ['eu-west-1a']: use 2 to 6; {_WANT_ZONES}"),
        (
            {"availability_zones": ["eu-west-1a", "euw1-az2"]},
            "availability_zones has 'euw1-az2': list the names of zones, such as 'eu-west-1a'; zone ids differ from names",
        ),
        (
            {"availability_zones": ["eu-west-1a", "eu-west-1a"]},
            "availability_zones is ['eu-west-1a', 'eu-west-1a']: name each zone once",
        ),
        (
            {"endpoint_zones": {STUDIO: ["us-east-1a"]}},
            (
                "endpoint_zones names zones for studio, but those of the network are known only at deployment: "
                "name them in availability_zones, or give the VPC's where it is brought in"
            ),
        ),
        (
            {"availability_zones": ["us-east-1a", "us-east-1b"], "endpoint_zones": {STUDIO: ["us-east-1c"]}},
            "endpoint_zones is ['us-east-1c'] for studio: name one or more of the network's zones, us-east-1a and us-east-1b",
        ),
        (
            {"availability_zones": ["us-east-1a", "us-east-1b"], "endpoint_zones": {STUDIO: []}},
            "endpoint_zones is [] for studio: name one or more of the network's zones, us-east-1a and us-east-1b",
        ),
        (
            {"security_group_rule_quota": 0},
            "security_group_rule_quota is 0: give the account's quota of inbound rules per security group, 1 to 1000",
        ),
        (
            {"s3_prefix_list": "s3"},
            "s3_prefix_list has 's3': give the id of the region's prefix list of S3, such as 'pl-63a5400a'",
        ),
        (
            {"trusted_accounts": ["1111"]},
            "trusted_accounts has '1111': give numbers of accounts of 12 digits, such as '111122223333'",
        ),
        (
            {"organization": "r-abcd"},
            "organization has 'r-abcd': give the id of an AWS organization, such as 'o-a1b2c3d4e5'",
        ),
        (
            {"buckets": []},
            "buckets is empty: list the buckets that workloads may reach, or leave it out for all of the account's",
        ),
        (
            {"acknowledgements": {"AwsSolutions-VPC7": "because"}},
            (
                "acknowledgements names 'AwsSolutions-VPC7', which this construct does not acknowledge (it acknowledges: "
                "HIPAA.Security-VPCDefaultSecurityGroupClosed, NIST.800.53.R5-VPCDefaultSecurityGroupClosed, "
                "PCI.DSS.321-VPCDefaultSecurityGroupClosed): remove it, or acknowledge it on the resource with "
                "cdk.Validations.of(resource).acknowledge()"
            ),
        ),
    ],
)
def test_arguments_that_can_never_be_right(stack, options, message):
    """The message names the argument, the value and what is allowed."""
    refused(message, lambda: PrivateNetwork(stack, "Network", **options))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cidr": None}, "cidr is None: give an IPv4 range such as '10.0.0.0/16'"),
        (
            {"availability_zones": "eu-west-1a"},
            "availability_zones is 'eu-west-1a': give how many, or a list of their names such as ['eu-west-1a', 'eu-west-1b']",
        ),
        (
            {"endpoint_zones": {"studio": []}},
            "endpoint_zones has the key 'studio': give a service of constructs_lib.services",
        ),
        (
            {"endpoint_policies": {"s3": None}},
            "endpoint_policies has the key 's3': give a service of constructs_lib.services",
        ),
        (
            {"trusted_accounts": "111122223333"},
            "trusted_accounts is '111122223333': give a list of accounts, such as ['111122223333']",
        ),
        (
            {"trusted_accounts": [111122223333]},
            "trusted_accounts is 111122223333: give numbers of accounts of 12 digits, such as '111122223333'",
        ),
        ({"endpoints": ["sts"]}, "endpoints[0] is 'sts': give a service of constructs_lib.services"),
        (
            {"security_group_rule_quota": "60"},
            "security_group_rule_quota is '60': give the account's quota of inbound rules per security group",
        ),
    ],
)
def test_arguments_of_another_type(stack, options, message):
    """Wrong types are type errors, said in the same words."""
    refused(message, lambda: PrivateNetwork(stack, "Network", **options), TypeError)


def test_a_range_that_is_known_only_at_deployment(stack):
    """Groups and capacity are computed from the range, so it must stand in the template."""
    parameter = cdk.CfnParameter(stack, "Range")
    refused(
        "cidr is known only at deployment: give the range itself, because security groups and capacity are computed from it",
        lambda: PrivateNetwork(stack, "Network", cidr=parameter.value_as_string),
    )


def test_connecting_what_cannot_be_connected(stack):
    """A workload without groups, something that is no service, and a peer that is neither group nor address are refused."""
    network = PrivateNetwork(stack, "Network")
    nothing = ec2.Connections()
    refused(
        f"workload {nothing!r} has no security groups: give it one, so that its traffic can be let through",
        lambda: network.connect(nothing, STS),
    )
    refused(
        "services[0] is 'sts': give a service of constructs_lib.services",
        lambda: network.connect(workload(stack, network), "sts"),
        TypeError,
    )
    refused(
        f"peer {nothing!r} has no security groups: name its addresses, such as ec2.Peer.ipv4('10.0.0.0/16')",
        lambda: network.allow_from(nothing),
    )
    refused(
        "rules is 0: a peer counts as one rule or more, a prefix list as its maximum number of entries",
        lambda: network.allow_from(ec2.Peer.ipv4("10.0.0.0/8"), rules=0),
    )
