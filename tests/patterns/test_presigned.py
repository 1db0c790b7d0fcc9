"""From where a notebook may be opened: the grants, and what they refuse."""

from __future__ import annotations

import re
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template
from hypothesis import given
from hypothesis import strategies as st

from constructs_lib import NoVpcNotebook
from constructs_lib.patterns.presigned import OpenFrom

ACTIONS = ["sagemaker:CreatePresignedNotebookInstanceUrl", "sagemaker:DescribeNotebookInstance"]


@pytest.fixture
def stack() -> cdk.Stack:
    return cdk.Stack(cdk.App(), "Stack")


def conditions(stack: cdk.Stack, notebook: NoVpcNotebook) -> list[dict[str, Any]]:
    """The condition of each statement, all of which allow the two actions on this notebook."""
    (policy,) = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    for each in statements:
        assert each["Action"] == ACTIONS
        assert each["Effect"] == "Allow"
        assert each["Resource"] == stack.resolve(notebook.notebook_instance.ref)
    return [each["Condition"] for each in statements]


def endpoint(stack: cdk.Stack, name: str, service: str) -> ec2.InterfaceVpcEndpoint:
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        f"Vpc{name}",
        vpc_id="vpc-1",
        vpc_cidr_block="10.1.0.0/16",
        availability_zones=["zone"],
        private_subnet_ids=["subnet-1"],
    )
    return ec2.InterfaceVpcEndpoint(
        stack,
        name,
        vpc=vpc,
        service=ec2.InterfaceVpcEndpointService(service),
        security_groups=[ec2.SecurityGroup(stack, f"{name}Group", vpc=vpc)],
    )


def test_public_ranges(stack: cdk.Stack) -> None:
    """``aws:SourceIp``, IPv4 and IPv6."""
    notebook = NoVpcNotebook(stack, "Notebook")
    notebook.grant_open(
        iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal()), ip_ranges=["203.0.113.0/24", "2001:db8::/32"]
    )
    assert conditions(stack, notebook) == [{"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]}}]


@pytest.mark.parametrize(
    ("principal", "said"),
    [
        (iam.ServicePrincipal("lambda.amazonaws.com"), "ServicePrincipal(lambda.amazonaws.com)"),
        (iam.AccountPrincipal("111122223333"), "AccountPrincipal(111122223333)"),
    ],
)
def test_nobody_is_granted_in_silence(stack: cdk.Stack, principal: iam.IPrincipal, said: str) -> None:
    """The CDK drops what is granted to a service or an account; whoever asks for it here learns so."""
    message = f"grantee is {said}, which policies cannot be attached to: give a role, a user or a group"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        NoVpcNotebook(stack, "Notebook").grant_open(principal, ip_ranges=["203.0.113.0/24"])


def test_vpcs_with_their_private_ranges(stack: cdk.Stack) -> None:
    """``aws:SourceVpc`` together with ``aws:VpcSourceIp``, in one statement: both must hold."""
    notebook = NoVpcNotebook(stack, "Notebook")
    vpc = ec2.Vpc.from_vpc_attributes(stack, "Vpc", vpc_id="vpc-1", availability_zones=["zone"])
    role = iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal())
    notebook.grant_open(role, vpcs=[vpc], vpc_ip_ranges=["10.0.0.0/16"])
    expected = {"StringEquals": {"aws:SourceVpc": ["vpc-1"]}, "IpAddress": {"aws:VpcSourceIp": ["10.0.0.0/16"]}}
    assert conditions(stack, notebook) == [expected]


def test_both_endpoints(stack: cdk.Stack) -> None:
    """``aws:SourceVpce`` with the API's and the page's."""
    notebook = NoVpcNotebook(stack, "Notebook")
    api = endpoint(stack, "Api", "com.amazonaws.eu-west-1.sagemaker.api")
    page = endpoint(stack, "Page", f"aws.sagemaker.{stack.region}.notebook")
    notebook.grant_open(iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal()), vpc_endpoints=[api, page])
    ids = [stack.resolve(each.vpc_endpoint_id) for each in (api, page)]
    assert conditions(stack, notebook) == [{"StringEquals": {"aws:SourceVpce": ids}}]


def test_any_place_suffices(stack: cdk.Stack) -> None:
    """Each kind of place is a statement of its own."""
    notebook = NoVpcNotebook(stack, "Notebook")
    vpc = ec2.Vpc.from_vpc_attributes(stack, "Vpc", vpc_id="vpc-1", availability_zones=["zone"])
    grant = notebook.grant_open(
        iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal()), ip_ranges=["203.0.113.0/24"], vpcs=[vpc]
    )
    assert grant.success
    assert [sorted(each) for each in conditions(stack, notebook)] == [["IpAddress"], ["StringEquals"]]


