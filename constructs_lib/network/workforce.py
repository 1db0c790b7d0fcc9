"""Private workforces of Ground Truth."""

from __future__ import annotations

from constructs_lib.assembly import fact
from constructs_lib.network.groups import SecurityGroup
from constructs_lib.network.subnets import Subnet
from constructs_lib.network.things import Thing
from constructs_lib.network.vpc import Vpc


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
        return self.given("SourceIpConfig", "Cidrs")
