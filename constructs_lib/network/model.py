"""The network that templates describe, as typed things.

`network_of(group)` gives the `Network` of a group of templates. Its things are made once and found by index; whether they exist, and every
fact of theirs, is decided in the world of the one who asks. A fact that the templates do not hold raises `NotVisible`.

| module | things |
|---|---|
| `vpc`, `subnets` | `Vpc`, `Subnet` (with `route_class`, `default_route`, `zone`) |
| `routes`, `gateways` | `RouteTable`, `Route`; `NatGateway`, `InternetGateway`, `Peering`, `TransitGateway`, `Instance`, `Gateway` |
| `groups`, `group_rules` | `SecurityGroup`; `Rule`, and `admits`, which judges a union of rules |
| `acl` | `NetworkAcl`, `AclEntry` |
| `endpoints`, `names` | `Endpoint`; `HostedZone`, `RecordSet`, `DhcpOptions`, `FlowLog` |
| `firewall`, `account` | `Firewall`; `BlockPublicAccess` |
| `notebooks` | `Notebook`, `LifecycleConfig`, `CodeRepository` |
| `studio` | `Domain`, `UserProfile`, `Space`, `App`, `MlflowServer`, `MlflowApp`, `PartnerApp` |
| `jobs`, `hosting` | `ProcessingJob`, `JobDefinition`, `MonitoringSchedule`; `Model`, `EndpointConfig` |
| `clusters`, `training`, `workforce` | `Cluster`; `TrainingNetwork`; `Workforce` |
| `storage` | `EfsFileSystem`, `MountTarget`, `FsxFileSystem`, `EmrCluster`, `Placed` (databases and other resources in subnets) |
| `iam` | `Role`, `Policy`, `BucketPolicy`, `Statement` |
| `vantage` | `Vantage`: where a workload stands |
| `path`, `reach` | `Path`, `Hop`; `reach`, which follows traffic (with `ways`, `ranges`, `dialling`, `local` and `gates`) |
"""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, fact, fact_of
from constructs_lib.network import hosting, jobs, notebooks, studio
from constructs_lib.network.acl import NetworkAcl
from constructs_lib.network.endpoints import INTERFACE, DeclaredEndpoint, Endpoint, serves
from constructs_lib.network.groups import SecurityGroup
from constructs_lib.network.index import Index
from constructs_lib.network.things import Thing
from constructs_lib.network.vantage import Vantage, admission

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence
    from typing import Any, TypeVar

    from constructs_lib.assembly import Group, Resource
    from constructs_lib.network.gateways import NatGateway
    from constructs_lib.network.group_rules import Rule
    from constructs_lib.network.path import Path
    from constructs_lib.network.subnets import Subnet
    from constructs_lib.network.vpc import Vpc
    from constructs_lib.services import Service

    T = TypeVar("T", bound=Thing)

_WORKLOADS = (
    "Notebook", "Domain", "Model", "EndpointConfig", "ProcessingJob", "JobDefinition", "MonitoringSchedule", "Cluster", "TrainingNetwork",
)  # fmt: skip


#: Where workloads name their subnets; clusters and training networks, which are few, may have several such places.
_PLACES: tuple[tuple[type[Thing], tuple[str, ...]], ...] = (
    (notebooks.Notebook, ("SubnetId",)),
    (studio.Domain, ("SubnetIds",)),
    (hosting.Model, ("VpcConfig", "Subnets")),
    (hosting.EndpointConfig, ("VpcConfig", "Subnets")),
    (jobs.ProcessingJob, ("NetworkConfig", "VpcConfig", "Subnets")),
    (jobs.JobDefinition, ("NetworkConfig", "VpcConfig", "Subnets")),
    (
        jobs.MonitoringSchedule,
        ("MonitoringScheduleConfig", "MonitoringJobDefinition", "NetworkConfig", "VpcConfig", "Subnets"),
    ),
)


def _existing(name: str, what: str) -> Any:
    """A fact that lists the things of one class that exist in the current world."""

    def things(self: Network) -> tuple[Any, ...]:
        return tuple(thing for thing in self.things(name) if thing.exists)

    things.__name__ = f"_all_{name}"
    things.__doc__ = f"The {what} that exist."
    return fact(things)


