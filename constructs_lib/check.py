"""Rules x things x worlds = results.

Each rule is asked about each thing that it is about, in every world that its answer depends on: a world is one choice for each
condition and parameter that the rule really consulted. The answers of the worlds are then combined to one verdict.
"""

from __future__ import annotations

import gc
from bisect import bisect_left
from itertools import accumulate

from constructs_lib.assembly import DIVIDED, Branch, NotVisible, World, explore, undivided
from constructs_lib.network import network_of
from constructs_lib.rules._rule import Finding, NotApplicable, Remark, Severity, all_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from constructs_lib.assembly import Group, Input, Resource, Template
    from constructs_lib.network import Network
    from constructs_lib.rules._rule import Rule, RuleFunction

VIOLATED = "violated"
UNVERIFIED = "unverified"
SATISFIED = "satisfied"

#: Questions (a rule about a thing) from which on starting a process for them saves time.
_WORTH_A_PROCESS = 10_000
#: Resources between two words about how far it is.
_PROGRESS_STEP = 64


class Result:
    """What one rule says about one resource.

    Attributes:
        rule: The rule.
        verdict: `violated`, `unverified` (the templates do not say) or `satisfied`.
        resource: The resource that carries the result.
        property: The property at fault, such as `VpcConfig.Subnets`, or None for the resource as a whole.
        message: What is wrong, or what is not visible and how to declare it; empty for a rule that is plainly kept.
        severity: The rule's, or the one that its finding was raised or lowered to.
        fix: What to do about it: the rule's, or what the change at hand calls for.
        assumptions: The conditions, parameter values and declared facts that the result rests on, in words.
        acknowledged: The reason that the resource gives for living with the rule, or None.
    """

    __slots__ = ("acknowledged", "assumptions", "fix", "message", "property", "resource", "rule", "severity", "verdict")

    def __init__(
        self, rule: Rule, verdict: str, resource: Resource, finding: Finding, assumptions: Sequence[str] = ()
    ) -> None:
        self.rule = rule
        self.fix = rule.fix
        self.verdict = verdict
        self.resource = resource
        self.property = finding.at or rule.place(resource.type)
        self.message = _believed(finding.message, assumptions) if assumptions else finding.message
        self.severity: Severity = finding.severity or rule.severity
        self.assumptions = tuple(assumptions)
        self.acknowledged: str | None = resource.acknowledged.get(rule.id)

    @property
    def template(self) -> Template:
        """The template that the resource stands in."""
        return self.resource.template

    @property
    def source(self) -> str:
        """The AWS page that documents the rule."""
        return self.rule.source

    def __repr__(self) -> str:
        return f"<{self.rule.id} {self.verdict} {self.resource.logical_id}: {self.message}>"


class _Answer:
    """What a rule said in one world: its findings, unknown parts and remarks."""

    __slots__ = ("findings", "remarks", "unknown")

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.unknown: list[NotVisible] = []
        self.remarks: list[str] = []

    def add(self, said: str | Finding | Remark | NotVisible) -> None:
        """Sort one thing that the rule yielded into its place."""
        if isinstance(said, str):
            self.findings.append(Finding(said))
        elif isinstance(said, Finding):
            self.findings.append(said)
        elif isinstance(said, Remark):
            self.remarks.append(said.message)
        else:
            self.unknown.append(said)


#: The answer of a rule that says nothing, which is the usual one, and of one that does not apply.
_KEPT = _Answer()
_NOT_APPLICABLE = _Answer()
_NOTHING = Finding("")


