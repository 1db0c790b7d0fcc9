"""The network that templates describe, as typed things.

`network_of(group)` gives the `Network` of a group of templates. Its things are made once and found by index; whether they exist, and every
fact of theirs, is decided in the world of the one who asks. A fact that the templates do not hold raises `NotVisible`.

| module | things |
|---|---|
| `vpc` | `Vpc`, `Subnet` (with `route_class`, `default_route`, `zone`) |
| `routes` | `RouteTable`, `Route`, `NatGateway`, `InternetGateway`, `Peering`, `TransitGateway`, `Instance`, `Gateway` |
| `groups` | `SecurityGroup`, `Rule`, and `admits`, which judges a union of rules |
| `acl` | `NetworkAcl`, `AclEntry` |
| `endpoints`, `names` | `Endpoint`, `HostedZone`, `RecordSet`, `DhcpOptions`, `FlowLog` |
| `firewall`, `account` | `Firewall`, `BlockPublicAccess` |
| `notebooks` | `Notebook`, `LifecycleConfig`, `CodeRepository` |
| `studio` | `Domain`, `UserProfile`, `Space`, `App`, `MlflowServer`, `MlflowApp`, `PartnerApp` |
| `jobs` | `ProcessingJob`, `JobDefinition`, `MonitoringSchedule`, `Model`, `EndpointConfig`, `Cluster`, `TrainingNetwork`, `Workforce` |
| `storage` | `EfsFileSystem`, `MountTarget`, `FsxFileSystem`, `EmrCluster`, `Placed` (databases and other resources in subnets) |
| `iam` | `Role`, `Policy`, `BucketPolicy`, `Statement` |
| `vantage` | `Vantage`: where a workload stands |
| `path`, `reach` | `Path`, `Hop`, and `reach`, which follows traffic |
"""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, Reference, Unknown, explore, fact, fact_of
from constructs_lib.network import account, firewall, iam, jobs, names, notebooks, routes, storage, studio
from constructs_lib.network.acl import NetworkAcl
from constructs_lib.network.addresses import Range
from constructs_lib.network.declared import Declarations, Facts
from constructs_lib.network.endpoints import INTERFACE, DeclaredEndpoint, Endpoint, serves
from constructs_lib.network.groups import SecurityGroup
from constructs_lib.network.things import Imported, Thing, key_of
from constructs_lib.network.vantage import Vantage, admission
from constructs_lib.network.vpc import Subnet, Vpc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence
    from typing import Any, TypeVar

    from constructs_lib.assembly import Group, Resource
    from constructs_lib.network.groups import Rule
    from constructs_lib.network.path import Path
    from constructs_lib.network.routes import NatGateway
    from constructs_lib.services import Service

    T = TypeVar("T", bound=Thing)

#: The classes that rules and reports ask for by name.
CLASSES: dict[str, type[Thing]] = {
    kind.__name__: kind
    for kind in (
        Vpc,
        Subnet,
        routes.RouteTable,
        routes.Route,
        routes.NatGateway,
        routes.InternetGateway,
        routes.Peering,
        Endpoint,
        SecurityGroup,
        NetworkAcl,
        names.FlowLog,
        names.DhcpOptions,
        names.HostedZone,
        names.RecordSet,
        firewall.Firewall,
        account.BlockPublicAccess,
        notebooks.Notebook,
        notebooks.LifecycleConfig,
        notebooks.CodeRepository,
        studio.Domain,
        studio.UserProfile,
        studio.Space,
        studio.App,
        studio.MlflowServer,
        studio.MlflowApp,
        studio.PartnerApp,
        jobs.Model,
        jobs.EndpointConfig,
        jobs.ProcessingJob,
        jobs.JobDefinition,
        jobs.MonitoringSchedule,
        jobs.Cluster,
        jobs.TrainingNetwork,
        jobs.Workforce,
        storage.EmrCluster,
        storage.MountTarget,
        storage.EfsFileSystem,
        storage.FsxFileSystem,
        iam.Role,
        iam.Policy,
        iam.BucketPolicy,
    )
}
_WORKLOADS = (
    "Notebook", "Domain", "Model", "EndpointConfig", "ProcessingJob", "JobDefinition", "MonitoringSchedule", "Cluster", "TrainingNetwork",
)  # fmt: skip


