"""Rules about the security groups of Studio domains, user profiles and spaces."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network import Domain
from constructs_lib.rules._groups import is_among, listed
from constructs_lib.rules._rule import API, GUIDE, Finding, NotApplicable, Severity, rule
from constructs_lib.rules._studio import each, named_groups, require_domain, require_vpc_only

TYPE_CHECKING = False
if TYPE_CHECKING:
    from constructs_lib.network import Network, SecurityGroup, UserProfile
    from constructs_lib.rules._rule import Findings

_ACCESS = f"{GUIDE}/studio-updated-and-internet-access.html"
_USER_GROUPS = "DefaultUserSettings.SecurityGroups"
_PROFILE_GROUPS = "UserSettings.SecurityGroups"
_APP_PORTS = (8192, 65535)


@rule(
    "SMN-DOM-02",
    statement="A VpcOnly domain needs security groups for its apps: in DefaultUserSettings, or on every user profile.",
    severity=Severity.ERROR,
    source=f"{API}/API_UserSettings.html",
    fix="Set DefaultUserSettings.SecurityGroups.",
    at=_USER_GROUPS,
)
def vpc_only_domain_has_groups(domain: Domain, network: Network) -> Findings:
    require_vpc_only(domain)
    if domain.given("DefaultUserSettings", "SecurityGroups"):
        return
    profiles = domain.user_profiles
    bare = [profile.label for profile in profiles if not profile.given("UserSettings", "SecurityGroups")]
    if bare:
        yield f"neither the domain nor {listed(bare)} has security groups"
    elif profiles:
        yield Finding(
            f"the domain has no security groups, and those of {listed(profile.label for profile in profiles)} do not serve further profiles",
            severity=Severity.WARNING,
        )
    else:
        yield "the domain has no security groups"


@rule(
    "SMN-DOM-09",
    statement="Each user profile of a VpcOnly domain should have a security group of its own. With a shared group that admits its members, the apps of "
    "one user are open to all others.",
    severity=Severity.WARNING,
    source=_ACCESS,
    fix="Give the profile a security group of its own that admits TCP 8192-65535 from itself, and keep such a rule off the domain's group.",
    at=_PROFILE_GROUPS,
)
def profile_has_its_own_group(profile: UserProfile, network: Network) -> Findings:
    domain = require_vpc_only(profile.domain)
    severity = Severity.INFO if len(domain.user_profiles) == 1 else None
    if not profile.given("UserSettings", "SecurityGroups"):
        yield Finding("the profile has no security group of its own", severity=severity)
        return
    if not domain.given("DefaultUserSettings", "SecurityGroups"):
        return
    if profile.get("UserSettings", "SecurityGroups") == domain.get("DefaultUserSettings", "SecurityGroups"):
        yield Finding("the profile uses the security groups of the domain", severity=severity)
        return

    def judge(group: SecurityGroup) -> Findings:
        if is_among(group, domain.security_groups):
            yield Finding(f"{group.label} is also a security group of the domain", severity=severity)

    yield from each(profile.security_groups, judge)


@rule(
    "SMN-DOM-15",
    statement="An app carries at most four security groups of yours, those of the domain and of the profile together, as SageMaker adds one for NFS: two "
    "with RStudio in VpcOnly. DomainSettings takes three, and a domain at most 16 subnets.",
    severity=Severity.ERROR,
    source=f"{API}/API_UserSettings.html",
    fix="Merge security groups, or leave some out.",
    at=_USER_GROUPS,
    at_on={"AWS::SageMaker::UserProfile": _PROFILE_GROUPS},
)
def groups_are_within_the_limits(settings: Domain | UserProfile, network: Network) -> Findings:
    if not isinstance(settings, Domain):
        yield from _union_is_within_the_limits(settings)
        return
    limit = _groups_allowed(settings)
    counts = (
        (_USER_GROUPS, limit, "security groups"),
        ("DefaultSpaceSettings.SecurityGroups", limit, "security groups"),
        ("DomainSettings.SecurityGroupIds", 3, "security groups"),
        ("SubnetIds", 16, "subnets"),
    )

    def judge(row: tuple[str, int, str]) -> Findings:
        path, most, what = row
        count = settings.count(*path.split("."))
        if count > most:
            yield Finding(f"{count} {what} in {path}, at most {most} are possible", at=path)

    yield from each(counts, judge)


def _union_is_within_the_limits(profile: UserProfile) -> Findings:
    if not profile.given("UserSettings", "SecurityGroups"):
        raise NotApplicable
    domain = require_domain(profile.domain)
    limit = _groups_allowed(domain)
    # A list that is a parameter may hold any number; reading how many says so.
    most = profile.count("UserSettings", "SecurityGroups") + domain.count("DefaultUserSettings", "SecurityGroups")
    # Groups that may or may not be the same one count once at the least, and each at the most.
    distinct: list[SecurityGroup] = []
    unknown: NotVisible | None = None
    for group in profile.all_groups:
        try:
            if not is_among(group, distinct):
                distinct.append(group)
        except NotVisible as reason:
            unknown = reason
    if len(distinct) > limit:
        yield (
            f"{len(distinct)} security groups of the domain and the profile together ({listed(group.id for group in distinct)}), "
            f"at most {limit} are possible"
        )
    elif unknown and most > limit:
        raise unknown


def _groups_allowed(domain: Domain) -> int:
    return 2 if domain.rstudio and domain.vpc_only else 4


@rule(
    "SMN-DOM-19",
    statement="RStudio in a VpcOnly domain needs AppSecurityGroupManagement set to Service.",
    severity=Severity.ERROR,
    source=f"{API}/API_CreateDomain.html",
    fix="Set AppSecurityGroupManagement to Service.",
    at="AppSecurityGroupManagement",
)
def rstudio_groups_are_managed_by_the_service(domain: Domain, network: Network) -> Findings:
    require_vpc_only(domain)
    if not domain.rstudio:
        raise NotApplicable
    if not domain.service_managed_groups:
        yield f"AppSecurityGroupManagement is {domain.text('AppSecurityGroupManagement', default='not set')}"


@rule(
    "SMN-DOM-30",
    statement="The security groups of a domain, its user profiles and its shared spaces must belong to the domain's VPC.",
    severity=Severity.ERROR,
    source=f"{API}/API_CreateUserProfile.html",
    fix="Use security groups of the domain's VPC.",
    at=_USER_GROUPS,
    at_on={"AWS::SageMaker::UserProfile": _PROFILE_GROUPS},
)
def groups_are_in_the_domains_vpc(settings: Domain | UserProfile, network: Network) -> Findings:
    domain = settings if isinstance(settings, Domain) else require_domain(settings.domain)
    vpc = domain.vpc
    named = named_groups(settings)
    if vpc is None or not named:
        raise NotApplicable

    def judge(place: tuple[SecurityGroup, str]) -> Findings:
        group, at = place
        if group.vpc is None:
            yield Finding(f"security group {group.label} belongs to the default VPC, the domain to {vpc.label}", at=at)
        elif not group.vpc.is_surely(vpc):
            yield Finding(
                f"security group {group.label} belongs to {group.vpc.label}, the domain to {vpc.label}", at=at
            )

    yield from each(named.items(), judge)


@rule(
    "SMN-DOM-33",
    statement="The default settings for shared spaces of a VpcOnly domain must list security groups: those for users do not apply to shared spaces.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/domain-space-create.html",
    fix="Set DefaultSpaceSettings.SecurityGroups.",
    at="DefaultSpaceSettings.SecurityGroups",
)
def shared_spaces_have_groups(domain: Domain, network: Network) -> Findings:
    require_vpc_only(domain)
    if not domain.given("DefaultSpaceSettings"):
        raise NotApplicable
    if not domain.given("DefaultSpaceSettings", "SecurityGroups"):
        yield "DefaultSpaceSettings has no security groups"
