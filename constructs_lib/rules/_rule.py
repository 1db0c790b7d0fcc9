"""What a rule is: one function with its facts beside it, and the registry that holds them all.

A rule module says `@rule("SMN-NB-01", ...)` above a generator whose first parameter's annotation names what the rule is about.
The generator yields a message for each thing that is wrong, and nothing where the rule is kept. It sees typed things of the network
model, never a raw template.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from importlib import import_module

from constructs_lib.assembly import NotApplicable, NotVisible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any, TypeVar, Union

    RuleFunction = Callable[..., Iterator["str | Finding | Remark | NotVisible"]]
    Findings = Iterator[Union[str, "Finding", "Remark", NotVisible]]
    F = TypeVar("F", bound=Callable[..., Iterator[Any]])

__all__ = [
    "API",
    "AUTHORIZATION",
    "CLOUDFORMATION",
    "GUIDE",
    "PRIVATELINK",
    "SECURITY_HUB",
    "VPC_GUIDE",
    "Finding",
    "NotApplicable",
    "Remark",
    "Rule",
    "Severity",
    "advice",
    "all_rules",
    "rule",
    "rule_by_id",
]

GUIDE = "https://docs.aws.amazon.com/sagemaker/latest/dg"
API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference"
VPC_GUIDE = "https://docs.aws.amazon.com/vpc/latest/userguide"
PRIVATELINK = "https://docs.aws.amazon.com/vpc/latest/privatelink"
CLOUDFORMATION = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference"
SECURITY_HUB = "https://docs.aws.amazon.com/securityhub/latest/userguide"
AUTHORIZATION = "https://docs.aws.amazon.com/service-authorization/latest/reference"

_MODULES = (
    "changes",
    "distributed",
    "endpoint_access",
    "endpoint_policies",
    "endpoints",
    "hosting",
    "hyperpod",
    "iam",
    "iam_keys",
    "jobs",
    "monitoring",
    "notebook_neighbours",
    "notebook_paths",
    "notebooks",
    "registries",
    "routing",
    "s3",
    "s3_policies",
    "security_groups",
    "studio",
    "studio_features",
    "studio_groups",
    "studio_network",
    "studio_policies",
    "studio_traffic",
    "traffic",
    "training",
    "vpc",
    "workforce",
)

_registry: dict[str, Rule] = {}


class Severity(Enum):
    """How bad a violation is: AWS rejects it or it cannot work; it contradicts documented advice; a fact worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """3 for an error, 2 for a warning, 1 for an info, to compare by."""
        return _RANKS[self.value]


_RANKS = {"error": 3, "warning": 2, "info": 1}


class Finding:
    """A violation that differs from its rule: another property, or a documented other severity.

    Args:
        message: What is wrong, with names and values; lower case, no full stop.
        at: The property of the resource that is at fault, such as `"SecurityGroupIds"`. Default: the rule's.
        severity: Default: the rule's.
    """

    __slots__ = ("at", "message", "severity")

    def __init__(self, message: str, *, at: str | None = None, severity: Severity | None = None) -> None:
        self.message = message
        self.at = at
        self.severity = severity


class Remark:
    """A fact worth telling although the rule is kept: the verdict stays *satisfied* and carries this message."""

    __slots__ = ("message",)

    def __init__(self, message: str) -> None:
        self.message = message


class Rule:
    """A documented rule with its facts.

    Attributes:
        id: The stable id, such as `SMN-NB-05`.
        statement: What must hold, in one or two sentences.
        severity: What a violation weighs unless the finding says otherwise.
        source: The AWS page that documents the rule.
        fix: What to do about a violation.
        at: The property that findings point to, or None for the resource as a whole.
        at_on: The same by resource type, where a rule about several types points elsewhere on some of them.
        related: Ids of related controls of Security Hub, AWS Config, cdk-nag and checkov.
        function: The check, or None for a rule that no template shows (advice).
        subjects: Names of the model classes that the rule is about; empty for advice.
    """

    __slots__ = ("at", "at_on", "fix", "function", "id", "related", "severity", "source", "statement", "subjects")

    def __init__(
        self,
        rule_id: str,
        *,
        statement: str,
        severity: Severity,
        source: str,
        fix: str,
        at: str | None = None,
        at_on: Mapping[str, str] | None = None,
        related: Sequence[str] = (),
        function: RuleFunction | None = None,
    ) -> None:
        self.id = rule_id
        self.statement = statement
        self.severity = severity
        self.source = source
        self.fix = fix
        self.at = at
        self.at_on = at_on or {}
        self.related = tuple(related)
        self.function = function
        self.subjects = _subjects(function) if function else ()

    def place(self, resource_type: str) -> str | None:
        """The property of a resource of this type that findings point to."""
        return self.at_on.get(resource_type, self.at)

    @property
    def state(self) -> str:
        """`checked` where templates decide the rule, `compared` where two states of them do, `advice` where none can show it."""
        if self.area == "CHG":
            return "compared"
        return "checked" if self.function else "advice"

    @property
    def area(self) -> str:
        """The middle part of the id: `NB` of `SMN-NB-05`."""
        return self.id.split("-")[1]

    def __repr__(self) -> str:
        return f"<Rule {self.id}>"


def rule(
    rule_id: str,
    *,
    statement: str,
    severity: Severity,
    source: str,
    fix: str,
    at: str | None = None,
    at_on: Mapping[str, str] | None = None,
    related: Sequence[str] = (),
) -> Callable[[F], F]:
    """Register the decorated generator as the check of a rule; see `Rule` for the facts.

    Raises:
        ValueError: The id is registered already.
    """

    def register(function: F) -> F:
        _register(
            Rule(
                rule_id,
                statement=statement,
                severity=severity,
                source=source,
                fix=fix,
                at=at,
                at_on=at_on,
                related=related,
                function=function,
            )
        )
        return function

    return register


def advice(
    rule_id: str, *, statement: str, severity: Severity, source: str, fix: str, related: Sequence[str] = ()
) -> None:
    """Register a rule that no template shows: it stands in the catalogue, and in the constructs where it applies.

    Raises:
        ValueError: The id is registered already.
    """
    _register(Rule(rule_id, statement=statement, severity=severity, source=source, fix=fix, related=related))


def compared(rule_id: str, *, statement: str, severity: Severity, source: str, fix: str) -> None:
    """Register a rule of the area CHG: not one state of the templates breaks it, but the change between two.

    Raises:
        ValueError: The id is registered already.
    """
    _register(Rule(rule_id, statement=statement, severity=severity, source=source, fix=fix))


@lru_cache(maxsize=1)
def all_rules() -> tuple[Rule, ...]:
    """Every rule and every piece of advice, sorted by id; loads the rule modules on the first call."""
    for module in _MODULES:
        import_module(f"constructs_lib.rules.{module}")
    return tuple(_registry[key] for key in sorted(_registry))


def rule_by_id(rule_id: str) -> Rule | None:
    """The rule of that id, or None."""
    all_rules()
    return _registry.get(rule_id)


def _register(new: Rule) -> None:
    if new.id in _registry:
        raise ValueError(f"rule {new.id} is registered twice")
    _registry[new.id] = new


def _subjects(function: RuleFunction) -> tuple[str, ...]:
    # The modules postpone annotations, so this is text such as "Notebook" or "Notebook | Domain"; inspect would cost start-up time.
    first = function.__code__.co_varnames[0]
    return tuple(part.strip() for part in function.__annotations__[first].split("|"))
