"""The checks and paths for tests: `findings`, `assert_no_findings`, `paths` and `reaches`, for stacks, apps and template files.

A test of a stack: ``assert_no_findings(stack)``, or ``assert reaches(stack, "Notebook", "sts") == via_endpoint``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from constructs_lib.assembly import Input, load
from constructs_lib.check import SATISFIED, UNVERIFIED, Result, check
from constructs_lib.network import network_of
from constructs_lib.network.called import is_called, label
from constructs_lib.network.explain import explain_path
from constructs_lib.network.model import all_workloads
from constructs_lib.report import text
from constructs_lib.report.explain import paths_of
from constructs_lib.report.view import FAIL_ON, Report, fails

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct

    from constructs_lib.assembly import Template
    from constructs_lib.network import Path

    Subject = Construct | str | os.PathLike[str]

__all__ = [
    "Reach",
    "Way",
    "assert_no_findings",
    "blocked",
    "findings",
    "paths",
    "reaches",
    "unverified",
    "via_endpoint",
    "via_managed",
    "via_nat",
    "via_proxy",
    "via_vpc",
]


class Findings(list[Result]):
    """The results, worst first in `str()`, which is the text report."""

    def __init__(self, results: Sequence[Result], given: Input) -> None:
        super().__init__(results)
        self._given = given

    def __str__(self) -> str:
        return text.render(Report(self._given, self, show_all=True))

    __repr__ = __str__


def findings(subject: Subject, *, parameters: Mapping[str, str] | None = None, show_all: bool = False) -> Findings:
    """Judge a stack, stage or app, or the templates at a path.

    Args:
        subject: a construct (its stack's or stage's templates are judged in the whole assembly's context), a cloud assembly, a template file or
            a folder of templates.
        parameters: values of template parameters. Default: none is known, whatever its default.
        show_all: satisfied and acknowledged results too. Default: False.

    Returns:
        what is violated or unverified and not acknowledged; an empty list where everything holds.

    Raises:
        constructs_lib.assembly.InputError: the path cannot be read.

    """
    given, stack = _load(subject, parameters)
    results = [result for result in check(given) if stack is None or _file(result) == stack]
    if not show_all:
        results = [result for result in results if result.verdict != SATISFIED and result.acknowledged is None]
    return Findings(results, given)


def assert_no_findings(
    subject: Subject, *, parameters: Mapping[str, str] | None = None, fail_on: str | Sequence[str] = "error"
) -> None:
    """Fail with the text report where a rule is violated.

    Args:
        subject: see `findings`.
        parameters: see `findings`.
        fail_on: as `--fail-on`: "error" (default), "warning", "unverified", or several of them.

    Raises:
        AssertionError: something fails; its text is the report.
        ValueError: `fail_on` is something else.

    """
    levels = {fail_on} if isinstance(fail_on, str) else set(fail_on)
    for level in sorted(levels.difference(FAIL_ON)):
        raise ValueError(f"fail_on is one or more of {', '.join(FAIL_ON)}, not {level!r}")
    found = findings(subject, parameters=parameters)
    failing = [result for result in found if fails(result, levels)]
    if failing:
        found[:] = failing
        raise AssertionError(f"the network rules are not kept\n{found}")


class Way:
    """What `reaches` is compared with: a verdict and the ways that count."""

    def __init__(self, name: str, verdict: str, ways: Sequence[str] = ()) -> None:
        self.name = name
        self.verdict = verdict
        self.ways = frozenset(ways)

    def __repr__(self) -> str:
        return self.name


via_endpoint = Way("via_endpoint", "reachable", ("vpce-interface", "vpce-gateway"))
"""Reachable through an interface or gateway endpoint of the VPC."""
via_nat = Way("via_nat", "reachable", ("nat",))
"""Reachable through a NAT gateway or instance."""
via_managed = Way("via_managed", "reachable", ("managed",))
"""Reachable through SageMaker's managed network: the traffic does not pass the VPC."""
via_vpc = Way("via_vpc", "reachable", ("local",))
"""Reachable within the VPC."""
via_proxy = Way("via_proxy", "reachable", ("proxy",))
"""Reachable through the HTTP proxy."""
blocked = Way("blocked", "blocked")
"""Not reachable; `str()` of the answer says what stops it."""
unverified = Way("unverified", UNVERIFIED)
"""The templates do not say; `str()` of the answer says what to declare."""


class Reach:
    """The answer of `reaches`: equal to a `Way`, and readable where a test fails.

    True where the destination is reachable. Compare with `blocked` to assert that it is not: `not` also holds where the templates do not say.

    Attributes:
        path: the path with its hops.

    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, path: Path) -> None:
        self.path = path

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Way):
            return NotImplemented
        return self.path.verdict == other.verdict and (not other.ways or self.path.via in other.ways)

    def __bool__(self) -> bool:
        return bool(self.path.verdict == "reachable")

    def __repr__(self) -> str:
        declare = f"; to decide it: {self.path.declare}" if self.path.declare else ""
        return f"{self.path.verdict} (via {self.path.via}): {self.path.why}{declare}"


def paths(subject: Subject, *, parameters: Mapping[str, str] | None = None, to: Sequence[str] = ()) -> list[Path]:
    """Return the paths of all workloads, as `sagemaker-network explain` shows them.

    Args:
        subject: see `findings`.
        parameters: values of template parameters. Default: their defaults.
        to: destinations. Default: those that matter to each workload.

    """
    given, stack = _load(subject, parameters, defaults=True)
    found = paths_of(given, None, to)
    ours = {template.path for template in given.templates if stack is None or _template_file(template) == stack}
    return [path for path in found if path.template in ours]


def reaches(subject: Subject, source: str, destination: str, *, parameters: Mapping[str, str] | None = None) -> Reach:
    """Tell whether and which way a workload reaches a destination.

    Args:
        subject: see `findings`.
        source: the workload's logical id, its construct path, or the construct path's last parts ("Notebook"), where just one workload has it;
            or SUBNET+GROUP[+GROUP], named in the same way, for an imagined job there.
        destination: "internet", a service such as "sts", "efs", "self", a CIDR block, a host name, or a resource, named in the same way; with
            ":PORT" where it matters.
        parameters: values of template parameters. Default: their defaults.

    Raises:
        ValueError: no workload, or more than one, has that name; the message lists them.
        constructs_lib.network.QuestionError: the destination, subnet or group is not known.

    """
    given, stack = _load(subject, parameters, defaults=True)
    if "+" in source:
        return Reach(paths_of(given, source, [destination])[0])
    workloads = [
        (group, workload)
        for group in given.groups
        for workload in all_workloads(network_of(group))
        if stack is None or _template_file(workload.resource.template) == stack
    ]
    named = [(group, workload) for group, workload in workloads if is_called(workload, source)]
    if len(named) != 1:
        known = ", ".join(sorted(label(workload) for _, workload in workloads))
        raise ValueError(
            f"{len(named)} workloads are called {source!r}: give more of the path; there are {known}"
            if named
            else f"no workload is called {source!r}; there {f'are {known}' if known else 'is none'}"
        )
    ((group, workload),) = named
    return Reach(explain_path(network_of(group), workload, destination))


def _load(
    subject: Subject, parameters: Mapping[str, str] | None, *, defaults: bool = False
) -> tuple[Input, str | None]:
    """Return the templates and, for a stack, the file of the one that was asked about."""
    known = dict(parameters or {})
    if isinstance(subject, (str, os.PathLike)):
        return load([os.fspath(subject)], parameters=known, defaults=defaults), None
    import aws_cdk as cdk

    # Stage.of looks above a construct, and so past a stage that is asked about itself.
    stage = subject if isinstance(subject, cdk.Stage) else cdk.Stage.of(subject)
    assert stage is not None
    try:
        stage.synth(force=True)
    except RuntimeError as error:
        # The checks that the patterns registered may fail the synthesis; the templates are written by then, and judged here.
        if "ValidationFailed" not in str(error) and "Validation failed" not in str(error):
            raise
    stack = os.path.join(stage.outdir, subject.template_file) if isinstance(subject, cdk.Stack) else None
    return load([stage.outdir], parameters=known, defaults=defaults), stack and os.path.realpath(stack)


def _file(result: Result) -> str:
    return _template_file(result.template)


def _template_file(template: Template) -> str:
    """Return the file of the stack that the template is in; a nested stack belongs to the stack that holds it."""
    while template.parent is not None:
        template = template.parent.template
    return os.path.realpath(template.file or template.path)
