"""What the security groups of workloads let out, whichever way it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import aws_ec2 as ec2

from constructs_lib.patterns.egress import Egress
from constructs_lib.patterns.endpoint_group import HTTPS, EndpointGroup
from constructs_lib.patterns.existing import ExistingEndpoint
from constructs_lib.patterns.imported import vpc_range
from constructs_lib.services import S3, Service


class Traffic:
    """Lets the traffic of workloads to services pass: by endpoints that the VPC had, by endpoints that were made, or by the way out.

    Args:
        vpc: the network's VPC.
        egress: its way out.
        found: endpoints that the VPC had already.
        made: endpoints that the network made; more may come.
        group: the security group of the interface endpoints that it made.
        s3_prefix_list: the prefix list of S3, to which traffic is let out where there is no way out; None: to any address.
    """

    def __init__(
        self,
        *,
        vpc: ec2.IVpc,
        egress: Egress,
        found: Mapping[Service, ExistingEndpoint],
        made: Mapping[Service, ec2.VpcEndpoint],
        group: EndpointGroup,
        s3_prefix_list: str | None,
    ) -> None:
        self._vpc = vpc
        self._egress = egress
        self._found = found
        self._made = made
        self._group = group
        self._s3_prefix_list = s3_prefix_list
        self._connected: list[tuple[ec2.IConnectable, Sequence[ec2.ISecurityGroup], Sequence[Service]]] = []

    def let_through(
        self, workload: ec2.IConnectable, groups: Sequence[ec2.ISecurityGroup], services: Sequence[Service]
    ) -> None:
        """Let the traffic of a workload with these groups to these services pass."""
        self._connected.append((workload, groups, services))
        for service in services:
            self._open(workload, groups, service)
        if proxy := self._egress.proxy:
            _let_out(groups, proxy.peer, proxy.port, "HTTP proxy")

    def turn_to_endpoint(self, service: Service) -> None:
        """Let those who reached a service by the way out reach the endpoint that now answers to its name."""
        for workload, groups, services in self._connected:
            if service in services:
                self._open(workload, groups, service)

    def _open(self, workload: ec2.IConnectable, groups: Sequence[ec2.ISecurityGroup], service: Service) -> None:
        if service in self._made and not service.has_gateway:
            self._group.admit(groups, workload=workload)
            for group in groups:
                remote = self._group.stands_here(group, workload)
                _let_out([group], self._group.security_group, HTTPS, "HTTPS to AWS services", remote=remote)
            return
        known = service in self._found
        peers = self._peers_of(self._found[service]) if known else [self._public_peer(service)]
        for peer in peers:
            _let_out(groups, peer, HTTPS, f"HTTPS to {service}" if service.has_gateway else "HTTPS to AWS services")

    def _peers_of(self, endpoint: ExistingEndpoint) -> Sequence[ec2.IPeer]:
        """Where the interfaces of an existing endpoint are."""
        if endpoint.gateway:
            return [self._public_peer(endpoint.service)]
        if endpoint.security_groups:
            return endpoint.security_groups
        block = vpc_range(self._vpc)
        return [ec2.Peer.ipv4(block) if block else ec2.Peer.any_ipv4()]

    def _public_peer(self, service: Service) -> ec2.IPeer:
        """The public addresses of a service: gateway endpoints take traffic to these, as the way out does."""
        if service is S3 and self._s3_prefix_list and not self._egress.reaches_services:
            return ec2.Peer.prefix_list(self._s3_prefix_list)
        return ec2.Peer.any_ipv4()


def path_of(connectable: ec2.IConnectable) -> str:
    """The construct path, for messages; for what is no construct, what Python calls it."""
    node = getattr(connectable, "node", None)
    return node.path if node is not None else repr(connectable)


def _let_out(
    groups: Sequence[ec2.ISecurityGroup], peer: ec2.IPeer, port: int, description: str, *, remote: bool = False
) -> None:
    for group in groups:
        # The CDK warns about a rule for a group that lets out everything.
        if not group.allow_all_outbound:
            group.add_egress_rule(peer, ec2.Port.tcp(port), description, remote)
