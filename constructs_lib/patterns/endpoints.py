"""The VPC endpoints of a network: each made once, when the first workload needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.patterns.endpoint_group import EndpointGroup
from constructs_lib.patterns.endpoint_policies import EndpointPolicies
from constructs_lib.patterns.errors import listed, require_type
from constructs_lib.patterns.imported import route_table_id, subnet_range
from constructs_lib.services import Service

_OWN_PREFIX = "aws.sagemaker"
_RESERVED = 5
"""Addresses that AWS keeps in every subnet: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"""


class NetworkEndpoints(Construct):
    """Makes the endpoints of a network.

    Args:
        vpc: the VPC.
        subnets: the network's subnets: one of each zone gets an interface of each endpoint (SMN-EP-05), and their route tables the gateways.
        zones: for services that are not offered in all zones, the zones of their endpoint.
        policies: the endpoints' policies.
        group: the security group of interface endpoints.

    Attributes:
        made: the endpoints by service.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        subnets: Sequence[ec2.ISubnet],
        zones: Mapping[Service, Sequence[str]],
        policies: EndpointPolicies,
        group: EndpointGroup,
    ) -> None:
        super().__init__(scope, construct_id)
        self.made: dict[Service, ec2.VpcEndpoint] = {}
        self._vpc = vpc
        self._subnets = subnets
        self._zones = {service: self._checked_zones(service, names) for service, names in zones.items()}
        self._policies = policies
        self._group = group

    def make(self, service: Service) -> ec2.VpcEndpoint:
        """The endpoint of a service: for S3 and DynamoDB a gateway, else an interface endpoint with private DNS.

        Raises:
            ValueError: a gateway endpoint where the route table of a subnet is not known.
        """
        if service not in self.made:
            endpoint = self._gateway(service) if service.has_gateway else self._interface(service)
            resource = endpoint.node.default_child
            assert isinstance(resource, ec2.CfnVPCEndpoint)
            policy = self._policies.of(service)
            resource.policy_document = policy
            self.made[service] = endpoint
        return self.made[service]

    def addresses_left(self, subnet: ec2.ISubnet) -> int | None:
        """How many addresses of a subnet are left beside those that AWS and the endpoints take; None if its range is not known."""
        if (block := subnet_range(subnet)) is None:
            return None
        taken = sum(subnet in self._subnets_of(service) for service in self.made if not service.has_gateway)
        return int(2 ** (32 - int(block.partition("/")[2]))) - _RESERVED - taken

    def _interface(self, service: Service) -> ec2.InterfaceVpcEndpoint:
        # The CDK knows which services have another prefix in China and elsewhere; with the prefix given it would not look.
        prefix = service.prefix if service.prefix == _OWN_PREFIX else None
        return ec2.InterfaceVpcEndpoint(
            self,
            service.name,
            vpc=self._vpc,
            service=ec2.InterfaceVpcEndpointAwsService(service.name, prefix),
            subnets=ec2.SubnetSelection(subnets=self._subnets_of(service)),
            security_groups=[self._group.security_group],
            private_dns_enabled=True,
            open=False,
        )

    def _gateway(self, service: Service) -> ec2.GatewayVpcEndpoint:
        unknown = [subnet.node.path for subnet in self._subnets if route_table_id(subnet) is None]
        if unknown:
            raise ValueError(
                f"{service} gets a gateway endpoint, but the route tables of {listed(unknown)} are not known (SMN-S3-02): "
                f"give them where the VPC is brought in, or list the endpoint in endpoints if the VPC has it already"
            )
        return ec2.GatewayVpcEndpoint(
            self,
            service.name,
            vpc=self._vpc,
            service=ec2.GatewayVpcEndpointAwsService(service.name),
            subnets=[ec2.SubnetSelection(subnets=list(self._subnets))],
        )

    def _subnets_of(self, service: Service) -> list[ec2.ISubnet]:
        """One subnet of each zone, or of each of the zones named for the service."""
        by_zone: dict[str, ec2.ISubnet] = {}
        for subnet in self._subnets:
            by_zone.setdefault(subnet.availability_zone, subnet)
        return [subnet for zone, subnet in by_zone.items() if zone in self._zones.get(service, by_zone)]

    def _checked_zones(self, service: Service, names: Sequence[str]) -> list[str]:
        require_type("endpoint_zones", service, Service, "map services of constructs_lib.services to lists of zones")
        known = [subnet.availability_zone for subnet in self._subnets]
        if any(cdk.Token.is_unresolved(zone) for zone in known):
            raise ValueError(
                f"endpoint_zones names zones for {service}, but those of the network are known only at deployment: "
                "name them in availability_zones, or give the VPC's where it is brought in"
            )
        strange = [name for name in names if name not in known]
        if strange or not names:
            raise ValueError(
                f"endpoint_zones is {list(names)!r} for {service}: name one or more of the network's zones, {listed(dict.fromkeys(known))}"
            )
        return list(names)
