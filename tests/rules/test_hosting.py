"""The rules about models and endpoint configurations: exact words, and what the examples do not show."""

from __future__ import annotations

import pytest


def ref(name):
    return {"Ref": name}


def group(name):
    return {"Fn::GetAtt": [name, "GroupId"]}


HIDDEN = {"Ref": "Hidden"}
PUBLIC_ROUTE = """
InternetGateway: {Type: 'AWS::EC2::InternetGateway'}
Attachment:
  Type: AWS::EC2::VPCGatewayAttachment
  Properties:
    VpcId: {Ref: Vpc}
    InternetGatewayId: {Ref: InternetGateway}
DefaultRoute:
  Type: AWS::EC2::Route
  Properties:
    RouteTableId: {Ref: PrivateRoutes}
    DestinationCidrBlock: 0.0.0.0/0
    GatewayId: {Ref: InternetGateway}
"""
ISOLATED_VPC = """
Vpc:
  Type: AWS::EC2::VPC
  Properties: {CidrBlock: 10.0.0.0/16}
SubnetA:
  Type: AWS::EC2::Subnet
  Properties:
    VpcId: {Ref: Vpc}
    CidrBlock: 10.0.0.0/24
Members:
  Type: AWS::EC2::SecurityGroup
  Properties:
    GroupDescription: members
    VpcId: {Ref: Vpc}
"""

#: What each breaking example is told.
EXAMPLES = [
    (
        "SMN-HOST-01",
        [
            "violated error Model.VpcConfig.Subnets: SubnetId (not in the templates) is the only subnet, hosting takes two in different Availability Zones"
        ],
    ),
    (
        "SMN-HOST-02",
        [
            "violated error Model.VpcConfig.Subnets: SubnetA has no path to Amazon S3: VPC Vpc has no endpoint for s3, and PrivateRoutes has no default route",
            "violated error Model.VpcConfig.Subnets: SubnetB has no path to Amazon S3: VPC Vpc has no endpoint for s3, and PrivateRoutes has no default route",
        ],
    ),
    (
        "SMN-HOST-03",
        [
            "violated error EndpointConfig.ProductionVariants.0.ServerlessConfig: the serverless variant's model Model has network isolation"
        ],
    ),
    ("SMN-HOST-04", ["violated warning Model.EnableNetworkIsolation: EnableNetworkIsolation is not true"]),
    (
        "SMN-HOST-06",
        [
            "violated info Model.VpcConfig: no VpcConfig: the containers run in SageMaker's own network, with internet access"
        ],
    ),
    (
        "SMN-HOST-09",
        ["violated info EndpointConfig.ProductionVariants.0.InitialInstanceCount: variant main has one instance"],
    ),
    (
        "SMN-HOST-11",
        [
            "violated error EndpointConfig.ProductionVariants.0.EnableSSMAccess: model Model is network-isolated, no session can start in it"
        ],
    ),
]

