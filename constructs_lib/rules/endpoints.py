"""Rules about VPC endpoints: their names, types, private DNS, and the subnets they lie in."""

from __future__ import annotations

from re import compile as pattern

from constructs_lib.assembly import NotVisible
from constructs_lib.network.names import same_name
from constructs_lib.rules._groups import listed, visible
from constructs_lib.rules._rule import (
    CLOUDFORMATION,
    GUIDE,
    PRIVATELINK,
    Finding,
    NotApplicable,
    Severity,
    advice,
    rule,
)
from constructs_lib.rules._studio import each
from constructs_lib.services import ALL, SAGEMAKER_API

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs_lib.network import Endpoint, Network, Vpc
    from constructs_lib.rules._rule import Findings

#: A region, or the hole of a reference in its place, stands between the prefix (com.amazonaws, those of other partitions) and the service.
_NAME = pattern(r"(?P<prefix>[a-z0-9.-]+?)\.(?P<region>\$\{[^}]*\}|[a-z]{2,}(?:-[a-z]+)+-\d+)\.(?P<service>.+)")
_PAGES_PREFIX = "aws.sagemaker"
_UNDER_PAGES = frozenset(service.name for service in ALL if service.prefix == _PAGES_PREFIX)
_UNDER_SAGEMAKER = frozenset(service.name for service in ALL if service.name.startswith("sagemaker."))
_GATEWAY_SERVICES = frozenset({"s3", "dynamodb", "s3express"})
_NEED_THE_API = frozenset({"notebook", "studio", "experiments", "mlflow"})


class _Name:
    """The parts of an endpoint's service name: `com.amazonaws`, the region as written, `sagemaker.api`."""

    __slots__ = ("prefix", "region", "service", "text")

    def __init__(self, endpoint: Endpoint) -> None:
        """Split the name of an endpoint of an AWS service.

        Raises:
            NotApplicable: It is an endpoint of somebody's own service.
            NotVisible: The service's name is not in the templates.
        """
        if not endpoint.is_aws:
            raise NotApplicable
        self.text = str(endpoint.get("ServiceName"))
        match = _NAME.fullmatch(self.text)
        self.prefix, self.region, self.service = (
            match.group("prefix", "region", "service") if match else ("", "", self.text)
        )
        if "${" in self.service:
            raise NotVisible(f"the service that {self.text} names", "write the name of the service out")

    @property
    def right(self) -> str | None:
        """The name under which the service exists, where this one is not it."""
        last = self.service.removeprefix("sagemaker.")
        if self.prefix == _PAGES_PREFIX:
            return f"com.amazonaws.{self.region}.sagemaker.{last}" if f"sagemaker.{last}" in _UNDER_SAGEMAKER else None
        return f"{_PAGES_PREFIX}.{self.region}.{last}" if last in _UNDER_PAGES else None

    @property
    def listed(self) -> bool:
        """False for a SageMaker service that no AWS page lists; other services are taken as they are."""
        if self.prefix == _PAGES_PREFIX:
            return self.service in _UNDER_PAGES
        return not self.service.startswith("sagemaker.") or self.service in _UNDER_SAGEMAKER


@rule(
    "SMN-EP-01",
    statement="The endpoint services of SageMaker AI are aws.sagemaker.<region>.{notebook, studio, experiments, mlflow, partner-app} and "
    "com.amazonaws.<region>.sagemaker.{api, runtime, metrics, featurestore-runtime} with their -fips variants.",
    severity=Severity.ERROR,
    source=f"{GUIDE}/notebook-interface-endpoint.html",
    fix="Use the service name that the message gives.",
    at="ServiceName",
)
def service_exists(endpoint: Endpoint, network: Network) -> Findings:
    name = _Name(endpoint)
    if name.service in _GATEWAY_SERVICES and endpoint.kind != "Interface":
        raise NotApplicable
    if name.right:
        yield f"{name.text} is not a service, {name.right} is"
    elif not name.listed:
        raise NotVisible(
            f"whether {name.text} is a service",
            "look it up with aws ec2 describe-vpc-endpoint-services, and acknowledge",
        )


