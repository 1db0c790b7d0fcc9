"""What people ask: "from NotebookInstance", "from SUBNET+GROUP", "to sts", "to 10.0.0.0/16:8998"."""

from __future__ import annotations

import re

from constructs_lib import services
from constructs_lib.assembly import InputError, NotVisible, nearest
from constructs_lib.network.addresses import EVERYTHING4, EVERYTHING6, PUBLIC6, Range
from constructs_lib.network.called import by_construct
from constructs_lib.network.endpoints import unlisted
from constructs_lib.network.groups import SecurityGroup
from constructs_lib.network.subnets import Subnet
from constructs_lib.network.things import Thing
from constructs_lib.network.vpc import Vpc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from constructs_lib.assembly import Resource
    from constructs_lib.network.model import Network
    from constructs_lib.services import Service

INTERNET = "internet"
EFS = "efs"
SELF = "self"
ALL_PORTS = (1, 65535)
_HTTPS = (443, 443)
_NFS = (2049, 2049)
_PORT = r"(?P<name>.+?):(?P<low>\d{1,5})(?:-(?P<high>\d{1,5}))?"
_HOST = r"(?i)(?:https?://)?(?P<host>(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*)/?.*"
_ENDINGS = (".amazonaws.com", ".amazonaws.com.cn", ".sagemaker.aws", ".amazonaws.eu")
_REGIONAL = r"(?P<name>[a-z][a-z0-9-]*)\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com(?:\.cn)?"
#: Resources that are reached through the API of their service.
_BY_SERVICE = {
    "AWS::S3::Bucket": "s3",
    "AWS::DynamoDB::Table": "dynamodb",
    "AWS::KMS::Key": "kms",
    "AWS::SageMaker::Endpoint": "sagemaker.runtime",
    "AWS::SageMaker::FeatureGroup": "sagemaker.featurestore-runtime",
    "AWS::ECR::Repository": "ecr.dkr",
    "AWS::Logs::LogGroup": "logs",
    "AWS::SecretsManager::Secret": "secretsmanager",
    "AWS::SSM::Parameter": "ssm",
    "AWS::SNS::Topic": "sns",
    "AWS::SQS::Queue": "sqs",
    "AWS::CodeCommit::Repository": "git-codecommit",
    "AWS::Glue::Database": "glue",
    "AWS::StepFunctions::StateMachine": "states",
    "AWS::Lambda::Function": "lambda",
}


class QuestionError(InputError):
    """A question names something that is not in the templates; `str()` says what would be."""

    def __init__(self, reason: str) -> None:
        super().__init__("", "", reason)

    def __reduce__(self) -> tuple[object, ...]:
        return QuestionError, (self.reason,)


class SourceError(QuestionError):
    """A question names no workload of these templates; there may be others that have it."""

    def __reduce__(self) -> tuple[object, ...]:
        return SourceError, (self.reason,)


class Target:
    """Where the traffic is to go.

    Attributes:
        text: As it was asked.
        kind: `internet`, `host`, `service`, `efs`, `self`, `cidr` or `thing`.
        low: The first port.
        high: The last port.
        any_port: Does one open port suffice?
        protocol: `tcp`, or what else was asked for.
        service: The service, for `service`.
        range: The addresses, for `cidr`.
        host: The host name, for `host`.
        thing: The thing, for `thing`.
        groups: The security groups at the other end, where those are known while its addresses are followed.
    """

    def __init__(
        self,
        text: str,
        kind: str,
        ports: tuple[int, int] = _HTTPS,
        *,
        protocol: str = "tcp",
        any_port: bool = False,
        service: Service | None = None,
        range: Range | None = None,  # noqa: A002
        host: str = "",
        thing: Any = None,
    ) -> None:
        self.text = text
        self.kind = kind
        self.low, self.high = ports
        self.any_port = any_port
        self.protocol = protocol
        self.service = service
        self.range = range
        self.host = host
        self.thing = thing
        self.groups: tuple[SecurityGroup, ...] = ()

    def on(self, low: int, high: int) -> Target:
        """The same target, on these ports."""
        found = object.__new__(Target)
        found.__dict__.update(self.__dict__, low=low, high=high, any_port=False)
        return found

    def within(self, piece: Range) -> Target:
        """The same target, cut down to a part of its addresses."""
        found = object.__new__(Target)
        found.__dict__.update(self.__dict__, range=piece)
        return found

    def with_groups(self, groups: tuple[SecurityGroup, ...]) -> Target:
        """The same target, whose interface has these groups."""
        found = object.__new__(Target)
        found.__dict__.update(self.__dict__, groups=groups)
        return found

    @property
    def ports_text(self) -> str:
        """`TCP 443`, `TCP 8192-65535`, `all TCP ports`."""
        protocol = self.protocol.upper() if self.protocol != "-1" else "traffic"
        if (self.low, self.high) == ALL_PORTS or (self.low, self.high) == (0, 65535):
            return f"all {protocol} ports" if self.protocol in ("tcp", "udp") else protocol
        return f"{protocol} {self.low}" + ("" if self.low == self.high else f"-{self.high}")

    def __repr__(self) -> str:
        return f"<Target {self.kind} {self.text}>"


