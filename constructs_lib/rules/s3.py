"""Rules about the way to Amazon S3: gateway and interface endpoints, their route tables, and the groups of those who use them."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network import Domain, Notebook, TrainingNetwork
from constructs_lib.network.gateways import Peering, TransitGateway
from constructs_lib.rules._consumers import vantages_in_vpc
from constructs_lib.rules._groups import HTTPS, joined, let_out, listed, named
from constructs_lib.rules._rule import GUIDE, PRIVATELINK, Finding, NotApplicable, Severity, advice, rule
from constructs_lib.rules._studio import each
from constructs_lib.services import S3, SAGEMAKER_API, SAGEMAKER_RUNTIME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from constructs_lib.network import (
        Cluster,
        Domain,
        Endpoint,
        EndpointConfig,
        JobDefinition,
        Model,
        MonitoringSchedule,
        NatGateway,
        Network,
        Notebook,
        ProcessingJob,
        Subnet,
        Thing,
        TrainingNetwork,
        Vantage,
        Vpc,
    )
    from constructs_lib.rules._rule import Findings

_ENDPOINTS = f"{PRIVATELINK}/vpc-endpoints-s3.html"

_ATTACHMENTS = ("AWS::EC2::TransitGatewayAttachment", "AWS::EC2::TransitGatewayVpcAttachment")

advice(
    "SMN-S3-01",
    statement="Every subnet that a workload sends its traffic through must reach Amazon S3. Each kind of workload has its own rule for that.",
    severity=Severity.ERROR,
    source=_ENDPOINTS,
    fix="See SMN-NB-06 for notebooks, SMN-DOM-05 for domains, SMN-JOB-03 for jobs, SMN-HOST-02 for models and SMN-HP-03 for clusters.",
)


@rule(
    "SMN-S3-02",
    statement="An S3 gateway endpoint serves the subnets whose route table it lists: it has to list that of every subnet that SageMaker uses without NAT.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/train-vpc.html",
    fix="Add the route table to RouteTableIds. A subnet without a route table of its own needs an association first (SMN-RT-03).",
    at="RouteTableIds",
)
def gateway_serves_the_subnets_in_use(endpoint: Endpoint, network: Network) -> Findings:
    _require_gateway(endpoint)
    used = _subnets_of_workloads(endpoint.vpc, network)
    severity = Severity.ERROR if used else None
    for subnet in () if used else _subnets_of_endpoints(endpoint.vpc):
        used[subnet] = None
    if not used:
        raise NotApplicable

    def judge(subnet: Subnet) -> Findings:
        if network.s3_path(subnet):
            return
        doubt = used[subnet]
        if doubt:
            raise doubt
        yield Finding(
            f"{subnet.route_table.label}, the route table of {subnet.label}, is not listed", severity=severity
        )

    yield from each(used, judge)


def _subnets_of_workloads(vpc: Vpc, network: Network) -> dict[Subnet, NotVisible | None]:
    """The subnets of a VPC that workloads send their traffic through, and what is not known about whether they do."""
    used: dict[Subnet, NotVisible | None] = {}
    for workload in network.workloads_in(vpc):
        try:
            for vantage in vantages_in_vpc(workload):
                if _is_in(vantage, vpc):
                    used.update(dict.fromkeys(vantage.subnets))
        except NotVisible as doubt:
            for subnet in [workload.subnet] if isinstance(workload, Notebook) else workload.subnets:
                if subnet is not None and _is_in(workload, vpc):
                    used.setdefault(subnet, doubt)
    return used


def _subnets_of_endpoints(vpc: Vpc) -> list[Subnet]:
    """The subnets of a VPC that hold an interface endpoint for the SageMaker API or runtime, and so were made for SageMaker."""
    return [subnet for endpoint in vpc.endpoints if _is_for_sagemaker(endpoint) for subnet in endpoint.subnets]


def _is_in(place: Vantage | Notebook | Domain | NatGateway, vpc: Vpc) -> bool:
    """Whether something surely is in this VPC; for Studio apps the domain says, whatever its subnets."""
    try:
        own = getattr(place, "studio", None) or place
        return own.vpc is not None and bool(own.vpc.same_as(vpc))
    except NotVisible:
        return False


def _is_for_sagemaker(endpoint: Endpoint) -> bool:
    """Whether it surely is an interface endpoint for the SageMaker API or runtime."""
    try:
        return endpoint.kind == "Interface" and endpoint.service in (SAGEMAKER_API, SAGEMAKER_RUNTIME)
    except NotVisible:
        return False


@rule(
    "SMN-S3-03",
    statement="An S3 interface endpoint serves the usual host names of Amazon S3 only with private DNS for all resolvers. By default private DNS answers "
    "only inbound resolver endpoints, and needs a gateway endpoint beside it.",
    severity=Severity.WARNING,
    source=_ENDPOINTS,
    fix="Set PrivateDnsEnabled to true and DnsOptions.PrivateDnsOnlyForInboundResolverEndpoint to AllResolvers, or use a gateway endpoint.",
    at="PrivateDnsEnabled",
)
def interface_endpoint_serves_the_usual_names(endpoint: Endpoint, network: Network) -> Findings:
    if endpoint.kind != "Interface" or endpoint.service is not S3:
        raise NotApplicable
    if not endpoint.private_dns:
        reason = endpoint.why_names_fail
        if reason:
            yield reason
    elif endpoint.only_inbound_resolver and not any(
        other.kind == "Gateway" for other in network.known_endpoints(endpoint.vpc, S3)
    ):
        network.no_others(endpoint.vpc, S3)
        yield Finding(
            f"private DNS answers only inbound resolver endpoints, and {endpoint.vpc.label} has no S3 gateway endpoint",
            at="DnsOptions.PrivateDnsOnlyForInboundResolverEndpoint",
        )


@rule(
    "SMN-S3-04",
    statement="A gateway endpoint leads to public addresses of Amazon S3. Security groups with restricted outbound rules must therefore allow TCP 443 to "
    "the S3 prefix list, or to 0.0.0.0/0.",
    severity=Severity.ERROR,
    source=_ENDPOINTS,
    fix="Add an outbound rule for TCP 443 to the prefix list of Amazon S3.",
)
def groups_let_out_to_s3(
    workload: Notebook
    | Domain
    | Model
    | EndpointConfig
    | ProcessingJob
    | JobDefinition
    | MonitoringSchedule
    | Cluster
    | TrainingNetwork,
    network: Network,
) -> Findings:
    vantages = [vantage for vantage in vantages_in_vpc(workload) if vantage.groups]
    if not vantages:
        raise NotApplicable
    said: dict[str, None] = {}
    for vantage in vantages:
        rules, unknown = joined(vantage.groups, "egress")
        try:
            if _lets_out_to_s3(rules):
                continue
        except NotVisible as reason:
            unknown = unknown or reason
        for endpoint in _gateways_relied_on(vantage, network):
            if unknown:
                raise unknown
            said[
                f"{named(vantage.groups)}: no outbound rule for TCP 443 to Amazon S3, which {endpoint.label} leads to"
            ] = None
    for message in said:
        yield Finding(message, at=_groups_of(workload))


def _groups_of(workload: Any) -> str | None:
    """The property in which a workload names its security groups; a declared training network is the group itself."""
    if isinstance(workload, TrainingNetwork):
        return None
    if isinstance(workload, Domain):
        return "DefaultUserSettings.SecurityGroups"
    path = getattr(workload, "vpc_config_path", "")
    return f"{path}.SecurityGroupIds" if path else "SecurityGroupIds"


def _lets_out_to_s3(rules: tuple[Any, ...]) -> bool:
    """Whether HTTPS may go to some prefix list (which one, an id does not say) or everywhere.

    Raises:
        NotVisible: A rule that is not known could decide.
    """
    known = [rule for rule in rules if not rule.unknown]
    https = [rule for rule in known if rule.protocol in ("-1", "tcp") and rule.from_port <= HTTPS <= rule.to_port]
    return any(rule.prefix_list for rule in https) or let_out(rules, "tcp", HTTPS, HTTPS) is not None


def _gateways_relied_on(vantage: Vantage, network: Network) -> list[Endpoint]:
    """The S3 gateway endpoints on the route tables of a workload's subnets."""
    found: dict[Endpoint, None] = {}
    for subnet in vantage.subnets:
        gateways = [
            endpoint
            for endpoint in network.endpoints_for(subnet.vpc, S3)
            if _is_gateway(endpoint) and endpoint.stands_in(subnet.route_table)
        ]
        if gateways and network.path_names(S3, subnet.vpc) is None:  # else the names lead to private addresses
            found.update(dict.fromkeys(gateways))
    return list(found)


