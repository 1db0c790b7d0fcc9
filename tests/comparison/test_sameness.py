"""Values of two states of the templates: surely the same, perhaps, or surely not."""

from __future__ import annotations

import copy
from importlib.resources import files

import pytest

from constructs_lib.assembly import from_documents
from constructs_lib.assembly.read import parse
from constructs_lib.comparison.changes import replaced

HEAD = """
Parameters: {P: {Type: String}, Mode: {Type: String}, Further: {Type: String}}
Conditions: {Is: !Equals [!Ref Mode, x], Not: !Not [!Condition Is]}
Resources:
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: g, VpcId: vpc-1}}
"""
LOST = "is replaced, and its volume with everything under /home/ec2-user/SageMaker with it: "


def told(old, new, head=HEAD, new_head=None):
    """Verdict and message of each result about a notebook whose properties change."""
    sides = []
    for start, properties in ((head, old), (new_head or head, new)):
        text = f"{start}  Notebook: {{Type: AWS::SageMaker::NotebookInstance, Properties: {{{properties}}}}}\n"
        sides.append(from_documents({"t": parse(text, "t.yaml")}))
    before, now = sides
    return [(each.verdict, each.message) for each in replaced(now, {now.templates[0]: before.templates[0]})]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("SecurityGroupIds: [!Ref Group]", "SecurityGroupIds: [!GetAtt Group.GroupId]"),
        ("SecurityGroupIds: [!Ref P]", "SecurityGroupIds: [!Sub '${P}']"),
        ("SubnetId: !Ref P", "SubnetId: !Ref P"),
        ("", "SubnetId: !Ref AWS::NoValue"),
        ("SubnetId: !If [Is, a, b]", "SubnetId: !If [Is, a, b]"),
    ],
)
def test_surely_the_same(old, new):
    """Whichever way it is written."""
    assert told(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("SecurityGroupIds: [sg-1]", "SecurityGroupIds: [!Ref P]", "SecurityGroupIds is parameter P"),
        ("SubnetId: subnet-1", "SubnetId: !Sub 'subnet-${P}'", "SubnetId is parameter P"),
        ("SubnetId: !Ref P", "SubnetId: !Ref Further", "SubnetId is parameter P"),
        ("SubnetId: !If [Is, a, b]", "SubnetId: !If [Not, a, b]", "SubnetId is a value that depends on parameter Mode"),
        ("SecurityGroupIds: [!If [Is, a, b]]", "SecurityGroupIds: [!If [Is, a, c]]", "SecurityGroupIds is a value that depends on parameter Mode"),
    ],
)  # fmt: skip
def test_perhaps_the_same(old, new, what):
    """A parameter in it may stand for what was there, also within lists and texts."""
    ((verdict, said),) = told(old, new)
    assert verdict == "unverified"
    assert said in (f"may be replaced: {what}", f"may be replaced: {what.replace(' P', ' Further')}")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("SecurityGroupIds: [sg-1]", "SecurityGroupIds: [!Ref P, sg-2]", 'SecurityGroupIds changes from ["sg-1"] to ["${P}", "sg-2"]'),
        ("SubnetId: subnet-1", "SubnetId: !Sub 'other-${P}'", "SubnetId changes from subnet-1 to other-${P}"),
        ("", "SubnetId: !Ref P", "SubnetId changes from nothing to ${P}"),
    ],
)  # fmt: skip
def test_surely_not_the_same(old, new, message):
    """No value of the parameter makes it what it was."""
    assert told(old, new) == [("violated", f"{LOST}{message}")]


def test_only_what_decides_counts():
    """Of conditions and parameters those matter that the value mentions, through others too."""
    value = "SubnetId: !If [Not, a, b]"
    assert told(value, value, new_head=HEAD.replace("Further: {Type: String}", "Another: {Type: Number}")) == []
    ((verdict, _),) = told(value, value, new_head=HEAD.replace("!Ref Mode, x", "!Ref Mode, y"))
    assert verdict == "unverified"


def test_a_name_that_is_a_parameter():
    """Whether the update fails is up to whoever deploys."""
    for new in ("!Ref P", "lab"):
        old, after = (f"NotebookInstanceName: {name}, SubnetId: {at}" for name, at in (("!Ref P", "a"), (new, "b")))
        message = "SubnetId changes from a to b; where its name, parameter P, stays, the update fails"
        assert told(old, after) == [("violated", f"{LOST}{message}")]


def test_a_doubt_is_carried_on():
    """What refers to something that may be replaced may be, too."""
    subnet = "  Subnet: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: vpc-1, CidrBlock: {}}}}}\n"
    ((first, _), (second, said)) = told(
        "SubnetId: !Ref Subnet",
        "SubnetId: !Ref Subnet",
        head=HEAD + subnet.format("10.0.0.0/24"),
        new_head=HEAD + subnet.format("!Ref P"),
    )
    assert (first, second) == ("unverified", "unverified")
    assert said == "may be replaced: SubnetId refers to Subnet, which may be replaced"


def test_no_example_is_replaced_by_itself():
    """Two readings of one template are the same, whatever is in it."""
    for folder in sorted((files("constructs_lib.rules") / "examples").iterdir(), key=lambda folder: folder.name):
        for file in folder.iterdir():
            document = parse(file.read_text(encoding="utf-8"), file.name)
            now, before = (from_documents({"t": copy.deepcopy(document)}) for _ in range(2))
            assert replaced(now, dict(zip(now.templates, before.templates, strict=True))) == [], (
                f"{folder.name}/{file.name}"
            )
