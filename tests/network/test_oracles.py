"""The arithmetic behind the paths, against oracles that try every address and every port."""

from __future__ import annotations

import ipaddress

from hypothesis import given, settings
from hypothesis import strategies as st

from constructs_lib.network.acl import AclEntry, Decision, NetworkAcl
from constructs_lib.network.addresses import EVERYTHING4, PRIVATE, PUBLIC4, Range, covered, subtract, touches
from constructs_lib.network.group_rules import Rule, admits

#: A small world: addresses 10.0.0.0-10.0.0.63, so that an oracle can try each.
BASE = int(ipaddress.IPv4Address("10.0.0.0"))
SIZE = 64


@st.composite
def blocks(draw, shortest=26):
    """A CIDR block of the small world."""
    length = draw(st.integers(shortest, 32))
    step = 1 << (32 - length)
    return Range.parse(f"{ipaddress.IPv4Address(BASE + draw(st.integers(0, SIZE // step - 1)) * step)}/{length}")


def members(block):
    """The addresses of a block."""
    return set(range(block.first, block.last + 1))


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_ipv4_blocks_read_as_python_reads_them(address, length):
    """Every block has the addresses that `ipaddress` gives it, host bits ignored, and is written the same."""
    network = ipaddress.IPv4Network((address, length), strict=False)
    block = Range.parse(f"{ipaddress.IPv4Address(address)}/{length}")
    assert (block.first, block.last) == (int(network[0]), int(network[-1]))
    assert str(block) == str(network)
    assert block.prefix == length


@settings(deadline=None)
@given(st.integers(0, 2**128 - 1), st.integers(0, 128))
def test_ipv6_blocks_too(address, length):
    """The same for IPv6."""
    network = ipaddress.IPv6Network((address, length), strict=False)
    block = Range.parse(f"{ipaddress.IPv6Address(address)}/{length}")
    assert (block.first, block.last, str(block)) == (int(network[0]), int(network[-1]), str(network))


@settings(deadline=None)
@given(st.text(alphabet="0123456789./:abcx ", max_size=24))
def test_what_is_no_block_is_refused(text):
    """Whatever `ipaddress` refuses is a ValueError, and nothing else is."""
    try:
        ipaddress.ip_network(text.strip(), strict=False)
        valid = True
    except ValueError:
        valid = False
    try:
        Range.parse(text)
        read = True
    except ValueError:
        read = False
    assert read or not valid or "." in text.partition("/")[2]  # `ipaddress` also takes a netmask


@settings(deadline=None)
@given(st.lists(blocks(), max_size=4), st.lists(blocks(), max_size=6))
def test_unions_of_ranges(ranges, others):
    """Subtraction, coverage and overlap of unions are those of the sets of addresses."""
    left = set().union(*map(members, ranges)) if ranges else set()
    right = set().union(*map(members, others)) if others else set()
    rest = subtract(ranges, others)
    assert (set().union(*map(members, rest)) if rest else set()) == left - right
    assert covered(ranges, others) == (left <= right)
    assert touches(ranges, others) == bool(left & right)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_an_address_is_public_or_private_or_special(address):
    """No address is both in the internet and in a private range."""
    one = Range(4, address, address)
    public = touches([one], PUBLIC4)
    assert not (public and touches([one], PRIVATE))
    python = ipaddress.IPv4Address(address)
    if python.is_global and not python.is_multicast:
        assert public


