"""The rules about the workloads that dial an endpoint: exact words, and what the examples do not show."""

from __future__ import annotations

import pytest


def ref(name):
    return {"Ref": name}


def group(name):
    return {"Fn::GetAtt": [name, "GroupId"]}


HIDDEN = {"Ref": "Hidden"}
NOTEBOOK = """
Notebook:
  Type: AWS::SageMaker::NotebookInstance
  Properties:
    InstanceType: ml.t3.medium
    RoleArn: r
    SubnetId: {Ref: SubnetA}
    SecurityGroupIds:
    - Fn::GetAtt: [Ann, GroupId]
Ann:
  Type: AWS::EC2::SecurityGroup
  Properties:
    GroupDescription: ann
    VpcId: {Ref: Vpc}
"""
DOMAIN = """
Ann:
  Type: AWS::EC2::SecurityGroup
  Properties:
    GroupDescription: ann
    VpcId: {Ref: Vpc}
Bob:
  Type: AWS::EC2::SecurityGroup
  Properties:
    GroupDescription: bob
    VpcId: {Ref: Vpc}
Domain:
  Type: AWS::SageMaker::Domain
  Properties:
    DomainName: lab
    AuthMode: IAM
    AppNetworkAccessType: VpcOnly
    VpcId: {Ref: Vpc}
    SubnetIds:
    - {Ref: SubnetA}
    DefaultUserSettings: {ExecutionRole: r}
AnnProfile:
  Type: AWS::SageMaker::UserProfile
  Properties:
    DomainId: {Ref: Domain}
    UserProfileName: ann
    UserSettings:
      SecurityGroups:
      - Fn::GetAtt: [Ann, GroupId]
BobProfile:
  Type: AWS::SageMaker::UserProfile
  Properties:
    DomainId: {Ref: Domain}
    UserProfileName: bob
    UserSettings:
      SecurityGroups:
      - Fn::GetAtt: [Bob, GroupId]
"""
CLARIFY_SCHEDULE = """
Ann:
  Type: AWS::EC2::SecurityGroup
  Properties:
    GroupDescription: ann
    VpcId: {Ref: Vpc}
JobGroup:
  Type: AWS::EC2::SecurityGroup
  Properties:
    GroupDescription: jobs
    VpcId: {Ref: Vpc}
Schedule:
  Type: AWS::SageMaker::MonitoringSchedule
  Properties:
    MonitoringScheduleName: hourly
    MonitoringScheduleConfig:
      MonitoringType: ModelBias
      MonitoringJobDefinition:
        RoleArn: arn:aws:iam::111122223333:role/monitor
        MonitoringAppSpecification: {ImageUri: monitor}
        MonitoringInputs:
        - EndpointInput: {EndpointName: churn, LocalPath: /opt/ml/processing/input}
        MonitoringOutputConfig:
          MonitoringOutputs:
          - S3Output: {S3Uri: 's3://reports', LocalPath: /opt/ml/processing/output}
        MonitoringResources:
          ClusterConfig: {InstanceCount: 1, InstanceType: ml.m5.xlarge, VolumeSizeInGB: 30}
        NetworkConfig:
          VpcConfig:
            Subnets:
            - {Ref: SubnetA}
            SecurityGroupIds:
            - Fn::GetAtt: [JobGroup, GroupId]
"""

#: What each breaking example is told.
EXAMPLES = [
    ("SMN-EP-04", ["violated error ApiEndpoint.SecurityGroupIds: EndpointGroup admits nobody on TCP 443"]),
    (
        "SMN-EP-07",
        [
            "violated warning ApiEndpoint.SubnetIds: SubnetB of Clarify job Monitor is in Availability Zone 1 of the region, in which the endpoint has no subnet",
            "violated warning RuntimeEndpoint.SubnetIds: SubnetB of Clarify job Monitor is in Availability Zone 1 of the region, in which the endpoint has no subnet",
        ],
    ),
]

