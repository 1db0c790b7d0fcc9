"""Networks that the templates only mention, declare or share: imports, declarations, the CDK's context, firewalls, peerings, conditions."""

from __future__ import annotations

import pytest
import yaml

from constructs_lib.assembly import from_documents
from constructs_lib.network import explain_paths, network_of

NOTEBOOK = """
Parameters:
  SubnetId: {Type: String}
  GroupId: {Type: String}
Resources:
  Notebook:
    Type: AWS::SageMaker::NotebookInstance
    Properties:
      InstanceType: ml.t3.medium
      RoleArn: arn:aws:iam::111122223333:role/r
      DirectInternetAccess: Disabled
      SubnetId: {Ref: SubnetId}
      SecurityGroupIds: [{Ref: GroupId}]
Metadata:
  SageMakerNetwork:
    vpcs:
      vpc-1:
"""
FULL = """
        cidrs: [10.0.0.0/16]
        dnsSupport: true
        dnsHostnames: true
        complete: true
        subnets: {SubnetId: {cidr: 10.0.1.0/24, routeTable: rtb-1, egress: %s, nacl: allow-all}}
        securityGroups: {GroupId: {ingress: none, egress: %s}}
        endpoints: %s
"""

# fmt: off - one row, one sentence
DECLARED = [
    ("nothing declared, nothing known", "\n        cidrs: [10.0.0.0/16]\n", "internet", "unverified unknown"),
    ("declared NAT is believed", FULL % ("nat", "all", "{}"), "internet", "reachable nat"),
    (
        "a declared internet gateway does not help a private address",
        FULL % ("internet-gateway", "all", "{}"),
        "internet",
        "blocked igw public_subnet",
    ),
    (
        "a declared transit gateway may lead anywhere",
        FULL % ("transit-gateway", "all", "{}"),
        "internet",
        "unverified tgw",
    ),
    ("a declared proxy is believed", FULL % ("proxy", "all", "{}"), "internet", "reachable proxy"),
    ("no egress is none", FULL % ("none", "all", "{}"), "internet", "blocked none route"),
    (
        "and no endpoint is none where the VPC is declared complete",
        FULL % ("none", "all", "{}"),
        "sts",
        "blocked none no_endpoint",
    ),
    (
        "but may be one where it is not",
        FULL.replace("complete: true", "complete: false") % ("none", "all", "{}"),
        "sts",
        "unverified unknown",
    ),
    (
        "NAT would serve it all the same",
        FULL.replace("complete: true", "complete: false") % ("nat", "all", "{}"),
        "sts",
        "reachable nat",
    ),
    ("a declared endpoint serves", FULL % ("none", "all", "{sts: {admits: all}}"), "sts", "reachable vpce-interface"),
    (
        "those whom it admits",
        FULL % ("none", "all", "{sts: {admits: [sg-other]}}"),
        "sts",
        "blocked vpce-interface endpoint_sg",
    ),
    (
        "be it by their range",
        FULL % ("none", "all", "{sts: {admits: [10.0.0.0/16]}}"),
        "sts",
        "reachable vpce-interface",
    ),
    ("or by their group", FULL % ("none", "all", "{sts: {admits: [GroupId]}}"), "sts", "reachable vpce-interface"),
    ("what is not said of it is not known", FULL % ("none", "all", "{sts: {}}"), "sts", "unverified vpce-interface"),
    (
        "without private DNS its names do not resolve",
        FULL % ("none", "all", "{sts: {admits: all, privateDns: false}}"),
        "sts",
        "blocked vpce-interface private_dns",
    ),
    (
        "a declared gateway endpoint serves its route tables",
        FULL % ("none", "all", "{s3: {type: Gateway, routeTables: [rtb-1]}}"),
        "s3",
        "reachable vpce-gateway",
    ),
    (
        "and no others",
        FULL % ("none", "all", "{s3: {type: Gateway, routeTables: [rtb-2]}}"),
        "s3",
        "blocked none route",
    ),
    ("the declared range is local", FULL % ("nat", "all", "{}"), "10.0.9.0/24", "reachable local"),
    ("declared groups stop", FULL % ("nat", "none", "{}"), "internet", "blocked nat security_group"),
    (
        "declared rules are read",
        FULL % ("nat", "[{protocol: tcp, from: 443, to: 443, peer: 0.0.0.0/0}]", "{}"),
        "internet",
        "reachable nat",
    ),
    (
        "declared rules of another port stop",
        FULL % ("nat", "[{protocol: tcp, from: 80, to: 80, peer: 0.0.0.0/0}]", "{}"),
        "internet",
        "blocked nat security_group",
    ),
    (
        "a group declared as self admits its members",
        (FULL % ("nat", "all", "{}")).replace("ingress: none", "ingress: self"),
        "self",
        "reachable local",
    ),
]
# fmt: on


