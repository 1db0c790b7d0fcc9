"""Ask `explain` and the kernel the same questions about a network, and list where they do not agree."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from itertools import count
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from namespaces import Lab

from constructs_lib.assembly import from_documents
from constructs_lib.network import network_of
from constructs_lib.network.explain import explain_path
from netlab import world as kernel
from netlab.classes import Classes
from netlab.parts import ELASTIC, MANAGED
from netlab.questions import ANY_PORT, INTERNET, SOMEWHERE, Question, Questions, ranges_asked
from netlab.tcp import Answer, Attempt, Exchange, chosen_source
from netlab.template import template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from constructs_lib.network import Path
    from netlab.parts import Net, Workload
    from netlab.world import Place, World

PORTS = (443, 8080)
_SOON, _LATE = 0.25, 3.5  # seconds; late enough for a request that is sent again


@dataclass
class Outcome:
    """What was compared, and what did not agree."""

    verdicts: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    problems: list[str] = field(default_factory=list)


class Comparison:
    """One network, asked twice.

    Args:
        net: The network.
        script: Writes the lifecycle script of a notebook that has one.
        further: CIDR blocks to ask about, besides those of the subnets.
        told: What the template says instead, to see whether a lie is noticed. Default: the truth.

    """

    def __init__(
        self, net: Net, script: Callable[[Net, Workload], str], further: Sequence[str] = (), *, told: Net | None = None
    ) -> None:
        self._net = net
        self._scripts = {one.name: script(net, one) for one in net.workloads if one.script}
        self._ranges = ranges_asked(net, further)
        self._classes = Classes(net, self._ranges)
        said = (
            {one.name: script(told, one) for one in told.workloads if one.script} if told is not None else self._scripts
        )
        self._document = template(told or net, said)
        self._late = _LATE if told is None else _SOON
        self.outcome = Outcome()

    def run(self) -> Outcome:
        """Build, ask and compare."""
        given = from_documents({"template.json": self._document}, region="eu-west-1", defaults=True)
        network = network_of(given.groups[0])
        with Lab() as lab, Exchange() as exchange:
            strangers = {address for block in self._ranges for address in self._classes.strangers(block)}
            world = kernel.Builder(self._net, self._classes, lab, strangers).build()
            for name, text in self._scripts.items():
                run_script(world.places[name][0], text)
            caller = Caller(self._net, world, self._classes, exchange)
            questions = list(Questions(self._net, world, self._classes, self._ranges, PORTS))
            exchange.listen(world.responders, {port for one in questions for goals in one.goals for _, port in goals})
            paths = [explain_path(network, one.workload.source, one.text) for one in questions]
            self._judge(questions, paths, caller)
        return self.outcome

    def _judge(self, questions: list[Question], paths: list[Path], caller: Caller) -> None:
        caller.ask(questions, _SOON)
        doubted = [one for one, path in zip(questions, paths, strict=True) if caller.disagreement(one, path)]
        caller.ask(doubted, self._late)
        for question, path in zip(questions, paths, strict=True):
            self.outcome.verdicts[path.verdict] += 1
            problem = caller.disagreement(question, path)
            if problem:
                asked = f"{question.workload.source} -> {question.text}"
                self.outcome.problems.append(f"{asked}: {path.verdict} via {path.via} ({path.why}), but {problem}")
        self.outcome.connections = caller.connections


def run_script(place: Place, text: str) -> None:
    """Run a lifecycle script in a notebook, as SageMaker does at its start."""
    with TemporaryDirectory() as root:
        done = place.namespace.run("bash", "-c", text, SAGEMAKER_NETWORK_ROOT=root, PATIENCE="1")
    if done.returncode != 0:
        raise RuntimeError(f"the lifecycle script failed: {done.stdout}{done.stderr}")


def _blocks(net: Net, vpc: str) -> tuple[list[IPv4Network], list[IPv4Network]]:
    """The blocks that the routes and the ACL entries of a VPC name."""
    routes = [route for table in net.tables if table.vpc == vpc for route in table.routes]
    entries = [entry for acl in net.acls if acl.vpc == vpc for entry in acl.entries]
    named = [IPv4Network(block) for route in routes for block in net.blocks(route.destination)]
    return named, [IPv4Network(entry.cidr) for entry in entries]


class Caller:
    """Makes the connections of questions, and remembers which were answered."""

    def __init__(self, net: Net, world: World, classes: Classes, exchange: Exchange) -> None:
        self._net = net
        self._world = world
        self._exchange = exchange
        self._slices = classes.source_ports()
        self._attempts: dict[tuple[int, str, int], list[Attempt]] = {}
        self._answers: dict[Attempt, Answer] = {}
        self._numbers = [count() for _ in self._slices]
        self._exceptions = {vpc.name: _blocks(net, vpc.name) for vpc in net.vpcs}
        self.connections = 0

    def ask(self, questions: Sequence[Question], patience: float) -> None:
        """Make the connections of these questions that were not answered yet."""
        wanted = [
            attempt
            for question in questions
            for place in self._world.places[question.workload.name]
            for goals in question.goals
            for goal in goals
            for attempt in self._of(place, *goal)
            if attempt not in self._answers
        ]
        wanted = list(dict.fromkeys(wanted))
        self.connections += len(wanted)
        self._answers |= self._exchange.dial(wanted, patience)

    def _of(self, place: Place, address: str, port: int) -> list[Attempt]:
        """The connections from every class of source address and port."""
        key = (id(place), address, port)
        found = self._attempts.get(key)
        if found is None:
            found = self._attempts[key] = [
                Attempt(place.namespace, source, self._port(place, number), address, port)
                for source in self._sources(place, address)
                for number in range(len(self._slices))
            ]
        return found

    def _sources(self, place: Place, address: str) -> list[str | None]:
        """The customer's interface may have any address of its subnet; which interface it is, the kernel of the workload decides."""
        if place.interface is not None and chosen_source(place.namespace, address) in place.interface.addresses:
            return list(place.interface.addresses)
        return [None]

    def _port(self, place: Place, number: int) -> int:
        """A port of the n-th slice that nobody else uses, so that NAT has no reason to change it."""
        low, high = self._slices[number]
        return low + next(self._numbers[number]) % (high - low + 1)

    # Answers.

    def disagreement(self, question: Question, path: Path) -> str:
        """What speaks against a verdict; empty where nothing does, and for unverified paths."""
        if path.verdict == "unverified":
            return ""
        telling = self._telling(question, path)
        arrived = [self._arrived(question, goals) for goals in telling or question.goals]
        if path.verdict == "reachable":
            if not arrived:
                return "its name resolves to nothing"
            enough = any(arrived) if question.mode == ANY_PORT or not telling else all(arrived)
            return self._other_way(question, path) if enough else self._lost(question)
        if question.mode in (ANY_PORT, SOMEWHERE):
            return f"these arrive: {self._shown(question, answered=True)}" if any(arrived) else ""
        return f"all arrive: {self._shown(question, answered=True)}" if arrived and all(arrived) else ""

    def _telling(self, question: Question, path: Path) -> Sequence[Sequence[tuple[str, int]]]:
        """The goals that tell: of the internet as a whole, those that no route or ACL entry makes an exception of.

        An ACL that denies a half of the internet is an exception to *reachable*, but none that would excuse *blocked*.
        """
        if question.mode != INTERNET or not question.workload.subnets:
            return question.goals
        longest = 0 if path.verdict == "reachable" else 1
        routes, entries = self._exceptions[self._net.vpc_of(question.workload.subnets[0]).name]
        blocks = [one for one in routes if one.prefixlen > 1] + [one for one in entries if one.prefixlen > longest]
        return [goals for goals in question.goals if not any(IPv4Address(goals[0][0]) in block for block in blocks)]

    def _arrived(self, question: Question, goals: Sequence[tuple[str, int]]) -> bool:
        return all(attempt in self._answers for attempt in self._all(question, goals))

    def _all(self, question: Question, goals: Sequence[tuple[str, int]]) -> Iterator[Attempt]:
        for place in self._world.places[question.workload.name]:
            for goal in goals:
                yield from self._of(place, *goal)

    def _lost(self, question: Question) -> str:
        return f"these do not arrive: {self._shown(question, answered=False)}"

    def _shown(self, question: Question, *, answered: bool) -> str:
        found = [
            f"{one.namespace.name} {one.source or ''}:{one.source_port} -> {one.address}:{one.port}"
            + (f" (answered by {self._answers[one].name}, which saw {self._answers[one].seen})" if answered else "")
            for goals in question.goals
            for one in self._all(question, goals)
            if (one in self._answers) is answered
        ]
        return "; ".join(found[:4]) + (f"; and {len(found) - 4} more" if len(found) > 4 else "")

    def _other_way(self, question: Question, path: Path) -> str:
        """Did a reachable path take another way than it was said to take?"""
        ways = {
            self._way(question, attempt)
            for goals in question.goals
            for attempt in self._all(question, goals)
            if attempt in self._answers
        }
        return "" if path.via in ways else f"it goes via {', '.join(sorted(ways))}"

    def _way(self, question: Question, attempt: Attempt) -> str:
        answer = self._answers[attempt]
        if answer.name == kernel.INTERNET:
            seen = IPv4Address(answer.seen)
            return "managed" if seen in MANAGED else "nat" if seen in ELASTIC else f"{answer.seen}"
        if answer.seen != attempt.source:
            return "nat"  # and on from the NAT's own subnet
        if answer.name in (kernel.S3, kernel.ON_PREMISES):
            return {kernel.S3: "vpce-gateway", kernel.ON_PREMISES: "tgw"}[answer.name]
        if any(one.service == question.text for one in self._net.endpoints):
            return "vpce-interface"
        return "local" if self._same_vpc(question, attempt.address) else "pcx"

    def _same_vpc(self, question: Question, address: str) -> bool:
        own = self._net.vpc_of(question.workload.subnets[0]).cidrs
        return any(IPv4Address(address) in IPv4Network(cidr) for cidr in own)
