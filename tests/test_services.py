"""The table of services agrees with the CDK's constants and recognizes names in every partition."""

from __future__ import annotations

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2

from constructs_lib import services
from constructs_lib.services import ALL, GATEWAY, INTERFACE, STS, Service, by_name, from_endpoint, named

REGIONS = ("us-east-1", "eu-west-1", "ap-northeast-1", "us-gov-west-1", "cn-north-1", "cn-northwest-1")
WITHOUT_CONSTANT = {"mlflow", "s3express", "sagemaker.featurestore-runtime-fips"}
"""Names that the CDK has no constant for."""


def _constants() -> dict[str, ec2.InterfaceVpcEndpointAwsService]:
    kind = ec2.InterfaceVpcEndpointAwsService
    found = (getattr(kind, name) for name in dir(kind) if name.isupper())
    return {each.short_name: each for each in found if isinstance(each, kind)}


CONSTANTS = _constants()


@pytest.mark.parametrize("region", REGIONS)
def test_names_are_the_names_of_the_cdk(region: str) -> None:
    """Each interface endpoint's name, China's prefixes included, is what the CDK writes for its own constant."""
    stack = cdk.Stack(cdk.App(), "Stack", env=cdk.Environment(account="111122223333", region=region))
    ours = {
        each.name: each.endpoint_in(region)
        for each in ALL
        if INTERFACE in each.kinds and each.name not in WITHOUT_CONSTANT
    }
    theirs = {name: stack.resolve(CONSTANTS[name].name) for name in ours}
    assert ours == theirs


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("name", ["s3", "dynamodb", "s3express"])
def test_gateway_names_are_the_same_everywhere(region: str, name: str) -> None:
    """A gateway endpoint has no prefix of its own in China, unlike the interface endpoint of the same service."""
    stack = cdk.Stack(cdk.App(), "Stack", env=cdk.Environment(account="111122223333", region=region))
    constant = {
        "s3": ec2.GatewayVpcEndpointAwsService.S3,
        "dynamodb": ec2.GatewayVpcEndpointAwsService.DYNAMODB,
        "s3express": ec2.GatewayVpcEndpointAwsService.S3_EXPRESS,
    }[name]
    service = by_name(name)
    assert service is not None
    assert {"Fn::Join": ["", ["com.amazonaws.", {"Ref": "AWS::Region"}, f".{name}"]]} == stack.resolve(constant.name)
    assert service.endpoint_in(region, GATEWAY) == f"com.amazonaws.{region}.{name}"


@pytest.mark.parametrize("service", ALL, ids=str)
def test_a_service_is_found_by_what_it_says_of_itself(service: Service) -> None:
    """Name, endpoint template, regional endpoint names and host names all lead back to the service."""
    assert by_name(service.name) is service
    assert from_endpoint(service.endpoint) is service
    for region in (*REGIONS, "*", "${AWS::Region}"):
        assert from_endpoint(service.endpoint_in(region)) is service
    for region in REGIONS:
        assert all(service.serves(host) for host in service.hosts_in(region))
    assert service.source.startswith("https://docs.aws.amazon.com/")


def test_host_names_lead_to_one_service_only() -> None:
    """No host name is claimed by two services."""
    claims = {
        host: [each.name for each in ALL if each.serves(host)]
        for service in ALL
        for host in service.hosts_in("eu-west-1")
    }
    assert {host: names for host, names in claims.items() if len(names) != 1} == {}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("com.amazonaws.us-east-1.sagemaker.api", "sagemaker.api"),
        ("cn.com.amazonaws.cn-north-1.sagemaker.api", "sagemaker.api"),
        ("aws.sagemaker.eu-west-1.studio", "studio"),
        ("gov.ic.c2s.us-iso-east-1.sagemaker.runtime", "sagemaker.runtime"),
        ("gov.sgov.sc2s.us-isob-east-1.ecr.api", "ecr.api"),
        ("com.amazonaws.*.s3", "s3"),
        ("com.amazonaws.${AWS::Region}.git-codecommit", "git-codecommit"),
        ("com.amazonaws.us-east-1.notebook", None),
        ("aws.sagemaker.us-east-1.sagemaker.api", None),
        ("com.amazonaws.us-east-1.unheard-of", None),
        ("com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0", None),
        ("s3", None),
        ("", None),
    ],
)
def test_endpoint_names(name: str, expected: str | None) -> None:
    """Every partition's prefix is known, and a name with the wrong prefix is nobody's."""
    found = from_endpoint(name)
    assert (found.name if found else None) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("api.sagemaker.us-east-1.amazonaws.com", True),
        ("API.SageMaker.us-east-1.amazonaws.com.", True),
        ("api.sagemaker.cn-north-1.amazonaws.com.cn", True),
        ("runtime.sagemaker.us-east-1.amazonaws.com", False),
        ("x.api.sagemaker.us-east-1.amazonaws.com", False),
        ("api.sagemaker.us-east-1.amazonaws.example", False),
    ],
)
def test_host_names_of_an_api(host: str, expected: bool) -> None:
    """Case, a trailing dot and the region do not matter; another service's name or another ending does."""
    assert services.SAGEMAKER_API.serves(host) is expected


def test_zone_of_all_names_below() -> None:
    """A hosted zone for studio.<region>.sagemaker.aws serves the pages below it, and so does the wildcard record."""
    assert services.STUDIO.serves("studio.eu-west-1.sagemaker.aws")
    assert services.STUDIO.serves("*.studio.eu-west-1.sagemaker.aws")
    assert services.STUDIO.serves("d-abc.studio.eu-west-1.sagemaker.aws")


def test_policies_are_left_out_where_none_is_documented() -> None:
    """FIPS runtime endpoints take no policy (SMN-EP-11), nor does what documents none."""
    assert {each.name for each in ALL if not each.supports_policy} == {
        "sagemaker.runtime-fips",
        "sagemaker.featurestore-runtime-fips",
        "sagemaker.metrics",
        "partner-app",
    }


def test_gateways() -> None:
    """Only S3, S3 Express and DynamoDB have gateway endpoints (SMN-EP-06)."""
    assert [each.name for each in ALL if each.has_gateway] == ["s3", "s3express", "dynamodb"]


def test_text() -> None:
    """A service reads as its name in messages."""
    assert f"{services.S3}" == "s3"
    assert repr(services.S3) == "Service('s3')"


def test_named() -> None:
    """A name as people write it; a wrong one is answered with the nearest, or with all."""
    assert named("sts") is STS
    with pytest.raises(
        ValueError, match=r"^no service is named 'Sagemaker.Runtimes': did you mean sagemaker.runtime or "
    ):
        named("Sagemaker.Runtimes")
    with pytest.raises(ValueError, match=r"^no service is named 'xyzzy': there are s3, .*, bedrock-agent-runtime$"):
        named("xyzzy")