def target(network: Network, asked: Any, port: int | None = None, protocol: str = "tcp") -> Target:
    """Return what a destination means: a `Service`, a `Range`, a thing of the model, or text.

    Raises:
        QuestionError: The text names nothing that is known.
    """
    if isinstance(asked, Target):
        return asked
    ports = (port, port) if port is not None else None
    if isinstance(asked, services.Service):
        return Target(asked.name, "service", ports or _HTTPS, protocol=protocol, service=asked)
    if isinstance(asked, Range):
        return _cidr(str(asked), asked, ports, protocol)
    if isinstance(asked, Thing):
        return _thing(asked.id, asked, ports, protocol)
    return _from_text(network, str(asked), ports, protocol)


def _from_text(network: Network, text: str, ports: tuple[int, int] | None, protocol: str) -> Target:
    name, asked = _split_port(text)
    ports = asked or ports
    if name in (INTERNET, EFS, SELF):
        usual = {INTERNET: _HTTPS, EFS: _NFS, SELF: ALL_PORTS}[name]
        return Target(text, name, ports or usual, protocol=protocol)
    service = services.by_name(name) or services.from_endpoint(name) or _unlisted(network, name)
    if service is not None:
        return Target(text, "service", ports or _HTTPS, protocol=protocol, service=service)
    found = _resource(network, name)
    if found is not None:
        return _thing(text, found, ports, protocol)
    try:
        return _cidr(text, Range.parse(name), ports, protocol)
    except ValueError:
        pass
    host = re.fullmatch(_HOST, name)
    if host is not None:
        return _host(network, text, host["host"].lower(), ports, protocol)
    raise QuestionError(_no_destination(network, name))


def _split_port(text: str) -> tuple[str, tuple[int, int] | None]:
    match = re.fullmatch(_PORT, text)
    if match is None or match["name"].endswith("//"):
        return text, None
    name = match["name"]
    if name.count(":") > 1 and "/" not in name and not name.startswith("["):
        return text, None  # an IPv6 address without port
    low = int(match["low"])
    high = int(match["high"] or low)
    if not 0 <= low <= high <= 65535:
        raise QuestionError(f"'{text}' names ports outside of 0-65535")
    return name.strip("[]"), (low, high)


def _cidr(text: str, addresses: Range, ports: tuple[int, int] | None, protocol: str) -> Target:
    if addresses == EVERYTHING4:
        return Target(text, INTERNET, ports or _HTTPS, protocol=protocol)
    if addresses == EVERYTHING6:
        return Target(text, "cidr", ports or _HTTPS, protocol=protocol, range=PUBLIC6[0])
    return Target(text, "cidr", ports or ALL_PORTS, protocol=protocol, any_port=ports is None, range=addresses)


def _host(network: Network, text: str, host: str, ports: tuple[int, int] | None, protocol: str) -> Target:
    if host.endswith(_ENDINGS):
        service = next((each for each in (*services.ALL, *_others(network)) if each.serves(host)), None)
        regional = re.fullmatch(_REGIONAL, host)
        if service is None and regional is not None:
            service = _plain(regional["name"])
        if service is not None:
            return Target(text, "service", ports or _HTTPS, protocol=protocol, service=service, host=host)
    return Target(text, "host", ports or _HTTPS, protocol=protocol, host=host)


