"""Small networks that once told model and kernel apart, and lies that the comparison must notice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from namespaces import needs_namespaces
from netlab.compare import Comparison
from netlab.parts import (
    Acl,
    Endpoint,
    Entry,
    Group,
    Nat,
    Net,
    Peering,
    Route,
    Rule,
    Server,
    Subnet,
    Table,
    Vpc,
    Workload,
)

pytestmark = needs_namespaces("ip", "nft")

OPEN = Rule("0.0.0.0/0", "-1")
TO_NAT, TO_FAR = Route("0.0.0.0/0", "nat", "Nat"), Route("10.2.0.0/16", "pcx", "Pcx")
PUBLIC = Table("Public", "A", (Route("0.0.0.0/0", "igw"),))
PRIVATE = Table("Private", "A", (TO_NAT, TO_FAR), s3=True)
BACK = Table("Back", "B", (Route("10.1.0.0/16", "pcx", "Pcx"),))
JOB = Workload("Job", "job", ("A1",), ("Work",))
MODEL = Workload("Model", "model", ("A1", "A2"), ("Work",))
ISOLATED = Workload("Isolated", "model", ("A1",), ("Work",), isolated=True)
NOTEBOOK = Workload("Notebook", "notebook", ("A1",), ("Work",), direct=True)
ROUTED = replace(NOTEBOOK, name="Routed", script="construct", ranges=("10.2.0.0/16", "192.168.0.0/16"))
BY_HAND = replace(NOTEBOOK, name="ByHand", script="plain", ranges=("10.2.1.0/24",))
ALONE = Workload("Alone", "notebook", direct=True)
PRIVATE_NOTEBOOK = Workload("Private1", "notebook", ("A1",), ())
#: A job, a model and notebooks in VPC A, which has NAT, a peered VPC and endpoints: everything that works, works here.
NET = Net(
    vpcs=(Vpc("A", ("10.1.0.0/16",)), Vpc("B", ("10.2.0.0/16",))),
    subnets=(
        Subnet("A0", "A", "10.1.0.0/24", table="Public"),
        Subnet("A1", "A", "10.1.1.0/24", table="Private"),
        Subnet("A2", "A", "10.1.2.0/24", "b", table="Private"),
        Subnet("B1", "B", "10.2.1.0/24", table="Back"),
    ),
    tables=(PUBLIC, PRIVATE, BACK),
    groups=(
        Group("Work", "A", (Rule("@Work", "-1"),)),
        Group("Serve", "A", (Rule("@Work"), Rule("10.1.1.0/25", low=8080, high=8080))),
        Group("Far", "B", (Rule("10.1.0.0/16", low=8080, high=8080), Rule("@Work"))),
    ),
    nats=(Nat("Nat", "A", "A0"),),
    peerings=(Peering("Pcx", "A", "B"),),
    endpoints=(
        Endpoint("Sts", "A", "sts", ("A1", "A2"), ("Serve",)),
        Endpoint("Api", "A", "sagemaker.api", ("A2",), ()),
    ),
    servers=(
        Server("Near", "A2", ("Serve",)),
        Server("FarServer", "B1", ("Far",)),
        Server("Mount", "A1", ("Serve",), mount=True),
    ),
    workloads=(JOB, MODEL, ISOLATED, NOTEBOOK, ROUTED, BY_HAND, ALONE, PRIVATE_NOTEBOOK),
)
FURTHER = ("10.2.0.0/16", "192.168.0.0/16", "52.0.0.0/16", "10.0.0.0/8")


def changed(net=NET, **parts):
    """The network with things of these names replaced, or added."""
    for kind, thing in parts.items():
        others = [one for one in getattr(net, kind) if one.name != thing.name]
        net = replace(net, **{kind: (*others, thing)})
    return net


def acl(*entries):
    """The network with an ACL on subnet A1."""
    return changed(
        changed(acls=Acl("Acl", "A", entries)), subnets=Subnet("A1", "A", "10.1.1.0/24", table="Private", acl="Acl")
    )


def private(*routes):
    """The network with these routes in the table of its private subnets."""
    return changed(tables=replace(PRIVATE, routes=routes))


OUT, IN = Entry(100, egress=True, allow=True, cidr="0.0.0.0/0"), Entry(100, egress=False, allow=True, cidr="0.0.0.0/0")
KNOWN = {
    "the network as it is": NET,
    "an ACL that lets one port out": acl(replace(OUT, protocol="6", low=443, high=443), IN),
    "an ACL that forgets a part of the replies": acl(OUT, replace(IN, protocol="6", low=1024, high=40000)),
    "an ACL that denies a part of the internet": acl(OUT, IN, Entry(10, egress=True, allow=False, cidr="54.0.0.0/8")),
    "an ACL that denies the other subnet": acl(OUT, IN, Entry(10, egress=False, allow=False, cidr="10.1.2.0/24")),
    "halves that lead to different places": private(Route("0.0.0.0/1", "nat", "Nat"), Route("128.0.0.0/1", "tgw")),
    "halves that take the whole from the default route": private(
        TO_NAT, Route("0.0.0.0/1", "tgw"), Route("128.0.0.0/1", "tgw")
    ),
    "a half by NAT, and the rest by the internet gateway": private(
        Route("0.0.0.0/0", "igw"), Route("128.0.0.0/1", "nat", "Nat")
    ),
    "a part of the internet by the transit gateway": private(TO_NAT, Route("52.0.0.0/8", "tgw")),
    "a part of the peered subnet by the transit gateway": private(TO_NAT, TO_FAR, Route("10.2.1.128/25", "tgw")),
    "halves in the table of the NAT gateway": changed(
        tables=replace(PUBLIC, routes=(Route("0.0.0.0/1", "igw"), Route("128.0.0.0/1", "igw")))
    ),
    "NAT that hands on to a transit gateway": changed(tables=replace(PUBLIC, routes=(Route("0.0.0.0/0", "tgw"),))),
    "NAT in the subnet that it serves": changed(tables=replace(PUBLIC, routes=(TO_NAT,))),
    "a private NAT gateway": changed(nats=Nat("Nat", "A", "A0", "private")),
    "a private NAT gateway beside a gateway endpoint": changed(
        changed(nats=Nat("Nat", "A", "A0", "private"), tables=replace(PUBLIC, s3=True)),
        tables=replace(PRIVATE, s3=False),
    ),
    "a NAT instance": changed(
        private(replace(TO_NAT, kind="instance"), TO_FAR), nats=Nat("Nat", "A", "A0", "instance", ("Serve",))
    ),
    "an internet gateway that is not attached": changed(vpcs=replace(NET.vpcs[0], gateway="detached")),
    "replies by the transit gateway": changed(tables=Table("Back", "B", (Route("10.1.0.0/16", "tgw"),))),
    "replies to a part of the subnet": changed(tables=Table("Back", "B", (Route("10.1.1.0/25", "pcx", "Pcx"),))),
    "egress to the group of a peered VPC": changed(groups=Group("Work", "A", (), (Rule("@Far", low=443, high=8080),))),
    "names that do not resolve": changed(vpcs=replace(NET.vpcs[0], dns_hostnames=False)),
    "no DNS at all": changed(vpcs=replace(NET.vpcs[0], dns_support=False)),
}


@pytest.mark.parametrize("net", KNOWN.values(), ids=KNOWN)
def test_explain_agrees_with_a_kernel(net, script):
    """Each is a kind of network in which the model was wrong once, or could be."""
    assert Comparison(net, script, FURTHER).run().problems == []


LIES = {
    "a route that is not there": private(TO_NAT),
    "a way back that is not there": changed(tables=replace(BACK, routes=())),
    "NAT that does not work": changed(nats=Nat("Nat", "A", "A0", "private")),
    "a gateway endpoint that is not there": changed(tables=replace(PRIVATE, s3=False)),
    "an ACL that forgets the replies": acl(OUT, replace(IN, protocol="6", low=443, high=443)),
    "an ACL that forgets a few of the replies": acl(OUT, replace(IN, protocol="6", low=0, high=60999)),
    "a group that lets nothing out": changed(
        groups=Group("Work", "A", (Rule("@Work", "-1"),), (Rule("255.255.255.255/32"),))
    ),
    "a group that does not admit its members": changed(groups=Group("Work", "A")),
    "an endpoint group that admits somebody else": changed(
        groups=Group("Serve", "A", (Rule("@Far"), Rule("10.1.1.0/25", low=8080, high=8080)))
    ),
    "a rule for half of a subnet": changed(
        groups=replace(NET.groups[2], ingress=(Rule("10.1.1.0/25", low=8080, high=8080), Rule("@Work")))
    ),
    "an endpoint without private DNS": changed(endpoints=replace(NET.endpoints[0], private_dns=False)),
    "a notebook whose script does not run": changed(workloads=replace(ROUTED, script="", ranges=())),
}


@pytest.mark.parametrize("net", LIES.values(), ids=LIES)
def test_a_difference_is_noticed(net, script):
    """The kernel has the network of the row, while the template still tells the one that works."""
    assert Comparison(net, script, FURTHER, told=NET).run().problems
