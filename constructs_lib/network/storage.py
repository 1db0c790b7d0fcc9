"""File systems with their mount targets, and other resources that workloads talk to."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, fact
from constructs_lib.network.groups import SecurityGroup
from constructs_lib.network.subnets import Subnet
from constructs_lib.network.things import Thing
from constructs_lib.network.vpc import Vpc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class EfsFileSystem(Thing):
    """An EFS file system."""

    types = ("AWS::EFS::FileSystem",)
    noun = "file system"

    @fact
    def mount_targets(self) -> tuple[MountTarget, ...]:
        """Its mount targets in the templates."""
        return tuple(self.network.pointing(MountTarget, self, "FileSystemId"))


class MountTarget(Thing):
    """A mount target of an EFS file system."""

    types = ("AWS::EFS::MountTarget",)
    noun = "mount target"

    @fact
    def subnet(self) -> Subnet:
        """The subnet that it is in."""
        subnet: Subnet | None = self.thing(Subnet, "SubnetId")
        if subnet is None:
            raise NotVisible(f"the subnet of mount target {self.id}", "give its SubnetId")
        return subnet

    @fact
    def security_groups(self) -> tuple[SecurityGroup, ...]:
        """Its groups: the VPC's default group where none is named."""
        return self.things(SecurityGroup, "SecurityGroups") or (self.network.default_group(self.subnet.vpc),)

    @fact
    def file_system(self) -> EfsFileSystem | None:
        """The file system that it leads to."""
        return self.thing(EfsFileSystem, "FileSystemId")  # type: ignore[no-any-return]


class FsxFileSystem(Thing):
    """An FSx file system."""

    types = ("AWS::FSx::FileSystem",)
    noun = "file system"

    @fact
    def lustre(self) -> bool:
        """Is it one for Lustre?"""
        return str(self.text("FileSystemType", default="")).upper() == "LUSTRE"

    @fact
    def subnets(self) -> tuple[Subnet, ...]:
        """The subnets that it is in."""
        return self.things(Subnet, "SubnetIds")

    @fact
    def security_groups(self) -> tuple[SecurityGroup, ...]:
        """Its groups."""
        return self.things(SecurityGroup, "SecurityGroupIds")

    @fact
    def vpc(self) -> Vpc | None:
        """The VPC of its first subnet."""
        return self.subnets[0].vpc if self.subnets else None


class EmrCluster(Thing):
    """An EMR cluster."""

    types = ("AWS::EMR::Cluster",)
    noun = "EMR cluster"

    @fact
    def subnet(self) -> Subnet | None:
        """The subnet of its instances."""
        return self.thing(Subnet, "Instances", "Ec2SubnetId") or self.thing(Subnet, "Instances", "Ec2SubnetIds", 0)  # type: ignore[no-any-return]

    @fact
    def vpc(self) -> Vpc | None:
        """The VPC of its instances."""
        return None if self.subnet is None else self.subnet.vpc

    @fact
    def primary_groups(self) -> tuple[SecurityGroup, ...]:
        """The groups of its primary node; empty where EMR makes its own."""
        managed = self.things(SecurityGroup, "Instances", "EmrManagedMasterSecurityGroup")
        return (*managed, *self.things(SecurityGroup, "Instances", "AdditionalMasterSecurityGroups"))