def check(
    given: Input,
    rules: Iterable[Rule] | None = None,
    *,
    processes: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> list[Result]:
    """Judge everything in the input, in the order of templates, resources and rule ids.

    Args:
        given: The templates.
        rules: The rules to judge by. Default: all.
        processes: How many processes may share the work, where it is worth starting them. Default: 1, this one alone.
        progress: Called from time to time with resources judged and resources in all. Default: nobody is told.
    """
    chosen = tuple(all_rules() if rules is None else rules)
    collecting = gc.isenabled()
    gc.disable()  # the model is kept to the end: looking for garbage in it takes time and finds none
    try:
        cases = [case for group in given.groups for case in _cases(group, chosen)]
        shares = _shares(cases, processes)
        if len(shares) > 1:
            return _judged_together(shares, chosen, progress)
        return _judged(cases, chosen, progress)
    finally:
        if collecting:
            gc.enable()


class _Case:
    """A resource with the rules about it; some are two things, such as a role, which carries policies too."""

    __slots__ = ("asks", "group", "network", "resource")

    def __init__(self, resource: Resource, group: Group, network: Network) -> None:
        self.resource = resource
        self.group = group
        self.network = network
        self.asks: list[tuple[Any, list[Rule]]] = []

    def weight(self) -> int:
        """How many questions it is."""
        return sum(len(rules) for _, rules in self.asks)

    def results(self) -> list[Result]:
        """Judge the resource by all rules about it."""
        group, network = self.group, self.network
        return [
            result for thing, rules in self.asks for rule in rules for result in _judge(rule, thing, network, group)
        ]


def _cases(group: Group, rules: Sequence[Rule]) -> list[_Case]:
    """What there is to judge in templates that belong together (one stage, account and region)."""
    network = network_of(group)
    about: dict[str, list[Rule]] = {}
    for rule in rules:
        for name in rule.subjects:
            about.setdefault(name, []).append(rule)
    cases: dict[Resource, _Case] = {}
    for name, its_rules in about.items():
        for thing in network.things(name):
            case = cases.get(thing.resource)
            if case is None:
                case = cases[thing.resource] = _Case(thing.resource, group, network)
            case.asks.append((thing, its_rules))
    return [cases[resource] for resource in group.resources() if resource in cases]


def _judged(
    cases: Sequence[_Case], rules: Sequence[Rule], progress: Callable[[int, int], None] | None = None
) -> list[Result]:
    order = {rule: place for place, rule in enumerate(rules)}
    results: list[Result] = []
    for number, case in enumerate(cases):
        found = case.results()
        if len(case.asks) > 1:
            found.sort(key=lambda result: order[result.rule])
        results += found
        if progress is not None and not number % _PROGRESS_STEP:
            progress(number, len(cases))
    return results


def _shares(cases: Sequence[_Case], processes: int) -> list[Sequence[_Case]]:
    """Cut the cases into as many runs of about one weight as are worth a process; neighbours share most of their facts."""
    if processes < 2:
        return [cases]
    ends = list(accumulate(case.weight() for case in cases))
    total = ends[-1] if ends else 0
    count = min(processes, total // _WORTH_A_PROCESS) or 1
    cuts = [bisect_left(ends, total * number / count) for number in range(count)]
    return [cases[start:end] for start, end in zip(cuts, [*cuts[1:], len(cases)], strict=True)]


def _judged_together(
    shares: Sequence[Sequence[_Case]], rules: Sequence[Rule], progress: Callable[[int, int], None] | None
) -> list[Result]:
    """Judge the first share here and the others in copies of this process; what a copy cannot do is done here, too."""
    from constructs_lib.copies import together

    results, answers = together(
        lambda: _judged(shares[0], rules, progress),
        [lambda share=share: _packed(_judged(share, rules), share, rules) for share in shares[1:]],  # type: ignore[misc]
    )
    for share, packed in zip(shares[1:], answers, strict=True):
        results += _judged(share, rules) if packed is None else _unpacked(packed, share, rules)
    return results


def _packed(results: Sequence[Result], share: Sequence[_Case], rules: Sequence[Rule]) -> list[Any]:
    """Results as plain values that another process can read; that of a rule that is plainly kept is just a number."""
    resources = {case.resource: place for place, case in enumerate(share)}
    order = {rule: place for place, rule in enumerate(rules)}
    packed: list[Any] = []
    for result in results:
        key = resources[result.resource] * len(rules) + order[result.rule]
        if result.verdict is SATISFIED and not (result.message or result.assumptions):
            packed.append(key)
        else:
            facts = (result.verdict, result.property, result.message, result.severity.value, result.assumptions)
            packed.append((key, *facts))
    return packed


def _unpacked(packed: Iterable[Any], share: Sequence[_Case], rules: Sequence[Rule]) -> list[Result]:
    """The results that another process packed."""
    results = []
    for one in packed:
        key, *facts = (one,) if one.__class__ is int else one
        place, number = divmod(key, len(rules))
        rule, resource = rules[number], share[place].resource
        if not facts:
            results.append(Result(rule, SATISFIED, resource, _NOTHING))
            continue
        verdict, at, message, severity, assumptions = facts
        found = Result(rule, verdict, resource, Finding(message, at=at, severity=Severity(severity)))
        found.assumptions = assumptions
        results.append(found)
    return results


def _judge(rule: Rule, subject: Any, network: Network, group: Group) -> list[Result]:
    function = rule.function
    assert function is not None
    resource = subject.resource
    answer = undivided(_ask, function, subject, network)
    if answer is _KEPT:
        return [Result(rule, SATISFIED, resource, _NOTHING)]
    if answer is _NOT_APPLICABLE or answer is None:
        return []
    branches = [Branch(World(), answer, None)]
    if answer is DIVIDED:
        branches = explore(group, lambda: _ask(function, subject, network))
    return _combined(rule, resource, [branch for branch in branches if _exists(branch)])


def _combined(rule: Rule, resource: Resource, branches: list[Branch]) -> list[Result]:
    """One verdict from the answers of all worlds in which the resource exists."""
    failing = [branch for branch in branches if branch.value and branch.value.findings]
    if failing and len(failing) == len(branches):
        return _violated(rule, resource, failing)
    if failing:
        return [Result(rule, UNVERIFIED, resource, _fails_when(failing))]
    unknown = [reason for branch in branches for reason in _unknown(branch)]
    if unknown:
        return [Result(rule, UNVERIFIED, resource, Finding(_not_visible(unknown)), _shared_assumptions(branches))]
    kept = [branch for branch in branches if branch.value is not _NOT_APPLICABLE]
    if not kept:
        return []
    remarks = [remark for branch in kept for remark in branch.value.remarks]
    said = Finding("; ".join(dict.fromkeys(remarks))) if remarks else _NOTHING
    return [Result(rule, SATISFIED, resource, said, _shared_assumptions(kept))]


def _ask(function: RuleFunction, subject: Any, network: Network) -> _Answer | None:
    """What a rule says about a thing in the current world: None where the thing does not exist there."""
    if not subject.resource.exists():
        return None
    answer = _KEPT
    try:
        for said in function(subject, network):
            if answer is _KEPT:
                answer = _Answer()
            answer.add(said)
    except NotVisible as unknown:
        if answer is _KEPT:
            answer = _Answer()
        answer.unknown.append(unknown)
    except NotApplicable:
        return _NOT_APPLICABLE
    return answer


def _exists(branch: Branch) -> bool:
    return branch.error is not None or branch.value is not None


def _unknown(branch: Branch) -> list[NotVisible]:
    if branch.error is None:
        unknown: list[NotVisible] = branch.value.unknown
        return unknown
    # Only what the templates do not hold gets here: a rule that does not apply has answered so.
    assert isinstance(branch.error, NotVisible)
    return [branch.error]


def _violated(rule: Rule, resource: Resource, failing: list[Branch]) -> list[Result]:
    """One result per distinct finding; one that not every world has says in which it stands."""
    places: dict[tuple[object, ...], tuple[Finding, dict[int, Branch]]] = {}
    for number, branch in enumerate(failing):
        for finding in branch.value.findings:
            key = finding.message, finding.at, finding.severity
            places.setdefault(key, (finding, {}))[1][number] = branch
    results = []
    for finding, worlds in places.values():
        if len(worlds) == len(failing):
            results.append(Result(rule, VIOLATED, resource, finding, _shared_assumptions(failing)))
        else:
            assumptions = next(iter(worlds.values())).assumptions
            message = f"{finding.message}, when {' and '.join(assumptions)}"
            told = Finding(message, at=finding.at, severity=finding.severity)
            results.append(Result(rule, VIOLATED, resource, told, assumptions))
    return results


def _fails_when(failing: list[Branch]) -> Finding:
    """The first world that fails, in words, and how many others do."""
    findings: list[Finding] = failing[0].value.findings
    message = f"fails when {' and '.join(failing[0].assumptions)}: {'; '.join(finding.message for finding in findings)}"
    if len(failing) > 1:
        message += f" (and in {len(failing) - 1} more {'case' if len(failing) == 2 else 'cases'})"
    return Finding(message, at=findings[0].at, severity=findings[0].severity)


def _not_visible(unknown: list[NotVisible]) -> str:
    return "; ".join(
        dict.fromkeys(f"{reason.what}: {reason.declare}" if reason.declare else reason.what for reason in unknown)
    )


def _believed(message: str, assumptions: Sequence[str]) -> str:
    """The message with the declared facts that it rests on."""
    facts = "; ".join(assumption for assumption in assumptions if assumption.startswith("declared: "))
    if message and facts:
        return f"{message} ({facts})"
    return message or facts


def _shared_assumptions(branches: list[Branch]) -> Sequence[str]:
    """What holds in every world, such as a declared fact; what only one world assumes explains nothing about all of them."""
    if len(branches) == 1:
        return branches[0].assumptions
    rest = [set(branch.assumptions) for branch in branches[1:]]
    return [assumption for assumption in branches[0].assumptions if all(assumption in other for other in rest)]
