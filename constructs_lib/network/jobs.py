"""Jobs, models, clusters and what else has a `VpcConfig`."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, Unknown, fact
from constructs_lib.network.groups import SecurityGroup
from constructs_lib.network.iam import Role
from constructs_lib.network.things import Thing, key_of
from constructs_lib.network.vantage import ATTACHED, MANAGED, Vantage
from constructs_lib.network.vpc import Subnet

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
        found = definition.vantage
        return Vantage(
            self.network, self.id, found.mode, found.subnets, found.groups, isolated=found.isolated, workload=self
        )


class Model(Job):
    """A model, whose containers answer requests."""

    types = ("AWS::SageMaker::Model",)
    noun = "model"
    network_path = ()

    @fact
    def containers(self) -> tuple[dict[str, Any], ...]:
        """Its container definitions, the primary one first."""
        bodies = [self.get("PrimaryContainer"), *self.entries("Containers")]
        return tuple(body for body in bodies if body.__class__ is dict)

    @fact
    def repository_access_vpc(self) -> bool:
        """Does it pull an image through the VPC (`RepositoryAccessMode` is Vpc)?"""
        return any(
            mode == "Vpc" for mode in [self._image_config(body, "RepositoryAccessMode") for body in self.containers]
        )

    @fact
    def registry_auth(self) -> bool:
        """Does its registry ask a Lambda function for credentials?"""
        given = [bool(self._image_config(body, "RepositoryAuthConfig")) for body in self.containers]
        return any(given)

    def _image_config(self, container: dict[str, Any], name: str) -> Any:
        """A setting of a container's image, or None."""
        config = container.get("ImageConfig") or {}
        if isinstance(config, Unknown):
            raise self.hidden(config, "ImageConfig")
        value = config.get(name)
        if isinstance(value, Unknown):
            raise self.hidden(value, "ImageConfig", name)
        return value

    @fact
    def role(self) -> Role | None:
        """Its execution role."""
        return self.thing(Role, "ExecutionRoleArn")  # type: ignore[no-any-return]


class EndpointConfig(Job):
    """An endpoint configuration: which models answer; with a `VpcConfig` of its own for inference components."""

    types = ("AWS::SageMaker::EndpointConfig",)
    noun = "endpoint configuration"
    network_path = ()

    @fact
    def variants(self) -> tuple[dict[str, Any], ...]:
        """Its production variants, the shadow ones after them."""
        found = [*self.entries("ProductionVariants"), *self.entries("ShadowProductionVariants")]
        return tuple(body for body in found if body.__class__ is dict)

    @fact
    def models(self) -> tuple[tuple[int, Model], ...]:
        """The models of the templates that its variants name, with the variant's number.

        Raises:
            NotVisible: One is not in the templates.
        """
        found = []
        for index, variant in enumerate(self.variants):
            name = variant.get("ModelName")
            if name in (None, ""):
                continue
            model = self.network.named(Model, name, "ModelName")
            if model is None or model.imported:
                raise NotVisible(
                    f"model {name} is not defined in the templates",
                    "check the stack that defines it along with this one",
                )
            found.append((index, model))
        return tuple(found)

    @fact
    def role(self) -> Role | None:
        """The execution role of its inference components."""
        return self.thing(Role, "ExecutionRoleArn")  # type: ignore[no-any-return]

    @fact
    def vantage(self) -> Vantage:
        """Where its containers stand: its models', where its variants name any."""
        return self.vantages[0]

    @fact
    def vantages(self) -> tuple[Vantage, ...]:
        """The place of its own, for inference components; else that of each model that its variants name."""
        if self.vpc_config_given or not self.models:
            mode = ATTACHED if self.vpc_config_given else MANAGED
            return (
                Vantage(
                    self.network,
                    self.id,
                    mode,
                    self.subnets,
                    self.security_groups,
                    isolated=self.isolated_network,
                    workload=self,
                ),
            )
        places = [model.vantage for _, model in self.models]
        return tuple(
            Vantage(
                self.network, self.id, one.mode, one.subnets, one.groups, isolated=one.isolated, workload=one.workload
            )
            for one in places
        )


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


