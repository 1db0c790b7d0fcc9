"""Facts about the AWS services that SageMaker workloads dial: the name of their VPC endpoint, its kinds, the host names that it takes over.

The one module that the patterns and the checks share. A fact that AWS does not document is left out rather than guessed: a service whose
pages describe no endpoint policy counts as having none, since a policy that a service does not support fails the deployment.

Sources, beside the page of each service:

- names: https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
- gateway endpoints: https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
- China: https://docs.amazonaws.cn/en_us/vpc/latest/privatelink/aws-services-privatelink-support.html
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

GATEWAY = "gateway"
INTERFACE = "interface"

_DOCS = "https://docs.aws.amazon.com"
_GUIDE = f"{_DOCS}/sagemaker/latest/dg"
_TABLE = f"{_DOCS}/vpc/latest/privatelink/aws-services-privatelink-support.html"
_SAGEMAKER_PREFIX = "aws.sagemaker"
_COMMON_PREFIX = "com.amazonaws"
_CHINA_PREFIX = "cn.com.amazonaws"
_PREFIXES = (
    _COMMON_PREFIX,
    _CHINA_PREFIX,
    _SAGEMAKER_PREFIX,
    "eu.amazonaws",
    "gov.ic.c2s",
    "gov.ic.hci.csp",
    "gov.sgov.sc2s",
    "uk.adc-e.cloud",
)
_REGION = r"[^.]+"
_HOST_SUFFIXES = (".amazonaws.com", ".sagemaker.aws", ".app.aws")
_CHINA_SUFFIXES = {".amazonaws.com": ".amazonaws.com.cn", ".sagemaker.aws": ".sagemaker.com.cn", ".app.aws": ".app.aws"}


class Service:
    """A service that workloads dial.

    Attributes:
        name: the end of the endpoint's service name, after prefix and region: ``sagemaker.api``, ``s3``, ``notebook``.
        prefix: what stands before the region in commercial and GovCloud regions: ``com.amazonaws`` or ``aws.sagemaker``.
        kinds: ``interface``, or ``gateway`` and ``interface``: the kinds of endpoint that the service has.
        hosts: the public host names that private DNS turns to the endpoint, with ``{region}``; ``*`` stands for one label.
        supports_policy: whether AWS documents that its interface endpoint takes an endpoint policy.
        china: whether the regions in China put ``cn.`` before the prefix.
        source: the AWS page behind these facts.
    """

    __slots__ = ("china", "hosts", "kinds", "name", "prefix", "source", "supports_policy")

    def __init__(
        self,
        name: str,
        *,
        hosts: Sequence[str] = (),
        prefix: str = _COMMON_PREFIX,
        kinds: Sequence[str] = (INTERFACE,),
        supports_policy: bool = True,
        china: bool = False,
        source: str = _TABLE,
    ) -> None:
        self.name = name
        self.prefix = prefix
        self.kinds = tuple(kinds)
        self.hosts = tuple(hosts) or (f"{name}.{{region}}.amazonaws.com",)
        self.supports_policy = supports_policy
        self.china = china
        self.source = source

    @property
    def endpoint(self) -> str:
        """The endpoint's service name in commercial and GovCloud regions, with ``{region}``."""
        return f"{self.prefix}.{{region}}.{self.name}"

    @property
    def has_gateway(self) -> bool:
        """Whether the service has a gateway endpoint."""
        return GATEWAY in self.kinds

    def endpoint_in(self, region: str, kind: str = INTERFACE) -> str:
        """The endpoint's service name in a region. In China the prefix differs by service, and for gateway endpoints it does not."""
        chinese = self.china and kind == INTERFACE and region.startswith("cn-")
        return f"{'cn.' if chinese else ''}{self.prefix}.{region}.{self.name}"

    def hosts_in(self, region: str) -> tuple[str, ...]:
        """The public host names in a region; those in China end differently."""
        names = [host.format(region=region) for host in self.hosts]
        return tuple(_chinese(name) for name in names) if region.startswith("cn-") else tuple(names)

    def serves(self, host: str) -> bool:
        """Whether a host name is one of this service's, in any region; a name that stands for all below it (``*.x``, or ``x`` for ``*.x``) too."""
        asked = host.lower().rstrip(".").removeprefix("*.")
        return any(_host_pattern(known).fullmatch(asked) for known in self.hosts)

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"Service({self.name!r})"


