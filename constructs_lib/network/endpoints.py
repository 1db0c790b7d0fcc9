"""VPC endpoints: gateway endpoints, which are routes, and interface endpoints, which are names, interfaces and groups."""

from __future__ import annotations

import re

from constructs_lib import services
from constructs_lib.assembly import NotVisible, Text, Unknown, fact
from constructs_lib.network.addresses import Range
from constructs_lib.network.declared import Facts
from constructs_lib.network.group_rules import admits, ingress_of
from constructs_lib.network.groups import SecurityGroup
from constructs_lib.network.iam import statements_of
from constructs_lib.network.names import HostedZone, zone_for
from constructs_lib.network.policies import denial, everything
from constructs_lib.network.routes import RouteTable
from constructs_lib.network.subnets import Subnet
from constructs_lib.network.things import Thing
from constructs_lib.network.vpc import Vpc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from typing import Any

    from constructs_lib.network.group_rules import Rule
    from constructs_lib.network.model import Network
    from constructs_lib.network.vantage import Vantage
    from constructs_lib.services import Service

GATEWAY = "Gateway"
INTERFACE = "Interface"
_ALL_RESOLVERS = "AllResolvers"
_AWS_PREFIXES = ("com.amazonaws.", "cn.com.amazonaws.", "aws.sagemaker.", "aws.api.", "gov.", "*.")
_CUSTOMER = "com.amazonaws.vpce."
_UNLISTED = r"(?:cn\.)?com\.amazonaws\.(?!vpce\.)(?:[a-z0-9-]+|\*)\.(?P<name>[a-z][a-z0-9.-]*)"
#: Of a service that we have no page about, any name of AWS will do.
_ANY_HOST = ("*.amazonaws.com", "*.amazonaws.com.cn", "*.aws")