def _unlisted(network: Network, name: str) -> Service | None:
    """A service that we have no facts about, by the service name of its endpoint, or where the templates have an endpoint for it."""
    full = unlisted(name)
    return _plain(full) if full is not None else next((each for each in _others(network) if each.name == name), None)


def _others(network: Network) -> Iterator[Service]:
    """The services that we have no facts about and that the templates have endpoints for; their hosts are named as most are."""
    for endpoint in network.endpoints:
        try:
            name = endpoint.dialled
        except NotVisible:
            continue
        if name is not None and services.by_name(name) is None:
            yield _plain(name)


def _plain(name: str) -> Service:
    return services.Service(name, hosts=(f"{name}.{{region}}.amazonaws.com", f"*.{name}.{{region}}.amazonaws.com"))


def _resource(network: Network, name: str) -> Thing | None:
    """The thing of that logical id, if there is one."""
    resource = find_resource(network, name)
    if resource is None:
        return None
    from constructs_lib.network.kinds import CLASSES
    from constructs_lib.network.storage import Placed

    kinds: list[type[Thing]] = [*CLASSES.values(), Placed]
    for kind in kinds:
        if resource.type in kind.types and kind.__name__ not in ("EmrCluster", "Policy"):
            return network.of(kind, resource)
    return network.of(Thing, resource)


def find_resource(network: Network, name: str) -> Resource | None:
    """The resource of that logical id, in several templates the first that exists; else the one of that construct path, or of its last parts.

    Raises:
        QuestionError: Several constructs have that name.
    """
    found = None
    for template in network.group.templates:
        resource = template.resources.get(name)
        if resource is not None and (found is None or not found.exists()):
            found = resource
    return found if found is not None else _by_construct(network, name)


def _by_construct(network: Network, name: str) -> Resource | None:
    found = by_construct(network, name)
    if len(found) > 1:
        paths = ", ".join(str(one.construct_path) for one in found)
        raise QuestionError(f"'{name}' may be {paths}: give more of the path")
    return found[0] if found else None


def _thing(text: str, thing: Thing, ports: tuple[int, int] | None, protocol: str) -> Target:
    if isinstance(thing, Subnet):
        return _places(text, [thing.cidr], ports, protocol)
    if isinstance(thing, Vpc):
        return _places(text, list(thing.cidrs), ports, protocol)
    placed = getattr(thing, "subnets", None)
    service = services.by_name(_BY_SERVICE.get(thing.type, ""))
    if service is not None and not placed:
        return Target(text, "service", ports or _HTTPS, protocol=protocol, service=service)
    usual = getattr(thing, "port", None)
    if thing.type in ("AWS::EFS::FileSystem", "AWS::EFS::MountTarget"):
        usual = _NFS[0]
    if thing.type == "AWS::EC2::VPCEndpoint":
        usual = _HTTPS[0]
    fixed = ports or ((usual, usual) if isinstance(usual, int) else None)
    return Target(text, "thing", fixed or ALL_PORTS, protocol=protocol, any_port=fixed is None, thing=thing)


def _places(text: str, ranges: list[Range], ports: tuple[int, int] | None, protocol: str) -> Target:
    if len(ranges) != 1:
        raise QuestionError(
            f"'{text}' has several address ranges: ask for one of {', '.join(str(one) for one in ranges)}"
        )
    return _cidr(text, ranges[0], ports, protocol)


def _no_destination(network: Network, name: str) -> str:
    names = [INTERNET, EFS, SELF, *(service.name for service in services.ALL), *_ids(network)]
    return (
        f"no destination '{name}'{nearest(name, names)}: ask for internet, efs, self, an AWS service such as sagemaker.api, "
        "a CIDR block, a host name, a logical id or a construct path, with :PORT where it matters"
    )


def _ids(network: Network) -> list[str]:
    return [resource.logical_id for resource in network.group.resources()]