def _chinese(host: str) -> str:
    ending = next(each for each in _HOST_SUFFIXES if host.endswith(each))
    return host.removesuffix(ending) + _CHINA_SUFFIXES[ending]


_patterns: dict[str, re.Pattern[str]] = {}


def _host_pattern(host: str) -> re.Pattern[str]:
    """The names that match a host of :attr:`Service.hosts`, compiled when it is first asked for."""
    if host not in _patterns:
        ending = next(each for each in _HOST_SUFFIXES if host.endswith(each))
        stem = re.escape(host.removeprefix("*.").removesuffix(ending)).replace(r"\{region\}", _REGION)
        label = r"(?:[^.]+\.)?" if host.startswith("*.") else ""
        _patterns[host] = re.compile(f"{label}{stem}(?:{re.escape(ending)}|{re.escape(_CHINA_SUFFIXES[ending])})")
    return _patterns[host]


def _page(name: str, source: str, *, supports_policy: bool, hosts: Sequence[str]) -> Service:
    """A service whose endpoint serves SageMaker's own pages and servers; its name starts with ``aws.sagemaker``."""
    return Service(
        name, prefix=_SAGEMAKER_PREFIX, hosts=hosts, supports_policy=supports_policy, source=f"{_GUIDE}/{source}.html"
    )


def _sagemaker(part: str, *, supports_policy: bool = True, china: bool = False) -> Service:
    """A SageMaker API; its host name starts with what its endpoint's name ends with."""
    return Service(
        f"sagemaker.{part}",
        hosts=(f"{part}.sagemaker.{{region}}.amazonaws.com",),
        supports_policy=supports_policy,
        china=china,
        source=f"{_GUIDE}/interface-vpc-endpoint.html",
    )


S3 = Service(
    "s3",
    kinds=(GATEWAY, INTERFACE),
    hosts=("s3.{region}.amazonaws.com", "*.s3.{region}.amazonaws.com"),
    china=True,
    source=f"{_DOCS}/vpc/latest/privatelink/vpc-endpoints-s3.html",
)
S3EXPRESS = Service(
    "s3express",
    kinds=(GATEWAY,),
    hosts=("s3express-control.{region}.amazonaws.com", "*.s3express-control.{region}.amazonaws.com"),
    source=f"{_DOCS}/AmazonS3/latest/userguide/s3-express-networking.html",
)
DYNAMODB = Service(
    "dynamodb",
    kinds=(GATEWAY, INTERFACE),
    source=f"{_DOCS}/vpc/latest/privatelink/vpc-endpoints-ddb.html",
)

SAGEMAKER_API = _sagemaker("api", china=True)
SAGEMAKER_API_FIPS = Service(
    "sagemaker.api-fips",
    hosts=("api-fips.sagemaker.{region}.amazonaws.com",),
    source=f"{_GUIDE}/interface-vpc-endpoint.html",
)
SAGEMAKER_RUNTIME = _sagemaker("runtime", china=True)
SAGEMAKER_RUNTIME_FIPS = _sagemaker("runtime-fips", supports_policy=False)
SAGEMAKER_METRICS = _sagemaker("metrics", supports_policy=False)
FEATURESTORE_RUNTIME = _sagemaker("featurestore-runtime", china=True)
FEATURESTORE_RUNTIME_FIPS = _sagemaker("featurestore-runtime-fips", supports_policy=False)
NOTEBOOK = _page(
    "notebook",
    "notebook-interface-endpoint",
    supports_policy=True,
    hosts=("notebook.{region}.sagemaker.aws", "*.notebook.{region}.sagemaker.aws"),
)
STUDIO = _page(
    "studio",
    "studio-interface-endpoint",
    supports_policy=True,
    hosts=("studio.{region}.sagemaker.aws", "*.studio.{region}.sagemaker.aws"),
)
EXPERIMENTS = _page(
    "experiments",
    "mlflow-interface-endpoint-create",
    supports_policy=True,
    hosts=("{region}.experiments.sagemaker.aws", "*.{region}.experiments.sagemaker.aws"),
)
MLFLOW = _page(
    "mlflow",
    "mlflow-interface-endpoint-create",
    supports_policy=True,
    hosts=("mlflow.sagemaker.{region}.app.aws", "*.mlflow.sagemaker.{region}.app.aws"),
)
PARTNER_APP = _page(
    "partner-app",
    "partner-apps-onboard",
    supports_policy=False,
    hosts=("partner-app.{region}.sagemaker.aws", "*.partner-app.{region}.sagemaker.aws"),
)

