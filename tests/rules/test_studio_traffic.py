"""The rules about what the groups of Studio apps admit: exact messages, and the branches that their examples do not show."""

from __future__ import annotations

import pytest

EXAMPLES = [
    ("SMN-DOM-08", "error", "security group StudioSecurityGroup: no inbound rule for TCP 8192-65535 among members"),
    ("SMN-DOM-10", "warning", "security group StudioSecurityGroup admits tcp 8192-65535 from 10.0.0.0/8"),
    ("SMN-DOM-16", "error", "security group StudioSecurityGroup lets no TCP 443 out"),
]


@pytest.mark.parametrize(("rule", "severity", "message"), EXAMPLES, ids=[rule for rule, *_ in EXAMPLES])
def test_the_breaking_example_is_told_in_these_words(rule, severity, message, example, judge):
    """Each breaking example has exactly one finding, whose words are the product."""
    assert judge(rule, example(rule, "breaks")) == [
        ("violated", severity, "Domain", "DefaultUserSettings.SecurityGroups", message)
    ]


def properties(document, name="Domain"):
    return document["Resources"][name]["Properties"]


def self_rule(direction="Ingress", low=8192, high=65535, group="StudioSecurityGroup", **other):
    side = "Source" if direction == "Ingress" else "Destination"
    body = {"GroupId": {"Ref": group}, "IpProtocol": "tcp", "FromPort": low, "ToPort": high, **other}
    if not other:
        body[f"{side}SecurityGroupId"] = {"Ref": group}
    return {"Type": f"AWS::EC2::SecurityGroup{direction}", "Properties": body}


def test_the_current_studio_is_a_warning(example, judge):
    """JupyterServer and KernelGateway are apps of Studio Classic; without these the finding is a warning."""
    document = example("SMN-DOM-08", "breaks")
    del properties(document)["DefaultUserSettings"]["JupyterServerAppSettings"]
    assert [said[1] for said in judge("SMN-DOM-08", document)] == ["warning"]
    properties(document)["DefaultUserSettings"]["DefaultLandingUri"] = "app:JupyterServer:"
    assert [said[1] for said in judge("SMN-DOM-08", document)] == ["error"]
    del properties(document)["DefaultUserSettings"]["DefaultLandingUri"]
    document["Resources"]["App"] = {
        "Type": "AWS::SageMaker::App",
        "Properties": {
            "AppName": "default",
            "AppType": "KernelGateway",
            "DomainId": {"Ref": "Domain"},
            "UserProfileName": "alice",
        },
    }
    assert [said[1] for said in judge("SMN-DOM-08", document)] == ["error"]


def test_ranges_of_several_rules_are_joined(example, judge):
    """Two rules that together cover the ports are as good as one; a gap between them is not."""
    document = example("SMN-DOM-08", "breaks")
    document["Resources"].update(Low=self_rule(low=8192, high=30000), High=self_rule(low=30001))
    assert [said[0] for said in judge("SMN-DOM-08", document)] == ["satisfied"]
    document["Resources"]["High"] = self_rule(low=30002)
    assert [said[0] for said in judge("SMN-DOM-08", document)] == ["violated"]


def test_restricted_outbound_rules_need_the_ports_too(example, judge):
    """A separate outbound rule takes the default one away, and with it the way out to the other apps."""
    document = example("SMN-DOM-08", "keeps")
    document["Resources"]["Out"] = self_rule("Egress", 443, 443, CidrIp="0.0.0.0/0")
    assert [said[4] for said in judge("SMN-DOM-08", document)] == [
        "security group StudioSecurityGroup: no outbound rule for TCP 8192-65535 among members"
    ]
    document["Resources"]["OutToApps"] = self_rule("Egress")
    assert [said[0] for said in judge("SMN-DOM-08", document)] == ["satisfied"]


def test_the_groups_of_domain_and_profile_add_up(example, judge):
    """The domain's group alone admits nothing, but sits on each app beside the profile's."""
    document = example("SMN-DOM-09", "keeps")
    properties(document)["DefaultUserSettings"]["SecurityGroups"] = []
    document["Resources"]["AliceSecurityGroup"]["Properties"]["SecurityGroupEgress"] = []
    assert [said[0] for said in judge("SMN-DOM-08", document)] == ["satisfied"]
    del document["Resources"]["BobAppIngress"]
    assert [said[4] for said in judge("SMN-DOM-08", document)] == [
        "security group BobSecurityGroup: no inbound rule for TCP 8192-65535 among members"
    ]


def test_the_range_of_the_subnets_satisfies(example, judge):
    """A rule for addresses that hold all subnets admits the apps (and is too wide for SMN-DOM-10)."""
    document = example("SMN-DOM-11", "keeps")
    document["Resources"]["StudioSecurityGroup"] = {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"GroupDescription": "Studio apps", "VpcId": {"Ref": "VpcId"}},
    }
    document["Resources"]["Ingress"] = self_rule(CidrIp="10.0.0.0/16")
    properties(document)["DefaultUserSettings"]["SecurityGroups"] = [{"Ref": "StudioSecurityGroup"}]
    assert [said[0] for said in judge("SMN-DOM-08", document)] == ["satisfied"]
    assert [said[0] for said in judge("SMN-DOM-10", document)] == ["violated"]
    document["Resources"]["Ingress"] = self_rule(CidrIp="10.0.1.0/24")
    assert [said[0] for said in judge("SMN-DOM-08", document)] == ["violated"]


