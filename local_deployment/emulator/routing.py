"""AWS::EC2::SubnetRouteTableAssociation: moto's CloudFormation notes it down and associates nothing."""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends

from local_deployment.emulator.model import EmulatedType


class SubnetRouteTableAssociation(EmulatedType):
    """A subnet's own route table."""

    TYPE = "AWS::EC2::SubnetRouteTableAssociation"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any], account: str, region: str) -> SubnetRouteTableAssociation:
        del name
        backend = ec2_backends[account][region]
        made = backend.associate_route_table(
            route_table_id=properties["RouteTableId"], subnet_id=properties["SubnetId"]
        )
        return cls(made, properties)

    def remove(self, account: str, region: str) -> None:
        ec2_backends[account][region].disassociate_route_table(self.physical_resource_id)


MODELS = (SubnetRouteTableAssociation,)
