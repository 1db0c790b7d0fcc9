"""The rules about the ways of a Studio domain's traffic: exact messages, and the branches that their examples do not show."""

from __future__ import annotations

import pytest

BOTH = "PrivateSubnet1, PrivateSubnet2"


def missing(service):
    return f"{service} cannot be reached from {BOTH}: VPC Vpc has no endpoint for {service}, and PrivateRouteTable has no default route"


EXAMPLES = [
    ("SMN-DOM-04", "error", [missing("sagemaker.api"), missing("sagemaker.runtime")]),
    (
        "SMN-DOM-05",
        "error",
        [
            "PrivateSubnet1 has no way to Amazon S3: no default route in PrivateRouteTable, and no S3 endpoint serves it",
            "PrivateSubnet2 has no way to Amazon S3: no default route in PrivateRouteTable, and no S3 endpoint serves it",
        ],
    ),
    ("SMN-DOM-06", "warning", [missing("studio")]),
    ("SMN-DOM-07", "warning", [missing("sts"), missing("logs")]),
    (
        "SMN-DOM-18",
        "error",
        [
            (
                "network ACL NetworkAcl stops TCP 2049 out, TCP 2049 in, TCP 1024-65535 (replies) out and TCP 1024-65535 (replies) in "
                "between the domain's subnets"
            )
        ],
    ),
    ("SMN-DOM-20", "warning", [missing("license-manager")]),
    ("SMN-DOM-27", "warning", [missing("ssm"), missing("ssmmessages")]),
    ("SMN-DOM-28", "warning", [f"from domain Domain, {missing('experiments')}"]),
    (
        "SMN-DOM-29",
        "info",
        [
            (
                "no endpoint for servicecatalog (SageMaker Projects); athena, ecr.api, ecr.dkr, ec2, redshift-data, secretsmanager, ssm, "
                "monitoring and forecast (Canvas)"
            )
        ],
    ),
    ("SMN-DOM-35", "info", ["SageMaker geospatial is not offered in eu-west-1"]),
]


@pytest.mark.parametrize(("rule", "severity", "messages"), EXAMPLES, ids=[rule for rule, *_ in EXAMPLES])
def test_the_breaking_example_is_told_in_these_words(rule, severity, messages, example, judge):
    """What a breaking example is told, word by word."""
    said = judge(rule, example(rule, "breaks"))
    assert [one[4] for one in said] == messages
    assert {one[:2] for one in said} == {("violated", severity)}


def properties(document, name="Domain"):
    return document["Resources"][name]["Properties"]


def test_a_public_subnet_is_left_to_its_own_rule(example, judge):
    """SMN-DOM-03 alone speaks of a VpcOnly domain in public subnets."""
    document = example("SMN-DOM-03", "breaks")
    for rule in ("SMN-DOM-04", "SMN-DOM-05", "SMN-DOM-06", "SMN-DOM-07"):
        assert judge(rule, document) == []


def test_nat_serves_everything(example, judge):
    """Behind NAT the required services are reached; endpoints for Studio and the SDK are not asked for."""
    document = example("SMN-DOM-03", "keeps")
    assert [judge(rule, document)[0][0] for rule in ("SMN-DOM-04", "SMN-DOM-05")] == ["satisfied", "satisfied"]
    assert [judge(rule, document) for rule in ("SMN-DOM-06", "SMN-DOM-07")] == [[], []]


def test_a_broken_nat_serves_nothing(example, judge):
    """A NAT gateway in a subnet without a way to an internet gateway counts like none."""
    document = example("SMN-DOM-03", "keeps")
    properties(document, "NatGateway")["SubnetId"] = {"Ref": "PrivateSubnet1"}
    for rule in ("SMN-DOM-04", "SMN-DOM-05", "SMN-DOM-06"):
        assert {said[0] for said in judge(rule, document)} == {"violated"}


def transit(document):
    document["Resources"]["Route"] = {
        "Type": "AWS::EC2::Route",
        "Properties": {
            "RouteTableId": {"Ref": "PrivateRouteTable"},
            "DestinationCidrBlock": "0.0.0.0/0",
            "TransitGatewayId": "tgw-0123456789abcdef0",
        },
    }
    return document


def test_what_lies_behind_a_transit_gateway_is_not_visible(example, judge):
    """A default route to another network decides nothing, and says where to look."""
    elsewhere = (
        "leaves through 0.0.0.0/0 -> tgw-0123456789abcdef0 (Route), and what lies behind it is not in the templates"
    )
    assert [said[0::4] for said in judge("SMN-DOM-06", transit(example("SMN-DOM-06", "breaks")))] == [
        (
            "unverified",
            (
                f"subnet PrivateSubnet1 {elsewhere}: confirm there that studio can be reached; "
                f"subnet PrivateSubnet2 {elsewhere}: confirm there that studio can be reached"
            ),
        )
    ]


