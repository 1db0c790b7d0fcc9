"""Networks that templates seldom have, and questions that are seldom asked: each row is a sentence about one of them."""

from __future__ import annotations

import pytest

from constructs_lib.assembly import InputError
from constructs_lib.network import explain_paths

PROPAGATION = """
Vgw: {Type: AWS::EC2::VPNGateway, Properties: {Type: ipsec.1}}
Propagation:
  Type: AWS::EC2::VPNGatewayRoutePropagation
  Properties: {RouteTableIds: [{Ref: PrivateTable}], VpnGatewayId: {Ref: Vgw}}
"""
TO_A_SUBNET = """
Specific:
  Type: AWS::EC2::Route
  Properties: {RouteTableId: {Ref: PrivateTable}, DestinationCidrBlock: 10.0.0.0/24, NatGatewayId: {Ref: Nat}}
"""
REGIONAL = "Nat.AvailabilityMode: regional\nNat.SubnetId: null\nNat.VpcId: {Ref: Vpc}\n"
LIST = """
List:
  Type: AWS::EC2::PrefixList
  Properties: {AddressFamily: IPv4, MaxEntries: 1, PrefixListName: office, Entries: [{Cidr: 192.168.0.0/16}]}
WorkGroup.SecurityGroupEgress: [{IpProtocol: "-1", DestinationPrefixListId: {Ref: List}}]
"""
SIXTH = "Private.Ipv6CidrBlock: 2600:1f18:1:1::/64\n"
DIRECT = "Notebook.DirectInternetAccess: Enabled\n"
UNDECIDED = "Notebook.DirectInternetAccess: {Ref: Elsewhere}\n"
DOMAIN = """
Domain:
  Type: AWS::SageMaker::Domain
  Properties:
    AppNetworkAccessType: {Ref: Elsewhere}
    VpcId: {Ref: Vpc}
    SubnetIds: [{Ref: Private}]
    DefaultUserSettings: {ExecutionRole: arn, SecurityGroups: [{Ref: WorkGroup}]}
"""
ALLOW = "{Effect: Allow, Principal: '*', Action: '*', Resource: '*'}"


def script(command):
    """A notebook with direct internet access whose script runs this command at each start."""
    return (
        DIRECT
        + "Notebook.LifecycleConfigName: {'Fn::GetAtt': [Script, NotebookInstanceLifecycleConfigName]}\n"
        + "Script: {Type: AWS::SageMaker::NotebookInstanceLifecycleConfig, Properties: {OnStart: "
        + f"[{{Content: {{'Fn::Base64': {command!r}}}}}]}}}}\n"
    )


def s3_policy(*statements):
    """The S3 endpoint with these statements."""
    return f"S3.PolicyDocument: {{Statement: [{', '.join(statements)}]}}"


