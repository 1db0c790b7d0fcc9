"""Traffic that stays among the customer's interfaces: file systems, members of the same groups, other resources."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network import gates, ways
from constructs_lib.network.gates import between
from constructs_lib.network.group_rules import egress_of, ingress_of
from constructs_lib.network.groups import SecurityGroup
from constructs_lib.network.path import Trail, best, worst
from constructs_lib.network.questions import EFS, SELF, Target
from constructs_lib.network.ranges import pieces, to_piece
from constructs_lib.network.storage import EfsFileSystem, MountTarget, Placed
from constructs_lib.network.studio import Domain
from constructs_lib.network.vantage import admits_interface, vpc_around

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs_lib.network.path import Path
    from constructs_lib.network.subnets import Subnet
    from constructs_lib.network.vantage import Vantage
    from constructs_lib.network.vpc import Vpc


class Place:
    """The other end: an interface of something, in a subnet, with groups; without groups where they are not asked."""

    __slots__ = ("groups", "id", "subnet")

    def __init__(self, id: str, subnet: Subnet, groups: Sequence[SecurityGroup]) -> None:  # noqa: A002
        self.id = id
        self.subnet = subnet
        self.groups = tuple(groups)

    @property
    def vpc(self) -> Vpc:
        """The VPC that it is in, be it known by its subnet or by its groups."""
        return vpc_around(self.subnet, *self.groups)


def local(trail: Trail, start: Vantage, asked: Target) -> None:
    """Follow traffic to `self`, to `efs`, or to another resource."""
    if asked.kind == SELF:
        _to_itself(trail, start, asked)
    elif asked.kind == EFS and isinstance(start.studio, Domain) and start.studio.home_efs:
        _home(trail, start, asked)
    elif asked.kind == EFS:
        _mounted(trail, start, asked)
    else:
        _to_thing(trail, start, asked)


def _to_itself(trail: Trail, start: Vantage, asked: Target) -> None:
    """Members of the same groups, in any of the workload's subnets: the groups decide, whatever the routes."""
    trail.via = "local"
    if not start.groups:
        raise NotVisible(
            f"the security groups of {start.id}, which names none", f"name the security groups of {start.id}"
        )
    names = " and ".join(group.id for group in start.groups)
    here = start.subnets[0]
    trail.hop("route", ways.table_name(here), f"{_local_route(start)}: members of {names} are in one VPC")
    for direction, rules_of in (("egress", egress_of), ("ingress", ingress_of)):
        try:
            found = admits_interface(
                rules_of(start.groups), start.groups, _all_subnets(start), asked.protocol, asked.low, asked.high
            )
        except NotVisible as reason:
            trail.hide(reason)
            continue
        if found is None:
            way = (
                "does not let its members reach each other on"
                if direction == "egress"
                else "does not admit its own members on"
            )
            trail.stop("security_group", names, f"security group {names} {way} {asked.ports_text}")
        else:
            trail.hop(
                "security-group",
                names,
                f"{direction} between members: {gates.texts(found)}",
            )
    gates.pass_acls(trail, asked, [crossing for other in _all_subnets(start) for crossing in between(here, other)])


def _local_route(start: Vantage) -> str:
    try:
        return ways.local_route(start.surroundings, start.subnets[0])
    except NotVisible:
        return "local"


def _all_subnets(start: Vantage) -> tuple[Subnet, ...]:
    """All subnets of the workload, not only the one that is looked at."""
    return (
        tuple(start.workload.subnets)
        if start.workload is not None and hasattr(start.workload, "subnets")
        else start.subnets
    )


def _home(trail: Trail, start: Vantage, asked: Target) -> None:
    """The domain's home file system: SageMaker puts mount targets into its subnets, and its own groups on both ends."""
    domain = start.studio
    assert isinstance(domain, Domain)
    here = start.subnets[0]
    trail.via = "local"
    trail.hop("route", ways.table_name(here), f"{_local_route(start)}: {domain.id} mounts it in its own subnets")
    trail.hop("target", domain.id, f"home file system of {domain.id}, mounted in its own subnets")
    trail.hop(
        "security-group", domain.id, "SageMaker's own groups let TCP 2049 out of its apps and into the mount targets"
    )
    gates.pass_acls(trail, asked, [crossing for other in domain.subnets for crossing in between(here, other)])


