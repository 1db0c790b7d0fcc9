"""Broken input is refused in one line, within seconds; nothing is executed, nothing crashes."""

import json
import os
import time
from contextlib import suppress

import pytest

from constructs_lib.assembly import InputError, explore, from_documents, load

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + chr(ord(name) - 1)] * 10)}]\n" for name in "bcdefghij"
)
LOOPED = {
    "Transform": "AWS::LanguageExtensions",
    "Resources": {
        "Fn::ForEach::A": ["A", list(range(200)), {"Fn::ForEach::B": ["B", list(range(200)), {"Fn::ForEach::C": ["C", list(range(200)), {
            "R${A}x${B}x${C}": {"Type": "X"}}]}]}],
    },
}  # fmt: skip


def cycle(*names, how):
    return {
        name: {"Type": "X", "Properties": {"P": how(other)}}
        for name, other in zip(names, (*names[1:], names[0]), strict=True)
    }


BROKEN = [
    ("empty", b"", "t.json: is empty"),
    ("truncated JSON", b'{"Resources": {"A": {"Ty', "t.json: line 1: not valid JSON: unterminated string starting at"),
    ("binary", b"\x89PNG\r\n\x1a\n\x00\x00", "t.json: line 1: not a text file in UTF-8"),
    ("binary that is UTF-8", b"PK\x03\x04\x00", "t.json: not a text file: it has control characters"),
    ("Latin-1", b'{"Resources":\n {"A": "\xe9"}}', "t.json: line 2: not a text file in UTF-8"),
    ("a number", b"5", "t.json: not a CloudFormation template: it has neither Resources nor AWSTemplateFormatVersion"),
    ("a list", b"[1]", "t.json: not a CloudFormation template: it has neither Resources nor AWSTemplateFormatVersion"),
    ("something else", b'{"name": "x"}', "t.json: not a CloudFormation template: it has neither Resources nor AWSTemplateFormatVersion"),
    ("Resources null", b'{"Resources": null}', "t.json: Resources: must be an object, not null"),
    ("Resources null in YAML", b"Resources:\n", "t.json: Resources: must be an object, not null"),
    ("Resources a list", b'{"Resources": []}', "t.json: Resources: must be an object, not a list"),
    ("a resource that is text", b'{"Resources": {"A": "b"}}', "t.json: Resources.A: must be an object, not a string"),
    ("a resource that is null", b'{"Resources": {"A": null}}', "t.json: Resources.A: must be an object, not null"),
    ("a resource without type", b'{"Resources": {"A": {}}}', "t.json: Resources.A: needs a Type"),
    ("a type that is no text", b'{"Resources": {"A": {"Type": 5}}}', "t.json: Resources.A: needs a Type"),
    ("properties that are a list", b'{"Resources": {"A": {"Type": "X", "Properties": []}}}', "t.json: Resources.A.Properties: must be an object, not a list"),
    ("a condition that is no name", b'{"Resources": {"A": {"Type": "X", "Condition": {}}}}', "t.json: Resources.A.Condition: must be the name of a condition"),
    ("parameters that are a list", b'{"Resources": {}, "Parameters": []}', "t.json: Parameters: must be an object, not a list"),
    ("a parameter that is text", b'{"Resources": {}, "Parameters": {"A": "String"}}', "t.json: Parameters.A: must be an object, not a string"),
    ("allowed values that are no list", b'{"Resources": {}, "Parameters": {"A": {"AllowedValues": 1}}}', "t.json: Parameters.A: AllowedValues must be a list"),
    ("Equals of one", b'{"Resources": {}, "Conditions": {"A": {"Fn::Equals": ["x"]}}}', "t.json: Conditions.A: Fn::Equals takes a list of 2"),
    ("Not of a text", b'{"Resources": {}, "Conditions": {"A": {"Fn::Not": "x"}}}', "t.json: Conditions.A: Fn::Not takes a list of 1"),
    ("And of nothing", b'{"Resources": {}, "Conditions": {"A": {"Fn::And": []}}}', "t.json: Conditions.A: Fn::And takes a list of 1 to 10"),
    ("a condition of a list", b'{"Resources": {}, "Conditions": {"A": {"Condition": []}}}', "t.json: Conditions.A: Condition takes the name of a condition"),
    ("conditions in a circle", json.dumps({"Resources": {}, "Conditions": {"A": {"Condition": "B"}, "B": {"Fn::Not": [{"Condition": "A"}]}}}).encode(),
     "t.json: Conditions: circular reference: A -> B -> A"),
    ("a condition that is itself", b'{"Resources": {}, "Conditions": {"A": {"Condition": "A"}}}', "t.json: Conditions: circular reference: A -> A"),
    ("resources in a circle by Ref", json.dumps({"Resources": cycle("A", "B", "C", how=lambda n: {"Ref": n})}).encode(),
     "t.json: Resources.A: circular reference: A -> B -> C -> A"),
    ("by GetAtt", json.dumps({"Resources": cycle("A", "B", how=lambda n: [{"Fn::GetAtt": [n, "Arn"]}])}).encode(),
     "t.json: Resources.A: circular reference: A -> B -> A"),
    ("by Sub", json.dumps({"Resources": cycle("A", "B", how=lambda n: {"Fn::Sub": ["x-${" + n + ".Arn}", {}]})}).encode(),
     "t.json: Resources.A: circular reference: A -> B -> A"),
    ("by DependsOn", b'{"Resources": {"A": {"Type": "X", "DependsOn": "B"}, "B": {"Type": "X", "DependsOn": ["A"]}}}',
     "t.json: Resources.A: circular reference: A -> B -> A"),
    ("a resource that refers to itself", b'{"Resources": {"A": {"Type": "X", "Properties": {"P": {"Ref": "A"}}}}}',
     "t.json: Resources.A: circular reference: A -> A"),
    ("a nest of 10,000 lists in JSON", b'{"Resources": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", "t.json: nested more than 200 levels deep"),
    ("a nest of 10,000 objects in JSON", b'{"Resources": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}", "t.json: nested more than 200 levels deep"),
    ("a nest of 300 objects in JSON", b'{"Resources": ' + b'{"a":' * 300 + b"1" + b"}" * 300 + b"}", "t.json: nested more than 200 levels deep"),
    ("a nest of 10,000 lists in YAML", b"Resources: " + b"[" * 10_000 + b"]" * 10_000, "t.json: line 1: nested more than 200 levels deep"),
    ("a nest of 10,000 open lists in YAML", b"Resources: " + b"[" * 10_000, "t.json: line 1: nested more than 200 levels deep"),
    ("a nest of 10,000 blocks in YAML", b"Resources:\n" + b"- " * 10_000 + b"a", "t.json: line 2: nested more than 200 levels deep"),
    ("a nest of 10,000 mappings in YAML", b"Resources: " + b"{a: " * 10_000 + b"1" + b"}" * 10_000, "t.json: line 1: nested more than 200 levels deep"),
    ("a nest of 10,000 tags in YAML", b"Resources: " + b"!Not [" * 10_000 + b"]" * 10_000, "t.json: line 1: nested more than 200 levels deep"),
    ("an alias bomb", BOMB.encode() + b"Resources: {}\n", "t.json: line 7: aliases make more than 2,000,000 values out of it"),
    ("a loop bomb", json.dumps(LOOPED).encode(), "t.json: Resources: Fn::ForEach makes more than 200,000 values out of it"),
    ("a malformed loop", b'{"Resources": {"Fn::ForEach::A": ["A", ["x"]]}}',
     "t.json: Resources.Fn::ForEach::A: Fn::ForEach takes an identifier, a list and what to repeat"),
    ("an unknown tag", b"Resources: !Foo\n  A: b", "t.json: line 1: unknown tag !Foo"),
    ("a tag that would execute", b"Resources: !!python/object/apply:os.mkdir [executed]",
     "t.json: line 1: unknown tag !<tag:yaml.org,2002:python/object/apply:os.mkdir>"),
    ("a number that is none", b'{"Resources": {"A": 1' + b"0" * 5000 + b"}}", None),
    ("a name with a line break", b'{"Resources": {"A\\nB": 1}}', "t.json: Resources.A\\nB: must be an object, not a number"),
]  # fmt: skip


@pytest.mark.parametrize(("shows", "content", "message"), BROKEN, ids=[row[0] for row in BROKEN])
def test_broken(shows, content, message, tmp_path, monkeypatch):
    """One line that names the file, the place and the reason, at once, and nothing else happens."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.json").write_bytes(content)
    started = time.perf_counter()
    with pytest.raises(InputError) as caught:
        load(["t.json"])
    assert time.perf_counter() - started < 5
    assert str(caught.value) == message or message is None
    assert "\n" not in str(caught.value)
    assert os.listdir(tmp_path) == ["t.json"]


def test_too_large(tmp_path):
    """More than 20 MB is refused by size, without being read."""
    file = tmp_path / "large.yaml"
    with file.open("wb") as stream:
        stream.truncate(20 * 1024 * 1024 + 1)
    with pytest.raises(InputError) as caught:
        load([str(file)])
    assert str(caught.value) == f"{file}: 20.0 MB is more than a template can have (at most 20 MB)"


def test_missing_and_unreadable(tmp_path):
    """A file that is not there is named, with the reason of the system."""
    with pytest.raises(InputError) as caught:
        load([str(tmp_path / "none.yaml")])
    assert str(caught.value) == f"{tmp_path}/none.yaml: cannot be read: no such file or directory"


def test_pipes_are_not_waited_for(tmp_path):
    """A named pipe with a template's name is refused rather than read for ever."""
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(InputError) as caught:
        load([str(tmp_path / "pipe.yaml")])
    assert str(caught.value) == f"{tmp_path}/pipe.yaml: cannot be read: not a regular file"


def test_circles_that_cloudformation_allows(tmp_path):
    """References that stand in Fn::If are not a circle, as only one branch of it is there."""
    resources = cycle("A", "B", how=lambda name: {"Fn::If": ["On", {"Ref": name}, "x"]})
    (tmp_path / "t.json").write_text(json.dumps({"Resources": resources}))
    assert len(load([str(tmp_path / "t.json")]).templates) == 1


def test_a_truncated_template_is_refused_wherever_it_ends(tmp_path):
    """No prefix of a template crashes the reader: it is refused, or it is a template by itself."""
    text = "Resources:\n  A:\n    Type: 'X'\n    Properties: {P: !Sub 'a${B}', Q: [1, &x 2, *x]}\n"
    for whole in (
        text,
        json.dumps({"Resources": {"A": {"Type": "X", "Properties": {"P": [1, {"Ref": "é"}]}}}}, ensure_ascii=False),
    ):
        content = whole.encode()
        for length in range(len(content)):
            (tmp_path / "t.yaml").write_bytes(content[:length])
            with suppress(InputError):
                load([str(tmp_path / "t.yaml")])


CHAINS = {
    "conditions": {
        "Conditions": {
            f"C{index}": {"Condition": f"C{index + 1}"} if index < 5000 else {"Fn::Equals": [1, 1]}
            for index in range(5001)
        },
        "Resources": {"It": {"Type": "X", "Condition": "C0", "Properties": {"P": {"Fn::If": ["C0", 1, 2]}}}},
    },
    "echoes": {
        "Resources": {
            "It": {"Type": "X", "Properties": {"P": {"Fn::GetAtt": ["R0", "CidrBlock"]}}},
            **{
                f"R{index}": {
                    "Type": "AWS::EC2::VPC",
                    "Properties": {"CidrBlock": {"Fn::GetAtt": [f"R{index + 1}", "CidrBlock"]}},
                }
                for index in range(5000)
            },
        },
    },
    "exports": {
        "Resources": {"It": {"Type": "X", "Properties": {"P": {"Fn::ImportValue": "e0"}}}},
        "Outputs": {
            f"O{index}": {"Value": {"Fn::ImportValue": f"e{index + 1}"}, "Export": {"Name": f"e{index}"}}
            for index in range(5000)
        },
    },
}


@pytest.mark.parametrize("shape", CHAINS)
def test_endless_chains(shape):
    """References that go on and on are refused when they are followed, in one line."""
    group = from_documents({"t": CHAINS[shape]}).groups[0]
    it = group.resources("X")[0]
    with pytest.raises(InputError) as caught:
        explore(group, lambda: it.get("P"))
    assert str(caught.value).endswith(": leads through too many references to be followed")
    if shape == "conditions":
        with pytest.raises(
            InputError, match=r"^t: Resources.It.Condition: leads through too many references to be followed$"
        ):
            explore(group, it.exists)


def test_export_named_by_an_import():
    """An export whose name is imported is found nowhere, rather than sought for ever."""
    outputs = {
        "O": {"Value": 1, "Export": {"Name": {"Fn::ImportValue": "x"}}},
        "X": {"Value": "y", "Export": {"Name": "x"}},
    }
    resources = {"It": {"Type": "X", "Properties": {"P": {"Fn::ImportValue": "y"}, "Q": {"Fn::ImportValue": "x"}}}}
    it = from_documents({"t": {"Resources": resources, "Outputs": outputs}}).groups[0].resources("X")[0]
    assert (it.get("P").what, it.get("Q")) == ("the import of y", "y")


@pytest.mark.parametrize(
    "wrap", [lambda value: [value], lambda value: {"a": value}, lambda value: {"Fn::If": ["On", value, 1]}]
)
def test_deepest_that_is_allowed(wrap):
    """What is not refused as too deep is resolved."""
    value: object = "x"
    while True:
        document = {
            "Resources": {"It": {"Type": "X", "Properties": {"P": wrap(value)}}},
            "Conditions": {"On": {"Fn::Equals": [1, 1]}},
        }
        try:
            it = from_documents({"t": document}).groups[0].resources("X")[0]
        except InputError as error:
            assert error.reason == "nested more than 200 levels deep"  # noqa: PT017 - ends the loop
            break
        value = wrap(value)
    assert "x" in str(it.get("P"))