def test_a_range_known_only_at_deployment_is_taken(stack: cdk.Stack) -> None:
    """It cannot be judged here; the rule judges the template."""
    parameter = cdk.CfnParameter(stack, "Office")
    notebook = NoVpcNotebook(stack, "Notebook")
    notebook.grant_open(
        iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal()), ip_ranges=[parameter.value_as_string]
    )
    assert conditions(stack, notebook) == [{"IpAddress": {"aws:SourceIp": [{"Ref": "Office"}]}}]


WRONG = [
    (
        {},
        (
            "ip_ranges, vpcs and vpc_endpoints are all empty: name at least one place that the presigned URL may be "
            "used from (SMN-IAM-01)"
        ),
    ),
    (
        {"ip_ranges": ["10.0.0.0/8"]},
        (
            "ip_ranges contains '10.0.0.0/8', a private range, but aws:SourceIp is a public address, and through an "
            "interface endpoint it is not the client's: name the VPC in vpcs and the range in vpc_ip_ranges, or name "
            "vpc_endpoints (SMN-IAM-02)"
        ),
    ),
    (
        {"ip_ranges": ["0.0.0.0/0"]},
        "ip_ranges contains '0.0.0.0/0', which is every address: name the ranges that people come from (SMN-IAM-01)",
    ),
    (
        {"ip_ranges": ["203.0.113.1/24"]},
        (
            "ip_ranges contains '203.0.113.1/24', which is not a CIDR range (203.0.113.1/24 has host bits set): write "
            "it as 203.0.113.0/24"
        ),
    ),
    (
        {"ip_ranges": ["203.0.113.0/24"], "vpc_ip_ranges": ["10.0.0.0/8"]},
        (
            "vpc_ip_ranges is ['10.0.0.0/8'] without vpcs: private addresses mean something only within a VPC, so "
            "name it in vpcs (SMN-IAM-02)"
        ),
    ),
]


@pytest.mark.parametrize(("places", "message"), WRONG)
def test_wrong_places_raise(stack: cdk.Stack, places: dict[str, Any], message: str) -> None:
    """Argument, value, what is allowed, rule."""
    with pytest.raises(ValueError) as raised:
        NoVpcNotebook(stack, "Notebook").grant_open(iam.AccountRootPrincipal(), **places)
    assert str(raised.value) == message


def test_a_text_for_a_list_raises(stack: cdk.Stack) -> None:
    """Its letters would be taken for ranges."""
    with pytest.raises(TypeError) as raised:
        NoVpcNotebook(stack, "Notebook").grant_open(iam.AccountRootPrincipal(), ip_ranges="203.0.113.0/24")
    assert str(raised.value) == "ip_ranges is '203.0.113.0/24': give a list, even of one"


def test_one_endpoint_of_the_two_raises(stack: cdk.Stack) -> None:
    """The message names the one that is missing."""
    api = endpoint(stack, "Api", "com.amazonaws.eu-west-1.sagemaker.api")
    with pytest.raises(ValueError) as raised:
        NoVpcNotebook(stack, "Notebook").grant_open(iam.AccountRootPrincipal(), vpc_endpoints=[api])
    assert str(raised.value) == (
        "vpc_endpoints lacks the endpoint of the notebook page (given: com.amazonaws.eu-west-1.sagemaker.api): name "
        "both the SageMaker API's and the notebook page's, or the presigned URL is made and then refused (SMN-IAM-03)"
    )


def test_imported_endpoints_count_for_what_is_missing(stack: cdk.Stack) -> None:
    """Which service they serve is not known: two of them may be the two, one is one too few."""
    imported = [
        ec2.InterfaceVpcEndpoint.from_interface_vpc_endpoint_attributes(
            stack, f"Imported{n}", vpc_endpoint_id=f"vpce-{n}", port=443
        )
        for n in range(2)
    ]
    assert OpenFrom(page="notebook", vpc_endpoints=imported).conditions() == [
        {"StringEquals": {"aws:SourceVpce": ["vpce-0", "vpce-1"]}}
    ]
    with pytest.raises(ValueError) as raised:
        OpenFrom(page="notebook", vpc_endpoints=imported[:1])
    assert str(raised.value) == (
        "vpc_endpoints lacks the endpoint of the SageMaker API and that of the notebook page (given: an imported "
        "endpoint): name both the SageMaker API's and the notebook page's, or the presigned URL is made and then "
        "refused (SMN-IAM-03)"
    )


PRIVATE = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "127.0.0.0/8",
    "fc00::/7",
]


@given(
    st.sampled_from(PRIVATE).flatmap(
        lambda text: st.tuples(st.just(text), st.integers(0, 2**16 - 1), st.integers(16, 32))
    )
)
def test_any_part_of_a_private_range_is_refused(drawn: tuple[str, int, int]) -> None:
    """However small it is."""
    import ipaddress

    text, offset, length = drawn
    network = ipaddress.ip_network(text)
    part = ipaddress.ip_network((network.network_address + offset, max(length, network.prefixlen)), strict=False)
    with pytest.raises(ValueError, match="SMN-IAM-02"):
        OpenFrom(page="notebook", ip_ranges=[str(part)])
