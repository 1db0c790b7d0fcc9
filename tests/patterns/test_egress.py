"""Each way out of a private network: what it builds, what it refuses."""

from __future__ import annotations

import re

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Match, Template

from constructs_lib import Egress, PrivateNetwork
from constructs_lib.services import LOGS, S3, SAGEMAKER_API

TGW = "tgw-0123456789abcdef0"


def stack():
    return cdk.Stack(cdk.App(), "Stack")


def network_with(egress, **options):
    scope = stack()
    return scope, PrivateNetwork(scope, "Network", egress=egress, **options)


def workload(scope, network):
    return ec2.SecurityGroup(scope, "Workload", vpc=network.vpc, description="Workload", allow_all_outbound=False)


def refused(message, make, kind=ValueError):
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        make()


def default_routes(template):
    return [
        route["Properties"]
        for route in template.find_resources("AWS::EC2::Route").values()
        if route["Properties"]["DestinationCidrBlock"] == "0.0.0.0/0"
    ]


def test_without_a_way_out_there_is_no_route_and_no_gateway():
    """The private subnets have their local route alone, and nothing public exists."""
    scope, network = network_with(Egress.NONE)
    template = Template.from_stack(scope)
    for kind in ("Route", "InternetGateway", "NatGateway", "EIP"):
        template.resource_count_is(f"AWS::EC2::{kind}", 0)
    template.resource_count_is("AWS::EC2::Subnet", 2)
    assert network.http_proxy is None
    assert network.no_proxy_hosts("eu-west-1") == []


@pytest.mark.parametrize(
    ("egress", "zones", "gateways"), [(Egress.NAT_PER_AZ, 2, 2), (Egress.NAT_PER_AZ, 3, 3), (Egress.NAT_SINGLE, 3, 1)]
)
def test_nat_gateways(egress, zones, gateways):
    """One NAT gateway for each zone or one in all; every private subnet has a default route to one."""
    scope, _ = network_with(egress, availability_zones=zones)
    template = Template.from_stack(scope)
    template.resource_count_is("AWS::EC2::NatGateway", gateways)
    routes = default_routes(template)
    assert sum("NatGatewayId" in route for route in routes) == zones
    assert sum("GatewayId" in route for route in routes) == zones
    assert len({str(route["NatGatewayId"]) for route in routes if "NatGatewayId" in route}) == gateways


def test_public_subnets_give_no_public_addresses():
    """Nothing but NAT has a public address."""
    scope, _ = network_with(Egress.NAT_PER_AZ)
    Template.from_stack(scope).all_resources_properties("AWS::EC2::Subnet", {"MapPublicIpOnLaunch": False})


def test_changing_the_way_out_keeps_the_private_subnets():
    """Logical ids and ranges of private subnets do not depend on the way out, so workloads survive a change of it."""

    def private_subnets(egress):
        scope, _ = network_with(egress)
        subnets = Template.from_stack(scope).find_resources("AWS::EC2::Subnet")
        return {
            name: subnet["Properties"]["CidrBlock"]
            for name, subnet in subnets.items()
            if {"Key": "aws-cdk:subnet-name", "Value": "Private"} in subnet["Properties"]["Tags"]
        }

    expected = private_subnets(Egress.NONE)
    assert list(expected.values()) == ["10.0.0.0/19", "10.0.32.0/19"]
    others = (
        Egress.NAT_PER_AZ,
        Egress.NAT_SINGLE,
        Egress.NAT_INSTANCE,
        Egress.transit_gateway(TGW),
        Egress.http_proxy("http://10.9.9.9:80"),
    )
    assert all(private_subnets(egress) == expected for egress in others)


def test_nat_instance():
    """One instance, with version 2 of the metadata service and an encrypted volume, which takes in what private subnets send alone."""
    scope, _ = network_with(Egress.NAT_INSTANCE)
    template = Template.from_stack(scope)
    template.resource_count_is("AWS::EC2::Instance", 1)
    template.has_resource_properties(
        "AWS::EC2::Instance",
        {
            "SourceDestCheck": False,
            "MetadataOptions": {"HttpTokens": "required"},
            "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True, "VolumeType": "gp3"}}],
        },
    )
    template.has_resource_properties(
        "AWS::EC2::SecurityGroup",
        {
            "SecurityGroupIngress": [
                Match.object_like({"CidrIp": block, "IpProtocol": "-1"}) for block in ("10.0.0.0/19", "10.0.32.0/19")
            ]
        },
    )
    assert sum("InstanceId" in route for route in default_routes(template)) == 2


