"""The answer to "which way does the traffic go": a path with its hops, and the trail that it is built from."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from constructs_lib.network.things import Thing

REACHABLE = "reachable"
BLOCKED = "blocked"
UNVERIFIED = "unverified"
#: The steps that are taken outside of the workload's own subnet.
_BEYOND = frozenset({"gateway", "firewall", "endpoint", "endpoint-group", "endpoint-policy", "target", "target-group"})
_RANK = {REACHABLE: 0, UNVERIFIED: 1, BLOCKED: 2}

#: What `via` may be.
VIAS = (
    "managed",
    "local",
    "nat",
    "igw",
    "vpce-interface",
    "vpce-gateway",
    "vgw",
    "tgw",
    "pcx",
    "proxy",
    "none",
    "unknown",
)
#: What `blocked_by` may be.
CAUSES = (
    "route", "security_group", "endpoint_sg", "private_dns", "nacl", "isolation", "no_endpoint", "public_subnet", "firewall", "endpoint_policy",
)  # fmt: skip


class Hop:
    """One step of a path.

    Attributes:
        kind: `interface`, `subnet`, `route`, `security-group`, `network-acl`, `gateway`, `firewall`, `endpoint`, `endpoint-group`,
            `endpoint-policy`, `target`, `target-group` or `stop`.
        id: The logical id, or what else names the thing.
        text: What it does with the traffic, with the value that decides.
    """

    __slots__ = ("id", "kind", "text")

    def __init__(self, kind: str, id: str, text: str) -> None:  # noqa: A002 - the JSON's word
        self.kind = kind
        self.id = id
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hop) and (self.kind, self.id, self.text) == (other.kind, other.id, other.text)

    def __hash__(self) -> int:
        return hash((self.kind, self.id, self.text))

    def __repr__(self) -> str:
        return f"<{self.kind} {self.id}: {self.text}>"


class Path:
    """Whether traffic arrives, and how.

    Attributes:
        source: Where it leaves from, as text.
        destination: Where it goes, as text.
        verdict: `reachable`, `blocked` or `unverified`.
        via: The kind of way that it takes; of a blocked path the way that it would have taken up to the stop.
        blocked_by: The kind of thing that stops it; None unless it is blocked.
        hops: The steps, in order.
        why: The verdict's reason in words.
        declare: What to declare so that an unverified path can be judged.
        assumptions: The conditions, defaults and declared facts that the answer rests on.
        template: The template of the workload, where one was asked about; else an empty text.
    """

    __slots__ = (
        "assumptions",
        "blocked_by",
        "declare",
        "destination",
        "hops",
        "source",
        "template",
        "verdict",
        "via",
        "why",
    )

    def __init__(
        self,
        source: str,
        destination: str,
        verdict: str,
        via: str,
        *,
        why: str,
        blocked_by: str | None = None,
        hops: Iterable[Hop] = (),
        declare: str = "",
        assumptions: Iterable[str] = (),
        template: str = "",
    ) -> None:
        self.source = source
        self.destination = destination
        self.verdict = verdict
        self.via = via
        self.blocked_by = blocked_by
        self.hops = tuple(hops)
        self.why = why
        self.declare = declare
        self.assumptions = tuple(assumptions)
        self.template = template

    @property
    def reachable(self) -> bool:
        """Does it arrive?"""
        return self.verdict == REACHABLE

    def assuming(self, assumptions: Iterable[str]) -> Path:
        """The same path, with further assumptions in front."""
        joined = dict.fromkeys([*assumptions, *self.assumptions])
        return self.replaced(assumptions=tuple(joined))

    def replaced(self, **changes: object) -> Path:
        """The same path with some attributes changed."""
        found = object.__new__(Path)
        for name in Path.__slots__:
            setattr(found, name, changes.get(name, getattr(self, name)))
        return found

    def __repr__(self) -> str:
        cause = f" by {self.blocked_by}" if self.blocked_by else ""
        return f"<{self.source} -> {self.destination}: {self.verdict} {self.via}{cause}>"


def left_out(things: Iterable[Thing]) -> str:
    """What to say of things that conditions leave out: ` (Route is not created: its condition UseNat is false)`; nothing without any."""
    said = [
        f"{one.id} is not created"
        + (f": its condition {one.resource.condition} is false" if one.resource.condition else "")
        for one in things
    ]
    return f" ({'; '.join(said)})" if said else ""


def worst(paths: Iterable[Path]) -> Path:
    """Return the worst of several paths that one and the same traffic may take: the first blocked, else the first unverified, else the first."""
    return max(paths, key=lambda path: _RANK[path.verdict])


def best(paths: Iterable[Path]) -> Path:
    """Return the best of several ways between which the traffic has the choice."""
    return min(paths, key=lambda path: _RANK[path.verdict])


class Trail:
    """A path while it is followed: the hops so far, the first stop, and the facts that are missing.

    Facts that are missing do not end the walk: what stops the traffic whatever they are is still a stop.
    """

    __slots__ = ("_beyond", "assumptions", "cause", "destination", "hidden", "hops", "source", "stop_text", "via")

    def __init__(self, source: str, destination: str, via: str = "unknown") -> None:
        self.source = source
        self.destination = destination
        self.via = via
        self.hops: list[Hop] = []
        self._beyond: list[Hop] = []
        self.cause: str | None = None
        self.stop_text = ""
        self.hidden: list[NotVisible] = []
        self.assumptions: list[str] = []

    def hop(self, kind: str, id: str, text: str, *, beyond: bool = False) -> None:  # noqa: A002
        """Add a step; those `beyond` the workload's own subnet are shown after those within."""
        (self._beyond if beyond or kind in _BEYOND else self.hops).append(Hop(kind, id, text))

    def stop(self, cause: str, id: str, text: str) -> None:  # noqa: A002
        """Say that something stops the traffic; the first stop counts."""
        if self.cause is None:
            self.cause = cause
            self.stop_text = text
            self._beyond.append(Hop("stop", id, text))

    def hide(self, reason: NotVisible) -> None:
        """Say that a fact is missing."""
        self.hidden.append(reason)

    def reopen(self, reason: NotVisible) -> None:
        """Take the stop back: there may be another way, which is not visible."""
        self.cause, self.stop_text, self.via = None, "", "unknown"
        self._beyond = [hop for hop in self._beyond if hop.kind != "stop"]
        self.hidden.append(reason)

    def assume(self, text: str) -> None:
        """Say what the answer rests on besides the templates."""
        if text not in self.assumptions:
            self.assumptions.append(text)

    @property
    def stopped(self) -> bool:
        """Has something stopped the traffic?"""
        return self.cause is not None

    def fork(self) -> Trail:
        """A trail that goes on from here by itself."""
        found = Trail(self.source, self.destination, self.via)
        found.hops = list(self.hops)
        return found

    def take(self, path: Path) -> None:
        """Go on with what was found on a way of its own."""
        self.hops = list(path.hops)
        self.via = path.via
        self.assumptions += [text for text in path.assumptions if text not in self.assumptions]
        if path.blocked_by is not None:
            self.cause, self.stop_text = path.blocked_by, path.why
        elif not path.reachable:
            self.hide(NotVisible(path.why.removeprefix("not in the templates: "), path.declare))

    def path(self, why: str = "") -> Path:
        """End the walk."""
        self.hops, self._beyond = [*self.hops, *self._beyond], []
        if self.cause is not None:
            return Path(
                self.source,
                self.destination,
                BLOCKED,
                self.via,
                blocked_by=self.cause,
                hops=self.hops,
                why=self.stop_text,
                assumptions=self.assumptions,
            )
        if self.hidden:
            reasons = dict.fromkeys(reason.what for reason in self.hidden)
            declare = dict.fromkeys(reason.declare for reason in self.hidden if reason.declare)
            return Path(
                self.source,
                self.destination,
                UNVERIFIED,
                self.via,
                hops=self.hops,
                why=f"not in the templates: {'; '.join(reasons)}",
                declare="; ".join(declare),
                assumptions=self.assumptions,
            )
        return Path(
            self.source,
            self.destination,
            REACHABLE,
            self.via,
            hops=self.hops,
            why=why or self._summary(),
            assumptions=self.assumptions,
        )

    def _summary(self) -> str:
        telling = [
            hop for hop in self.hops if hop.kind in ("route", "gateway", "endpoint", "firewall", "target", "interface")
        ]
        last = telling[-1] if telling else None
        return "" if last is None else f"{last.id}: {last.text}"
