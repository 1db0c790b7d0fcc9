"""The facts of the model's things, one by one."""

from __future__ import annotations

import pytest

from constructs_lib.assembly import NotVisible
from constructs_lib.network import Range, network_of
from constructs_lib.network.questions import QuestionError, target
from constructs_lib.services import S3, STS

CLASSES = [
    ("a NAT gateway that works", "", "nat"),
    ("an internet gateway", "{PrivateRoute.NatGatewayId: null, PrivateRoute.GatewayId: {Ref: Igw}}", "public"),
    ("a literal internet gateway", "{PrivateRoute.NatGatewayId: null, PrivateRoute.GatewayId: igw-1}", "public"),
    ("a transit gateway", "{PrivateRoute.NatGatewayId: null, PrivateRoute.TransitGatewayId: tgw-1}", "other-egress"),
    ("a table without default route", "PrivateRoute: null", "isolated"),
    ("no association at all", "PrivateAssociation: null", "main-rt"),
    ("a private NAT gateway", "Nat.ConnectivityType: private", "broken-nat"),
    ("a NAT gateway in the private subnet itself", "Nat.SubnetId: {Ref: Private}", "broken-nat"),
    (
        "a gateway that is a parameter",
        "{PrivateRoute.NatGatewayId: null, PrivateRoute.GatewayId: {Ref: Elsewhere}}",
        NotVisible,
    ),
    ("a NAT gateway that is a parameter", "PrivateRoute.NatGatewayId: {Ref: Elsewhere}", NotVisible),
    ("a table that is a parameter", "PrivateAssociation.RouteTableId: {Ref: Elsewhere}", NotVisible),
    (
        "a VPC that is a parameter, without association",
        "{PrivateAssociation: null, Private.VpcId: {Ref: Elsewhere}}",
        NotVisible,
    ),
]


@pytest.mark.parametrize(("changes", "expected"), [pytest.param(*row[1:], id=row[0]) for row in CLASSES])
def test_the_class_of_a_subnet(asker, changes, expected):
    """The default route alone makes a subnet what it is."""
    network = asker.network(changes)
    subnet = next(one for one in network.things("Subnet") if one.id == "Private")
    found = asker.fact(network, lambda: subnet.route_class)
    if expected is NotVisible:
        assert isinstance(found, NotVisible)
        assert found.declare
    else:
        assert found == expected


def one(network, name, logical_id):
    """The thing of that class and id."""
    return next(each for each in network.things(name) if each.id == logical_id)


