"""Under which names facts are declared: those of parameters, of exports, and of items of lists; whatever they name, and whatever is given for it."""

from __future__ import annotations

import pytest
import yaml

from constructs_lib.assembly import from_documents
from constructs_lib.network import explain_paths, network_of

TEMPLATE = """
Parameters:
  Vpc: {Type: "AWS::EC2::VPC::Id"}
  Subnets: {Type: "List<AWS::EC2::Subnet::Id>"}
  Groups: {Type: CommaDelimitedList}
  Tables: {Type: CommaDelimitedList}
  Table: {Type: String}
Resources:
  Notebook:
    Type: AWS::SageMaker::NotebookInstance
    Properties:
      InstanceType: ml.t3.medium
      RoleArn: arn:aws:iam::111122223333:role/r
      DirectInternetAccess: Disabled
      SubnetId: SUBNET
      SecurityGroupIds: [GROUP]
  S3:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      VpcId: {Ref: Vpc}
      ServiceName: com.amazonaws.eu-west-1.s3
      VpcEndpointType: Gateway
      RouteTableIds: [TABLE]
Metadata:
  SageMakerNetwork:
    vpcs:
      Vpc:
        cidrs: [10.0.0.0/16]
        dnsSupport: true
        dnsHostnames: true
        complete: true
        subnets: {NAMED_SUBNET: {cidr: 10.0.1.0/24, routeTable: NAMED_TABLE, egress: none}}
        securityGroups: {NAMED_GROUP: {ingress: none, egress: all}}
        endpoints: {sts: {admits: [NAMED_GROUP]}}
"""
NAMES = {
    "lists": {
        "SUBNET": ('{"Fn::Select": [1, {Ref: Subnets}]}', '"Subnets[1]"'),
        "GROUP": ('{"Fn::Select": ["0", {Ref: Groups}]}', '"Groups[0]"'),
        "TABLE": ('{"Fn::Select": [1, {Ref: Tables}]}', '"Tables[1]"'),
    },
    "exports": {
        "SUBNET": ('{"Fn::Select": [0, {"Fn::Split": ["||", {"Fn::ImportValue": Their}]}]}', '"Their[0]"'),
        "GROUP": ('{"Fn::ImportValue": TheirGroup}', "TheirGroup"),
        "TABLE": ('{"Fn::Select": [0, {"Fn::Split": [",", {"Fn::ImportValue": "T:1"}]}]}', '"T:1[0]"'),
    },
    "parameters": {
        "SUBNET": ('{"Fn::Select": [0, {"Fn::Split": [",", {Ref: Vpc}]}]}', '"Vpc[0]"'),
        "GROUP": ("sg-1", "sg-1"),
        "TABLE": ("{Ref: Table}", "Table"),
    },
}
GIVEN = {"Subnets": "subnet-7, subnet-8", "Groups": "sg-7", "Tables": "rtb-7,rtb-8", "Table": "rtb-9"}


def asked(names, **changes):
    """Whether the notebook reaches S3 and STS, where the template and its declarations use these names."""
    text = TEMPLATE
    for word, (used, declared) in {**NAMES[names], **changes}.items():
        text = text.replace(f"NAMED_{word}", declared).replace(word, used)
    return yaml.safe_load(text)


def ways(document, **options):
    network = network_of(from_documents({"t": document}, **options).groups[0])
    return [(path.verdict, path.via, path.blocked_by) for path in explain_paths(network, "Notebook", ["s3", "sts"])]


REACHED = [("reachable", "vpce-gateway", None), ("reachable", "vpce-interface", None)]


@pytest.mark.parametrize("names", NAMES)
def test_what_is_declared_under_a_name_is_found_under_it(names):
    """Subnet, security group and route table; in the template by a function, in the declaration by its name."""
    assert ways(asked(names)) == REACHED


@pytest.mark.parametrize("names", ["lists", "parameters"])
def test_it_is_found_where_values_are_given(names):
    """With the parameters' values on the command line, facts declared under their names stay theirs."""
    assert ways(asked(names), parameters=GIVEN) == REACHED


def test_another_item_is_another_thing():
    """Nothing is known of an item that is not declared; it may even be the same as one that is."""
    other = asked("lists", SUBNET=('{"Fn::Select": [0, {Ref: Subnets}]}', '"Subnets[1]"'))
    assert [verdict for verdict, *_ in ways(other)] == ["unverified", "unverified"]
    document = asked("lists")
    document["Metadata"]["SageMakerNetwork"]["vpcs"]["Vpc"]["subnets"]["Subnets[1]"]["routeTable"] = "Tables[0]"
    assert ways(document)[0][0] == "unverified"


@pytest.mark.parametrize("delimiter", ["|", ","])
def test_only_lists_with_commas_are_cut(delimiter):
    """A value that is given for a list is cut where CloudFormation cuts it; beyond its end nothing is meant."""
    document = asked(
        "lists", GROUP=(f'{{"Fn::Select": [0, {{"Fn::Split": ["{delimiter}", {{Ref: Table}}]}}]}}', '"Table[0]"')
    )
    found = ways(document, parameters={"Table": "sg-1"})
    assert found == REACHED
