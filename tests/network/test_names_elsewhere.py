"""Names of services that private hosted zones or resolver rules lead elsewhere, so that neither NAT nor an endpoint of the VPC is used."""

from __future__ import annotations

import pytest

HUB = """
Hub: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.9.0.0/16, EnableDnsHostnames: true}}
HubSubnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: {Ref: Hub}, CidrBlock: 10.9.1.0/24}}
HubTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: {Ref: Hub}}}
HubAssociation:
  Type: AWS::EC2::SubnetRouteTableAssociation
  Properties: {SubnetId: {Ref: HubSubnet}, RouteTableId: {Ref: HubTable}}
HubGroup:
  Type: AWS::EC2::SecurityGroup
  Properties:
    VpcId: {Ref: Hub}
    GroupDescription: endpoints
    SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8}]
HubKms:
  Type: AWS::EC2::VPCEndpoint
  Properties:
    VpcId: {Ref: Hub}
    ServiceName: com.amazonaws.eu-west-1.kms
    VpcEndpointType: Interface
    SubnetIds: [{Ref: HubSubnet}]
    SecurityGroupIds: [{Ref: HubGroup}]
Zone:
  Type: AWS::Route53::HostedZone
  Properties: {Name: kms.eu-west-1.amazonaws.com, VPCs: [{VPCId: {Ref: Vpc}, VPCRegion: eu-west-1}]}
Alias:
  Type: AWS::Route53::RecordSet
  Properties:
    HostedZoneId: {Ref: Zone}
    Name: kms.eu-west-1.amazonaws.com
    Type: A
    AliasTarget: {DNSName: {"Fn::Select": [0, {"Fn::GetAtt": [HubKms, DnsEntries]}]}, HostedZoneId: Z1}
"""
PEERING = """
Pcx: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: {Ref: Vpc}, PeerVpcId: {Ref: Hub}}}
There:
  Type: AWS::EC2::Route
  Properties: {RouteTableId: {Ref: PrivateTable}, DestinationCidrBlock: 10.9.0.0/16, VpcPeeringConnectionId: {Ref: Pcx}}
Back:
  Type: AWS::EC2::Route
  Properties: {RouteTableId: {Ref: HubTable}, DestinationCidrBlock: 10.0.0.0/16, VpcPeeringConnectionId: {Ref: Pcx}}
"""
TRANSIT = """
Transit: {Type: AWS::EC2::Route, Properties: {RouteTableId: {Ref: PrivateTable}, DestinationCidrBlock: 10.0.0.0/8, TransitGatewayId: tgw-1}}
PrivateRoute: null
"""
RULE = """
Association: {Type: AWS::Route53Resolver::ResolverRuleAssociation, Properties: {VPCId: {Ref: Vpc}, ResolverRuleId: {Ref: Rule}}}
Rule: {Type: AWS::Route53Resolver::ResolverRule, Properties: {DomainName: DOMAIN, RuleType: FORWARD, TargetIps: [{Ip: 10.9.0.2}]}}
"""
GROUPED = """
{PrivateRoute: null, Sts.PrivateDnsEnabled: false,
 Zone: {Type: AWS::Route53::HostedZone, Properties: {Name: sts.eu-west-1.amazonaws.com., VPCs: [{VPCId: {Ref: Vpc}}]}},
 Group: {Type: AWS::Route53::RecordSetGroup, Properties: {HOLDER, RecordSets: [{Name: sts.eu-west-1.amazonaws.com, Type: A,
  AliasTarget: {DNSName: {"Fn::Select": [0, {"Fn::GetAtt": [Sts, DnsEntries]}]}, HostedZoneId: Z1}}]}}}
"""

