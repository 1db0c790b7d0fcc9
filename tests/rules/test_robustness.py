"""Whatever stands where a property belongs, every rule answers: a template that CloudFormation would refuse crashes no check."""

from __future__ import annotations

import copy
from importlib.resources import files

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from constructs_lib.assembly import InputError, from_documents
from constructs_lib.assembly.read import parse
from constructs_lib.check import check

EXAMPLES = [
    parse(file.read_text(encoding="utf-8"), file.name)
    for folder in sorted((files("constructs_lib.rules") / "examples").iterdir(), key=lambda folder: folder.name)
    for file in sorted(folder.iterdir(), key=lambda file: file.name)
]
JUNK = [
    None,
    -1,
    3.5,
    True,
    "",
    "x",
    "10.0.0.0/33",
    "::/0",
    "{{resolve:ssm:x}}",
    [],
    {},
    [None],
    [[]],
    [{}],
    ["x"],
    {"a": 1},
    {"Ref": "P"},
    {"Ref": "AWS::Region"},
    {"Ref": "AWS::NoValue"},
    {"Fn::ImportValue": "e"},
    {"Fn::If": ["C", "a", {"Ref": "AWS::NoValue"}]},
    {"Fn::Sub": "${P}-x"},
    {"Fn::Split": [",", {"Ref": "P"}]},
    {"Fn::Transform": {"Name": "x"}},
    {"Fn::Select": [9, ["a"]]},
]


def places(value, path=()):
    """The path of everything inside a document."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in entries:
        yield (*path, key)
        yield from places(item, (*path, key))


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_rule_crashes_on_a_malformed_property(data):
    """Up to three properties of an example are replaced by something else; each rule judges the result or says what is not known."""
    document = copy.deepcopy(data.draw(st.sampled_from(EXAMPLES)))
    for _ in range(data.draw(st.integers(1, 3))):
        found = [path for path in places(document["Resources"]) if len(path) > 2 and path[1] == "Properties"]
        if not found:
            break
        *way, last = data.draw(st.sampled_from(found))
        place = document["Resources"]
        for key in way:
            place = place[key]
        place[last] = copy.deepcopy(data.draw(st.sampled_from(JUNK)))
    document["Parameters"] = {**document.get("Parameters", {}), "P": {"Type": "String"}}
    document["Conditions"] = {**document.get("Conditions", {}), "C": {"Fn::Equals": [{"Ref": "P"}, "a"]}}
    try:
        template = from_documents({"t": document})
    except InputError:
        return
    for result in check(template):
        assert result.message or result.verdict == "satisfied"


def test_an_empty_subnet_id_names_none():
    """A list with nothing but an empty id has no zones to compare."""
    body = {"Type": "AWS::SageMaker::Domain", "Properties": {"AppNetworkAccessType": "VpcOnly", "SubnetIds": [""]}}
    results = check(from_documents({"t": {"Resources": {"Domain": body}}}))
    assert "SMN-DOM-11" not in {each.rule.id for each in results}
