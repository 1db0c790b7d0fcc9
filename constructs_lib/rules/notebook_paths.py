"""Notebook instances: whether their subnet, groups and endpoints lead to what they need."""

from __future__ import annotations

from constructs_lib.assembly import NotApplicable, NotVisible
from constructs_lib.rules._closed import if_closed
from constructs_lib.rules._egress import blocked_by_groups, unserved, visible_class
from constructs_lib.rules._groups import listed
from constructs_lib.rules._rule import GUIDE, Finding, Severity, rule
from constructs_lib.services import S3, SAGEMAKER_API, SAGEMAKER_RUNTIME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs_lib.network import Network, Notebook, Subnet, Vantage
    from constructs_lib.rules._rule import Findings

_INTERNET = f"{GUIDE}/appendix-notebook-and-internet-access.html"
_CONNECT = f"{GUIDE}/infrastructure-connect-to-resources.html"
#: Route targets behind which lie networks that only the customer interface can reach.
_PRIVATE_TARGETS = ("pcx", "tgw", "vgw")


@rule(
    "SMN-NB-04",
    statement="A notebook instance without direct internet access has a private address only: in a public subnet, the internet gateway "
    "is of no use to it.",
    severity=Severity.ERROR,
    source=_CONNECT,
    fix="Use a private subnet with a route to a NAT gateway, or with VPC endpoints.",
    at="SubnetId",
)
@if_closed
def closed_notebook_not_in_public_subnet(notebook: Notebook, network: Network, place: Vantage) -> Findings:
    (subnet,) = place.subnets
    if subnet.route_class == "public":
        yield Finding(
            f"subnet {subnet.label} is public ({subnet.egress_text}), but the notebook has a private address only, "
            "so it cannot use the internet gateway",
            severity=Severity.WARNING if _has_endpoints(place, network) else None,
        )


def _has_endpoints(place: Vantage, network: Network) -> bool:
    try:
        return not any(network.endpoint_usable(place, service) for service in (SAGEMAKER_API, SAGEMAKER_RUNTIME))
    except NotVisible:
        return False


@rule(
    "SMN-NB-05",
    statement="A notebook instance without direct internet access needs a NAT gateway, or interface endpoints of the SageMaker API and "
    "runtime, to train and host models.",
    severity=Severity.ERROR,
    source=_INTERNET,
    fix="Add the sagemaker.api and sagemaker.runtime interface endpoints with private DNS to the VPC, or route the subnet to a NAT gateway.",
    at="SubnetId",
    related=("SageMaker.1",),
)
@if_closed
def closed_notebook_reaches_sagemaker(notebook: Notebook, network: Network, place: Vantage) -> Findings:
    (subnet,) = place.subnets
    if visible_class(subnet) == "nat":
        return
    for service, severity in ((SAGEMAKER_API, Severity.ERROR), (SAGEMAKER_RUNTIME, Severity.WARNING)):
        try:
            reason = unserved(place, subnet, network, service)
        except NotVisible as unknown:
            yield unknown
            continue
        if reason:
            yield Finding(f"{service.name} cannot be reached: {reason}", severity=severity)


@rule(
    "SMN-NB-06",
    statement="A notebook instance without direct internet access needs a path to Amazon S3: a gateway endpoint on its subnet's route "
    "table, an interface endpoint with private DNS, or a NAT gateway.",
    severity=Severity.ERROR,
    source=_INTERNET,
    fix="Add the S3 gateway endpoint, and list the subnet's route table in its RouteTableIds.",
    at="SubnetId",
)
@if_closed
def closed_notebook_reaches_s3(notebook: Notebook, network: Network, place: Vantage) -> Findings:
    (subnet,) = place.subnets
    if network.s3_path(subnet) is not None:
        return
    if reason := network.blocked(place, S3):
        hint = "; no endpoint can list the VPC's main route table" if subnet.route_class == "main-rt" else ""
        yield f"subnet {subnet.label} has no path to S3: {reason}{hint}"


@rule(
    "SMN-NB-09",
    statement="With direct internet access on, a notebook instance sends only the VPC's own ranges through its subnet: peered and "
    "on-premises ranges and gateway endpoints are not used.",
    severity=Severity.INFO,
    source=_INTERNET,
    fix="Add the routes in a lifecycle configuration at every start, or turn direct internet access off.",
    at="DirectInternetAccess",
)
def open_notebook_bypasses_vpc(notebook: Notebook, network: Network) -> Findings:
    if notebook.subnet is None:
        raise NotApplicable
    if not notebook.direct_internet_access:
        return
    bypassed = list(_bypassed(notebook.subnet))
    if bypassed:
        raised = not notebook.given("LifecycleConfigName")
        yield Finding(
            f"{listed(bypassed)} {'is' if len(bypassed) == 1 else 'are'} not used: "
            "the notebook reaches only the VPC's own ranges through its subnet, and all else through the interface that SageMaker manages",
            severity=Severity.WARNING if raised else None,
        )
    else:
        yield "only the VPC's own ranges go through the subnet, all else through the interface that SageMaker manages"


def _bypassed(subnet: Subnet) -> Iterator[str]:
    """What the subnet's route table offers and the notebook does not use; nothing where the table is not visible."""
    try:
        for route in subnet.route_table.routes:
            if route.kind in _PRIVATE_TARGETS:
                yield f"the route {route.shown} ({route.id})"
        for gateway in subnet.route_table.propagating:
            yield f"what {gateway.id} propagates"
        for endpoint in subnet.vpc.endpoints:
            if endpoint.kind == "Gateway" and subnet.route_table in endpoint.route_tables:
                yield f"the gateway endpoint {endpoint.id}"
    except NotVisible:
        return


@rule(
    "SMN-NB-10",
    statement="The security groups of a notebook instance without direct internet access must let TCP 443 out: to anywhere behind NAT, "
    "to the endpoints where these serve it.",
    severity=Severity.ERROR,
    source=_INTERNET,
    fix="Add an egress rule for TCP 443 to 0.0.0.0/0, or to the groups of the endpoints.",
    at="SecurityGroupIds",
)
@if_closed
def groups_let_https_out(notebook: Notebook, network: Network, place: Vantage) -> Findings:
    if reason := blocked_by_groups(place, network):
        yield reason


@rule(
    "SMN-NB-11",
    statement="The security groups of a notebook instance should admit no address ranges: neighbours in the VPC could open Jupyter without "
    "authenticating.",
    severity=Severity.WARNING,
    source=_INTERNET,
    fix="Remove the inbound rule; the console and presigned URLs need none. Where another workload must come in, name its security group.",
    at="SecurityGroupIds",
)
def groups_admit_no_ranges(notebook: Notebook, network: Network) -> Findings:
    if not notebook.groups_given:
        raise NotApplicable
    for group in notebook.security_groups:
        try:
            for admitting in group.ingress:
                if admitting.perhaps:
                    continue
                if admitting.is_cidr:
                    lone = admitting.range is not None and admitting.range.size == 1
                    yield Finding(
                        f"security group {group.label} admits {admitting.text}",
                        severity=Severity.INFO if lone else None,
                    )
                elif admitting.unknown is not None and admitting.peer is None:
                    yield admitting.unknown
        except NotVisible as unknown:
            yield unknown