#: Where other resources name their subnets and groups, and the port that they listen to; None: several.
_PLACES: dict[str, tuple[Sequence[tuple[str | int, ...]], Sequence[tuple[str | int, ...]], int | None]] = {
    "AWS::EMR::Cluster": (
        (("Instances", "Ec2SubnetId"), ("Instances", "Ec2SubnetIds")),
        (("Instances", "EmrManagedMasterSecurityGroup"), ("Instances", "AdditionalMasterSecurityGroups")),
        8998,
    ),
    "AWS::EFS::MountTarget": ((("SubnetId",),), (("SecurityGroups",),), 2049),
    "AWS::FSx::FileSystem": ((("SubnetIds",),), (("SecurityGroupIds",),), 988),
    "AWS::EC2::Instance": (
        (("SubnetId",), ("NetworkInterfaces", 0, "SubnetId")),
        (("SecurityGroupIds",), ("NetworkInterfaces", 0, "GroupSet")),
        None,
    ),
    "AWS::EC2::NetworkInterface": ((("SubnetId",),), (("GroupSet",),), None),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (
        (("Subnets",), ("SubnetMappings", 0, "SubnetId")),
        (("SecurityGroups",),),
        443,
    ),
    "AWS::RDS::DBInstance": ((("DBSubnetGroupName",),), (("VPCSecurityGroups",),), None),
    "AWS::RDS::DBCluster": ((("DBSubnetGroupName",),), (("VpcSecurityGroupIds",),), None),
    "AWS::Neptune::DBCluster": ((("DBSubnetGroupName",),), (("VpcSecurityGroupIds",),), 8182),
    "AWS::DocDB::DBCluster": ((("DBSubnetGroupName",),), (("VpcSecurityGroupIds",),), 27017),
    "AWS::Redshift::Cluster": ((("ClusterSubnetGroupName",),), (("VpcSecurityGroupIds",),), 5439),
    "AWS::RedshiftServerless::Workgroup": ((("SubnetIds",),), (("SecurityGroupIds",),), 5439),
    "AWS::ElastiCache::ReplicationGroup": ((("CacheSubnetGroupName",),), (("SecurityGroupIds",),), 6379),
    "AWS::OpenSearchService::Domain": ((("VPCOptions", "SubnetIds"),), (("VPCOptions", "SecurityGroupIds"),), 443),
    "AWS::MSK::Cluster": (
        (("BrokerNodeGroupInfo", "ClientSubnets"),),
        (("BrokerNodeGroupInfo", "SecurityGroups"),),
        None,
    ),
    "AWS::Lambda::Function": ((("VpcConfig", "SubnetIds"),), (("VpcConfig", "SecurityGroupIds"),), None),
    "AWS::EKS::Cluster": ((("ResourcesVpcConfig", "SubnetIds"),), (("ResourcesVpcConfig", "SecurityGroupIds"),), 443),
}
#: What workloads stand beside to work with, rather than to run on or to pass through.
STORES = (
    "AWS::EMR::Cluster",
    "AWS::FSx::FileSystem",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBCluster",
    "AWS::Neptune::DBCluster",
    "AWS::DocDB::DBCluster",
    "AWS::Redshift::Cluster",
    "AWS::RedshiftServerless::Workgroup",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::OpenSearchService::Domain",
    "AWS::MSK::Cluster",
    "AWS::EKS::Cluster",
)
_SUBNET_GROUPS = {
    "AWS::RDS::DBSubnetGroup": "SubnetIds",
    "AWS::Neptune::DBSubnetGroup": "SubnetIds",
    "AWS::DocDB::DBSubnetGroup": "SubnetIds",
    "AWS::Redshift::ClusterSubnetGroup": "SubnetIds",
    "AWS::ElastiCache::SubnetGroup": "SubnetIds",
}
_DATABASE_PORTS = (
    ("aurora-mysql", 3306),
    ("mysql", 3306),
    ("mariadb", 3306),
    ("postgres", 5432),
    ("oracle", 1521),
    ("sqlserver", 1433),
)


class Placed(Thing):
    """Any other resource that stands in subnets with groups, such as a database or a load balancer."""

    types = tuple(_PLACES)

    @fact
    def subnets(self) -> tuple[Subnet, ...]:
        """The subnets that it is in."""
        for path in _PLACES[self.type][0]:
            value = self.get(*path)
            if value in (None, "", []):
                continue
            resource = getattr(value, "resource", None)
            if resource is not None and resource.type in _SUBNET_GROUPS:
                return self.network.of(Placed, resource).things(Subnet, _SUBNET_GROUPS[resource.type])
            if path[-1].__class__ is str and "SubnetGroup" in str(path[-1]):
                return ()
            return self.things(Subnet, *path)
        return ()

    @fact
    def security_groups(self) -> tuple[SecurityGroup, ...]:
        """Its groups."""
        found: list[SecurityGroup] = []
        for path in _PLACES[self.type][1]:
            found += self.things(SecurityGroup, *path)
        return tuple(dict.fromkeys(found))

    @fact
    def port(self) -> int | None:
        """The port that it listens to: the one that it names, or what is usual for it."""
        own = (
            self.number("Port")
            if self.type.startswith(("AWS::RDS", "AWS::Neptune", "AWS::DocDB", "AWS::Redshift", "AWS::ElastiCache"))
            else None
        )
        if own is not None:
            return own
        if self.type.startswith("AWS::RDS"):
            engine = str(self.text("Engine", default=""))
            return next((port for name, port in _DATABASE_PORTS if name in engine), None)
        return _PLACES[self.type][2]
