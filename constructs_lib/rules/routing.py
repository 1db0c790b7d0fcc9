"""Routes and NAT gateways: whether they lead where they seem to lead."""

from __future__ import annotations

from constructs_lib.assembly import NotApplicable, NotVisible
from constructs_lib.network import NatGateway, Route
from constructs_lib.rules._egress import attached, visible_class
from constructs_lib.rules._groups import listed, visible
from constructs_lib.rules._rule import VPC_GUIDE, Finding, Severity, rule
from constructs_lib.rules._studio import each

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from constructs_lib.network import InternetGateway, Network, RouteTable, Subnet
    from constructs_lib.rules._rule import Findings

_NAT = f"{VPC_GUIDE}/vpc-nat-gateway.html"
_ASSOCIATION = "AWS::EC2::SubnetRouteTableAssociation"
#: Route targets that hand the traffic on, where to is not for the route to say.
_APPLIANCES = ("vpce", "firewall", "instance", "eni", "nat-instance")


@rule(
    "SMN-RT-01",
    statement="A public NAT gateway must sit in a public subnet: one whose default route leads to an internet gateway.",
    severity=Severity.ERROR,
    source=_NAT,
    fix="Move the NAT gateway to a public subnet, or route its subnet's 0.0.0.0/0 to an internet gateway.",
    at="SubnetId",
)
def nat_gateway_in_public_subnet(gateway: NatGateway, network: Network) -> Findings:
    if gateway.private or gateway.regional or gateway.subnet is None:
        raise NotApplicable
    subnet = gateway.subnet
    if visible_class(subnet) == "public":
        return
    route = subnet.default_route
    if route is not None and route.kind == "unknown":
        raise NotVisible(
            f"what {route.target_id} is, to which subnet {subnet.id} sends its traffic", route.unknown_target
        )
    if route is not None and route.kind in _APPLIANCES:
        raise NotVisible(
            f"subnet {subnet.label} leaves through {subnet.egress_text}, and what lies behind it is not for the route to say",
            f"confirm that {route.target_id} leads on to an internet gateway",
        )
    yield f"subnet {subnet.label} has no route to an internet gateway ({subnet.egress_text})"


@rule(
    "SMN-RT-02",
    statement="An internet gateway that a default route leads to must be attached to the VPC of that route.",
    severity=Severity.ERROR,
    source=f"{VPC_GUIDE}/VPC_Internet_Gateway.html",
    fix="Add an AWS::EC2::VPCGatewayAttachment of the internet gateway and the VPC.",
)
def internet_gateway_is_attached(gateway: InternetGateway, network: Network) -> Findings:
    routes = [route for route in gateway.routes if _is_default(route)]
    if not routes:
        for _, reason in () if gateway.vpcs else network.perhaps_pointing(Route, gateway, "GatewayId"):
            raise reason
        raise NotApplicable

    def judge(route: Route) -> Findings:
        vpc = route.table.vpc if route.table else None
        if vpc is None:
            yield NotVisible(f"the VPC of the route table of {route.id}", "define the route table in the templates")
        elif not gateway.attached_to(vpc):
            yield f"the internet gateway is not attached to {vpc.label}, whose route {route.id} leads to it"

    yield from each(routes, judge)


def _is_default(route: Route) -> bool:
    return route.table is not None and route in (route.table.default_route, route.table.default_route6)


@rule(
    "SMN-RT-03",
    statement="A subnet should be associated with a route table of its own: the VPC's main table, which it uses otherwise, holds "
    "the local routes only.",
    severity=Severity.WARNING,
    source=f"{VPC_GUIDE}/subnet-route-tables.html",
    fix="Associate the subnet with a route table (AWS::EC2::SubnetRouteTableAssociation).",
)
def subnet_has_route_table(subnet: Subnet, network: Network) -> Findings:
    if subnet.associated:
        return
    if subnet.vpc.imported:
        raise NotVisible(
            f"the main route table of VPC {subnet.vpc.label}, which the subnet uses",
            "associate the subnet with a route table",
        )
    table = subnet.route_table  # not visible where an association may be the subnet's
    users = dict.fromkeys(vantage.id for vantage in attached(network, subnet.vpc) if subnet in vantage.subnets)
    where = f"uses the {table.id}, which holds the local routes only"
    if users:
        yield Finding(f"the subnet of {listed(users)} {where}", severity=Severity.ERROR)
    else:
        yield f"the subnet {where}"


@rule(
    "SMN-RT-04",
    statement="Private subnets of several zones should not share one zonal NAT gateway: where its zone fails, all lose the internet.",
    severity=Severity.INFO,
    source=f"{VPC_GUIDE}/nat-gateway-basics.html",
    fix="Add a NAT gateway per zone, or one of AvailabilityMode regional.",
)
def nat_gateway_serves_one_zone(gateway: NatGateway, network: Network) -> Findings:
    if gateway.private or gateway.regional:
        raise NotApplicable
    tables = [route.table for route in network.pointing(Route, gateway, "NatGatewayId") if _is_default(route)]
    users = list(dict.fromkeys(subnet for table in tables for subnet in table.subnets))
    placed, unknown = visible(users, lambda subnet: subnet.zone)
    if len({subnet.zone for subnet in placed}) > 1:
        yield f"subnets {listed(f'{subnet.id} ({subnet.zone_name})' for subnet in placed)} share the NAT gateway"
        return
    for reason in _other_users(gateway, tables, network):
        raise reason
    if not users:
        raise NotApplicable
    if unknown and len(users) > 1:
        raise unknown


def _other_users(gateway: NatGateway, tables: Iterable[RouteTable], network: Network) -> Iterator[NotVisible]:
    """Why it is not known whether further subnets use the NAT gateway."""
    yield from (reason for _, reason in network.perhaps_pointing(Route, gateway, "NatGatewayId"))
    for table in tables:
        yield from (reason for _, reason in network.perhaps_pointing(_ASSOCIATION, table, "RouteTableId"))


@rule(
    "SMN-RT-05",
    statement="A private NAT gateway gives no way to the internet.",
    severity=Severity.ERROR,
    source=_NAT,
    fix="Route to a NAT gateway of ConnectivityType public.",
    at="NatGatewayId",
)
def default_route_to_public_nat(route: Route, network: Network) -> Findings:
    if route.kind != "nat" or not _is_default(route):
        raise NotApplicable
    gateway = route.target
    assert isinstance(gateway, NatGateway)
    if not gateway.private:
        return
    onward = gateway.subnet.default_route if gateway.subnet else None
    if onward is not None and onward.kind in ("tgw", "vgw", "pcx"):
        raise NotVisible(
            f"NAT gateway {gateway.label} is private and leads on to {onward.target_id}, and what lies behind it is not in the templates",
            "confirm there that the internet can be reached",
        )
    yield f"NAT gateway {gateway.label} is private, so {route.destination_text} leads to no internet"


@rule(
    "SMN-RT-08",
    statement="Where a default route leads to a transit gateway, a virtual private gateway, a peering connection, an appliance or a "
    "firewall, what can be reached is decided there.",
    severity=Severity.INFO,
    source=f"{VPC_GUIDE}/route-table-options.html",
    fix="Confirm at the other end that the services that the workloads use can be reached.",
)
def egress_is_decided_here(subnet: Subnet, network: Network) -> Findings:
    if subnet.route_class == "other-egress":
        yield f"the subnet leaves through {subnet.egress_text}, so what it reaches is decided there"
