"""A private network in a VPC that exists; made by :meth:`PrivateNetwork.from_vpc`."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs_lib.patterns.egress import Egress
from constructs_lib.patterns.endpoint_options import EndpointOptions, EndpointSettings
from constructs_lib.patterns.enforcement import enforce
from constructs_lib.patterns.errors import listed, require_type
from constructs_lib.patterns.existing import ExistingEndpoint, declare, existing_endpoint
from constructs_lib.patterns.flow_logs import FlowLogs
from constructs_lib.patterns.network import PrivateNetwork
from constructs_lib.services import Service


class ExistingNetwork(PrivateNetwork):
    """See :meth:`PrivateNetwork.from_vpc`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        egress: Egress,
        endpoints: Sequence[Service | ExistingEndpoint],
        subnets: ec2.SubnetSelection | None,
        complete: bool,
        adds_endpoints: bool,
        flow_logs: bool,
        flow_log_retention: logs.RetentionDays,
        encryption_key: kms.IKey | None,
        options: EndpointOptions,
    ) -> None:
        # The VPC is not made here, so the constructor of the network that makes one is passed over.
        Construct.__init__(self, scope, construct_id)
        require_type("egress", egress, Egress, "give the way out that the subnets have, a value of Egress")
        found = [existing_endpoint(each) for each in endpoints]
        for each in found:
            if sum(each.service == other.service for other in found) > 1:
                raise ValueError(f"endpoints has {each.service} twice: list each endpoint of the VPC once")
        chosen = _private_subnets(vpc, egress, subnets)
        self._begin(vpc, chosen, egress, found, EndpointSettings(**options))
        self._adds_endpoints = adds_endpoints
        self.flow_logs = (
            FlowLogs(self, "FlowLogs", vpc=vpc, key=encryption_key, retention=flow_log_retention) if flow_logs else None
        )
        if isinstance(vpc, ec2.Vpc):
            _check_own(vpc)
        else:
            declare(self, vpc=vpc, subnets=chosen, egress=egress, endpoints=found, complete=complete)
        enforce(self)

    def add_endpoint(self, service: Service) -> ec2.VpcEndpoint:
        """As :meth:`PrivateNetwork.add_endpoint`, if endpoints may be added."""
        if not self._adds_endpoints and service not in self.existing_endpoints:
            raise ValueError(
                f"adds_endpoints is False, and nothing serves {service}: have its endpoint made in VPC {self.vpc.node.path} "
                f"and list it in endpoints, which has {listed(self.existing_endpoints)}"
            )
        return super().add_endpoint(service)


def _private_subnets(vpc: ec2.IVpc, egress: Egress, selection: ec2.SubnetSelection | None) -> Sequence[ec2.ISubnet]:
    public = {subnet.node.path for subnet in vpc.public_subnets}
    if selection is None:
        isolated, private = list(vpc.isolated_subnets), list(vpc.private_subnets)
        chosen = (isolated or private) if egress is Egress.NONE else (private or isolated)
    else:
        chosen = list(vpc.select_subnets(**selection._values).subnets)  # noqa: SLF001 - the fields that were set, as jsii keeps them
    for subnet in chosen:
        if subnet.node.path in public:
            raise ValueError(
                f"subnets has the public subnet {subnet.node.path}: workloads have no public address, so choose subnets without a route "
                "to an internet gateway (SMN-DOM-03, SMN-JOB-08, SMN-NB-04)"
            )
    if not chosen:
        raise ValueError(
            f"vpc {vpc.node.path} has neither private nor isolated subnets, and {len(public)} public ones: "
            "name private subnets where the VPC is brought in, or in subnets"
        )
    return chosen


def _check_own(vpc: ec2.Vpc) -> None:
    """What the template itself shows needs no declaration, and can be refused at once."""
    if not (vpc.dns_hostnames_enabled and vpc.dns_support_enabled):
        raise ValueError(
            f"vpc {vpc.node.path} has enable_dns_hostnames={vpc.dns_hostnames_enabled} and enable_dns_support={vpc.dns_support_enabled}: "
            "set both to True, without them the names of services do not lead to the endpoints (SMN-EP-03)"
        )
    resource = vpc.node.default_child
    assert isinstance(resource, ec2.CfnVPC)
    if resource.instance_tenancy not in (None, "default"):
        raise ValueError(
            f"vpc {vpc.node.path} has {resource.instance_tenancy} tenancy: training jobs and Studio take default tenancy alone (SMN-VPC-02)"
        )
