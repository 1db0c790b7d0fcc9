"""The rules about private registries and execution roles: exact words, and what the examples do not show."""

from __future__ import annotations

import pytest

HIDDEN = {"Ref": "Hidden"}
FURTHER_GROUP = """
Further:
  Type: AWS::EC2::SecurityGroup
  Properties:
    GroupDescription: further
    VpcId: {Ref: Vpc}
"""
ALLOWING_POLICY = """
More:
  Type: AWS::IAM::Policy
  Properties:
    PolicyName: more
    Roles:
    - {Ref: Role}
    PolicyDocument:
      Statement: {Effect: Allow, NotAction: 's3:*', Resource: '*'}
"""
DENYING_POLICY = """
false:
  Type: AWS::IAM::Policy
  Properties:
    PolicyName: false
    Roles:
    - {Ref: Role}
    PolicyDocument:
      Statement:
      - {Effect: Deny, Action: 'ec2:DeleteNetworkInterface', Resource: '*'}
"""
JOB = """
Job:
  Type: AWS::SageMaker::ProcessingJob
  Properties:
    RoleArn:
      Fn::GetAtt: [Role, Arn]
    AppSpecification: {ImageUri: i}
    ProcessingResources:
      ClusterConfig: {InstanceCount: 1, InstanceType: ml.m5.large, VolumeSizeInGB: 1}
    NetworkConfig:
      VpcConfig:
        Subnets:
        - {Ref: SubnetId}
        SecurityGroupIds:
        - {Ref: GroupId}
"""
CLUSTER = """
Cluster:
  Type: AWS::SageMaker::Cluster
  Properties:
    VpcConfig:
      Subnets:
      - {Ref: SubnetId}
      SecurityGroupIds:
      - {Ref: GroupId}
    InstanceGroups:
    - InstanceGroupName: a
      InstanceCount: 1
      InstanceType: ml.p5.48xlarge
      ExecutionRole: role
      OverrideVpcConfig:
        Subnets: []
        SecurityGroupIds:
        - {Ref: GroupId}
"""

#: What each breaking example is told.
EXAMPLES = [
    ("SMN-HOST-05", ["violated error Model.VpcConfig: RepositoryAccessMode is Vpc, but the model has no VpcConfig"]),
    (
        "SMN-HOST-07",
        [
            "violated warning Role: the role does not allow ec2:CreateNetworkInterface, ec2:CreateNetworkInterfacePermission, ec2:DeleteNetworkInterface and ec2:DeleteNetworkInterfacePermission, which Model in a VPC needs"
        ],
    ),
    (
        "SMN-HOST-10",
        [
            "violated warning Model.VpcConfig: SubnetA does not reach AWS Lambda, which provides the registry's credentials: VPC Vpc has no endpoint for lambda, and PrivateRoutes has no default route",
            "violated warning Model.VpcConfig: SubnetB does not reach AWS Lambda, which provides the registry's credentials: VPC Vpc has no endpoint for lambda, and PrivateRoutes has no default route",
        ],
    ),
]

