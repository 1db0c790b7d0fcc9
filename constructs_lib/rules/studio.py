"""Rules about the place of a Studio domain: its VPC, its subnets and its way to the network."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, references
from constructs_lib.network import UserProfile
from constructs_lib.rules._egress import visible_class
from constructs_lib.rules._groups import listed
from constructs_lib.rules._rule import API, GUIDE, Finding, NotApplicable, Remark, Severity, advice, rule
from constructs_lib.rules._studio import each, require_vpc_only

TYPE_CHECKING = False
if TYPE_CHECKING:
    from constructs_lib.assembly import Resource
    from constructs_lib.network import Domain, Network, Subnet, Vpc
    from constructs_lib.rules._rule import Findings

_ADDRESSES_NEEDED, _ADDRESSES_ADVISED = 2, 4


@rule(
    "SMN-DOM-01",
    statement="A domain needs VpcId and SubnetIds: the mount targets of its file system lie there, and in VpcOnly all of its traffic. Only a "
    "PublicInternetOnly domain of SageMaker Unified Studio does without.",
    severity=Severity.ERROR,
    source=f"{API}/API_CreateDomain.html",
    fix="Set VpcId, and SubnetIds with at least two subnets in different Availability Zones.",
    at="VpcId",
)
def domain_has_a_vpc(domain: Domain, network: Network) -> Findings:
    missing = [name for name in ("VpcId", "SubnetIds") if not domain.given(name)]
    if not missing or (domain.given("DomainSettings", "UnifiedStudioSettings") and not domain.vpc_only):
        return
    yield Finding(f"{listed(missing)} {'are' if len(missing) > 1 else 'is'} not set", at=missing[0])


@rule(
    "SMN-DOM-03",
    statement="A VpcOnly domain works in private subnets only: its apps have no public address, so an internet gateway is of no use to them.",
    severity=Severity.ERROR,
    source=f"{GUIDE}/studio-updated-and-internet-access.html",
    fix="Use subnets whose default route goes to a NAT gateway, or that have none and use VPC endpoints.",
    at="SubnetIds",
)
def vpc_only_domain_is_private(domain: Domain, network: Network) -> Findings:
    require_vpc_only(domain)

    def judge(subnet: Subnet) -> Findings:
        if subnet.public_any:
            yield f"{subnet.label} is a public subnet: {_way_to_the_internet(subnet)}"

    yield from each(domain.subnets, judge)


def _way_to_the_internet(subnet: Subnet) -> str:
    if visible_class(subnet) == "public":
        return str(subnet.egress_text)
    route = subnet.default_route6
    return f"::/0 -> {route.target_id} ({route.label})" if route else str(subnet.egress_text)


@rule(
    "SMN-DOM-11",
    statement="A domain should have subnets in at least two Availability Zones; Canvas demands two subnets.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/onboard-vpc.html",
    fix="Add a subnet in a second Availability Zone that offers the instance types in use.",
    at="SubnetIds",
)
def domain_spans_zones(domain: Domain, network: Network) -> Findings:
    if not domain.given("SubnetIds") or not domain.subnets:
        raise NotApplicable
    if domain.count("SubnetIds") == 1 and domain.subnets:
        yield f"{domain.subnets[0].label} is the only subnet"
        return
    zones = set()
    unknown: NotVisible | None = None
    for subnet in domain.subnets:
        try:
            zones.add(subnet.zone)
        except NotVisible as reason:
            unknown = reason
    if len(zones) > 1:
        return
    if unknown:
        raise unknown
    yield f"{listed(subnet.label for subnet in domain.subnets)} are all in {domain.subnets[0].zone_name}"


@rule(
    "SMN-DOM-12",
    statement="The subnets of a domain need two to four addresses for each user, besides one for each mount target and each interface endpoint.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/studio-updated-and-internet-access.html",
    fix="Use larger subnets, or more of them.",
    at="SubnetIds",
)
def domain_has_addresses(domain: Domain, network: Network) -> Findings:
    if not domain.given("SubnetIds"):
        raise NotApplicable
    file_system = 1 if domain.home_efs else 0
    users = len(domain.user_profiles)
    room = sum(subnet.usable_addresses - file_system for subnet in domain.subnets)
    free = room - sum(subnet.most_endpoints for subnet in domain.subnets)  # whichever of the endpoints are made
    if free < _ADDRESSES_ADVISED * users:
        free = room - sum(len(subnet.endpoints) for subnet in domain.subnets)
    have = "has" if len(domain.subnets) == 1 else "have"
    left = f"{listed(subnet.label for subnet in domain.subnets)} {have} {max(free, 0)} address{'' if free == 1 else 'es'} left"
    people = f"{users} user{'' if users == 1 else 's'}"
    if free < _ADDRESSES_NEEDED * users:
        yield f"{left}, and {people} need{'s' if users == 1 else ''} at least {_ADDRESSES_NEEDED * users}"
        return
    others = [reason for _, reason in network.perhaps_pointing(UserProfile, domain, "DomainId")]
    if free < _ADDRESSES_NEEDED * (users + len(others)):
        raise others[0]
    if free < _ADDRESSES_ADVISED * users:
        yield Remark(f"{left}; {_ADDRESSES_ADVISED * users} are advised for {people}")


@rule(
    "SMN-DOM-13",
    statement="A VpcOnly domain works in a VPC of default tenancy only.",
    severity=Severity.ERROR,
    source=f"{GUIDE}/studio-updated-and-internet-access.html",
    fix="Set InstanceTenancy of the VPC to default; dedicated instances can be asked for one by one.",
    at="VpcId",
)
def vpc_only_domain_has_default_tenancy(domain: Domain, network: Network) -> Findings:
    require_vpc_only(domain)
    if domain.vpc is None:
        raise NotApplicable
    if domain.vpc.tenancy != "default":
        yield f"{domain.vpc.label} has {domain.vpc.tenancy} tenancy"


@rule(
    "SMN-DOM-14",
    statement="A domain should be VpcOnly. In PublicInternetOnly, the default, all traffic but that of the file system leaves through a VPC that "
    "SageMaker manages, past the routes, groups, endpoints and flow logs of yours.",
    severity=Severity.WARNING,
    source="https://docs.aws.amazon.com/config/latest/developerguide/sagemaker-domain-in-vpc.html",
    fix="Set AppNetworkAccessType to VpcOnly, or acknowledge the public pattern.",
    at="AppNetworkAccessType",
    related=("sagemaker-domain-in-vpc",),
)
def domain_is_vpc_only(domain: Domain, network: Network) -> Findings:
    if domain.vpc_only:
        return
    given = domain.given("AppNetworkAccessType")
    yield f"AppNetworkAccessType is {'PublicInternetOnly' if given else 'not set, which means PublicInternetOnly'}"


OWN_CLEANUP = "Custom::StudioCleanup"
"""What a StudioDomain with the removal policy DESTROY makes: it removes all that the domain leaves behind."""


@rule(
    "SMN-DOM-17",
    statement="SageMaker leaves the file system of a deleted domain, its mount targets and two security groups in the VPC. A stack that owns both "
    "the domain and the VPC can therefore not delete the VPC.",
    severity=Severity.INFO,
    source=f"{API}/API_DeleteDomain.html",
    fix="Keep the VPC in another stack, set HomeEfsFileSystemCreation to Disabled, or remove the file system and the security-group-for-*-nfs "
    "groups of the domain before the VPC.",
    at="VpcId",
)
def vpc_outlives_the_domain(domain: Domain, network: Network) -> Findings:
    if not domain.given("VpcId"):
        raise NotApplicable
    owned = _owned_by_its_stack(domain)
    if not owned or not domain.home_efs:
        return
    cleaner = _custom_resource_given(domain)
    if cleaner is not None and cleaner.type == OWN_CLEANUP:
        return
    if cleaner is not None:
        raise NotVisible(
            f"{cleaner.logical_id} ({cleaner.type}) is given the domain, and what it removes is not in the templates",
            "acknowledge the rule if it removes what the domain leaves behind",
        )
    yield f"{owned} is in the same stack and cannot be deleted while it holds what the domain leaves behind"


def _owned_by_its_stack(domain: Domain) -> str | None:
    """The VPC, or else a subnet, that stands in the domain's own template; what comes by parameter or import never does."""
    things: list[Vpc | Subnet] = [domain.vpc] if domain.vpc else []
    things += domain.subnets
    template = domain.resource.template
    return next((thing.label for thing in things if not thing.imported and thing.resource.template is template), None)


