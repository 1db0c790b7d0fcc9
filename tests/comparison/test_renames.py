"""Other logical ids, other stack names and other file names: what is the same all the same, and what is made anew."""

from __future__ import annotations

import json

import pytest

from constructs_lib.assembly import from_documents, load
from constructs_lib.assembly.read import parse
from constructs_lib.check import check
from constructs_lib.comparison.against import Earlier
from constructs_lib.comparison.changes import replaced
from constructs_lib.comparison.pairs import pairs
from constructs_lib.comparison.renames import renames
from constructs_lib.rules import rule_by_id

LOST = "is replaced, and its volume with everything under /home/ec2-user/SageMaker with it: "
NETWORK = """
Resources:
  Vpc{n}: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16, Tags: [{{Key: Name, Value: Lab/Vpc{n}}}]}}}}
  Subnet{n}: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc{n}, CidrBlock: 10.0.0.0/24}}}}
  Role{n}: {{Type: AWS::IAM::Role, Properties: {{AssumeRolePolicyDocument: {{}}}}}}
  Notebook{n}: {{Type: AWS::SageMaker::NotebookInstance, Properties: {{SubnetId: !Ref Subnet{n}, RoleArn: !GetAtt Role{n}.Arn}}}}
"""
USER = """
Resources:
  Domain{n}: {{Type: AWS::SageMaker::Domain, Properties: {{DomainName: {name}}}}}
  User{n}: {{Type: AWS::SageMaker::UserProfile, Properties: {{DomainId: !Ref Domain{n}, UserProfileName: ann}}}}
"""


def given(text):
    """A template in YAML."""
    return from_documents({"t": parse(text, "t.yaml")})


def told(old, new):
    """Severity, logical id and message of each result of the change."""
    before, now = given(old), given(new)
    found = replaced(now, {now.templates[0]: before.templates[0]})
    return [(each.severity.value, each.resource.logical_id, each.message) for each in found]


def notebook(name, properties="SubnetId: a", more=""):
    """A template with one notebook."""
    return f"Resources: {{{name}: {{Type: AWS::SageMaker::NotebookInstance{more}, Properties: {{{properties}}}}}}}"


def test_everything_renamed():
    """A construct that moves has new logical ids throughout: what refers to each other is found all the same, tags apart."""
    assert told(NETWORK.format(n=1), NETWORK.format(n=2)) == [
        ("warning", "Vpc2", "is replaced: its logical id changes from Vpc1 to Vpc2"),
        ("warning", "Subnet2", "is replaced: its logical id changes from Subnet1 to Subnet2"),
        ("warning", "Notebook2", f"{LOST}its logical id changes from Notebook1 to Notebook2"),
    ]


def test_only_a_network_renamed():
    """What keeps its logical id, and refers to what is made anew, is replaced for that."""
    new = NETWORK.format(n=2).replace("Notebook2", "Notebook1").replace("Role2", "Role1")
    assert told(NETWORK.format(n=1), new)[-1] == (
        "warning",
        "Notebook1",
        f"{LOST}SubnetId changes from ${{Subnet1}} to ${{Subnet2}}",
    )


def test_twins():
    """Of several that are alike each has its own."""
    both = "{{Resources: {{{}: {body}, {}: {body}}}}}"
    body = "{Type: AWS::SageMaker::NotebookInstance, Properties: {SubnetId: a}}"
    before, now = (given(both.format(*names, body=body)) for names in ("AB", "CD"))
    found = renames({now.templates[0]: before.templates[0]})
    assert {new.logical_id: old.logical_id for new, old in found.items()} == {"C": "A", "D": "B"}


def test_a_condition_decides_about_properties():
    """They are compared as they are written."""
    head = "Parameters: {Mode: {Type: String}}\nConditions: {Is: !Equals [!Ref Mode, x]}\n"
    old, new = (head + notebook(name, "SubnetId: !If [Is, a, b]") for name in ("One", "Two"))
    assert told(old, new) == [("warning", "Two", f"{LOST}its logical id changes from One to Two")]
    assert told(old, head + notebook("Two", "SubnetId: !If [Is, a, c]")) == []


def test_a_deletion_policy_keeps_the_old_one():
    """One that has a new logical id is deleted, not replaced, for CloudFormation."""
    ((_, _, said),) = told(notebook("One", more=", DeletionPolicy: RetainExceptOnCreate"), notebook("Two"))
    kept = "is replaced (its DeletionPolicy keeps the old one, outside of the stack): "
    assert said == f"{kept}its logical id changes from One to Two"
    ((_, _, said),) = told(notebook("One", more=", UpdateReplacePolicy: Retain"), notebook("Two"))
    assert said == f"{LOST}its logical id changes from One to Two"


@pytest.mark.parametrize("name", ["lab", "!Sub 'lab-${AWS::Region}'"])
def test_a_name_that_is_still_taken(name):
    """The new one is made before the old one goes, whatever else changes."""
    old, new = (notebook(each, f"NotebookInstanceName: {name}, SubnetId: {each}") for each in ("One", "Two"))
    ((severity, _, said),) = told(old, new)
    shown = name.removeprefix("!Sub ").strip("'")
    assert severity == "error"
    assert said == (
        f"the update fails: its name {shown} is still that of One, which is deleted only after this one is made"
    )


def test_a_name_in_another_domain():
    """A user's name is taken in its own domain only."""
    assert [each[:2] for each in told(USER.format(n=1, name="a"), USER.format(n=2, name="a"))] == [
        ("error", "Domain2"),
        ("warning", "User2"),
    ]
    assert [each[:2] for each in told(USER.format(n=1, name="a"), USER.format(n=2, name="b"))] == [("warning", "User2")]


