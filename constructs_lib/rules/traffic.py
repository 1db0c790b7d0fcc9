"""Network ACLs and Block Public Access: what stops traffic although its route is right."""

from __future__ import annotations

from constructs_lib.assembly import NotApplicable, NotVisible
from constructs_lib.network import Domain
from constructs_lib.rules._egress import attached, decided_elsewhere
from constructs_lib.rules._groups import ANYWHERE, HTTPS, listed
from constructs_lib.rules._rule import VPC_GUIDE, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs_lib.network import BlockPublicAccess, NatGateway, Network, NetworkAcl, Range, Subnet
    from constructs_lib.rules._rule import Findings

_NFS = 2049
_EPHEMERAL = (1024, 65535)


@rule(
    "SMN-RT-06",
    statement="The network ACL of a workload's subnet must let its requests out (TCP 443) and their replies in (TCP 1024-65535): to anywhere "
    "behind NAT, to the VPC's range for endpoints; a domain's file system needs TCP 2049 as well.",
    severity=Severity.WARNING,
    source=f"{VPC_GUIDE}/vpc-network-acls.html",
    fix="Add network ACL entries that allow TCP 443 (and 2049) out and TCP 1024-65535 in, before those that deny.",
)
def acl_passes_requests_and_replies(acl: NetworkAcl, network: Network) -> Findings:
    used = [
        subnet for subnet in acl.subnets if any(subnet in vantage.subnets for vantage in attached(network, subnet.vpc))
    ]
    if not used:
        raise NotApplicable
    for subnet in used:
        homes = [domain for domain in network.workloads_in(subnet.vpc) if isinstance(domain, Domain)]
        mounts = any(subnet in _file_system_subnets(domain) for domain in homes)
        try:
            yield from _blocked(acl, subnet, _NFS if mounts else None)
        except NotVisible as unknown:
            yield unknown


def _file_system_subnets(domain: Domain) -> tuple[Subnet, ...]:
    try:
        return domain.subnets if domain.home_efs else ()
    except NotVisible:
        return ()


def _blocked(acl: NetworkAcl, subnet: Subnet, file_system_port: int | None) -> Iterator[str]:
    """What the ACL stops of what the subnet's workloads send and receive."""
    others = _peers(acl, subnet)
    checks = [(True, peer, HTTPS, HTTPS, "outbound") for peer in others]
    if file_system_port:
        checks += [(True, peer, file_system_port, file_system_port, "outbound") for peer in subnet.vpc.known_ranges]
    checks += [(False, peer, *_EPHEMERAL, "inbound") for peer in others]
    for egress, peer, low, high, direction in checks:
        allowed, entry = acl.decide(egress, peer, "tcp", low, high)
        if not allowed:
            ports = str(low) if low == high else f"{low}-{high}"
            way = "to" if egress else "from"
            yield f"{direction} TCP {ports} {way} {peer} is not wholly allowed for subnet {subnet.label}: entry {entry.text}"


def _peers(acl: NetworkAcl, subnet: Subnet) -> tuple[Range, ...]:
    """Whom the subnet's workloads talk to: anyone behind NAT, the endpoints in the VPC where nothing leads out.

    Raises:
        NotVisible: The default route leads to another network, and the ACL does not let everything through anyway.
    """
    if subnet.has_nat:
        return (ANYWHERE,)
    if subnet.route_class != "other-egress":
        return subnet.vpc.cidrs
    if acl.decide(True, ANYWHERE, "tcp", HTTPS).allowed and acl.decide(False, ANYWHERE, "tcp", *_EPHEMERAL).allowed:
        return (ANYWHERE,)
    raise decided_elsewhere(subnet, "confirm that the network ACL lets through what is reached there")


@rule(
    "SMN-RT-07",
    statement="VPC Block Public Access in both directions cuts NAT gateways off from the internet too, unless their VPC or subnet is excluded.",
    severity=Severity.WARNING,
    source=f"{VPC_GUIDE}/security-vpc-bpa.html",
    fix="Exclude the VPC, or the subnet of the NAT gateway (AWS::EC2::VPCBlockPublicAccessExclusion), or block ingress only.",
    at="InternetGatewayBlockMode",
)
def block_public_access_spares_nat(block: BlockPublicAccess, network: Network) -> Findings:
    if block.mode != "block-bidirectional":
        return
    gateways = [gateway for gateway in network.nat_gateways if not gateway.private]
    if not gateways:
        raise NotApplicable
    if cut := [gateway for gateway in gateways if not _excluded(block, gateway)]:
        yield f"internet traffic is blocked in both directions, so {listed(gateway.label for gateway in cut)} cannot reach the internet"


def _excluded(block: BlockPublicAccess, gateway: NatGateway) -> bool:
    if gateway.subnet is not None and block.excludes(gateway.subnet):
        return True
    return gateway.vpc is not None and block.excludes(gateway.vpc)