@rule(
    "SMN-EP-02",
    statement="An interface endpoint of an AWS service needs private DNS, which CloudFormation leaves off unless told, or a private hosted zone "
    "of the service's name that points to it. Without either, SDKs go on calling the public address.",
    severity=Severity.ERROR,
    source=f"{GUIDE}/interface-vpc-endpoint.html",
    fix="Set PrivateDnsEnabled to true.",
    at="PrivateDnsEnabled",
)
def private_dns_is_on(endpoint: Endpoint, network: Network) -> Findings:
    if endpoint.kind != "Interface":
        raise NotApplicable
    name = _Name(endpoint)
    if name.service.split(".")[0] in _GATEWAY_SERVICES or name.service.startswith("dynamodb"):
        raise NotApplicable  # SMN-S3-03 speaks about Amazon S3; Amazon DynamoDB has no private DNS
    if endpoint.private_dns or endpoint.names_resolve:
        return
    if not endpoint.vpc.complete:
        raise NotVisible(
            f"PrivateDnsEnabled is not true; whether a private hosted zone of VPC {endpoint.vpc.id}, which the templates do not define, leads "
            f"{name.service} to the endpoint",
            f"set PrivateDnsEnabled to true, or declare {endpoint.vpc.id} in Metadata.SageMakerNetwork, complete: true",
        )
    dialled = (
        name.prefix == _PAGES_PREFIX
        or name.service.startswith(("sagemaker.", "ecr."))
        or name.service in ("sts", "logs")
    )
    yield Finding(
        f"PrivateDnsEnabled is not true and no private hosted zone points to the endpoint: calls of {name.service} go to the public "
        "address",
        severity=None if dialled else Severity.WARNING,
    )


@rule(
    "SMN-EP-03",
    statement="Private DNS, and gateway endpoints with Amazon's resolver, need DNS support and DNS hostnames on the VPC; CloudFormation leaves the "
    "hostnames off unless told. (SMN-VPC-01 says the same of the VPC.)",
    severity=Severity.ERROR,
    source=f"{PRIVATELINK}/create-interface-endpoint.html",
    fix="Set EnableDnsSupport and EnableDnsHostnames of the VPC to true.",
)
def vpc_resolves_private_names(endpoint: Endpoint, network: Network) -> Findings:
    gateway = endpoint.kind == "Gateway"
    if not gateway and not (endpoint.kind == "Interface" and endpoint.private_dns):
        raise NotApplicable
    vpc = endpoint.vpc
    what = "a gateway endpoint" if gateway else "private DNS"

    def judge(attribute: str) -> Findings:
        if attribute == "EnableDnsSupport" and not vpc.dns_support:
            yield f"{what} needs EnableDnsSupport of VPC {vpc.label}, which is false"
        if attribute == "EnableDnsHostnames" and not vpc.dns_hostnames:
            yield Finding(
                f"{what} needs EnableDnsHostnames of VPC {vpc.label}, which is not true",
                severity=Severity.WARNING if gateway else None,
            )

    yield from each(("EnableDnsSupport", "EnableDnsHostnames"), judge)


@rule(
    "SMN-EP-05",
    statement="An interface endpoint takes one subnet per Availability Zone.",
    severity=Severity.ERROR,
    source=f"{PRIVATELINK}/create-interface-endpoint.html",
    fix="Keep one of the subnets in each Availability Zone; the endpoint serves the whole VPC from it.",
    at="SubnetIds",
)
def subnets_are_in_different_zones(endpoint: Endpoint, network: Network) -> Findings:
    if endpoint.kind != "Interface" or not endpoint.given("SubnetIds"):
        raise NotApplicable
    endpoint.entries("SubnetIds")  # a parameter for the whole list hides how many there are
    first_in: dict[object, str] = {}
    unknown: NotVisible | None = None
    for subnet in endpoint.subnets:
        try:
            zone = subnet.zone
        except NotVisible as reason:
            unknown = reason
            continue
        if zone in first_in:
            yield f"{first_in[zone]} and {subnet.label} are both in {subnet.zone_name}"
        first_in.setdefault(zone, subnet.label)
    if unknown and len(endpoint.subnets) > 1:
        raise unknown


@rule(
    "SMN-EP-06",
    statement="The type of an endpoint fits its service: Gateway, which CloudFormation assumes unless told, is for Amazon S3 and DynamoDB only. "
    "Interface endpoints have subnets; gateway endpoints have route tables, and neither subnets, security groups nor private DNS.",
    severity=Severity.ERROR,
    source=f"{CLOUDFORMATION}/aws-resource-ec2-vpcendpoint.html",
    fix="Set VpcEndpointType to Interface and name SubnetIds; for a gateway endpoint leave SubnetIds, SecurityGroupIds and PrivateDnsEnabled out.",
    at="VpcEndpointType",
)
def type_fits_the_service(endpoint: Endpoint, network: Network) -> Findings:
    if endpoint.kind == "Interface":
        if not endpoint.given("SubnetIds"):
            yield Finding("an interface endpoint without SubnetIds has no network interface", at="SubnetIds")
        return
    if endpoint.kind != "Gateway":
        raise NotApplicable
    name = str(endpoint.get("ServiceName"))
    hidden: NotVisible | None = None
    try:
        if not endpoint.is_aws or _Name(endpoint).service not in _GATEWAY_SERVICES:
            given = "" if endpoint.given("VpcEndpointType") else ", which VpcEndpointType defaults to"
            yield f"{name} has no gateway endpoint{given}"
            return
    except NotVisible as reason:
        hidden = reason  # whichever service it is, a gateway endpoint has none of what follows
    for forbidden in ("SubnetIds", "SecurityGroupIds"):
        if endpoint.given(forbidden):
            yield Finding(f"{forbidden} is given for a gateway endpoint of {name}", at=forbidden)
    if hidden:
        yield hidden
    if endpoint.flag("PrivateDnsEnabled"):
        yield Finding(f"PrivateDnsEnabled is true for a gateway endpoint of {name}", at="PrivateDnsEnabled")