CASES = [
    (
        "what a gateway propagates may be nearer than the default route to NAT",
        PROPAGATION,
        "192.168.0.0/16",
        "unverified vgw",
    ),
    ("but takes neither the internet", PROPAGATION, "internet", "reachable nat"),
    ("nor the VPC", PROPAGATION, "10.0.0.0/24", "reachable local"),
    (
        "a NAT gateway hands on within its VPC what a route sends it for a subnet",
        TO_A_SUBNET,
        "10.0.0.0/24",
        "reachable nat",
    ),
    (
        "if the groups let it out",
        TO_A_SUBNET + "WorkGroup.SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}]",
        "10.0.0.0/24:443",
        "blocked nat security_group",
    ),
    (
        "a regional NAT gateway needs no public subnet",
        REGIONAL + "PublicRoute: null",
        "internet",
        "reachable nat",
    ),
    ("but an internet gateway in its VPC", REGIONAL + "Attachment: null", "internet", "blocked nat route"),
    (
        "which a parameter may attach",
        REGIONAL + "Attachment.VpcId: {Ref: Elsewhere}",
        "internet",
        "unverified nat",
    ),
    ("a list of private ranges lets nothing out to S3", LIST, "s3", "blocked vpce-gateway security_group"),
    ("nor to a service of the internet", LIST, "kms", "blocked nat security_group"),
    ("the internet of IPv6 is another than that of IPv4", "{}", "::/0", "blocked none route"),
    ("which a notebook without IPv6 address has no way to", SIXTH, "::/0", "blocked none route"),
    ("nor to parts of it", SIXTH, "2600::/12", "blocked none route"),
    (
        "a way out for IPv6 alone takes one that has",
        SIXTH
        + """
Notebook.IpAddressType: dualstack
Eigw: {Type: AWS::EC2::EgressOnlyInternetGateway, Properties: {VpcId: {Ref: Vpc}}}
Route6:
  Type: AWS::EC2::Route
  Properties: {RouteTableId: {Ref: PrivateTable}, DestinationIpv6CidrBlock: "::/0", EgressOnlyInternetGatewayId: {Ref: Eigw}}
""",
        "::/0",
        "reachable igw",
    ),
    (
        "a script may add a route without naming the router",
        PROPAGATION + script("ip route add 192.168.0.0/16 dev eth2"),
        "192.168.0.0/16",
        "unverified vgw",
    ),
    (
        "an endpoint policy may deny all actions of the service",
        s3_policy(ALLOW, "{Effect: Deny, Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::*'}"),
        "s3",
        "blocked vpce-gateway endpoint_policy",
    ),
    (
        "or all that it allows",
        s3_policy(
            "{Effect: Allow, Principal: '*', Action: 's3:GetObject', Resource: '*'}",
            "{Effect: Deny, Principal: '*', Action: 's3:Get*', Resource: '*'}",
        ),
        "s3",
        "blocked vpce-gateway endpoint_policy",
    ),
    (
        "or allow other services alone",
        s3_policy("{Effect: Allow, Principal: '*', Action: 'dynamodb:*', Resource: '*'}"),
        "s3",
        "blocked vpce-gateway endpoint_policy",
    ),
    (
        "a Deny under a condition is noted",
        s3_policy(
            ALLOW,
            "{Effect: Deny, Principal: '*', Action: '*', Resource: '*', Condition: {StringNotEquals: {'aws:PrincipalOrgID': o-1}}}",
        ),
        "s3",
        "reachable vpce-gateway",
    ),
    (
        "and so is one for all but some buckets",
        s3_policy(ALLOW, "{Effect: Deny, Principal: '*', Action: '*', NotResource: 'arn:aws:s3:::mine/*'}"),
        "s3",
        "reachable vpce-gateway",
    ),
    (
        "or for all but some principals",
        s3_policy(ALLOW, "{Effect: Deny, NotPrincipal: {AWS: '*'}, Action: '*', Resource: '*'}"),
        "s3",
        "reachable vpce-gateway",
    ),
    (
        "an Allow for all but some actions allows something",
        s3_policy("{Effect: Allow, Principal: '*', NotAction: 's3:Delete*', Resource: '*'}"),
        "s3",
        "reachable vpce-gateway",
    ),
    (
        "a notebook without groups has the VPC's default one",
        "Notebook.SecurityGroupIds: null",
        "internet",
        "reachable nat",
    ),
    (
        "which the CDK empties",
        "Notebook.SecurityGroupIds: null\n"
        "Empty: {Type: 'Custom::VpcRestrictDefaultSG', Properties: {DefaultSecurityGroupId: {'Fn::GetAtt': [Vpc, DefaultSecurityGroup]}}}",
        "internet",
        "blocked nat security_group",
    ),
    (
        "whichever interfaces a notebook has, the VPC's own range is local",
        UNDECIDED,
        "10.0.0.0/24",
        "reachable local",
    ),
    ("and an endpoint of the VPC is used", UNDECIDED, "sts", "reachable vpce-interface"),
    ("the way to the internet depends on it", UNDECIDED, "internet", "unverified unknown"),
]


