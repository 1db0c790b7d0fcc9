"""Identity policies: SageMaker's condition keys, which work on some actions only, and on lists in their own way."""

from __future__ import annotations

from constructs_lib.assembly import NotApplicable, NotVisible
from constructs_lib.rules._condition_keys import (
    ALL_VALUES,
    ANY_VALUE,
    IF_EXISTS,
    MULTIVALUED,
    SUPPORTED,
    is_null_test,
    matches_without_key,
    says_true,
    tests,
)
from constructs_lib.rules._groups import listed
from constructs_lib.rules._rule import AUTHORIZATION, GUIDE, Finding, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs_lib.network import Network, Policy, Statement
    from constructs_lib.rules._rule import Findings


@rule(
    "SMN-IAM-04",
    statement="A condition key works only on the actions that support it; on others the statement never matches, or always.",
    severity=Severity.ERROR,
    source=f"{AUTHORIZATION}/list_amazonsagemaker.html",
    fix="Leave only actions that support the key in the statement, and put the others into one of their own.",
)
def keys_fit_actions(policy: Policy, network: Network) -> Findings:
    judged = [
        (statement, key, written)
        for statement in policy.statements
        for key, written in dict.fromkeys((key, written) for _, key, written, _ in tests(statement.conditions))
        if key in SUPPORTED
    ]
    if not judged:
        raise NotApplicable
    for statement, key, written in judged:
        yield from _unsupported(statement, key, written)


def _unsupported(statement: Statement, key: str, written: str) -> Iterator[Finding | NotVisible]:
    """The actions of a statement that do not support a key, and what becomes of the statement for them."""
    wildcards = [action for action in statement.actions if "*" in action or "?" in action]
    wildcards += ["all but " + action for action in statement.not_actions]
    wrong = [action for action in statement.actions if action not in wildcards and _name(action) not in SUPPORTED[key]]
    effect = _effect(statement, key)
    if wrong and effect:
        yield Finding(
            f"{written} is not available for {listed(wrong)}, so there {effect}",
            at=statement.where,
        )
    elif wildcards and effect:
        yield NotVisible(
            f"whether all actions of {listed(wildcards)} in {statement.where} that are used support {written}",
            "name the actions that the statement is for",
        )


def _name(action: str) -> str:
    return action.rpartition(":")[2].lower()


def _effect(statement: Statement, key: str) -> str | None:
    """What the statement does for a request that cannot carry the key; None where its author has provided for that."""
    operators = [(operator, values) for operator, tested, _, values in tests(statement.conditions) if tested == key]
    if not all(matches_without_key(operator, values) for operator, values in operators):
        return "the statement never matches"
    if statement.effect == "Deny":
        return "the statement always denies"
    if any(operator.endswith(IF_EXISTS) or is_null_test(operator) for operator, _ in operators):
        return None
    return "the condition limits nothing"


@rule(
    "SMN-IAM-05",
    statement="sagemaker:VpcSubnets and sagemaker:VpcSecurityGroupIds hold lists: compare them with ForAllValues or ForAnyValue, and with "
    "ForAllValues demand by Null that they are there, as it accepts an empty list.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/security_iam_id-based-policy-examples.html",
    fix='Use ForAllValues:StringEquals, together with "Null": {"<the key>": "false"}.',
)
def lists_are_compared_as_lists(policy: Policy, network: Network) -> Findings:
    judged = [
        (statement, operator, key, written)
        for statement in policy.statements
        if statement.effect == "Allow"
        for operator, key, written, _ in tests(statement.conditions)
        if key in MULTIVALUED and not is_null_test(operator)
    ]
    if not judged:
        raise NotApplicable
    for statement, operator, key, written in judged:
        if operator.startswith(ALL_VALUES) and not _is_demanded(statement, key):
            yield Finding(
                f"{written} is compared by ForAllValues, which accepts a request without any value", at=statement.where
            )
        elif not operator.startswith((ALL_VALUES, ANY_VALUE)):
            yield Finding(f"{written} holds a list, but is compared as one value", at=statement.where)


def _is_demanded(statement: Statement, key: str) -> bool:
    """Whether a Null test of the statement demands that the key is there."""
    return any(
        is_null_test(operator) and tested == key and not any(says_true(value) for value in values)
        for operator, tested, _, values in tests(statement.conditions)
    )