class Endpoint(Thing):
    """A VPC endpoint. `declared` ones are not in the templates but in the metadata about an imported VPC."""

    types = ("AWS::EC2::VPCEndpoint",)
    noun = "endpoint"
    declared = False

    @fact
    def service_name(self) -> str:
        """The service's name, with `*` for what is not known of it, such as the region."""
        value = self.get("ServiceName")
        if value.__class__ is Text:
            return str(value.pattern)
        return str(self.text("ServiceName", default=""))

    @fact
    def service(self) -> Service | None:
        """The AWS service that it leads to; None for a service of somebody else, or one that is not known."""
        return services.from_endpoint(self.service_name)

    @fact
    def dialled(self) -> str | None:
        """The AWS service that it leads to by the end of its name, `sagemaker.api`; also one that we have no facts about, such as `config`."""
        return self.service.name if self.service is not None else unlisted(self.service_name)

    @fact
    def may_serve(self) -> bool:
        """Is its service not known, and may its names be those of any service (private DNS is on)?"""
        return self._service_hidden and self.kind == INTERFACE and self.private_dns

    @fact
    def may_be_any(self) -> bool:
        """Is its service not known, and may it be an interface endpoint of any, whatever becomes of the names?"""
        return self._service_hidden and self.kind == INTERFACE

    @fact
    def may_route(self) -> bool:
        """Is its service not known, and may it be a gateway endpoint of any service that has one?"""
        return self._service_hidden and self.kind == GATEWAY

    @fact
    def _service_hidden(self) -> bool:
        value = self.get("ServiceName")
        return isinstance(value, Unknown) or (value.__class__ is Text and value.pattern.endswith("*"))

    @fact
    def is_aws(self) -> bool:
        """Is its service one of AWS, rather than one that somebody offers through PrivateLink?"""
        name = self.service_name
        return name.startswith(_AWS_PREFIXES) and ".vpce." not in name and not name.startswith(_CUSTOMER)

    @fact
    def kind(self) -> str:
        """`Gateway` (CloudFormation's default), `Interface` or `GatewayLoadBalancer`."""
        return str(self.text("VpcEndpointType", default=GATEWAY))

    @fact
    def vpc(self) -> Vpc:
        """The VPC that it belongs to."""
        vpc: Vpc | None = self.thing(Vpc, "VpcId")
        if vpc is None:
            raise NotVisible(f"the VPC of endpoint {self.id}", "give its VpcId")
        return vpc

    @fact
    def subnets(self) -> tuple[Subnet, ...]:
        """The subnets that it has an interface in."""
        return self.things(Subnet, "SubnetIds")

    @property
    def subnets_given(self) -> bool:
        """Are its subnets named?"""
        return self.given("SubnetIds")

    @fact
    def security_groups(self) -> tuple[SecurityGroup, ...]:
        """The groups of its interfaces: the VPC's default group where none is named."""
        return self.things(SecurityGroup, "SecurityGroupIds") or (self.network.default_group(self.vpc),)

    @property
    def groups_given(self) -> bool:
        """Are its groups named?"""
        return self.given("SecurityGroupIds")

    @fact
    def route_tables(self) -> tuple[RouteTable, ...]:
        """The route tables that a gateway endpoint stands in."""
        return self.things(RouteTable, "RouteTableIds")

    @fact
    def _tables(self) -> tuple[frozenset[RouteTable], tuple[RouteTable, ...]]:
        """All its route tables, and those of them that the templates do not define."""
        return frozenset(self.route_tables), tuple(table for table in self.route_tables if table.imported)

    def stands_in(self, table: RouteTable) -> bool:
        """Does a gateway endpoint stand in this route table?

        Raises:
            NotVisible: One of its tables is a parameter, an import or alike, and may be this one.
        """
        listed, imported = self._tables
        return table in listed or any(one.names(table) for one in imported)

    @property
    def route_tables_given(self) -> bool:
        """Are route tables named?"""
        return self.given("RouteTableIds")

    @fact
    def private_dns(self) -> bool:
        """Is private DNS asked for (`PrivateDnsEnabled`, default false)?"""
        return self.flag("PrivateDnsEnabled", default=False)

    @fact
    def only_inbound_resolver(self) -> bool:
        """For S3: does private DNS answer only those who come through an inbound resolver endpoint? That is the default."""
        if self.service is None or self.service.name != "s3":
            return False
        return str(self.text("DnsOptions", "PrivateDnsOnlyForInboundResolverEndpoint", default="")) != _ALL_RESOLVERS

    @fact
    def why_names_fail(self) -> str | None:
        """Why the service's usual host names do not lead to it inside the VPC, in words; None where they do."""
        if self.kind != INTERFACE:
            return f"endpoint {self.id} is of type {self.kind}"
        asked = self.private_dns
        if asked and not self.only_inbound_resolver:
            missing = self.vpc.dns_off
            return f"endpoint {self.id} has private DNS, but VPC {self.vpc.id} has {missing} off" if missing else None
        zone = self._hosted_zone
        if zone is not None:
            missing = self.vpc.dns_off
            return (
                f"private zone {zone.id} leads to endpoint {self.id}, but VPC {self.vpc.id} has {missing} off"
                if missing
                else None
            )
        if asked:
            return f"private DNS of endpoint {self.id} serves only the inbound resolver, not the VPC itself"
        return f"PrivateDnsEnabled of endpoint {self.id} is false"

    @property
    def names_resolve(self) -> bool:
        """Do the service's usual host names lead to it inside the VPC?"""
        return self.why_names_fail is None

    @fact
    def _hosted_zone(self) -> HostedZone | None:
        """The private hosted zone that leads the service's host names to it, if there is one."""
        if self.service is not None:
            return zone_for(self, [host.replace("{region}", "*").lower() for host in self.service.hosts])
        return zone_for(self, _ANY_HOST) if self.is_aws else None

    @fact
    def policy(self) -> dict[str, Any] | None:
        """Its policy; None where it has AWS's default, which allows everything."""
        return self.document("PolicyDocument")

    @fact
    def policy_denial(self) -> str | None:
        """Why its policy surely lets nothing through, in words; None where it allows something."""
        policy = self.policy
        return None if policy is None else denial(statements_of(self, policy, "PolicyDocument"), self.service)

    @fact
    def full_access(self) -> bool:
        """Does its policy allow everything to everybody?"""
        policy = self.policy
        if policy is None:
            return True
        statements = statements_of(self, policy, "PolicyDocument")
        return any(one.allow and everything(one) and not one.body.get("Condition") for one in statements)

    @fact
    def zones(self) -> frozenset[Hashable]:
        """The Availability Zones that it has an interface in."""
        return frozenset(subnet.zone for subnet in self.subnets)

    @fact
    def ip_address_type(self) -> str:
        """`ipv4`, `ipv6` or `dualstack`."""
        return str(self.text("IpAddressType", default="ipv4")).lower()

    def admits(self, who: Vantage | Sequence[SecurityGroup]) -> tuple[Rule, ...] | None:
        """Return the rules by which its groups admit TCP 443 from these groups, or from the subnets of this workload; None where they do not."""
        from constructs_lib.network.vantage import Vantage

        if isinstance(who, Vantage):
            return who.admitted_by(ingress_of(self.security_groups))
        return admits(ingress_of(self.security_groups), tuple(who))