def test_a_usable_endpoint_decides_before_the_transit_gateway(example, judge):
    """Where an endpoint of the VPC takes the traffic, it does not matter what lies behind the default route."""
    document = transit(example("SMN-DOM-06", "keeps"))
    assert [judge(rule, document)[0][0] for rule in ("SMN-DOM-04", "SMN-DOM-06")] == ["satisfied", "satisfied"]


def test_an_imported_network_is_not_visible(example, judge):
    """Subnets by parameter lead nobody knows where."""
    document = example("SMN-DOM-14", "keeps")
    for rule in ("SMN-DOM-03", "SMN-DOM-04", "SMN-DOM-05", "SMN-DOM-06", "SMN-DOM-07", "SMN-DOM-29"):
        assert [said[0] for said in judge(rule, document)] == ["unverified"]


def test_an_endpoint_must_admit_the_apps_of_each_profile(example, judge):
    """An endpoint that admits only one group is of no use to profiles without it."""
    document = example("SMN-DOM-04", "keeps")
    properties(document, "EndpointSecurityGroup")["SecurityGroupIngress"][0]["SourceSecurityGroupId"] = (
        "sg-00000000000000001"
    )
    assert {said[0] for said in judge("SMN-DOM-04", document)} == {"violated"}


def test_an_endpoint_without_private_dns_is_not_used(example, judge):
    """The usual name still leads to the public address, and so nowhere."""
    document = example("SMN-DOM-04", "keeps")
    properties(document, "SageMakerApiEndpoint")["PrivateDnsEnabled"] = False
    assert [said[0] for said in judge("SMN-DOM-04", document)] == ["violated"]


def test_a_missing_endpoint_is_certain_whatever_the_groups(example, judge):
    """Where there is no endpoint at all, no unknown group could help."""
    document = example("SMN-DOM-04", "breaks")
    document["Parameters"]["Groups"] = {"Type": "List<AWS::EC2::SecurityGroup::Id>"}
    properties(document)["DefaultUserSettings"]["SecurityGroups"] = {"Ref": "Groups"}
    assert {said[0] for said in judge("SMN-DOM-04", document)} == {"violated"}


def test_without_network_acls_nfs_passes(example, judge):
    """The default network ACL passes everything; the rule has nothing to say."""
    assert judge("SMN-DOM-18", example("SMN-DOM-04", "keeps")) == []


def test_nfs_replies_have_to_pass_too(example, judge):
    """A network ACL keeps no state: the ports of the replies count."""
    document = example("SMN-DOM-18", "keeps")
    properties(document, "RepliesIn")["PortRange"] = {"From": 32768, "To": 60999}
    assert {said[0] for said in judge("SMN-DOM-18", document)} == {"violated"}


def test_a_space_without_remote_access_is_not_judged(example, judge):
    """Systems Manager is needed for the remote IDE alone."""
    document = example("SMN-DOM-27", "breaks")
    del properties(document, "Space")["SpaceSettings"]["RemoteAccess"]
    assert judge("SMN-DOM-27", document) == []


@pytest.mark.parametrize(("kind", "service"), [("MlflowApp", "mlflow"), ("PartnerApp", "partner-app")])
def test_each_kind_of_app_has_its_endpoint(kind, service, example, judge):
    """Tracking servers, MLflow apps and partner apps have endpoints of their own."""
    document = example("SMN-DOM-28", "keeps")
    document["Resources"]["TrackingServer"]["Type"] = f"AWS::SageMaker::{kind}"
    assert [said[4].split(":")[0] for said in judge("SMN-DOM-28", document)] == [
        f"from domain Domain, {service} cannot be reached from {BOTH}"
    ]


def test_the_region_of_the_geospatial_endpoint_may_come_from_the_stack(example, judge):
    """A name with the deployment's region is judged where that is known."""
    document = example("SMN-DOM-35", "keeps")
    properties(document, "GeospatialEndpoint")["ServiceName"] = {
        "Fn::Sub": "com.amazonaws.${AWS::Region}.sagemaker-geospatial"
    }
    assert [said[0] for said in judge("SMN-DOM-35", document)] == ["unverified"]
    assert [said[0] for said in judge("SMN-DOM-35", document, region="us-west-2")] == ["satisfied"]
    assert [said[4] for said in judge("SMN-DOM-35", document, region="eu-west-1")] == [
        "SageMaker geospatial is not offered in eu-west-1"
    ]