STS = Service("sts", china=True, source=f"{_DOCS}/IAM/latest/UserGuide/reference_interface_vpc_endpoints.html")
LOGS = Service("logs", source=f"{_DOCS}/AmazonCloudWatch/latest/logs/cloudwatch-logs-and-interface-VPC.html")
MONITORING = Service(
    "monitoring", china=True, source=f"{_DOCS}/AmazonCloudWatch/latest/monitoring/cloudwatch-and-interface-VPC.html"
)
EVENTS = Service("events", source=f"{_DOCS}/eventbridge/latest/userguide/eb-related-service-vpc.html")
ECR_API = Service(
    "ecr.api",
    hosts=("api.ecr.{region}.amazonaws.com",),
    china=True,
    source=f"{_DOCS}/AmazonECR/latest/userguide/vpc-endpoints.html",
)
ECR_DKR = Service(
    "ecr.dkr",
    hosts=("dkr.ecr.{region}.amazonaws.com", "*.dkr.ecr.{region}.amazonaws.com"),
    china=True,
    source=f"{_DOCS}/AmazonECR/latest/userguide/vpc-endpoints.html",
)
KMS = Service("kms", source=f"{_DOCS}/kms/latest/developerguide/kms-vpc-endpoint.html")
SSM = Service("ssm", source=f"{_DOCS}/systems-manager/latest/userguide/setup-create-vpc.html")
SSMMESSAGES = Service("ssmmessages", source=f"{_DOCS}/systems-manager/latest/userguide/setup-create-vpc.html")
EC2MESSAGES = Service("ec2messages", source=f"{_DOCS}/systems-manager/latest/userguide/setup-create-vpc.html")
EC2 = Service("ec2", china=True, source=f"{_DOCS}/AWSEC2/latest/UserGuide/interface-vpc-endpoints.html")
SERVICECATALOG = Service(
    "servicecatalog", china=True, source=f"{_DOCS}/servicecatalog/latest/adminguide/vpc-endpoints.html"
)
LICENSE_MANAGER = Service(
    "license-manager", china=True, source=f"{_DOCS}/license-manager/latest/userguide/interface-vpc-endpoints.html"
)
GIT_CODECOMMIT = Service(
    "git-codecommit", source=f"{_DOCS}/codecommit/latest/userguide/codecommit-and-interface-VPC.html"
)
CODECOMMIT = Service("codecommit", source=f"{_DOCS}/codecommit/latest/userguide/codecommit-and-interface-VPC.html")
CODEARTIFACT_API = Service(
    "codeartifact.api",
    hosts=("codeartifact.{region}.amazonaws.com",),
    source=f"{_DOCS}/codeartifact/latest/ug/create-vpc-endpoints.html",
)
CODEARTIFACT_REPOSITORIES = Service(
    "codeartifact.repositories",
    hosts=("d.codeartifact.{region}.amazonaws.com", "*.d.codeartifact.{region}.amazonaws.com"),
    source=f"{_DOCS}/codeartifact/latest/ug/create-vpc-endpoints.html",
)
SECRETSMANAGER = Service("secretsmanager", source=f"{_DOCS}/secretsmanager/latest/userguide/vpc-endpoint-overview.html")
GLUE = Service("glue", source=f"{_DOCS}/glue/latest/dg/vpc-interface-endpoints.html")
ATHENA = Service("athena", china=True, source=f"{_DOCS}/athena/latest/ug/interface-vpc-endpoint.html")
LAMBDA = Service("lambda", china=True, source=f"{_DOCS}/lambda/latest/dg/configuration-vpc-endpoints.html")
EFS = Service("elasticfilesystem", china=True, source=f"{_DOCS}/efs/latest/ug/efs-vpc-endpoints.html")
REDSHIFT = Service("redshift", china=True, source=f"{_DOCS}/redshift/latest/mgmt/security-private-link.html")
REDSHIFT_DATA = Service("redshift-data", china=True, source=f"{_DOCS}/redshift/latest/mgmt/data-api-access.html")
FORECAST = Service("forecast", source=f"{_DOCS}/forecast/latest/dg/vpc-interface-endpoints.html")
FORECASTQUERY = Service("forecastquery", source=f"{_DOCS}/forecast/latest/dg/vpc-interface-endpoints.html")
EMR = Service("elasticmapreduce", source=f"{_DOCS}/emr/latest/ManagementGuide/interface-vpc-endpoint.html")
EMR_SERVERLESS = Service(
    "emr-serverless", source=f"{_DOCS}/emr/latest/EMR-Serverless-UserGuide/emr-serverless-interface-endpoint.html"
)
BEDROCK = Service("bedrock", source=f"{_DOCS}/bedrock/latest/userguide/vpc-interface-endpoints.html")
BEDROCK_RUNTIME = Service("bedrock-runtime", source=f"{_DOCS}/bedrock/latest/userguide/vpc-interface-endpoints.html")
COMPREHEND = Service("comprehend", source=f"{_DOCS}/comprehend/latest/dg/vpc-interface-endpoints.html")
REKOGNITION = Service("rekognition", source=f"{_DOCS}/rekognition/latest/dg/vpc.html")
TEXTRACT = Service("textract", source=f"{_DOCS}/textract/latest/dg/vpc-interface-endpoints.html")
STATES = Service("states", china=True, source=f"{_DOCS}/step-functions/latest/dg/vpc-endpoints.html")
SNS = Service("sns", source=f"{_DOCS}/sns/latest/dg/sns-internetwork-traffic-privacy.html")
SQS = Service(
    "sqs",
    china=True,
    source=f"{_DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-internetwork-traffic-privacy.html",
)
EXECUTE_API = Service(
    "execute-api",
    hosts=("execute-api.{region}.amazonaws.com", "*.execute-api.{region}.amazonaws.com"),
    china=True,
    source=f"{_DOCS}/apigateway/latest/developerguide/apigateway-private-apis.html",
)
KINESIS_STREAMS = Service("kinesis-streams", hosts=("kinesis.{region}.amazonaws.com",), china=True)
KINESIS_FIREHOSE = Service("kinesis-firehose", hosts=("firehose.{region}.amazonaws.com",))
AUTOSCALING = Service("autoscaling", china=True)
APPLICATION_AUTOSCALING = Service("application-autoscaling", china=True)
CLOUDFORMATION = Service("cloudformation", china=True)
CLOUDTRAIL = Service("cloudtrail")
ELASTICLOADBALANCING = Service("elasticloadbalancing")
CODEBUILD = Service("codebuild")
BATCH = Service("batch", china=True)
ECS = Service("ecs")
EKS = Service("eks", china=True)
RDS = Service("rds", china=True)
FSX = Service("fsx", china=True)
XRAY = Service("xray", china=True)
LAKEFORMATION = Service("lakeformation")
TRANSLATE = Service("translate")
BEDROCK_AGENT = Service("bedrock-agent", source=f"{_DOCS}/bedrock/latest/userguide/vpc-interface-endpoints.html")
BEDROCK_AGENT_RUNTIME = Service(
    "bedrock-agent-runtime", source=f"{_DOCS}/bedrock/latest/userguide/vpc-interface-endpoints.html"
)

