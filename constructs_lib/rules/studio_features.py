"""Rules about what is used with a Studio domain: RStudio, Docker, file systems and Amazon EMR."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, Pseudo, Reference, Text, Unknown
from constructs_lib.network import Domain
from constructs_lib.network.ranges import pieces
from constructs_lib.network.routes import Route
from constructs_lib.network.storage import MountTarget
from constructs_lib.rules._groups import any_of, do, joined, let_out, listed, named, peers_admitted, visible
from constructs_lib.rules._rule import GUIDE, Finding, NotApplicable, Remark, Severity, rule
from constructs_lib.rules._studio import app_groups, each, require_domain, require_vpc_only, unreachable
from constructs_lib.services import ECR_API, ECR_DKR, LICENSE_MANAGER, LOGS, SAGEMAKER_API, SAGEMAKER_RUNTIME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeVar

    from constructs_lib.network import (
        EfsFileSystem,
        EmrCluster,
        FsxFileSystem,
        Network,
        SecurityGroup,
        Subnet,
        UserProfile,
    )
    from constructs_lib.rules._rule import Findings

    S = TypeVar("S", EfsFileSystem, FsxFileSystem)

_DOCKER = "DomainSettings.DockerSettings"
_TRUSTED = f"{_DOCKER}.VpcOnlyTrustedAccounts"
_MOST_ACCOUNTS, _ACCOUNT_DIGITS = 20, 12
_ON = "ENABLED"
_SWITCH = ("DISABLED", _ON)
_LIVY = 8998
#: Routes that carry no private address to another VPC.
_TO_THE_INTERNET = frozenset({"igw", "nat", "eigw"})


@rule(
    "SMN-DOM-20",
    statement="RStudio in a VpcOnly domain needs a way to the SageMaker API and to License Manager, and domain security groups that let everything out.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/rstudio-network.html",
    fix="Add the sagemaker.api and license-manager interface endpoints, and allow all outbound traffic in DomainSettings.SecurityGroupIds.",
    at="DomainSettings.RStudioServerProDomainSettings",
)
def rstudio_reaches_its_license(domain: Domain, network: Network) -> Findings:
    require_vpc_only(domain)
    if not domain.rstudio:
        raise NotApplicable
    groups = domain.domain_groups
    server = [domain.place(domain.id, groups, domain)] if groups else None
    yield from unreachable(domain, network, (SAGEMAKER_API, LICENSE_MANAGER), server)
    rules, unknown = joined(groups, "egress")
    if not groups or let_out([rule for rule in rules if rule.everything], "-1", 0, 65535) is not None:
        return
    if unknown:
        yield unknown
    else:
        yield Finding(f"{named(groups)} {do(groups)} not let all traffic out", at="DomainSettings.SecurityGroupIds")


@rule(
    "SMN-DOM-22",
    statement="Docker in a VpcOnly domain pulls images by SageMaker's own VPC, and only from ECR of the accounts in VpcOnlyTrustedAccounts: at most 20, "
    "of twelve digits, and of effect only in VpcOnly with Docker access enabled.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/studio-updated-local-get-started.html",
    fix="Set AppNetworkAccessType to VpcOnly and EnableDockerAccess to ENABLED, and list the accounts that images are pulled from.",
    at=_TRUSTED,
)
def docker_settings_have_effect(domain: Domain, network: Network) -> Findings:
    if not domain.given(*_DOCKER.split(".")):
        raise NotApplicable
    yield from each((domain,), _trusted_accounts_are_valid)
    enabled = domain.one_of(*_DOCKER.split("."), "EnableDockerAccess", words=_SWITCH) == _ON
    rootless = domain.one_of(*_DOCKER.split("."), "RootlessDocker", words=_SWITCH) == _ON
    if enabled and rootless and domain.vpc_only:
        yield from unreachable(domain, network, (ECR_API, ECR_DKR))
    elif domain.given(*_TRUSTED.split(".")):
        if not domain.vpc_only or not enabled:
            lack = "VpcOnly" if enabled else "Docker access" if domain.vpc_only else "VpcOnly and Docker access"
            yield f"VpcOnlyTrustedAccounts has no effect without {lack}"
    elif enabled and domain.vpc_only:
        yield Remark("no VpcOnlyTrustedAccounts: images are pulled only from the domain's own account")


def _trusted_accounts_are_valid(domain: Domain) -> Findings:
    accounts = domain.entries(*_TRUSTED.split("."))
    if len(accounts) > _MOST_ACCOUNTS:
        yield Finding(
            f"{len(accounts)} trusted accounts, at most {_MOST_ACCOUNTS} are possible", severity=Severity.ERROR
        )
    for index, account in enumerate(accounts):
        if isinstance(account, Pseudo):
            continue  # AWS::AccountId, which has twelve digits
        if isinstance(account, (Unknown, Text)):
            yield domain.hidden(account, *_TRUSTED.split("."), index)
        elif not (str(account).isdecimal() and len(str(account)) == _ACCOUNT_DIGITS):
            yield Finding(f"'{account}' is not an account id of twelve digits", severity=Severity.ERROR)


@rule(
    "SMN-DOM-24",
    statement="The apps of a PublicInternetOnly domain use neither NAT nor endpoints of your VPC: only the traffic to the file system goes there.",
    severity=Severity.INFO,
    source=f"{GUIDE}/onboard-vpc.html",
    fix="Set AppNetworkAccessType to VpcOnly, or remove what only the domain was meant to use.",
    at="AppNetworkAccessType",
)
def public_domain_ignores_its_vpc(domain: Domain, network: Network) -> Findings:
    if domain.vpc_only:
        raise NotApplicable
    unused = [*_gateways_of(domain), *_sagemaker_endpoints_of(domain, network)]
    if unused:
        yield f"the apps of a PublicInternetOnly domain do not use {listed(dict.fromkeys(unused))}"


def _gateways_of(domain: Domain) -> list[str]:
    """NAT gateways behind the domain's subnets; what other templates hold is not this one's concern."""
    behind_nat, _ = visible(domain.subnets, lambda subnet: subnet.has_nat and subnet.declared_egress is None)
    routes = [subnet.default_route for subnet in behind_nat]
    return [route.target.label for route in routes if route and route.target]


def _sagemaker_endpoints_of(domain: Domain, network: Network) -> list[str]:
    try:
        vpc = domain.vpc
    except NotVisible:
        return []
    if vpc is None:
        return []
    found: list[str] = []
    for endpoint in network.endpoints if vpc.imported else network.endpoints_in(vpc):
        try:
            if "sagemaker" in endpoint.service_name and endpoint.vpc.same_as(vpc):
                found.append(endpoint.label)
        except NotVisible:
            continue
    return found


@rule(
    "SMN-DOM-26",
    statement="A custom EFS file system needs a mount target in each subnet of the domain; an FSx for Lustre file system must lie in one of them.",
    severity=Severity.ERROR,
    source=f"{GUIDE}/domain-custom-file-system.html",
    fix="Create a mount target in the subnet, or the file system in a subnet of the domain, and admit the domain's NFS group.",
    at="DefaultUserSettings.CustomFileSystemConfigs",
    at_on={"AWS::SageMaker::UserProfile": "UserSettings.CustomFileSystemConfigs"},
)
def custom_file_systems_are_mounted(settings: Domain | UserProfile, network: Network) -> Findings:
    keys: tuple[str, ...] = ("UserSettings",)
    if isinstance(settings, Domain):
        domain, keys = settings, ("DefaultUserSettings", "DefaultSpaceSettings")
    else:
        domain = require_domain(settings.domain)
    paths = [key for key in keys if settings.given(key, "CustomFileSystemConfigs")]
    if not paths:
        raise NotApplicable
    places = [
        (key, "CustomFileSystemConfigs", index)
        for key in paths
        for index in range(settings.count(key, "CustomFileSystemConfigs"))
    ]
    yield from each(places, lambda place: _file_system_is_mounted(settings, place, domain, network))


def _file_system_is_mounted(
    settings: Domain | UserProfile, path: tuple[str | int, ...], domain: Domain, network: Network
) -> Findings:
    at = f"{path[0]}.{path[1]}"
    given = settings.get(*path, "EFSFileSystemConfig", "FileSystemId")
    if given is not None:
        efs = _system_of(given, network.efs_file_systems)
        yield from _mounted(efs, domain, at)
    given = settings.get(*path, "FSxLustreFileSystemConfig", "FileSystemId")
    if given is not None:
        fsx = _system_of(given, network.fsx_file_systems)
        yield from _in_reach(fsx, domain, at)


def _system_of(given: object, systems: Sequence[S]) -> S:
    """The file system of the templates that a reference means.

    Raises:
        NotVisible: It is none of them.
    """
    for system in systems:
        if isinstance(given, Reference) and system.resource is given.resource:
            return system
    what = given.what if isinstance(given, Unknown) else given
    raise NotVisible(
        f"the subnets of file system {what}", "acknowledge the rule if the domain's subnets are among them"
    )


def _mounted(system: EfsFileSystem, domain: Domain, at: str) -> Findings:
    targets = [target.subnet for target in system.mount_targets if target.subnet is not None]

    def judge(subnet: Subnet) -> Findings:
        if not any_of(*(lambda target=target: _same(target, subnet) for target in targets)):
            yield Finding(f"{system.label} has no mount target in {subnet.label}", at=at)

    missing = list(each(domain.subnets, judge))
    if any(isinstance(one, Finding) for one in missing):
        for _, reason in system.network.perhaps_pointing(MountTarget, system, "FileSystemId"):
            yield reason
            return
    yield from missing


def _same(one: Subnet, other: Subnet) -> bool | None:
    """True where both are one subnet, None where they are not; either may be a parameter that means the other."""
    return one.names(other) or other.names(one) or None


def _in_reach(system: FsxFileSystem, domain: Domain, at: str) -> Findings:
    pairs = [(own, subnet) for own in system.subnets for subnet in domain.subnets]
    if not any_of(*(lambda own=own, subnet=subnet: _same(own, subnet) for own, subnet in pairs)):
        yield Finding(
            f"{system.label} lies in none of the domain's subnets {listed(s.label for s in domain.subnets)}", at=at
        )


@rule(
    "SMN-DOM-32",
    statement="For notebooks on Amazon EMR, the group of the cluster's primary node admits the Studio apps on TCP 8998 (Livy; 10000 for Hive, 8889 for "
    "Presto), the apps' groups let it out, there are routes both ways, and an isolated domain reaches S3, Logs and the SageMaker runtime.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/studio-notebooks-emr-networking.html",
    fix="Admit TCP 8998 (and 10000 for Hive, 8889 for Presto) from the Studio groups on the group of the EMR primary node.",
    at=None,
)
def domain_reaches_emr(domain: Domain, network: Network) -> Findings:
    require_vpc_only(domain)
    clusters = network.emr_clusters
    if not clusters:
        raise NotApplicable

    def judge(cluster: EmrCluster) -> Findings:
        yield from each(app_groups(domain), lambda groups: _livy_is_open(domain, cluster, groups))
        yield from _there_is_a_route(domain, cluster)

    yield from each(clusters, judge)
    yield from unreachable(domain, network, (LOGS, SAGEMAKER_RUNTIME))


def _livy_is_open(domain: Domain, cluster: EmrCluster, groups: tuple[SecurityGroup, ...]) -> Findings:
    if not cluster.primary_groups:
        raise NotVisible(
            f"the groups that EMR makes for the primary node of {cluster.label}",
            "set Instances.EmrManagedMasterSecurityGroup",
        )
    if not groups:
        return
    if not peers_admitted(cluster.primary_groups, "ingress", groups, domain.subnets, "tcp", _LIVY, _LIVY):
        primary = f"{named(cluster.primary_groups)} of {cluster.label} {do(cluster.primary_groups)}"
        yield f"{primary} not admit TCP {_LIVY} from {named(groups)}"
    if cluster.subnet is None:
        raise NotVisible(f"the subnet of EMR cluster {cluster.label}", "name its Ec2SubnetId")
    if not peers_admitted(groups, "egress", cluster.primary_groups, (cluster.subnet,), "tcp", _LIVY, _LIVY):
        yield f"{named(groups)} {do(groups)} not let TCP {_LIVY} out to {cluster.label}"


def _there_is_a_route(domain: Domain, cluster: EmrCluster) -> Findings:
    if domain.vpc is None or cluster.subnet is None or cluster.subnet.vpc.same_as(domain.vpc):
        return
    for subnet in domain.subnets:
        for here, there in ((subnet, cluster.subnet), (cluster.subnet, subnet)):
            routes = [where for _, where in pieces(here, there.cidr)]
            if any(where is None or (isinstance(where, Route) and where.kind in _TO_THE_INTERNET) for where in routes):
                yield f"{here.label} has no route to {there.label}, which is in another VPC"
            yield from (where for where in routes if isinstance(where, NotVisible))
