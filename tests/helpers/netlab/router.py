"""The router of a VPC: a namespace that looks up each subnet's traffic in a routing table of that subnet's own."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from netlab.firewall import acl_chains
from netlab.parts import ANYWHERE, S3_RANGE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from namespaces import Lab, Namespace

    from netlab.parts import Net, Route, Subnet, Table, Vpc

_OWN = 50  # the routing table of the VPC's own addresses
_INWARD = 60  # for what comes in by a gateway: the VPC's own addresses, nothing else
_REST = 61
_REGIONAL = 62
_FIRST = 100
_WITHIN_SUBNET, _BY_TABLE, _TO_OWN = 100, 200, 300  # the order of the rules
_LAST = 4_000_000_000  # the metric of a default route that any other one beats


def first(cidr: str) -> str:
    """The address of a subnet's router."""
    return str(IPv4Network(cidr)[1])


def beside(address: str, device: str) -> str:
    """The line by which a namespace that answers at every address knows that a neighbour's is not its own."""
    return f"route add {address}/32 dev {device} table local"


class Router:
    """The router of a VPC, with what stands in its subnets for anybody: a responder without security groups."""

    def __init__(self, net: Net, vpc: Vpc, lab: Lab, strangers: Iterable[str]) -> None:
        self.net = net
        self.vpc = vpc
        self._lab = lab
        self.namespace = lab.namespace(f"router of {vpc.name}")
        self.anybody = lab.namespace(f"anybody in {vpc.name}")
        self.subnets = [subnet for subnet in net.subnets if subnet.vpc == vpc.name]
        self._tables: list[Table | None] = [*(table for table in net.tables if table.vpc == vpc.name), None]
        self._taken = dict.fromkeys((subnet.name for subnet in self.subnets), 0)
        self._strangers = [one for one in strangers if any(IPv4Address(one) in IPv4Network(cidr) for cidr in vpc.cidrs)]
        self._gateways: dict[str, str] = {}  # a way out -> "via ADDRESS dev DEVICE onlink"
        self._proxied: list[str] = []
        for number, subnet in enumerate(self.subnets):
            self._seat_anybody(number, subnet)

    def number(self, subnet: str) -> int:
        """The number of the next interface in a subnet."""
        self._taken[subnet] += 1
        return self._taken[subnet]

    def attach(
        self, namespace: Namespace, peer: str, subnet: Subnet, number: int, addresses: list[str], *, proxy: bool
    ) -> str:
        """Join the n-th interface of a subnet; returns how a route leads to it."""
        device = f"{subnet.name}-{number}"
        self._lab.link(self.namespace, device, namespace, peer)
        self._from_subnet(device, subnet)
        address, *others = addresses
        self.namespace.ip.append(f"route add {address}/32 dev {device} table {_OWN}")
        self.namespace.ip += [
            f"route add {other}/32 via {address} dev {device} onlink table {_OWN}" for other in others
        ]
        if proxy:
            self._proxied.append(device)
        return f"via {address} dev {device} onlink"

    def _from_subnet(self, device: str, subnet: Subnet) -> None:
        """Within itself a subnet is not routed; everything else goes by its table."""
        table = next(
            (number for number, table in enumerate(self._tables) if table is not None and table.name == subnet.table),
            len(self._tables) - 1,
        )
        self.namespace.ip += [
            f"addr add {first(subnet.cidr)}/32 dev {device}",
            f"rule add iif {device} to {subnet.cidr} lookup {_OWN} pref {_WITHIN_SUBNET}",
            f"rule add iif {device} lookup {_FIRST + table} pref {_BY_TABLE}",
        ]

    def _seat_anybody(self, number: int, subnet: Subnet) -> None:
        """Answer in a subnet for those whom the template does not name."""
        device = f"{subnet.name}-0"
        self._lab.link(self.namespace, device, self.anybody, f"eth{number}")
        self._from_subnet(device, subnet)
        for address in [one for one in self._strangers if IPv4Address(one) in IPv4Network(subnet.cidr)]:
            self._strangers.remove(address)
            self.anybody.ip.append(f"addr add {address}/32 dev eth{number}")
            self.namespace.ip.append(f"route add {address}/32 dev {device} table {_OWN}")
        self.anybody.ip += [
            f"route add default via {first(subnet.cidr)} dev eth{number} onlink table {_FIRST + number}",
            f"rule add from {subnet.cidr} lookup {_FIRST + number} pref {_FIRST}",
        ]

    def gateway(self, name: str, namespace: Namespace, peer: str, here: str, there: str, table: int = _INWARD) -> None:
        """Join a way out; what comes in by it is looked up in `table`."""
        self._lab.link(self.namespace, name, namespace, peer)
        namespace.ip.append(f"addr add {there}/32 dev {peer}")
        self.enter(name, here, there, table)

    def enter(self, name: str, here: str, there: str, table: int = _INWARD) -> None:
        """Use a way out whose link exists."""
        self.namespace.ip += [f"addr add {here}/32 dev {name}", f"rule add iif {name} lookup {table} pref {_BY_TABLE}"]
        self._gateways[name] = f"via {there} dev {name} onlink"

    def lead(self, name: str, way: str) -> None:
        """Say how a route leads to a NAT."""
        self._gateways[name] = way

    def seat_the_rest(self, here: str, there: str) -> None:
        """Answer for those in the VPC, but outside of the template's subnets, too; everything is routed back from there."""
        self.gateway("rest", self.anybody, "rest", here, there, _REST)
        self.namespace.ip += [
            f"route add {address}/32 {self._gateways['rest']} table {_OWN}" for address in self._strangers
        ]
        self.anybody.ip += [f"addr add {address}/32 dev rest" for address in self._strangers]
        self.anybody.ip.append(f"route add default via {here} dev rest onlink")

    def regional(self, name: str, namespace: Namespace, here: str, there: str) -> None:
        """Join a regional NAT gateway, which has routes of its own to the internet gateway."""
        self.gateway(name, namespace, "eth0", here, there, _REGIONAL)
        namespace.ip.append(f"route add default via {here} dev eth0 onlink")
        self.namespace.ip.append(f"route add {there}/32 dev {name} table {_INWARD}")

    def finish(self) -> None:
        """Write the tables, once all ways out are there."""
        for number, table in enumerate(self._tables):
            self._table(_FIRST + number, () if table is None else table.routes)
            if table is not None and table.s3:
                self.namespace.ip.append(f"route add {S3_RANGE} {self._gateways['s3']} table {_FIRST + number}")
        self._table(_INWARD, ())
        self._table(_REST, ())
        self.namespace.ip += [
            f"route add {cidr} {self._gateways[peering.name]} table {_REST}"
            for peering in self.net.peerings
            if self.vpc.name in (peering.one, peering.other)
            for cidr in self.net.vpc(peering.other if peering.one == self.vpc.name else peering.one).cidrs
        ]
        self._table(_REGIONAL, ())
        if "igw" in self._gateways:
            self.namespace.ip.append(f"route add default {self._gateways['igw']} table {_REGIONAL}")
        self.namespace.ip += [f"route add unreachable default table {_OWN}", f"rule add lookup {_OWN} pref {_TO_OWN}"]
        self.namespace.nft += acl_chains(self.net, self.vpc.name)

    def _table(self, number: int, routes: tuple[Route, ...]) -> None:
        """A table: the local routes, which lead on to the VPC's own addresses, the given ones, and the end."""
        lines = [f"throw {cidr}" for cidr in self.vpc.cidrs]
        lines += [self._route(block, route) for route in routes for block in self.net.blocks(route.destination)]
        lines.append(f"unreachable {ANYWHERE} metric {_LAST}")
        self.namespace.ip += [f"route add {line} table {number}" for line in lines]

    def _route(self, block: str, route: Route) -> str:
        way = self._gateways.get(route.target or route.kind)
        return f"blackhole {block}" if way is None else f"{block} {way}"

    def answer_for_neighbours(self) -> None:
        """Notebooks look for their neighbours in the subnet itself, as on EC2; the router answers for them. After the links were made."""
        for device in self._proxied:
            self.namespace.setting(f"conf/{device}/proxy_arp", "1")
            self.namespace.setting(f"neigh/{device}/proxy_delay", "0")