@pytest.mark.parametrize(
    ("changes", "destination", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_notebook(asker, changes, destination, expected):
    """Each sentence holds for the notebook of the base network."""
    path = asker.reach(changes, "Notebook", destination)
    assert " ".join(filter(None, [path.verdict, path.via, path.blocked_by])) == expected, path.why


@pytest.mark.parametrize(
    ("destination", "expected"),
    [("efs", "reachable local"), ("internet", "unverified unknown"), ("sts", "unverified unknown")],
)
def test_a_domain_of_which_it_is_not_known_whether_it_is_vpconly(asker, destination, expected):
    """Its home file system is mounted through the VPC in any case; the rest takes the one way or the other."""
    path = asker.reach(DOMAIN, "Domain", destination)
    assert " ".join(filter(None, [path.verdict, path.via, path.blocked_by])) == expected, path.why
    if path.verdict == "unverified":
        assert path.why == "not in the templates: Domain.AppNetworkAccessType is parameter Elsewhere"


def test_parameters_may_be_the_place_of_an_imagined_job(asker):
    """`SUBNET+GROUP` takes the names of parameters, as long as they hold no more than an id: what they lead to is not in the templates."""
    changes = {"Parameters": {"Places": {"Type": "List<AWS::EC2::Subnet::Id>"}, "Wall": {"Type": "String"}}}
    assert asker.reach(changes, "Places+Wall", "internet").verdict == "unverified"
    path = asker.reach(changes, "Private+Wall", "internet")
    assert (path.verdict, path.via) == ("unverified", "nat")
    assert path.why == "not in the templates: the egress rules of security group parameter Wall"


CHOICE = """
Parameters: {Mode: {Type: String, Default: closed, AllowedValues: [open, closed]}}
Conditions: {Open: {"Fn::Equals": [{Ref: Mode}, open]}}
PrivateRoute:
  Type: AWS::EC2::Route
  Condition: Open
  Properties: {RouteTableId: {Ref: PrivateTable}, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: {Ref: Nat}}
Kms:
  Type: AWS::EC2::VPCEndpoint
  Condition: Open
  Properties: {VpcId: {Ref: Vpc}, ServiceName: com.amazonaws.eu-west-1.kms, VpcEndpointType: Interface, PrivateDnsEnabled: true}
"""


@pytest.mark.parametrize(
    ("destination", "why"),
    [
        ("internet", "PrivateTable has no default route (PrivateRoute is not created: its condition Open is false)"),
        (
            "kms",
            "VPC Vpc has no endpoint for kms (Kms is not created: its condition Open is false), "
            "and PrivateTable has no default route (PrivateRoute is not created: its condition Open is false)",
        ),
    ],
)
def test_what_conditions_leave_out_is_said(asker, destination, why):
    """Under the defaults of the parameters a resource is left out: the answer names it, the condition and the default."""
    (path,) = explain_paths(asker.network(CHOICE, defaults=True), "Notebook", [destination])
    assert path.verdict == "blocked"
    assert path.why == why
    assert path.assumptions == ("Open is false", "parameter Mode is 'closed' (its default)")


FIREWALL = """
Fw: {Type: AWS::NetworkFirewall::Firewall, Properties: {VpcId: {Ref: Vpc}, SubnetMappings: [{SubnetId: {Ref: Inspection}}]}}
Inspection: {Type: AWS::EC2::Subnet, Properties: {VpcId: {Ref: Vpc}, CidrBlock: 10.0.5.0/28}}
InspectionTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: {Ref: Vpc}}}
InspectionAssociation:
  Type: AWS::EC2::SubnetRouteTableAssociation
  Properties: {SubnetId: {Ref: Inspection}, RouteTableId: {Ref: InspectionTable}}
InspectionRoute:
  Type: AWS::EC2::Route
  Properties: {RouteTableId: {Ref: InspectionTable}, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: {Ref: Nat}}
PrivateRoute.NatGatewayId: null
PrivateRoute.VpcEndpointId: {"Fn::Select": [0, {"Fn::GetAtt": [Fw, EndpointIds]}]}
"""
OFFICE = """
Office: {Type: AWS::EC2::Route, Properties: {RouteTableId: {Ref: InspectionTable}, DestinationCidrBlock: 192.168.0.0/16, TransitGatewayId: tgw-1}}
"""
INSIDE = """
Inside: {Type: AWS::EC2::Route, Properties: {RouteTableId: {Ref: PrivateTable}, DestinationCidrBlock: 10.0.0.0/24, VpcEndpointId: {"Fn::Select": [0, {"Fn::GetAtt": [Fw, EndpointIds]}]}}}
"""


@pytest.mark.parametrize(
    ("changes", "destination", "expected"),
    [
        (FIREWALL, "192.168.0.0/16", "blocked nat route"),
        (FIREWALL + OFFICE, "192.168.0.0/16", "unverified tgw"),
        (FIREWALL + INSIDE, "10.0.0.0/24", "unverified unknown"),
    ],
    ids=["the routes behind it lead nowhere", "or where the templates do not look", "within the VPC its rules decide"],
)
def test_private_ranges_behind_a_firewall(asker, changes, destination, expected):
    """What a firewall takes goes on by the routes of its own subnets."""
    path = asker.reach(changes, "Notebook", destination)
    assert " ".join(filter(None, [path.verdict, path.via, path.blocked_by])) == expected, path.why


@pytest.mark.parametrize(
    ("name", "destination", "expected"),
    [
        ("execute-api", "execute-api", "reachable vpce-interface"),
        ("execute-api", "abc123.execute-api.eu-west-1.amazonaws.com", "reachable vpce-interface"),
        ("kinesis-streams", "kinesis.eu-west-1.amazonaws.com", "reachable vpce-interface"),
        ("config", "config", "reachable vpce-interface"),
        ("config", "config.eu-west-1.amazonaws.com", "reachable vpce-interface"),
        ("config", "com.amazonaws.eu-west-1.config", "reachable vpce-interface"),
        ("config", "com.amazonaws.eu-west-1.dms", "blocked none no_endpoint"),
        ("config", "dms.eu-west-1.amazonaws.com", "blocked none no_endpoint"),
        ("config", "example.com", "blocked none route"),
    ],
)
def test_services_without_facts_of_their_own(asker, name, destination, expected):
    """An endpoint of AWS takes its service's calls, though nothing but its name is known."""
    changes = f"PrivateRoute: null\nSts.ServiceName: {{'Fn::Sub': 'com.amazonaws.${{AWS::Region}}.{name}'}}"
    path = asker.reach(changes, "Notebook", destination)
    assert " ".join(filter(None, [path.verdict, path.via, path.blocked_by])) == expected, path.why


def test_an_endpoint_without_facts_is_a_destination_that_matters(asker):
    """The matrix has it, and a name that no endpoint has is still refused."""
    network = asker.network("Sts.ServiceName: com.amazonaws.eu-west-1.config")
    assert "config" in {path.destination for path in explain_paths(network)}
    with pytest.raises(InputError, match="no destination 'configs'"):
        asker.reach("Sts.ServiceName: com.amazonaws.eu-west-1.config", "Notebook", "configs")