FACTS = [
    ("", "Subnet", "Private", lambda s: str(s.cidr), "10.0.1.0/24"),
    ("", "Subnet", "Private", lambda s: s.usable_addresses, 251),
    ("", "Subnet", "Private", lambda s: s.zone == "eu-west-1a", True),
    ("", "Subnet", "Private", lambda s: s.egress_text, "0.0.0.0/0 -> Nat (PrivateRoute)"),
    ("PrivateRoute: null", "Subnet", "Private", lambda s: s.egress_text, "no default route in PrivateTable"),
    ("", "Subnet", "Private", lambda s: (s.has_nat, s.no_way_out, s.public_any, s.has_ipv6), (True, False, False, False)),
    ("Six: {Type: AWS::EC2::SubnetCidrBlock, Properties: {SubnetId: {Ref: Private}, Ipv6CidrBlock: '2001:db8::/64'}}", "Subnet", "Private", lambda s: s.has_ipv6, True),
    ("Private.Ipv6IpamPoolId: pool", "Subnet", "Private", lambda s: s.has_ipv6, True),
    ("{Six: {Type: AWS::EC2::Route, Properties: {RouteTableId: {Ref: PrivateTable}, DestinationIpv6CidrBlock: '::/0', GatewayId: {Ref: Igw}}}}", "Subnet", "Private", lambda s: (s.route_class6, s.public_any), ("public", True)),
    ("{Six: {Type: AWS::EC2::Route, Properties: {RouteTableId: {Ref: PrivateTable}, DestinationIpv6CidrBlock: '::/0', EgressOnlyInternetGatewayId: eigw-1}}}", "Subnet", "Private", lambda s: s.route_class6, "egress-only"),
    ("", "Subnet", "Private", lambda s: [e.id for e in s.endpoints], ["Sts"]),
    ("Private.AvailabilityZone: null", "Subnet", "Private", lambda s: s.zone, NotVisible),
    ("Private.AvailabilityZone: {'Fn::Select': [0, {'Fn::GetAZs': ''}]}", "Subnet", "Private", lambda s: bool(s.zone), True),
    ("", "Vpc", "Vpc", lambda v: [s.id for s in v.subnets], ["Public", "Private"]),
    ("", "Vpc", "Vpc", lambda v: [e.id for e in v.endpoints], ["Sts", "S3"]),
    ("", "Vpc", "Vpc", lambda v: [g.id for g in v.security_groups], ["WorkGroup", "EndpointGroup"]),
    ("", "Vpc", "Vpc", lambda v: [g.id for g in v.internet_gateways], ["Igw"]),
    ("", "Vpc", "Vpc", lambda v: (v.dns_support, v.dns_hostnames, v.tenancy, v.complete), (True, True, "default", True)),
    ("{Vpc.EnableDnsSupport: 'false', Vpc.InstanceTenancy: dedicated, Vpc.EnableDnsHostnames: null}", "Vpc", "Vpc", lambda v: (v.dns_support, v.dns_hostnames, v.tenancy), (False, False, "dedicated")),
    ("{Vpc.CidrBlock: null, Vpc.Ipv4IpamPoolId: pool, Vpc.Ipv4NetmaskLength: 16}", "Vpc", "Vpc", lambda v: v.cidrs, NotVisible),
    ("Log: {Type: AWS::EC2::FlowLog, Properties: {ResourceId: {Ref: Vpc}, ResourceType: VPC, TrafficType: ALL}}", "Vpc", "Vpc", lambda v: [f.id for f in v.flow_logs], ["Log"]),
    ("{Options: {Type: AWS::EC2::DHCPOptions, Properties: {DomainNameServers: [10.0.0.9]}}, To: {Type: AWS::EC2::VPCDHCPOptionsAssociation, Properties: {VpcId: {Ref: Vpc}, DhcpOptionsId: {Ref: Options}}}}", "Vpc", "Vpc", lambda v: (v.dhcp_options.servers, v.dhcp_options.ask_amazon(v)), (("10.0.0.9",), False)),
    ("", "NatGateway", "Nat", lambda n: (n.works, n.private, n.regional, n.subnet.id), (True, False, False, "Public")),
    ("Attachment: null", "NatGateway", "Nat", lambda n: n.fault, "internet gateway Igw is not attached to VPC Vpc"),
    ("", "InternetGateway", "Igw", lambda i: [r.id for r in i.routes], ["PublicRoute"]),
    ("", "RouteTable", "PrivateTable", lambda t: ([s.id for s in t.subnets], [r.shown for r in t.routes]), (["Private"], ["0.0.0.0/0 -> Nat"])),
    ("", "SecurityGroup", "EndpointGroup", lambda g: [r.text for r in g.ingress], ["tcp 443 from WorkGroup"]),
    ("", "SecurityGroup", "WorkGroup", lambda g: ([r.text for r in g.egress], g.egress[0].implicit), (["all traffic to 0.0.0.0/0", "all traffic to ::/0"], True)),
    ("Rule: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: {Ref: WorkGroup}, IpProtocol: tcp, FromPort: 80, ToPort: 81, CidrIp: 10.0.0.0/16}}", "SecurityGroup", "WorkGroup", lambda g: (g.default_egress_removed, [r.text for r in g.egress], [r.id for r in g.separate_egress]), (True, ["tcp 80-81 to 10.0.0.0/16"], ["Rule"])),
    ("", "Endpoint", "Sts", lambda e: (e.service, e.service_name, e.kind, e.names_resolve, e.is_aws), (STS, "com.amazonaws.*.sts", "Interface", True, True)),
    ("Sts.PrivateDnsEnabled: null", "Endpoint", "Sts", lambda e: e.why_names_fail, "PrivateDnsEnabled of endpoint Sts is false"),
    ("Vpc.EnableDnsHostnames: null", "Endpoint", "Sts", lambda e: e.why_names_fail, "endpoint Sts has private DNS, but VPC Vpc has EnableDnsHostnames off"),
    ("Sts.SecurityGroupIds: null", "Endpoint", "Sts", lambda e: ([g.id for g in e.security_groups], e.groups_given), (["default group of Vpc"], False)),
    ("Sts.ServiceName: com.amazonaws.vpce.eu-west-1.vpce-svc-1", "Endpoint", "Sts", lambda e: (e.service, e.is_aws), (None, False)),
    ("S3.PolicyDocument: '{\"Statement\": {\"Effect\": \"Deny\", \"Action\": \"s3:*\"}}'", "Endpoint", "S3", lambda e: (e.policy_denial is not None, e.full_access), (True, False)),
    ("", "Endpoint", "S3", lambda e: (e.full_access, [t.id for t in e.route_tables]), (True, ["PrivateTable"])),
    ("", "Notebook", "Notebook", lambda n: (n.direct_internet_access, n.subnet.id, n.vpc.id, n.root_access), (False, "Private", "Vpc", True)),
    ("Notebook.SubnetId: subnet-1", "Notebook", "Notebook", lambda n: (n.subnet.label, n.subnet.imported), ("subnet-1 (not in the templates)", True)),
    ("Notebook.SubnetId: subnet-1", "Notebook", "Notebook", lambda n: n.vpc, NotVisible),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "name", "logical_id", "ask", "expected"), FACTS)