def _custom_resource_given(domain: Domain) -> Resource | None:
    """A custom resource of the same template that has the domain among its properties."""
    for resource in domain.network.custom_resources:
        ours = resource.template is domain.resource.template and resource.exists()
        if ours and any(reference.resource is domain.resource for reference in references(resource.get())):
            return resource
    return None


@rule(
    "SMN-DOM-23",
    statement="A dual-stack domain needs an IPv6 CIDR on each of its subnets.",
    severity=Severity.ERROR,
    source=f"{API}/API_DomainSettings.html",
    fix="Give the subnet an Ipv6CidrBlock, or set IpAddressType to ipv4.",
    at="SubnetIds",
)
def dual_stack_subnets_have_ipv6(domain: Domain, network: Network) -> Findings:
    if not domain.dual_stack:
        raise NotApplicable

    def judge(subnet: Subnet) -> Findings:
        if not subnet.has_ipv6:
            yield f"{subnet.label} has no IPv6 CIDR"

    yield from each(domain.subnets, judge)


advice(
    "SMN-DOM-21",
    statement="AuthMode, DomainName and KmsKeyId of a domain cannot change without a replacement, VpcId only under conditions. SubnetIds and "
    "AppNetworkAccessType change in place, once every app is deleted, and not with RStudio.",
    severity=Severity.INFO,
    source=f"{API}/API_UpdateDomain.html",
    fix="Delete all apps of the domain before such an update, or plan for the replacement.",
)
advice(
    "SMN-DOM-34",
    statement="A corporate firewall or proxy between the users and Studio has to let its pages and their web sockets through.",
    severity=Severity.INFO,
    source=f"{GUIDE}/studio-updated-and-internet-access.html",
    fix="Allow https and wss to *.studio.<region>.sagemaker.aws.",
)
