"""YAML as CloudFormation takes it: short forms, anchors, odd indentation, and scalars that stay what they look like."""

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from constructs_lib.assembly import InputError
from constructs_lib.assembly.read import parse


def value(text):
    return parse(f"Resources:\n  It: {text}\n", "t.yaml")["Resources"]["It"]


SHORT = [
    ("!Ref Vpc", {"Ref": "Vpc"}),
    ("!Condition Prod", {"Condition": "Prod"}),
    ("!GetAtt Vpc.CidrBlock", {"Fn::GetAtt": "Vpc.CidrBlock"}),
    ("!GetAtt [Vpc, CidrBlock]", {"Fn::GetAtt": ["Vpc", "CidrBlock"]}),
    ("!Sub '${A}-b'", {"Fn::Sub": "${A}-b"}),
    ("!Sub ['${A}', {A: !Ref B}]", {"Fn::Sub": ["${A}", {"A": {"Ref": "B"}}]}),
    ("!Join ['-', [a, !Ref B]]", {"Fn::Join": ["-", ["a", {"Ref": "B"}]]}),
    ("!Select [0, !GetAZs '']", {"Fn::Select": [0, {"Fn::GetAZs": ""}]}),
    ("!Split [',', a]", {"Fn::Split": [",", "a"]}),
    ("!Cidr [!GetAtt Vpc.CidrBlock, 4, 8]", {"Fn::Cidr": [{"Fn::GetAtt": "Vpc.CidrBlock"}, 4, 8]}),
    ("!FindInMap [A, B, C]", {"Fn::FindInMap": ["A", "B", "C"]}),
    ("!If [A, B, C]", {"Fn::If": ["A", "B", "C"]}),
    ("!Equals [A, B]", {"Fn::Equals": ["A", "B"]}),
    ("!And [!Condition A, !Condition B]", {"Fn::And": [{"Condition": "A"}, {"Condition": "B"}]}),
    ("!Or [!Condition A, !Not [!Condition B]]", {"Fn::Or": [{"Condition": "A"}, {"Fn::Not": [{"Condition": "B"}]}]}),
    ("!ImportValue vpc", {"Fn::ImportValue": "vpc"}),
    ("!GetStackOutput {StackName: a, OutputName: b}", {"Fn::GetStackOutput": {"StackName": "a", "OutputName": "b"}}),
    ("!Base64 x", {"Fn::Base64": "x"}),
    ("!Length [a]", {"Fn::Length": ["a"]}),
    ("!ToJsonString {a: 1}", {"Fn::ToJsonString": {"a": 1}}),
    ("!Transform {Name: M}", {"Fn::Transform": {"Name": "M"}}),
    ("\n    Fn::Sub: !Ref A", {"Fn::Sub": {"Ref": "A"}}),
    ("!Base64\n    Fn::Sub: x", {"Fn::Base64": {"Fn::Sub": "x"}}),
]


@pytest.mark.parametrize(("text", "expected"), SHORT)
def test_short_forms(text, expected):
    """Every short form is its long form."""
    assert value(text) == expected


SCALARS = [
    ("5", 5), ("-5", -5), ("0", 0), ("1.5", 1.5), ("true", True), ("False", False), ("yes", True), ("off", False), ("~", None), ("", None),
    ("null", None), ("'5'", "5"), ('"true"', "true"), ("012345678901", "012345678901"), ("2010-09-09", "2010-09-09"), ("22:22", "22:22"),
    ("0x1F", "0x1F"), ("1e3", "1e3"), ("10.0.0.0/16", "10.0.0.0/16"), ("-1", -1), ("n", "n"), ("tcp", "tcp"), ("!!str 5", "5"),
    ("!!int 5", 5), ("! 5", "5"), ("nope", "nope"), ("fe80::1", "fe80::1"), ("=", "="), ("1_000", "1_000"),
    ("|\n    a\n    b\n", "a\nb\n"), (">-\n    a\n    b\n", "a b"), ("9" * 40, "9" * 40),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SCALARS)
def test_scalars(text, expected):
    """Scalars are read as CloudFormation reads them: dates, account ids and times stay text."""
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


def test_anchors_aliases_and_merges():
    """An alias repeats its anchor; << merges mappings, where own keys and earlier ones win."""
    text = """
Resources:
  A: &a {One: 1, Two: &two [x]}
  B: *a
  C:
    <<: *a
    One: 3
  D:
    <<: [{One: 7}, *a]
  E: [*two, &s !Ref Q, *s]
"""
    assert parse(text, "t")["Resources"] == {
        "A": {"One": 1, "Two": ["x"]},
        "B": {"One": 1, "Two": ["x"]},
        "C": {"One": 3, "Two": ["x"]},
        "D": {"One": 7, "Two": ["x"]},
        "E": [["x"], {"Ref": "Q"}, {"Ref": "Q"}],
    }


