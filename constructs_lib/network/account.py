"""Settings of the whole account that stop traffic."""

from __future__ import annotations

from constructs_lib.assembly import fact
from constructs_lib.network.things import Thing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from constructs_lib.network.subnets import Subnet
    from constructs_lib.network.vpc import Vpc

BIDIRECTIONAL = "block-bidirectional"


class BlockPublicAccess(Thing):
    """VPC Block Public Access: whether internet gateways of the account's VPCs may carry traffic."""

    types = ("AWS::EC2::VPCBlockPublicAccessOptions",)
    noun = "Block Public Access"

    @fact
    def mode(self) -> str:
        """`block-bidirectional`, `block-ingress` or `off`."""
        return self.one_of("InternetGatewayBlockMode", words=("off", "block-ingress", BIDIRECTIONAL))

    @fact
    def exclusions(self) -> tuple[Thing, ...]:
        """The exclusions of the templates."""
        return tuple(self.network.existing(self.network.raw("AWS::EC2::VPCBlockPublicAccessExclusion")))

    def excludes(self, place: Vpc | Subnet) -> bool:
        """Does an exclusion let this VPC or subnet use its internet gateway all the same?"""
        from constructs_lib.network.subnets import Subnet
        from constructs_lib.network.vpc import Vpc

        kind, name = (Vpc, "VpcId") if isinstance(place, Vpc) else (Subnet, "SubnetId")
        found = [exclusion.thing(kind, name) for exclusion in self.exclusions]
        return any(one is not None and one.is_surely(place) for one in found)