def test_groups_that_sagemaker_manages_are_not_judged(example, judge):
    """AppSecurityGroupManagement Service takes the matter away."""
    document = example("SMN-DOM-08", "breaks")
    properties(document)["AppSecurityGroupManagement"] = "Service"
    assert judge("SMN-DOM-08", document) == []


def test_an_unknown_group_may_admit_the_apps(example, judge):
    """A group by parameter is not visible."""
    document = example("SMN-DOM-14", "keeps")
    for rule in ("SMN-DOM-08", "SMN-DOM-10", "SMN-DOM-16"):
        assert [said[0] for said in judge(rule, document)] == ["unverified"]


@pytest.mark.parametrize(
    ("protocol", "low", "high", "verdict"),
    [("-1", -1, -1, "violated"), ("tcp", 0, 65535, "violated"), ("tcp", 443, 443, "satisfied")],
)
def test_all_ports_of_a_foreign_group_are_too_many(protocol, low, high, verdict, example, judge):
    """A foreign group may be admitted on some ports, not on all."""
    document = example("SMN-DOM-10", "keeps")
    document["Resources"]["Other"] = {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"GroupDescription": "Others", "VpcId": {"Ref": "VpcId"}},
    }
    body = {"IpProtocol": protocol, "FromPort": low, "ToPort": high, "SourceSecurityGroupId": {"Ref": "Other"}}
    document["Resources"]["StudioSecurityGroup"]["Properties"]["SecurityGroupIngress"] = [body]
    assert [said[0] for said in judge("SMN-DOM-10", document)] == [verdict]


def test_a_profile_carries_what_its_own_group_admits(example, judge):
    """The finding stands on the profile, whose setting it is."""
    document = example("SMN-DOM-09", "keeps")
    document["Resources"]["AliceSecurityGroup"]["Properties"]["SecurityGroupIngress"] = [
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv6": "::/0"}
    ]
    assert (
        "violated",
        "warning",
        "Alice",
        "UserSettings.SecurityGroups",
        "security group AliceSecurityGroup admits tcp 22 from ::/0",
    ) in judge("SMN-DOM-10", document)


def test_the_cdk_placeholder_lets_nothing_out(example, judge):
    """The rule that the CDK writes for no outbound traffic is none."""
    document = example("SMN-DOM-16", "keeps")
    rule = document["Resources"]["StudioSecurityGroup"]["Properties"]["SecurityGroupEgress"][0]
    rule.update(IpProtocol="icmp", FromPort=252, ToPort=86, CidrIp="255.255.255.255/32")
    # The only entry admits nothing, and yet EC2 adds no rule of its own beside it.
    assert [said[0] for said in judge("SMN-DOM-16", document)] == ["violated"]


def test_restricted_https_has_to_cover_the_way(example, judge):
    """With NAT everything must be let out; with endpoints their group is enough."""
    document = example("SMN-DOM-03", "keeps")
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    document["Resources"]["StudioSecurityGroup"]["Properties"]["SecurityGroupEgress"] = [
        {**https, "CidrIp": "10.0.0.0/16"}
    ]
    assert [said[4] for said in judge("SMN-DOM-16", document)] == [
        "security group StudioSecurityGroup lets no TCP 443 out to 0.0.0.0/0, where NAT leads (0.0.0.0/0 -> NatGateway (PrivateDefaultRoute))"
    ]
    document = example("SMN-DOM-04", "keeps")
    document["Resources"]["StudioSecurityGroup"]["Properties"]["SecurityGroupEgress"] = [
        {**https, "CidrIp": "10.0.0.0/16"}
    ]
    assert [said[0] for said in judge("SMN-DOM-16", document)] == ["satisfied"]


def test_a_closed_direction_is_told_while_the_other_is_not_known(example, judge):
    """Without any inbound rule the apps cannot talk, whatever an outbound rule of unknown range may allow."""
    document = example("SMN-DOM-08", "breaks")
    document["Parameters"] = {"Range": {"Type": "String"}}
    document["Resources"]["Out"] = self_rule("Egress", CidrIp={"Ref": "Range"})
    assert [said[0] for said in judge("SMN-DOM-08", document)] == ["violated"]


def test_rules_for_some_of_the_ports_leave_nothing_open(example, judge):
    """Where the subnets' ranges are not known, a rule that has a few of the ports cannot decide; one that has all of them can."""
    document = example("SMN-DOM-08", "breaks")
    document["Parameters"] = {"Subnets": {"Type": "List<AWS::EC2::Subnet::Id>"}, "Vpc": {"Type": "AWS::EC2::VPC::Id"}}
    properties(document).update(SubnetIds={"Ref": "Subnets"}, VpcId={"Ref": "Vpc"})
    document["Resources"]["In"] = self_rule(low=9000, high=9000, CidrIp="10.0.0.0/8")
    assert [said[0] for said in judge("SMN-DOM-08", document)] == ["violated"]
    document["Resources"]["In"] = self_rule(CidrIp="10.0.0.0/8")
    assert [said[0] for said in judge("SMN-DOM-08", document)] == ["unverified"]
