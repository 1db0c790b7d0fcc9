"""The rules about VPC endpoints: exact words, and what the examples do not show."""

from __future__ import annotations

import pytest

HIDDEN = {"Ref": "Hidden"}

#: What each breaking example is told.
EXAMPLES = [
    (
        "SMN-EP-05",
        ["violated error ApiEndpoint.SubnetIds: SubnetA and SubnetB are both in Availability Zone 0 of the region"],
    ),
    (
        "SMN-EP-06",
        [
            "violated error ApiEndpoint.VpcEndpointType: com.amazonaws.${AWS::Region}.sagemaker.api has no gateway endpoint, which VpcEndpointType defaults to"
        ],
    ),
    (
        "SMN-EP-08",
        ["violated warning NotebookEndpoint: VPC Vpc has no sagemaker.api endpoint beside the one of notebook"],
    ),
    (
        "SMN-EP-12",
        [
            "violated error ApiEndpoint.PrivateDnsEnabled: SecondApiEndpoint has the private names of com.amazonaws.${AWS::Region}.sagemaker.api in this VPC already",
            "violated error SecondApiEndpoint.PrivateDnsEnabled: ApiEndpoint has the private names of com.amazonaws.${AWS::Region}.sagemaker.api in this VPC already",
        ],
    ),
    (
        "SMN-EP-14",
        ["violated error ApiEndpoint.IpAddressType: IpAddressType is dualstack, but SubnetA has no IPv6 range"],
    ),
]

