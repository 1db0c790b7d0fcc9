"""The checks as a validation plugin of the CDK: the CDK prints the findings, honours acknowledgements and fails the synthesis.

Source: https://docs.aws.amazon.com/cdk/v2/guide/policy-validation-synthesis.html
"""

from __future__ import annotations

import os
import traceback
from enum import Enum
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import jsii
from constructs import Construct

from constructs_lib.assembly import InputError, load
from constructs_lib.check import SATISFIED, VIOLATED, Result, check
from constructs_lib.rules import all_rules
from constructs_lib.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from constructs import IConstruct

# No space: it is half of each acknowledge id "SageMakerNetwork::SMN-NB-05".
PLUGIN = "SageMakerNetwork"
_NOT_JUDGED = "not-judged"
_MARKER = "SageMakerNetworkChecks"
_JUDGED = "constructs_lib:judged"


class Level(Enum):
    """What an unverified result counts as."""

    WARNING = "warning"
    ERROR = "error"


class _Round:
    """The templates of one synthesis, judged once, and what was reported of them so far."""

    def __init__(self, stamp: tuple[object, ...], results: list[Result]) -> None:
        self.stamp = stamp
        self.results = results
        self.reported: set[tuple[str, str, str, str | None, str]] = set()


# By folder of the assembly. Each registered plugin is called on its own and cannot ask for the others; what they share is that they are
# called on the same files, unchanged since they were written.
_rounds: dict[str, _Round] = {}


@jsii.implements(cdk.IPolicyValidationPlugin)
class NetworkChecks:
    """Judges every SageMaker workload and network of an app by the documented rules, at each synthesis.

    ``cdk.Validations.of(app).add_plugins(NetworkChecks())`` for a whole app, on a Stage for that stage. The constructs of this library register
    the checks for what they make themselves; no finding is then reported twice.

    Args:
        unverified: what a result counts as that the templates cannot decide, for rules of severity error or warning. Default: a warning.

    """

    def __init__(self, *, unverified: Level = Level.WARNING) -> None:
        if not isinstance(unverified, Level):
            raise TypeError(f"unverified is {unverified!r}; allowed are Level.WARNING (default) and Level.ERROR")
        self._unverified = unverified

    @property
    def name(self) -> str:
        """The name that acknowledgements start with."""
        return PLUGIN

    @property
    def version(self) -> str:
        """The version of this library."""
        return VERSION

    @property
    def rule_ids(self) -> list[str]:
        """The ids of all rules that templates can break."""
        return [rule.id for rule in all_rules() if rule.state == "checked"]

    def validate(self, context: Any) -> cdk.PolicyValidationPluginReport:
        """Judge the templates of this synthesis; called by the CDK."""
        try:
            return self._judge(context)
        except Exception as error:  # noqa: BLE001 - the CDK CLI ends with status 0 where a plugin raises, as if nothing had been wrong
            return _not_judged(error, context.template_paths[0])

    def _judge(self, context: Any) -> cdk.PolicyValidationPluginReport:
        paths = [os.path.abspath(path) for path in context.template_paths]
        current = _round(os.path.commonpath([os.path.dirname(path) for path in paths]), paths)
        wanted = set(paths)
        results = [
            result
            for result in current.results
            if result.verdict != SATISFIED
            and _root_path(result) in wanted
            and self._concerns(result)
            and _key(result) not in current.reported
        ]
        current.reported.update(_key(result) for result in results)
        return _report([result for result in results if not _acknowledged_in_template(result)], self._unverified)

    def _concerns(self, result: Result) -> bool:
        """Tell whether this plugin speaks about the result; the one that the patterns register speaks of theirs alone."""
        del result
        return True


class _PatternChecks(NetworkChecks):
    """What the patterns register: it judges all templates together and speaks of what the patterns made."""

    def __init__(self, marker: Construct) -> None:
        super().__init__()
        self._marker = marker
        self._paths: tuple[str, ...] = ()

    def _judge(self, context: Any) -> cdk.PolicyValidationPluginReport:
        self._paths = tuple(f"{entry.data}/" for entry in self._marker.node.metadata if entry.type == _JUDGED)
        return super()._judge(context)

    def _concerns(self, result: Result) -> bool:
        return f"{result.resource.construct_path}/".startswith(self._paths)


