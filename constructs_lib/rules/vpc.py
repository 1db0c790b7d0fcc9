"""VPCs: the attributes that endpoints and workloads rely on."""

from __future__ import annotations

from constructs_lib.assembly import NotApplicable, NotVisible
from constructs_lib.network import Domain, Endpoint, Range, RouteTable, TrainingNetwork, admits, ingress_of
from constructs_lib.network.endpoints import GATEWAY, INTERFACE
from constructs_lib.rules._egress import attached
from constructs_lib.rules._groups import HTTPS, listed, named, visible
from constructs_lib.rules._rule import GUIDE, PRIVATELINK, VPC_GUIDE, Finding, Severity, rule
from constructs_lib.rules._studio import each

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from constructs_lib.network import Network, Vantage, Vpc
    from constructs_lib.rules._rule import Findings

_DOCKER = Range.parse("172.17.0.0/16")
_SHARED_TENANCY = "default"
#: The types of endpoint whose service has names that must resolve.
_NAMED = (INTERFACE, GATEWAY)


@rule(
    "SMN-VPC-01",
    statement="A VPC with endpoints needs DNS support, and DNS hostnames, which are off unless turned on.",
    severity=Severity.ERROR,
    source=f"{PRIVATELINK}/create-interface-endpoint.html",
    fix="Set EnableDnsSupport and EnableDnsHostnames to true.",
    at="EnableDnsHostnames",
)
def vpc_with_endpoints_has_dns(vpc: Vpc, network: Network) -> Findings:
    if _resolves(vpc):
        return
    endpoints, unknown = visible(vpc.endpoints, lambda endpoint: endpoint.kind in _NAMED)
    if endpoints:
        yield from each((_needs_support, _needs_hostnames), lambda judge: judge(vpc, endpoints))
    if unknown:
        yield unknown
    elif not endpoints:
        yield from (reason for _, reason in network.perhaps_pointing(Endpoint, vpc, "VpcId"))


def _needs_support(vpc: Vpc, endpoints: Sequence[Endpoint]) -> Findings:
    if not vpc.dns_support:
        names = listed(endpoint.label for endpoint in endpoints)
        yield Finding(f"EnableDnsSupport is false, so the names of {names} do not resolve", at="EnableDnsSupport")


def _needs_hostnames(vpc: Vpc, endpoints: Sequence[Endpoint]) -> Findings:
    if not vpc.dns_hostnames:
        names = listed(endpoint.label for endpoint in endpoints)
        only_gateways = all(endpoint.kind == GATEWAY for endpoint in endpoints)
        given = "false" if vpc.given("EnableDnsHostnames") else "not set, and so false"
        yield Finding(
            f"EnableDnsHostnames is {given}, but {names} need{'s' if len(endpoints) == 1 else ''} it",
            severity=Severity.WARNING if only_gateways else None,
        )


def _resolves(vpc: Vpc) -> bool:
    """Whether both attributes are surely on, so that it does not matter which endpoints there are."""
    try:
        return vpc.dns_support and vpc.dns_hostnames
    except NotVisible:
        return False


@rule(
    "SMN-VPC-02",
    statement="VpcOnly Studio domains, training and compilation jobs work in a VPC of default tenancy only.",
    severity=Severity.ERROR,
    source=f"{GUIDE}/train-vpc.html",
    fix="Set InstanceTenancy to default.",
    at="InstanceTenancy",
)
def tenancy_is_default(vpc: Vpc, network: Network) -> Findings:
    users = [
        user
        for user in network.workloads_in(vpc)
        if isinstance(user, (Domain, TrainingNetwork)) and _is_used_by(vpc, user)
    ]
    if vpc.tenancy == _SHARED_TENANCY:
        return
    if not users:
        raise NotApplicable
    bound, unknown = visible(users, lambda user: getattr(user, "vpc_only", True))
    if bound:
        yield f"InstanceTenancy is {vpc.tenancy}, with which {listed(user.id for user in bound)} cannot work"
    elif unknown:
        raise unknown
    else:
        raise NotApplicable


def _is_used_by(vpc: Vpc, user: Domain | TrainingNetwork) -> bool:
    try:
        return user.vpc is not None and user.vpc.same_as(vpc)
    except NotVisible:
        return False