class TrainingNetwork(Job):
    """A network for training jobs, which no CloudFormation type describes: declared on the security group of its jobs."""

    noun = "training network"

    def setting(self, name: str, default: Any = None) -> Any:
        """A resolved setting of the declaration."""
        settings = self.resource.metadata["SageMakerNetwork"]["trainingNetwork"]
        if name not in settings:
            return default
        value = self.resource.template.resolve(settings[name])
        if isinstance(value, Unknown):
            raise NotVisible(f"{name} of the training network at {self.id} is {value.what}", value.declare)
        return value

    @fact
    def name(self) -> str:
        """Its name."""
        return str(self.setting("name", self.id))

    @fact
    def subnets(self) -> tuple[Subnet, ...]:
        """The subnets that jobs are to name."""
        return tuple(self.network.thing(Subnet, value) for value in self.setting("subnets", ()))

    @fact
    def security_groups(self) -> tuple[SecurityGroup, ...]:
        """The groups that jobs are to name: the one that carries the declaration, and those that it adds."""
        own = self.network.of(SecurityGroup, self.resource)
        listed = [self.network.thing(SecurityGroup, value) for value in self.setting("securityGroups", ())]
        return tuple(dict.fromkeys([own, *listed]))

    @property
    def vpc_config_given(self) -> bool:
        """It always has one: that is what it is for."""
        return True

    @property
    def subnets_given(self) -> bool:
        """Are subnets named?"""
        return bool(self.setting("subnets", ()))

    @property
    def groups_given(self) -> bool:
        """The group that carries the declaration counts."""
        return True

    @fact
    def max_instances(self) -> int | None:
        """How many instances a job may have."""
        value = self.setting("maxInstances")
        return None if value is None else int(value)

    @property
    def instance_count(self) -> int | None:
        """The most instances that a job may have."""
        return self.max_instances

    @property
    def instance_type(self) -> str | None:
        """It is the job that says."""
        return None

    @fact
    def efa(self) -> bool:
        """Do its jobs use the Elastic Fabric Adapter?"""
        return bool(self.setting("efa", False))

    @fact
    def distributed(self) -> bool:
        """Do several instances of one job talk to each other?"""
        return bool(self.setting("distributed", False))

    @fact
    def encrypts_traffic(self) -> bool:
        """Is the traffic between the containers of a job encrypted?"""
        return bool(self.setting("interContainerEncryption", False))

    @fact
    def isolated_network(self) -> bool:
        """Are the containers kept from all calls?"""
        return bool(self.setting("networkIsolation", False))

    @fact
    def private_registry(self) -> SecurityGroup | bool:
        """Do its jobs pull images from a registry in the VPC? The registry's group where it is declared, else True or False."""
        value = self.setting("privateRegistry", False)
        return value if isinstance(value, bool) else self.network.thing(SecurityGroup, value)

    @fact
    def role(self) -> Role | None:
        """It is the job that says."""
        return None


class Workforce(Thing):
    """A private Ground Truth workforce."""

    types = ("AWS::SageMaker::Workforce",)
    noun = "workforce"

    @property
    def vpc_given(self) -> bool:
        """Is its portal attached to a VPC?"""
        return self.given("WorkforceVpcConfig")

    @fact
    def vpc(self) -> Vpc | None:
        """The VPC of its portal."""
        from constructs_lib.network.vpc import Vpc

        return self.thing(Vpc, "WorkforceVpcConfig", "VpcId")  # type: ignore[no-any-return]

    @fact
    def subnets(self) -> tuple[Subnet, ...]:
        """The subnets of its portal."""
        return self.things(Subnet, "WorkforceVpcConfig", "Subnets")

    @fact
    def security_groups(self) -> tuple[SecurityGroup, ...]:
        """The groups of its portal."""
        return self.things(SecurityGroup, "WorkforceVpcConfig", "SecurityGroupIds")

    @property
    def source_ip_given(self) -> bool:
        """Is its portal limited to given addresses?"""
        return self.given("SourceIpConfig")


def same_value(one: Any, other: Any) -> bool:
    """Do two resolved values surely mean the same thing?"""
    return key_of(one) == key_of(other)
