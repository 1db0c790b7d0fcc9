"""The matrix of `explain`: every workload, with the destinations that matter to it and to no other."""

from __future__ import annotations

import yaml

from constructs_lib.assembly import from_documents
from constructs_lib.network import explain_paths, network_of
from constructs_lib.network.explain import destinations

NOTEBOOK = {"Type": "AWS::SageMaker::NotebookInstance", "Properties": {"InstanceType": "ml.t3.medium", "RoleArn": "r"}}
ATTACHED = """
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: {Ref: Vpc}, CidrBlock: 10.0.0.0/24}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: {Ref: Vpc}}}
  InTable: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: {Ref: Subnet}, RouteTableId: {Ref: Table}}}
  Data: {Type: AWS::EC2::Route, Properties: {RouteTableId: {Ref: Table}, DestinationCidrBlock: 10.9.0.0/16, TransitGatewayId: tgw-1}}
  Glue:
    Type: AWS::EC2::VPCEndpoint
    Properties: {VpcId: {Ref: Vpc}, VpcEndpointType: Interface, ServiceName: com.amazonaws.eu-west-1.glue, SubnetIds: [{Ref: Subnet}]}
  Notebook:
    Type: AWS::SageMaker::NotebookInstance
    Properties: {InstanceType: ml.t3.medium, RoleArn: r, SubnetId: {Ref: Subnet}, DirectInternetAccess: Disabled}
"""
ALWAYS = ["internet", "s3", "sagemaker.api", "sagemaker.runtime", "sts", "logs"]


def test_workloads_of_one_name_in_several_templates_are_each_asked() -> None:
    """Stacks that are alike give their workloads the same logical id; each gets its own answers, named by its template."""
    given = from_documents({"alone": {"Resources": {"Notebook": NOTEBOOK}}, "attached": yaml.safe_load(ATTACHED)})
    network = network_of(given.groups[0])
    paths = explain_paths(network, to=["internet"])
    assert [(path.template, path.source, path.via) for path in paths] == [
        ("alone", "Notebook", "managed"),
        ("attached", "Notebook", "none"),
    ]
    assert explain_paths(network, "Notebook", ["internet"])[1].verdict == "blocked"


def test_the_destinations_that_matter_are_those_near_the_workload() -> None:
    """The endpoints of its own VPC and the private ranges of its own routes; not those of another template's VPC."""
    given = from_documents({"alone": {"Resources": {"Notebook": NOTEBOOK}}, "attached": yaml.safe_load(ATTACHED)})
    asked: dict[str, list[str]] = {}
    for path in explain_paths(network_of(given.groups[0])):
        asked.setdefault(path.template, []).append(path.destination)
    assert asked == {"alone": ALWAYS, "attached": [*ALWAYS, "glue", "10.9.0.0/16"]}


def test_an_imagined_job_is_asked_about_itself() -> None:
    """`SUBNET+GROUP` has the destinations of its VPC, and its own members."""
    document = yaml.safe_load(ATTACHED)
    document["Resources"]["Group"] = {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"VpcId": {"Ref": "Vpc"}, "GroupDescription": "g"},
    }
    paths = explain_paths(network_of(from_documents({"t": document}).groups[0]), "Subnet+Group")
    assert [path.destination for path in paths] == [*ALWAYS, "self", "glue", "10.9.0.0/16"]


DATABASE = """
Db: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres, DBSubnetGroupName: {Ref: Places}, VPCSecurityGroups: [{Ref: DbGroup}]}}
Places: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: x, SubnetIds: [{Ref: Private}]}}
DbGroup: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: {Ref: Vpc}, GroupDescription: db}}
Far: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.2.0.0/16}}
FarSubnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: {Ref: Far}, CidrBlock: 10.2.1.0/24}}
FarCluster: {Type: AWS::EMR::Cluster, Properties: {Instances: {Ec2SubnetId: {Ref: FarSubnet}}}}
Hidden: {Type: AWS::FSx::FileSystem, Properties: {SubnetIds: [{Ref: Elsewhere}]}}
Box: {Type: AWS::EC2::Instance, Properties: {SubnetId: {Ref: Private}}}
"""


def test_the_stores_of_the_vpc_matter(asker):
    """A database in the workload's VPC is asked about; what stands in other VPCs, or may, or is no store is not."""
    network = asker.network(DATABASE)
    assert [name for name in destinations(network, "Notebook") if name[0].isupper()] == ["Db"]


def test_endpoints_of_the_vpc_that_the_groups_tell_of_matter(asker):
    """A subnet that is a parameter stands in the VPC of the workload's groups."""
    network = asker.network("Notebook.SubnetId: {Ref: Elsewhere}\nSts.ServiceName: com.amazonaws.eu-west-1.glue")
    assert "glue" in destinations(network, "Notebook")