def test_a_fact(asker, changes, name, logical_id, ask, expected):
    """Each fact is what the template says, or not visible."""
    network = asker.network(changes)
    thing = one(network, name, logical_id)
    found = asker.fact(network, lambda: ask(thing))
    if expected is NotVisible:
        assert isinstance(found, NotVisible)
    else:
        assert found == expected


def test_an_unknown_property_says_what_to_declare(asker):
    """A missing fact names the property, the value and what to do."""
    network = asker.network("Notebook.DirectInternetAccess: {Ref: Elsewhere}")
    reason = asker.fact(network, lambda: one(network, "Notebook", "Notebook").direct_internet_access)
    assert (reason.what, reason.declare) == (
        "Notebook.DirectInternetAccess is parameter Elsewhere",
        "give its value with --parameter Elsewhere=VALUE",
    )


def test_a_parameter_that_is_a_whole_list_is_one_thing(asker):
    """`SecurityGroupIds: !Ref Groups` is one imported thing whose number of groups is not known."""
    network = asker.network("Notebook.SecurityGroupIds: {Ref: Elsewhere}")
    notebook = one(network, "Notebook", "Notebook")
    assert [group.id for group in asker.fact(network, lambda: notebook.security_groups)] == ["Elsewhere"]
    assert isinstance(asker.fact(network, lambda: notebook.count("SecurityGroupIds")), NotVisible)
    assert asker.fact(network, lambda: notebook.given("SecurityGroupIds")) is True


def test_the_same_imported_id_is_the_same_thing(asker):
    """Two mentions of one literal or parameter are one object; a literal and a parameter may be one."""
    network = asker.network("Notebook.SecurityGroupIds: [sg-1, sg-1, {Ref: Elsewhere}]")
    first, second = asker.fact(network, lambda: one(network, "Notebook", "Notebook").security_groups)
    with pytest.raises(NotVisible, match="whether security group sg-1 is Elsewhere"):
        first.same_as(second)
    assert first.same_as(one(network, "SecurityGroup", "WorkGroup")) is False


