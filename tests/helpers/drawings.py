"""Templates for the tests of pictures and pages."""

from __future__ import annotations

import yaml

NETWORK = """
Parameters:
  Link: {Type: String, Default: tgw-1}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}
  Igw: {Type: AWS::EC2::InternetGateway}
  Attached: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: {Ref: Vpc}, InternetGatewayId: {Ref: Igw}}}
  Public: {Type: AWS::EC2::Subnet, Properties: {VpcId: {Ref: Vpc}, CidrBlock: 10.0.0.0/24, AvailabilityZone: eu-west-1a}}
  PublicTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: {Ref: Vpc}}}
  PublicIn: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: {Ref: Public}, RouteTableId: {Ref: PublicTable}}}
  PublicOut: {Type: AWS::EC2::Route, Properties: {RouteTableId: {Ref: PublicTable}, DestinationCidrBlock: 0.0.0.0/0, GatewayId: {Ref: Igw}}}
  Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: {Ref: Public}, AllocationId: eipalloc-1}}
  Private: {Type: AWS::EC2::Subnet, Properties: {VpcId: {Ref: Vpc}, CidrBlock: 10.0.1.0/24, AvailabilityZone: eu-west-1a}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: {Ref: Vpc}}}
  In: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: {Ref: Private}, RouteTableId: {Ref: Table}}}
  Out: {Type: AWS::EC2::Route, Properties: {RouteTableId: {Ref: Table}, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: {Ref: Nat}}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: {Ref: Vpc}, GroupDescription: g}}
  Closed: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: {Ref: Vpc}, GroupDescription: g}}
  Sts:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      {VpcId: {Ref: Vpc}, VpcEndpointType: Interface, ServiceName: com.amazonaws.eu-west-1.sts, PrivateDnsEnabled: true, SubnetIds: [{Ref: Private}],
       SecurityGroupIds: [{Ref: Closed}]}
  Notebook:
    Type: AWS::SageMaker::NotebookInstance
    Properties:
      {InstanceType: ml.t3.medium, RoleArn: r, SubnetId: {Ref: Private}, DirectInternetAccess: Disabled, SecurityGroupIds: [{Ref: Group}]}
"""
DOMAIN = """
  Domain:
    Type: AWS::SageMaker::Domain
    Properties:
      DomainName: lab
      AuthMode: IAM
      AppNetworkAccessType: VpcOnly
      VpcId: {Ref: Vpc}
      SubnetIds: [%s]
      DefaultUserSettings: {ExecutionRole: r, SecurityGroups: [{Ref: Group}]}
"""

#: A domain with two kinds of interfaces and a long name, in a network that is not in the template: boxes close to each other.
IMPORTED = """
Resources:
  AVeryLongNameOfAStudioDomain:
    Type: AWS::SageMaker::Domain
    Properties:
      DomainName: lab
      AuthMode: IAM
      VpcId: vpc-0123456789abcdef0
      SubnetIds: [subnet-0123456789abcdef0, subnet-0123456789abcdef1, subnet-0123456789abcdef2]
      DefaultUserSettings: {ExecutionRole: r}
"""

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>]]>--><!--`${x}`\x00\u202e'


def hostile():
    """Templates whose every name is an attack."""
    document = yaml.safe_load(NETWORK)
    document["Parameters"]["Link"]["Default"] = HOSTILE
    resources = document["Resources"]
    resources["Out"]["Properties"] = {
        "RouteTableId": {"Ref": "Table"},
        "DestinationCidrBlock": "0.0.0.0/0",
        "TransitGatewayId": {"Ref": "Link"},
    }
    resources["Private"]["Properties"]["AvailabilityZone"] = HOSTILE
    resources["Sts"]["Properties"]["ServiceName"] = f"com.amazonaws.vpce.eu-west-1.{HOSTILE}"
    resources["Private"]["Metadata"] = {"aws:cdk:path": f"S/{HOSTILE}/Resource"}
    resources["Notebook"]["Metadata"] = {"SageMakerNetwork": {"acknowledge": {"SMN-NB-05": HOSTILE}}}
    resources[f"Notebook{HOSTILE}"] = {**resources["Notebook"], "Metadata": {"aws:cdk:path": f"S/{HOSTILE}"}}
    return {f"t{HOSTILE}": document}


def large(subnets=100, stacks=6):
    """An app of several stacks: one with many subnets of three kinds in three zones, and a domain, models and a notebook in them."""
    documents = {f"stack{number}": yaml.safe_load(NETWORK) for number in range(1, stacks)}
    document = documents["large"] = yaml.safe_load(
        NETWORK + DOMAIN % ", ".join(f"{{Ref: Subnet{number}}}" for number in range(30))
    )
    resources = document["Resources"]
    for number in range(subnets):
        resources[f"Subnet{number}"] = {
            "Type": "AWS::EC2::Subnet",
            "Properties": {
                "VpcId": {"Ref": "Vpc"},
                "CidrBlock": f"10.0.{number + 10}.0/24",
                "AvailabilityZone": f"eu-west-1{'abc'[number % 3]}",
            },
        }
        if number % 4:
            resources[f"In{number}"] = {
                "Type": "AWS::EC2::SubnetRouteTableAssociation",
                "Properties": {
                    "SubnetId": {"Ref": f"Subnet{number}"},
                    "RouteTableId": {"Ref": "Table" if number % 4 == 1 else "PublicTable"},
                },
            }
    for number in range(12):
        config = {
            "Subnets": [{"Ref": f"Subnet{number % 4}"}, {"Ref": f"Subnet{number % 4 + 50}"}],
            "SecurityGroupIds": [{"Ref": "Group"}],
        }
        resources[f"Model{number}"] = {
            "Type": "AWS::SageMaker::Model",
            "Properties": {"ExecutionRoleArn": "r", "VpcConfig": config},
        }
    return documents
