"""What a pattern breaks by its nature, acknowledged on exactly that resource and with a reason that the user can
replace or withdraw.

Acknowledgements are the CDK's own (``cdk.Validations.of(x).acknowledge``): the network checks and cdk-nag read them,
and they stand in the assembly's metadata. Nothing else suppresses a finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from constructs import IConstruct

Overrides = Mapping[str, str | None]
"""Rule id to the user's own reason, or to None: the acknowledgement is withdrawn and the finding comes back."""

_NETWORK_CHECKS = "SageMakerNetwork"
_NAG_PACKS = ("AwsSolutions", "HIPAA.Security", "NIST.800.53.R5", "PCI.DSS.321")
_DIRECT_INTERNET = "SageMakerNotebookNoDirectInternetAccess"

WILDCARD_RULE = "AwsSolutions-IAM5"
"""Cdk-nag's rule about wildcards in policies. It reports each by itself: ``AwsSolutions-IAM5[Resource::*]``."""

EQUIVALENTS: Mapping[str, tuple[str, ...]] = {
    "SMN-NB-07": ("AwsSolutions-SM3", *(f"{pack}-{_DIRECT_INTERNET}" for pack in _NAG_PACKS[1:])),
    "SMN-NB-08": ("AwsSolutions-SM1",),
}
"""The rules of cdk-nag's packs (AwsSolutions, HIPAA, NIST 800-53 R5, PCI) that say the same as one of ours."""


def with_equivalents(reasons: Overrides) -> dict[str, str | None]:
    """The reasons, and each again for the rules of cdk-nag that say the same."""
    return {each: reason for rule, reason in reasons.items() for each in (rule, *EQUIVALENTS.get(rule, ()))}


def for_packs(rule: str, reason: str) -> dict[str, str]:
    """The reason for a rule that the HIPAA, NIST 800-53 and PCI packs of cdk-nag have in common."""
    return {f"{pack}-{rule}": reason for pack in _NAG_PACKS[1:]}


def qualified(rule: str) -> str:
    """The id under which the CDK knows a rule: ``SageMakerNetwork::SMN-NB-07``, ``AwsSolutions::AwsSolutions-SM3``."""
    if "::" in rule.partition("[")[0]:
        return rule
    pack = next((pack for pack in _NAG_PACKS if rule.startswith(f"{pack}-")), _NETWORK_CHECKS)
    return f"{pack}::{rule}"


def checked_overrides(
    overrides: Overrides | None, known: Sequence[str], *, argument: str = "acknowledgements"
) -> dict[str, str | None]:
    """The user's overrides, each known to be about something that this construct acknowledges.

    Ids may be given short (``SMN-NB-07``) or as the CDK writes them (``SageMakerNetwork::SMN-NB-07``).

    Raises:
        ValueError: an id that this construct does not acknowledge (an override without effect hides a mistake), or an
            empty reason.
    """
    checked: dict[str, str | None] = {}
    for rule, reason in (overrides or {}).items():
        short = rule.rpartition("::")[2] if "[" not in rule else rule
        if short not in known:
            allowed = ", ".join(known) or "none"
            raise ValueError(
                f"{argument} names {rule!r}, which this construct does not acknowledge (it acknowledges: {allowed}): "
                "remove it, or acknowledge it on the resource with cdk.Validations.of(resource).acknowledge()"
            )
        if reason is not None and not reason.strip():
            raise ValueError(
                f"{argument}[{rule!r}] is an empty reason: give a reason, or None to withdraw the acknowledgement"
            )
        checked[short] = reason
    return checked


def acknowledge(construct: IConstruct, reasons: Overrides, overrides: Overrides | None = None) -> None:
    """Acknowledge rules on this one construct.

    Args:
        construct: the resource (L1) that carries the findings.
        reasons: rule id to the reason, ids short (``SMN-NB-07``, ``AwsSolutions-SM3``,
            ``AwsSolutions-IAM5[Resource::*]``); None for what is acknowledged only where the user gives a reason.
        overrides: the user's own reasons; None as a reason withdraws the acknowledgement. An override of
            ``AwsSolutions-IAM5`` holds for all findings of that rule. Ids that are not among the reasons are left to
            the construct that acknowledges them.
    """
    overrides = {qualified(rule): reason for rule, reason in (overrides or {}).items()}
    rules = []
    for rule, default in reasons.items():
        full = qualified(rule)
        reason = overrides.get(full, overrides.get(full.partition("[")[0], default))
        if reason is not None:
            rules.append(cdk.Acknowledgment(id=full, reason=reason))
    if rules:
        cdk.Validations.of(construct).acknowledge(*rules)
