"""Network ACLs and Block Public Access: what stops traffic although its route is right."""

from __future__ import annotations

from constructs_lib.assembly import NotApplicable, NotVisible
from constructs_lib.network import Domain
from constructs_lib.network.account import BIDIRECTIONAL
from constructs_lib.rules._egress import attached, decided_elsewhere
from constructs_lib.rules._groups import ANYWHERE, HTTPS, listed, visible
from constructs_lib.rules._rule import VPC_GUIDE, Severity, rule
from constructs_lib.rules._studio import each

TYPE_CHECKING = False
if TYPE_CHECKING:
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
    answers = list(each(acl.subnets, lambda subnet: _judged(acl, subnet, network)))
    if not answers:
        raise NotApplicable
    yield from (said for said in answers if said)


def _judged(acl: NetworkAcl, subnet: Subnet, network: Network) -> Findings:
    """What the ACL stops of what a subnet's workloads need; nothing for a subnet without any, an empty text where all is right."""
    if not any(subnet in vantage.subnets for vantage in attached(network, subnet.vpc)):
        return
    yield ""
    homes = [domain for domain in network.workloads_in(subnet.vpc) if isinstance(domain, Domain)]
    mounts = any(subnet in _file_system_subnets(domain) for domain in homes)
    yield from _blocked(acl, subnet, _NFS if mounts else None)


def _file_system_subnets(domain: Domain) -> tuple[Subnet, ...]:
    try:
        return domain.subnets if domain.home_efs else ()
    except NotVisible:
        return ()


def _blocked(acl: NetworkAcl, subnet: Subnet, file_system_port: int | None) -> Findings:
    """What the ACL stops of what the subnet's workloads send and receive."""
    checks = [(True, HTTPS, HTTPS), (False, *_EPHEMERAL)]
    if file_system_port:
        checks.insert(1, (True, file_system_port, file_system_port))

    def judge(check: tuple[bool, int, int]) -> Findings:
        egress, low, high = check
        inside = low == file_system_port
        for peer in _peers(acl, subnet, egress=egress, ports=(low, high), inside=inside):
            allowed, entry = acl.decide(egress, peer, "tcp", low, high)
            if not allowed:
                ports = str(low) if low == high else f"{low}-{high}"
                way = f"outbound TCP {ports} to" if egress else f"inbound TCP {ports} from"
                yield f"{way} {peer} is not wholly allowed for subnet {subnet.label}: entry {entry.text}"

    yield from each(checks, judge)


def _peers(acl: NetworkAcl, subnet: Subnet, *, egress: bool, ports: tuple[int, int], inside: bool) -> tuple[Range, ...]:
    """Whom the subnet's workloads talk to; anybody where that is not known and the ACL makes no difference between addresses.

    Raises:
        NotVisible: It is not known, and the ACL lets only some addresses through.
    """
    try:
        return (subnet.vpc.known_ranges if inside else ()) or _known_peers(subnet, inside=inside)
    except NotVisible:
        if acl.decide(egress, ANYWHERE, "tcp", *ports).partly:
            raise
        return (ANYWHERE,)


def _known_peers(subnet: Subnet, *, inside: bool) -> tuple[Range, ...]:
    """Anyone behind NAT, the VPC itself where nothing leads out."""
    if not inside and subnet.has_nat:
        return (ANYWHERE,)
    if not inside and subnet.route_class == "other-egress":
        raise decided_elsewhere(subnet, "confirm that the network ACL lets through what is reached there")
    return subnet.vpc.cidrs


@rule(
    "SMN-RT-07",
    statement="VPC Block Public Access in both directions cuts NAT gateways off from the internet too, unless their VPC or subnet is excluded.",
    severity=Severity.WARNING,
    source=f"{VPC_GUIDE}/security-vpc-bpa.html",
    fix="Exclude the VPC, or the subnet of the NAT gateway (AWS::EC2::VPCBlockPublicAccessExclusion), or block ingress only.",
    at="InternetGatewayBlockMode",
)
def block_public_access_spares_nat(block: BlockPublicAccess, network: Network) -> Findings:
    if not network.nat_gateways:
        raise NotApplicable
    if block.mode != BIDIRECTIONAL:
        return
    cut, unknown = visible(network.nat_gateways, lambda gateway: not gateway.private and not _excluded(block, gateway))
    if cut:
        yield f"internet traffic is blocked in both directions, so {listed(gateway.label for gateway in cut)} cannot reach the internet"
    elif unknown:
        raise unknown
    elif all(gateway.private for gateway in network.nat_gateways):
        raise NotApplicable


def _excluded(block: BlockPublicAccess, gateway: NatGateway) -> bool:
    if gateway.subnet is not None and block.excludes(gateway.subnet):
        return True
    return gateway.vpc is not None and block.excludes(gateway.vpc)