#: An example, what is changed in it, what is added to it, and what the rule then says.
CASES = [
    pytest.param(
        "SMN-EP-05",
        "keeps",
        {"SubnetA.AvailabilityZone": "eu-west-1a", "SubnetB.AvailabilityZone": "eu-west-1a"},
        "",
        ["violated error ApiEndpoint.SubnetIds: SubnetA and SubnetB are both in eu-west-1a"],
        id="SMN-EP-05: the same zone by its name",
    ),
    pytest.param(
        "SMN-EP-05",
        "keeps",
        {"SubnetA.AvailabilityZone": None},
        "",
        [
            "unverified error ApiEndpoint.SubnetIds: the Availability Zone of subnet SubnetA, which AWS chooses: give the AvailabilityZone of SubnetA"
        ],
        id="SMN-EP-05: zones that AWS chooses",
    ),
    pytest.param(
        "SMN-EP-05",
        "keeps",
        {"ApiEndpoint.SubnetIds": HIDDEN},
        "",
        [
            "unverified error ApiEndpoint.SubnetIds: ApiEndpoint.SubnetIds is parameter Hidden: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-EP-05: a parameter for all subnets",
    ),
    pytest.param(
        "SMN-EP-05",
        "keeps",
        {"ApiEndpoint.SubnetIds": [HIDDEN]},
        "",
        ["satisfied error ApiEndpoint.SubnetIds"],
        id="SMN-EP-05: one subnet of elsewhere is alone in its zone",
    ),
    pytest.param(
        "SMN-EP-06",
        "keeps",
        {"ApiEndpoint.SubnetIds": None},
        "",
        ["violated error ApiEndpoint.SubnetIds: an interface endpoint without SubnetIds has no network interface"],
        id="SMN-EP-06: an interface endpoint without subnets",
    ),
    pytest.param(
        "SMN-EP-06",
        "breaks",
        {"ApiEndpoint.VpcEndpointType": "Gateway"},
        "",
        [
            "violated error ApiEndpoint.VpcEndpointType: com.amazonaws.${AWS::Region}.sagemaker.api has no gateway endpoint"
        ],
        id="SMN-EP-06: Gateway in so many words",
    ),
    pytest.param(
        "SMN-EP-06",
        "keeps",
        {"ApiEndpoint.VpcEndpointType": "Gateway", "ApiEndpoint.ServiceName": "com.amazonaws.eu-west-1.s3"},
        "",
        [
            "violated error ApiEndpoint.SubnetIds: SubnetIds is given for a gateway endpoint of com.amazonaws.eu-west-1.s3",
            "violated error ApiEndpoint.SecurityGroupIds: SecurityGroupIds is given for a gateway endpoint of com.amazonaws.eu-west-1.s3",
            "violated error ApiEndpoint.PrivateDnsEnabled: PrivateDnsEnabled is true for a gateway endpoint of com.amazonaws.eu-west-1.s3",
        ],
        id="SMN-EP-06: a gateway endpoint with what only interfaces have",
    ),
    pytest.param(
        "SMN-EP-06",
        "breaks",
        {"ApiEndpoint.ServiceName": "com.amazonaws.eu-west-1.dynamodb", "ApiEndpoint.PrivateDnsEnabled": False},
        "",
        ["satisfied error ApiEndpoint.VpcEndpointType"],
        id="SMN-EP-06: private DNS that is off is harmless",
    ),
    pytest.param(
        "SMN-EP-06",
        "breaks",
        {"ApiEndpoint.ServiceName": HIDDEN},
        "",
        [
            "unverified error ApiEndpoint.VpcEndpointType: ApiEndpoint.ServiceName is parameter Hidden: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-EP-06: a service that is a parameter",
    ),
    pytest.param(
        "SMN-EP-06",
        "breaks",
        {"ApiEndpoint.ServiceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-0ab"},
        "",
        [
            "violated error ApiEndpoint.VpcEndpointType: com.amazonaws.vpce.eu-west-1.vpce-svc-0ab has no gateway endpoint, which VpcEndpointType defaults to"
        ],
        id="SMN-EP-06: somebody's own service",
    ),
    pytest.param(
        "SMN-EP-08",
        "breaks",
        {"NotebookEndpoint.VpcId": HIDDEN},
        "",
        [
            "unverified warning NotebookEndpoint: whether VPC Hidden, which the templates do not define, has an endpoint for sagemaker.api: declare the endpoints of Hidden in Metadata.SageMakerNetwork"
        ],
        id="SMN-EP-08: a VPC that is made elsewhere may have it",
    ),
    pytest.param(
        "SMN-EP-08",
        "breaks",
        {},
        "Other: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, VpcEndpointType: Interface, ServiceName: !Ref Hidden}}",
        [
            "unverified warning NotebookEndpoint: Other.ServiceName is parameter Hidden: give its value with --parameter Hidden=VALUE",
            "unverified warning Other: Other.ServiceName is parameter Hidden: give its value with --parameter Hidden=VALUE",
        ],
        id="SMN-EP-08: an endpoint whose service is a parameter may be it, even without private DNS",
    ),
    pytest.param(
        "SMN-EP-08",
        "breaks",
        {"NotebookEndpoint.ServiceName": "com.amazonaws.eu-west-1.sts"},
        "",
        [],
        id="SMN-EP-08: other services need none",
    ),
    pytest.param(
        "SMN-EP-12",
        "breaks",
        {"SecondApiEndpoint.PrivateDnsEnabled": False},
        "",
        ["satisfied error ApiEndpoint.PrivateDnsEnabled"],
        id="SMN-EP-12: a second endpoint without private DNS",
    ),
    pytest.param(
        "SMN-EP-12",
        "keeps",
        {"ApiEndpoint.VpcId": HIDDEN},
        "",
        [
            "unverified error ApiEndpoint.PrivateDnsEnabled: whether VPC Hidden has an endpoint of com.amazonaws.${AWS::Region}.sagemaker.api with private DNS already, with which this one conflicts: declare Hidden in Metadata.SageMakerNetwork, complete: true"
        ],
        id="SMN-EP-12: a VPC that is made elsewhere may have one already",
    ),
    pytest.param(
        "SMN-EP-12",
        "breaks",
        {"SecondApiEndpoint.ServiceName": HIDDEN},
        "",
        [
            "unverified error ApiEndpoint.PrivateDnsEnabled: SecondApiEndpoint.ServiceName is parameter Hidden: give its value with --parameter Hidden=VALUE",
            "unverified error SecondApiEndpoint.PrivateDnsEnabled: SecondApiEndpoint.ServiceName is parameter Hidden: give its value with --parameter Hidden=VALUE",
        ],
        id="SMN-EP-12: an endpoint whose service is a parameter may be the second",
    ),
    pytest.param(
        "SMN-EP-14",
        "breaks",
        {"ApiEndpoint.IpAddressType": "ipv6"},
        "",
        ["violated error ApiEndpoint.IpAddressType: IpAddressType is ipv6, but SubnetA has no IPv6 range"],
        id="SMN-EP-14: IPv6 alone",
    ),
    pytest.param(
        "SMN-EP-14",
        "breaks",
        {"ApiEndpoint.IpAddressType": "ipv4"},
        "",
        ["satisfied error ApiEndpoint.IpAddressType"],
        id="SMN-EP-14: IPv4 needs none",
    ),
    pytest.param(
        "SMN-EP-14",
        "keeps",
        {"ApiEndpoint.SubnetIds": [HIDDEN]},
        "",
        [
            "unverified error ApiEndpoint.IpAddressType: the IPv6 range of subnet parameter Hidden: declare Hidden in Metadata.SageMakerNetwork"
        ],
        id="SMN-EP-14: a subnet that is made elsewhere",
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


def test_endpoints_of_conditions_that_exclude_each_other_are_no_pair(changed, told):
    """Two endpoints of one service, of which every deployment makes only one."""
    document = changed("SMN-EP-12", "breaks", {})
    document["Parameters"]["Zones"] = {"Type": "String", "AllowedValues": ["one", "two"]}
    document["Conditions"] = {
        "One": {"Fn::Equals": [{"Ref": "Zones"}, "one"]},
        "Two": {"Fn::Not": [{"Condition": "One"}]},
    }
    document["Resources"]["ApiEndpoint"]["Condition"] = "One"
    document["Resources"]["SecondApiEndpoint"]["Condition"] = "Two"
    assert told("SMN-EP-12", document) == [
        "satisfied error ApiEndpoint.PrivateDnsEnabled",
        "satisfied error SecondApiEndpoint.PrivateDnsEnabled",
    ]
