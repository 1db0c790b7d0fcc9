"""Rules about the ways of a Studio domain's traffic: to AWS services, and between its own subnets."""

from __future__ import annotations

from itertools import permutations

from constructs_lib.assembly import NotVisible
from constructs_lib.rules._egress import decided_elsewhere
from constructs_lib.rules._groups import ANYWHERE, listed, visible
from constructs_lib.rules._rule import GUIDE, Finding, NotApplicable, Severity, rule
from constructs_lib.rules._studio import each, private_subnets, require_vpc_only, unreachable
from constructs_lib.services import (
    ATHENA,
    EC2,
    ECR_API,
    ECR_DKR,
    EXPERIMENTS,
    FORECAST,
    LOGS,
    MLFLOW,
    MONITORING,
    PARTNER_APP,
    REDSHIFT_DATA,
    SAGEMAKER_API,
    SAGEMAKER_RUNTIME,
    SECRETSMANAGER,
    SERVICECATALOG,
    SSM,
    SSMMESSAGES,
    STS,
    STUDIO,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs_lib.network import (
        Domain,
        Endpoint,
        MlflowApp,
        MlflowServer,
        Network,
        NetworkAcl,
        PartnerApp,
        Space,
        Subnet,
        Vantage,
    )
    from constructs_lib.rules._rule import Findings

_ACCESS = f"{GUIDE}/studio-updated-and-internet-access.html"
_NFS = (2049, 2049)
_EPHEMERAL = (1024, 65535)
_OPTIONAL = {
    "SageMaker Projects": (SERVICECATALOG,),
    "Canvas": (ATHENA, ECR_API, ECR_DKR, EC2, REDSHIFT_DATA, SECRETSMANAGER, SSM, MONITORING, LOGS, STS, FORECAST),
}
_GEOSPATIAL, _GEOSPATIAL_REGION = ".sagemaker-geospatial", "us-west-2"


@rule(
    "SMN-DOM-04",
    statement="A VpcOnly domain needs a way to the SageMaker API and runtime from each of its subnets: a NAT gateway, or interface endpoints that "
    "its apps can use.",
    severity=Severity.ERROR,
    source=_ACCESS,
    fix="Add the sagemaker.api and sagemaker.runtime interface endpoints with private DNS and a group that admits TCP 443 from the apps, or route "
    "the subnets to a NAT gateway.",
    at="SubnetIds",
)
def domain_reaches_sagemaker(domain: Domain, network: Network) -> Findings:
    require_vpc_only(domain)
    _require_private_or_nat(domain)
    yield from unreachable(domain, network, (SAGEMAKER_API, SAGEMAKER_RUNTIME))


@rule(
    "SMN-DOM-05",
    statement="A VpcOnly domain needs a way to Amazon S3 from each of its subnets: a NAT gateway, a gateway endpoint on the subnet's route table, or "
    "an interface endpoint whose private DNS serves the VPC.",
    severity=Severity.ERROR,
    source=_ACCESS,
    fix="Add an S3 gateway endpoint and list the route table of each domain subnet in its RouteTableIds.",
    at="SubnetIds",
)
def domain_reaches_s3(domain: Domain, network: Network) -> Findings:
    require_vpc_only(domain)
    _require_private_or_nat(domain)

    def judge(subnet: Subnet) -> Findings:
        if not network.s3_path(subnet):
            yield f"{subnet.label} has no way to Amazon S3: {subnet.egress_text}, and no S3 endpoint serves it"

    yield from each(private_subnets(domain), judge)


def _require_private_or_nat(domain: Domain) -> None:
    """Leave a domain all of whose subnets are public: SMN-DOM-03 alone reports it.

    Raises:
        NotApplicable: They are.
    """
    if all(_is_public(subnet) for subnet in domain.subnets):
        raise NotApplicable


def _is_public(subnet: Subnet) -> bool:
    try:
        return subnet.route_class == "public"
    except NotVisible:
        return False


@rule(
    "SMN-DOM-06",
    statement="The apps of a VpcOnly domain without NAT reach the Studio page by its own interface endpoint, aws.sagemaker.<region>.studio.",
    severity=Severity.WARNING,
    source=_ACCESS,
    fix="Add the interface endpoint aws.sagemaker.<region>.studio with private DNS.",
    at="SubnetIds",
)
def domain_reaches_the_studio_page(domain: Domain, network: Network) -> Findings:
    _require_no_nat(domain)
    yield from unreachable(domain, network, (STUDIO,))


@rule(
    "SMN-DOM-07",
    statement="In a VpcOnly domain without NAT, the SageMaker Python SDK needs the sts and logs interface endpoints to follow remote jobs.",
    severity=Severity.WARNING,
    source=_ACCESS,
    fix="Add the interface endpoints com.amazonaws.<region>.sts and com.amazonaws.<region>.logs with private DNS.",
    at="SubnetIds",
)
def domain_follows_remote_jobs(domain: Domain, network: Network) -> Findings:
    _require_no_nat(domain)
    yield from unreachable(domain, network, (STS, LOGS))


def _require_no_nat(domain: Domain) -> None:
    """Leave a domain all of whose subnets are known to be public or behind NAT.

    Raises:
        NotApplicable: They are, or the domain is not VpcOnly.
    """
    require_vpc_only(domain)
    if not private_subnets(domain):
        raise NotApplicable


@rule(
    "SMN-DOM-18",
    statement="A network ACL must pass NFS (TCP 2049) and its replies between the subnets of a domain. SageMaker attaches the security groups for it "
    "by itself; your own need no such rule.",
    severity=Severity.INFO,
    source=_ACCESS,
    fix="Allow TCP 2049, and TCP 1024-65535 for the replies, in and out between the domain's subnets in the network ACL.",
    at="SubnetIds",
)
def network_acls_pass_nfs(domain: Domain, network: Network) -> Findings:
    if not domain.home_efs or not network.network_acls:
        raise NotApplicable
    domain.count("SubnetIds")  # a list that is a parameter may hold several
    stops: dict[str, list[str]] = {}
    legs = (leg for client, server in permutations(domain.subnets, 2) for leg in _nfs_legs(client, server))
    for subnet, egress, peer, what, ports in legs:
        try:
            if not _lets_through(subnet.acl, peer, egress=egress, ports=ports):
                stops.setdefault(subnet.acl.label, []).append(what)
        except NotVisible as unknown:
            yield unknown
    for acl, found in stops.items():
        yield Finding(
            f"network ACL {acl} stops {listed(dict.fromkeys(found))} between the domain's subnets",
            severity=Severity.ERROR,
        )


def _nfs_legs(client: Subnet, server: Subnet) -> Iterator[tuple[Subnet, bool, Subnet, str, tuple[int, int]]]:
    """What the network ACLs must let through for NFS from one subnet to a mount target in another: the request, and the reply."""
    yield client, True, server, "TCP 2049 out", _NFS
    yield server, False, client, "TCP 2049 in", _NFS
    yield server, True, client, "TCP 1024-65535 (replies) out", _EPHEMERAL
    yield client, False, server, "TCP 1024-65535 (replies) in", _EPHEMERAL


def _lets_through(acl: NetworkAcl, peer: Subnet, *, egress: bool, ports: tuple[int, int]) -> bool:
    try:
        return acl.decide(egress, peer.cidr, "tcp", *ports).allowed
    except NotVisible:
        everybody = acl.decide(egress, ANYWHERE, "tcp", *ports)
        if everybody.partly:
            raise
        return everybody.allowed


@rule(
    "SMN-DOM-27",
    statement="A space with remote IDE access in a VpcOnly domain without NAT needs the ssm and ssmmessages interface endpoints.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/remote-access-remote-setup-vpc-subnets-without-internet-access.html",
    fix="Add the interface endpoints com.amazonaws.<region>.ssm and com.amazonaws.<region>.ssmmessages with private DNS.",
    at="SpaceSettings.RemoteAccess",
)
def remote_space_reaches_systems_manager(space: Space, network: Network) -> Findings:
    if not space.remote_access:
        raise NotApplicable
    yield from unreachable(require_vpc_only(space.domain), network, (SSM, SSMMESSAGES), _apps_in(space))


def _apps_in(space: Space) -> list[Vantage] | None:
    """Where the apps of a space stand; None, for those of all users, where it is not known whose it is."""
    try:
        known = space.owner is not None if space.sharing == "Private" else bool(space.security_groups)
    except NotVisible:
        return None
    return [space.vantage] if known else None


@rule(
    "SMN-DOM-28",
    statement="MLflow and partner apps are reached from a VpcOnly domain without NAT by interface endpoints of their own: "
    "aws.sagemaker.<region>.experiments for tracking servers, .mlflow for MLflow apps, .partner-app for partner apps.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/mlflow-interface-endpoint-create.html",
    fix="Add the endpoint with private DNS to the VPC of the domain.",
)
def domains_reach_the_app(app: MlflowServer | MlflowApp | PartnerApp, network: Network) -> Findings:
    service = {"MlflowServer": EXPERIMENTS, "MlflowApp": MLFLOW, "PartnerApp": PARTNER_APP}[type(app).__name__]
    domains, unknown = visible(network.domains, lambda domain: domain.vpc_only)
    if not domains and not unknown:
        raise NotApplicable

    def judge(domain: Domain) -> Findings:
        for said in unreachable(domain, network, (service,)):
            yield f"from domain {domain.label}, {said}" if isinstance(said, str) else said

    yield from each(domains, judge)
    if unknown:
        yield unknown


@rule(
    "SMN-DOM-29",
    statement="Features of a VpcOnly domain without NAT work only with the endpoints of the services behind them: Service Catalog for Projects; Athena, "
    "ECR, EC2, Redshift Data, Secrets Manager, Systems Manager, CloudWatch, Logs, STS and Forecast for Canvas.",
    severity=Severity.INFO,
    source=f"{GUIDE}/canvas-vpc.html",
    fix="Add the endpoints of the features in use, with private DNS; leave out the others.",
    at="SubnetIds",
)
def optional_features_have_endpoints(domain: Domain, network: Network) -> Findings:
    require_vpc_only(domain)
    _require_private_or_nat(domain)
    private = private_subnets(domain)
    if not private:
        return
    vpc = private[0].vpc
    lacking = []
    for feature, services in _OPTIONAL.items():
        missing = [service.name for service in services if network.endpoint_for(vpc, service) is None]
        if missing:
            lacking.append(f"{listed(missing)} ({feature})")
    if lacking and any(subnet.route_class == "other-egress" for subnet in private):
        raise decided_elsewhere(private[0], f"confirm there that {'; '.join(lacking)} can be reached")
    if lacking:
        yield f"no endpoint for {'; '.join(lacking)}"


@rule(
    "SMN-DOM-35",
    statement="SageMaker geospatial and its endpoint com.amazonaws.us-west-2.sagemaker-geospatial exist in us-west-2 only, and are closed to new "
    "customers.",
    severity=Severity.INFO,
    source=f"{GUIDE}/geospatial-notebooks-and-internet-access-vpc-requirements.html",
    fix="Create the endpoint in us-west-2, or drop the feature.",
    at="ServiceName",
)
def geospatial_endpoint_is_in_its_region(endpoint: Endpoint, network: Network) -> Findings:
    name = endpoint.service_name
    if not name.endswith(_GEOSPATIAL):
        raise NotApplicable
    written = name.removesuffix(_GEOSPATIAL).rpartition(".")[2]
    region = endpoint.resource.template.region if "*" in written else written
    if not region:
        raise NotVisible("the region of the endpoint", "give the region with --region, or set env on the stack")
    if region != _GEOSPATIAL_REGION:
        yield f"SageMaker geospatial is not offered in {region}"
