"""Security groups: what CloudFormation makes of the way that their rules are written."""

from __future__ import annotations

from constructs_lib.assembly import NotApplicable, NotVisible
from constructs_lib.rules._egress import attached, blocked_by_groups
from constructs_lib.rules._groups import listed
from constructs_lib.rules._rule import CLOUDFORMATION, Finding, Severity, advice, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs_lib.network import Network, SecurityGroup, Vantage
    from constructs_lib.rules._rule import Findings

_RESOURCE = f"{CLOUDFORMATION}/aws-resource-ec2-securitygroup.html"


@rule(
    "SMN-SG-01",
    statement="A group without egress rules lets everything out; a separate AWS::EC2::SecurityGroupEgress takes the place of that default.",
    severity=Severity.WARNING,
    source=_RESOURCE,
    fix="List all that the group must let out, TCP 443 to endpoints or to 0.0.0.0/0 among it.",
)
def separate_egress_keeps_default(group: SecurityGroup, network: Network) -> Findings:
    separate = group.separate_egress
    if not separate and not group.default_egress_removed:
        raise NotApplicable
    if not group.default_egress_removed:
        return
    left = f"only {listed(allowed.text for allowed in separate)} is let out" if separate else "nothing is let out"
    message = f"separate egress rules took the place of the default that lets everything out: {left}"
    lacking = dict.fromkeys(
        reason for vantage in _places(group, network) if (reason := _lacks_egress(vantage, group, network))
    )
    if lacking:
        yield f"{message}; {'; '.join(lacking)}"
    else:
        yield Finding(message, severity=Severity.INFO)


def _places(group: SecurityGroup, network: Network) -> Iterator[Vantage]:
    """The workloads that may carry the group; none where its VPC is not visible."""
    try:
        vpc = group.vpc
    except NotVisible:
        return
    if vpc is not None:
        yield from attached(network, vpc)


def _lacks_egress(vantage: Vantage, group: SecurityGroup, network: Network) -> str | None:
    """What the workload needs and the group, being attached to it, does not let out; what is not visible raises nothing."""
    try:
        reason = blocked_by_groups(vantage, network) if group in vantage.groups else None
    except NotVisible:
        return None
    return f"{vantage.id}: {reason}" if reason else None


advice(
    "SMN-SG-02",
    statement="Two groups that name each other in inline rules depend on each other in a circle, which CloudFormation refuses: write such rules "
    "as separate resources.",
    severity=Severity.INFO,
    source=_RESOURCE,
    fix="Use AWS::EC2::SecurityGroupIngress and AWS::EC2::SecurityGroupEgress for rules between two groups.",
)
