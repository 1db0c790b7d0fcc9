"""The security group of a network's interface endpoints, and how many rules it takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct, IConstruct

from constructs_lib.patterns.errors import listed
from constructs_lib.patterns.imported import subnet_range

HTTPS = 443
DEFAULT_QUOTA = 60
"""Inbound rules per security group: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"""
_DESCRIPTION = "HTTPS to interface endpoints"
_RULE = "Default"
"""An id that adds nothing to that of the construct around."""


class EndpointGroup:
    """Admits HTTPS from the security groups of workloads and from the peers that the user names, nothing else.

    A security group takes a limited number of rules. When the workloads' groups are more than that, the ranges of the network's subnets are
    admitted in their place.

    Args:
        scope: the network; the group is its child ``EndpointSecurityGroup``, made when it is first needed.
        vpc: the network's VPC.
        subnets: the network's subnets.
        quota: how many inbound rules the account's groups take.
    """

    def __init__(self, scope: Construct, *, vpc: ec2.IVpc, subnets: Sequence[ec2.ISubnet], quota: int) -> None:
        self._scope = scope
        self._vpc = vpc
        self._subnets = subnets
        self._quota = quota
        self._group: ec2.SecurityGroup | None = None
        self._workloads: dict[str, tuple[ec2.ISecurityGroup, Construct]] = {}
        self._expected: list[tuple[Sequence[ec2.ISecurityGroup], object]] = []
        self._places: dict[str, Construct] = {}
        self._peers: dict[str, int] = {}
        self._by_range = False

    @property
    def security_group(self) -> ec2.SecurityGroup:
        """The group; asking for it makes it."""
        if self._group is None:
            self._group = ec2.SecurityGroup(
                self._scope,
                "EndpointSecurityGroup",
                vpc=self._vpc,
                description="Interface endpoints: HTTPS from the workloads of the network",
                allow_all_outbound=False,
            )
            for groups, workload in self._expected:
                self.admit(groups, workload=workload)
        return self._group

    def admit(self, groups: Sequence[ec2.ISecurityGroup], *, workload: object = None) -> None:
        """Admit HTTPS from the members of these groups.

        Args:
            groups: the groups.
            workload: whose they are. Default: their own.

        Raises:
            ValueError: there are more rules than the quota, and the ranges of the subnets are not known or too many as well.
        """
        for group in groups:
            if group.node.path in self._workloads:
                continue
            self._workloads[group.node.path] = (group, self._home(group, workload))
            if not self._by_range and len(self._workloads) + self._peer_rules > self._quota:
                self._admit_ranges()
            if not self._by_range:
                self._admit_group(*self._workloads[group.node.path])

    def expect(self, groups: Sequence[ec2.ISecurityGroup], *, workload: object) -> None:
        """Admit these groups as soon as there is an interface endpoint that they could use.

        Args:
            groups: the groups.
            workload: whose they are.

        Raises:
            ValueError: as with :meth:`admit`.
        """
        self._expected.append((groups, workload))
        if self._group is not None:
            self.admit(groups, workload=workload)

    def stands_here(self, group: ec2.ISecurityGroup, workload: object) -> bool:
        """Whether rules between this group and that of the endpoints stand in the network's stack, and not beside the group.

        Two stacks must not come to depend on each other. Whoever has a group in the network's own VPC depends on the network; one that comes
        from the stack of a VPC that exists, or with a workload of another stack, does not, and the network may depend on it.
        """
        theirs, ours = _stack_of(group), _stack_of(self._scope)
        if theirs == ours or _stack_of(self._vpc) == ours:
            return False
        if _stack_of(workload if workload is not None else group) != theirs:
            return True
        return isinstance(self._vpc, ec2.Vpc) and _stack_of(self._vpc) == theirs

    def rules_of(self, groups: Sequence[ec2.ISecurityGroup]) -> list[IConstruct]:
        """The rules of these groups and of the endpoints' that are resources of their own."""
        placed = [self._places[group.node.path] for group in groups if group.node.path in self._places]
        return [*placed, *separate_rules([*groups, *([self._group] if self._group else [])])]

    def admit_peer(self, peer: ec2.IPeer, *, rules: int) -> None:
        """Admit HTTPS from a peer.

        Args:
            peer: addresses or a prefix list.
            rules: how many rules it counts as.

        Raises:
            ValueError: as with :meth:`admit`.
        """
        if peer.unique_id in self._peers:
            return
        self._peers[peer.unique_id] = rules
        if not self._by_range and len(self._workloads) + self._peer_rules > self._quota:
            self._admit_ranges()
        if self._by_range:
            self._check(len(self._subnets))
        self.security_group.add_ingress_rule(peer, ec2.Port.tcp(HTTPS), _DESCRIPTION)

    @property
    def _peer_rules(self) -> int:
        return sum(self._peers.values())

    def _home(self, group: ec2.ISecurityGroup, workload: object) -> Construct:
        """What the rule about a group stands under: the group, or the stack of one that is brought in, or the endpoints' group."""
        if self.stands_here(group, workload):
            return self.security_group
        return group if isinstance(group, Construct) else cdk.Stack.of(group)

    def _rule_id(self, group: ec2.ISecurityGroup, home: Construct) -> str:
        to = f"To{cdk.Names.unique_resource_name(self.security_group, max_length=60)}"
        return (
            to if home.node.path == group.node.path else f"{cdk.Names.unique_resource_name(group, max_length=60)}{to}"
        )

    def _admit_group(self, group: ec2.ISecurityGroup, home: Construct) -> None:
        # What waits for the rule waits for what is left in its place, should ranges take it over.
        place = self._places[group.node.path] = Construct(home, self._rule_id(group, home))
        ec2.CfnSecurityGroupIngress(
            place,
            _RULE,
            group_id=self.security_group.security_group_id,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            source_security_group_id=group.security_group_id,
            description=_DESCRIPTION,
        )

    def _admit_ranges(self) -> None:
        """The literal ranges of the subnets, in place of the groups in them."""
        ranges = [subnet_range(subnet) for subnet in self._subnets]
        unknown = [subnet.node.path for subnet, known in zip(self._subnets, ranges, strict=True) if known is None]
        if unknown:
            raise ValueError(
                f"{self._count()}, and the IPv4 ranges of {listed(unknown)} are not known, which could be admitted instead: "
                f"give the ranges where the VPC is brought in, or {self._remedy()}"
            )
        self._check(len(ranges))
        self._by_range = True
        for place in self._places.values():
            place.node.try_remove_child(_RULE)
        for each in dict.fromkeys(ranges):
            assert each is not None
            self.security_group.add_ingress_rule(ec2.Peer.ipv4(each), ec2.Port.tcp(HTTPS), _DESCRIPTION)

    def _check(self, ranges: int) -> None:
        if ranges + self._peer_rules > self._quota:
            raise ValueError(
                f"{self._count()}, and {ranges} of the subnets' ranges with the peers are more as well: {self._remedy()}"
            )

    def _count(self) -> str:
        number = len(self._workloads) + self._peer_rules
        return (
            f"security group of the interface endpoints of {self._scope.node.path} needs {number} inbound rules, "
            f"{len(self._workloads)} for groups of workloads and {self._peer_rules} for peers, "
            f"more than security_group_rule_quota, {self._quota}"
        )

    def _remedy(self) -> str:
        number = len(self._workloads) + self._peer_rules
        return (
            "let workloads share a group, or raise the quota of inbound rules per security group (Service Quotas, L-0EA8095F) "
            f"and set security_group_rule_quota to {number} or more"
        )


def separate_rules(groups: Sequence[ec2.ISecurityGroup]) -> list[IConstruct]:
    """The rules of groups that are resources of their own, because they name another group."""
    kinds = (ec2.CfnSecurityGroupIngress, ec2.CfnSecurityGroupEgress)
    return [child for group in groups for child in group.node.children if isinstance(child, kinds)]


def _stack_of(thing: object) -> str:
    """The path of the stack that a construct is in; none for what is no construct."""
    return cdk.Stack.of(cast("IConstruct", thing)).node.path if hasattr(thing, "node") else ""
