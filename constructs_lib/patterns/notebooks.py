"""The three ways to put a SageMaker notebook instance on a network.

Which way a notebook goes is fixed for its life: a change replaces the notebook and its volume (SMN-NB-18).
Source: https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html
"""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct, IConstruct
from typing_extensions import Unpack

from constructs_lib.patterns.checked import checked
from constructs_lib.patterns.errors import listed, require_type
from constructs_lib.patterns.lifecycle import Part, packaged
from constructs_lib.patterns.neighbours import workload_in
from constructs_lib.patterns.network import PrivateNetwork
from constructs_lib.patterns.notebook_instance import NotebookInstance
from constructs_lib.patterns.notebook_options import SAYS_MORE, NotebookOptions, NotebookSettings
from constructs_lib.patterns.routed_ranges import checked_ranges, own_range, subnet_range
from constructs_lib.patterns.vpc_notebook import VpcNotebookInstance
from constructs_lib.services import NOTEBOOK, S3, SAGEMAKER_API, SAGEMAKER_RUNTIME, Service

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

    @checked(*SAYS_MORE)
    def __init__(self, scope: Construct, construct_id: str, **options: Unpack[NotebookOptions]) -> None:
        super().__init__(scope, construct_id)
        self._make(
            NotebookSettings(**options),
            direct_internet_access=True,
            vpc_attached=False,
            reasons={"SMN-NB-07": _DIRECT_INTERNET, "SMN-NB-08": _NO_VPC},
        )
        self._update_lifecycle()


