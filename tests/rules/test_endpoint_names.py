"""The rules about the names of endpoints, in the API and in DNS: exact words, and what the examples do not show."""

from __future__ import annotations

import pytest

HIDDEN = {"Ref": "Hidden"}
HOSTED_ZONE = """
Zone:
  Type: AWS::Route53::HostedZone
  Properties:
    Name: api.sagemaker.eu-west-1.amazonaws.com
    VPCs:
    - VPCId: {Ref: Vpc}
      VPCRegion: eu-west-1
Record:
  Type: AWS::Route53::RecordSet
  Properties:
    HostedZoneId: {Ref: Zone}
    Name: api.sagemaker.eu-west-1.amazonaws.com
    Type: A
    AliasTarget:
      HostedZoneId:
        Fn::Select:
        - 0
        - Fn::Split:
          - ':'
          - Fn::Select:
            - 0
            - Fn::GetAtt: [ApiEndpoint, DnsEntries]
      DNSName:
        Fn::Select:
        - 1
        - Fn::Split:
          - ':'
          - Fn::Select:
            - 0
            - Fn::GetAtt: [ApiEndpoint, DnsEntries]
"""

RECORD = """
Record:
  Type: AWS::Route53::RecordSet
  Properties:
    HostedZoneId: {Ref: Zone}
    Name: api.sagemaker.eu-west-1.amazonaws.com
    Type: CNAME
    TTL: 60
    ResourceRecords: [{Fn::Select: [0, {Fn::GetAtt: [ApiEndpoint, DnsEntries]}]}]
"""


def zone(name="api.sagemaker.eu-west-1.amazonaws.com", vpc="Vpc"):
    """A private zone, as YAML."""
    return f"\nZone: {{Type: AWS::Route53::HostedZone, Properties: {{Name: {name}, VPCs: [{{VPCId: {{Ref: {vpc}}}, VPCRegion: eu-west-1}}]}}}}"


#: What each breaking example is told.
EXAMPLES = [
    (
        "SMN-EP-01",
        [
            "violated error NotebookEndpoint.ServiceName: com.amazonaws.${AWS::Region}.notebook is not a service, aws.sagemaker.${AWS::Region}.notebook is"
        ],
    ),
    (
        "SMN-EP-02",
        [
            "violated error ApiEndpoint.PrivateDnsEnabled: PrivateDnsEnabled is not true and no private hosted zone points to the endpoint: calls of sagemaker.api go to the public address"
        ],
    ),
    ("SMN-EP-03", ["violated error ApiEndpoint: private DNS needs EnableDnsHostnames of VPC Vpc, which is not true"]),
]