@rule(
    "SMN-EP-08",
    statement="Endpoints of notebook instances, Studio, experiments and MLflow need the one of the SageMaker API beside them, which signs the "
    "URLs that open their pages.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/notebook-interface-endpoint.html",
    fix="Add an interface endpoint of com.amazonaws.<region>.sagemaker.api to the VPC.",
)
def page_has_its_api(endpoint: Endpoint, network: Network) -> Findings:
    name = _Name(endpoint)
    if name.prefix != _PAGES_PREFIX or name.service not in _NEED_THE_API:
        raise NotApplicable
    if network.surely_without(endpoint.vpc, SAGEMAKER_API):
        yield f"VPC {endpoint.vpc.label} has no sagemaker.api endpoint beside the one of {name.service}"


@rule(
    "SMN-EP-12",
    statement="A VPC takes one endpoint with private DNS per service; a second one conflicts with its names.",
    severity=Severity.ERROR,
    source=f"{PRIVATELINK}/create-interface-endpoint.html",
    fix="Keep one endpoint, in all the subnets, or turn PrivateDnsEnabled off on the others.",
    at="PrivateDnsEnabled",
)
def private_names_are_given_once(endpoint: Endpoint, network: Network) -> Findings:
    if endpoint.kind != "Interface" or not endpoint.private_dns:
        raise NotApplicable
    name, vpc = str(endpoint.get("ServiceName")), endpoint.vpc
    rivals, unknown = visible(
        _others(endpoint, vpc, network),
        lambda other: other is not endpoint and _is_rival(other, endpoint) and other.exists,
    )
    if rivals:
        yield f"{listed(rival.label for rival in rivals)} {'has' if len(rivals) == 1 else 'have'} the private names of {name} in this VPC already"
    elif unknown:
        raise unknown
    elif not vpc.complete:
        raise NotVisible(
            f"whether VPC {vpc.id} has an endpoint of {name} with private DNS already, with which this one conflicts",
            f"declare {vpc.id} in Metadata.SageMakerNetwork, complete: true",
        )


def _others(endpoint: Endpoint, vpc: Vpc, network: Network) -> Sequence[Endpoint]:
    """The endpoints that may serve the same as this one in its VPC; asking no more of the others keeps their conditions out."""
    if vpc.imported:
        return network.things("Endpoint")
    if endpoint.service is None:
        found: Sequence[Endpoint] = vpc.endpoints
        return found
    return (*network.known_endpoints(vpc, endpoint.service), *network.of_unknown_service(vpc))


def _is_rival(other: Endpoint, endpoint: Endpoint) -> bool:
    """Whether another endpoint has the same private names in the same VPC; the cheapest question comes first.

    Raises:
        NotVisible: The service of one of them is not in the templates.
    """
    if not (other.kind == "Interface" and other.private_dns and other.vpc.same_as(endpoint.vpc)):
        return False
    if other.get("ServiceName") == endpoint.get("ServiceName"):
        return True
    for one in (endpoint, other):
        if one.may_serve:
            raise one.hidden(one.get("ServiceName"), "ServiceName")
    return same_name(
        other.service_name, endpoint.service_name
    )  # the region may be written out in one and not in the other


@rule(
    "SMN-EP-14",
    statement="The subnets of an endpoint whose IP address type is dualstack or ipv6 have IPv6 ranges.",
    severity=Severity.ERROR,
    source=f"{PRIVATELINK}/create-interface-endpoint.html",
    fix="Give the subnets IPv6 ranges, or set IpAddressType to ipv4.",
    at="IpAddressType",
)
def address_type_fits_the_subnets(endpoint: Endpoint, network: Network) -> Findings:
    if endpoint.kind != "Interface" or not endpoint.given("IpAddressType"):
        raise NotApplicable
    address_type = endpoint.ip_address_type
    if address_type.lower() not in ("dualstack", "ipv6"):
        return
    for subnet in endpoint.subnets:
        try:
            missing = not subnet.has_ipv6
        except NotVisible as unknown:
            yield unknown
        else:
            if missing:
                yield f"IpAddressType is {address_type}, but {subnet.label} has no IPv6 range"


advice(
    "SMN-EP-15",
    statement="Endpoints cannot be made in subnets that another account shares through AWS Resource Access Manager.",
    severity=Severity.WARNING,
    source=f"{PRIVATELINK}/create-interface-endpoint.html",
    fix="Let the owner of the VPC make the endpoint, or use subnets of your own.",
)
