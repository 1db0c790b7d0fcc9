"""What the rules about Studio domains ask in the same way: which of them are VpcOnly, and what their subnets lead to."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network import UserProfile
from constructs_lib.rules._egress import decided_elsewhere
from constructs_lib.rules._rule import NotApplicable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeVar

    from constructs_lib.network import Domain, Network, SecurityGroup, Subnet, Vantage
    from constructs_lib.rules._rule import Findings
    from constructs_lib.services import Service

    T = TypeVar("T")

#: The groups between a domain and its apps, which sit on no app.
DOMAIN_GROUPS = "DomainSettings.SecurityGroupIds"
#: Route classes from which every AWS service is reached, or of which SMN-DOM-03 alone speaks.
_SERVED = ("nat", "public")


def require_domain(domain: Domain | None) -> Domain:
    """Return the domain of a profile or space.

    Raises:
        NotApplicable: It belongs to none.
    """
    if domain is None:
        raise NotApplicable
    return domain


def require_vpc_only(domain: Domain | None) -> Domain:
    """Return the domain, but leave one whose apps use the network that SageMaker manages.

    Raises:
        NotApplicable: The domain is not VpcOnly, or there is none.
        NotVisible: Its AppNetworkAccessType is unknown.
    """
    found = require_domain(domain)
    if not found.vpc_only:
        raise NotApplicable
    return found


def each(things: Iterable[T], judge: Callable[[T], Findings]) -> Findings:
    """Judge one thing after the other; what is unknown about one does not hide what is wrong with the next."""
    for thing in things:
        try:
            yield from judge(thing)
        except NotVisible as unknown:
            yield unknown


def apps_of(domain: Domain) -> list[Vantage]:
    """Where the domain's apps stand: with the groups of the domain and of each profile, or of the domain alone where there is no profile."""
    return [profile.vantage for profile in domain.user_profiles] or [domain.vantage]


def named_groups(settings: Domain | UserProfile) -> dict[SecurityGroup, str]:
    """The security groups that a domain or a profile names, each with the (first) property that does."""
    if isinstance(settings, UserProfile):
        return dict.fromkeys(settings.security_groups, "UserSettings.SecurityGroups")
    named: dict[SecurityGroup, str] = {}
    for at, groups in (
        ("DefaultUserSettings.SecurityGroups", settings.security_groups),
        ("DefaultSpaceSettings.SecurityGroups", settings.space_groups),
        (DOMAIN_GROUPS, settings.domain_groups),
    ):
        for group in groups:
            named.setdefault(group, at)
    return named


def settle_profiles(domain: Domain) -> None:
    """Make sure, before the groups of a domain without profiles are blamed, that it has none: a profile's groups are added to them.

    Raises:
        NotVisible: A profile may be the domain's, or a loop that is not written out may make some.
    """
    if not domain.user_profiles:
        for _, reason in domain.network.perhaps_pointing(UserProfile, domain, "DomainId"):
            raise reason


def app_groups(domain: Domain) -> list[tuple[SecurityGroup, ...]]:
    """The groups that sit together on one app, each set of them once."""
    return list(dict.fromkeys(app.groups for app in apps_of(domain)))


def private_subnets(domain: Domain) -> list[Subnet]:
    """The subnets whose apps depend on endpoints, those of unknown routes included: neither behind NAT nor public."""
    return [subnet for subnet in domain.subnets if not _is_served(subnet)]


def _is_served(subnet: Subnet) -> bool:
    try:
        return subnet.route_class in _SERVED
    except NotVisible:
        return False


def unreachable(
    domain: Domain, network: Network, services: Sequence[Service], apps: Sequence[Vantage] | None = None
) -> Findings:
    """Say for each service from which subnets of a VpcOnly domain it cannot be reached, and why.

    Args:
        domain: The domain.
        network: The network that it is in.
        services: What it dials.
        apps: Where the apps that dial stand. Default: those of all its users.
    """
    dialling = apps_of(domain) if apps is None else apps
    subnets = private_subnets(domain)
    for service in services:
        places: dict[str, list[str]] = {}
        for subnet in subnets:
            try:
                for reason in _reasons(domain, network, subnet, service, dialling):
                    places.setdefault(reason, []).append(subnet.label)
            except NotVisible as unknown:
                yield unknown
        for reason, labels in places.items():
            yield f"{service.name} cannot be reached from {', '.join(labels)}: {reason}"


def _reasons(domain: Domain, network: Network, subnet: Subnet, service: Service, apps: Sequence[Vantage]) -> list[str]:
    """Why apps in the subnet do not reach the service; empty where they do."""
    if subnet.route_class == "other-egress":
        _require_endpoint(network, subnet, service, apps)
        return []
    if network.endpoint_for(subnet.vpc, service) is None:
        # No group could help, so the groups need not be known.
        apps = [domain.place(domain.id, (), domain)]
    # Profiles that share their groups stand in the same place, and the whole path is followed only where the endpoint fails.
    places = {app.groups: app.at(subnet) for app in apps}.values()
    unserved = [place for place in places if network.endpoint_usable(place, service)]
    reasons = [network.blocked(place, service) for place in unserved]
    return list(dict.fromkeys(reason for reason in reasons if reason))


def _require_endpoint(network: Network, subnet: Subnet, service: Service, apps: Sequence[Vantage]) -> None:
    """A default route that leaves for another network decides nothing, unless a usable endpoint takes the traffic before.

    Raises:
        NotVisible: There is no such endpoint.
    """
    try:
        if all(network.endpoint_usable(app.at(subnet), service) is None for app in apps):
            return
    except NotVisible:
        pass  # what lies behind the route would have to be known as well, and is the better thing to name
    raise decided_elsewhere(subnet, f"confirm there that {service.name} can be reached")
