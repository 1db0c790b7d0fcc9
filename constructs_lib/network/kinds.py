"""The classes of things, by the names under which rules and reports ask for them."""

from __future__ import annotations

from constructs_lib.network import (
    account,
    clusters,
    firewall,
    gateways,
    hosting,
    iam,
    jobs,
    names,
    notebooks,
    routes,
    storage,
    studio,
    training,
    workforce,
)
from constructs_lib.network.acl import NetworkAcl
from constructs_lib.network.endpoints import Endpoint
from constructs_lib.network.groups import SecurityGroup
from constructs_lib.network.subnets import Subnet
from constructs_lib.network.things import Thing
from constructs_lib.network.vpc import Vpc

#: The classes that rules and reports ask for by name.
CLASSES: dict[str, type[Thing]] = {
    kind.__name__: kind
    for kind in (
        Vpc,
        Subnet,
        routes.RouteTable,
        routes.Route,
        gateways.NatGateway,
        gateways.InternetGateway,
        gateways.Peering,
        Endpoint,
        SecurityGroup,
        NetworkAcl,
        names.FlowLog,
        names.DhcpOptions,
        names.HostedZone,
        names.RecordSet,
        firewall.Firewall,
        account.BlockPublicAccess,
        notebooks.Notebook,
        notebooks.LifecycleConfig,
        notebooks.CodeRepository,
        studio.Domain,
        studio.UserProfile,
        studio.Space,
        studio.App,
        studio.MlflowServer,
        studio.MlflowApp,
        studio.PartnerApp,
        hosting.Model,
        hosting.EndpointConfig,
        jobs.ProcessingJob,
        jobs.JobDefinition,
        jobs.MonitoringSchedule,
        clusters.Cluster,
        training.TrainingNetwork,
        workforce.Workforce,
        storage.EmrCluster,
        storage.MountTarget,
        storage.EfsFileSystem,
        storage.FsxFileSystem,
        iam.Role,
        iam.Policy,
        iam.BucketPolicy,
    )
}