def answer(path):
    """Verdict, way and cause in one line."""
    return " ".join(filter(None, (path.verdict, path.via, path.blocked_by)))


@pytest.mark.parametrize(("facts", "destination", "expected"), [pytest.param(*row[1:], id=row[0]) for row in DECLARED])
def test_declared_facts(asker, facts, destination, expected):
    """Facts declared under the names of the parameters are believed, and what is not declared stays open."""
    network = asker.of(NOTEBOOK + facts)
    (path,) = explain_paths(network, "Notebook", [destination])
    assert answer(path) == expected, (path.why, path.hops)
    if path.verdict == "unverified":
        assert path.declare


def test_a_declared_fact_is_said_to_be_believed(asker):
    """The answer names the declared facts that it rests on."""
    network = asker.of(NOTEBOOK + FULL % ("nat", "all", "{sts: {admits: all}}"))
    (internet,) = explain_paths(network, "Notebook", ["internet"])
    assert "declared: egress of SubnetId is 'nat'" in internet.assumptions
    (sts,) = explain_paths(network, "Notebook", ["sts"])
    assert "declared: admits of endpoint for sts in vpc-1 is 'all'" in sts.assumptions


def test_a_declaration_holds_for_the_parameter_s_default_too():
    """What is declared under a parameter's name is found where its default stands in for it."""
    document = yaml.safe_load(NOTEBOOK + FULL % ("nat", "all", "{}"))
    document["Parameters"] = {
        "SubnetId": {"Type": "String", "Default": "subnet-7"},
        "GroupId": {"Type": "String", "Default": "sg-7"},
    }
    network = network_of(from_documents({"t": document}, defaults=True).groups[0])
    (path,) = explain_paths(network, "Notebook", ["internet"])
    assert answer(path) == "reachable nat"
    assert "parameter SubnetId is 'subnet-7' (its default)" in path.assumptions


CONTEXT = {
    "vpc-provider:account=1:filter.vpc-id=vpc-1:region=eu-west-1:returnAsymmetricSubnets=true": {
        "vpcId": "vpc-1",
        "vpcCidrBlock": "10.0.0.0/16",
        "availabilityZones": [],
        "subnetGroups": [
            {
                "name": "a",
                "type": "Private",
                "subnets": [
                    {
                        "subnetId": "subnet-1",
                        "cidr": "10.0.1.0/24",
                        "availabilityZone": "eu-west-1a",
                        "routeTableId": "rtb-1",
                    }
                ],
            },
            {
                "name": "b",
                "type": "Isolated",
                "subnets": [
                    {
                        "subnetId": "subnet-2",
                        "cidr": "10.0.2.0/24",
                        "availabilityZone": "eu-west-1a",
                        "routeTableId": "rtb-2",
                    }
                ],
            },
            {
                "name": "c",
                "type": "Public",
                "subnets": [
                    {
                        "subnetId": "subnet-3",
                        "cidr": "10.0.3.0/24",
                        "availabilityZone": "eu-west-1a",
                        "routeTableId": "rtb-3",
                    }
                ],
            },
        ],
    }
}


@pytest.mark.parametrize(
    ("subnet", "destination", "expected"),
    [
        ("subnet-1", "internet", "reachable nat"),
        ("subnet-2", "internet", "blocked none route"),
        ("subnet-3", "internet", "blocked igw public_subnet"),
        ("subnet-2", "s3", "reachable vpce-gateway"),
        ("subnet-1", "sts", "reachable nat"),
        ("subnet-2", "sts", "unverified unknown"),
        ("subnet-2", "10.0.1.0/24", "reachable local"),
    ],
)
def test_what_the_cdk_looked_up(subnet, destination, expected):
    """Subnets, route tables and ranges of `Vpc.from_lookup` count; its endpoints are not among what the CDK looks up."""
    document = {
        "Resources": {
            "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"VpcId": "vpc-1", "GroupDescription": "g"}},
            "S3": {
                "Type": "AWS::EC2::VPCEndpoint",
                "Properties": {
                    "VpcId": "vpc-1",
                    "ServiceName": "com.amazonaws.eu-west-1.s3",
                    "RouteTableIds": ["rtb-2"],
                },
            },
        }
    }
    network = network_of(from_documents({"t": document}, context=CONTEXT).groups[0])
    (path,) = explain_paths(network, f"{subnet}+Group", [destination])
    assert answer(path) == expected, (path.why, path.hops)


