"""Rules about what the security groups of Studio apps admit: each other, HTTPS outwards, and nobody else."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network import Domain
from constructs_lib.rules._egress import blocked_by_groups
from constructs_lib.rules._groups import is_among, joined, members_admitted, named
from constructs_lib.rules._rule import GUIDE, Finding, NotApplicable, Severity, rule
from constructs_lib.rules._studio import (
    DOMAIN_GROUPS,
    app_groups,
    apps_of,
    each,
    named_groups,
    require_vpc_only,
    settle_profiles,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs_lib.network import Network, Rule, SecurityGroup, Thing, UserProfile, Vantage
    from constructs_lib.rules._rule import Findings

_ACCESS = f"{GUIDE}/studio-updated-and-internet-access.html"
_USER_GROUPS = "DefaultUserSettings.SecurityGroups"
_PROFILE_GROUPS = "UserSettings.SecurityGroups"
_APP_PORTS = (8192, 65535)


@rule(
    "SMN-DOM-08",
    statement="The apps of a VpcOnly domain talk to each other on TCP 8192-65535 (JupyterServer with KernelGateway), which the security groups that "
    "sit together on an app must admit among themselves, in and out.",
    severity=Severity.ERROR,
    source=_ACCESS,
    fix="Add an inbound rule for TCP 8192-65535 from the group itself, and where its outbound rules are restricted the same outbound.",
    at=_USER_GROUPS,
)
def apps_reach_each_other(domain: Domain, network: Network) -> Findings:
    require_vpc_only(domain)
    if domain.service_managed_groups or not any(app_groups(domain)):
        raise NotApplicable  # without any groups, SMN-DOM-02 speaks
    severity = Severity.ERROR if _is_classic(domain) else Severity.WARNING

    def judge(groups: tuple[SecurityGroup, ...]) -> Findings:
        if not groups:
            return
        closed, unknown = [], []
        for word, direction in (("inbound", "ingress"), ("outbound", "egress")):
            try:
                if not members_admitted(groups, domain.subnets, "tcp", *_APP_PORTS, direction):
                    closed.append(word)
            except NotVisible as reason:
                unknown.append(reason)
        if closed:
            settle_profiles(domain)
            yield Finding(
                f"{named(groups)}: no {' and no '.join(closed)} rule for TCP 8192-65535 among members",
                severity=severity,
            )
        else:
            yield from unknown

    yield from each(app_groups(domain), judge)


def _is_classic(domain: Domain) -> bool:
    """Whether Studio Classic is in play: by its apps, by settings for them, or as the landing page."""
    settings: list[tuple[Thing, str]] = [(domain, "DefaultUserSettings"), (domain, "DefaultSpaceSettings")]
    settings += [(profile, "UserSettings") for profile in domain.user_profiles]
    settings += [(space, "SpaceSettings") for space in domain.spaces]
    if any(
        thing.given(key, f"{app}AppSettings") for thing, key in settings for app in ("JupyterServer", "KernelGateway")
    ):
        return True
    landing = (thing.get(key, "DefaultLandingUri") for thing, key in settings)
    if any(isinstance(uri, str) and uri.startswith("app:JupyterServer:") for uri in landing):
        return True
    return any(app.get("AppType") in ("JupyterServer", "KernelGateway") for app in domain.apps)


@rule(
    "SMN-DOM-10",
    statement="The security groups of Studio apps should not be wide open inside: who reaches an app's port can use it without signing in. Neither "
    "address ranges nor all ports of a foreign group should be admitted.",
    severity=Severity.WARNING,
    source=_ACCESS,
    fix="Limit the inbound rules to the group itself.",
    at=_USER_GROUPS,
    at_on={"AWS::SageMaker::UserProfile": _PROFILE_GROUPS},
)
def apps_admit_only_each_other(settings: Domain | UserProfile, network: Network) -> Findings:
    require_vpc_only(settings if isinstance(settings, Domain) else settings.domain)
    places = {group: at for group, at in named_groups(settings).items() if at != DOMAIN_GROUPS}
    profiles = settings.user_profiles if isinstance(settings, Domain) else ()
    if not places and not any(profile.groups_given for profile in profiles):
        raise NotApplicable
    together = tuple(places) if isinstance(settings, Domain) else settings.all_groups

    def judge(place: tuple[SecurityGroup, str]) -> Findings:
        group, at = place
        for said in each(group.ingress, lambda one: _opened(one, together)):
            yield Finding(f"security group {group.label} admits {said}", at=at) if isinstance(said, str) else said

    yield from each(places.items(), judge)
    yield from each(profiles, _rules_are_visible)


def _rules_are_visible(profile: UserProfile) -> Findings:
    """What the groups of a profile admit is reported there, but a domain is not in order while it is not known."""
    yield from (unknown for unknown in [joined(profile.security_groups, "ingress")[1]] if unknown)


def _opened(one: Rule, together: Sequence[SecurityGroup]) -> Findings:
    """What an inbound rule opens to address ranges, or wholly to groups that do not sit on the same apps."""
    if one.perhaps:
        return
    opens_all = one.everything or (one.protocol == "tcp" and one.all_ports)
    if one.is_cidr:
        yield one.text
    elif one.peer is None or (opens_all and not is_among(one.peer, together)):
        yield one.text if one.unknown is None else one.unknown


@rule(
    "SMN-DOM-16",
    statement="The security groups of a VpcOnly domain must let HTTPS out, to wherever its way to AWS leads.",
    severity=Severity.ERROR,
    source=_ACCESS,
    fix="Add an outbound rule for TCP 443 to the endpoints' group, to the VPC, or with NAT to 0.0.0.0/0.",
    at=_USER_GROUPS,
)
def apps_may_send_https(domain: Domain, network: Network) -> Findings:
    require_vpc_only(domain)
    if not any(app_groups(domain)):
        raise NotApplicable  # without any groups, SMN-DOM-02 speaks

    def judge(app: Vantage) -> Findings:
        reason = blocked_by_groups(app, network) if app.groups else None
        if reason:
            settle_profiles(domain)
            yield reason

    yield from each(apps_of(domain), judge)