class VpcNotebookDirectInternet(VpcNotebookInstance):
    """A notebook with two interfaces: SageMaker's for the internet, and one in your VPC.

    Only the VPC's own ranges go through the VPC; on-premises and peered ranges do so when they are named here. Without
    any, the checks warn where the route table of the subnet has a gateway endpoint, as in every private network, or
    leads to peered or on-premises networks, because the notebook does not use these (SMN-NB-09); where that is meant,
    ``acknowledgements={"SMN-NB-09": "..."}`` says so. By its nature it breaks SMN-NB-07, which is acknowledged on the
    notebook (with the rules of cdk-nag that say the same).

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

    @checked(*SAYS_MORE)
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
        super().__init__(scope, construct_id)
        ranges = [
            *checked_ranges("on_premises_cidrs", on_premises_cidrs, vpc),
            *checked_ranges("peered_cidrs", peered_cidrs, vpc),
        ]
        self._ranges = list(dict.fromkeys(ranges))
        self._make_in_vpc(
            NotebookSettings(**options),
            vpc=vpc,
            subnet=_first_subnet(vpc, vpc_subnets),
            security_groups=security_groups,
            direct_internet_access=True,
            allow_all_outbound=allow_all_outbound,
            # A warning where the VPC offers what the notebook does not use: whether that is meant, only the user can say.
            reasons={"SMN-NB-07": _DIRECT_INTERNET, "SMN-NB-09": None},
        )
        if security_groups is None and not allow_all_outbound:
            self._let_out(vpc)
        workload_in(vpc, self.security_groups, self)
        self._update_lifecycle()

    def _let_out(self, vpc: ec2.IVpc) -> None:
        """What the customer interface carries, and nothing else: the rest leaves by SageMaker's interface, which has no
        group.
        """
        for cidr, what in [(own_range(vpc), "VPC"), *((each, "routed range") for each in self._ranges)]:
            self.security_groups[0].add_egress_rule(ec2.Peer.ipv4(cidr), ec2.Port.all_traffic(), f"To the {what}")

    def _marks(self) -> dict[str, str]:
        return {"routes": " ".join(self._ranges)} if self._ranges else {}

    def _construct_parts(self) -> list[Part]:
        if not self._ranges:
            return super()._construct_parts()
        routes = packaged("routes", ATTACHED=subnet_range(self.subnet), RANGES=" ".join(self._ranges))
        return [Part("routes", routes), *super()._construct_parts()]


class PrivateNotebook(VpcNotebookInstance):
    """A notebook without direct internet access: everything goes through its interface in a private network.

    The network gives it a way to the SageMaker API and runtime and to Amazon S3 (SMN-NB-05, SMN-NB-06), and to the
    services named; endpoints are made where no NAT serves them already. An HTTP proxy of the network is set up on the
    notebook at every start.

    Args:
        scope: where the construct is made.
        construct_id: its id there.
        network: the private network. Default: one of its own, without a way out (``Egress.NONE``).
        subnet: which of the network's subnets. Default: its first.
        security_groups: 1 to 5 groups of yours; they are let out to the services. Default: one of its own without
            inbound rules, which lets out to the services alone.
        services: what the code in the notebook dials beside the SageMaker API and runtime and S3, such as
            ``[STS, LOGS]`` of ``constructs_lib.services``. Default: nothing.
        private_page: whether the network gets the endpoint of the notebook's page, so that people in it (see
            ``network.allow_from``) open the notebook without the internet. Default: it does not, unless
            :meth:`grant_open` needs it.
        options: what every notebook takes, see :class:`~constructs_lib.patterns.notebook_options.NotebookOptions`.

    Attributes:
        network: the private network.

    Raises:
        TypeError, ValueError: an argument that the API refuses, a subnet that is not the network's.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html
    """

    @checked("network", *SAYS_MORE)
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        network: PrivateNetwork | None = None,
        subnet: ec2.ISubnet | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        services: Sequence[Service] = (),
        private_page: bool = False,
        **options: Unpack[NotebookOptions],
    ) -> None:
        super().__init__(scope, construct_id)
        if network is not None:
            require_type(
                "network", network, PrivateNetwork, "give a PrivateNetwork, or leave it out for one of its own"
            )
        settings = NotebookSettings(**options)
        self.network = network or PrivateNetwork(self, "Network")
        self._make_in_vpc(
            settings,
            vpc=self.network.vpc,
            subnet=_one_of_the_network(subnet, self.network),
            security_groups=security_groups,
            direct_internet_access=False,
            allow_all_outbound=False,
            reasons={},
        )
        dialled = tuple(dict.fromkeys((SAGEMAKER_API, SAGEMAKER_RUNTIME, S3, *services)))
        self.network.connect(self, *dialled)
        self._wait_for_the_way_to(dialled)
        if private_page:
            self._page_endpoints()
        self._update_lifecycle()

    @checked()
    def grant_open(
        self,
        grantee: iam.IGrantable,
        *,
        ip_ranges: Sequence[str] = (),
        vpcs: Sequence[ec2.IVpc] = (),
        vpc_ip_ranges: Sequence[str] = (),
        vpc_endpoints: Sequence[ec2.IInterfaceVpcEndpoint] = (),
    ) -> iam.Grant:
        """As for every notebook; without any place, from the network's own endpoints alone, which are made if need be.

        Who may reach those endpoints is said by ``network.allow_from``.

        Args:
            grantee: who opens the notebook.
            ip_ranges: public ranges (CIDR) of people who come over the internet. Default: none.
            vpcs: VPCs through whose interface endpoints people come. Default: none.
            vpc_ip_ranges: private ranges within those VPCs. Default: any address of them.
            vpc_endpoints: interface endpoints that people come through, of the SageMaker API and of the notebook page.
                Default: those of the network, if no other place is named.

        Raises:
            ValueError: a private range in ip_ranges (SMN-IAM-02), one endpoint without the other (SMN-IAM-03), no place
                and endpoints that the network did not make (SMN-IAM-01).
        """
        if not (ip_ranges or vpcs or vpc_ip_ranges or vpc_endpoints):
            vpc_endpoints = self._page_endpoints()
        return super().grant_open(
            grantee, ip_ranges=ip_ranges, vpcs=vpcs, vpc_ip_ranges=vpc_ip_ranges, vpc_endpoints=vpc_endpoints
        )

    def _page_endpoints(self) -> list[ec2.IInterfaceVpcEndpoint]:
        """The endpoints of the SageMaker API and of the notebook's page."""
        found = [each for each in (SAGEMAKER_API, NOTEBOOK) if each in self.network.existing_endpoints]
        if found:
            raise ValueError(
                f"vpc_endpoints is empty, and the network did not make its endpoint of {found[0]}, so its id is not "
                "known: "
                "name the VPC's endpoints of sagemaker.api and notebook in vpc_endpoints, or the VPC in vpcs "
                "(SMN-IAM-01)"
            )
        endpoints = [self.network.add_endpoint(each) for each in (SAGEMAKER_API, NOTEBOOK)]
        return [each for each in endpoints if isinstance(each, ec2.InterfaceVpcEndpoint)]

    def _wait_for_the_way_to(self, services: Sequence[Service]) -> None:
        """The scripts of its first start may use it: endpoints, and the rules of the groups that are resources of their own."""
        endpoints = [self.network.endpoints[each] for each in services if each in self.network.endpoints]
        rules = self.network.rules_of(self)
        self.notebook_instance.node.add_dependency(self.subnet.internet_connectivity_established, *endpoints, *rules)

    def _uses(self) -> list[IConstruct]:
        return [*super()._uses(), self.network, self.network.vpc]

    def _marks(self) -> dict[str, str]:
        proxy = self.network.http_proxy
        return {"proxy": proxy.url} if proxy else {}

    def _construct_parts(self) -> list[Part]:
        proxy = self.network.http_proxy
        if proxy is None:
            return super()._construct_parts()
        direct = ",".join(self.network.no_proxy_hosts(cdk.Stack.of(self).region))
        return [Part("proxy", packaged("proxy", PROXY=proxy.url, NO_PROXY_HOSTS=direct)), *super()._construct_parts()]


def _one_of_the_network(subnet: ec2.ISubnet | None, network: PrivateNetwork) -> ec2.ISubnet:
    paths = [each.node.path for each in network.subnets]
    if subnet is None:
        return network.subnets[0]
    if subnet.node.path not in paths:
        raise ValueError(
            f"subnet is {subnet.node.path}, which is not one of the network's: give {listed(paths)}, or leave it out "
            "for "
            "the first (SMN-NB-15)"
        )
    return subnet


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