#: Where workloads name their subnets; clusters and training networks, which are few, may have several such places.
_PLACES: tuple[tuple[type[Thing], tuple[str, ...]], ...] = (
    (notebooks.Notebook, ("SubnetId",)),
    (studio.Domain, ("SubnetIds",)),
    (jobs.Model, ("VpcConfig", "Subnets")),
    (jobs.EndpointConfig, ("VpcConfig", "Subnets")),
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


class Network:
    """The network of one group of templates."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.declarations = Declarations(group)
        self._of: dict[tuple[type[Thing], Resource], Any] = {}
        self._mentioned: dict[tuple[type[Thing], Hashable], Any] = {}
        self._special: dict[tuple[str, Vpc], Any] = {}
        self._things: dict[str, tuple[Any, ...]] = {}
        self._indexes: dict[tuple[Any, tuple[str | int, ...]], dict[Hashable, list[tuple[Thing, bool]]]] = {}
        self._aliases: dict[str, str] | None = None

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

    @fact
    def custom_resources(self) -> tuple[Resource, ...]:
        """The custom resources of the templates; whether they exist is not decided."""
        return tuple(
            one
            for one in self.group.resources()
            if one.type.startswith(("Custom::", "AWS::CloudFormation::CustomResource"))
        )

    def things(self, name: str) -> tuple[Any, ...]:
        """The things of one class, by its name, in the order of the templates; whether they exist is not decided."""
        found = self._things.get(name)
        if found is None:
            kind = CLASSES[name]
            resources = (
                _training_networks(self.group) if kind is jobs.TrainingNetwork else self.group.resources(*kind.types)
            )
            found = self._things[name] = tuple(self.of(kind, resource) for resource in resources)
        return found

    def raw(self, kind: str) -> tuple[Thing, ...]:
        """The resources of one CloudFormation type that has no class of its own."""
        found = self._things.get(kind)
        if found is None:
            found = self._things[kind] = tuple(self.of(Thing, resource) for resource in self.group.resources(kind))
        return found

    @staticmethod
    def existing(things: Iterable[T]) -> list[T]:
        """Those that exist in the current world."""
        return [thing for thing in things if thing.exists]

    def of(self, kind: type[T], resource: Resource) -> T:
        """The thing of one class that a resource is."""
        key = (kind, resource)
        found = self._of.get(key)
        if found is None:
            found = self._of[key] = kind(self, resource)
        return found

    def thing(self, kind: type[T], value: Any) -> T:
        """The thing of one class that a resolved value means: a resource of the templates, or something imported."""
        if value.__class__ is Reference:
            if value.attribute == "DefaultSecurityGroup" and kind is SecurityGroup:
                return self.default_group(self.of(Vpc, value.resource))  # type: ignore[return-value]
            if value.attribute == "DefaultNetworkAcl" and kind is NetworkAcl:
                return self.default_acl(self.of(Vpc, value.resource))  # type: ignore[return-value]
            if value.resource.type in kind.types:
                return self.of(kind, value.resource)
        value = self._canonical(value)
        key = (kind, value if value.__class__ is Reference else key_of(value))
        found = self._mentioned.get(key)
        if found is None:
            found = self._mentioned[key] = kind(self, None, Imported(value))
        return found

    def named(self, kind: type[T], value: Any, name: str) -> T | None:
        """The thing of one class that a name means: a reference to its resource, or the text that its property `name` holds."""
        if value in (None, ""):
            return None
        if value.__class__ is str:
            for thing, _ in self._index(kind, (name,)).get(value, ()):
                if thing.exists and thing.get(name) == value:
                    return thing  # type: ignore[return-value]
        return self.thing(kind, value)

    def pointing(self, kind: type[Any] | str, target: Thing, *path: str | int) -> list[Any]:
        """The things of one class or CloudFormation type that exist, and whose property at `path` names `target`."""
        identity = self.identity(target)
        found = []
        for thing, settled in self._index(kind, path).get(identity, ()):
            if thing.exists and (settled or identity in self._keys(thing.get(*path))):
                found.append(thing)
        return found

    def identity(self, thing: Thing) -> Hashable:
        """The key under which others refer to a thing."""
        default_of = getattr(thing, "default_of", None)
        if default_of is not None:
            special = "DefaultSecurityGroup" if isinstance(thing, SecurityGroup) else "DefaultNetworkAcl"
            return (default_of.resource if not default_of.imported else default_of, special)
        if thing.source is not None:
            return key_of(thing.source.value)
        return thing.resource, ""

    def _index(self, kind: type[Any] | str, path: tuple[str | int, ...]) -> dict[Hashable, list[tuple[Thing, bool]]]:
        """Everything of a kind by what its property names, in whatever world; and whether that is the same in all worlds."""
        index = self._indexes.get((kind, path))
        if index is None:
            index = self._indexes[kind, path] = {}
            things = self.raw(kind) if isinstance(kind, str) else self.things(kind.__name__)
            for thing in things:
                branches = explore(self.group, lambda thing=thing: self._keys(thing.get(*path)))  # type: ignore[misc]
                for key in {key for branch in branches for key in branch.value or ()}:
                    index.setdefault(key, []).append((thing, len(branches) == 1))
        return index

    def _keys(self, value: Any) -> set[Hashable]:
        """The keys of all things that a value names; lists and objects are looked into."""
        if value is None:
            return set()
        if value.__class__ is list:
            return {key for one in value for key in self._keys(one)}
        if value.__class__ is dict:
            return {key for one in value.values() for key in self._keys(one)}
        return {key_of(self._canonical(value))}

    # What the templates do not define.

    def _canonical(self, value: Any) -> Any:
        """Return a value under the one name by which it is declared, be it a parameter, an import, or a literal id."""
        if not self.declarations:
            return value
        if self._aliases is None:
            self._aliases = _aliases(self.group, self.declarations)
        if isinstance(value, Unknown) and value.kind in ("parameter", "import"):
            return value.name if self._aliases.get(value.name) is not None else value
        return self._aliases.get(value, value) if value.__class__ is str else value

    def known_names(self, thing: Thing) -> frozenset[str]:
        """The names under which something may be declared: its id, and the parameter or export that holds it."""
        return frozenset({thing.id}) if thing.source is not None else frozenset()

    def declared_names(self, thing: Thing) -> frozenset[str]:
        """The same."""
        return self.known_names(thing)

    def declared_facts(self, section: str, thing: Thing) -> dict[str, Any] | None:
        """The declared facts of something imported, or None."""
        if thing.source is None:
            return None
        facts: dict[str, dict[str, Any]] = getattr(self.declarations, section)
        return Facts(thing.id, facts[thing.id]) if thing.id in facts else None

    # Properties that hold addresses.

    def range(self, thing: Thing, *path: str | int) -> Range:
        """A property that is a CIDR block."""
        value = thing.get(*path)
        try:
            return self.range_of(value)
        except NotVisible as reason:
            where = ".".join(str(part) for part in path)
            raise NotVisible(f"{where} of {thing.id} is {reason.what}", reason.declare) from None

    @staticmethod
    def range_of(value: Any) -> Range:
        """A resolved value as a CIDR block."""
        if value.__class__ is str:
            try:
                return Range.parse(value)
            except ValueError as error:
                raise NotVisible(str(error)) from None
        if isinstance(value, Unknown):
            raise NotVisible(value.what, value.declare)
        raise NotVisible(str(value), "write it out")

    def prefix_list(self, thing: Thing, *path: str | int) -> tuple[Range, ...]:
        """The ranges of the prefix list that a property names."""
        value = thing.get(*path)
        found = self.prefixes_of(value)
        if not found:
            what = value.what if isinstance(value, Unknown) else f"prefix list {value}"
            raise NotVisible(f"what {what} of {thing.id} holds", "write its ranges out as routes or rules of their own")
        return found

    def prefixes_of(self, value: Any) -> tuple[Range, ...]:
        """The ranges of a prefix list of the templates; none for one that they do not define."""
        if value.__class__ is not Reference or value.resource.type != "AWS::EC2::PrefixList":
            return ()
        listed = self.of(Thing, value.resource)
        return tuple(self.range_of(entry.get("Cidr")) for entry in listed.entries("Entries") if entry.__class__ is dict)

    # Things that belong to a VPC or a subnet.

    def default_group(self, vpc: Vpc) -> SecurityGroup:
        """The group that a VPC is created with: it admits its own members, and lets everything out."""
        key = ("group", vpc)
        if key not in self._special:
            self._special[key] = SecurityGroup(self, None, Imported(f"default group of {vpc.id}"), default_of=vpc)
        return self._special[key]  # type: ignore[no-any-return]

    def default_acl(self, vpc: Vpc) -> NetworkAcl:
        """The network ACL that a VPC is created with: it allows everything, unless entries were added."""
        key = ("acl", vpc)
        if key not in self._special:
            self._special[key] = NetworkAcl(self, None, Imported(f"default network ACL of {vpc.id}"), default_of=vpc)
        return self._special[key]  # type: ignore[no-any-return]

    def acl_of(self, subnet: Subnet) -> NetworkAcl:
        """The network ACL of a subnet: the associated one, else the VPC's default one."""
        for association in self.pointing("AWS::EC2::SubnetNetworkAclAssociation", subnet, "SubnetId"):
            found = association.thing(NetworkAcl, "NetworkAclId")
            if found is not None:
                return found  # type: ignore[no-any-return]
        return self.default_acl(subnet.vpc)

    def zones_of(self, vpc: Vpc) -> list[names.HostedZone]:
        """The private hosted zones that answer in a VPC."""
        return self.pointing(names.HostedZone, vpc, "VPCs")

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
        found = [one for one in self._endpoints_of(vpc) if serves(one, service) and one.exists]
        return (*found, *(one for one in self._declared_endpoints(vpc) if serves(one, service)))

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
            NotVisible: It is imported and not declared as complete, or the service of one of its endpoints is not known.
        """
        if not vpc.complete:
            raise NotVisible(
                f"whether VPC {vpc.id}, which the templates do not define, has an endpoint for {service.name}",
                f"declare the endpoints of {vpc.id} in Metadata.SageMakerNetwork",
            )
        for endpoint in self._endpoints_of(vpc):
            if (endpoint.may_serve or (endpoint.may_route and "gateway" in service.kinds)) and endpoint.exists:
                raise endpoint.hidden(endpoint.get("ServiceName"), "ServiceName")

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

    # Questions.

    def vantage(self, text: str) -> Vantage:
        """The place that `SUBNET+GROUP[+GROUP]`, or the logical id of a workload, means.

        Raises:
            QuestionError: There is no such thing.
        """
        from constructs_lib.network.questions import vantage

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


def _training_networks(group: Group) -> list[Resource]:
    """The security groups whose metadata declares a training network."""
    found = []
    for resource in group.resources("AWS::EC2::SecurityGroup"):
        declared = resource.metadata.get("SageMakerNetwork") if resource.metadata else None
        if isinstance(declared, dict) and isinstance(declared.get("trainingNetwork"), dict):
            found.append(resource)
    return found


def _aliases(group: Group, declarations: Declarations) -> dict[str, str]:
    """The declared names by every literal that means them: themselves, and the values that parameters of that name were given."""
    declared = (*declarations.vpcs, *declarations.subnets, *declarations.groups)
    found = {name: name for name in declared}
    for name in declared:
        for parameter in group.parameters.get(name, ()):
            value = group.decided.get(name)
            if value is None and group.defaults and isinstance(parameter.default, str):
                value = parameter.default
            if value:
                found.setdefault(value, name)
    return found


def network_of(group: Group) -> Network:
    """The network of a group of templates; the same object each time."""
    found: Network | None = group.__dict__.get("_network")
    if found is None:
        found = group.__dict__["_network"] = Network(group)
    return found


def all_workloads(network: Network) -> Sequence[Any]:
    """The workloads of a network, existing or not."""
    return [thing for name in _WORKLOADS for thing in network.things(name)]