FIREWALL = """
Firewall: {Type: AWS::NetworkFirewall::Firewall, Properties: {FirewallPolicyArn: {Ref: Policy}, SubnetMappings: [{SubnetId: {Ref: Inspect}}], VpcId: {Ref: Vpc}, FirewallName: f}}
Inspect: {Type: AWS::EC2::Subnet, Properties: {VpcId: {Ref: Vpc}, CidrBlock: 10.0.8.0/24, AvailabilityZone: eu-west-1a}}
InspectTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: {Ref: Vpc}}}
InspectAssociation: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: {Ref: Inspect}, RouteTableId: {Ref: InspectTable}}}
InspectRoute: {Type: AWS::EC2::Route, Properties: {RouteTableId: {Ref: InspectTable}, DestinationCidrBlock: 0.0.0.0/0, GatewayId: {Ref: Igw}}}
PublicRoute.GatewayId: null
PublicRoute.VpcEndpointId: {"Fn::Select": [1, {"Fn::Split": [":", {"Fn::Select": [0, {"Fn::GetAtt": [Firewall, EndpointIds]}]}]}]}
Policy: {Type: AWS::NetworkFirewall::FirewallPolicy, Properties: {FirewallPolicyName: p, FirewallPolicy: {StatelessDefaultActions: ["aws:%s"], StatefulRuleGroupReferences: [{ResourceArn: {Ref: List}}]}}}
List: {Type: AWS::NetworkFirewall::RuleGroup, Properties: {Type: STATEFUL, Capacity: 1, RuleGroupName: l, RuleGroup: {RulesSource: {%s}}}}
"""
ALLOW = "RulesSourceList: {GeneratedRulesType: ALLOWLIST, TargetTypes: [TLS_SNI], Targets: [.pypi.org, .amazonaws.com]}"
DENY = ALLOW.replace("ALLOWLIST", "DENYLIST")
FORWARD = "forward_to_sfe"


@pytest.mark.parametrize(
    ("changes", "destination", "expected"),
    [
        pytest.param(
            FIREWALL % (FORWARD, ALLOW), "internet", "reachable nat", id="an allow list is a narrow way to the internet"
        ),
        pytest.param(FIREWALL % (FORWARD, ALLOW), "pypi.org", "reachable nat", id="to what is listed"),
        pytest.param(FIREWALL % (FORWARD, ALLOW), "files.pypi.org", "reachable nat", id="and what is below it"),
        pytest.param(FIREWALL % (FORWARD, ALLOW), "example.com", "blocked nat firewall", id="and to nothing else"),
        pytest.param(FIREWALL % (FORWARD, ALLOW), "kms", "reachable nat", id="AWS where it is listed"),
        pytest.param(
            FIREWALL % (FORWARD, ALLOW), "studio", "blocked nat firewall", id="whose pages are not below amazonaws.com"
        ),
        pytest.param(
            FIREWALL % (FORWARD, ALLOW),
            "internet:22",
            "unverified nat",
            id="other ports are not looked at by domain lists",
        ),
        pytest.param(
            FIREWALL % (FORWARD, DENY), "pypi.org", "blocked nat firewall", id="a deny list stops what is listed"
        ),
        pytest.param(FIREWALL % (FORWARD, DENY), "example.com", "reachable nat", id="and nothing else"),
        pytest.param(
            FIREWALL % ("drop", ALLOW), "internet", "blocked nat firewall", id="a stateless drop stops everything"
        ),
        pytest.param(
            FIREWALL % ("pass", ALLOW), "example.com", "reachable nat", id="a stateless pass lets everything through"
        ),
        pytest.param(
            FIREWALL % (FORWARD, "RulesString: x"),
            "internet",
            "unverified nat",
            id="rules in another language are not judged",
        ),
        pytest.param(
            FIREWALL % (FORWARD, ALLOW) + "InspectRoute: null",
            "internet",
            "blocked nat route",
            id="the firewall's own subnet needs a route on",
        ),
        pytest.param(
            FIREWALL % (FORWARD, ALLOW)
            + "PrivateRoute.NatGatewayId: null\nPrivateRoute.VpcEndpointId: {'Fn::GetAtt': [Firewall, EndpointIds]}",
            "internet",
            "blocked igw public_subnet",
            id="a firewall before the internet gateway does not give a public address",
        ),
    ],
)
def test_a_network_firewall(asker, changes, destination, expected):
    """A firewall of the templates is followed: its domain lists, and where its subnets lead."""
    path = asker.reach(changes, "Notebook", destination)
    assert answer(path) == expected, (path.why, path.hops)