@pytest.mark.parametrize(
    "egress",
    [Egress.NAT_PER_AZ, Egress.NAT_SINGLE, Egress.NAT_INSTANCE, Egress.transit_gateway(TGW, reaches_services=True)],
    ids=repr,
)
def test_services_are_reached_by_a_way_out_that_serves_them(egress):
    """No interface endpoint is made that the way out already serves, and the workload may go out on TCP 443."""
    scope, network = network_with(egress)
    group = workload(scope, network)
    network.connect(group, SAGEMAKER_API, LOGS, S3)
    assert list(network.endpoints) == [S3]
    Template.from_stack(scope).has_resource_properties(
        "AWS::EC2::SecurityGroup",
        {
            "GroupDescription": "Workload",
            "SecurityGroupEgress": [
                Match.object_like({"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443})
            ],
        },
    )


@pytest.mark.parametrize(
    "egress", [Egress.NONE, Egress.transit_gateway(TGW), Egress.http_proxy("http://10.9.9.9:3128")], ids=repr
)
def test_services_get_endpoints_where_nothing_else_surely_serves_them(egress):
    """Without a way out, and where what lies behind it is in no template, endpoints are made."""
    scope, network = network_with(egress)
    network.connect(workload(scope, network), SAGEMAKER_API, LOGS)
    assert list(network.endpoints) == [S3, SAGEMAKER_API, LOGS]


def test_transit_gateway():
    """The VPC is attached by its private subnets, and each has a default route there once the attachment exists."""
    scope, _ = network_with(Egress.transit_gateway(TGW))
    template = Template.from_stack(scope)
    (attachment,) = template.find_resources("AWS::EC2::TransitGatewayAttachment")
    template.has_resource_properties(
        "AWS::EC2::TransitGatewayAttachment",
        {"TransitGatewayId": TGW, "SubnetIds": [Match.any_value(), Match.any_value()]},
    )
    routes = template.find_resources("AWS::EC2::Route").values()
    assert [route["Properties"]["TransitGatewayId"] for route in routes] == [TGW, TGW]
    assert all(route["DependsOn"] == [attachment] for route in routes)


def test_http_proxy():
    """Workloads may talk to the proxy, and are told what goes without it: the instance, services with endpoints, and the user's hosts."""
    scope, network = network_with(Egress.http_proxy("http://10.9.9.9:3128", no_proxy=["git.example.com"]))
    network.connect(workload(scope, network), SAGEMAKER_API)
    assert network.http_proxy.url == "http://10.9.9.9:3128"
    assert network.no_proxy_hosts("eu-west-1") == [
        "localhost",
        "127.0.0.1",
        "169.254.169.254",
        "169.254.170.2",
        "s3.eu-west-1.amazonaws.com",
        ".s3.eu-west-1.amazonaws.com",
        "api.sagemaker.eu-west-1.amazonaws.com",
        "git.example.com",
    ]
    Template.from_stack(scope).has_resource_properties(
        "AWS::EC2::SecurityGroup",
        {
            "SecurityGroupEgress": [
                Match.object_like({"CidrIp": "10.9.9.9/32", "IpProtocol": "tcp", "FromPort": 3128, "ToPort": 3128})
            ]
        },
    )


def test_http_proxy_behind_a_transit_gateway():
    """The routes are those of the transit gateway, and a host name's address is the peer's."""
    egress = Egress.http_proxy(
        "https://proxy.example.com:8443/", peer=ec2.Peer.ipv4("10.8.0.0/28"), through=Egress.transit_gateway(TGW)
    )
    scope, network = network_with(egress)
    network.connect(workload(scope, network), S3)
    template = Template.from_stack(scope)
    template.resource_count_is("AWS::EC2::TransitGatewayAttachment", 1)
    template.has_resource_properties(
        "AWS::EC2::SecurityGroup",
        {"SecurityGroupEgress": Match.array_with([Match.object_like({"CidrIp": "10.8.0.0/28", "FromPort": 8443})])},
    )
    assert egress.declared == "transit-gateway"


def test_values_read_as_they_are_written():
    """A value in a message looks like the code that gives it."""
    values = (Egress.NONE, Egress.NAT_PER_AZ, Egress.NAT_SINGLE, Egress.NAT_INSTANCE, Egress.transit_gateway(TGW))
    assert [repr(value) for value in values] == [
        "Egress.NONE",
        "Egress.NAT_PER_AZ",
        "Egress.NAT_SINGLE",
        "Egress.NAT_INSTANCE",
        f"Egress.transit_gateway('{TGW}')",
    ]
    assert repr(Egress.http_proxy("http://10.1.1.1:80")) == "Egress.http_proxy('http://10.1.1.1:80')"


_WANT_URL = "give scheme, host and port of the proxy, such as 'http://proxy.example.com:3128'"
_WANT_PORT = "give the port of the proxy, 1 to 65535, such as 'http://proxy.example.com:3128'"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Egress.transit_gateway("vgw-0123456789abcdef0"),
            "transit_gateway_id is 'vgw-0123456789abcdef0': give the id of a transit gateway, such as 'tgw-0123456789abcdef0'",
        ),
        (lambda: Egress.http_proxy("proxy.example.com:3128"), f"url is 'proxy.example.com:3128': {_WANT_URL}"),
        (lambda: Egress.http_proxy("ftp://10.1.1.1:21"), f"url is 'ftp://10.1.1.1:21': {_WANT_URL}"),
        (lambda: Egress.http_proxy("http://10.1.1.1:80/path"), f"url is 'http://10.1.1.1:80/path': {_WANT_URL}"),
        (lambda: Egress.http_proxy("http://10.1.1.1"), f"url is 'http://10.1.1.1': {_WANT_PORT}"),
        (lambda: Egress.http_proxy("http://10.1.1.1:99999"), f"url is 'http://10.1.1.1:99999': {_WANT_PORT}"),
        (
            lambda: Egress.http_proxy("http://me:secret@10.1.1.1:80"),
            (
                "url has a user name for '10.1.1.1': it would stand in the template for everyone to read; "
                "let the proxy admit the workloads by their addresses"
            ),
        ),
        (
            lambda: Egress.http_proxy("http://proxy.example.com:80"),
            (
                "peer is missing for url 'http://proxy.example.com:80': security groups do not know host names, so say where the proxy is, "
                "such as peer=ec2.Peer.ipv4('10.1.2.0/28')"
            ),
        ),
        (
            lambda: Egress.http_proxy("http://10.1.1.1:80", through=Egress.http_proxy("http://10.1.1.2:80")),
            "through is Egress.http_proxy('http://10.1.1.2:80'): a proxy is reached through the network, so give a value without a proxy",
        ),
    ],
)
def test_values_that_can_never_be_right(make, message):
    """The message names the argument, the value, and what is allowed."""
    refused(message, make)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Egress.transit_gateway(None),
            "transit_gateway_id is None: give the id of a transit gateway, such as 'tgw-0123456789abcdef0'",
        ),
        (
            lambda: Egress.http_proxy(None),
            "url is None: give the proxy's address, such as 'http://proxy.example.com:3128'",
        ),
        (
            lambda: Egress.http_proxy("http://10.1.1.1:80", through="tgw"),
            "through is 'tgw': give a value of Egress, such as Egress.NONE or Egress.transit_gateway(...)",
        ),
        (
            lambda: PrivateNetwork(stack(), "Network", egress="none"),
            "egress is 'none': give a value of Egress, such as Egress.NONE or Egress.NAT_PER_AZ",
        ),
    ],
)
def test_values_of_another_type(make, message):
    """A text where a value is meant is a type error, said in the same words."""
    refused(message, make, TypeError)


def test_a_proxy_with_an_ipv6_address():
    """The peer of a literal IPv6 address is that address."""
    proxy = Egress.http_proxy("http://[2001:db8::1]:3128").proxy
    assert proxy.peer.unique_id == "2001:db8::1/128"
