"""Small networks to ask about: one base template, changed by each test in a few places."""

from __future__ import annotations

import copy

import pytest
import yaml

from constructs_lib.assembly import explore, from_documents
from constructs_lib.network import network_of

BASE = """
Parameters:
  Elsewhere: {Type: String}
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true, EnableDnsSupport: true}
  Igw: {Type: AWS::EC2::InternetGateway}
  Attachment:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: {Ref: Vpc}, InternetGatewayId: {Ref: Igw}}
  Public:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: {Ref: Vpc}, CidrBlock: 10.0.0.0/24, AvailabilityZone: eu-west-1a}
  PublicTable:
    Type: AWS::EC2::RouteTable
    Properties: {VpcId: {Ref: Vpc}}
  PublicAssociation:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: {Ref: Public}, RouteTableId: {Ref: PublicTable}}
  PublicRoute:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: {Ref: PublicTable}, DestinationCidrBlock: 0.0.0.0/0, GatewayId: {Ref: Igw}}
  Nat:
    Type: AWS::EC2::NatGateway
    Properties: {SubnetId: {Ref: Public}, AllocationId: eipalloc-1}
  Private:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: {Ref: Vpc}, CidrBlock: 10.0.1.0/24, AvailabilityZone: eu-west-1a}
  PrivateTable:
    Type: AWS::EC2::RouteTable
    Properties: {VpcId: {Ref: Vpc}}
  PrivateAssociation:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: {Ref: Private}, RouteTableId: {Ref: PrivateTable}}
  PrivateRoute:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: {Ref: PrivateTable}, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: {Ref: Nat}}
  WorkGroup:
    Type: AWS::EC2::SecurityGroup
    Properties: {VpcId: {Ref: Vpc}, GroupDescription: workloads}
  EndpointGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: {Ref: Vpc}
      GroupDescription: endpoints
      SecurityGroupIngress:
      - {IpProtocol: tcp, FromPort: 443, ToPort: 443, SourceSecurityGroupId: {Ref: WorkGroup}}
  Sts:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      VpcId: {Ref: Vpc}
      ServiceName: {"Fn::Sub": "com.amazonaws.${AWS::Region}.sts"}
      VpcEndpointType: Interface
      PrivateDnsEnabled: true
      SubnetIds: [{Ref: Private}]
      SecurityGroupIds: [{Ref: EndpointGroup}]
  S3:
    Type: AWS::EC2::VPCEndpoint
    Properties: {VpcId: {Ref: Vpc}, ServiceName: {"Fn::Sub": "com.amazonaws.${AWS::Region}.s3"}, RouteTableIds: [{Ref: PrivateTable}]}
  Notebook:
    Type: AWS::SageMaker::NotebookInstance
    Properties:
      InstanceType: ml.t3.medium
      RoleArn: arn:aws:iam::111122223333:role/r
      DirectInternetAccess: Disabled
      SubnetId: {Ref: Private}
      SecurityGroupIds: [{Ref: WorkGroup}]
"""


def changed(changes):
    """The base template with resources added, replaced, removed (None), or with single properties set (`Id.Property`, None removes)."""
    document = yaml.safe_load(BASE)
    for name, value in (yaml.safe_load(changes) if isinstance(changes, str) else copy.deepcopy(changes) or {}).items():
        logical_id, _, prop = name.partition(".")
        resources = document["Resources"]
        if logical_id in ("Metadata", "Conditions", "Parameters"):
            document.setdefault(logical_id, {}).update(value)
        elif prop and value is None:
            resources[logical_id].get("Properties", {}).pop(prop, None)
        elif prop:
            resources[logical_id].setdefault("Properties", {})[prop] = value
        elif value is None:
            resources.pop(logical_id, None)
        else:
            resources[logical_id] = value
    return document


class Asker:
    """Builds networks and asks them."""

    changed = staticmethod(changed)

    def network(self, changes=None, **options):
        """The network of the changed base template."""
        given = from_documents({"template.yaml": changed(changes or {})}, **options)
        return network_of(given.groups[0])

    def of(self, document, **options):
        """The network of a whole document."""
        document = yaml.safe_load(document) if isinstance(document, str) else document
        return network_of(from_documents({"template.yaml": document}, **options).groups[0])

    def fact(self, network, ask):
        """The one value of a fact, or the exception that says why there is none."""
        branches = explore(network.group, ask)
        assert len(branches) == 1, branches
        return branches[0].value if branches[0].error is None else branches[0].error

    def reach(self, changes, source, destination, **options):
        """The one answer of the changed base template."""
        network = self.network(changes, **options)
        answer = self.fact(network, lambda: network.reach(source, destination))
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(scope="session")
def asker():
    """Build networks and ask them."""
    return Asker()