def test_odd_indentation():
    """Lists at their key's column, flow style over several lines, tabs in flow, comments, a byte order mark and CRLF are all YAML."""
    text = "\ufeff# hello\r\nResources:\r\n    A:\r\n          Type: X\r\n          List:\r\n          - a\r\n          -   b: 1\r\n              c: {d: 2,\r\n  e:\t3}\r\n"
    assert parse(text.removeprefix("\ufeff"), "t") == {
        "Resources": {"A": {"Type": "X", "List": ["a", {"b": 1, "c": {"d": 2, "e": 3}}]}}
    }


def test_keys_are_text():
    """Keys such as account ids, numbers and booleans are the text that is written."""
    assert value("{1: a, 012: b, true: c, '5': d}") == {"1": "a", "012": "b", "true": "c", "5": "d"}


def test_flow_style_that_is_no_json():
    """A file that starts with a brace may be YAML in flow style."""
    assert parse("{Resources: {A: {Type: X}}}", "t") == {"Resources": {"A": {"Type": "X"}}}


VALUES = st.recursive(
    st.one_of(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])), st.integers(-(10**6), 10**6), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(st.characters(codec="ascii", min_codepoint=65, max_codepoint=90), min_size=3), inner, max_size=4)),
    max_leaves=20,
)  # fmt: skip


@settings(deadline=None)
@given(st.dictionaries(st.just("Resources"), VALUES, min_size=1))
def test_yaml_and_json_are_one(document):
    """Whatever document is written as YAML in either style, or as JSON dense or wide, is read as the same."""
    texts = [
        json.dumps(document),
        json.dumps(document, indent=1),
        json.dumps(document, separators=(",", ":")),
        yaml.safe_dump(document, default_flow_style=False),
        yaml.safe_dump(document, default_flow_style=True),
    ]
    assert [parse(text, "t") for text in texts] == [document] * len(texts)


def test_a_tag_in_the_wrong_case_is_a_function_that_nobody_knows():
    """Public templates hold ``!if``: the one value is unknown, the rest of the template is still read."""
    document = parse("A: !if [C, !Ref B, x]\nB: !ref B\nC: !GETATT {D: !sub x}\n", "t")
    assert document == {
        "A": {"Fn::if": ["C", {"Ref": "B"}, "x"]},
        "B": {"Fn::ref": "B"},
        "C": {"Fn::GETATT": {"D": {"Fn::sub": "x"}}},
    }


WRONG = [
    ("Resources: [", "t: line 2: not valid YAML: did not find expected node content"),
    ("Resources:\n  A: !Reff X\n", 't: line 2: unknown tag !Reff, did you mean "!Ref"?'),
    ("Resources:\n  A: !!python/object/apply:os.system ['true']\n", "t: line 2: unknown tag !<tag:yaml.org,2002:python/object/apply:os.system>"),
    ("Resources:\n  <<: {A: 1}\n  <<: {B: 2}\n", "t: line 3: << stands twice in one mapping; merge a list instead"),
    ("Resources:\n  A: *nope\n", 't: line 2: alias "nope" stands inside its own anchor, or before it'),
    ("Resources: &a\n  A: *a\n", 't: line 2: alias "a" stands inside its own anchor, or before it'),
    ("Resources:\n  ? [a]\n  : b\n", "t: line 2: a key must be a string"),
    ("Resources: {}\n---\nResources: {}\n", "t: line 2: more than one document in the file"),
    ("Resources:\n\tA: 1\n", "t: line 2: not valid YAML: found character that cannot start any token"),
    ("Resources:\n  <<: 5\n", "t: line 3: << can only merge in a mapping"),
    ("", "t: is empty"),
    (" \n", "t: is empty"),
    ('{"Resources": {', "t: line 1: not valid JSON: expecting property name enclosed in double quotes"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_wrong(text, message):
    """What is no template text is refused in one line, with the line that is wrong."""
    with pytest.raises(InputError) as caught:
        parse(text, "t")
    assert str(caught.value) == message


TWICE = [
    ("Resources:\n  A: 1\n  A: 2\n", {"Resources": {"A": 2}}),
    ("Resources: {A: {B: 1, C: 2}, A: {B: 3}}\n", {"Resources": {"A": {"B": 3}}}),
    ("Metadata:\n- Label: a\n  Parameters: [P]\n  Label: b\n  Parameters: [Q]\n", {"Metadata": [{"Label": "b", "Parameters": ["Q"]}]}),
    ('{"Resources": {"A": 1,\n "A": 2}}', {"Resources": {"A": 2}}),
    ('{"A": {"A": 1}, "Resources": {}, "A": 2}', {"A": 2, "Resources": {}}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "document"), TWICE)
def test_the_last_of_two_keys_counts(text, document):
    """CloudFormation takes a template with a key that stands twice, and deploys the last one."""
    assert parse(text, "t") == document
