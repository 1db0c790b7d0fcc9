"""Which way the traffic of a Studio domain goes: by SageMaker's own network, or only by your VPC."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.patterns.checked import checked
from constructs_lib.patterns.errors import require_type
from constructs_lib.patterns.network import PrivateNetwork
from constructs_lib.services import LICENSE_MANAGER, LOGS, S3, SAGEMAKER_API, SAGEMAKER_RUNTIME, STS, STUDIO, Service

FIRST_APP_PORT, LAST_APP_PORT = 8192, 65535
APP_PORTS = ec2.Port.tcp_range(FIRST_APP_PORT, LAST_APP_PORT)
"""TCP ports on which the apps of one user talk with each other (SMN-DOM-08)."""

MAX_SUBNETS = 16
MAX_GROUPS = 4
"""Five by the schema, less the NFS group that SageMaker adds (SMN-DOM-15)."""
MAX_GROUPS_RSTUDIO_VPC_ONLY = 2

_PUBLIC_INTERNET_ONLY = "SMN-DOM-14"


class StudioAccess(ABC):
    """What a :class:`~constructs_lib.patterns.studio.StudioDomain` takes as ``access``: PublicInternetOnly or VpcOnly."""

    network_type: str
    """The value of AppNetworkAccessType."""

    def __init__(self, vpc: ec2.IVpc, subnets: Sequence[ec2.ISubnet]) -> None:
        if not 1 <= len(subnets) <= MAX_SUBNETS:
            raise ValueError(f"subnets has {len(subnets)} subnets: a domain takes 1 to {MAX_SUBNETS} (SMN-DOM-15)")
        self.vpc = vpc
        self.subnets = list(subnets)

    @property
    @abstractmethod
    def reasons(self) -> Mapping[str, str]:
        """What this way breaks by its nature: rule id to the reason that it is acknowledged with."""

    @abstractmethod
    def max_groups(self, *, rstudio: bool) -> int:
        """How many security groups one app may have, those of the domain and of the user profile together (SMN-DOM-15)."""

    @abstractmethod
    def security_group(self, scope: Construct, construct_id: str, *, description: str) -> ec2.SecurityGroup | None:
        """A security group for apps without any rule; None where groups would not be used."""

    @abstractmethod
    def connect(self, workload: ec2.IConnectable) -> None:
        """Give the workload a way to the services that Studio dials."""

    @abstractmethod
    def let_out(self, profile: ec2.IConnectable) -> None:
        """Give the group of one user profile the way out that it needs beside that of the domain's group."""

    @abstractmethod
    def rstudio_group(self, scope: Construct, construct_id: str) -> ec2.SecurityGroup | None:
        """The group of the domain-level RStudio app, with its way to the services that it dials (SMN-DOM-20); None where none is needed."""


class PublicInternetOnly(StudioAccess):
    """All traffic but that with the home file system goes by a network that SageMaker manages, which has internet access.

    The VPC and its subnets hold the mount targets of the file system; NAT, endpoints and security groups there are not used by the apps
    (SMN-DOM-24). That a domain should be VpcOnly (SMN-DOM-14) is acknowledged on the domain, as it is what this way means; the domain's
    argument ``acknowledgements`` replaces the reason or withdraws it.

    Args:
        vpc: the VPC of the mount targets.
        subnets: which of its subnets; default: the private ones with egress, else the isolated ones.

    Raises:
        ValueError: the VPC has neither private nor isolated subnets and none are named; more than 16 subnets (SMN-DOM-15).

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/onboard-vpc.html
    """

    network_type = "PublicInternetOnly"

    @checked()
    def __init__(self, vpc: ec2.IVpc, *, subnets: ec2.SubnetSelection | None = None) -> None:
        chosen = _default_subnets(vpc) if subnets is None else vpc.select_subnets(**_as_keywords(subnets)).subnets
        super().__init__(vpc, chosen)

    @property
    def reasons(self) -> Mapping[str, str]:
        """SMN-DOM-14, with the reason."""
        return {
            _PUBLIC_INTERNET_ONLY: (
                "access=PublicInternetOnly was chosen for this domain: its apps use the internet access of the network that SageMaker "
                "manages and need no path into a VPC; only the home file system is reached through the VPC"
            )
        }

    def max_groups(self, *, rstudio: bool) -> int:  # noqa: ARG002 - the limit is the same with RStudio
        """Four, with RStudio too."""
        return MAX_GROUPS

    def security_group(self, scope: Construct, construct_id: str, *, description: str) -> None:  # noqa: ARG002
        """None: SageMaker adds the groups that the file system needs itself, and applies no others (SMN-DOM-24)."""
        return

    def connect(self, workload: ec2.IConnectable) -> None:
        """Nothing to do: the services are reached through the managed network."""

    def let_out(self, profile: ec2.IConnectable) -> None:
        """Nothing to do: user profiles have no group of their own."""

    def rstudio_group(self, scope: Construct, construct_id: str) -> None:  # noqa: ARG002
        """None: the domain-level app uses the managed network as well."""
        return


