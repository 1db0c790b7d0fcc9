"""What the templates say about the network: a typed model, and `reach`, which follows traffic through it."""

from __future__ import annotations

from constructs_lib.network.account import BlockPublicAccess
from constructs_lib.network.acl import AclEntry, NetworkAcl
from constructs_lib.network.addresses import Range
from constructs_lib.network.clusters import Cluster, InstanceGroup
from constructs_lib.network.endpoints import Endpoint
from constructs_lib.network.explain import explain_paths
from constructs_lib.network.firewall import Firewall
from constructs_lib.network.gateways import InternetGateway, NatGateway, Peering
from constructs_lib.network.group_rules import Rule, admits, egress_of, ingress_of, self_admitted
from constructs_lib.network.groups import SecurityGroup
from constructs_lib.network.hosting import EndpointConfig, Model
from constructs_lib.network.iam import BucketPolicy, Policy, Role, Statement, matches, statements_of
from constructs_lib.network.jobs import Job, JobDefinition, MonitoringSchedule, ProcessingJob
from constructs_lib.network.model import Network, network_of
from constructs_lib.network.names import DhcpOptions, FlowLog, HostedZone, RecordSet
from constructs_lib.network.notebooks import CodeRepository, LifecycleConfig, Notebook
from constructs_lib.network.path import Hop, Path
from constructs_lib.network.questions import QuestionError
from constructs_lib.network.routes import Route, RouteTable
from constructs_lib.network.serving import hosts, model_at, models_behind, registry_of, roles_of, variant_path
from constructs_lib.network.storage import EfsFileSystem, EmrCluster, FsxFileSystem, MountTarget
from constructs_lib.network.studio import App, Domain, MlflowApp, MlflowServer, PartnerApp, Space, UserProfile
from constructs_lib.network.subnets import Subnet
from constructs_lib.network.things import Thing
from constructs_lib.network.training import TrainingNetwork
from constructs_lib.network.vantage import Vantage, admits_interface
from constructs_lib.network.vpc import Vpc
from constructs_lib.network.workforce import Workforce

__all__ = [
    "AclEntry",
    "App",
    "BlockPublicAccess",
    "BucketPolicy",
    "Cluster",
    "CodeRepository",
    "DhcpOptions",
    "Domain",
    "EfsFileSystem",
    "EmrCluster",
    "Endpoint",
    "EndpointConfig",
    "Firewall",
    "FlowLog",
    "FsxFileSystem",
    "Hop",
    "HostedZone",
    "InstanceGroup",
    "InternetGateway",
    "Job",
    "JobDefinition",
    "LifecycleConfig",
    "MlflowApp",
    "MlflowServer",
    "Model",
    "MonitoringSchedule",
    "MountTarget",
    "NatGateway",
    "Network",
    "NetworkAcl",
    "Notebook",
    "PartnerApp",
    "Path",
    "Peering",
    "Policy",
    "ProcessingJob",
    "QuestionError",
    "Range",
    "RecordSet",
    "Role",
    "Route",
    "RouteTable",
    "Rule",
    "SecurityGroup",
    "Space",
    "Statement",
    "Subnet",
    "Thing",
    "TrainingNetwork",
    "UserProfile",
    "Vantage",
    "Vpc",
    "Workforce",
    "admits",
    "admits_interface",
    "egress_of",
    "explain_paths",
    "hosts",
    "ingress_of",
    "matches",
    "model_at",
    "models_behind",
    "network_of",
    "registry_of",
    "roles_of",
    "self_admitted",
    "statements_of",
    "variant_path",
]