#: An example, what is changed in it, what is added to it, and what the rule then says.
CASES = [
    pytest.param(
        "SMN-HOST-01",
        "keeps",
        {"SubnetB.AvailabilityZone": {"Fn::Select": [0, {"Fn::GetAZs": ""}]}},
        "",
        [
            "violated error Model.VpcConfig.Subnets: SubnetA and SubnetB are all in Availability Zone 0 of the region, hosting takes two in different Availability Zones"
        ],
        id="SMN-HOST-01: two subnets in one zone",
    ),
    pytest.param(
        "SMN-HOST-01",
        "breaks",
        {"EndpointConfig": None},
        "",
        [
            "unverified error Model.VpcConfig.Subnets: no endpoint configuration of the templates uses this model, which may serve batch transform only; for hosting, SubnetId (not in the templates) is the only subnet, hosting takes two in different Availability Zones: put the endpoint configuration into the input, or acknowledge the rule if the model is never hosted"
        ],
        id="SMN-HOST-01: a model that no endpoint configuration of the templates uses may serve batch transform",
    ),
    pytest.param(
        "SMN-HOST-01",
        "keeps",
        {"Model.VpcConfig.Subnets": [HIDDEN, "subnet-0ab"]},
        "",
        [
            "unverified error Model.VpcConfig.Subnets: the Availability Zone of subnet-0ab: declare subnet-0ab in Metadata.SageMakerNetwork"
        ],
        id="SMN-HOST-01: two subnets that are made elsewhere",
    ),
    pytest.param(
        "SMN-HOST-01",
        "keeps",
        {"Model.VpcConfig.Subnets": [ref("SubnetA"), ref("SubnetB"), HIDDEN]},
        "",
        ["satisfied error Model.VpcConfig.Subnets"],
        id="SMN-HOST-01: two zones are enough, whatever the third is",
    ),
    pytest.param(
        "SMN-HOST-01",
        "keeps",
        {"Model.VpcConfig.Subnets": HIDDEN},
        "",
        [
            "unverified error Model.VpcConfig.Subnets: Model.VpcConfig.Subnets is parameter Hidden: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-HOST-01: a parameter for all subnets",
    ),
    pytest.param(
        "SMN-HOST-01",
        "keeps",
        {
            "Model.VpcConfig": None,
            "EndpointConfig.VpcConfig": {"Subnets": [ref("SubnetA")], "SecurityGroupIds": [group("ModelGroup")]},
        },
        "",
        [
            "violated error EndpointConfig.VpcConfig.Subnets: SubnetA is the only subnet, hosting takes two in different Availability Zones"
        ],
        id="SMN-HOST-01: an endpoint configuration with a VPC of its own",
    ),
    pytest.param(
        "SMN-HOST-01",
        "breaks",
        {"Model.ModelName": "churn", "EndpointConfig.ProductionVariants.0.ModelName": "churn"},
        "",
        [
            "violated error Model.VpcConfig.Subnets: SubnetId (not in the templates) is the only subnet, hosting takes two in different Availability Zones"
        ],
        id="SMN-HOST-01: a model by its literal name",
    ),
    pytest.param(
        "SMN-HOST-02",
        "breaks",
        {},
        PUBLIC_ROUTE,
        [
            "violated error Model.VpcConfig.Subnets: SubnetA has no path to Amazon S3: subnet SubnetA leads to internet gateway InternetGateway (DefaultRoute), and Model has a private address only",
            "violated error Model.VpcConfig.Subnets: SubnetB has no path to Amazon S3: subnet SubnetB leads to internet gateway InternetGateway (DefaultRoute), and Model has a private address only",
        ],
        id="SMN-HOST-02: a public subnet",
    ),
    pytest.param(
        "SMN-HOST-03",
        "breaks",
        {
            "Model.EnableNetworkIsolation": False,
            "Model.VpcConfig": {"Subnets": ["subnet-0ab"], "SecurityGroupIds": ["sg-0ab"]},
            "Model.PrimaryContainer.ImageConfig": {"RepositoryAccessMode": "Vpc"},
        },
        "",
        [
            "violated error EndpointConfig.ProductionVariants.0.ServerlessConfig: the serverless variant's model Model has a VPC configuration",
            "violated error EndpointConfig.ProductionVariants.0.ServerlessConfig: the serverless variant's model Model has an image in a private registry",
        ],
        id="SMN-HOST-03: a VPC configuration and a private registry",
    ),
    pytest.param(
        "SMN-HOST-03",
        "breaks",
        {"EndpointConfig.ProductionVariants.0.ModelName": "elsewhere"},
        "",
        [
            "unverified error EndpointConfig: model elsewhere is not defined in the templates: check the stack that defines it along with this one"
        ],
        id="SMN-HOST-03: a model that is not in the templates",
    ),
    pytest.param(
        "SMN-HOST-03",
        "breaks",
        {"EndpointConfig.ProductionVariants.0.ServerlessConfig": None},
        "",
        [],
        id="SMN-HOST-03: a variant with instances",
    ),
    pytest.param(
        "SMN-HOST-04",
        "breaks",
        {"Model.EnableNetworkIsolation": HIDDEN},
        "",
        [
            "unverified warning Model.EnableNetworkIsolation: Model.EnableNetworkIsolation is parameter Hidden: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-HOST-04: isolation that is a parameter",
    ),
    pytest.param(
        "SMN-HOST-09",
        "keeps",
        {
            "EndpointConfig.ShadowProductionVariants": [
                {"VariantName": "shadow", "InitialInstanceCount": "1", "InstanceType": "ml.m5.xlarge"}
            ]
        },
        "",
        [
            "violated info EndpointConfig.ShadowProductionVariants.0.InitialInstanceCount: variant shadow has one instance"
        ],
        id="SMN-HOST-09: a shadow variant counts too",
    ),
    pytest.param(
        "SMN-HOST-09",
        "breaks",
        {"EndpointConfig.ProductionVariants.0.ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}},
        "",
        [],
        id="SMN-HOST-09: serverless variants have no instances",
    ),
    pytest.param(
        "SMN-HOST-09",
        "breaks",
        {"EndpointConfig.ProductionVariants.0.InitialInstanceCount": HIDDEN},
        "",
        [
            "unverified info EndpointConfig: EndpointConfig.ProductionVariants.0.InitialInstanceCount is parameter Hidden: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-HOST-09: a count that is a parameter",
    ),
    pytest.param(
        "SMN-HOST-11",
        "keeps",
        {"Model.VpcConfig": {"Subnets": [ref("SubnetA")], "SecurityGroupIds": [group("Members")]}},
        ISOLATED_VPC,
        [
            "violated warning EndpointConfig.ProductionVariants.0.EnableSSMAccess: SubnetA does not reach ssm: VPC Vpc has no endpoint for ssm, and main route table of Vpc has no default route",
            "violated warning EndpointConfig.ProductionVariants.0.EnableSSMAccess: SubnetA does not reach ssmmessages: VPC Vpc has no endpoint for ssmmessages, and main route table of Vpc has no default route",
            "violated warning EndpointConfig.ProductionVariants.0.EnableSSMAccess: SubnetA does not reach ec2messages: VPC Vpc has no endpoint for ec2messages, and main route table of Vpc has no default route",
        ],
        id="SMN-HOST-11: an isolated subnet without the three endpoints",
    ),
    pytest.param(
        "SMN-HOST-11",
        "breaks",
        {"EndpointConfig.ProductionVariants.0.ModelName": HIDDEN},
        "",
        [
            "unverified info EndpointConfig: which model parameter Hidden is: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-HOST-11: a model that is not in the templates",
    ),
    pytest.param(
        "SMN-HOST-11",
        "breaks",
        {"EndpointConfig.ProductionVariants.0.EnableSSMAccess": None},
        "",
        [],
        id="SMN-HOST-11: no sessions are asked for",
    ),
]


@pytest.mark.parametrize(("rule", "said"), EXAMPLES, ids=[rule for rule, _ in EXAMPLES])
def test_the_breaking_example_is_told_in_these_words(rule, said, example, told):
    """The words are the product: each breaking example has just these findings."""
    assert [each for each in told(rule, example(rule, "breaks")) if not each.startswith("satisfied")] == said


@pytest.mark.parametrize(("rule", "which", "changes", "added", "said"), CASES)
def test_a_changed_example_is_judged_anew(rule, which, changes, added, said, changed, told):
    """One change in an example, and what the rule says of each resource that it is about."""
    assert told(rule, changed(rule, which, changes, added)) == said
