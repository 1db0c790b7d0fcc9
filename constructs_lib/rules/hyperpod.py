"""Rules about SageMaker HyperPod clusters."""

from __future__ import annotations

from itertools import product

from constructs_lib.assembly import NotVisible
from constructs_lib.rules._groups import any_of, by_name, joined, listed, named
from constructs_lib.rules._rule import GUIDE, Finding, NotApplicable, Severity, rule
from constructs_lib.rules._studio import each

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from constructs_lib.network import Cluster, InstanceGroup, Network, Subnet
    from constructs_lib.rules._rule import Findings

_PREREQUISITES = f"{GUIDE}/sagemaker-hyperpod-prerequisites.html"
#: How the instance families with an Elastic Fabric Adapter begin, as `ml.p6e-gb200` and `ml.trn2u` do.
_EFA = ("ml.p3dn", "ml.p4d", "ml.p5", "ml.p6", "ml.trn1", "ml.trn2")
_EFA_SIZES = ("ml.c5n.18xlarge",)
_P5 = ("ml.p5", "ml.p5e", "ml.p5en")
_ADDRESSES_SLURM, _ADDRESSES_EKS = 32, 81
_SIDES = (("ingress", "inbound", "from"), ("egress", "outbound", "to"))


@rule(
    "SMN-HP-01",
    statement="A HyperPod cluster on Amazon EKS needs a VPC configuration; on Slurm, an instance group may override only one that the cluster has.",
    severity=Severity.ERROR,
    source=_PREREQUISITES,
    fix="Add VpcConfig with the subnets and security groups of the cluster.",
    at="VpcConfig",
)
def cluster_has_a_vpc(cluster: Cluster, network: Network) -> Findings:
    if cluster.vpc_config_given:
        return
    if cluster.eks:
        yield "a cluster on Amazon EKS has no VpcConfig"
        return
    overriding = [group.name for group in cluster.instance_groups if group.override_given]
    if overriding:
        yield f"{listed(overriding)} set OverrideVpcConfig, and the cluster has no VpcConfig"


@rule(
    "SMN-HP-02",
    statement="HyperPod nodes with an Elastic Fabric Adapter need a security group that allows all traffic from and to itself; an outbound rule to "
    "0.0.0.0/0 does not stand in for the one to the group.",
    severity=Severity.ERROR,
    source=_PREREQUISITES,
    fix="Add an inbound rule for all traffic from the group itself and an outbound rule for all traffic to the group itself.",
    at="VpcConfig.SecurityGroupIds",
)
def efa_nodes_reach_each_other(cluster: Cluster, network: Network) -> Findings:
    groups = [group for group in cluster.instance_groups if _may_be(group, _has_efa)]
    if not any(cluster.vpc_config_given or group.override_given for group in groups):
        raise NotApplicable

    def judge(case: tuple[InstanceGroup, tuple[str, str, str]]) -> Findings:
        group, (direction, word, preposition) = case
        if group.security_groups and not _names_a_member(group, direction) and _has_efa(group.type):
            yield Finding(
                f"{named(group.security_groups)}: no {word} rule for all traffic {preposition} itself, which EFA needs on {group.type}",
                at=f"{group.path}.OverrideVpcConfig.SecurityGroupIds" if group.override_given else None,
            )

    yield from each(product(groups, _SIDES), judge)


def _names_a_member(group: InstanceGroup, direction: str) -> bool:
    """Whether a rule for all traffic names one of the groups that the instances have.

    Raises:
        NotVisible: An unknown group or rule could.
    """
    members = group.security_groups
    rules, unknown = joined(members, direction)
    if any_of(*(by_name(rule, members) for rule in rules)):
        return True
    if unknown:
        raise unknown
    return False


def _has_efa(instance_type: str | None) -> bool:
    return (instance_type or "").startswith(_EFA) or instance_type in _EFA_SIZES


def _is_p5(instance_type: str | None) -> bool:
    return (instance_type or "").rpartition(".")[0] in _P5


def _may_be(group: InstanceGroup, kind: Callable[[str | None], bool]) -> bool:
    """Whether the instances of a group are of this kind; a type that is not known may be."""
    try:
        return kind(group.type)
    except NotVisible:
        return True


@rule(
    "SMN-HP-03",
    statement="HyperPod nodes fetch their lifecycle scripts from Amazon S3, and need a way to it from each of their subnets.",
    severity=Severity.ERROR,
    source=_PREREQUISITES,
    fix="Add an S3 gateway endpoint and list the route tables of the cluster's subnets, or route them to a NAT gateway.",
    at="VpcConfig.Subnets",
)
def nodes_reach_s3(cluster: Cluster, network: Network) -> Findings:
    subnets: dict[Subnet, str | None] = {}
    for group in cluster.instance_groups:
        for subnet in group.subnets:
            subnets.setdefault(subnet, _subnets_of(group))
    if not subnets:
        raise NotApplicable

    def judge(subnet: Subnet) -> Findings:
        if not network.s3_path(subnet):
            yield Finding(
                f"{subnet.label} has no way to Amazon S3: {subnet.egress_text}, and no S3 endpoint serves it",
                at=subnets[subnet],
            )

    yield from each(subnets, judge)


@rule(
    "SMN-HP-04",
    statement="A P5 instance takes 32 addresses of its subnets on Slurm and 81 on Amazon EKS, and the range of a subnet cannot be changed later.",
    severity=Severity.WARNING,
    source=_PREREQUISITES,
    fix="Use larger subnets, or more of them.",
    at="VpcConfig.Subnets",
)
def nodes_have_addresses(cluster: Cluster, network: Network) -> Findings:
    groups = [group for group in cluster.instance_groups if group.subnets and _may_be(group, _is_p5)]
    if not groups:
        raise NotApplicable
    each_takes = _ADDRESSES_EKS if cluster.eks else _ADDRESSES_SLURM

    def judge(group: InstanceGroup) -> Findings:
        needed = (group.count or 0) * each_takes
        free = sum(subnet.usable_addresses for subnet in group.subnets)
        if free < needed and _is_p5(group.type):
            where = listed(subnet.label for subnet in group.subnets)
            yield Finding(
                f"{where} {'has' if len(group.subnets) == 1 else 'have'} {free} addresses, and {group.count} instances {group.type} of "
                f"{group.name} need {needed}",
                at=_subnets_of(group),
            )

    yield from each(groups, judge)


def _subnets_of(group: InstanceGroup) -> str | None:
    """The property that names the subnets of an instance group; None for the cluster's, of which the rule speaks."""
    return f"{group.path}.OverrideVpcConfig.Subnets" if group.override_given else None