def _mounted(trail: Trail, start: Vantage, asked: Target) -> None:
    """The file systems of the templates whose mount targets are in the workload's VPC."""
    vpc = start.surroundings
    targets = [one for one in start.network.mount_targets if vpc_around(one.subnet, *one.security_groups).same_as(vpc)]
    if not targets:
        if not vpc.complete:
            raise NotVisible(
                f"the file systems of VPC {vpc.id}, which the templates do not define",
                "define the mount targets along with it",
            )
        trail.via = "none"
        trail.stop("route", vpc.id, f"VPC {vpc.id} has no EFS mount target")
        return
    systems: dict[object, list[MountTarget]] = {}
    for one in targets:
        systems.setdefault(one.file_system or one, []).append(one)
    trail.take(worst([_nearest(trail, start, asked, mounts) for mounts in systems.values()]))


def _nearest(trail: Trail, start: Vantage, asked: Target, mounts: Sequence[MountTarget]) -> Path:
    """A file system's name resolves to the mount target of the client's own zone."""
    places = [Place(mount.id, mount.subnet, mount.security_groups) for mount in mounts]
    near = [place for place in places if _same_zone(place.subnet, start.subnets[0])] or places
    return best([_to_place(trail, start, asked, place) for place in near])


def _same_zone(one: Subnet, other: Subnet) -> bool:
    try:
        return one is other or one.zone == other.zone
    except NotVisible:
        return False


def _to_thing(trail: Trail, start: Vantage, asked: Target) -> None:
    """Another resource that stands in subnets: any of its interfaces may be the one that is talked to."""
    found = places(asked)
    if not found:
        raise NotVisible(f"where {asked.text} stands in the network", "ask for its address range, or for its subnet")
    trail.take(worst([_to_place(trail, start, asked, place) for place in found]))


def places(asked: Target) -> list[Place]:
    """The interfaces of the thing that is asked for."""
    thing = asked.thing
    if isinstance(thing, SecurityGroup):
        raise NotVisible(
            f"where the members of {thing.id} stand", "ask for a resource that has the group, or for a subnet"
        )
    if isinstance(thing, EfsFileSystem):
        return [Place(mount.id, mount.subnet, mount.security_groups) for mount in thing.mount_targets]
    if isinstance(thing, MountTarget):
        return [Place(thing.id, thing.subnet, thing.security_groups)]
    if hasattr(thing, "vantages"):
        return [Place(thing.id, subnet, each.groups) for each in thing.vantages for subnet in each.subnets]
    if isinstance(thing, Placed) or hasattr(thing, "security_groups"):
        return [Place(thing.id, subnet, thing.security_groups) for subnet in thing.subnets]
    subnet = getattr(thing, "subnet", None)
    return [] if subnet is None else [Place(thing.id, subnet, getattr(thing, "primary_groups", ()))]


def _to_place(before: Trail, start: Vantage, asked: Target, place: Place) -> Path:
    """Follow the traffic to one interface of the other end."""
    trail = Trail(before.source, before.destination)
    trail.hops = list(before.hops)
    try:
        if place.vpc.same_as(start.surroundings):
            ways.back_way(trail, start.subnets[0], place.subnet, place.vpc)
            _between(trail, start, asked, place)
        else:
            _elsewhere(trail, start, asked, place)
    except NotVisible as reason:
        trail.hide(reason)
        _between(trail, start, asked, place)
    return trail.path()


def _between(trail: Trail, start: Vantage, asked: Target, place: Place) -> None:
    trail.hop("target", place.id, f"in subnet {place.subnet.id}")
    gates.leave(trail, start, asked, place.id, gates.to_interface(asked, place.groups, (place.subnet,)))
    if place.groups:
        gates.enter(trail, start, asked, place.groups, place.id, "security_group")
    else:
        trail.hide(NotVisible(f"the security groups of {place.id}", f"name the security groups of {place.id}"))
    gates.pass_acls(trail, asked, between(start.subnets[0], place.subnet))


def _elsewhere(trail: Trail, start: Vantage, asked: Target, place: Place) -> None:
    """The other end is in another VPC: the routes to its subnet decide first, all of them where it may be anywhere in it."""
    paths = []
    for piece, where in pieces(start.subnets[0], place.subnet.cidr):
        each = trail.fork()
        to_piece(each, start, asked.with_groups(place.groups), piece, where)
        paths.append(each.path())
    trail.take(worst(paths))
    if not trail.stopped and place.groups:
        gates.enter(trail, start, asked, place.groups, place.id, "security_group")