@rule(
    "SMN-VPC-03",
    statement="Docker on the hosts of notebooks and Studio uses 172.17.0.0/16: hosts of the network in that range may not be reachable.",
    severity=Severity.INFO,
    source=f"{GUIDE}/studio-updated-local-get-started.html",
    fix="Use another range, or expect hosts in 172.17.0.0/16 to be unreachable from notebooks.",
    at="CidrBlock",
)
def ranges_leave_docker_alone(vpc: Vpc, network: Network) -> Findings:
    ranges, unknown = vpc.visible_cidrs
    for cidr in ranges:
        if cidr.overlaps(_DOCKER):
            yield f"{cidr} overlaps {_DOCKER}, which Docker uses on the hosts of notebooks and Studio"
    if unknown:
        yield unknown
    for table in network.pointing(RouteTable, vpc, "VpcId"):
        yield from _peered_overlaps(table)


def _peered_overlaps(table: RouteTable) -> Iterator[Finding]:
    for route in table.routes:
        try:
            overlap = [
                cidr for cidr in route.destinations if route.kind == "pcx" and cidr.overlaps(_DOCKER) and cidr.private
            ]
        except NotVisible:
            continue
        for cidr in overlap:
            yield Finding(
                f"{cidr}, behind {route.target_id} ({route.id}), overlaps {_DOCKER}, which Docker uses on the hosts of notebooks and Studio"
            )


@rule(
    "SMN-VPC-04",
    statement="Where workloads sit in a secondary range of the VPC, the security groups of endpoints must admit that range too.",
    severity=Severity.INFO,
    source=f"{PRIVATELINK}/create-interface-endpoint.html",
    fix="Admit TCP 443 from the workloads' security groups, or from the secondary range as well.",
)
def endpoints_admit_secondary_ranges(vpc: Vpc, network: Network) -> Findings:
    if vpc.one_block:
        raise NotApplicable
    for endpoint in vpc.endpoints:
        if endpoint.kind == "Interface":
            yield from _missed(endpoint, vpc, network)


def _missed(endpoint: Endpoint, vpc: Vpc, network: Network) -> Iterator[str | NotVisible]:
    """The subnets of workloads in a secondary range that an endpoint misses which admits the primary one."""
    groups = endpoint.security_groups
    for vantage in attached(network, vpc):
        for subnet in vantage.subnets:
            try:
                if _is_missed(endpoint, vantage.at(subnet), vpc):
                    yield (
                        f"{named(groups)} of {endpoint.id} admit{'s' if len(groups) == 1 else ''} {vpc.primary_cidr} only, "
                        f"but subnet {subnet.label} of {vantage.id} lies in {subnet.cidr}"
                    )
            except NotVisible as unknown:
                yield unknown


def _is_missed(endpoint: Endpoint, vantage: Vantage, vpc: Vpc) -> bool:
    """Whether this place in a secondary range is not admitted, although the whole primary range is."""
    (subnet,) = vantage.subnets
    if not subnet.vpc.same_as(vpc) or vpc.primary_cidr.covers(subnet.cidr):
        return False
    rules = ingress_of(endpoint.security_groups)
    return admits(rules, vpc.primary_cidr, "tcp", HTTPS) is not None and vantage.admitted_by(rules) is None


@rule(
    "SMN-VPC-05",
    statement="With DNS servers of one's own, private DNS names and the names of S3 must still resolve to the endpoints.",
    severity=Severity.WARNING,
    source=f"{VPC_GUIDE}/VPC_DHCP_Options.html",
    fix="Forward amazonaws.com and sagemaker.aws to the resolver of the VPC, or use AmazonProvidedDNS.",
)
def own_dns_knows_endpoints(vpc: Vpc, network: Network) -> Findings:
    options = vpc.dhcp_options
    if options is None:
        raise NotApplicable
    named_, unknown = visible(vpc.endpoints, lambda endpoint: endpoint.kind == INTERFACE and endpoint.private_dns)
    if not named_ and unknown:
        raise unknown
    if not named_:
        raise NotApplicable
    if not options.ask_amazon(vpc):
        servers = listed(str(server) for server in options.servers)
        yield (
            f"the VPC asks {servers} for names; whether these forward to the VPC's resolver is not visible, and without it "
            f"{listed(endpoint.id for endpoint in named_)} cannot be found"
        )