class DeclaredEndpoint(Endpoint):
    """An endpoint that the metadata declares of an imported VPC."""

    declared = True

    def __init__(self, network: Network, vpc: Vpc, name: str, facts: dict[str, Any]) -> None:
        super().__init__(network, None, None)
        self.vpc = vpc
        self.facts = Facts(f"endpoint for {name} in {vpc.id}", facts)
        self.service_id = name
        self.service = services.by_name(name)
        self.dialled = name
        self.kind = str(facts.get("type", INTERFACE))
        self.service_name = name if self.service is None else self.service.endpoint.replace("{region}", "*")
        self.is_aws = True
        self.may_serve = False
        self.may_route = False
        self.private_dns = bool(facts.get("privateDns", self.kind == INTERFACE))
        self.only_inbound_resolver = False
        self.why_names_fail = None if self.private_dns else f"the endpoint for {name} is declared without private DNS"
        self.policy = None
        self.policy_denial = None
        self.full_access = facts.get("policy", "full") == "full"
        self.ip_address_type = "ipv4"

    @property
    def id(self) -> str:
        """`declared endpoint for sts`."""
        return f"declared endpoint for {self.service_id}"

    @property
    def label(self) -> str:
        """The same."""
        return self.id

    @property
    def groups_given(self) -> bool:
        """What it admits is declared, rather than its groups."""
        return "admits" in self.facts

    @property
    def subnets_given(self) -> bool:
        """Are its subnets declared?"""
        return "subnets" in self.facts

    @property
    def route_tables_given(self) -> bool:
        """Are its route tables declared?"""
        return "routeTables" in self.facts

    @fact
    def subnets(self) -> tuple[Subnet, ...]:
        """The subnets that it is declared to have an interface in."""
        return tuple(self.network.thing(Subnet, name) for name in self.facts.get("subnets", ()))

    @fact
    def route_tables(self) -> tuple[RouteTable, ...]:
        """The route tables that it is declared to stand in."""
        if not self.route_tables_given:
            raise NotVisible(
                f"the route tables of the {self.id}", "declare its routeTables in Metadata.SageMakerNetwork"
            )
        return tuple(self.network.thing(RouteTable, name) for name in self.facts["routeTables"])

    @fact
    def security_groups(self) -> tuple[SecurityGroup, ...]:
        """Its groups are not declared, what they admit is."""
        return ()

    def admits(self, who: Vantage | Sequence[SecurityGroup]) -> tuple[Rule, ...] | None:
        """Return an empty tuple where the workload is declared to be admitted, None where it is declared not to be."""
        from constructs_lib.network.vantage import Vantage

        declared = self.facts.get("admits")
        if declared is None:
            raise NotVisible(f"whom the {self.id} admits", "declare what it admits in Metadata.SageMakerNetwork")
        if declared == "all":
            return ()
        peers = who.as_source() if isinstance(who, Vantage) else tuple(who)
        names = {str(name) for name in declared}
        if any(isinstance(peer, SecurityGroup) and self.network.known_names(peer) & names for peer in peers):
            return ()
        ranges = [Range.parse(name) for name in names if "/" in name]
        own = [peer for peer in peers if isinstance(peer, Range)]
        return () if own and all(any(wide.covers(one) for wide in ranges) for one in own) else None


def serves(endpoint: Endpoint, service: Service) -> bool:
    """Is this surely an endpoint for that service?"""
    try:
        return endpoint.dialled == service.name
    except NotVisible:
        return False


def unlisted(service_name: str) -> str | None:
    """The end of an endpoint's service name where the service is one of AWS that we have no facts about, else None."""
    match = re.fullmatch(_UNLISTED, service_name)
    return match["name"] if match is not None and services.by_name(match["name"]) is None else None
