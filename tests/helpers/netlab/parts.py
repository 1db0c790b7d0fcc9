"""What a network consists of, in AWS's words; plain values that both renderings read."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

#: The public addresses of S3 in this small world, which its prefix list holds.
S3_RANGE = IPv4Network("3.5.0.0/19")
S3_LIST = "pl-6da54004"
#: Elastic IP addresses, and the addresses of SageMaker's own interfaces.
ELASTIC = IPv4Network("198.51.100.0/24")
MANAGED = IPv4Network("198.18.0.0/24")
ANYWHERE = "0.0.0.0/0"
#: A rule to or from a security group is written `@Group`, to or from a prefix list of the template `%List`.
GROUP = "@"
LIST = "%"


@dataclass(frozen=True)
class Rule:
    """A rule of a security group: `tcp` 443-443 to or from `other` (a CIDR block, `@Group`, `%List` or S3's prefix list)."""

    other: str
    protocol: str = "tcp"
    low: int = 443
    high: int = 443
    separate: bool = False


@dataclass(frozen=True)
class Group:
    """A security group; without any egress rule it lets everything out."""

    name: str
    vpc: str
    ingress: tuple[Rule, ...] = ()
    egress: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Entry:
    """An entry of a network ACL; `protocol` is `-1`, `6` (TCP) or `17` (UDP)."""

    number: int
    egress: bool
    allow: bool
    cidr: str
    protocol: str = "-1"
    low: int = 0
    high: int = 65535


@dataclass(frozen=True)
class Acl:
    """A network ACL; `default`: not one of its own, but entries that are added to its VPC's default one."""

    name: str
    vpc: str
    entries: tuple[Entry, ...] = ()
    default: bool = False


@dataclass(frozen=True)
class Route:
    """A route: `kind` is `igw`, `nat`, `pcx` or `tgw`, `target` the NAT's or peering's name, `destination` a CIDR block or `%List`."""

    destination: str
    kind: str
    target: str = ""


@dataclass(frozen=True)
class Table:
    """A route table; `s3`: the VPC's gateway endpoint for S3 stands in it."""

    name: str
    vpc: str
    routes: tuple[Route, ...] = ()
    s3: bool = False


@dataclass(frozen=True)
class Vpc:
    """A VPC; `gateway`: it has an internet gateway: `attached`, `detached` (made, but not attached) or empty (none)."""

    name: str
    cidrs: tuple[str, ...]
    gateway: str = "attached"
    dns_support: bool = True
    dns_hostnames: bool = True


@dataclass(frozen=True)
class Subnet:
    """A subnet; without table it uses the main one, without ACL the default one."""

    name: str
    vpc: str
    cidr: str
    zone: str = "a"
    table: str | None = None
    acl: str | None = None


@dataclass(frozen=True)
class Nat:
    """A NAT: `kind` is `public` or `private` (gateways in a subnet), `regional` (a gateway without), or `instance`."""

    name: str
    vpc: str
    subnet: str | None
    kind: str = "public"
    groups: tuple[str, ...] = ()
    forwards: bool = True


@dataclass(frozen=True)
class Peering:
    """A peering connection between two VPCs."""

    name: str
    one: str
    other: str


@dataclass(frozen=True)
class Endpoint:
    """An interface endpoint; without groups it has the VPC's default group."""

    name: str
    vpc: str
    service: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...] = ()
    private_dns: bool = True


@dataclass(frozen=True)
class Server:
    """An EC2 instance, or a mount target where `mount` is set."""

    name: str
    subnet: str
    groups: tuple[str, ...]
    mount: bool = False


@dataclass(frozen=True)
class Workload:
    """A workload: a `job` that is imagined, a `model`, or a `notebook`.

    Attributes:
        direct: A notebook's direct internet access.
        isolated: A model's network isolation.
        script: How a lifecycle script adds routes to `ranges`: not at all (empty), `construct` (the one of VpcNotebookDirectInternet) or
            `plain` (`ip route add`, by hand).

    """

    name: str
    kind: str
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    direct: bool = False
    isolated: bool = False
    script: str = ""
    ranges: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """What `explain --from` takes."""
        return "+".join((*self.subnets, *self.groups)) if self.kind == "job" else self.name


@dataclass(frozen=True)
class Net:
    """A whole network."""

    vpcs: tuple[Vpc, ...]
    subnets: tuple[Subnet, ...]
    tables: tuple[Table, ...] = ()
    acls: tuple[Acl, ...] = ()
    groups: tuple[Group, ...] = ()
    nats: tuple[Nat, ...] = ()
    peerings: tuple[Peering, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    servers: tuple[Server, ...] = ()
    workloads: tuple[Workload, ...] = ()
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def vpc(self, name: str) -> Vpc:
        return next(each for each in self.vpcs if each.name == name)

    def subnet(self, name: str) -> Subnet:
        return next(each for each in self.subnets if each.name == name)

    def vpc_of(self, subnet: str) -> Vpc:
        return self.vpc(self.subnet(subnet).vpc)

    def blocks(self, text: str) -> tuple[str, ...]:
        """The CIDR blocks that the other side of a rule or route means; none for a group."""
        if text.startswith(LIST):
            return dict(self.lists)[text[1:]]
        if text == S3_LIST:
            return (str(S3_RANGE),)
        return () if text.startswith(GROUP) else (text,)

    def peered(self, vpc: str) -> tuple[str, ...]:
        """The VPCs that are peered with one."""
        found = [(one.other if one.one == vpc else one.one) for one in self.peerings if vpc in (one.one, one.other)]
        return tuple(dict.fromkeys(found))
