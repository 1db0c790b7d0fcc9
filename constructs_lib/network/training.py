"""Networks for training jobs, which templates declare."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, Unknown, fact
from constructs_lib.network.groups import SecurityGroup
from constructs_lib.network.iam import Role
from constructs_lib.network.jobs import Job
from constructs_lib.network.subnets import Subnet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


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
