"""Which SageMaker actions support which network condition keys, and what a condition does where the request carries no such key.

From the service authorization reference, "Actions, resources, and condition keys for Amazon SageMaker".
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_DEFINITIONS = frozenset(
    f"create{kind}jobdefinition" for kind in ("dataquality", "modelbias", "modelexplainability", "modelquality")
)
_SCHEDULES = frozenset(("createmonitoringschedule", "updatemonitoringschedule"))
_JOBS = frozenset(("createhyperparametertuningjob", "createprocessingjob", "createtrainingjob"))
_AUTOML = frozenset(("createautomljob", "createautomljobv2"))
_DOMAINS = frozenset(("createdomain", "updatedomain"))
_HOSTING = frozenset(("createendpointconfig", "createmodel"))
_NOTEBOOK = frozenset(("createnotebookinstance",))
_VPC = (
    _DEFINITIONS
    | _SCHEDULES
    | _JOBS
    | _AUTOML
    | _DOMAINS
    | _HOSTING
    | _NOTEBOOK
    | frozenset(("createcluster", "updatecluster", "createjob"))
)

#: The keys, in lower case as IAM compares them, with the actions (without their prefix, in lower case) that support them.
SUPPORTED = {
    "sagemaker:directinternetaccess": _NOTEBOOK,
    "sagemaker:rootaccess": _NOTEBOOK | {"updatenotebookinstance"},
    "sagemaker:appnetworkaccesstype": _DOMAINS,
    "sagemaker:vpcsubnets": _VPC,
    "sagemaker:vpcsecuritygroupids": _VPC | {"createuserprofile", "updateuserprofile"},
    "sagemaker:networkisolation": _DEFINITIONS | _SCHEDULES | _JOBS | _HOSTING,
    "sagemaker:intercontainertrafficencryption": _DEFINITIONS | _SCHEDULES | _JOBS | _AUTOML,
}
#: The keys that hold a list of values in one request.
MULTIVALUED = frozenset(("sagemaker:vpcsubnets", "sagemaker:vpcsecuritygroupids"))

ANY_VALUE = "foranyvalue:"
ALL_VALUES = "forallvalues:"
IF_EXISTS = "ifexists"


def tests(conditions: dict[str, Any]) -> Iterator[tuple[str, str, str, list[Any]]]:
    """Each test of a Condition block: the operator and the key in lower case, the key as written, and its values."""
    for operator, block in conditions.items():
        if isinstance(block, dict):
            for key, values in block.items():
                yield operator.lower(), key.lower(), key, values if isinstance(values, list) else [values]


def is_null_test(operator: str) -> bool:
    """Whether the operator asks if the key is there at all."""
    return operator == "null"


def says_true(value: Any) -> bool:
    """Whether a value of a Null test is true, be it written as a boolean or as text."""
    return str(value).lower() == "true"


def matches_without_key(operator: str, values: list[Any]) -> bool:
    """What the test gives for a request that does not carry the key."""
    if is_null_test(operator):
        return any(says_true(value) for value in values)
    if operator.startswith(ANY_VALUE):
        return False
    return operator.startswith(ALL_VALUES) or operator.endswith(IF_EXISTS) or "not" in operator


def keeps_out(effect: str, operator: str, values: list[Any]) -> bool:
    """Whether a statement with this test keeps out a request that does not carry the key: not allowed by it, or denied."""
    return matches_without_key(operator, values) is (effect == "Deny")
