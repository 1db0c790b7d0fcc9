"""Where each kind of workload stands, and which of its interfaces takes what."""

from __future__ import annotations

import pytest

IMPORTED = "{Notebook.SubnetId: subnet-1, Notebook.SecurityGroupIds: [sg-1]}"
DIRECT = "Notebook.DirectInternetAccess: Enabled"
NO_VPC = "{Notebook.DirectInternetAccess: Enabled, Notebook.SubnetId: null, Notebook.SecurityGroupIds: null}"


def script(text, more=""):
    """A notebook with direct internet access whose lifecycle script is this one."""
    lines = "\\n".join(["#!/bin/bash", *text.splitlines()])
    return (
        f'{{{DIRECT}, Notebook.LifecycleConfigName: {{"Fn::GetAtt": [Config, NotebookInstanceLifecycleConfigName]}}, '
        f'Config: {{Type: AWS::SageMaker::NotebookInstanceLifecycleConfig, Properties: {{OnStart: [{{Content: {{"Fn::Base64": "{lines}"}}}}]}}}}{more}}}'
    )


DOMAIN = """
Domain:
  Type: AWS::SageMaker::Domain
  Properties:
    AuthMode: IAM
    DomainName: d
    VpcId: {Ref: Vpc}
    SubnetIds: [{Ref: Private}%s]
    AppNetworkAccessType: %s
    DefaultUserSettings: {ExecutionRole: arn:aws:iam::111122223333:role/r, SecurityGroups: [{Ref: WorkGroup}]}
"""
SECOND = """
Second:
  Type: AWS::EC2::Subnet
  Properties: {VpcId: {Ref: Vpc}, CidrBlock: 10.0.2.0/24, AvailabilityZone: eu-west-1b}
"""
JOB = """
Job:
  Type: AWS::SageMaker::ProcessingJob
  Properties:
    ProcessingResources: {ClusterConfig: {InstanceCount: 2, InstanceType: ml.m5.large, VolumeSizeInGB: 1}}
    NetworkConfig: {%s}
"""
IN_VPC = "VpcConfig: {Subnets: [{Ref: Private}], SecurityGroupIds: [{Ref: WorkGroup}]}"
EFS = """
Files: {Type: AWS::EFS::FileSystem}
Mount:
  Type: AWS::EFS::MountTarget
  Properties: {FileSystemId: {Ref: Files}, SubnetId: {Ref: Private}, SecurityGroups: [{Ref: FilesGroup}]}
FilesGroup:
  Type: AWS::EC2::SecurityGroup
  Properties: {VpcId: {Ref: Vpc}, GroupDescription: files, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 2049, ToPort: 2049, %s}]}
"""
ADMITTED = "SourceSecurityGroupId: {Ref: WorkGroup}"

