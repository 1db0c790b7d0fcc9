"""Networks that templates seldom have, and questions that are seldom asked: each row is a sentence about one of them."""

from __future__ import annotations

import pytest

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