class Network(Index):
    """The network of one group of templates."""

    vpcs = _existing("Vpc", "VPCs")
    subnets = _existing("Subnet", "subnets")
    route_tables = _existing("RouteTable", "route tables")
    routes = _existing("Route", "routes")
    nat_gateways = _existing("NatGateway", "NAT gateways")
    internet_gateways = _existing("InternetGateway", "internet gateways")
    peerings = _existing("Peering", "peering connections")
    endpoints = _existing("Endpoint", "VPC endpoints")
    security_groups = _existing("SecurityGroup", "security groups")
    network_acls = _existing("NetworkAcl", "network ACLs")
    flow_logs = _existing("FlowLog", "flow logs")
    dhcp_options = _existing("DhcpOptions", "sets of DHCP options")
    hosted_zones = _existing("HostedZone", "hosted zones")
    record_sets = _existing("RecordSet", "DNS records")
    firewalls = _existing("Firewall", "firewalls")
    block_public_access = _existing("BlockPublicAccess", "Block Public Access settings")
    notebooks = _existing("Notebook", "notebook instances")
    lifecycle_configs = _existing("LifecycleConfig", "notebook lifecycle configurations")
    code_repositories = _existing("CodeRepository", "code repositories")
    domains = _existing("Domain", "Studio domains")
    user_profiles = _existing("UserProfile", "user profiles")
    spaces = _existing("Space", "spaces")
    apps = _existing("App", "apps")
    mlflow_servers = _existing("MlflowServer", "MLflow tracking servers")
    mlflow_apps = _existing("MlflowApp", "MLflow apps")
    partner_apps = _existing("PartnerApp", "partner apps")
    models = _existing("Model", "models")
    endpoint_configs = _existing("EndpointConfig", "endpoint configurations")
    processing_jobs = _existing("ProcessingJob", "processing jobs")
    job_definitions = _existing("JobDefinition", "monitoring job definitions")
    monitoring_schedules = _existing("MonitoringSchedule", "monitoring schedules")
    clusters = _existing("Cluster", "HyperPod clusters")
    training_networks = _existing("TrainingNetwork", "declared training networks")
    workforces = _existing("Workforce", "workforces")
    emr_clusters = _existing("EmrCluster", "EMR clusters")
    mount_targets = _existing("MountTarget", "EFS mount targets")
    efs_file_systems = _existing("EfsFileSystem", "EFS file systems")
    fsx_file_systems = _existing("FsxFileSystem", "FSx file systems")
    roles = _existing("Role", "roles")
    policies = _existing("Policy", "resources that carry identity policies")
    bucket_policies = _existing("BucketPolicy", "bucket policies")

    @property
    def workloads(self) -> tuple[Any, ...]:
        """Everything that sends traffic and exists."""
        return tuple(thing for name in _WORKLOADS for thing in self.things(name) if thing.exists)

    @fact_of
    def workloads_in(self, vpc: Vpc) -> tuple[Any, ...]:
        """The workloads that may have an interface in a VPC, found by its subnets; all of them where it is imported, as any may.

        What is asked of one VPC thus neither takes longer nor branches more for what stands in another.
        """
        if vpc.imported:
            return self.workloads
        found = dict.fromkeys(self.pointing(studio.Domain, vpc, "VpcId"))
        for subnet in vpc.subnets:
            for kind, path in _PLACES:
                found.update(dict.fromkeys(self.pointing(kind, subnet, *path)))
        return (*found, *self.clusters, *self.training_networks)

    @fact_of
    def domains_beside(self, endpoint: Endpoint) -> tuple[studio.Domain, ...]:
        """The domains that may be in the VPC of an endpoint: those that name it, and all of them where it is not in the templates."""
        domains: tuple[studio.Domain, ...] = self.domains
        try:
            vpc = endpoint.vpc
        except NotVisible:
            return domains
        return domains if vpc.imported else tuple(self.pointing(studio.Domain, vpc, "VpcId"))

    @fact_of
    def once(self, question: Callable[[Network], Any]) -> Any:
        """The answer to a question about the whole network, found once for all the things that a rule asks it for."""
        return question(self)

    @fact
    def custom_resources(self) -> tuple[Resource, ...]:
        """The custom resources of the templates; whether they exist is not decided."""
        return tuple(
            one
            for one in self.group.resources()
            if one.type.startswith(("Custom::", "AWS::CloudFormation::CustomResource"))
        )

    def acl_of(self, subnet: Subnet) -> NetworkAcl:
        """The network ACL of a subnet: the associated one, else the VPC's default one."""
        for association in self.pointing("AWS::EC2::SubnetNetworkAclAssociation", subnet, "SubnetId"):
            found = association.thing(NetworkAcl, "NetworkAclId")
            if found is not None:
                return found  # type: ignore[no-any-return]
        return self.default_acl(subnet.vpc)

    def endpoints_in(self, vpc: Vpc) -> tuple[Endpoint, ...]:
        """The endpoints of a VPC: those of the templates, and those declared for it."""
        return (*self.pointing(Endpoint, vpc, "VpcId"), *self._declared_endpoints(vpc))

    def _declared_endpoints(self, vpc: Vpc) -> tuple[DeclaredEndpoint, ...]:
        if not vpc.imported or not vpc.declared:
            return ()
        key = ("endpoints", vpc)
        if key not in self._special:
            listed = vpc.declared.get("endpoints", {})
            self._special[key] = tuple(DeclaredEndpoint(self, vpc, name, facts) for name, facts in listed.items())
        return self._special[key]  # type: ignore[no-any-return]

    @fact_of
    def endpoints_for(self, vpc: Vpc, service: Service) -> tuple[Endpoint, ...]:
        """The endpoints of a service in a VPC, of either kind.

        Raises:
            NotVisible: None is known, and the VPC may have others.
        """
        found = self.known_endpoints(vpc, service)
        if not found:
            self.no_others(vpc, service)
        return found

    @fact_of
    def admission(
        self,
        rules: tuple[Rule, ...],
        groups: tuple[SecurityGroup, ...],
        subnets: tuple[Subnet, ...],
        protocol: str,
        low: int,
        high: int,
    ) -> tuple[Rule, ...] | None:
        """What `vantage.admits_interface` returns; asked for it again, it is remembered."""
        return admission(rules, groups, subnets, protocol, low, high)

    @fact_of
    def known_endpoints(self, vpc: Vpc, service: Service) -> tuple[Endpoint, ...]:
        """The endpoints of a service in a VPC that the templates show or declare; the VPC may have others where it is imported."""
        found = [one for one in self._by_service(vpc).get(service.name, ()) if one.exists]
        return (*found, *(one for one in self._declared_endpoints(vpc) if serves(one, service)))

    @fact_of
    def _by_service(self, vpc: Vpc) -> dict[str, list[Endpoint]]:
        """The endpoints of the templates in a VPC by the name of the service that they surely serve; whether they exist is not asked for."""
        found: dict[str, list[Endpoint]] = {}
        for endpoint in self._endpoints_of(vpc):
            try:
                name = endpoint.dialled
            except NotVisible:
                continue
            if name is not None:
                found.setdefault(name, []).append(endpoint)
        return found

    def of_unknown_service(self, vpc: Vpc) -> tuple[Endpoint, ...]:
        """The endpoints of the templates in a VPC that exist and may serve any service."""
        return tuple(endpoint for endpoint in self._of_unknown_service(vpc) if endpoint.exists)

    @fact_of
    def _of_unknown_service(self, vpc: Vpc) -> tuple[Endpoint, ...]:
        """The endpoints of the templates in a VPC that may serve any service; whether they exist is not asked for."""
        return tuple(endpoint for endpoint in self._endpoints_of(vpc) if endpoint.may_serve or endpoint.may_route)

    def surely_without(self, vpc: Vpc, service: Service) -> bool:
        """Whether a VPC has no interface endpoint of a service, with names that lead to it or without.

        Raises:
            NotVisible: None is known, and the VPC may have others.
        """
        if self.endpoint_for(vpc, service) is not None:
            return False
        for endpoint in self._endpoints_of(vpc):
            if endpoint.may_be_any and endpoint.exists:
                raise endpoint.hidden(endpoint.get("ServiceName"), "ServiceName")
        return True

    def _endpoints_of(self, vpc: Vpc) -> Iterator[Endpoint]:
        """The endpoints of the templates in a VPC; whether they exist is not asked for."""
        identity = self.identity(vpc)
        for thing, settled in self._index(Endpoint, ("VpcId",)).get(identity, ()):
            assert isinstance(thing, Endpoint)
            if settled or identity in self._keys(thing.get("VpcId")):
                yield thing

    def no_others(self, vpc: Vpc, service: Service) -> None:
        """Return where a VPC surely has no other endpoint for a service than the known ones.

        Raises:
            NotVisible: It is imported and not declared as complete, or the service of one of its endpoints, or the VPC of one of the service's,
                is not known.
        """
        if not vpc.complete:
            raise NotVisible(
                f"whether VPC {vpc.id}, which the templates do not define, has an endpoint for {service.name}",
                f"declare the endpoints of {vpc.id} in Metadata.SageMakerNetwork",
            )
        for endpoint in self._of_unknown_service(vpc):
            if (endpoint.may_serve or "gateway" in service.kinds) and endpoint.exists:
                raise endpoint.hidden(endpoint.get("ServiceName"), "ServiceName")
        for endpoint, reason in self.perhaps_pointing(Endpoint, vpc, "VpcId"):
            if serves(endpoint, service) or endpoint.may_serve:
                raise reason

    @fact_of
    def endpoint_for(self, vpc: Vpc, service: Service) -> Endpoint | None:
        """An interface endpoint of a service in a VPC, or None.

        Raises:
            NotVisible: None is known, and the VPC may have others.
        """
        found = next((one for one in self.known_endpoints(vpc, service) if one.kind == INTERFACE), None)
        if found is None:
            self.no_others(vpc, service)
        return found

    @fact_of
    def path_names(self, service: Service, vpc: Vpc) -> Endpoint | None:
        """The known interface endpoint that a service's usual host names lead to inside a VPC, or None."""
        return next(
            (one for one in self.known_endpoints(vpc, service) if one.kind == INTERFACE and one.names_resolve), None
        )

    @fact_of
    def remembered(self, function: Callable[..., Any], *arguments: Hashable) -> Any:
        """What a function says about this network and the arguments; asked for it again, it is remembered like a fact."""
        return function(self, *arguments)

    # Questions.

    def vantage(self, text: str) -> Vantage:
        """The place that `SUBNET+GROUP[+GROUP]`, or the logical id of a workload, means.

        Raises:
            QuestionError: There is no such thing.
        """
        from constructs_lib.network.sources import vantage

        return vantage(self, text)

    def reach(self, source: Any, destination: Any, port: int | None = None, protocol: str = "tcp") -> Path:
        """Follow traffic from a workload (or vantage, or the text of one) to a service, a name, a CIDR block or another thing."""
        from constructs_lib.network.reach import reach

        return reach(self, source, destination, port, protocol)

    def blocked(self, source: Any, destination: Any, port: int | None = None) -> str | None:
        """Why traffic does not arrive, in words; None where it does.

        Raises:
            NotVisible: The templates do not say.
        """
        path = self.reach(source, destination, port)
        if path.verdict == "unverified":
            raise NotVisible(path.why, path.declare)
        return path.why if path.verdict == "blocked" else None

    def s3_path(self, subnet: Subnet) -> Endpoint | NatGateway | Subnet | None:
        """What gives a subnet its way to S3: a NAT gateway (the subnet, where its egress is declared), or an endpoint; None where nothing does."""
        from constructs_lib.network.usable import s3_path

        return s3_path(self, subnet)

    def endpoint_usable(self, vantage: Vantage, service: Service) -> str | None:
        """Why no interface endpoint serves a workload for a service, in words; None where one does."""
        from constructs_lib.network.usable import endpoint_usable

        return endpoint_usable(self, vantage, service)


def network_of(group: Group) -> Network:
    """The network of a group of templates; the same object each time."""
    found: Network | None = group.__dict__.get("_network")
    if found is None:
        found = group.__dict__["_network"] = Network(group)
    return found


def all_workloads(network: Network) -> Sequence[Any]:
    """The workloads of a network, existing or not."""
    return [thing for name in _WORKLOADS for thing in network.things(name)]