def register(construct: IConstruct) -> None:
    """Have everything below the construct judged at each synthesis; the checks are registered once for the whole tree.

    The mark that they are stands in the tree as a child of its root, where a copy of a Python object cannot lose it.
    """
    root = construct.node.root
    marker = root.node.try_find_child(_MARKER)
    if marker is None:
        if not cdk.Stage.is_stage(root):
            # Without an App or Stage there is no synthesis that would call a plugin.
            return
        assert isinstance(root, cdk.Stage)
        marker = Construct(root, _MARKER)
        cdk.Validations.of(root).add_plugins(_PatternChecks(marker))
    marker.node.add_metadata(_JUDGED, construct.node.path)


def _round(folder: str, paths: Sequence[str]) -> _Round:
    # Written anew by every synthesis, so the times tell one synthesis from the next.
    stamp = tuple((path, os.stat(path).st_mtime_ns, os.stat(path).st_ino) for path in sorted(paths))
    known = _rounds.get(folder)
    if known is None or known.stamp != stamp:
        known = _rounds[folder] = _Round(stamp, check(load([folder])))
    return known


def _root_path(result: Result) -> str:
    """Return the file of the stack that the result is in; a nested stack's results belong to the stack that holds it."""
    template = result.template
    while template.parent is not None:
        template = template.parent.template
    return os.path.abspath(template.path)


def _key(result: Result) -> tuple[str, str, str, str | None, str]:
    return (result.rule.id, result.template.path, result.resource.logical_id, result.property, result.message)


def _acknowledged_in_template(result: Result) -> bool:
    # What was acknowledged through the CDK stays in: the CDK itself takes it out and lists it as suppressed.
    declared = (result.resource.metadata.get(PLUGIN) or {}).get("acknowledge") or {}
    return result.rule.id in declared


def _not_judged(error: Exception, template: str) -> cdk.PolicyValidationPluginReport:
    """Report as an error that the templates could not be judged: a broken template, or a mistake in the checks themselves."""
    if isinstance(error, InputError):
        description = f"the templates cannot be read: {error}"
        fix = "Mend the template."
    else:
        description = f"the checks failed: {traceback.format_exception_only(error)[-1].strip()} ({_place(error)})"
        fix = "Report this to the maintainers of constructs_lib with the template. SAGEMAKER_NETWORK_TRACEBACK=1 prints the whole traceback."
        if os.environ.get("SAGEMAKER_NETWORK_TRACEBACK"):
            traceback.print_exception(error)
    resource = cdk.PolicyViolatingResource(template_path=template, locations=[])
    violation = cdk.PolicyViolation(
        rule_name=_NOT_JUDGED, description=description, fix=fix, severity="error", violating_resources=[resource]
    )
    return cdk.PolicyValidationPluginReport(success=False, violations=[violation])


def _place(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{os.path.basename(last.filename)}, line {last.lineno}"


def _report(results: Iterable[Result], unverified: Level) -> cdk.PolicyValidationPluginReport:
    violations = []
    success = True
    for result in results:
        severity = result.severity.value
        description = result.message
        if result.verdict != VIOLATED:
            description = f"unverified: {result.message}"
            if severity != "info":
                severity = unverified.value
        success = success and severity != "error"
        violations.append(
            cdk.PolicyViolation(
                rule_name=result.rule.id,
                description=description,
                fix=f"{result.fix} See {result.source}",
                severity=severity,
                rule_metadata={"verdict": result.verdict, "source": result.source},
                violating_resources=[
                    cdk.PolicyViolatingResource(
                        resource_logical_id=result.resource.logical_id,
                        template_path=_root_path(result),
                        construct_path=result.resource.construct_path,
                        locations=[result.property] if result.property else [],
                    )
                ],
            )
        )
    return cdk.PolicyValidationPluginReport(success=success, violations=violations)