# Route tables.


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(blocks(), st.sampled_from(["tgw-1", "tgw-2", "pcx-1"])), max_size=6, unique_by=lambda route: route[0]
    ),
    blocks(),
)
def test_longest_prefix(asker, routes, asked):
    """Each address of a range is sent where its longest prefix says: the pieces agree with a walk over every address."""
    from constructs_lib.network.ranges import pieces

    resources = {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/28"}},
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/28"}},
        "Table": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}},
        "To": {
            "Type": "AWS::EC2::SubnetRouteTableAssociation",
            "Properties": {"SubnetId": {"Ref": "Subnet"}, "RouteTableId": {"Ref": "Table"}},
        },
    }
    for index, (block, target) in enumerate(routes):
        kind = "TransitGatewayId" if target.startswith("tgw") else "VpcPeeringConnectionId"
        resources[f"Route{index}"] = {
            "Type": "AWS::EC2::Route",
            "Properties": {"RouteTableId": {"Ref": "Table"}, "DestinationCidrBlock": str(block), kind: target},
        }
    network = asker.of({"Resources": resources})
    (subnet,) = asker.fact(network, lambda: network.subnets)
    found = {}
    for piece, where in asker.fact(network, lambda: pieces(subnet, asked)):
        for address in members(piece):
            assert address not in found
            found[address] = None if where is None else getattr(where, "target_id", "local")
    assert set(found) == members(asked)
    table = [(Range.parse("10.0.0.0/28"), "local"), *routes]
    for address, where in found.items():
        matching = [
            (block.size, target != "local", target) for block, target in table if block.first <= address <= block.last
        ]
        # Equally specific: the route of the table replaces the local one.
        expected = min(matching, key=lambda match: (match[0], not match[1]))[2] if matching else None
        assert where == expected


# Security groups.

PORTS = st.integers(0, 9)


@st.composite
def rules(draw, group):
    """A rule of a group over the small world: some ports of some protocol, to a block."""
    rule = Rule("egress", group, None)
    rule.protocol = draw(st.sampled_from(["tcp", "udp", "-1"]))
    if rule.protocol != "-1":
        rule.from_port, rule.to_port = sorted((draw(PORTS), draw(PORTS)))
    rule.range = draw(blocks())
    return rule


class Group:
    """Stands in for a security group, of which rules only need the name."""

    id = "Group"
    imported = False


@settings(deadline=None)
@given(st.lists(rules(Group()), max_size=6), blocks(), PORTS, PORTS, st.sampled_from(["tcp", "udp"]))
def test_a_union_of_rules(listed, asked, one, other, protocol):
    """Rules admit what their union covers: each address on each port; and the rules that are named suffice for it."""
    low, high = sorted((one, other))

    def admitted(by, address, port):
        return any(
            rule.range.first <= address <= rule.range.last
            and (rule.protocol == "-1" or (rule.protocol == protocol and rule.from_port <= port <= rule.to_port))
            for rule in by
        )

    def all_admitted(by):
        return all(admitted(by, address, port) for address in members(asked) for port in range(low, high + 1))

    found = admits(listed, asked, protocol, low, high)
    assert (found is not None) == all_admitted(listed)
    assert found is None or all_admitted(found)


# Network ACLs.


@st.composite
def entries(draw):
    """Entries of one direction with distinct numbers."""
    numbers = draw(st.lists(st.integers(1, 100), max_size=5, unique=True))
    found = []
    for number in numbers:
        entry = AclEntry(number, allow=draw(st.booleans()), range=draw(st.one_of(blocks(), st.just(EVERYTHING4))))
        entry.protocol = draw(st.sampled_from(["-1", "tcp", "udp"]))
        if entry.protocol != "-1":
            entry.from_port, entry.to_port = sorted((draw(PORTS), draw(PORTS)))
        found.append(entry)
    return found


@settings(deadline=None)
@given(entries(), blocks(), PORTS, PORTS)
def test_the_order_of_acl_entries(asker, listed, asked, one, other):
    """The first entry by number decides for each address and port, and what no entry matches is denied."""
    low, high = sorted((one, other))
    network = asker.network()
    acl = NetworkAcl(network, network.group.resources()[0])
    acl.outbound = tuple(sorted(listed, key=lambda entry: entry.number))

    def allowed(address, port):
        for entry in acl.outbound:
            if (
                entry.protocol in ("-1", "tcp")
                and entry.range.first <= address <= entry.range.last
                and entry.from_port <= port <= entry.to_port
            ):
                return entry.allow
        return False

    refused = {address for address in members(asked) for port in range(low, high + 1) if not allowed(address, port)}
    decision = acl.decide(True, asked, "tcp", low, high)
    assert isinstance(decision, Decision)
    assert decision.allowed == (not refused)
    assert decision.partly == (bool(refused) and refused != members(asked))
    assert decision.entry.allow == decision.allowed