#: An example, what is changed in it, what is added to it, and what the rule then says.
CASES = [
    pytest.param(
        "SMN-EP-04",
        "keeps",
        {"ApiEndpoint.SecurityGroupIds": None},
        "",
        [
            "violated warning ApiEndpoint.SecurityGroupIds: no SecurityGroupIds: the VPC's default group stands there, which admits only its own members"
        ],
        id="SMN-EP-04: without groups and consumers, a warning",
    ),
    pytest.param(
        "SMN-EP-04",
        "keeps",
        {"ApiEndpoint.SecurityGroupIds": None},
        NOTEBOOK,
        [
            "violated error ApiEndpoint.SecurityGroupIds: the VPC's default group does not admit notebook Notebook (Ann) on TCP 443"
        ],
        id="SMN-EP-04: without groups, the consumers are not members of the default one",
    ),
    pytest.param(
        "SMN-EP-04",
        "keeps",
        {
            "EndpointGroup.SecurityGroupIngress": [
                {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.9.0/24"}
            ]
        },
        NOTEBOOK,
        [
            "violated error ApiEndpoint.SecurityGroupIds: EndpointGroup does not admit notebook Notebook (Ann) on TCP 443"
        ],
        id="SMN-EP-04: a notebook that is not admitted",
    ),
    pytest.param(
        "SMN-EP-04",
        "keeps",
        {},
        NOTEBOOK,
        ["satisfied error ApiEndpoint.SecurityGroupIds"],
        id="SMN-EP-04: a notebook that is admitted by its subnet's range",
    ),
    pytest.param(
        "SMN-EP-04",
        "keeps",
        {
            "EndpointGroup.SecurityGroupIngress": [
                {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "SourceSecurityGroupId": group("Ann")}
            ]
        },
        DOMAIN,
        [
            "violated error ApiEndpoint.SecurityGroupIds: EndpointGroup does not admit domain Domain, profile BobProfile (Bob) on TCP 443"
        ],
        id="SMN-EP-04: a domain of two profiles, one of which is not admitted",
    ),
    pytest.param(
        "SMN-EP-04",
        "keeps",
        {
            "EndpointGroup.SecurityGroupIngress": [
                {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "SourceSecurityGroupId": group("Ann")}
            ],
            "Domain.AppNetworkAccessType": "PublicInternetOnly",
        },
        DOMAIN,
        ["satisfied error ApiEndpoint.SecurityGroupIds"],
        id="SMN-EP-04: a domain on the public internet dials no endpoint of the VPC",
    ),
    pytest.param(
        "SMN-EP-04",
        "keeps",
        {
            "EndpointGroup.SecurityGroupIngress": [
                {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "SourceSecurityGroupId": group("Ann")}
            ],
            "Domain.AppNetworkAccessType": HIDDEN,
        },
        DOMAIN,
        [
            "unverified error ApiEndpoint.SecurityGroupIds: Domain.AppNetworkAccessType is parameter Hidden: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-EP-04: a domain whose network type is a parameter",
    ),
    pytest.param(
        "SMN-EP-04",
        "keeps",
        {
            "EndpointGroup.SecurityGroupIngress": [
                {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "SourceSecurityGroupId": group("Ann")}
            ],
            "ApiEndpoint.ServiceName": "com.amazonaws.eu-west-1.logs",
        },
        CLARIFY_SCHEDULE,
        ["satisfied error ApiEndpoint.SecurityGroupIds"],
        id="SMN-EP-04: Clarify jobs dial the API, not the logs",
    ),
    pytest.param(
        "SMN-EP-04",
        "keeps",
        {
            "EndpointGroup.SecurityGroupIngress": [
                {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "SourceSecurityGroupId": group("Ann")}
            ]
        },
        CLARIFY_SCHEDULE,
        [
            "violated error ApiEndpoint.SecurityGroupIds: EndpointGroup does not admit Clarify job Schedule (JobGroup) on TCP 443"
        ],
        id="SMN-EP-04: a Clarify job that is not admitted",
    ),
    pytest.param(
        "SMN-EP-04",
        "keeps",
        {"ApiEndpoint.SecurityGroupIds": [HIDDEN]},
        "",
        [
            "unverified error ApiEndpoint.SecurityGroupIds: the ingress rules of security group parameter Hidden: declare Hidden in Metadata.SageMakerNetwork"
        ],
        id="SMN-EP-04: a group that is made elsewhere",
    ),
    pytest.param(
        "SMN-EP-04",
        "keeps",
        {
            "EndpointGroup.SecurityGroupIngress": [
                {"IpProtocol": "tcp", "FromPort": HIDDEN, "ToPort": HIDDEN, "CidrIp": "10.0.0.0/16"}
            ]
        },
        "",
        [
            "unverified error ApiEndpoint.SecurityGroupIds: SecurityGroupIngress.0.FromPort of EndpointGroup is parameter Hidden: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-EP-04: a port that is a parameter",
    ),
    pytest.param(
        "SMN-EP-04",
        "keeps",
        {
            "EndpointGroup.SecurityGroupIngress": [
                {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": HIDDEN}
            ]
        },
        "",
        ["satisfied error ApiEndpoint.SecurityGroupIds"],
        id="SMN-EP-04: a range that is a parameter is somebody",
    ),
    pytest.param(
        "SMN-EP-04",
        "breaks",
        {"ApiEndpoint.ServiceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-0ab"},
        "",
        [],
        id="SMN-EP-04: somebody's own service has its own ports",
    ),
    pytest.param(
        "SMN-EP-07",
        "breaks",
        {"Monitor": None, "Notebook.SubnetId": ref("SubnetB")},
        NOTEBOOK,
        [
            "violated warning ApiEndpoint.SubnetIds: SubnetB of notebook Notebook is in Availability Zone 1 of the region, in which the endpoint has no subnet",
            "violated warning RuntimeEndpoint.SubnetIds: SubnetB of notebook Notebook is in Availability Zone 1 of the region, in which the endpoint has no subnet",
        ],
        id="SMN-EP-07: a notebook in a zone without endpoint",
    ),
    pytest.param(
        "SMN-EP-07",
        "breaks",
        {"SubnetB.AvailabilityZone": None},
        "",
        [
            "unverified warning ApiEndpoint.SubnetIds: the Availability Zone of subnet SubnetB, which AWS chooses: give the AvailabilityZone of SubnetB",
            "unverified warning RuntimeEndpoint.SubnetIds: the Availability Zone of subnet SubnetB, which AWS chooses: give the AvailabilityZone of SubnetB",
        ],
        id="SMN-EP-07: a zone that AWS chooses",
    ),
    pytest.param(
        "SMN-EP-07",
        "breaks",
        {"ApiEndpoint.ServiceName": "com.amazonaws.eu-west-1.glue"},
        "",
        [
            "violated warning RuntimeEndpoint.SubnetIds: SubnetB of Clarify job Monitor is in Availability Zone 1 of the region, in which the endpoint has no subnet"
        ],
        id="SMN-EP-07: services that are dialled from afar",
    ),
    pytest.param("SMN-EP-07", "breaks", {"Monitor": None}, "", [], id="SMN-EP-07: nobody dials"),
]


@pytest.mark.parametrize(("rule", "said"), EXAMPLES, ids=[rule for rule, _ in EXAMPLES])
def test_the_breaking_example_is_told_in_these_words(rule, said, example, told):
    """The words are the product: each breaking example has just these findings."""
    assert [each for each in told(rule, example(rule, "breaks")) if not each.startswith("satisfied")] == said


@pytest.mark.parametrize(("rule", "which", "changes", "added", "said"), CASES)
def test_a_changed_example_is_judged_anew(rule, which, changes, added, said, changed, told):
    """One change in an example, and what the rule says of each resource that it is about."""
    assert told(rule, changed(rule, which, changes, added)) == said
