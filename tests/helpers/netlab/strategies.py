"""Random networks: small, but with everything in them that decides, and mostly with a way through, so that the last gate is tried too."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from netlab.choices import often, pick, seldom, some
from netlab.parts import ANYWHERE, LIST, Endpoint, Nat, Net, Peering, Route, Server, Subnet, Table, Vpc, Workload
from netlab.random_gates import PARTS, acls_of, groups_of

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The ranges that are asked about besides those of the subnets.
FURTHER = ("10.1.0.0/16", "10.2.0.0/16", "10.2.1.128/25", "192.168.4.0/24", "52.0.0.0/16", "10.0.0.0/8")
_PLACES = {
    "A": (
        ("A0", "10.1.0.0/24", "a"),
        ("A1", "10.1.1.0/24", "a"),
        ("A2", "10.1.2.0/24", "b"),
        ("A3", "100.64.1.0/24", "b"),
    ),
    "B": (("B1", "10.2.1.0/24", "a"), ("B2", "10.2.2.0/24", "b")),
    "C": (("C1", "10.3.1.0/24", "a"),),
}
_CIDRS = {"A": ("10.1.0.0/16", "100.64.0.0/16"), "B": ("10.2.0.0/16",), "C": ("10.3.0.0/16",)}


@st.composite
def networks(draw: st.DrawFn) -> Net:
    """A network of one to three VPCs."""
    vpcs = _vpcs(draw)
    peerings = _peerings(draw, vpcs)
    subnets = _subnets(draw, vpcs)
    net = Net(vpcs=vpcs, subnets=subnets, peerings=peerings, lists=_lists(draw))
    net = replace(net, groups=groups_of(draw, net))
    net = replace(net, nats=_nats(draw, net))
    net = replace(net, tables=_tables(draw, net), acls=acls_of(draw, net))
    net = replace(net, subnets=tuple(_associated(draw, net, subnet) for subnet in subnets))
    net = replace(net, endpoints=_endpoints(draw, net), servers=_servers(draw, net))
    return replace(net, workloads=_workloads(draw, net))


def _vpcs(draw: st.DrawFn) -> tuple[Vpc, ...]:
    names = pick(draw, "A", "AB", "AB", "ABC")
    found = []
    for name in names:
        cidrs = _CIDRS[name] if seldom(draw) or name != "A" else _CIDRS[name][:1]
        gateway = pick(draw, "attached", "attached", "attached", "attached", "attached", "detached")
        found.append(Vpc(name, cidrs, gateway, dns_support=not seldom(draw) or often(draw), dns_hostnames=often(draw)))
    return tuple(found)


def _peerings(draw: st.DrawFn, vpcs: Sequence[Vpc]) -> tuple[Peering, ...]:
    names = {vpc.name for vpc in vpcs}
    possible = [Peering(f"Pcx{pair}", pair[0], pair[1]) for pair in ("AB", "BC") if set(pair) <= names]
    return tuple(one for one in possible if often(draw))


def _subnets(draw: st.DrawFn, vpcs: Sequence[Vpc]) -> tuple[Subnet, ...]:
    found = []
    for vpc in vpcs:
        first, *others = [place for place in _PLACES[vpc.name] if not place[1].startswith("100.") or len(vpc.cidrs) > 1]
        chosen = [first, *some(draw, others, 1, len(others))]
        found += [Subnet(name, vpc.name, cidr, zone) for name, cidr, zone in chosen]
    return tuple(found)


def _lists(draw: st.DrawFn) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return () if often(draw) else (("Known", some(draw, PARTS[:-1], 1, 3)),)


# Ways out.


def _nats(draw: st.DrawFn, net: Net) -> tuple[Nat, ...]:
    found = []
    for vpc in net.vpcs:
        if vpc.name == "C":
            continue
        subnet = next(one.name for one in net.subnets if one.vpc == vpc.name)
        kinds = ["public", "public", "public", "private", "instance"] + (
            ["regional"] if vpc.gateway == "attached" else []
        )
        for number in range(pick(draw, 1, 1, 2)):
            kind = pick(draw, *kinds)
            groups = (
                some(draw, [group.name for group in net.groups if group.vpc == vpc.name], 1, 2)
                if kind == "instance"
                else ()
            )
            forwards = kind != "instance" or often(draw)
            found.append(
                Nat(f"Nat{vpc.name}{number}", vpc.name, None if kind == "regional" else subnet, kind, groups, forwards)
            )
    return tuple(found)


def _tables(draw: st.DrawFn, net: Net) -> tuple[Table, ...]:
    """One for the subnet of the NAT gateways, mostly to the internet gateway, and two for others."""
    found = []
    for vpc in net.vpcs:
        nats = [
            Route("", "instance" if nat.kind == "instance" else "nat", nat.name)
            for nat in net.nats
            if nat.vpc == vpc.name
        ]
        others = [Route("", "pcx", one.name) for one in net.peerings if vpc.name in (one.one, one.other)]
        igw, transit = Route("", "igw"), Route("", "tgw")
        public = pick(draw, igw, igw, igw, igw, igw, None)
        found.append(_table(draw, net, f"{vpc.name}Public", vpc.name, public, [*others, transit]))
        for number in (1, 2):
            default = pick(draw, *nats * 4, igw, None, transit) if nats else None
            found.append(
                _table(draw, net, f"{vpc.name}Private{number}", vpc.name, default, [*others * 3, *nats, transit, igw])
            )
    return tuple(found)


def _table(draw: st.DrawFn, net: Net, name: str, vpc: str, default: Route | None, ways: Sequence[Route]) -> Table:
    routes: dict[str, Route] = {}
    if default is not None:
        for block in (ANYWHERE,) if not seldom(draw) else ("0.0.0.0/1", "128.0.0.0/1"):
            routes[block] = default
    if not name.endswith("Public") or pick(draw, True, False):
        for peering in net.peerings:
            if vpc in (peering.one, peering.other) and often(draw):
                far = peering.other if peering.one == vpc else peering.one
                routes[_CIDRS[far][0]] = Route("", "pcx", peering.name)
    blocks = [
        "10.0.0.0/8",
        "10.1.1.0/24",
        "10.1.1.128/25",
        "10.2.1.0/24",
        "10.2.0.0/15",
        "10.3.0.0/16",
        "192.168.0.0/16",
        "52.0.0.0/8",
        "0.0.0.0/1",
        "128.0.0.0/1",
    ]
    blocks += [LIST + each for each, _ in net.lists]
    for block in some(draw, [one for one in blocks if not _within(net, one, vpc)], 0, 2):
        routes[block] = pick(draw, *ways)
    taken: set[str] = set()
    kept = []
    for block, route in routes.items():
        own = set(net.blocks(block))
        if not own & taken and not any(_within(net, each, vpc) for each in own):
            taken |= own
            kept.append(replace(route, destination=block))
    return Table(name, vpc, tuple(kept), s3=pick(draw, True, False))


def _within(net: Net, block: str, vpc: str) -> bool:
    """Does a route's destination lie within its VPC? Those are for appliances, which these networks do not have."""
    if block.startswith(LIST):
        return False
    return any(IPv4Network(block).subnet_of(IPv4Network(cidr)) for cidr in net.vpc(vpc).cidrs)