ALL: tuple[Service, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Service))
"""Every service of this module."""

_BY_NAME = {service.name: service for service in ALL}


def by_name(name: str) -> Service | None:
    """The service of that name (``sagemaker.api``), or None."""
    return _BY_NAME.get(name)


def named(name: str) -> Service:
    """The service of that name (``sagemaker.api``), as people write it.

    Raises:
        ValueError: there is none; the message has the nearest names.
    """
    import difflib

    if name in _BY_NAME:
        return _BY_NAME[name]
    near = difflib.get_close_matches(name.lower(), _BY_NAME, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(_BY_NAME)}"
    raise ValueError(f"no service is named {name!r}: {hint}")


def from_endpoint(service_name: str) -> Service | None:
    """The service of an endpoint's service name, in any partition and region; the region may be a wildcard or a placeholder.

    ``com.amazonaws.us-east-1.notebook`` is None: the prefix belongs to the name, and that name does not exist.
    """
    for prefix in _PREFIXES:
        if service_name.startswith(f"{prefix}."):
            _, _, name = service_name.removeprefix(f"{prefix}.").partition(".")
            service = _BY_NAME.get(name)
            own_prefix = service is not None and (service.prefix == _SAGEMAKER_PREFIX) == (prefix == _SAGEMAKER_PREFIX)
            return service if own_prefix else None
    return None