#: An example, what is changed in it, what is added to it, and what the rule then says.
CASES = [
    pytest.param(
        "SMN-EP-01",
        "keeps",
        {"NotebookEndpoint.ServiceName": "aws.sagemaker.eu-west-1.api"},
        "",
        [
            "satisfied error ApiEndpoint.ServiceName",
            "violated error NotebookEndpoint.ServiceName: aws.sagemaker.eu-west-1.api is not a service, com.amazonaws.eu-west-1.sagemaker.api is",
        ],
        id="SMN-EP-01: the API is not among SageMaker's pages",
    ),
    pytest.param(
        "SMN-EP-01",
        "keeps",
        {"NotebookEndpoint.ServiceName": "com.amazonaws.eu-west-1.sagemaker.studio"},
        "",
        [
            "satisfied error ApiEndpoint.ServiceName",
            "violated error NotebookEndpoint.ServiceName: com.amazonaws.eu-west-1.sagemaker.studio is not a service, aws.sagemaker.eu-west-1.studio is",
        ],
        id="SMN-EP-01: Studio under the prefix of the API",
    ),
    pytest.param(
        "SMN-EP-01",
        "keeps",
        {"NotebookEndpoint.ServiceName": "cn.com.amazonaws.cn-north-1.sagemaker.api"},
        "",
        ["satisfied error ApiEndpoint.ServiceName", "satisfied error NotebookEndpoint.ServiceName"],
        id="SMN-EP-01: the prefix of China",
    ),
    pytest.param(
        "SMN-EP-01",
        "keeps",
        {"NotebookEndpoint.ServiceName": "com.amazonaws.eu-west-1.sagemaker.oracle"},
        "",
        [
            "satisfied error ApiEndpoint.ServiceName",
            "unverified error NotebookEndpoint.ServiceName: whether com.amazonaws.eu-west-1.sagemaker.oracle is a service: look it up with aws ec2 describe-vpc-endpoint-services, and acknowledge",
        ],
        id="SMN-EP-01: a service of SageMaker that no page lists",
    ),
    pytest.param(
        "SMN-EP-01",
        "keeps",
        {"NotebookEndpoint.ServiceName": "com.amazonaws.eu-west-1.athena"},
        "",
        ["satisfied error ApiEndpoint.ServiceName", "satisfied error NotebookEndpoint.ServiceName"],
        id="SMN-EP-01: another service of AWS",
    ),
    pytest.param(
        "SMN-EP-01",
        "keeps",
        {"NotebookEndpoint.ServiceName": "com.amazonaws.eu-west-1.s3"},
        "",
        ["satisfied error ApiEndpoint.ServiceName", "satisfied error NotebookEndpoint.ServiceName"],
        id="SMN-EP-01: an interface endpoint of S3",
    ),
    pytest.param(
        "SMN-EP-01",
        "keeps",
        {"NotebookEndpoint.ServiceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-0ab"},
        "",
        ["satisfied error ApiEndpoint.ServiceName"],
        id="SMN-EP-01: somebody's own service",
    ),
    pytest.param(
        "SMN-EP-01",
        "keeps",
        {"NotebookEndpoint.ServiceName": HIDDEN},
        "",
        [
            "satisfied error ApiEndpoint.ServiceName",
            "unverified error NotebookEndpoint.ServiceName: NotebookEndpoint.ServiceName is parameter Hidden: give its value with --parameter Hidden=VALUE",
        ],
        id="SMN-EP-01: a service that is a parameter",
    ),
    pytest.param(
        "SMN-EP-01",
        "keeps",
        {"NotebookEndpoint.ServiceName": {"Fn::Sub": "com.amazonaws.${AWS::Region}.${Hidden}"}},
        "",
        [
            "satisfied error ApiEndpoint.ServiceName",
            "unverified error NotebookEndpoint.ServiceName: the service that com.amazonaws.${AWS::Region}.${Hidden} names: write the name of the service out",
        ],
        id="SMN-EP-01: a part of the name that is a parameter",
    ),
    pytest.param(
        "SMN-EP-01",
        "breaks",
        {"NotebookEndpoint.ServiceName": {"Fn::Join": [".", ["com.amazonaws", HIDDEN, "studio"]]}},
        "",
        [
            "satisfied error ApiEndpoint.ServiceName",
            "violated error NotebookEndpoint.ServiceName: com.amazonaws.${Hidden}.studio is not a service, aws.sagemaker.${Hidden}.studio is",
        ],
        id="SMN-EP-01: the region as a parameter",
    ),
    pytest.param(
        "SMN-EP-02",
        "breaks",
        {"ApiEndpoint.ServiceName": "com.amazonaws.eu-west-1.glue"},
        "",
        [
            "violated warning ApiEndpoint.PrivateDnsEnabled: PrivateDnsEnabled is not true and no private hosted zone points to the endpoint: calls of glue go to the public address"
        ],
        id="SMN-EP-02: other services than SageMaker's are a warning",
    ),
    pytest.param(
        "SMN-EP-02",
        "breaks",
        {"ApiEndpoint.ServiceName": "com.amazonaws.eu-west-1.ecr.dkr"},
        "",
        [
            "violated error ApiEndpoint.PrivateDnsEnabled: PrivateDnsEnabled is not true and no private hosted zone points to the endpoint: calls of ecr.dkr go to the public address"
        ],
        id="SMN-EP-02: logs, STS and ECR are errors",
    ),
    pytest.param(
        "SMN-EP-02",
        "breaks",
        {},
        HOSTED_ZONE,
        ["satisfied error ApiEndpoint.PrivateDnsEnabled"],
        id="SMN-EP-02: a private hosted zone is as good",
    ),
    pytest.param(
        "SMN-EP-02",
        "breaks",
        {"ApiEndpoint.ServiceName": "com.amazonaws.eu-west-1.execute-api"},
        zone("execute-api.eu-west-1.amazonaws.com")
        + RECORD.replace("api.sagemaker.eu", "'*.execute-api.eu").replace(".com\n", ".com'\n"),
        ["satisfied error ApiEndpoint.PrivateDnsEnabled"],
        id="SMN-EP-02: a zone of a service that SageMaker does not dial",
    ),
    pytest.param(
        "SMN-EP-02",
        "breaks",
        {"ApiEndpoint.ServiceName": "com.amazonaws.eu-west-1.execute-api"},
        zone("execute-api.eu-west-1.example.com") + RECORD.replace("api.sagemaker", "x.execute-api"),
        [
            "violated warning ApiEndpoint.PrivateDnsEnabled: PrivateDnsEnabled is not true and no private hosted zone points to the endpoint: calls of execute-api go to the public address"
        ],
        id="SMN-EP-02: a zone of one's own name is no help",
    ),
    pytest.param(
        "SMN-EP-02",
        "breaks",
        {},
        zone()
        + """
Records:
  Type: AWS::Route53::RecordSetGroup
  Properties:
    HostedZoneId: {Ref: Zone}
    RecordSets:
    - {Name: other.eu-west-1.amazonaws.com, Type: A, ResourceRecords: [10.0.0.9]}
    - Name: api.sagemaker.eu-west-1.amazonaws.com.
      Type: A
      AliasTarget:
        DNSName: {Fn::Select: [1, {Fn::Split: [':', {Fn::Select: [0, {Fn::GetAtt: [ApiEndpoint, DnsEntries]}]}]}]}
        HostedZoneId: {Fn::Select: [0, {Fn::Split: [':', {Fn::Select: [0, {Fn::GetAtt: [ApiEndpoint, DnsEntries]}]}]}]}
""",
        ["satisfied error ApiEndpoint.PrivateDnsEnabled"],
        id="SMN-EP-02: a group of records",
    ),
    pytest.param(
        "SMN-EP-02",
        "breaks",
        {},
        zone() + RECORD.replace("HostedZoneId: {Ref: Zone}", "HostedZoneName: api.sagemaker.eu-west-1.amazonaws.com."),
        ["satisfied error ApiEndpoint.PrivateDnsEnabled"],
        id="SMN-EP-02: a record that names its zone",
    ),
    pytest.param(
        "SMN-EP-02",
        "breaks",
        {},
        RECORD.replace("HostedZoneId: {Ref: Zone}", "HostedZoneName: api.sagemaker.eu-west-1.amazonaws.com."),
        [
            "unverified error ApiEndpoint.PrivateDnsEnabled: whether hosted zone api.sagemaker.eu-west-1.amazonaws.com., where Record stands, answers in VPC Vpc: check the stack that makes it along with this one"
        ],
        id="SMN-EP-02: a record that names a zone of another stack",
    ),
    pytest.param(
        "SMN-EP-02",
        "breaks",
        {},
        RECORD.replace("{Ref: Zone}", "{Ref: Hidden}"),
        [
            "unverified error ApiEndpoint.PrivateDnsEnabled: whether hosted zone Hidden, where Record stands, answers in VPC Vpc: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-EP-02: a record in a zone that is a parameter",
    ),
    pytest.param(
        "SMN-EP-02",
        "breaks",
        {},
        zone(vpc="Hidden") + RECORD,
        [
            "unverified error ApiEndpoint.PrivateDnsEnabled: whether VPC Hidden is Vpc: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-EP-02: a zone that is private to a parameter",
    ),
    pytest.param(
        "SMN-EP-02",
        "breaks",
        {"ApiEndpoint.ServiceName": "com.amazonaws.eu-west-1.s3"},
        "",
        [],
        id="SMN-EP-02: Amazon S3 is another rule's",
    ),
    pytest.param(
        "SMN-EP-02",
        "breaks",
        {"ApiEndpoint.PrivateDnsEnabled": HIDDEN},
        "",
        [
            "unverified error ApiEndpoint.PrivateDnsEnabled: ApiEndpoint.PrivateDnsEnabled is parameter Hidden: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-EP-02: private DNS that is a parameter",
    ),
    pytest.param(
        "SMN-EP-03",
        "keeps",
        {"Vpc.EnableDnsSupport": "false"},
        "",
        ["violated error ApiEndpoint: private DNS needs EnableDnsSupport of VPC Vpc, which is false"],
        id="SMN-EP-03: DNS support",
    ),
    pytest.param(
        "SMN-EP-03",
        "breaks",
        {
            "ApiEndpoint.VpcEndpointType": "Gateway",
            "ApiEndpoint.ServiceName": "com.amazonaws.eu-west-1.s3",
            "ApiEndpoint.PrivateDnsEnabled": None,
        },
        "",
        ["violated warning ApiEndpoint: a gateway endpoint needs EnableDnsHostnames of VPC Vpc, which is not true"],
        id="SMN-EP-03: a gateway endpoint without DNS hostnames is a warning",
    ),
    pytest.param(
        "SMN-EP-03",
        "keeps",
        {"ApiEndpoint.VpcId": HIDDEN},
        "",
        [
            "unverified error ApiEndpoint: DNS support of VPC parameter Hidden: declare Hidden in Metadata.SageMakerNetwork; DNS host names of VPC parameter Hidden: declare Hidden in Metadata.SageMakerNetwork"
        ],
        id="SMN-EP-03: a VPC that is made elsewhere",
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
