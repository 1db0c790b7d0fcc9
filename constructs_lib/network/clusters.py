"""HyperPod clusters and their instance groups."""

from __future__ import annotations

from constructs_lib.assembly import fact
from constructs_lib.network.groups import SecurityGroup
from constructs_lib.network.iam import Role
from constructs_lib.network.jobs import Job
from constructs_lib.network.subnets import Subnet
from constructs_lib.network.vantage import ATTACHED, MANAGED, Vantage


class InstanceGroup:
    """An instance group of a cluster, with the network that it stands in.

    Attributes:
        name: Its name.
        index: Its place in `InstanceGroups`.
        count: How many instances; None where it is not set.
        type: Their type; None where it is not set.
        override_given: Has it a network of its own (`OverrideVpcConfig`)?
        subnets: Its subnets: its own, or the cluster's.
        security_groups: Its groups: its own, or the cluster's.
        path: Where it stands, such as `InstanceGroups.0`.
    """

    def __init__(self, cluster: Cluster, index: int) -> None:
        self.cluster = cluster
        self.index = index
        self.path = f"InstanceGroups.{index}"

    @fact
    def name(self) -> str:
        """Its name."""
        return str(self.cluster.text("InstanceGroups", self.index, "InstanceGroupName", default=str(self.index)))

    @fact
    def count(self) -> int | None:
        """How many instances it has."""
        return self.cluster.number("InstanceGroups", self.index, "InstanceCount")

    @fact
    def type(self) -> str | None:
        """The type of its instances."""
        return self.cluster.text("InstanceGroups", self.index, "InstanceType")

    @property
    def override_given(self) -> bool:
        """Has it a network of its own?"""
        return self.cluster.given("InstanceGroups", self.index, "OverrideVpcConfig")

    @fact
    def subnets(self) -> tuple[Subnet, ...]:
        """Its subnets: its own, or the cluster's."""
        if not self.override_given:
            return self.cluster.subnets
        return self.cluster.things(Subnet, "InstanceGroups", self.index, "OverrideVpcConfig", "Subnets")

    @fact
    def security_groups(self) -> tuple[SecurityGroup, ...]:
        """Its groups: its own, or the cluster's."""
        if not self.override_given:
            return self.cluster.security_groups
        return self.cluster.things(SecurityGroup, "InstanceGroups", self.index, "OverrideVpcConfig", "SecurityGroupIds")

    @property
    def vantage(self) -> Vantage:
        """Where its instances stand."""
        cluster = self.cluster
        mode = ATTACHED if self.override_given or cluster.vpc_config_given else MANAGED
        return Vantage(
            cluster.network,
            f"{cluster.id} group {self.name}",
            mode,
            self.subnets,
            self.security_groups,
            workload=cluster,
        )


class Cluster(Job):
    """A HyperPod cluster."""

    types = ("AWS::SageMaker::Cluster",)
    noun = "cluster"
    network_path = ()

    @property
    def eks(self) -> bool:
        """Is it run by EKS, rather than by Slurm?"""
        return self.given("Orchestrator", "Eks")

    @fact
    def instance_groups(self) -> tuple[InstanceGroup, ...]:
        """Its instance groups."""
        return tuple(InstanceGroup(self, index) for index in range(len(self.entries("InstanceGroups"))))

    @fact
    def instance_count(self) -> int | None:
        """How many instances all its groups have together; None where none is set."""
        counts = [group.count for group in self.instance_groups]
        return (
            sum(count for count in counts if count is not None) if any(count is not None for count in counts) else None
        )

    @property
    def isolated_network(self) -> bool:
        """Clusters know no network isolation."""
        return False

    @fact
    def role(self) -> Role | None:
        """The execution role of its first instance group."""
        return self.thing(Role, "InstanceGroups", 0, "ExecutionRole") or self.thing(Role, "ClusterRole")  # type: ignore[no-any-return]

    @property
    def vantages(self) -> tuple[Vantage, ...]:
        """Its own place, and one for each instance group that overrides it."""
        groups = self.instance_groups
        own = [] if groups and all(group.override_given for group in groups) else [self.vantage]
        return (*own, *(group.vantage for group in groups if group.override_given))
