"""The three ways to put a SageMaker notebook instance on a network.

Which way a notebook goes is fixed for its life: a change replaces the notebook and its volume (SMN-NB-18).
Source: https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from constructs import Construct
from typing_extensions import Unpack

from constructs_lib.patterns.lifecycle import Part, packaged
from constructs_lib.patterns.notebook_instance import NotebookInstance
from constructs_lib.patterns.notebook_options import NotebookOptions, NotebookSettings
from constructs_lib.patterns.routed_ranges import checked_ranges, own_range, subnet_range
from constructs_lib.patterns.vpc_notebook import VpcNotebookInstance

_DIRECT_INTERNET = (
    "direct internet access is what this pattern is chosen for: the notebook reaches the internet through the network "
    "that SageMaker manages; its pages open by IAM-authorized presigned URL alone, and no inbound connection from the "
    "internet is possible"
)
_NO_VPC = (
    "this pattern is for notebooks that need nothing in a VPC: it runs in the network that SageMaker manages, and "
    "data is reached through the public endpoints of AWS services, over TLS and with the permissions of the "
    "notebook's role"
)


class NoVpcNotebook(NotebookInstance):
    """A notebook in SageMaker's managed network alone: internet and public AWS endpoints, no VPC.

    For experiments and training courses, where nothing in a VPC is needed. By its nature it breaks SMN-NB-07 and
    SMN-NB-08, which are acknowledged on the notebook (with the rules of cdk-nag that say the same).

    Args:
        scope: where the construct is made.
        construct_id: its id there.
        options: what every notebook takes, see :class:`~constructs_lib.patterns.notebook_options.NotebookOptions`.

    Raises:
        TypeError, ValueError: an argument that the API refuses.
    """

    def __init__(self, scope: Construct, construct_id: str, **options: Unpack[NotebookOptions]) -> None:
        super().__init__(
            scope,
            construct_id,
            NotebookSettings(**options),
            direct_internet_access=True,
            vpc_attached=False,
            reasons={"SMN-NB-07": _DIRECT_INTERNET, "SMN-NB-08": _NO_VPC},
        )
        self._update_lifecycle()


class VpcNotebookDirectInternet(VpcNotebookInstance):
    """A notebook with two interfaces: SageMaker's for the internet, and one in your VPC.

    Only the VPC's own ranges go through the VPC; on-premises and peered ranges do so when they are named here
    (SMN-NB-09). By its nature it breaks SMN-NB-07, which is acknowledged on the notebook (with the rules of cdk-nag
    that say the same).

    Args:
        scope: where the construct is made.
        construct_id: its id there.
        vpc: the VPC.
        vpc_subnets: which of its subnets; the first of the selection is taken. Default: the private ones, with egress
            before isolated.
        security_groups: 1 to 5 groups of yours. Default: one of its own without inbound rules.
        allow_all_outbound: whether its own group lets everything out. Default: it lets out what is routed to the VPC,
            so traffic to the VPC's first range and to the ranges below.
        on_premises_cidrs: IPv4 ranges behind a VPN or Direct Connect, routed through the VPC at every start. Default:
            none.
        peered_cidrs: the same for ranges of peered VPCs and transit gateways. Default: none.
        options: what every notebook takes, see :class:`~constructs_lib.patterns.notebook_options.NotebookOptions`.

    Raises:
        TypeError, ValueError: an argument that the API refuses, ranges that cannot be routed, no private subnet.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        allow_all_outbound: bool = False,
        on_premises_cidrs: Sequence[str] = (),
        peered_cidrs: Sequence[str] = (),
        **options: Unpack[NotebookOptions],
    ) -> None:
        settings = NotebookSettings(**options)
        ranges = [
            *checked_ranges("on_premises_cidrs", on_premises_cidrs, vpc),
            *checked_ranges("peered_cidrs", peered_cidrs, vpc),
        ]
        super().__init__(
            scope,
            construct_id,
            settings,
            vpc=vpc,
            subnet=_first_subnet(vpc, vpc_subnets),
            security_groups=security_groups,
            direct_internet_access=True,
            allow_all_outbound=allow_all_outbound,
            reasons={"SMN-NB-07": _DIRECT_INTERNET},
        )
        self._ranges = list(dict.fromkeys(ranges))
        if security_groups is None and not allow_all_outbound:
            self._let_out(vpc)
        self._update_lifecycle()

    def _let_out(self, vpc: ec2.IVpc) -> None:
        """What the customer interface carries, and nothing else: the rest leaves by SageMaker's interface, which has no
        group.
        """
        for cidr, what in [(own_range(vpc), "VPC"), *((each, "routed range") for each in self._ranges)]:
            self.security_groups[0].add_egress_rule(ec2.Peer.ipv4(cidr), ec2.Port.all_traffic(), f"To the {what}")

    def _routed(self) -> list[str]:
        return self._ranges

    def _construct_parts(self) -> list[Part]:
        if not self._ranges:
            return super()._construct_parts()
        routes = packaged("routes", ATTACHED=subnet_range(self.subnet), RANGES=" ".join(self._ranges))
        return [Part("routes", routes), *super()._construct_parts()]


def _first_subnet(vpc: ec2.IVpc, selection: ec2.SubnetSelection | None) -> ec2.ISubnet:
    """A notebook has an interface in one subnet."""
    if selection is not None:
        subnets = vpc.select_subnets(
            subnet_type=selection.subnet_type,
            subnets=selection.subnets,
            subnet_group_name=selection.subnet_group_name,
            subnet_filters=selection.subnet_filters,
            availability_zones=selection.availability_zones,
            one_per_az=selection.one_per_az,
        ).subnets
    else:
        subnets = [*vpc.private_subnets, *vpc.isolated_subnets]
    if not subnets:
        kinds = {"public": vpc.public_subnets, "private": vpc.private_subnets, "isolated": vpc.isolated_subnets}
        have = ", ".join(f"{len(each)} {kind}" for kind, each in kinds.items())
        raise ValueError(
            f"vpc_subnets selects no subnet of the VPC {vpc.node.path} (it has {have}): select subnets that it has"
        )
    return subnets[0]