def test_s3_paths_and_usable_endpoints(asker):
    """The questions that rules ask most."""
    network = asker.network("PrivateRoute: null")
    private, public = one(network, "Subnet", "Private"), one(network, "Subnet", "Public")
    assert network.s3_path(private).id == "S3"
    assert network.s3_path(public) is None
    vantage = network.vantage("Private+WorkGroup")
    assert network.endpoint_usable(vantage, STS) is None
    assert network.endpoint_usable(vantage, S3) == "VPC Vpc has no endpoint for s3"
    assert network.blocked("Notebook", STS) is None
    assert network.blocked("Notebook", "internet") == "PrivateTable has no default route"
    outsider = network.vantage("Private+EndpointGroup")
    assert (
        network.endpoint_usable(outsider, STS)
        == "security group EndpointGroup of endpoint Sts does not admit TCP 443 from EndpointGroup"
    )


def test_blocked_raises_where_nothing_is_known(asker):
    """`blocked` is not an answer where the path is unverified."""
    network = asker.network("PrivateRoute.NatGatewayId: {Ref: Elsewhere}")
    with pytest.raises(NotVisible) as caught:
        network.blocked("Notebook", "internet")
    assert caught.value.declare


def test_one_network_per_group(asker):
    """The network of a group is built once."""
    network = asker.network()
    assert network_of(network.group) is network


QUESTIONS = [
    ("internet", ("internet", 443, 443)),
    ("internet:22", ("internet", 22, 22)),
    ("efs", ("efs", 2049, 2049)),
    ("self", ("self", 1, 65535)),
    ("self:8192-65535", ("self", 8192, 65535)),
    ("sagemaker.api", ("service", 443, 443)),
    ("com.amazonaws.eu-west-1.sts", ("service", 443, 443)),
    ("api.sagemaker.eu-west-1.amazonaws.com", ("service", 443, 443)),
    ("https://pypi.org/simple", ("host", 443, 443)),
    ("10.0.0.0/16", ("cidr", 1, 65535)),
    ("10.0.0.1:8998", ("cidr", 8998, 8998)),
    ("2001:db8::/32", ("cidr", 1, 65535)),
    ("[2001:db8::1]:443", ("cidr", 443, 443)),
    ("0.0.0.0/0", ("internet", 443, 443)),
    ("Public", ("cidr", 1, 65535)),
    ("Sts", ("thing", 443, 443)),
]


@pytest.mark.parametrize(("text", "expected"), QUESTIONS)
def test_destinations(asker, text, expected):
    """What a destination means, and on which ports."""
    asked = target(asker.network(), text)
    assert (asked.kind, asked.low, asked.high) == expected


@pytest.mark.parametrize(
    ("source", "destination", "message"),
    [
        ("Notebok", "internet", "no workload 'Notebok' in the templates, did you mean \"Notebook\"?"),
        ("Vpc", "internet", "'Vpc' is of type AWS::EC2::VPC, which sends no traffic: name a workload, or SUBNET+GROUP"),
        ("Private+Public", "internet", "'Public' is of type AWS::EC2::Subnet, not a security group"),
        ("Privat+WorkGroup", "internet", "no subnet 'Privat' in the templates, did you mean \"Private\"?"),
        ("Notebook", "internt", "no destination 'internt', did you mean \"internet\"?: ask for internet, efs, self, an AWS service such as sagemaker.api, a CIDR block, a host name, a logical id or a construct path, with :PORT where it matters"),
        ("Notebook", "sts:99999", "'sts:99999' names ports outside of 0-65535"),
    ],
)  # fmt: skip
def test_questions_that_mean_nothing(asker, source, destination, message):
    """A name that stands for nothing is told with the nearest that does."""
    with pytest.raises(QuestionError) as caught:
        asker.network().reach(source, destination)
    assert str(caught.value) == message


def test_ranges_of_the_model_are_ranges(asker):
    """A range may be asked for as an object."""
    path = asker.network().reach("Notebook", Range.parse("10.0.9.0/24"))
    assert (path.verdict, path.via, path.destination) == ("reachable", "local", "10.0.9.0/24")