def _associated(draw: st.DrawFn, net: Net, subnet: Subnet) -> Subnet:
    """A subnet with its table and ACL; NAT gateways stand in the first of each VPC."""
    public = subnet.name.endswith("0") or subnet.name in ("B1", "C1")
    names = [table.name for table in net.tables if table.vpc == subnet.vpc and table.name.endswith("Public") == public]
    table = pick(draw, *names * 4, None)
    acls = [acl.name for acl in net.acls if acl.vpc == subnet.vpc and not acl.default]
    return replace(subnet, table=table, acl=pick(draw, *acls, None) if acls else None)


# What stands in it.


def _endpoints(draw: st.DrawFn, net: Net) -> tuple[Endpoint, ...]:
    found = []
    for vpc in net.vpcs[:2]:
        for name, service in (("Sts", "sts"), ("Api", "sagemaker.api")):
            if pick(draw, True, False):
                places = some(draw, [one.name for one in net.subnets if one.vpc == vpc.name], 1, 2)
                groups = some(
                    draw, [group.name for group in net.groups if group.vpc == vpc.name], 0 if seldom(draw) else 1, 2
                )
                found.append(Endpoint(f"{vpc.name}{name}", vpc.name, service, places, groups, private_dns=often(draw)))
    return tuple(found)


def _servers(draw: st.DrawFn, net: Net) -> tuple[Server, ...]:
    found = []
    for number, subnet in enumerate(net.subnets):
        if pick(draw, True, False):
            groups = [group.name for group in net.groups if group.vpc == subnet.vpc]
            found.append(Server(f"Server{number}", subnet.name, some(draw, groups, 1, 2)))
    mount = next((subnet for subnet in net.subnets if subnet.name == "A1"), None)
    if mount is not None and pick(draw, True, False):
        found.append(
            Server(
                "Mount", "A1", some(draw, [group.name for group in net.groups if group.vpc == "A"], 0, 2), mount=True
            )
        )
    return tuple(found)


def _workloads(draw: st.DrawFn, net: Net) -> tuple[Workload, ...]:
    """A job, a model, and a notebook or two, all in VPC A."""
    places = [subnet.name for subnet in net.subnets if subnet.vpc == "A"]
    groups = [group.name for group in net.groups if group.vpc == "A"]
    found = [
        Workload("Job", "job", (pick(draw, *places),), some(draw, groups, 1, 2)),
        Workload("Model", "model", some(draw, places, 1, 2), some(draw, groups, 1, 3), isolated=seldom(draw)),
    ]
    for number in range(pick(draw, 1, 1, 2)):
        direct = pick(draw, True, True, False)
        inside = not direct or often(draw)
        script = pick(draw, "", "construct", "construct", "plain") if inside and direct else ""
        ranges = (
            some(draw, ("10.2.0.0/16", "10.2.1.0/24", "192.168.0.0/16", "10.3.0.0/16", "10.0.0.0/8"), 1, 2)
            if script
            else ()
        )
        found.append(
            Workload(
                f"Notebook{number}", "notebook", (pick(draw, *places),) if inside else (), some(draw, groups, 0, 2) if inside else (),
                direct=direct, script=script, ranges=ranges,
            )
        )  # fmt: skip
    return tuple(found)
