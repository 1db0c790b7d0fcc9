"""Where a workload stands: its interfaces, subnets and groups, whatever kind of workload it is."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network.addresses import EVERYTHING4, Range, touches
from constructs_lib.network.group_rules import admits, cover_ports
from constructs_lib.network.groups import SecurityGroup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from constructs_lib.network.group_rules import Rule
    from constructs_lib.network.model import Network
    from constructs_lib.network.subnets import Subnet
    from constructs_lib.network.things import Thing
    from constructs_lib.network.vpc import Vpc

#: SageMaker's own interface alone: no VPC of the customer is attached.
MANAGED = "managed"
#: SageMaker's interface for everything but the attached VPC, the customer's interface for that.
BOTH = "both"
#: The customer's interface alone.
ATTACHED = "attached"
#: SageMaker's interface for everything but the file system, which is mounted through the customer's (Studio, `PublicInternetOnly`).
FILES_ONLY = "files-only"
#: No network that AWS would make: the API refuses the combination.
REFUSED = "refused"


class Rerouted(NotVisible):
    """A script changes routes in a way that it does not say."""


class Vantage:
    """A place that traffic leaves from.

    Attributes:
        network: The model that it belongs to.
        id: What messages call it: the workload's id, or `SUBNET+GROUP`.
        modes: Which interfaces it may have: `managed`, `both`, `attached`, `files-only` or `refused`; several where that is not known.
        subnets: The subnets that its customer interface may be in.
        groups: The groups of its customer interface.
        undecided: Why it is not known which of several modes it is, or None.
        isolated: Does network isolation keep its containers from all calls?
        routes: The ranges that a script sends through the customer interface besides the attached VPC's.
        hidden_routes: Why it cannot be told which further routes a script adds, or None.
        proxy: The HTTP proxy that a script sets up, or None.
        dual_stack: Has it IPv6 addresses too?
        studio: The Studio domain that mounts its home file system for it, or None.
        workload: The workload, or None for an imagined job.
    """

    def __init__(
        self,
        network: Network,
        id: str,  # noqa: A002 - what all things of the model call it
        mode: str | tuple[str, ...] = ATTACHED,
        subnets: Sequence[Subnet] = (),
        groups: Sequence[SecurityGroup] = (),
        *,
        isolated: bool = False,
        undecided: NotVisible | None = None,
        routes: Sequence[Range] = (),
        hidden_routes: NotVisible | None = None,
        proxy: str | None = None,
        dual_stack: bool = False,
        studio: Thing | None = None,
        workload: Thing | None = None,
    ) -> None:
        self.network = network
        self.id = id
        self.modes = (mode,) if isinstance(mode, str) else mode
        self.undecided = undecided
        self.subnets = tuple(subnets)
        self.groups = tuple(groups)
        self.isolated = isolated
        self.routes = tuple(routes)
        self.hidden_routes = hidden_routes
        self.proxy = proxy
        self.dual_stack = dual_stack
        self.studio = studio
        self.workload = workload

    @property
    def mode(self) -> str:
        """Which interfaces it has.

        Raises:
            NotVisible: It is not known.
        """
        if self.undecided is not None:
            raise self.undecided
        return self.modes[0]

    def in_mode(self, mode: str) -> Vantage:
        """The same place with these interfaces."""
        found = object.__new__(Vantage)
        found.__dict__.update(self.__dict__, modes=(mode,), undecided=None)
        return found

    @property
    def without_ipv6(self) -> bool:
        """Has it surely no IPv6 address? Notebooks and domains say so themselves; others have none where their subnet has none."""
        if self.dual_stack or self.studio is not None or hasattr(self.workload, "ip_address_type"):
            return not self.dual_stack
        try:
            return not any(subnet.has_ipv6 for subnet in self.subnets)
        except NotVisible:
            return False

    @property
    def script_reroutes(self) -> bool:
        """Does a script that is visible change routes in a way that it does not say?"""
        return self.hidden_routes is not None and isinstance(self.hidden_routes, Rerouted)

    @property
    def vpc(self) -> Vpc | None:
        """The VPC that it is attached to, or None."""
        return self.subnets[0].vpc if self.subnets else None

    @property
    def surroundings(self) -> Vpc:
        """The VPC that it is attached to, be it known by its subnet, its domain or its groups.

        Raises:
            NotVisible: None of them tells.
        """
        return vpc_around(self.subnets[0], self.studio, *self.groups)

    def at(self, subnet: Subnet) -> Vantage:
        """The same workload, placed in one of its subnets."""
        if self.subnets == (subnet,):
            return self
        found = object.__new__(Vantage)
        found.__dict__.update(self.__dict__, subnets=(subnet,))
        return found

    def as_source(self) -> tuple[SecurityGroup | Range, ...]:
        """Its groups and the ranges of its subnets, as `admits` takes them."""
        return (*self.groups, *(one for subnet in self.subnets for one in subnet.ranges))

    def admitted_by(
        self, rules: Sequence[Rule], protocol: str = "tcp", low: int = 443, high: int | None = None
    ) -> tuple[Rule, ...] | None:
        """Return the rules by which a group admits it, by its groups or by its addresses; None where they do not.

        Raises:
            NotVisible: A rule or an address that is not known could decide.
        """
        return admits_interface(rules, self.groups, self.subnets, protocol, low, high)

    def __repr__(self) -> str:
        return f"<Vantage {self.id} {' or '.join(self.modes)}>"


def vpc_around(subnet: Subnet, *others: Any) -> Vpc:
    """Return the VPC of a subnet; where that is not known, the VPC of what stands in it, such as a group: AWS has them in one.

    Raises:
        NotVisible: None of them tells.
    """
    try:
        return subnet.vpc
    except NotVisible:
        for one in others:
            try:
                vpc: Vpc | None = getattr(one, "vpc", None)
            except NotVisible:
                continue
            if vpc is not None:
                return vpc
        raise


def modes_of(ask: Callable[[], bool], yes: str, no: str) -> tuple[tuple[str, ...], NotVisible | None]:
    """Return the mode that a fact decides; both, and why it is not known, where it is not."""
    try:
        return (yes,) if ask() else (no,), None
    except NotVisible as reason:
        return (yes, no), reason


def admits_interface(
    rules: Sequence[Rule],
    groups: Sequence[SecurityGroup],
    subnets: Sequence[Subnet],
    protocol: str = "tcp",
    low: int = 443,
    high: int | None = None,
) -> tuple[Rule, ...] | None:
    """Return the rules that together admit an interface with these groups, somewhere in these subnets; None where they do not.

    Raises:
        NotVisible: A rule, or an address that is not known, could decide.
    """
    if not rules:
        return None
    # Many workloads stand in the same place, and one workload asks for many services behind the same groups.
    network = rules[0].group.network
    return network.admission(tuple(rules), tuple(groups), tuple(subnets), protocol, low, low if high is None else high)


def admission(
    rules: Sequence[Rule],
    groups: Sequence[SecurityGroup],
    subnets: Sequence[Subnet],
    protocol: str,
    low: int,
    high: int,
) -> tuple[Rule, ...] | None:
    """Work out what `admits_interface` returns."""
    speaking = [rule for rule in rules if rule.speaks_of(protocol, low, high)]
    ports = (protocol, low, high)
    if all(rule.block is None for rule in speaking):
        return _admission(speaking, groups, subnets, ports)
    # Blocks of addresses that are not known are compared by their names, one subnet at a time.
    found: list[Rule] = []
    for subnet in subnets or (None,):
        held = frozenset(rule for rule in speaking if subnet is not None and subnet.lies_in(rule.block))
        here = _admission(speaking, groups, () if subnet is None else (subnet,), ports, held)
        if here is None:
            return None
        found += here
    return tuple(dict.fromkeys(found))


def _admission(
    speaking: Sequence[Rule],
    groups: Sequence[SecurityGroup],
    subnets: Sequence[Subnet],
    ports: tuple[str, int, int],
    holding: frozenset[Rule] = frozenset(),
) -> tuple[Rule, ...] | None:
    """Return the rules that admit the interface; those in `holding` surely hold all of these subnets."""
    try:
        ranges = [subnet.cidr for subnet in subnets]
    except NotVisible as reason:
        return _without_addresses(speaking, groups, subnets, ports, reason, holding)
    return admits(speaking, (*groups, *ranges), *ports, holding=holding)


def _without_addresses(
    speaking: Sequence[Rule],
    groups: Sequence[SecurityGroup],
    subnets: Sequence[Subnet],
    ports: tuple[str, int, int],
    reason: NotVisible,
    holding: frozenset[Rule],
) -> tuple[Rule, ...] | None:
    """Judge with what is known of the addresses: that they lie in the VPC, or that they are addresses at all."""
    bounds: list[Range] = []
    try:
        bounds = [one for subnet in subnets for one in subnet.vpc.cidrs]
    except NotVisible:
        bounds = [EVERYTHING4]
    found = admits(speaking, (*groups, *bounds), *ports, holding=holding)
    # A rule for one of the groups would need no address; what is left to ask is whether addresses could matter at all.
    perhaps = [rule for rule in speaking if rule.peer is not None or touches(bounds, rule.ranges)]
    if found is None and any(rule.ranges for rule in perhaps) and cover_ports(perhaps, *ports[1:]):
        raise reason
    return found