def assembly(folder, stacks, region="us-east-1"):
    """A cloud assembly: the template of each stack by its name, in a file that is called like it."""
    folder.mkdir()
    artifacts = {}
    for stack, text in stacks.items():
        (folder / f"{stack}.template.json").write_text(json.dumps(parse(text, "t.yaml")))
        artifacts[stack] = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://111122223333/{region}",
            "properties": {"templateFile": f"{stack}.template.json", "stackName": stack},
        }
    (folder / "manifest.json").write_text(json.dumps({"version": "38.0.0", "artifacts": artifacts}))
    return str(folder)


def changes(old, new):
    """Severity and message of what the change between two assemblies replaces."""
    now = load([new])
    with Earlier(old, now, [new], parameters={}, region=None) as earlier:
        return [(each.severity.value, each.message) for each in earlier.replaced(None)]


def test_a_stack_with_another_name(tmp_path):
    """Everything in it is made anew; a name that stays is still taken."""
    named = "NotebookInstanceName: lab, SubnetId: a"
    old = assembly(tmp_path / "old", {"Lab": notebook("One"), "Named": notebook("Two", named)})
    new = assembly(tmp_path / "new", {"Lab2": notebook("One"), "Named2": notebook("Two", named)})
    assert changes(old, new) == [
        ("warning", f"{LOST}its stack changes from Lab to Lab2"),
        (
            "error",
            "the update fails: its stack changes from Named to Named2, which needs a new one, and its name stays lab",
        ),
    ]
    assert changes(old, assembly(tmp_path / "same", {"Lab": notebook("One"), "Named": notebook("Two", named)})) == []


def test_a_stack_in_another_region(tmp_path):
    """A name is free in another region."""
    text = notebook("One", "NotebookInstanceName: lab, SubnetId: a")
    old = assembly(tmp_path / "old", {"Lab": text})
    new = assembly(tmp_path / "new", {"Lab": text}, "eu-west-1")
    message = "its stack moves from 111122223333 us-east-1 to 111122223333 eu-west-1"
    assert changes(old, new) == [("warning", f"{LOST}{message}")]


def test_a_move_to_another_stack(tmp_path):
    """It is made anew there; a name is taken until the other stack is updated. References that become imports are the same."""
    user = "Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: vpc-1, CidrBlock: 10.0.0.0/24}}"
    body = "Type: AWS::SageMaker::NotebookInstance, Properties:"
    old = assembly(
        tmp_path / "old",
        {
            "Lab": f"Resources: {{{user}, One: {{{body} {{SubnetId: !Ref Subnet}}}}, Two: {{{body} {{NotebookInstanceName: lab}}}}}}",
            "Gone": notebook("Three", "SubnetId: c"),
        },
    )
    new = assembly(
        tmp_path / "new",
        {
            "Lab": f"{{Resources: {{{user}}}, Outputs: {{S: {{Value: !Ref Subnet, Export: {{Name: subnet}}}}}}}}",
            "Other": f"Resources: {{One: {{{body} {{SubnetId: !ImportValue subnet}}}}, Two: {{{body} {{NotebookInstanceName: lab}}}}, Four: {{{body} {{SubnetId: c}}}}}}",
        },
    )
    assert changes(old, new) == [
        ("warning", f"{LOST}it moves from Lab to Other"),
        (
            "error",
            "moves from Lab to Other: the update fails unless Lab, where Two still has its name lab, is updated first",
        ),
        ("warning", f"{LOST}it moves from Gone to Other"),
    ]


def test_findings_of_what_is_renamed_are_known(tmp_path):
    """Neither another stack name nor another logical id makes a finding new; one more of them is."""
    rules = [rule_by_id("SMN-NB-07")]
    old = assembly(
        tmp_path / "old",
        {
            "Lab": notebook("One"),
            "Other": NETWORK.format(n=1),
            "Last": notebook("Moved", "SubnetId: b, RootAccess: Enabled"),
        },
    )
    more = "A: {Type: A::B::C}, B: {Type: A::B::C}, Three: {Type: AWS::SageMaker::NotebookInstance}"
    lab = notebook("Two").replace("Resources: {", f"Resources: {{{more}, ")
    new = assembly(
        tmp_path / "new",
        {"Lab": lab, "Another": NETWORK.format(n=1), "Further": notebook("Four", "SubnetId: b, RootAccess: Enabled")},
    )
    now = load([new])
    with Earlier(old, now, [new], parameters={}, region=None) as earlier:
        results = check(now, rules)
        had = earlier.had(results, rules)
    assert {each.resource.logical_id: each in had for each in results} == {
        "Notebook1": True,
        "Two": True,
        "Three": False,
        "Four": True,
    }


def test_files_with_other_names(tmp_path):
    """Files that are called like before come first; what is left goes by what it holds, if that is most of it."""
    texts = {"a": NETWORK.format(n=1), "b": USER.format(n=1, name="x"), "c": notebook("Lonely")}
    for side, names in (("old", "abc"), ("new", "axy")):
        (tmp_path / side).mkdir()
        for name, text in zip(names, texts.values(), strict=True):
            (tmp_path / side / f"{name}.yaml").write_text(text if name != "y" else notebook("Other"))
    now, before = (load([str(tmp_path / side)]) for side in ("new", "old"))
    found = pairs(now, before, [str(tmp_path / "new")], [str(tmp_path / "old")])
    assert {one.path[-6:]: other.path[-6:] for one, other in found.items()} == {"a.yaml": "a.yaml", "x.yaml": "b.yaml"}
