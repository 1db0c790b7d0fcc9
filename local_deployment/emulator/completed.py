"""What moto's CloudFormation leaves out of types that it knows: DNS host names of a VPC, and the end of many things."""

from __future__ import annotations

import hashlib
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ec2.models.elastic_ip_addresses import ElasticAddress
from moto.ec2.models.flow_logs import FlowLogs
from moto.ec2.models.internet_gateways import InternetGateway
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.route_tables import RouteTable
from moto.ec2.models.security_groups import SecurityGroupIngress
from moto.ec2.models.vpcs import VPC, VPCEndPoint
from moto.ec2.models.vpn_gateway import VPCGatewayAttachment
from moto.iam.models import ManagedPolicy, iam_backends
from moto.utilities.utils import get_partition

_moto_create_vpc = VPC.create_from_cloudformation_json.__func__  # type: ignore[attr-defined]


def _create_vpc(
    cls: type[VPC],
    resource_name: str,
    cloudformation_json: dict[str, Any],
    account_id: str,
    region_name: str,
    **given: Any,
) -> VPC:
    vpc: VPC = _moto_create_vpc(cls, resource_name, cloudformation_json, account_id, region_name, **given)
    for attribute, name in (("enable_dns_support", "EnableDnsSupport"), ("enable_dns_hostnames", "EnableDnsHostnames")):
        if name in cloudformation_json["Properties"]:
            value = str(cloudformation_json["Properties"][name]).lower()
            ec2_backends[account_id][region_name].modify_vpc_attribute(vpc.id, attribute, value)
    return vpc


def _delete_managed_policy(self: ManagedPolicy, account_id: str, region_name: str) -> None:
    """Detach the policy from all that have it, as CloudFormation does, and delete it."""
    backend = iam_backends[account_id][get_partition(region_name)]
    for owner in (*backend.roles.values(), *backend.users.values(), *backend.groups.values()):
        owner.managed_policies.pop(self.arn, None)
    backend.managed_policies.pop(self.arn, None)


def _delete_flow_log(self: FlowLogs, account_id: str, region_name: str) -> None:
    ec2_backends[account_id][region_name].delete_flow_logs([self.id])


def _release_address(self: ElasticAddress, account_id: str, region_name: str) -> None:
    ec2_backends[account_id][region_name].release_address(allocation_id=self.allocation_id)


def _delete_route_table(self: RouteTable, account_id: str, region_name: str) -> None:
    ec2_backends[account_id][region_name].delete_route_table(self.id)


def _delete_nat_gateway(self: NatGateway, account_id: str, region_name: str) -> None:
    ec2_backends[account_id][region_name].delete_nat_gateway(self.id)


def _delete_endpoint(self: VPCEndPoint, account_id: str, region_name: str) -> None:
    ec2_backends[account_id][region_name].delete_vpc_endpoints([self.id])


def _detach_gateway(self: VPCGatewayAttachment, account_id: str, region_name: str) -> None:
    ec2_backends[account_id][region_name].detach_internet_gateway(self.gateway_id, self.vpc_id)


def _delete_internet_gateway(self: InternetGateway, account_id: str, region_name: str) -> None:
    ec2_backends[account_id][region_name].delete_internet_gateway(self.id)


def _ingress_id(self: SecurityGroupIngress) -> str:
    """An id for a rule that moto makes and gives none to, without which its stack would not list it."""
    text = repr(sorted(self.properties.items()))
    return f"sgr-{hashlib.sha256(text.encode()).hexdigest()[:17]}"


def install() -> None:
    """Complete moto's models."""
    SecurityGroupIngress.physical_resource_id = property(_ingress_id)  # type: ignore[attr-defined]
    RouteTable.delete = _delete_route_table  # type: ignore[attr-defined]
    NatGateway.delete = _delete_nat_gateway  # type: ignore[attr-defined]
    VPCEndPoint.delete = _delete_endpoint  # type: ignore[attr-defined]
    VPCGatewayAttachment.delete = _detach_gateway  # type: ignore[attr-defined]
    InternetGateway.delete = _delete_internet_gateway  # type: ignore[attr-defined]
    VPC.create_from_cloudformation_json = classmethod(_create_vpc)  # type: ignore[assignment]
    ManagedPolicy.delete = _delete_managed_policy  # type: ignore[attr-defined]
    FlowLogs.delete = _delete_flow_log  # type: ignore[attr-defined]
    ElasticAddress.delete = _release_address  # type: ignore[assignment]