ROWS = [
    ("a notebook without VPC has SageMaker's interface", NO_VPC, "Notebook", "internet", "reachable managed"),
    ("which reaches AWS", NO_VPC, "Notebook", "sts", "reachable managed"),
    ("and no private range", NO_VPC, "Notebook", "10.0.0.0/16", "blocked managed route"),
    ("but public ones", NO_VPC, "Notebook", "52.95.0.0/16:443", "reachable managed"),
    ("and no file system", NO_VPC, "Notebook", "efs", "blocked managed route"),
    ("without VPC and without internet there is no network that the API would make", "{Notebook.SubnetId: null}", "Notebook", "internet", "unverified unknown"),
    ("with a VPC and direct internet access the internet is SageMaker's", DIRECT, "Notebook", "internet", "reachable managed"),
    ("the VPC's own range is the customer's", DIRECT, "Notebook", "10.0.9.0/24", "reachable local"),
    ("other private ranges leave by SageMaker's and arrive nowhere", DIRECT, "Notebook", "192.168.0.0/16", "blocked managed route"),
    ("gateway endpoints are bypassed", DIRECT, "Notebook", "s3", "reachable managed"),
    ("interface endpoints are not", DIRECT, "Notebook", "sts", "reachable vpce-interface"),
    ("and may refuse", "{Notebook.DirectInternetAccess: Enabled, EndpointGroup.SecurityGroupIngress: []}", "Notebook", "sts", "blocked vpce-interface endpoint_sg"),
    ("an endpoint without private DNS is not found", "{Notebook.DirectInternetAccess: Enabled, Sts.PrivateDnsEnabled: false}", "Notebook", "sts", "reachable managed"),
    ("a script of ours sends a range through the VPC", script("# sagemaker-network: routes 192.168.0.0/16 172.16.0.0/12"), "Notebook", "192.168.4.0/24", "blocked nat route"),
    ("where a route leads on", script("# sagemaker-network: routes 192.168.0.0/16", ", Vpn: {Type: AWS::EC2::Route, Properties: {RouteTableId: {Ref: PrivateTable}, DestinationCidrBlock: 192.168.0.0/16, TransitGatewayId: tgw-1}}"), "Notebook", "192.168.4.0/24", "unverified tgw"),
    ("and no other range", script("# sagemaker-network: routes 192.168.0.0/16"), "Notebook", "172.16.0.0/12", "blocked managed route"),
    ("a plain route command is read as well", script("sudo route add -net 192.168.0.0 netmask 255.255.0.0 gw 10.0.1.1 eth2"), "Notebook", "192.168.4.0/24", "blocked nat route"),
    ("and in its newer form", script("ip route add 192.168.0.0/16 via 10.0.1.1 dev eth2"), "Notebook", "192.168.4.0/24", "blocked nat route"),
    ("one whose range is computed may be any", script("ip route add $RANGE via $GATEWAY dev eth2"), "Notebook", "192.168.0.0/16", "unverified unknown"),
    ("S3 included", script("ip route add $RANGE via $GATEWAY dev eth2"), "Notebook", "s3", "unverified unknown"),
    ("the VPC's own range not", script("ip route add $RANGE via $GATEWAY dev eth2"), "Notebook", "10.0.9.0/24", "reachable local"),
    ("a script without routes adds none", script("pip install numpy"), "Notebook", "192.168.0.0/16", "blocked managed route"),
    ("a comment about routes adds none", script("# ip route add 192.168.0.0/16 via x dev eth2"), "Notebook", "192.168.0.0/16", "blocked managed route"),
    ("a script that is not in the templates may add any", "{Notebook.DirectInternetAccess: Enabled, Notebook.LifecycleConfigName: mine}", "Notebook", "192.168.0.0/16", "unverified unknown"),
    ("which the internet does not depend on", "{Notebook.DirectInternetAccess: Enabled, Notebook.LifecycleConfigName: mine}", "Notebook", "internet", "reachable managed"),
    ("a proxy that a script sets up is believed", "{PrivateRoute: null, Notebook.LifecycleConfigName: {Ref: Config}, Config: {Type: AWS::SageMaker::NotebookInstanceLifecycleConfig, Properties: {OnStart: [{Content: {'Fn::Base64': \"#!/bin/sh\\n# sagemaker-network: proxy http://10.0.0.9:3128\\n\"}}]}}}", "Notebook", "internet", "reachable proxy"),
    ("where the way to it is open", "{PrivateRoute: null, WorkGroup.SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}], Notebook.LifecycleConfigName: {Ref: Config}, Config: {Type: AWS::SageMaker::NotebookInstanceLifecycleConfig, Properties: {OnStart: [{Content: {'Fn::Base64': \"#!/bin/sh\\n# sagemaker-network: proxy http://10.0.0.9:3128\\n\"}}]}}}", "Notebook", "internet", "blocked proxy security_group"),
    ("an imported subnet leaves everything open", IMPORTED, "Notebook", "internet", "unverified unknown"),
    ("for a notebook with direct internet access only private ranges", "{Notebook.SubnetId: subnet-1, Notebook.DirectInternetAccess: Enabled}", "Notebook", "10.0.0.0/16", "unverified unknown"),
    ("and not AWS", "{Notebook.SubnetId: subnet-1, Notebook.DirectInternetAccess: Enabled}", "Notebook", "s3", "reachable managed"),
    ("a file system in the VPC is mounted", EFS % ADMITTED, "Notebook", "efs", "reachable local"),
    ("where its group admits the workload", EFS % "CidrIp: 10.9.0.0/16", "Notebook", "efs", "blocked local security_group"),
    ("asked for by its id as well", EFS % ADMITTED, "Notebook", "Files", "reachable local"),
    ("or by its mount target's", EFS % ADMITTED, "Notebook", "Mount", "reachable local"),
    ("a VPC without mount target has no file system", "", "Notebook", "efs", "blocked none route"),
    ("PublicInternetOnly takes SageMaker's network", DOMAIN % ("", "PublicInternetOnly"), "Domain", "internet", "reachable managed"),
    ("but for its file system", DOMAIN % ("", "PublicInternetOnly"), "Domain", "efs", "reachable local"),
    ("the VPC's own range is not reached", DOMAIN % ("", "PublicInternetOnly"), "Domain", "10.0.9.0/24", "blocked managed route"),
    ("VpcOnly takes the VPC", DOMAIN % ("", "VpcOnly"), "Domain", "internet", "reachable nat"),
    ("and SageMaker's own groups for its file system", DOMAIN % ("", "VpcOnly") + "WorkGroup.SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]", "Domain", "efs", "reachable local"),
    ("every subnet of a domain must have the way", DOMAIN % (", {Ref: Second}", "VpcOnly") + SECOND, "Domain", "internet", "blocked none route"),
    ("an ACL between its subnets stops the file system", DOMAIN % (", {Ref: Second}", "VpcOnly") + SECOND + "Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: {Ref: Vpc}}}\nTo: {Type: AWS::EC2::SubnetNetworkAclAssociation, Properties: {SubnetId: {Ref: Second}, NetworkAclId: {Ref: Acl}}}", "Domain", "efs", "blocked local nacl"),
    ("a domain without home file system asks for mount targets", DOMAIN % ("", "VpcOnly") + "Domain.HomeEfsFileSystemCreation: Disabled", "Domain", "efs", "blocked none route"),
    ("a profile's groups are added to the domain's", DOMAIN % ("", "VpcOnly") + "User: {Type: AWS::SageMaker::UserProfile, Properties: {DomainId: {Ref: Domain}, UserProfileName: u, UserSettings: {SecurityGroups: [{Ref: Own}]}}}\nOwn: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: {Ref: Vpc}, GroupDescription: own}}\nSelf: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: {Ref: Own}, IpProtocol: '-1', SourceSecurityGroupId: {Ref: Own}}}", "User", "self", "reachable local"),
    ("a job without VpcConfig runs in SageMaker's network", JOB % "", "Job", "internet", "reachable managed"),
    ("with one in the VPC", JOB % IN_VPC, "Job", "internet", "reachable nat"),
    ("network isolation stops all calls", JOB % f"EnableNetworkIsolation: true, {IN_VPC}", "Job", "s3", "blocked none isolation"),
    ("but among its own members", JOB % f"EnableNetworkIsolation: true, {IN_VPC}" + "WorkGroup.SecurityGroupIngress: [{IpProtocol: '-1', CidrIp: 10.0.1.0/24}]", "Job", "self", "reachable local"),
    ("a model is like a job", "Model: {Type: AWS::SageMaker::Model, Properties: {EnableNetworkIsolation: 'true'}}", "Model", "internet", "blocked none isolation"),
    ("an endpoint configuration stands where its models do", "Model: {Type: AWS::SageMaker::Model, Properties: {VpcConfig: {Subnets: [{Ref: Private}], SecurityGroupIds: [{Ref: WorkGroup}]}}}\nConfig: {Type: AWS::SageMaker::EndpointConfig, Properties: {ProductionVariants: [{ModelName: {'Fn::GetAtt': [Model, ModelName]}, VariantName: v}]}}\nServing: {Type: AWS::SageMaker::Endpoint, Properties: {EndpointConfigName: {'Fn::GetAtt': [Config, EndpointConfigName]}}}", "Serving", "internet", "reachable nat"),
    ("a schedule stands where its definition does", "Definition: {Type: AWS::SageMaker::DataQualityJobDefinition, Properties: {NetworkConfig: {VpcConfig: {Subnets: [{Ref: Private}], SecurityGroupIds: [{Ref: WorkGroup}]}}}}\nSchedule: {Type: AWS::SageMaker::MonitoringSchedule, Properties: {MonitoringScheduleConfig: {MonitoringJobDefinitionName: {'Fn::GetAtt': [Definition, JobDefinitionName]}}}}", "Schedule", "internet", "reachable nat"),
    ("one that is not in the templates is not known", "Schedule: {Type: AWS::SageMaker::MonitoringSchedule, Properties: {MonitoringScheduleConfig: {MonitoringJobDefinitionName: mine}}}", "Schedule", "internet", "unverified unknown"),
    ("an instance group may stand elsewhere than its cluster", SECOND + "Cluster: {Type: AWS::SageMaker::Cluster, Properties: {VpcConfig: {Subnets: [{Ref: Private}], SecurityGroupIds: [{Ref: WorkGroup}]}, InstanceGroups: [{InstanceGroupName: a, InstanceCount: 1}, {InstanceGroupName: b, InstanceCount: 1, OverrideVpcConfig: {Subnets: [{Ref: Second}], SecurityGroupIds: [{Ref: WorkGroup}]}}]}}", "Cluster", "internet", "blocked none route"),
    ("a training network is declared on its group", "Jobs: {Type: AWS::EC2::SecurityGroup, Metadata: {SageMakerNetwork: {trainingNetwork: {name: jobs, subnets: [{Ref: Private}]}}}, Properties: {VpcId: {Ref: Vpc}, GroupDescription: jobs}}", "Jobs", "internet", "reachable nat"),
    ("an imagined job stands where it is put", "", "Public+WorkGroup", "internet", "blocked igw public_subnet"),
    ("with several groups", "", "Private+WorkGroup+EndpointGroup", "sts", "reachable vpce-interface"),
    ("the notebook page is dialled like any service", "", "Notebook", "notebook", "reachable nat"),
    ("a database is reached where its group admits", "Db: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: {Ref: Where}, VPCSecurityGroups: [{Ref: DbGroup}], Engine: postgres}}\nWhere: {Type: AWS::RDS::DBSubnetGroup, Properties: {SubnetIds: [{Ref: Public}]}}\nDbGroup: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: {Ref: Vpc}, GroupDescription: db, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 10.0.1.0/24}]}}", "Notebook", "Db", "reachable local"),
    ("on its own port", "Db: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: {Ref: Where}, VPCSecurityGroups: [{Ref: DbGroup}], Engine: postgres}}\nWhere: {Type: AWS::RDS::DBSubnetGroup, Properties: {SubnetIds: [{Ref: Public}]}}\nDbGroup: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: {Ref: Vpc}, GroupDescription: db, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 10.0.1.0/24}]}}", "Notebook", "Db:3306", "blocked local security_group"),
    ("an endpoint is a resource too", "", "Notebook", "Sts", "reachable local"),
    ("a subnet is its range", "", "Notebook", "Public", "reachable local"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "source", "destination", "expected"), [pytest.param(*row[1:], id=row[0]) for row in ROWS]
)
def test_a_workload(asker, changes, source, destination, expected):
    """Each sentence holds in the base network, changed in one place."""
    path = asker.reach(changes, source, destination)
    assert " ".join(filter(None, (path.verdict, path.via, path.blocked_by))) == expected, (path, path.why, path.hops)
    assert path.why


def test_the_worst_subnet_is_named(asker):
    """Where the subnets of a workload differ, the answer is the worst, and names its subnet."""
    path = asker.reach(DOMAIN % (", {Ref: Second}", "VpcOnly") + SECOND, "Domain", "internet")
    assert path.why == "in subnet Second: main route table of Vpc has no default route"
