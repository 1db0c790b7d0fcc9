"""A network as Linux network namespaces: what AWS documents of routers, groups and ACLs, said in the kernel's own words.

- A VPC's router is a namespace. Each subnet's traffic is looked up in a routing table of its own (policy routing by incoming interface), where the
  kernel finds the longest prefix. The local route is a `throw`: the lookup goes on in the table of the VPC's own addresses.
- A network ACL is a chain of that router, passed by what crosses the boundary of its subnet, packet by packet, without connection tracking.
- An interface is a namespace behind the router, with one address of each class. Its security groups are rules of its own, with tracking.
- A reference to a security group stands for the addresses of its members.
- A NAT gateway is an interface that forwards and translates; an internet gateway translates the addresses that have a public one, and
  drops the rest.
- What lies behind a transit gateway answers for every address and lets everything back: what is blocked there is blocked in any case.

Sources: the VPC user guide, https://docs.aws.amazon.com/vpc/latest/userguide/ (VPC_Route_Tables, vpc-network-acls, vpc-security-groups,
vpc-nat-gateway, VPC_Internet_Gateway), and for notebooks appendix-notebook-and-internet-access of the SageMaker AI developer guide.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from netlab.firewall import group_chains
from netlab.parts import ANYWHERE, ELASTIC, MANAGED, S3_RANGE, Group, Rule
from netlab.router import Router, beside, first

if TYPE_CHECKING:
    from collections.abc import Iterable

    from namespaces import Lab, Namespace

    from netlab.classes import Classes
    from netlab.parts import Nat, Net, Subnet, Vpc, Workload

INTERNET, S3, ON_PREMISES = "internet", "s3", "on-premises"
_PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
_LINKS = IPv4Network("169.254.128.0/17")
#: The first four addresses of a subnet are AWS's.
_RESERVED = 4


@dataclass
class Interface:
    """An interface of the customer: a namespace with one address of each class of its subnet."""

    namespace: Namespace
    subnet: Subnet
    addresses: list[str]
    groups: tuple[str, ...]
    device: str


@dataclass
class Place:
    """Where a workload stands; without a customer's interface it has SageMaker's own, or, isolated, none at all."""

    namespace: Namespace
    interface: Interface | None = None


@dataclass
class World:
    """The namespaces of a network, by what they stand for."""

    places: dict[str, list[Place]] = field(default_factory=dict)
    seconds: dict[str, list[Interface]] = field(default_factory=dict)
    servers: dict[str, list[Interface]] = field(default_factory=dict)
    responders: list[Namespace] = field(default_factory=list)


def _default_group(vpc: Vpc) -> Group:
    """The group that a VPC is created with: it admits its members, and lets everything out."""
    return Group(f"default-{vpc.name}", vpc.name, ingress=(Rule(f"@default-{vpc.name}", "-1"),))


class Builder:
    """Builds the namespaces of one network in a lab; `strangers` are addresses of those whom the template does not name."""

    def __init__(self, net: Net, classes: Classes, lab: Lab, strangers: Iterable[str]) -> None:
        self.net = net
        self._classes = classes
        self._lab = lab
        self._world = World()
        self._groups = {group.name: group for group in (*net.groups, *(_default_group(vpc) for vpc in net.vpcs))}
        self._interfaces: list[Interface] = []
        self._elastic: dict[str, dict[str, str]] = {vpc.name: {} for vpc in net.vpcs}
        self._used = {"links": 0, "managed": 0, "elastic": 0}
        self._outside = {name: lab.namespace(name) for name in (INTERNET, S3, ON_PREMISES)}
        self._routers = {vpc.name: Router(net, vpc, lab, strangers) for vpc in net.vpcs}

    def build(self) -> World:
        """Make everything, and configure it."""
        self._answer_everything()
        for vpc, router in self._routers.items():
            for name in (S3, ON_PREMISES):
                self._join(router, name, vpc)
            router.seat_the_rest(*self._pair())
        for nat in self.net.nats:
            self._nat(nat)
        self._serve()
        for workload in self.net.workloads:
            self._workload(workload)
        for peering in self.net.peerings:
            self._peer(peering.name, self._routers[peering.one], self._routers[peering.other])
        for vpc in self.net.vpcs:
            if vpc.gateway == "attached":
                self._internet_gateway(vpc)
        for router in self._routers.values():
            router.finish()
        self._guard()
        self._lab.build()
        for router in self._routers.values():
            router.answer_for_neighbours()
        return self._world

    # The outside.

    def _answer_everything(self) -> None:
        internet, s3, far = self._outside.values()
        internet.ip += [f"route add local {ANYWHERE} dev lo", *(f"route add blackhole {block}" for block in _PRIVATE)]
        s3.ip.append(f"route add local {S3_RANGE} dev lo")
        far.ip.append(f"route add local {ANYWHERE} dev lo")
        self._world.responders += [internet, s3, far, *(router.anybody for router in self._routers.values())]

    def _join(self, router: Router, name: str, vpc: str) -> None:
        """Join S3 (behind the gateway endpoint) or what lies behind the transit gateway; it routes back to the VPC."""
        here, there = self._pair()
        outside = self._outside[name]
        router.gateway({S3: "s3", ON_PREMISES: "tgw"}[name], outside, vpc, here, there)
        outside.ip.append(beside(here, vpc))
        outside.ip += [f"route add {cidr} via {here} dev {vpc} onlink" for cidr in self.net.vpc(vpc).cidrs]

    def _internet_gateway(self, vpc: Vpc) -> None:
        """Translate the addresses that have a public one, one to one; drop all others, and what the internet does not carry."""
        gateway, internet = self._lab.namespace(f"internet gateway of {vpc.name}"), self._outside[INTERNET]
        here, there = self._pair()
        self._routers[vpc.name].gateway("igw", gateway, "vpc", here, there)
        inner, outer = self._pair()
        self._lab.link(gateway, "internet", internet, f"igw{vpc.name}")
        internet.ip += [f"addr add {outer}/32 dev igw{vpc.name}", beside(inner, f"igw{vpc.name}")]
        gateway.ip += [f"addr add {inner}/32 dev internet", f"route add default via {outer} dev internet onlink"]
        own = self._elastic[vpc.name]
        known = [f'iifname "vpc" ip saddr {address} ip daddr != {{ {", ".join(_PRIVATE)} }} accept' for address in own]
        gateway.nft += [
            "table ip gateway {",
            *("chain forward { type filter hook forward priority 0; policy drop;", "ct state established,related accept", *known, "}"),
            *("chain out { type nat hook postrouting priority srcnat;", *(f'oifname "internet" ip saddr {one} snat to {public}' for one, public in own.items()), "}"),
            "}",
        ]  # fmt: skip
        for address, public in own.items():
            internet.ip.append(f"route add {public}/32 via {inner} dev igw{vpc.name} onlink")
            gateway.ip.append(f"route add {address}/32 via {here} dev vpc onlink")

    def _pair(self) -> tuple[str, str]:
        """The addresses of the two ends of another link."""
        self._used["links"] += 2
        return str(_LINKS[self._used["links"]]), str(_LINKS[self._used["links"] + 1])

    def _public(self) -> str:
        self._used["elastic"] += 1
        return str(ELASTIC[self._used["elastic"]])

    def _peer(self, name: str, one: Router, other: Router) -> None:
        self._lab.link(one.namespace, name, other.namespace, name)
        here, there = self._pair()
        one.enter(name, here, there)
        other.enter(name, there, here)

    # Interfaces.

    def _interface(self, name: str, subnet: str, groups: tuple[str, ...]) -> Interface:
        interface, _ = self._attach(self._lab.namespace(name), subnet, groups, "eth0")
        interface.namespace.ip += [f"addr add {address}/32 dev eth0" for address in interface.addresses]
        interface.namespace.ip.append(f"route add default via {first(interface.subnet.cidr)} dev eth0 onlink")
        return interface

    def _respond(self, name: str, subnets: Iterable[str], groups: tuple[str, ...]) -> list[Interface]:
        """Interfaces that answer."""
        made = [
            self._interface(f"{name} in {subnet}", subnet, self._groups_or_default(groups, subnet))
            for subnet in subnets
        ]
        self._world.responders += [one.namespace for one in made]
        return made

    def _attach(self, namespace: Namespace, subnet: str, groups: tuple[str, ...], device: str) -> tuple[Interface, str]:
        place = self.net.subnet(subnet)
        router = self._routers[place.vpc]
        number = router.number(subnet)
        addresses = [
            str(IPv4Address(start + _RESERVED + number)) for start in self._classes.within(IPv4Network(place.cidr))
        ]
        way = router.attach(namespace, device, place, number, addresses, proxy=device != "eth0")
        interface = Interface(namespace, place, addresses, groups, device)
        self._interfaces.append(interface)
        return interface, way

    def _groups_or_default(self, groups: tuple[str, ...], subnet: str) -> tuple[str, ...]:
        return groups or (f"default-{self.net.subnet(subnet).vpc}",)

    def _serve(self) -> None:
        for server in self.net.servers:
            self._world.servers[server.name] = self._respond(server.name, [server.subnet], server.groups)
        for endpoint in self.net.endpoints:
            self._world.servers[endpoint.name] = self._respond(endpoint.name, endpoint.subnets, endpoint.groups)

    def _workload(self, workload: Workload) -> None:
        name = workload.name
        if workload.kind == "notebook" and workload.direct:
            self._world.places[name] = [self._notebook(workload)]
        elif workload.isolated:
            self._world.places[name] = [Place(self._lab.namespace(name))]
        else:
            groups = self._groups_or_default(workload.groups, workload.subnets[0])
            made = [self._interface(f"{name} in {subnet}", subnet, groups) for subnet in workload.subnets]
            self._world.places[name] = [Place(one.namespace, one) for one in made]
            if workload.kind != "notebook":
                self._world.seconds[name] = self._respond(f"second {name}", workload.subnets, groups)

    def _notebook(self, workload: Workload) -> Place:
        """A notebook with direct internet access: SageMaker's interface has the default route, the customer's the ranges of its VPC."""
        namespace, internet = self._lab.namespace(workload.name), self._outside[INTERNET]
        self._used["managed"] += 1
        own, peer = (str(MANAGED[2 * self._used["managed"] + side]) for side in (0, 1))
        device = f"managed{self._used['managed']}"
        self._lab.link(namespace, "eth0", internet, device)
        internet.ip += [f"addr add {peer}/32 dev {device}", f"route add {own}/32 dev {device}"]
        namespace.ip += [f"addr add {own}/31 dev eth0", f"route add default via {peer} dev eth0"]
        if not workload.subnets:
            return Place(namespace)
        subnet = self.net.subnet(workload.subnets[0])
        interface, _ = self._attach(
            namespace, subnet.name, self._groups_or_default(workload.groups, subnet.name), "eth2"
        )
        address, *others = interface.addresses
        namespace.ip.append(f"addr add {address}/{IPv4Network(subnet.cidr).prefixlen} dev eth2")
        namespace.ip += [f"addr add {other}/32 dev eth2" for other in others]
        namespace.ip += [
            f"route add {cidr} via {first(subnet.cidr)} dev eth2" for cidr in self.net.vpc(subnet.vpc).cidrs
        ]
        return Place(namespace, interface)

    def _nat(self, nat: Nat) -> None:
        router, namespace = self._routers[nat.vpc], self._lab.namespace(nat.name)
        if nat.subnet is None:
            here, address = self._pair()
            router.regional(nat.name, namespace, here, address)
        else:
            interface, way = self._attach(namespace, nat.subnet, nat.groups, "eth0")
            address = interface.addresses[0]
            namespace.ip += [f"addr add {each}/32 dev eth0" for each in interface.addresses]
            namespace.ip.append(f"route add default via {first(interface.subnet.cidr)} dev eth0 onlink")
            router.lead(nat.name, way)
            if nat.kind != "instance":
                self._interfaces.remove(interface)  # NAT gateways have no security groups
        if nat.kind != "private":
            self._elastic[nat.vpc][address] = self._public()
        if nat.forwards:
            namespace.nft += [
                "table ip translate {",
                "chain out { type nat hook postrouting priority srcnat;",
                f'oifname "eth0" snat to {address}',
                "}",
                "}",
            ]
        else:
            namespace.setting("ip_forward", "0")

    def _guard(self) -> None:
        """Put the security groups on all interfaces."""
        members = {
            name: [address for one in self._interfaces if name in one.groups for address in one.addresses]
            for name in self._groups
        }
        for one in self._interfaces:
            one.namespace.nft += group_chains(
                [self._groups[name] for name in one.groups], one.device, self.net, members
            )
