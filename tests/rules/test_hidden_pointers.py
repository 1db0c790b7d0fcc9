"""What points at a thing by way of a parameter may point at any: then nothing is missing for certain."""

from __future__ import annotations

import copy
from importlib.resources import files

import pytest

from constructs_lib.rules._rule import all_rules

EXAMPLES = files("constructs_lib.rules") / "examples"
RULES = [rule.id for rule in all_rules() if (EXAMPLES / rule.id).is_dir()]


def references(node, path=()):
    """The places of all references in a template."""
    if isinstance(node, dict):
        if len(node) == 1 and next(iter(node)) in ("Ref", "Fn::GetAtt"):
            yield path
        else:
            for key, value in node.items():
                yield from references(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from references(value, (*path, index))


def hidden(document, path):
    """The template with a parameter in one place."""
    document = copy.deepcopy(document)
    document.setdefault("Parameters", {})["Hidden"] = {"Type": "String"}
    *way, last = path
    place = document["Resources"]
    for step in way:
        place = place[step]
    place[last] = {"Ref": "Hidden"}
    return document


@pytest.mark.parametrize("rule", RULES)
def test_nothing_is_missing_for_certain(rule, example, judge):
    """Behind one parameter, wherever it stands, what an example that keeps the rule has is not visible, but never said to be missing."""
    document = example(rule, "keeps")
    for path in references(document["Resources"]):
        said = [row for row in judge(rule, hidden(document, path)) if row[0] == "violated"]
        assert not said, path


OTHERS = [
    ("SMN-NB-15", "NotebookGroup.VpcId", {"Fn::ImportValue": "vpc"}, "unverified"),
    ("SMN-NB-15", "NotebookGroup.VpcId", {"Fn::GetAtt": ["Lookup", "VpcId"]}, "unverified"),
    ("SMN-NB-15", "NotebookGroup.VpcId", "vpc-1", "violated"),
    ("SMN-NB-05", "ApiEndpoint.VpcId", {"Fn::GetAtt": ["Lookup", "VpcId"]}, "unverified"),
    ("SMN-NB-05", "ApiEndpoint.VpcId", "vpc-1", "violated"),
    ("SMN-NB-05", "ApiEndpoint", None, "violated"),
    ("SMN-RT-03", "SubnetRouteTable.SubnetId", "subnet-1", "violated"),
]


@pytest.mark.parametrize(("rule", "place", "value", "verdict"), OTHERS)
def test_what_may_be_the_thing(rule, place, value, verdict, changed, judge):
    """Imports and outputs of custom resources may be anything, too; a literal id is another thing than what the template makes."""
    lookup = "Lookup: {Type: 'Custom::Lookup', Properties: {}}"
    document = changed(rule, "keeps", {place: value}, lookup)
    assert {row[0] for row in judge(rule, document)} == {verdict}


def test_a_rule_of_an_unknown_group_opens_nothing(changed, judge):
    """A separate rule whose group is a parameter does not make the groups of the template open to the world."""
    add = "Wide: {Type: 'AWS::EC2::SecurityGroupIngress', Properties: {GroupId: {Ref: Hidden}, IpProtocol: -1, CidrIp: 0.0.0.0/0}}"
    for rule in ("SMN-NB-11", "SMN-DOM-10"):
        assert {row[0] for row in judge(rule, changed(rule, "keeps", {}, add))} == {"satisfied"}


LOOP = {
    "Fn::ForEach::More": [
        "Name",
        {"Ref": "Names"},
        {"More${Name}": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {}}},
    ]
}
INCLUDED = {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://bucket/more.yaml"}}}
MADE = [
    ("SMN-NB-05", "ApiEndpoint", LOOP, "unverified"),
    ("SMN-RT-03", "SubnetRouteTable", LOOP, "violated"),
    ("SMN-NB-05", "ApiEndpoint", INCLUDED, "unverified"),
    ("SMN-RT-03", "SubnetRouteTable", INCLUDED, "unverified"),
    ("SMN-NB-11", None, INCLUDED, "satisfied"),
    ("SMN-DOM-08", "AppIngress", INCLUDED, "unverified"),
]


@pytest.mark.parametrize(("rule", "removed", "made", "verdict"), MADE)
def test_what_a_loop_or_a_macro_may_make(rule, removed, made, verdict, example, judge):
    """A loop over an unknown list may make what is missing, of its types; what is included at deployment may be of any."""
    document = example(rule, "keeps")
    document.update(Transform="AWS::LanguageExtensions")
    document.setdefault("Parameters", {})["Names"] = {"Type": "CommaDelimitedList"}
    document["Resources"].update(made)
    if removed:
        del document["Resources"][removed]
    assert {row[0] for row in judge(rule, document)} == {verdict}