class VpcOnly(StudioAccess):
    """All traffic goes by your VPC, with private addresses only.

    The domain asks the network for the services that Studio dials: SageMaker API and runtime, Studio, S3, STS and CloudWatch Logs (the SDK
    waits for the logs of jobs), and License Manager for RStudio. The network makes the endpoints that are missing, or none where its egress
    serves the service.

    Args:
        network: where the apps live: its private subnets.
        services: what else the apps dial, from ``constructs_lib.services``, such as SSM and SSMMESSAGES for remote IDEs (SMN-DOM-27),
            EXPERIMENTS and MLFLOW (SMN-DOM-28) or SERVICECATALOG (SMN-DOM-29); default: none.

    Raises:
        TypeError: not a PrivateNetwork, whose subnets are private ones (SMN-DOM-03).
        ValueError: more than 16 subnets (SMN-DOM-15).

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-and-internet-access.html
    """

    network_type = "VpcOnly"

    @checked("network")
    def __init__(self, network: PrivateNetwork, *, services: Sequence[Service] = ()) -> None:
        require_type(
            "network",
            network,
            PrivateNetwork,
            "give a PrivateNetwork, for a VPC that exists PrivateNetwork.from_vpc(...)",
        )
        super().__init__(network.vpc, network.subnets)
        self.network = network
        self._services = (SAGEMAKER_API, SAGEMAKER_RUNTIME, STUDIO, S3, STS, LOGS, *services)

    @property
    def reasons(self) -> Mapping[str, str]:
        """Nothing is broken by nature."""
        return {}

    def max_groups(self, *, rstudio: bool) -> int:
        """Four, two with RStudio."""
        return MAX_GROUPS_RSTUDIO_VPC_ONLY if rstudio else MAX_GROUPS

    def security_group(self, scope: Construct, construct_id: str, *, description: str) -> ec2.SecurityGroup:
        """A group in the network's VPC that lets nothing in or out until rules are added."""
        return ec2.SecurityGroup(scope, construct_id, vpc=self.vpc, description=description, allow_all_outbound=False)

    def connect(self, workload: ec2.IConnectable) -> None:
        """Ask the network for each service that Studio dials, and for what the user named."""
        self.network.connect(workload, *self._services)

    def let_out(self, profile: ec2.IConnectable) -> None:
        """Ask for S3 alone: apps carry the domain's group as well, and the endpoints' group has room for few rules."""
        self.network.connect(profile, S3, accompanied=True)

    def rstudio_group(self, scope: Construct, construct_id: str) -> ec2.SecurityGroup:
        """A group that may go out anywhere, as AWS asks for RStudio, with endpoints of the SageMaker API and License Manager."""
        group = ec2.SecurityGroup(
            scope,
            construct_id,
            vpc=self.vpc,
            description="Domain-level RStudio app of a SageMaker Studio domain",
            allow_all_outbound=True,
        )
        self.network.connect(group, SAGEMAKER_API, LICENSE_MANAGER)
        return group


def _default_subnets(vpc: ec2.IVpc) -> Sequence[ec2.ISubnet]:
    chosen = list(vpc.private_subnets) or list(vpc.isolated_subnets)
    if not chosen:
        raise ValueError(
            f"vpc {vpc.node.path} has no private or isolated subnets for the mount targets: "
            f"add some, or name others with subnets (it has {len(vpc.public_subnets)} public subnets)"
        )
    return chosen


def _as_keywords(selection: ec2.SubnetSelection) -> dict[str, Any]:
    """``select_subnets`` takes the fields of a selection as keywords."""
    fields = ("availability_zones", "one_per_az", "subnet_filters", "subnet_group_name", "subnets", "subnet_type")
    return {field: value for field in fields if (value := getattr(selection, field)) is not None}
