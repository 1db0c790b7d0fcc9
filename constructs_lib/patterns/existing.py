"""What a VPC that others keep has already: its endpoints, and the facts about it that no template of this app shows."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.patterns.checked import checked
from constructs_lib.patterns.egress import Egress
from constructs_lib.patterns.errors import require_type
from constructs_lib.patterns.imported import route_table_id, subnet_range, vpc_range
from constructs_lib.services import Service

_METADATA = "SageMakerNetwork"


class ExistingEndpoint:
    """An endpoint that a VPC has already. It is used, declared in the template and never changed.

    Args:
        service: the service, from ``constructs_lib.services``.
        gateway: whether it is a gateway endpoint; default: True for S3 and DynamoDB, where the route tables of the network's subnets are taken
            to be listed, False for others.
        private_dns: whether the service's own host names lead to it; default: True.
        security_groups: its groups, which workloads then may talk to; default: workloads may talk to the whole VPC on TCP 443.
        admits: CIDR ranges and ids of security groups that its groups admit on TCP 443; default: the whole VPC.
        restricted_policy: whether it has another policy than AWS's own, which allows everything; default: False.
        endpoint_id: its id, such as ``vpce-0123456789abcdef0``, which ``only_from_here`` writes into policies of buckets; default: not known.

    Raises:
        TypeError, ValueError: a gateway for a service that has none; a gateway with groups; no CIDR and no id of a group in ``admits``; no id
            of an endpoint.
    """

    @checked("service", "admits")
    def __init__(
        self,
        service: Service,
        *,
        gateway: bool | None = None,
        private_dns: bool = True,
        security_groups: Sequence[ec2.ISecurityGroup] = (),
        admits: Sequence[str] | None = None,
        restricted_policy: bool = False,
        endpoint_id: str | None = None,
    ) -> None:
        require_type(
            "service", service, Service, "take a service of constructs_lib.services, such as services.SAGEMAKER_API"
        )
        self.service = service
        self.gateway = service.has_gateway if gateway is None else gateway
        if self.gateway and not service.has_gateway:
            raise ValueError(f"gateway is True for {service}: only S3 and DynamoDB have gateway endpoints (SMN-EP-06)")
        if self.gateway and security_groups:
            raise ValueError(
                f"security_groups is given for the gateway endpoint of {service}: gateway endpoints have none (SMN-EP-06)"
            )
        self.private_dns = private_dns
        self.security_groups = list(security_groups)
        self.admits = None if admits is None else [_checked_peer(peer) for peer in admits]
        self.restricted_policy = restricted_policy
        if endpoint_id is not None and not cdk.Token.is_unresolved(endpoint_id) and not endpoint_id.startswith("vpce-"):
            raise ValueError(
                f"endpoint_id is {endpoint_id!r}: give the id of a VPC endpoint, such as 'vpce-0123456789abcdef0'"
            )
        self.endpoint_id = endpoint_id

    def known_id(self) -> str:
        """Its id, for the policies of buckets.

        Raises:
            ValueError: it is not known.
        """
        if self.endpoint_id is None:
            raise ValueError(
                f"endpoints lists {self.service} without its id, which the policy of a bucket needs: "
                f"list it as ExistingEndpoint({self.service.name.upper()}, endpoint_id='vpce-...')"
            )
        return self.endpoint_id

    def declare(self, scope: Construct, subnets: Sequence[ec2.ISubnet]) -> dict[str, Any]:
        """The facts as the declarations of a VPC write them."""
        facts: dict[str, Any] = {"type": "Gateway" if self.gateway else "Interface"}
        if self.gateway:
            tables = (_name_in(scope, table) for subnet in subnets if (table := route_table_id(subnet)))
            facts["routeTables"] = list(dict.fromkeys(each for each in tables if each))
        else:
            facts["privateDns"] = self.private_dns
            facts["admits"] = (
                "all" if self.admits is None else [name for peer in self.admits if (name := _name_in(scope, peer))]
            )
        facts["policy"] = "restricted" if self.restricted_policy else "full"
        return facts


def existing_endpoint(given: Service | ExistingEndpoint) -> ExistingEndpoint:
    """An element of ``endpoints``; a bare service stands for an endpoint that serves the whole VPC."""
    return given if isinstance(given, ExistingEndpoint) else ExistingEndpoint(given)


def declare(
    scope: Construct,
    *,
    vpc: ec2.IVpc,
    subnets: Sequence[ec2.ISubnet],
    egress: Egress,
    endpoints: Sequence[ExistingEndpoint],
    complete: bool,
) -> None:
    """Write what is known of an imported VPC into the template's metadata, where the checks read it and say that they believe it.

    Nothing is written for what has no name that a declaration could use, such as what a custom resource looks up at deployment.
    """
    vpc_name = _name_in(scope, vpc.vpc_id)
    if vpc_name is None:
        return
    facts: dict[str, Any] = {"dnsSupport": True, "dnsHostnames": True, "tenancy": "default", "complete": complete}
    if block := vpc_range(vpc):
        facts["cidrs"] = [block]
    facts["subnets"] = {
        name: _subnet_facts(scope, subnet, egress)
        for subnet in subnets
        if (name := _name_in(scope, subnet.subnet_id)) is not None
    }
    facts["endpoints"] = {each.service.name: each.declare(scope, subnets) for each in endpoints}
    options = cdk.Stack.of(scope).template_options
    metadata = dict(options.metadata or {})
    ours = dict(metadata.get(_METADATA) or {})
    ours["vpcs"] = {**(ours.get("vpcs") or {}), vpc_name: facts}
    options.metadata = {**metadata, _METADATA: ours}


def _subnet_facts(scope: Construct, subnet: ec2.ISubnet, egress: Egress) -> dict[str, Any]:
    facts: dict[str, Any] = {"egress": egress.declared}
    if block := subnet_range(subnet):
        facts["cidr"] = block
    if not cdk.Token.is_unresolved(subnet.availability_zone) and not subnet.availability_zone.startswith("dummy"):
        facts["availabilityZone"] = subnet.availability_zone
    table = route_table_id(subnet)
    if table and (name := _name_in(scope, table)):
        facts["routeTable"] = name
    return facts


def _name_in(scope: Construct, value: str) -> str | None:
    """A literal id, or the name of the parameter or export that it comes from; with its position where that is a list, as ``Subnets[0]``."""
    return _name_of(cdk.Stack.of(scope).resolve(value))


def _name_of(resolved: Any) -> str | None:
    if not isinstance(resolved, dict):
        return resolved if isinstance(resolved, str) else None
    if "Fn::Select" in resolved:
        number, items = resolved["Fn::Select"]
        split = isinstance(items, dict) and "Fn::Split" in items
        listed = _name_of(items["Fn::Split"][1] if split else items)
        return None if listed is None else f"{listed}[{number}]"
    name = resolved.get("Ref", resolved.get("Fn::ImportValue"))
    return name if isinstance(name, str) else None


def _checked_peer(peer: str) -> str:
    require_type("admits", peer, str, "list CIDR ranges and ids of security groups")
    if cdk.Token.is_unresolved(peer) or peer.startswith("sg-"):
        return peer
    try:
        return str(ip_network(peer))
    except ValueError:
        raise ValueError(
            f"admits has {peer!r}: list CIDR ranges such as '10.0.0.0/16' and ids of security groups such as 'sg-0123456789abcdef0'"
        ) from None
