"""Arguments of a wrong type: refused by name, value and what is allowed, wherever they are given."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import aws_cdk as cdk
import jsii
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from typing_extensions import TypedDict, Unpack

from constructs_lib import (
    Egress,
    ExistingEndpoint,
    IdleShutdown,
    NoVpcNotebook,
    PrivateNetwork,
    PrivateNotebook,
    PrivateTrainingJobNetwork,
    PublicInternetOnly,
    SageMakerDetector,
    SageMakerGuardrails,
    StudioDomain,
    VpcNotebookDirectInternet,
    VpcOnly,
)
from constructs_lib.patterns.checked import checked
from constructs_lib.services import S3, STS, Service

TYPE_CHECKING = False
if TYPE_CHECKING:
    from decimal import Decimal


class Options(TypedDict, total=False):
    """Some options."""

    colour: str
    size: cdk.Size | None


@checked("anything")
def take(
    scope: object = None,
    *several: Service,
    anything: int = 0,
    flag: bool = False,
    number: int | None = None,
    key: kms.IKey | None = None,
    names: int | Sequence[str] = (),
    reasons: Mapping[str, str | None] | None = None,
    unresolved: Decimal | None = None,
    **options: Unpack[Options],
) -> str:
    """A function with arguments of all kinds."""
    del several, anything, flag, number, key, names, reasons, unresolved, options
    return str(scope)


REFUSED = [
    ({"flag": "Enabled"}, "flag is 'Enabled': give True or False"),
    ({"flag": 1}, "flag is 1: give True or False"),
    ({"number": True}, "number is True: give a whole number"),
    ({"key": "alias/x"}, "key is 'alias/x': give a kms.IKey"),
    ({"names": "ana"}, "names is 'ana': give a whole number or a list, even of one"),
    ({"names": None}, "names is None: give a whole number or a list, even of one"),
    ({"names": ["ana", 2]}, "names[1] is 2: give text"),
    ({"reasons": ["SMN-NB-07"]}, "reasons is ['SMN-NB-07']: give a dictionary"),
    ({"reasons": {7: "x"}}, "reasons has the key 7: give text"),
    ({"reasons": {"a": None, "b": 1}}, "reasons['b'] is 1: give text"),
    ({"colour": 3}, "colour is 3: give text"),
    ({"size": 5}, "size is 5: give a cdk.Size, such as cdk.Size.gibibytes(20)"),
    ({"color": "red"}, "unexpected keyword argument 'color', did you mean 'colour'?"),
    (
        {"xyz": 1},
        "unexpected keyword argument 'xyz'; there are several, anything, flag, number, key, names, reasons, unresolved, colour, size",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_refused(arguments, message):
    """Each kind of annotation, with a value that is not of it."""
    with pytest.raises(TypeError) as raised:
        take("scope", **arguments)
    assert str(raised.value) == message


def test_refused_among_several():
    """Arguments that are given one after the other count from the first."""
    with pytest.raises(TypeError, match=r"^several\[1\] is 's3': give a service of constructs_lib.services$"):
        take("scope", STS, "s3")


def test_taken():
    """What is of its kind, what is left out, what the function checks itself, and what only type checkers know."""
    assert take("x", STS, S3, anything="text", number=None, names=("a",), reasons={"a": None}, unresolved="?") == "x"
    assert take(names=2, colour="red", size=None, flag=True) == "None"


def test_calls_that_python_refuses():
    """A missing or unknown argument is Python's to complain about."""
    with pytest.raises(TypeError, match=r"__init__\(\) missing 1 required keyword-only argument: 'vpc'$"):
        VpcNotebookDirectInternet(cdk.Stack(), "Notebook")


@jsii.implements(ec2.IConnectable)
class Server:
    """Something of the user's with security groups, in Python alone."""

    def __init__(self, connections):
        self.connections = connections


@checked()
def interfaces(
    *, peer: ec2.IPeer | ec2.IConnectable, role: iam.IRole, key: kms.IKey, bucket: s3.IBucket, vpc: ec2.IVpc
):
    """What the constructs take, by interface."""
    return peer, role, key, bucket, vpc


def test_interfaces_of_the_cdk():
    """What is made, brought in, looked up, wrapped, or written in Python is what it says that it is."""
    stack = cdk.Stack(cdk.App(), "Stack", env=cdk.Environment(account="111122223333", region="eu-west-1"))
    vpc = ec2.Vpc(stack, "Vpc")
    group = ec2.SecurityGroup(stack, "Group", vpc=vpc)
    role = iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal())
    key, bucket = kms.Key(stack, "Key"), s3.Bucket(stack, "Bucket")
    server = Server(ec2.Connections(security_groups=[group]))
    peers = [
        group,
        server,
        ec2.Peer.ipv4("10.0.0.0/8"),
        ec2.Peer.prefix_list("pl-1"),
        efs.FileSystem(stack, "F", vpc=vpc),
    ]
    arn = "arn:aws:iam::111122223333:role/x"
    roles = [
        role,
        role.without_policy_updates(),
        iam.Role.from_role_arn(stack, "A", arn),
        iam.LazyRole(stack, "L", assumed_by=iam.AccountRootPrincipal()),
    ]
    keys = [
        key,
        key.add_alias("x"),
        kms.Alias.from_alias_name(stack, "B", "alias/y"),
        kms.Key.from_lookup(stack, "C", alias_name="alias/z"),
    ]
    buckets = [bucket, s3.Bucket.from_bucket_name(stack, "D", "ddd")]
    given = ec2.Vpc.from_vpc_attributes(stack, "G", vpc_id="vpc-1", availability_zones=["eu-west-1a"])
    vpcs = [vpc, given, ec2.Vpc.from_lookup(stack, "H", vpc_id="vpc-2")]
    for number in range(5):
        values = [each[number % len(each)] for each in (peers, roles, keys, buckets, vpcs)]
        assert interfaces(**dict(zip(("peer", "role", "key", "bucket", "vpc"), values, strict=True))) == tuple(values)