CASES = [
    ("an endpoint of a peered VPC serves what a zone leads to it", HUB + PEERING, "kms", "reachable vpce-interface"),
    ("no other way is taken, though NAT would work", HUB, "kms", "blocked nat route"),
    ("the routes to it may leave the templates", HUB + TRANSIT, "kms", "unverified tgw"),
    (
        "and its groups decide as everywhere",
        HUB + PEERING + "HubGroup.SecurityGroupIngress: []",
        "kms",
        "blocked vpce-interface endpoint_sg",
    ),
    ("other services go where they went", HUB + PEERING, "sns", "reachable nat"),
    (
        "a zone needs DNS host names in the VPC",
        HUB + PEERING + "Vpc.EnableDnsHostnames: false",
        "kms",
        "reachable nat",
    ),
    (
        "plain addresses of a record are not followed",
        HUB + "Alias.AliasTarget: null\nAlias.ResourceRecords: [10.50.0.9]",
        "kms",
        "unverified unknown",
    ),
    ("nor is a zone known without its records", HUB + "Alias: null", "kms", "unverified unknown"),
    ("a zone whose name is a parameter is for others", HUB + "Zone.Name: {Ref: Elsewhere}", "kms", "reachable nat"),
    ("forwarded names come back from elsewhere", RULE.replace("DOMAIN", "amazonaws.com"), "kms", "unverified unknown"),
    (
        "which may be an endpoint that no route of the templates names",
        RULE.replace("DOMAIN", "kms.eu-west-1.amazonaws.com") + "PrivateRoute: null",
        "kms",
        "unverified unknown",
    ),
    ("names of others are forwarded for others", RULE.replace("DOMAIN", "corp.example.com"), "kms", "reachable nat"),
    (
        "a rule may take names back",
        RULE.replace("DOMAIN", "amazonaws.com") + "Rule.RuleType: SYSTEM",
        "kms",
        "reachable nat",
    ),
    (
        "the zone of an endpoint is nearer than a rule for all names",
        RULE.replace("DOMAIN", "amazonaws.com"),
        "sts",
        "reachable vpce-interface",
    ),
    (
        "records may stand in a group",
        GROUPED.replace("HOLDER", "HostedZoneId: {Ref: Zone}"),
        "sts",
        "reachable vpce-interface",
    ),
    (
        "and name their zone",
        GROUPED.replace("HOLDER", "HostedZoneName: sts.eu-west-1.amazonaws.com."),
        "sts",
        "reachable vpce-interface",
    ),
]


@pytest.mark.parametrize(
    ("changes", "destination", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_where_names_lead(asker, changes, destination, expected):
    """What a name resolves to inside the VPC decides which way the traffic takes."""
    path = asker.reach(changes, "Notebook", destination)
    assert " ".join(filter(None, [path.verdict, path.via, path.blocked_by])) == expected, path.why


def test_what_is_not_known_of_a_name_is_said(asker):
    """The zone or the rule is named, and what would make the answer certain."""
    path = asker.reach(RULE.replace("DOMAIN", "amazonaws.com"), "Notebook", "kms")
    assert path.why == (
        "not in the templates: where kms is: resolver rule Rule forwards the names of amazonaws.com to other DNS servers"
    )
    assert path.declare == (
        "give the VPC an endpoint for kms with private DNS, or a private hosted zone with a record that leads to one"
    )


def test_the_hops_name_the_endpoint_of_the_other_vpc(asker):
    """The way leads over the peering connection to the endpoint and its group."""
    path = asker.reach(HUB + PEERING, "Notebook", "kms")
    assert [(hop.kind, hop.id) for hop in path.hops][-6:] == [
        ("security-group", "WorkGroup"),
        ("network-acl", "default network ACL of Vpc"),
        ("gateway", "Pcx"),
        ("network-acl", "default network ACL of Hub"),
        ("endpoint", "HubKms"),
        ("endpoint-group", "HubGroup"),
    ]


@pytest.mark.parametrize("rule", ["rslvr-rr-1", {"Ref": "Elsewhere"}])
def test_a_rule_that_is_not_in_the_templates_is_assumed_to_be_for_other_names(asker, rule):
    """Nothing is blocked or left open for it, but the answer says what it rests on."""
    association = {
        "Type": "AWS::Route53Resolver::ResolverRuleAssociation",
        "Properties": {"VPCId": {"Ref": "Vpc"}, "ResolverRuleId": rule},
    }
    path = asker.reach({"Association": association}, "Notebook", "kms")
    assert path.reachable
    assert len(path.assumptions) == 1
    assert path.assumptions[0].endswith("forwards no names of kms")
