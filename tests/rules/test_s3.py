"""The rules about the way to Amazon S3: exact messages, and the branches that their examples do not show."""

from __future__ import annotations

import pytest

EXAMPLES = [
    ("SMN-S3-02", "warning", "RouteTable2, the route table of PrivateSubnet2, is not listed"),
    ("SMN-S3-03", "warning", "PrivateDnsEnabled of endpoint S3InterfaceEndpoint is false"),
    (
        "SMN-S3-04",
        "error",
        "security group JobSecurityGroup: no outbound rule for TCP 443 to Amazon S3, which S3Endpoint leads to",
    ),
    ("SMN-S3-09", "error", "RouteTableIds is not set"),
    ("SMN-S3-10", "info", "cannot serve WorkSubnet, whose traffic reaches HubVpc from another VPC"),
]


@pytest.mark.parametrize(("rule", "severity", "message"), EXAMPLES, ids=[rule for rule, *_ in EXAMPLES])
def test_the_breaking_example_is_told_in_these_words(rule, severity, message, example, judge):
    """Each breaking example has exactly one finding, whose words are the product."""
    assert [said[:2] + said[4:] for said in judge(rule, example(rule, "breaks"))] == [("violated", severity, message)]


def properties(document, name):
    return document["Resources"][name]["Properties"]


def test_a_workload_makes_an_unlisted_table_an_error(example, judge):
    """Where it is known who cannot reach S3, the finding is an error; without workloads nobody may be harmed."""
    document = example("SMN-S3-02", "breaks")
    document["Resources"]["Model"] = {
        "Type": "AWS::SageMaker::Model",
        "Properties": {
            "VpcConfig": {"Subnets": [{"Ref": "PrivateSubnet2"}], "SecurityGroupIds": ["sg-00000000000000001"]}
        },
    }
    assert [said[1::3] for said in judge("SMN-S3-02", document)] == [
        ("error", "RouteTable2, the route table of PrivateSubnet2, is not listed")
    ]


def test_a_subnet_without_a_table_of_its_own_cannot_be_listed(example, judge):
    """CloudFormation has no name for the main route table."""
    document = example("SMN-S3-02", "keeps")
    del document["Resources"]["PrivateSubnet2RouteTableAssociation"]
    assert [said[4] for said in judge("SMN-S3-02", document)] == [
        "main route table of Vpc, the route table of PrivateSubnet2, is not listed"
    ]


def test_nobody_in_the_vpc_needs_the_endpoint(example, judge):
    """Without workloads and SageMaker endpoints the rule has nothing to say."""
    document = example("SMN-S3-02", "breaks")
    del document["Resources"]["SageMakerApiEndpoint"]
    assert judge("SMN-S3-02", document) == []


def test_private_dns_serves_only_the_inbound_resolver_by_default(example, judge):
    """Without DnsOptions the VPC itself is not served, unless a gateway endpoint stands beside it."""
    document = example("SMN-S3-03", "keeps")
    del properties(document, "S3InterfaceEndpoint")["DnsOptions"]
    assert judge("SMN-S3-03", document) == [
        (
            "violated",
            "warning",
            "S3InterfaceEndpoint",
            "DnsOptions.PrivateDnsOnlyForInboundResolverEndpoint",
            "private DNS answers only inbound resolver endpoints, and Vpc has no S3 gateway endpoint",
        )
    ]
    document["Resources"]["S3Endpoint"] = example("SMN-S3-09", "keeps")["Resources"]["S3Endpoint"]
    assert [said[0] for said in judge("SMN-S3-03", document)] == ["satisfied"]


def test_without_a_gateway_endpoint_nothing_needs_the_prefix_list(example, judge):
    """An interface endpoint has addresses of the VPC, which the restricted rule covers."""
    document = example("SMN-S3-04", "breaks")
    del document["Resources"]["S3Endpoint"]
    assert [said[0] for said in judge("SMN-S3-04", document)] == ["satisfied"]


def test_a_notebook_with_direct_internet_access_passes_the_endpoint_by(example, judge):
    """Its traffic to S3 does not leave by its security groups."""
    assert judge("SMN-S3-04", example("SMN-S3-08", "breaks")) == []


def test_separate_outbound_rules_take_the_default_away(example, judge):
    """A group with a separate outbound rule to elsewhere no longer reaches S3."""
    document = example("SMN-S3-04", "breaks")
    del properties(document, "JobSecurityGroup")["SecurityGroupEgress"]
    assert [said[0] for said in judge("SMN-S3-04", document)] == ["satisfied"]
    document["Resources"]["Egress"] = {
        "Type": "AWS::EC2::SecurityGroupEgress",
        "Properties": {"GroupId": {"Ref": "JobSecurityGroup"}, "IpProtocol": "-1", "CidrIp": "10.0.0.0/16"},
    }
    assert [said[0] for said in judge("SMN-S3-04", document)] == ["violated"]


def test_a_gateway_endpoint_for_dynamodb_needs_route_tables_too(example, judge):
    """The rule is about gateway endpoints, whatever they lead to."""
    document = example("SMN-S3-09", "breaks")
    properties(document, "S3Endpoint")["ServiceName"] = "com.amazonaws.eu-west-1.dynamodb"
    assert [said[0] for said in judge("SMN-S3-09", document)] == ["violated"]


def test_route_tables_by_parameter_are_present(example, judge):
    """A reference to a list counts as set."""
    document = example("SMN-S3-09", "breaks")
    document["Parameters"] = {"Tables": {"Type": "CommaDelimitedList"}}
    properties(document, "S3Endpoint")["RouteTableIds"] = {"Ref": "Tables"}
    assert [said[0] for said in judge("SMN-S3-09", document)] == ["satisfied"]


def test_a_peered_vpc_is_not_served_either(example, judge):
    """A default route over a peering connection leads to the other VPC, not to its gateway endpoint."""
    document = example("SMN-S3-10", "breaks")
    document["Resources"]["Peering"] = {
        "Type": "AWS::EC2::VPCPeeringConnection",
        "Properties": {"VpcId": {"Ref": "WorkVpc"}, "PeerVpcId": {"Ref": "HubVpc"}},
    }
    route = properties(document, "WorkDefaultRoute")
    del route["TransitGatewayId"]
    route["VpcPeeringConnectionId"] = {"Ref": "Peering"}
    assert [said[0] for said in judge("SMN-S3-10", document)] == ["violated"]
