"""Whether the security groups of a workload let its HTTPS requests out, to wherever its path leads."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network import Domain, Notebook, Range, UserProfile, admits
from constructs_lib.network.vantage import admits_interface
from constructs_lib.rules._groups import HTTPS, any_of, joined, let_out, named
from constructs_lib.services import SAGEMAKER_API, SAGEMAKER_RUNTIME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from constructs_lib.network import Endpoint, Network, Rule, Subnet, Vantage, Vpc
    from constructs_lib.network.questions import Target
    from constructs_lib.services import Service

#: Through the customer's interface alone; see the modes of a vantage.
_ATTACHED = "attached"
#: What stops traffic on a way that leads there.
_FILTERS = ("security_group", "nacl")


def attached(network: Network, vpc: Vpc) -> Iterator[Vantage]:
    """The places of the workloads whose whole traffic may go through this VPC, as far as they are visible; user profiles stand for themselves."""
    for workload in network.workloads_in(vpc):
        for one in (workload, *getattr(workload, "user_profiles", ())):
            try:
                yield from (vantage for vantage in one.vantages if vantage.mode == _ATTACHED)
            except NotVisible:
                continue


def decided_elsewhere(subnet: Subnet, confirm: str) -> NotVisible:
    """Return the exception that says that a subnet's default route leaves for a network outside of the templates."""
    return NotVisible(
        f"subnet {subnet.label} leaves through {subnet.egress_text}, and what lies behind it is not in the templates",
        confirm,
    )


def visible_class(subnet: Subnet) -> str:
    """The class of the subnet's default route, or an empty text where it is not visible: endpoints may serve it all the same."""
    try:
        return subnet.route_class
    except NotVisible:
        return ""


def unserved(place: Vantage, subnet: Subnet, network: Network, service: Service) -> str | None:
    """Why neither an endpoint nor a proxy serves a workload in the subnet; None where one does.

    Raises:
        NotVisible: It cannot be told.
    """
    if network.endpoint_usable(place, service) is None:
        return None
    if subnet.route_class == "other-egress":
        raise decided_elsewhere(subnet, f"confirm there that {service.name} can be reached")
    return network.blocked(place, service)


def out_of_reach(place: Vantage, subnet: Subnet, network: Network, host: str) -> str | None:
    """Why no way leads from the subnet to a host on the internet; None where one does, be it that groups or ACLs still stop it.

    Raises:
        NotVisible: It cannot be told.
    """
    path = network.reach(place, _destination(host), HTTPS)
    if path.verdict == "blocked":
        return None if path.blocked_by in _FILTERS else path.why
    if path.verdict == "unverified":
        if visible_class(subnet) == "other-egress":
            raise decided_elsewhere(subnet, f"confirm there that {host} can be reached")
        raise NotVisible(path.why, path.declare)
    return None


def _destination(host: str) -> Target | Range:
    from constructs_lib.network.questions import Target  # few templates name a host

    try:
        return Range.parse(host)
    except ValueError:
        return Target(host, "host", host=host)


def blocked_by_groups(vantage: Vantage, network: Network) -> str | None:
    """Why the groups at this place stop its HTTPS requests, or None where they do not.

    A rule for TCP 443 to anywhere always lets them out. Otherwise the endpoints of the services that notebooks and Studio
    call must be covered where they are, and everything where NAT leads there instead. Where neither decides, any rule for
    TCP 443 to others than the groups themselves will do, as other rules speak of the missing path. With an HTTP proxy, the
    way to the proxy counts.

    Raises:
        NotVisible: A group, a rule or a route that could decide is not in the templates.
    """
    if vantage.proxy is not None:
        path = network.reach(vantage, "internet")
        return path.why if path.blocked_by == "security_group" else None
    groups = vantage.groups
    rules, hidden = joined(groups, "egress")
    open_range: NotVisible | None = None
    try:
        if let_out(rules, "tcp", HTTPS, HTTPS):
            return None
    except NotVisible as reason:
        open_range = reason
    if hidden:
        raise hidden
    called = _called(vantage)
    if open_range and not called:
        raise open_range
    let = f"{named(groups)} let{'s' if len(groups) == 1 else ''}"
    others = [rule for rule in rules if rule.speaks_of("tcp", HTTPS, HTTPS) and rule.peer not in groups]
    if others and others[0].perhaps:  # they come last
        raise others[0].unknown or NotVisible(f"the group of {others[0].id}")
    if not others:
        return f"{let} no TCP {HTTPS} out"
    for subnet in vantage.subnets:
        for service in called:
            missed = _missed(rules, subnet, network.path_names(service, subnet.vpc))
            if missed and open_range:
                raise open_range
            if missed:
                return f"{let} no TCP {HTTPS} out to {missed}"
    return None


def _called(vantage: Vantage) -> tuple[Service, ...]:
    """The services that must be reached: what a job or model calls is up to its code."""
    caller = isinstance(vantage.workload, (Notebook, Domain, UserProfile))
    return (SAGEMAKER_API, SAGEMAKER_RUNTIME) if caller else ()


def _missed(rules: Sequence[Rule], subnet: Subnet, endpoint: Endpoint | None) -> str | None:
    """What the subnet's path to a service leads to, where the rules do not cover it."""
    if endpoint is not None:
        covered = any_of(
            lambda: admits(rules, endpoint.security_groups, "tcp", HTTPS),
            lambda: admits_interface(rules, (), endpoint.subnets, "tcp", HTTPS),
        )
        return None if covered else f"endpoint {endpoint.label}"
    if subnet.route_class == "other-egress":
        raise decided_elsewhere(subnet, "confirm there which addresses TCP 443 must be let out to")
    return f"0.0.0.0/0, where NAT leads ({subnet.egress_text})" if subnet.has_nat else None