@rule(
    "SMN-S3-09",
    statement="A gateway endpoint without route tables adds no route, and so serves nobody.",
    severity=Severity.ERROR,
    source=_ENDPOINTS,
    fix="List the route tables of the subnets in RouteTableIds.",
    at="RouteTableIds",
)
def gateway_has_route_tables(endpoint: Endpoint, network: Network) -> Findings:
    if endpoint.kind != "Gateway":
        raise NotApplicable
    given = endpoint.route_tables_given
    try:
        if endpoint.service is None or not endpoint.service.has_gateway:
            raise NotApplicable
    except NotVisible:
        if not given:
            raise
    if not given:
        yield "RouteTableIds is not set"


def _require_gateway(endpoint: Endpoint) -> None:
    if not _is_gateway(endpoint):
        raise NotApplicable


def _is_gateway(endpoint: Endpoint) -> bool:
    return endpoint.kind == "Gateway" and endpoint.service is S3


@rule(
    "SMN-S3-10",
    statement="A gateway endpoint serves its own VPC only: not peered VPCs, nor what comes over a transit gateway or a VPN. A VPC that relies on another "
    "one for Amazon S3 needs an interface endpoint there.",
    severity=Severity.INFO,
    source=_ENDPOINTS,
    fix="Add an S3 interface endpoint to the VPC that the others rely on, or an S3 gateway endpoint to each of them.",
)
def gateway_does_not_serve_other_vpcs(endpoint: Endpoint, network: Network) -> Findings:
    _require_gateway(endpoint)
    if not endpoint.vpc.peerings and not _attachments(endpoint.vpc, network):
        raise NotApplicable
    neighbours = [subnet for subnet in _workload_subnets(network) if _relies_on(subnet, endpoint.vpc, network)]
    if not neighbours:
        raise NotApplicable
    if network.endpoint_for(endpoint.vpc, S3) is not None:
        return
    yield f"cannot serve {listed(subnet.label for subnet in neighbours)}, whose traffic reaches {endpoint.vpc.label} from another VPC"


def _workload_subnets(network: Network) -> dict[Subnet, None]:
    return {
        subnet: None
        for workload in network.workloads
        for vantage in vantages_in_vpc(workload)
        for subnet in vantage.subnets
    }


def _relies_on(subnet: Subnet, hub: Vpc, network: Network) -> bool:
    """Whether a subnet of another VPC has no S3 endpoint and a default route to this one, which has no NAT gateway to pass it on."""
    if subnet.vpc.same_as(hub) or any(_is_in(gateway, hub) for gateway in network.nat_gateways):
        return False
    route = subnet.default_route
    if route is None or route.target is None or network.endpoints_for(subnet.vpc, S3):
        return False
    if isinstance(route.target, Peering):
        return route.target.far_end(subnet.vpc) is hub
    return route.kind == "tgw" and any(
        one.thing(TransitGateway, "TransitGatewayId") is route.target for one in _attachments(hub, network)
    )


def _attachments(vpc: Vpc, network: Network) -> list[Thing]:
    """The attachments of a VPC to transit gateways."""
    return [one for kind in _ATTACHMENTS for one in network.pointing(kind, vpc, "VpcId")]
