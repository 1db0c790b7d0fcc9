"""How many addresses jobs take, and whether the subnets have them (SMN-JOB-07)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import jsii
from aws_cdk import aws_ec2 as ec2
from constructs import IValidation

if TYPE_CHECKING:
    from constructs_lib.patterns.network import PrivateNetwork

_PER_INSTANCE = 2
_PER_INSTANCE_WITH_EFA = 5


@jsii.implements(IValidation)
class Capacity:
    """The addresses of a job with the most instances against those of the subnets.

    All instances of a job are in one subnet, so the largest must have room for all; SageMaker chooses among the subnets, so each should.

    Args:
        network: the network.
        subnets: the subnets of the jobs.
        max_instances: the most instances that one job has.
        efa: whether they have an Elastic Fabric Adapter.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html
    """

    def __init__(
        self, network: PrivateNetwork, subnets: Sequence[ec2.ISubnet], *, max_instances: int, efa: bool
    ) -> None:
        self._network = network
        self._subnets = subnets
        self._max_instances = max_instances
        self._per_instance = _PER_INSTANCE_WITH_EFA if efa else _PER_INSTANCE

    @property
    def needed(self) -> int:
        """How many addresses the job takes."""
        return self._max_instances * self._per_instance

    def shortage(self) -> str | None:
        """Why the job does not fit anywhere; None if it does, or if the range of a subnet is not known."""
        left = {subnet: self._network.addresses_left(subnet) for subnet in self._subnets}
        known = {subnet: number for subnet, number in left.items() if number is not None}
        if len(known) < len(left):
            return None
        largest, most = max(known.items(), key=lambda item: item[1])
        if self.needed <= most:
            return None
        fitting = max(most // self._per_instance, 0)
        return (
            f"max_instances is {self._max_instances}: at {self._per_instance} addresses each they need {self.needed} in one subnet, and "
            f"{largest.node.path}, the largest, has {most} left beside AWS's own and the endpoints' (SMN-JOB-07); "
            f"allow at most {fitting}, or give the network larger subnets"
        )

    def validate(self) -> list[str]:
        """The same once more when the app is synthesized: endpoints that were added since take addresses too."""
        reason = self.shortage()
        return [reason] if reason else []
