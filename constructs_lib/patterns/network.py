"""The private network that notebooks, Studio and jobs live in: private subnets, VPC endpoints, and a way out or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import cast

import jsii
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct, IConstruct
from typing_extensions import Unpack

from constructs_lib.patterns.acknowledgements import Overrides, checked_overrides
from constructs_lib.patterns.bucket_perimeter import Administrator, keep_to_endpoint
from constructs_lib.patterns.checked import checked
from constructs_lib.patterns.egress import Egress
from constructs_lib.patterns.endpoint_group import HTTPS, EndpointGroup
from constructs_lib.patterns.endpoint_options import SAYS_MORE, EndpointOptions, EndpointSettings
from constructs_lib.patterns.endpoint_policies import EndpointPolicies
from constructs_lib.patterns.endpoints import NetworkEndpoints
from constructs_lib.patterns.enforcement import enforce
from constructs_lib.patterns.errors import require_type
from constructs_lib.patterns.existing import ExistingEndpoint
from constructs_lib.patterns.flow_logs import FlowLogs
from constructs_lib.patterns.http_proxy import HttpProxy
from constructs_lib.patterns.neighbours import endpoints_in
from constructs_lib.patterns.private_vpc import known_acknowledgements, make_vpc
from constructs_lib.patterns.traffic import Traffic, path_of
from constructs_lib.services import S3, Service


@jsii.implements(ec2.IConnectable)
class PrivateNetwork(Construct):
    """A VPC of private subnets for SageMaker workloads, with the endpoints that they need.

    DNS is on and tenancy is the default one. There are public subnets only where NAT needs them. All private route tables lead to S3 by a
    gateway endpoint. Interface endpoints are made when the first workload asks for a service that the way out does not serve: with private
    DNS, in each zone, and with a security group that admits HTTPS from the workloads' groups and from :meth:`allow_from`, nothing else.

    In China the names of endpoints differ from service to service, so the stack needs its region: ``env=cdk.Environment(region="cn-north-1")``.

    Args:
        scope: where the construct is made.
        construct_id: its id there.
        cidr: range of the VPC, /16 to /25. Default: ``10.0.0.0/16``. Four zones share half of it as private subnets.
        availability_zones: how many zones, two to six, or their names. Default: two, which each account chooses itself.
        egress: the way out. Default: ``Egress.NONE``.
        endpoints: services that get an endpoint in any case, also where the way out would serve them. Default: S3 alone.
        flow_logs: whether all traffic is logged to CloudWatch Logs. Default: it is (SMN-JOB-20).
        flow_log_retention: how long flow logs are kept. Default: one year.
        encryption_key: key of the flow logs. Default: a new customer-managed key with rotation.
        acknowledgements: rule id to your own reason for what the construct acknowledges, or to None, which withdraws the acknowledgement and
            brings the finding back. Default: the construct's reasons.
        options: more about endpoints, see :class:`~constructs_lib.patterns.endpoint_options.EndpointOptions`.

    Attributes:
        vpc: the VPC.
        subnets: the private subnets that workloads and endpoints live in.
        egress: the way out.
        flow_logs: the flow logs, or None.

    Raises:
        TypeError, ValueError: an argument that can never be right.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/infrastructure-give-access.html
    """

    vpc: ec2.IVpc
    subnets: list[ec2.ISubnet]
    egress: Egress
    flow_logs: FlowLogs | None

    @checked("cidr", "availability_zones", "egress", *SAYS_MORE)
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cidr: str = "10.0.0.0/16",
        availability_zones: int | Sequence[str] = 2,
        egress: Egress = Egress.NONE,
        endpoints: Sequence[Service] = (),
        flow_logs: bool = True,
        flow_log_retention: logs.RetentionDays = logs.RetentionDays.ONE_YEAR,
        encryption_key: kms.IKey | None = None,
        acknowledgements: Overrides | None = None,
        **options: Unpack[EndpointOptions],
    ) -> None:
        super().__init__(scope, construct_id)
        require_type("egress", egress, Egress, "give a value of Egress, such as Egress.NONE or Egress.NAT_PER_AZ")
        overrides = checked_overrides(acknowledgements, known_acknowledgements(egress))
        vpc = make_vpc(self, "Vpc", cidr=cidr, zones=availability_zones, egress=egress, overrides=overrides)
        self._begin(vpc, vpc.private_subnets or vpc.isolated_subnets, egress, (), EndpointSettings(**options))
        self.flow_logs = (
            FlowLogs(self, "FlowLogs", vpc=vpc, key=encryption_key, retention=flow_log_retention) if flow_logs else None
        )
        for service in dict.fromkeys((S3, *endpoints)):
            self.add_endpoint(service)
        enforce(self)

    @staticmethod
    @checked("egress", *SAYS_MORE)
    def from_vpc(
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        egress: Egress,
        endpoints: Sequence[Service | ExistingEndpoint] = (),
        subnets: ec2.SubnetSelection | None = None,
        complete: bool = False,
        adds_endpoints: bool = True,
        flow_logs: bool = False,
        flow_log_retention: logs.RetentionDays = logs.RetentionDays.ONE_YEAR,
        encryption_key: kms.IKey | None = None,
        **options: Unpack[EndpointOptions],
    ) -> PrivateNetwork:
        """A network in a VPC that exists: looked up, brought in by attributes, or made elsewhere in the app.

        What the VPC has is used and not changed; an endpoint that workloads need and that is not listed is added. What no template of the app
        shows is declared in the template's metadata (``Metadata.SageMakerNetwork``): that DNS resolution and DNS host names are on, that
        tenancy is the default one, the subnets with their way out, and the endpoints. The checks believe it and say so.

        Args:
            scope: where the construct is made.
            construct_id: its id there.
            vpc: the VPC.
            egress: the way out that the subnets have. Nothing is built for it.
            endpoints: what the VPC has: services, for endpoints with private DNS that the whole VPC may use, or ``ExistingEndpoint(...)``.
                Default: none.
            subnets: where workloads live. Default: with ``Egress.NONE`` the isolated subnets, else the private ones; the others if there are
                none of these. Never public ones.
            complete: whether the VPC has no other endpoints and subnets than these. Else the checks cannot tell that an added endpoint does not
                conflict with one that nobody listed (SMN-EP-12). Default: there may be others.
            adds_endpoints: whether endpoints are added that workloads need and the VPC lacks. With False, a workload that needs one raises,
                as for subnets that another account shares (SMN-EP-15). Default: they are added.
            flow_logs: whether flow logs are added. Default: they are not.
            flow_log_retention: how long flow logs are kept. Default: one year.
            encryption_key: key of the flow logs. Default: a new customer-managed key with rotation.
            options: more about endpoints, see :class:`~constructs_lib.patterns.endpoint_options.EndpointOptions`.

        Raises:
            TypeError, ValueError: an argument that can never be right: no private subnet, a public one (SMN-DOM-03, SMN-JOB-08), or a VPC of
                this app without DNS (SMN-EP-03) or with dedicated tenancy (SMN-VPC-02).
        """
        from constructs_lib.patterns.existing_network import ExistingNetwork

        return ExistingNetwork(
            scope,
            construct_id,
            vpc=vpc,
            egress=egress,
            endpoints=endpoints,
            subnets=subnets,
            complete=complete,
            adds_endpoints=adds_endpoints,
            flow_logs=flow_logs,
            flow_log_retention=flow_log_retention,
            encryption_key=encryption_key,
            options=options,
        )

    def _begin(
        self,
        vpc: ec2.IVpc,
        subnets: Sequence[ec2.ISubnet],
        egress: Egress,
        found: Sequence[ExistingEndpoint],
        settings: EndpointSettings,
    ) -> None:
        """Set up what own and existing networks have in common."""
        self.vpc = vpc
        self.subnets = list(subnets)
        self.egress = egress
        self._buckets = settings.buckets
        self._found = {endpoint.service: endpoint for endpoint in found}
        self._group = EndpointGroup(self, vpc=vpc, subnets=self.subnets, quota=settings.security_group_rule_quota)
        endpoints_in(vpc, self._group)
        self._endpoints = NetworkEndpoints(
            self,
            "Endpoints",
            vpc=vpc,
            subnets=self.subnets,
            zones=settings.endpoint_zones,
            policies=EndpointPolicies(self, settings),
            group=self._group,
        )
        self._traffic = Traffic(
            vpc=vpc,
            egress=egress,
            found=self._found,
            made=self._endpoints.made,
            group=self._group,
            s3_prefix_list=settings.s3_prefix_list,
        )

    @property
    def endpoints(self) -> Mapping[Service, ec2.VpcEndpoint]:
        """The endpoints that the network made, by service."""
        return MappingProxyType(self._endpoints.made)

    @property
    def existing_endpoints(self) -> Mapping[Service, ExistingEndpoint]:
        """The endpoints that the VPC had already, by service."""
        return MappingProxyType(self._found)

    @property
    def endpoint_security_group(self) -> ec2.SecurityGroup:
        """The security group of the interface endpoints that the network makes."""
        return self._group.security_group

    @property
    def connections(self) -> ec2.Connections:
        """Who may talk to the interface endpoints. :meth:`connect` and :meth:`allow_from` also count the rules."""
        return ec2.Connections(security_groups=[self.endpoint_security_group], default_port=ec2.Port.tcp(HTTPS))

    @property
    def http_proxy(self) -> HttpProxy | None:
        """The proxy that workloads send HTTP and HTTPS through, or None."""
        return self.egress.proxy

    def no_proxy_hosts(self, region: str) -> list[str]:
        """What does not go through the proxy, as ``NO_PROXY`` writes it: the instance itself, the services with endpoints, the user's hosts.

        Args:
            region: the region of the hosts' names.
        """
        services = dict.fromkeys((*self._found, *self._endpoints.made))
        served = [host for service in services for host in service.hosts_in(region)]
        return self.http_proxy.direct_hosts(served) if self.http_proxy else []

    @checked()
    def connect(self, workload: ec2.IConnectable, *services: Service, accompanied: bool = False) -> None:
        """Give a workload a way to services: the endpoint is made if nothing serves it yet, and the security groups let the traffic pass.

        Args:
            workload: whose security groups are to let it out; their rules are added to, none is taken away.
            services: what it dials, from ``constructs_lib.services``.
            accompanied: whether whatever carries these groups carries others that are connected too. Else, with a way out to services, the
                endpoints that there are admit these groups, because names lead there instead. Default: it does not.

        Raises:
            ValueError: the workload has no security groups; the endpoints' group has more rules than its quota; an endpoint is missing that
                may not be added or cannot be.
        """
        groups = list(workload.connections.security_groups)
        if not groups:
            raise ValueError(
                f"workload {path_of(workload)} has no security groups: give it one, so that its traffic can be let through"
            )
        for service in services:
            if service not in self._found and service not in self._endpoints.made and not self.egress.reaches_services:
                self.add_endpoint(service)
        if self.egress.reaches_services and not accompanied:
            self._group.expect(groups, workload=workload)
        self._traffic.let_through(workload, groups, services)

    def rules_of(self, workload: ec2.IConnectable) -> list[IConstruct]:
        """The rules that let a workload through and are resources of their own; what dials the endpoints as soon as it is made waits for them."""
        return self._group.rules_of(workload.connections.security_groups)

    def add_endpoint(self, service: Service) -> ec2.VpcEndpoint:
        """The endpoint of a service, made if the network has none yet, also where the way out serves it.

        Workloads that are connected to the service use it from then on, by its private DNS.

        Raises:
            ValueError: the VPC has one already (SMN-EP-12); a gateway endpoint for route tables that are not known.
        """
        require_type("service", service, Service, "take a service of constructs_lib.services")
        if service in self._found:
            raise ValueError(
                f"service is {service}: the VPC has its endpoint already, and a second one would claim the same names (SMN-EP-12)"
            )
        if service not in self._endpoints.made:
            self._endpoints.make(service)
            self._traffic.turn_to_endpoint(service)
        return self._endpoints.made[service]

    @checked()
    def allow_from(self, peer: ec2.IPeer | ec2.IConnectable, *, rules: int = 1) -> None:
        """Let a peer use the interface endpoints: people on a VPN or on premises who open the notebook and Studio pages privately.

        Args:
            peer: addresses, a prefix list, a security group, or something with security groups.
            rules: how many rules the peer counts as; for a prefix list, its maximum number of entries. Default: 1.

        Raises:
            ValueError: the endpoints' group has more rules than its quota.
        """
        if rules < 1:
            raise ValueError(
                f"rules is {rules}: a peer counts as one rule or more, a prefix list as its maximum number of entries"
            )
        # Addresses and prefix lists are connectable too, without security groups.
        groups = list(peer.connections.security_groups)
        if groups:
            self._group.admit(groups, workload=peer)
        elif hasattr(peer, "unique_id"):
            self._group.admit_peer(cast("ec2.IPeer", peer), rules=rules)
        else:
            raise ValueError(
                f"peer {path_of(peer)} has no security groups: name its addresses, such as ec2.Peer.ipv4('10.0.0.0/16')"
            )

    def only_from_here(self, *buckets: s3.IBucket, administrators: Sequence[Administrator] = ()) -> None:
        """Close buckets to all who do not come through the network's S3 endpoint, by a statement in the buckets' policies.

        With a NAT gateway too the endpoint is the way to buckets of the same region, so nothing else changes for workloads of the network. A
        bucket may be given to several networks: then any of their endpoints will do.

        Let in from anywhere are: AWS services that come for themselves, such as those that deliver logs, or that act for a caller who may, such
        as CloudFormation and Athena (``aws:PrincipalIsAWSService``, ``aws:ViaAWSService``), or have service-linked roles, such as AWS Config;
        the account's root user; the roles of the CDK's bootstrap that deploy (``cdk-*-cfn-exec-role``, ``-deploy-role``,
        ``-file-publishing-role``); the function that empties the bucket where ``auto_delete_objects`` is set; and ``administrators``. A
        deployment without these roles needs its own role named there.

        Locked out are (SMN-S3-08): notebooks with direct internet access, Studio domains with ``PublicInternetOnly``, jobs and models without
        a ``VpcConfig``, people at the S3 console and on their own machines, and services that come with a role from AWS's own network, such as
        S3 replication, Glue and ``BucketDeployment``: name the role in ``administrators``, which opens the bucket to it from everywhere.

        Args:
            buckets: buckets that this app makes, in the network's region.
            administrators: roles, users, or their ARNs with wildcards, that are let in from anywhere. Default: none beside those above.

        Raises:
            TypeError: not a bucket, or not a principal.
            ValueError: a bucket that is brought in, whose policy cannot be changed from here; one in another region, or in a stack that the
                network's depends on; one that the network's ``buckets`` leaves out; an S3 endpoint of the VPC without a known id, or none that may be added.

        Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies-vpc-endpoint.html
        """
        found = self._found.get(S3)
        endpoint_id = self.add_endpoint(S3).vpc_endpoint_id if found is None else found.known_id()
        uses = None if found else (self, self.vpc, *(self._buckets or ()))
        for bucket in buckets:
            keep_to_endpoint(
                bucket, self, endpoint_id, uses=uses, reachable=self._buckets, administrators=administrators
            )

    def addresses_left(self, subnet: ec2.ISubnet) -> int | None:
        """How many addresses of a subnet are left beside those that AWS and the network's endpoints take; None if its range is not known."""
        return self._endpoints.addresses_left(subnet)
