"""The two questions that many rules ask: is there a way to S3, and does an endpoint serve a workload."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network.endpoints import GATEWAY, INTERFACE
from constructs_lib.network.gateways import BEHIND
from constructs_lib.network.group_rules import egress_of
from constructs_lib.network.vantage import admits_interface
from constructs_lib.services import S3

TYPE_CHECKING = False
if TYPE_CHECKING:
    from constructs_lib.network.endpoints import Endpoint
    from constructs_lib.network.gateways import NatGateway
    from constructs_lib.network.model import Network
    from constructs_lib.network.subnets import Subnet
    from constructs_lib.network.vantage import Vantage
    from constructs_lib.services import Service


def s3_path(network: Network, subnet: Subnet) -> Endpoint | NatGateway | Subnet | None:
    """What gives a subnet its way to S3: NAT that works, a gateway endpoint of its route table, or an interface endpoint with private DNS for all.

    Raises:
        NotVisible: The subnet's routes are not in the templates, or its VPC may have endpoints that they do not show.
    """
    hidden: NotVisible | None = None
    for endpoint in network.known_endpoints(subnet.vpc, S3):
        try:
            if endpoint.kind == GATEWAY and endpoint.stands_in(subnet.route_table):
                return endpoint
            if endpoint.kind == INTERFACE and endpoint.names_resolve:
                return endpoint
        except NotVisible as reason:
            hidden = hidden or reason
    if subnet.route_class == "nat":
        route = None if subnet.declared_egress is not None else subnet.default_route
        return subnet if route is None else route.target  # type: ignore[return-value]
    if subnet.route_class == "other-egress":
        raise NotVisible(
            f"whether {subnet.egress_text} of subnet {subnet.id} leads to S3",
            BEHIND
            if subnet.declared_egress is None
            else "declare its egress as nat or proxy where it leads to the internet",
        )
    if hidden is not None:
        raise hidden
    network.no_others(subnet.vpc, S3)
    return None


def endpoint_usable(network: Network, vantage: Vantage, service: Service) -> str | None:
    """Why no interface endpoint serves a workload for a service, in words; None where one does.

    Raises:
        NotVisible: It cannot be told.
    """
    vpc = vantage.vpc
    if vpc is None:
        raise NotVisible(f"the VPC of {vantage.id}, which names no subnet", f"name the subnets of {vantage.id}")
    found = [one for one in network.known_endpoints(vpc, service) if one.kind == INTERFACE]
    if not found:
        network.no_others(vpc, service)
        return f"VPC {vpc.id} has no endpoint for {service.name}"
    reasons = [_refusal(vantage, endpoint) for endpoint in found]
    return None if None in reasons else reasons[0]


def _refusal(vantage: Vantage, endpoint: Endpoint) -> str | None:
    if endpoint.why_names_fail is not None:
        return endpoint.why_names_fail
    if endpoint.admits(vantage) is None:
        groups = " and ".join(group.id for group in endpoint.security_groups) or endpoint.id
        who = " and ".join(group.id for group in vantage.groups) or vantage.id
        return f"security group {groups} of endpoint {endpoint.id} does not admit TCP 443 from {who}"
    places = endpoint.subnets or vantage.subnets
    if vantage.groups and admits_interface(egress_of(vantage.groups), endpoint.security_groups, places) is None:
        return f"security group {' and '.join(group.id for group in vantage.groups)} lets no TCP 443 out to endpoint {endpoint.id}"
    return None