PEERED = """
Far: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.9.0.0/16}}
FarSubnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: {Ref: Far}, CidrBlock: 10.9.1.0/24, AvailabilityZone: eu-west-1a}}
FarTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: {Ref: Far}}}
FarAssociation: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: {Ref: FarSubnet}, RouteTableId: {Ref: FarTable}}}
Back: {Type: AWS::EC2::Route, Properties: {RouteTableId: {Ref: FarTable}, DestinationCidrBlock: 10.0.0.0/16, VpcPeeringConnectionId: {Ref: Peering}}}
Peering: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: {Ref: Vpc}, PeerVpcId: {Ref: Far}}}
Over: {Type: AWS::EC2::Route, Properties: {RouteTableId: {Ref: PrivateTable}, DestinationCidrBlock: 10.8.0.0/15, VpcPeeringConnectionId: {Ref: Peering}}}
FarGroup: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: {Ref: Far}, GroupDescription: far, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 988, ToPort: 988, CidrIp: 10.0.1.0/24}]}}
Lustre: {Type: AWS::FSx::FileSystem, Properties: {FileSystemType: LUSTRE, SubnetIds: [{Ref: FarSubnet}], SecurityGroupIds: [{Ref: FarGroup}]}}
"""


@pytest.mark.parametrize(
    ("changes", "destination", "expected"),
    [
        pytest.param(
            PEERED,
            "10.9.1.0/24",
            "reachable pcx",
            id="a peering connection of the templates is followed to its other end",
        ),
        pytest.param(PEERED, "10.8.0.0/24", "blocked pcx route", id="it leads to that VPC alone"),
        pytest.param(PEERED + "Back: null", "10.9.1.0/24", "blocked pcx route", id="the other end needs a route back"),
        pytest.param(PEERED + "Over: null", "10.9.1.0/24", "blocked nat route", id="and this end one to it"),
        pytest.param(PEERED, "Lustre:988", "reachable pcx", id="a resource there is reached where its group admits"),
        pytest.param(PEERED, "Lustre:2049", "blocked pcx security_group", id="and not where it does not"),
        pytest.param(
            PEERED.replace("PeerVpcId: {Ref: Far}", "PeerVpcId: vpc-9"),
            "10.9.1.0/24",
            "unverified pcx",
            id="what lies behind a peering with somebody else is not known",
        ),
    ],
)
def test_a_peering(asker, changes, destination, expected):
    """Traffic over a peering connection needs both VPCs' routes."""
    path = asker.reach(changes, "Notebook", destination)
    assert answer(path) == expected, (path.why, path.hops)


CONDITIONAL = """
Parameters: {UseNat: {Type: String%s}}
Conditions: {WithNat: {"Fn::Equals": [{Ref: UseNat}, "yes"]}}
Nat: {Type: AWS::EC2::NatGateway, Condition: WithNat, Properties: {SubnetId: {Ref: Public}, AllocationId: e}}
PrivateRoute: {Type: AWS::EC2::Route, Condition: WithNat, Properties: {RouteTableId: {Ref: PrivateTable}, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: {Ref: Nat}}}
"""


def explained(asker, changes, **options):
    """The one answer for the notebook and the internet."""
    (path,) = explain_paths(asker.network(changes, **options), "Notebook", ["internet"])
    return path


def test_a_condition_that_nobody_decided(asker):
    """Where the branches of a condition differ, the answer is unverified and tells both."""
    path = explained(asker, CONDITIONAL % "", defaults=True)
    assert answer(path) == "unverified unknown"
    assert path.why == "blocked when WithNat is false; reachable when WithNat is true"
    assert path.declare == "decide it with --parameter"