@pytest.fixture(scope="module")
def world():
    """What the rows need."""
    stack = cdk.Stack(cdk.App(), "Stack")
    network = PrivateNetwork(stack, "Network")
    return {"stack": stack, "network": network, "vpc": network.vpc, "group": network.endpoint_security_group}


CONSTRUCTS = [
    (lambda w: NoVpcNotebook(w["stack"], "X", root_access="Enabled"), "root_access is 'Enabled': give True or False"),
    (lambda w: NoVpcNotebook(w["stack"], "X", role="arn"), "role is 'arn': give an iam.IRole"),
    (lambda w: VpcNotebookDirectInternet(w["stack"], "X", vpc="vpc-1"), "vpc is 'vpc-1': give an ec2.IVpc"),
    (
        lambda w: VpcNotebookDirectInternet(w["stack"], "X", vpc=w["vpc"], security_groups=["sg-1"]),
        "security_groups[0] is 'sg-1': give an ec2.ISecurityGroup",
    ),
    (
        lambda w: VpcNotebookDirectInternet(w["stack"], "X", vpc=w["vpc"], vpc_subnets=[]),
        "vpc_subnets is []: give an ec2.SubnetSelection",
    ),
    (
        lambda w: PrivateNotebook(w["stack"], "X", network=w["network"], services=["sts"]),
        "services[0] is 'sts': give a service of constructs_lib.services",
    ),
    (lambda w: PrivateNotebook(w["stack"], "X", subnet="subnet-1"), "subnet is 'subnet-1': give an ec2.ISubnet"),
    (lambda w: PrivateNetwork(w["stack"], "X", flow_logs=30), "flow_logs is 30: give True or False"),
    (
        lambda w: PrivateNetwork(w["stack"], "X", flow_log_retention=30),
        "flow_log_retention is 30: give a value of logs.RetentionDays",
    ),
    (
        lambda w: PrivateNetwork(w["stack"], "X", endpoint_policies={S3: {}}),
        "endpoint_policies[Service('s3')] is {}: give an iam.PolicyDocument",
    ),
    (
        lambda w: PrivateNetwork.from_vpc(w["stack"], "X", vpc="vpc-1", egress=Egress.NONE),
        "vpc is 'vpc-1': give an ec2.IVpc",
    ),
    (
        lambda w: w["network"].allow_from("10.0.0.0/8"),
        "peer is '10.0.0.0/8': give an ec2.IPeer or an ec2.IConnectable",
    ),
    (lambda w: w["network"].connect("x"), "workload is 'x': give an ec2.IConnectable"),
    (lambda w: PublicInternetOnly("vpc-1"), "vpc is 'vpc-1': give an ec2.IVpc"),
    (
        lambda w: StudioDomain(w["stack"], "X", domain_name="x", access=VpcOnly(w["network"]), user_profiles="ana"),
        "user_profiles is 'ana': give a list, even of one",
    ),
    (
        lambda w: StudioDomain(w["stack"], "X", domain_name="x", access=VpcOnly(w["network"]), rstudio=True),
        "rstudio is True: give an RStudio",
    ),
    (
        lambda w: StudioDomain(
            w["stack"], "X", domain_name="x", access=VpcOnly(w["network"]), removal_policy="DESTROY"
        ),
        "removal_policy is 'DESTROY': give a value of cdk.RemovalPolicy",
    ),
    (
        lambda w: PrivateTrainingJobNetwork(w["stack"], "X", security_groups=w["group"]),
        "security_groups is {group!r}: give a list, even of one",
    ),
    (
        lambda w: SageMakerGuardrails(w["stack"], "X", networks=[w["network"]]),
        "networks has {network!r}: give PrivateTrainingJobNetworks, or name subnets and security_groups",
    ),
    (
        lambda w: SageMakerDetector(w["stack"], "X", security_groups=[w["group"]], subnets=["subnet-1"]),
        "subnets[0] is 'subnet-1': give an ec2.ISubnet",
    ),
    (
        lambda w: ExistingEndpoint(STS, security_groups=["sg-1"]),
        "security_groups[0] is 'sg-1': give an ec2.ISecurityGroup",
    ),
    (lambda w: IdleShutdown(after=120), "after is 120: give a cdk.Duration, such as cdk.Duration.hours(2)"),
    (
        lambda w: PrivateTrainingJobNetwork(w["stack"], "X", private_registry="sg-1"),
        "private_registry is 'sg-1': give an ec2.IConnectable",
    ),
]


@pytest.mark.parametrize(("make", "message"), CONSTRUCTS)
def test_constructs(make, message, world):
    """The public constructs and methods look before they make anything."""
    for name in ("group", "network"):
        message = message.replace(f"{{{name}!r}}", repr(world[name]))
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        make(world)
    # What looks further than the type is in the tree by then.
    assert bool(world["stack"].node.try_remove_child("X")) == message.startswith("networks")


def test_a_network_in_place_of_its_vpc(world):
    """The way from one to the other is said."""
    with pytest.raises(TypeError, match=r"^vpc is <.*PrivateNetwork object.*>: give an ec2.IVpc \(give its vpc\)$"):
        VpcNotebookDirectInternet(world["stack"], "X", vpc=world["network"])
