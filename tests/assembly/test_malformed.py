"""Whatever stands in a template, it is read, or refused in one line: it never breaks the reader."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from constructs_lib.assembly import InputError, explore, from_documents, references

TEMPLATE = {
    "Transform": "AWS::LanguageExtensions",
    "Metadata": {"SageMakerNetwork": {"vpcs": {"Vpc": {"cidrs": ["10.0.0.0/16"]}}}},
    "Parameters": {
        "Mode": {"Type": "String", "AllowedValues": ["a", "b"], "Default": "a"},
        "Ids": {"Type": "List<AWS::EC2::Subnet::Id>", "Default": "x,y"},
        "Image": {"Type": "AWS::SSM::Parameter::Value<String>"},
    },
    "Mappings": {"Map": {"a": {"k": "v"}, "b": {"k": ["w"]}}},
    "Conditions": {
        "IsA": {"Fn::Equals": [{"Ref": "Mode"}, "a"]},
        "Both": {"Fn::And": [{"Condition": "IsA"}, {"Fn::Not": [{"Fn::Equals": [{"Ref": "AWS::Region"}, "x"]}]}]},
    },
    "Resources": {
        "Vpc": {
            "Type": "AWS::EC2::VPC",
            "Condition": "Both",
            "Properties": {"CidrBlock": {"Fn::FindInMap": ["Map", {"Ref": "Mode"}, "k"]}},
        },
        "Inner": {
            "Type": "AWS::CloudFormation::Stack",
            "DependsOn": ["Vpc"],
            "Properties": {"TemplateURL": {"Fn::Sub": "https://x/${Mode}/inner"}, "Parameters": {"P": {"Ref": "Ids"}}},
        },
        "It": {
            "Type": "X",
            "Metadata": {"aws:cdk:path": "a/b", "SageMakerNetwork": {"acknowledge": {"SMN-NB-01": "x"}}},
            "Properties": {
                "A": {"Fn::If": ["IsA", {"Ref": "Vpc"}, {"Ref": "AWS::NoValue"}]},
                "B": {"Fn::Join": [",", [{"Fn::Select": [0, {"Ref": "Ids"}]}, {"Fn::GetAtt": ["Vpc", "CidrBlock"]}]]},
                "C": {"Fn::Sub": ["${V}-${AWS::Region}-${Vpc.CidrBlock}", {"V": {"Fn::Split": ["-", "a-b"]}}]},
                "D": [{"Fn::Cidr": [{"Fn::GetAtt": "Vpc.CidrBlock"}, 2, "8"]}, {"Fn::GetAZs": {"Ref": "AWS::Region"}}],
                "E": {"Fn::ImportValue": {"Fn::Sub": "${Mode}-x"}},
                "F": {"Fn::GetStackOutput": {"StackName": "s", "OutputName": "Out"}},
                "G": {"Fn::Base64": {"Ref": "Image"}},
                "H": {"Fn::ToJsonString": {"a": [{"Fn::Length": [1]}]}},
                "I": {"Fn::GetAtt": ["Inner", "Outputs.O"]},
                "J": "{{resolve:ssm:/a}}",
                "K": {"Fn::ForEach::L": ["L", ["p", "q"], {"${L}": {"Ref": "L"}}]},
            },
        },
        "Fn::ForEach::Z": ["Z", {"Ref": "Ids"}, {"S${Z}": {"Type": "AWS::EC2::Subnet", "Properties": {"P": "&{Z}"}}}],
    },
    "Outputs": {"Out": {"Condition": "IsA", "Value": {"Ref": "Vpc"}, "Export": {"Name": {"Fn::Sub": "${Mode}-x"}}}},
}
INNER = {
    "Parameters": {"P": {"Type": "CommaDelimitedList"}},
    "Resources": {"In": {"Type": "Y", "Properties": {"P": {"Ref": "P"}}}},
    "Outputs": {"O": {"Value": {"Fn::Select": ["0", {"Ref": "P"}]}}},
}
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 300),
    st.floats(),
    st.text(max_size=4),
    st.sampled_from(["Vpc", "IsA", "${", "${Vpc.", "10.0.0.0/33", ",", "AWS::NoValue", "{{resolve:", "Fn::If"]),
    st.lists(st.sampled_from(["Vpc", 1, None, [], {}]), max_size=4),
    st.sampled_from([{}, {"Ref": "Vpc"}, {"Ref": None}, {"Ref": "Mode"}, {"Ref": "Ids"}, {"Fn::GetAtt": "It.A"}, {"Fn::If": ["IsA", 1]}, {"Condition": "Both"}]),
)  # fmt: skip


def changed(value):
    """The value with one part of it, wherever, replaced by something else, renamed or left out."""
    if isinstance(value, dict) and value:
        key = st.sampled_from(list(value))
        return st.one_of(
            JUNK,
            key.flatmap(lambda k: changed(value[k]).map(lambda new: {**value, k: new})),
            key.map(lambda k: {name: item for name, item in value.items() if name != k}),
            st.tuples(key, st.sampled_from(["Ref", "Fn::Sub", "Fn::If", "Fn::ForEach::X", "It"])).map(
                lambda pair: {pair[1] if name == pair[0] else name: item for name, item in value.items()}
            ),
        )
    if isinstance(value, list) and value:
        index = st.integers(0, len(value) - 1)
        return st.one_of(
            JUNK, index.flatmap(lambda i: changed(value[i]).map(lambda new: [*value[:i], new, *value[i + 1 :]]))
        )
    return JUNK


def deep(value):
    """Changes far down are as likely as changes at the top."""
    section = st.sampled_from(sorted(value))
    return st.one_of(
        section.flatmap(lambda k: changed(value[k]).map(lambda new: {**value, k: new})),
        section.map(lambda k: {name: item for name, item in value.items() if name != k}),
    )


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(deep(TEMPLATE), deep(TEMPLATE).flatmap(deep)),
    st.booleans(),
    st.sampled_from([{}, {"Mode": "b"}, {"Ids": "p,q"}]),
)
def test_nothing_but_an_input_error(document, defaults, parameters):
    """Changed in one or two places, a template is still read and resolved in every world, or refused."""
    with suppress(InputError):
        given_input = from_documents({"top": document, "inner": INNER}, defaults=defaults, parameters=parameters)
        for group in given_input.groups:
            for resource in group.resources():
                for branch in explore(
                    group, lambda resource=resource: (resource.exists(), resource.get(), resource.get("P", 0, "Q"))
                ):
                    assert isinstance(branch.assumptions, tuple)
                    assert hash(tuple(references(branch.value[1]))) is not None
                    assert isinstance(str(branch.value), str)
                assert isinstance(dict(resource.acknowledged), dict)
            for template in group.templates:
                for name in template.outputs:
                    explore(group, lambda template=template, name=name: template.output(name))


def test_unchanged():
    """The template that is changed above is sound itself."""
    group = from_documents({"top": TEMPLATE, "inner": INNER}, stack_names={"top": "s"}).groups[0]
    assert [template.path for template in group.templates] == ["top", "inner"]
    (branch, *_) = explore(group, group.resources("X")[0].get)
    assert branch.value["K"] == {"p": "p", "q": "q"}
    assert str(branch.value["F"]) == "${Vpc}"
    assert branch.value["I"].what == 'item 0 of parameter Ids (default "x,y")'
