"""Security group rules whose ports or protocol are a parameter: what they open is not known, and nothing else is said of them."""

from __future__ import annotations

import pytest

HIDDEN = {"Ref": "Hidden"}
FOREIGN = "\nForeign: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: Others, VpcId: !Ref Vpc}}\n"
GIVE = "give its value with --parameter Hidden=VALUE"


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ({"IpProtocol": "tcp", "FromPort": HIDDEN, "ToPort": HIDDEN}, "tcp port parameter Hidden from 10.0.0.0/16"),
        ({"IpProtocol": "tcp", "FromPort": "https", "ToPort": 443}, "tcp port https from 10.0.0.0/16"),
        ({"IpProtocol": HIDDEN}, "protocol parameter Hidden from 10.0.0.0/16"),
    ],
)
def test_a_message_shows_what_the_template_says(rule, shown, changed, told):
    """A range is admitted on whatever port: the message claims no others."""
    document = changed(
        "SMN-NB-11", "keeps", {"NotebookGroup.SecurityGroupIngress": [{**rule, "CidrIp": "10.0.0.0/16"}]}
    )
    assert told("SMN-NB-11", document) == [
        f"violated warning Notebook.SecurityGroupIds: security group NotebookGroup admits {shown}"
    ]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            {"IpProtocol": -1},
            "violated warning Domain.{at}: security group StudioSecurityGroup admits all traffic from Foreign",
        ),
        ({"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}, "satisfied warning Domain.{at}"),
        (
            {"IpProtocol": "tcp", "FromPort": HIDDEN, "ToPort": 65535},
            "unverified warning Domain.{at}: FromPort of Open is parameter Hidden: " + GIVE,
        ),
        ({"IpProtocol": HIDDEN}, "unverified warning Domain.{at}: IpProtocol of Open is parameter Hidden: " + GIVE),
    ],
)
def test_all_ports_of_a_foreign_group_must_be_known_to_be_all(rule, said, changed, told):
    """SMN-DOM-10 calls a rule for a foreign group wide only where its ports are."""
    document = changed("SMN-DOM-10", "keeps", {}, FOREIGN)
    document["Resources"]["Open"] = {
        "Type": "AWS::EC2::SecurityGroupIngress",
        "Properties": {"GroupId": {"Ref": "StudioSecurityGroup"}, "SourceSecurityGroupId": {"Ref": "Foreign"}, **rule},
    }
    assert told("SMN-DOM-10", document) == [said.format(at="DefaultUserSettings.SecurityGroups")]


def test_rules_that_a_macro_writes_are_not_known(changed, told):
    """A list of rules that is not in the template may open anything."""
    macro = {"StudioSecurityGroup.SecurityGroupIngress": {"Fn::Transform": {"Name": "Rules"}}}
    assert told("SMN-DOM-10", changed("SMN-DOM-10", "keeps", macro)) == [
        "unverified warning Domain.DefaultUserSettings.SecurityGroups: "
        "StudioSecurityGroup.SecurityGroupIngress is what the transform Rules puts here"
    ]


@pytest.mark.parametrize(
    ("peer", "verdict"),
    [
        ({"SourceSecurityGroupId": {"Ref": "ClusterGroup"}, "IpProtocol": HIDDEN}, "unverified"),
        ({"CidrIp": HIDDEN, "IpProtocol": -1}, "violated"),
    ],
)
def test_efa_rules_must_be_known_to_be_for_all_traffic(peer, verdict, example, judge):
    """A protocol that is a parameter may be all; a range is none of the group's members, whichever it is."""
    document = example("SMN-HP-02", "keeps")
    document["Parameters"] = {"Hidden": {"Type": "String"}}
    separate = {
        name: each for name, each in document["Resources"].items() if each["Type"] == "AWS::EC2::SecurityGroupIngress"
    }
    for each in separate.values():
        group = each["Properties"]["GroupId"]
        named = {"SourceSecurityGroupId": group} if "SourceSecurityGroupId" in peer else {}
        each["Properties"] = {"GroupId": group, **peer, **named}
    assert [said[0] for said in judge("SMN-HP-02", document)] == [verdict]