def test_a_default_decides_and_is_named(asker):
    """A parameter's default decides a condition, and the answer says so."""
    path = explained(asker, CONDITIONAL % ", Default: 'no'", defaults=True)
    assert answer(path) == "blocked none route"
    assert "WithNat is false" in path.assumptions


def test_a_given_parameter_decides(asker):
    """What is given for a parameter wins over its default."""
    path = explained(asker, CONDITIONAL % ", Default: 'no'", defaults=True, parameters={"UseNat": "yes"})
    assert answer(path) == "reachable nat"


def test_a_workload_that_is_not_created(asker):
    """A workload whose condition is false is said not to be created."""
    network = asker.network(
        CONDITIONAL % ", Default: 'no'" + "\nOther: {Type: AWS::SageMaker::Model, Condition: WithNat}", defaults=True
    )
    (path,) = explain_paths(network, "Other", ["internet"])
    assert answer(path) == "unverified unknown"
    assert path.why == "not in the templates: Other, which is not created: its condition WithNat is false"


def test_facts_of_things_that_conditions_do_not_touch_do_not_branch(asker):
    """Asking about one workload consults no condition of another's resources."""
    from constructs_lib.assembly import explore

    network = asker.network(
        "Parameters: {P: {Type: String}}\nConditions: {C: {'Fn::Equals': [{Ref: P}, x]}}\nLogs: {Type: AWS::EC2::VPCEndpoint, Condition: C, Properties: {VpcId: {Ref: Vpc}, ServiceName: com.amazonaws.eu-west-1.logs, VpcEndpointType: Interface}}"
    )
    assert len(explore(network.group, lambda: network.reach("Notebook", "sts"))) == 1
    assert len(explore(network.group, lambda: network.reach("Notebook", "logs"))) == 2


def test_two_templates_are_one_network():
    """A network that is exported by one template and imported by another is followed."""
    network = {
        "Resources": {
            "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
            "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24"}},
        },
        "Outputs": {"S": {"Value": {"Ref": "Subnet"}, "Export": {"Name": "subnet"}}},
    }
    workload = {
        "Resources": {
            "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "g"}},
            "Model": {
                "Type": "AWS::SageMaker::Model",
                "Properties": {
                    "VpcConfig": {"Subnets": [{"Fn::ImportValue": "subnet"}], "SecurityGroupIds": [{"Ref": "Group"}]}
                },
            },
        }
    }
    together = network_of(from_documents({"network": network, "workload": workload}).groups[0])
    alone = network_of(from_documents({"workload": workload}).groups[0])
    assert answer(explain_paths(together, "Model", ["internet"])[0]) == "blocked none route"
    path = explain_paths(alone, "Model", ["internet"])[0]
    assert answer(path) == "unverified unknown"
    assert path.template == "workload"


HALVES = """
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.1.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: {Ref: Vpc}, CidrBlock: 10.1.1.0/24}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: {Ref: Vpc}}}
  Attached: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: {Ref: Subnet}, RouteTableId: {Ref: Table}}}
  Lower:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: {Ref: Table}, DestinationCidrBlock: 0.0.0.0/1, TransitGatewayId: tgw-12345678}
  Upper:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: {Ref: Table}, DestinationCidrBlock: 128.0.0.0/1, GatewayId: igw-12345678}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: the only way out
      VpcId: {Ref: Vpc}
      SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, %s}]
"""


@pytest.mark.parametrize(
    ("egress", "to", "expected"),
    [
        ("DestinationPrefixListId: pl-6da54004", "s3", "unverified"),
        ("CidrIp: 3.0.0.0/8", "s3", "unverified"),
        ("CidrIp: 10.0.0.0/8", "s3", "blocked"),
        ("CidrIp: 3.0.0.0/8", "internet", "blocked"),
    ],
)
def test_a_service_may_lie_where_a_group_lets_out(egress, to, expected):
    """A service is at some public addresses, the internet at all: a group that lets out to a part of a route's range leaves the one open."""
    given = from_documents({"t": yaml.safe_load(HALVES % egress)}, region="eu-west-1", defaults=True)
    (path,) = explain_paths(network_of(given.groups[0]), "Subnet+Group", [to])
    assert path.verdict == expected
