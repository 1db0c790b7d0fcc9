"""Rules about models and the endpoint configurations that host them."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network import Model, hosts, model_at, variant_path
from constructs_lib.rules._groups import listed
from constructs_lib.rules._jobs import require_vpc, without_s3, without_service
from constructs_lib.rules._rule import GUIDE, SECURITY_HUB, Finding, NotApplicable, Severity, advice, rule
from constructs_lib.rules._studio import each
from constructs_lib.services import EC2MESSAGES, SSM, SSMMESSAGES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from constructs_lib.network import EndpointConfig, Network
    from constructs_lib.rules._jobs import Hosted
    from constructs_lib.rules._rule import Findings

_CONTROLS = f"{SECURITY_HUB}/sagemaker-controls.html"


@rule(
    "SMN-HOST-01",
    statement="Hosting in a VPC takes subnets in at least two Availability Zones, even for a single instance.",
    severity=Severity.ERROR,
    source=f"{GUIDE}/host-vpc.html",
    fix="Name subnets in two or more Availability Zones.",
    at="VpcConfig.Subnets",
)
def hosting_spans_two_zones(hosted: Model | EndpointConfig, network: Network) -> Findings:
    require_vpc(hosted)
    hosted.count(*hosted.vpc_path, "Subnets")  # a parameter for the whole list hides how many there are
    subnets = list(dict.fromkeys(hosted.subnets))
    if not subnets:
        raise NotApplicable  # SMN-JOB-01 speaks about an empty list
    zones = _zones(hosted)
    if len(zones) > 1:
        return
    names = listed(subnet.label for subnet in subnets)
    problem = f"{names} is the only subnet" if len(subnets) == 1 else f"{names} are all in {subnets[0].zone_name}"
    problem += ", hosting takes two in different Availability Zones"
    if not _is_hosted(hosted, network):
        raise NotVisible(
            f"no endpoint configuration of the templates uses this model, which may serve batch transform only; for hosting, {problem}",
            "put the endpoint configuration into the input, or acknowledge the rule if the model is never hosted",
        )
    yield problem


def _zones(hosted: Hosted) -> set[object]:
    """The Availability Zones that are known; two are enough, else each must be known."""
    zones: set[object] = set()
    unknown: NotVisible | None = None
    subnets = dict.fromkeys(hosted.subnets)
    for subnet in subnets:
        try:
            zones.add(subnet.zone)
        except NotVisible as reason:
            unknown = reason
    if unknown and len(zones) < 2 and len(subnets) > 1:
        raise unknown
    return zones


def _is_hosted(hosted: Hosted, network: Network) -> bool:
    return not isinstance(hosted, Model) or any(hosts(config, hosted) for config in network.endpoint_configs)


@rule(
    "SMN-HOST-02",
    statement="A model in subnets without a way to the internet needs a path to Amazon S3, or its artifacts cannot be loaded.",
    severity=Severity.ERROR,
    source=f"{GUIDE}/host-vpc.html",
    fix="Add a gateway endpoint for Amazon S3 to the route table of each subnet, or route the subnets to a NAT gateway.",
    at="VpcConfig.Subnets",
)
def hosting_reaches_s3(hosted: Model | EndpointConfig, network: Network) -> Findings:
    require_vpc(hosted)
    yield from without_s3(hosted, network)


@rule(
    "SMN-HOST-03",
    statement="Serverless inference supports neither a VPC configuration, nor network isolation, nor images of a private registry.",
    severity=Severity.ERROR,
    source=f"{GUIDE}/serverless-endpoints.html",
    fix="Take these settings from the model, or use variants with instances.",
)
def serverless_has_no_network_settings(config: EndpointConfig, network: Network) -> Findings:
    serverless = [index for index, variant in enumerate(config.variants) if "ServerlessConfig" in variant]
    if not serverless:
        raise NotApplicable

    def judge(case: tuple[int, str, Callable[[Model], bool]]) -> Findings:
        index, title, present = case
        model = model_at(config, index)
        if model is not None and present(model):
            yield Finding(
                f"the serverless variant's model {model.id} has {title}", at=_at(config, index, "ServerlessConfig")
            )

    yield from each(((index, *setting) for index in serverless for setting in _NOT_FOR_SERVERLESS), judge)


_NOT_FOR_SERVERLESS: tuple[tuple[str, Callable[[Model], bool]], ...] = (
    ("a VPC configuration", lambda model: model.vpc_config_given),
    ("network isolation", lambda model: model.isolated_network),
    ("an image in a private registry", lambda model: model.repository_access_vpc),
)


@rule(
    "SMN-HOST-04",
    statement="The containers of a model are isolated from the network.",
    severity=Severity.WARNING,
    source=_CONTROLS,
    fix="Set EnableNetworkIsolation to true; containers that must call other services are the exception to acknowledge.",
    at="EnableNetworkIsolation",
    related=("SageMaker.5", "sagemaker-model-isolation-enabled"),
)
def model_is_isolated(model: Model, network: Network) -> Findings:
    if not model.isolated_network:
        yield "EnableNetworkIsolation is not true"


@rule(
    "SMN-HOST-06",
    statement="A model without VPC configuration runs in a network of SageMaker's with internet access.",
    severity=Severity.INFO,
    source=f"{GUIDE}/host-vpc.html",
    fix="Give the model a VpcConfig if its data must not leave the VPC, or its container calls something inside it.",
    at="VpcConfig",
)
def model_is_in_a_vpc(model: Model, network: Network) -> Findings:
    if not model.vpc_config_given:
        yield "no VpcConfig: the containers run in SageMaker's own network, with internet access"


@rule(
    "SMN-HOST-09",
    statement="A variant with a single instance lives in a single Availability Zone.",
    severity=Severity.INFO,
    source=_CONTROLS,
    fix="Set InitialInstanceCount to at least 2.",
    related=("SageMaker.4", "sagemaker-endpoint-config-prod-instance-count"),
)
def variant_has_two_instances(config: EndpointConfig, network: Network) -> Findings:
    instances = [index for index, variant in enumerate(config.variants) if "ServerlessConfig" not in variant]
    if not instances:
        raise NotApplicable

    def judge(index: int) -> Findings:
        if config.number(*variant_path(config, index), "InitialInstanceCount") == 1:
            name = config.variants[index].get("VariantName", index)
            yield Finding(f"variant {name} has one instance", at=_at(config, index, "InitialInstanceCount"))

    yield from each(instances, judge)


@rule(
    "SMN-HOST-11",
    statement="Sessions of AWS Systems Manager into model containers are impossible under network isolation; in subnets without a way to the "
    "internet they need the ssm, ssmmessages and ec2messages endpoints.",
    severity=Severity.INFO,
    source=f"{GUIDE}/ssm-access.html",
    fix="Turn off EnableNetworkIsolation or EnableSSMAccess, and add the endpoints of ssm, ssmmessages and ec2messages.",
)
def sessions_reach_the_containers(config: EndpointConfig, network: Network) -> Findings:
    indices = [index for index in range(len(config.variants)) if _may_have_sessions(config, index)]
    if not indices:
        raise NotApplicable

    def judge(index: int) -> Findings:
        if not config.flag(*variant_path(config, index), "EnableSSMAccess"):
            return
        model = model_at(config, index)
        at = _at(config, index, "EnableSSMAccess")
        if model is None:
            return
        if model.isolated_network:
            yield Finding(
                f"model {model.id} is network-isolated, no session can start in it", at=at, severity=Severity.ERROR
            )
        elif model.vpc_config_given:
            for problem in _unreached(model, network):
                yield Finding(problem, at=at, severity=Severity.WARNING) if isinstance(problem, str) else problem

    yield from each(indices, judge)


def _may_have_sessions(config: EndpointConfig, index: int) -> bool:
    try:
        return config.flag(*variant_path(config, index), "EnableSSMAccess")
    except NotVisible:
        return True


def _unreached(model: Model, network: Network) -> Iterator[str | NotVisible]:
    for service in (SSM, SSMMESSAGES, EC2MESSAGES):
        yield from without_service(model, network, service, service.name)


def _at(config: EndpointConfig, index: int, name: str) -> str:
    """The property path of a variant's setting."""
    return ".".join(str(part) for part in (*variant_path(config, index), name))


advice(
    "SMN-HOST-08",
    statement="Clients in a VPC invoke endpoints privately by the interface endpoint of sagemaker.runtime, which must exist in the Availability Zone of "
    "the client for private DNS to answer.",
    severity=Severity.INFO,
    source=f"{GUIDE}/realtime-endpoints-privatelink.html",
    fix="Put the sagemaker.runtime endpoint, with private DNS, into each Availability Zone that has clients.",
)