#: An example, what is changed in it, what is added to it, and what the rule then says.
CASES = [
    pytest.param(
        "SMN-HOST-05",
        "breaks",
        {"Model.PrimaryContainer.ImageConfig.RepositoryAccessMode": "Platform"},
        "",
        [],
        id="SMN-HOST-05: an image of the platform",
    ),
    pytest.param(
        "SMN-HOST-05",
        "breaks",
        {
            "Model.PrimaryContainer.ImageConfig": None,
            "Model.Containers": [{"Image": "a"}, {"Image": "b", "ImageConfig": {"RepositoryAccessMode": "Vpc"}}],
        },
        "",
        ["violated error Model.VpcConfig: RepositoryAccessMode is Vpc, but the model has no VpcConfig"],
        id="SMN-HOST-05: a second container counts too",
    ),
    pytest.param(
        "SMN-HOST-05",
        "breaks",
        {"Model.PrimaryContainer.ImageConfig.RepositoryAccessMode": HIDDEN},
        "",
        [
            "unverified error Model.VpcConfig: Model.ImageConfig.RepositoryAccessMode is parameter Hidden: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-HOST-05: an access mode that is a parameter",
    ),
    pytest.param(
        "SMN-HOST-10",
        "breaks",
        {"Model.PrimaryContainer.ImageConfig.RepositoryAuthConfig": None},
        "",
        [
            "unverified warning Model.VpcConfig: whether the registry of image registry.example.com/churn:1 admits ModelGroup on TCP 443, as its security group is not in the templates: put the stack that defines it into the input, or acknowledge the rule"
        ],
        id="SMN-HOST-10: a registry without credentials needs no function, but must admit the model",
    ),
    pytest.param(
        "SMN-HOST-10",
        "keeps",
        {"RegistryGroup.SecurityGroupIngress": None},
        "",
        ["violated warning Model.VpcConfig: the registry's group RegistryGroup does not admit ModelGroup on TCP 443"],
        id="SMN-HOST-10: the group of the load balancer that the image's host stands for",
    ),
    pytest.param(
        "SMN-HOST-10",
        "keeps",
        {"Registry.SecurityGroups": [{"Fn::GetAtt": ["RegistryGroup", "GroupId"]}, {"Ref": "Further"}]},
        FURTHER_GROUP,
        ["satisfied warning Model.VpcConfig"],
        id="SMN-HOST-10: groups of one load balancer are one",
    ),
    pytest.param(
        "SMN-HOST-10",
        "keeps",
        {
            "RegistryGroup.SecurityGroupIngress": None,
            "Registry.SecurityGroups": [{"Fn::GetAtt": ["RegistryGroup", "GroupId"]}, {"Ref": "Further"}],
        },
        FURTHER_GROUP,
        [
            "violated warning Model.VpcConfig: the registry's groups RegistryGroup and Further do not admit ModelGroup on TCP 443"
        ],
        id="SMN-HOST-10: none of the groups",
    ),
    pytest.param(
        "SMN-HOST-10",
        "keeps",
        {"Model.PrimaryContainer.Image": ["a", "b"]},
        "",
        [
            "unverified warning Model.VpcConfig: whether the registry of image ['a', 'b'] admits ModelGroup on TCP 443, as its security group is not in the templates: put the stack that defines it into the input, or acknowledge the rule"
        ],
        id="SMN-HOST-10: an image that is no text",
    ),
    pytest.param(
        "SMN-HOST-10",
        "keeps",
        {"Registry.SecurityGroups": [HIDDEN]},
        "",
        [
            "unverified warning Model.VpcConfig: the ingress rules of security group parameter Hidden: declare Hidden in Metadata.SageMakerNetwork"
        ],
        id="SMN-HOST-10: the registry's group is a parameter",
    ),
    pytest.param(
        "SMN-HOST-05",
        "keeps",
        {"Model.PrimaryContainer.ImageConfig.RepositoryAccessMode": HIDDEN},
        "",
        ["satisfied error Model.VpcConfig"],
        id="SMN-HOST-05: with a VPC any mode will do",
    ),
    pytest.param(
        "SMN-HOST-05",
        "breaks",
        {
            "Model.Containers": [
                {"Image": "a", "ImageConfig": {"RepositoryAccessMode": HIDDEN}},
                {"Image": "b", "ImageConfig": {"RepositoryAccessMode": "Vpc"}},
            ],
            "Model.PrimaryContainer": None,
        },
        "",
        ["violated error Model.VpcConfig: RepositoryAccessMode is Vpc, but the model has no VpcConfig"],
        id="SMN-HOST-05: one image is enough, whatever another's mode is",
    ),
    pytest.param(
        "SMN-HOST-07",
        "breaks",
        {"Role.Policies.0.PolicyDocument.Statement.0.Action": ["ec2:Describe*"]},
        ALLOWING_POLICY,
        ["satisfied warning Role"],
        id="SMN-HOST-07: wildcards, other people's conditions and a policy of its own",
    ),
    pytest.param(
        "SMN-HOST-07",
        "breaks",
        {"Role.Policies.0.PolicyDocument.Statement.0.Action": ["ec2:Describe*"]},
        ALLOWING_POLICY.replace("{Ref: Role}", "{Ref: Hidden}"),
        [
            "unverified warning Role: whether parameter Hidden, the Roles of More, is role Role: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-HOST-07: a policy for a role that is a parameter",
    ),
    pytest.param(
        "SMN-HOST-07",
        "keeps",
        {},
        DENYING_POLICY,
        ["violated warning Role: the role does not allow ec2:DeleteNetworkInterface, which Model in a VPC needs"],
        id="SMN-HOST-07: a Deny without condition takes an action away",
    ),
    pytest.param(
        "SMN-HOST-07",
        "breaks",
        {"Role.ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"]},
        "",
        ["satisfied warning Role"],
        id="SMN-HOST-07: AmazonSageMakerFullAccess is enough",
    ),
    pytest.param(
        "SMN-HOST-07",
        "breaks",
        {"Role.ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonS3FullAccess"]},
        "",
        [
            "violated warning Role: the role does not allow ec2:CreateNetworkInterface, ec2:CreateNetworkInterfacePermission, ec2:DeleteNetworkInterface and ec2:DeleteNetworkInterfacePermission, which Model in a VPC needs"
        ],
        id="SMN-HOST-07: AmazonS3FullAccess is not",
    ),
    pytest.param(
        "SMN-HOST-07",
        "breaks",
        {"Role.ManagedPolicyArns": ["arn:aws:iam::111122223333:policy/network"]},
        "",
        [
            "unverified warning Role: whether arn:aws:iam::111122223333:policy/network allows ec2:CreateNetworkInterface, ec2:CreateNetworkInterfacePermission, ec2:DeleteNetworkInterface and ec2:DeleteNetworkInterfacePermission: put the policy into the input, or acknowledge the rule"
        ],
        id="SMN-HOST-07: a policy that is not in the templates may allow it",
    ),
    pytest.param(
        "SMN-HOST-07",
        "keeps",
        {"Role.Policies.0.PolicyDocument.Statement.0.Effect": HIDDEN},
        "",
        [
            "unverified warning Role: Role.Policies.0.PolicyDocument.Statement.0.Effect is parameter Hidden: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-HOST-07: an effect that is a parameter",
    ),
    pytest.param(
        "SMN-HOST-07",
        "keeps",
        {"Model": None, "Role.Policies.0.PolicyDocument.Statement.0.Action.9": "s3:GetObject"},
        JOB,
        ["satisfied warning Role"],
        id="SMN-HOST-07: only hosting asks for the endpoints",
    ),
    pytest.param(
        "SMN-HOST-07",
        "breaks",
        {"Model": None, "Cluster.InstanceGroups.0.ExecutionRole": {"Fn::GetAtt": ["Role", "Arn"]}},
        CLUSTER,
        [
            "violated warning Role: the role does not allow ec2:CreateNetworkInterface, ec2:CreateNetworkInterfacePermission, ec2:DeleteNetworkInterface and ec2:DeleteNetworkInterfacePermission, which Cluster in a VPC needs"
        ],
        id="SMN-HOST-07: a cluster's instance group has its role",
    ),
    pytest.param(
        "SMN-HOST-07", "breaks", {"Model.VpcConfig": None}, "", [], id="SMN-HOST-07: a role that nothing in a VPC uses"
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
