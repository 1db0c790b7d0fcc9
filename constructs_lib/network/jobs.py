"""Jobs, models, clusters and what else has a `VpcConfig`."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, fact
from constructs_lib.network.groups import SecurityGroup
from constructs_lib.network.iam import Role
from constructs_lib.network.subnets import Subnet
from constructs_lib.network.things import Thing
from constructs_lib.network.vantage import ATTACHED, MANAGED, Vantage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from constructs_lib.network.vpc import Vpc

_KINDS = ("DataQuality", "ModelQuality", "ModelBias", "ModelExplainability")


class Job(Thing):
    """What runs containers in SageMaker's network, or in a VPC where it has a `VpcConfig`."""

    #: Where the `VpcConfig` stands, and the settings around it.
    network_path: tuple[str, ...] = ("NetworkConfig",)
    resources_path: tuple[str, ...] = ("JobResources", "ClusterConfig")

    @property
    def vpc_path(self) -> tuple[str, ...]:
        """The path of the `VpcConfig`."""
        return (*self.network_path, "VpcConfig")

    @property
    def vpc_config_path(self) -> str:
        """The path of the `VpcConfig` with dots: `NetworkConfig.VpcConfig`."""
        return ".".join(self.vpc_path)

    @property
    def vpc_config_given(self) -> bool:
        """Has it a `VpcConfig`?"""
        return self.given(*self.vpc_path)

    @property
    def subnets_given(self) -> bool:
        """Are subnets named?"""
        return self.given(*self.vpc_path, "Subnets")

    @property
    def groups_given(self) -> bool:
        """Are security groups named?"""
        return self.given(*self.vpc_path, "SecurityGroupIds")

    @fact
    def subnets(self) -> tuple[Subnet, ...]:
        """The subnets of its `VpcConfig`."""
        return self.things(Subnet, *self.vpc_path, "Subnets")

    @fact
    def security_groups(self) -> tuple[SecurityGroup, ...]:
        """The groups of its `VpcConfig`."""
        return self.things(SecurityGroup, *self.vpc_path, "SecurityGroupIds")

    @fact
    def vpc(self) -> Vpc | None:
        """The VPC of its first subnet."""
        return self.subnets[0].vpc if self.subnets else None

    @fact
    def isolated_network(self) -> bool:
        """Are its containers kept from all calls (`EnableNetworkIsolation`)?"""
        return self.flag(*self.network_path, "EnableNetworkIsolation", default=False)

    @fact
    def encrypts_traffic(self) -> bool:
        """Is the traffic between its containers encrypted (`EnableInterContainerTrafficEncryption`)?"""
        return self.flag(*self.network_path, "EnableInterContainerTrafficEncryption", default=False)

    @fact
    def instance_count(self) -> int | None:
        """How many instances it runs on."""
        return self.number(*self.resources_path, "InstanceCount")

    @fact
    def instance_type(self) -> str | None:
        """The type of its instances."""
        return self.text(*self.resources_path, "InstanceType")

    @fact
    def role(self) -> Role | None:
        """Its execution role."""
        return self.thing(Role, "RoleArn")  # type: ignore[no-any-return]

    @fact
    def vantage(self) -> Vantage:
        """Where its containers stand."""
        return self.own_vantage()

    def own_vantage(self) -> Vantage:
        """The place that its own `VpcConfig` gives, or SageMaker's network where it has none."""
        mode = ATTACHED if self.vpc_config_given else MANAGED
        return Vantage(
            self.network,
            self.id,
            mode,
            self.subnets,
            self.security_groups,
            isolated=self.isolated_network,
            workload=self,
        )

    @property
    def vantages(self) -> tuple[Vantage, ...]:
        """The same, as a tuple; a cluster has one for each place that its instance groups stand in."""
        return (self.vantage,)


class ProcessingJob(Job):
    """A processing job."""

    types = ("AWS::SageMaker::ProcessingJob",)
    noun = "processing job"
    resources_path = ("ProcessingResources", "ClusterConfig")


class JobDefinition(Job):
    """A monitoring job definition of one of four kinds."""

    types = tuple(f"AWS::SageMaker::{kind}JobDefinition" for kind in _KINDS)
    noun = "job definition"

    @property
    def kind(self) -> str:
        """`DataQuality`, `ModelQuality`, `ModelBias` or `ModelExplainability`."""
        return self.type.removeprefix("AWS::SageMaker::").removesuffix("JobDefinition")

    @fact
    def endpoint_name(self) -> Any:
        """The endpoint that it watches: a reference or a name; None for a batch transform."""
        return self.get(f"{self.kind}JobInput", "EndpointInput", "EndpointName")


class MonitoringSchedule(Job):
    """A monitoring schedule, with a job definition of its own or that of another resource."""

    types = ("AWS::SageMaker::MonitoringSchedule",)
    noun = "monitoring schedule"
    network_path = ("MonitoringScheduleConfig", "MonitoringJobDefinition", "NetworkConfig")
    resources_path = ("MonitoringScheduleConfig", "MonitoringJobDefinition", "MonitoringResources", "ClusterConfig")

    @property
    def inline(self) -> bool:
        """Does the definition of its jobs stand in it?"""
        return self.given("MonitoringScheduleConfig", "MonitoringJobDefinition")

    @fact
    def definition(self) -> JobDefinition | None:
        """The job definition that it names; None where its own stands in it.

        Raises:
            NotVisible: It names one that is not in the templates.
        """
        value = self.get("MonitoringScheduleConfig", "MonitoringJobDefinitionName")
        if self.inline or value in (None, ""):
            return None
        found = self.network.named(JobDefinition, value, "JobDefinitionName")
        if found is None or found.imported:
            raise NotVisible(
                f"job definition {value} is not defined in the templates",
                "check the stack that defines it along with this one",
            )
        return found

    @fact
    def role(self) -> Role | None:
        """The execution role of its jobs."""
        return self.thing(Role, "MonitoringScheduleConfig", "MonitoringJobDefinition", "RoleArn")  # type: ignore[no-any-return]

    @fact
    def vantage(self) -> Vantage:
        """Where its jobs' containers stand."""
        definition = self.definition
        if definition is None:
            return self.own_vantage()
        found = definition.vantage
        return Vantage(
            self.network, self.id, found.mode, found.subnets, found.groups, isolated=found.isolated, workload=self
        )
