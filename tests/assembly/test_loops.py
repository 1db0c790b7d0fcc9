"""Fn::ForEach and the other functions of AWS::LanguageExtensions."""

import pytest

from constructs_lib.assembly import InputError, from_documents


def loaded(resources, **more):
    options = {key: more.pop(key) for key in ("parameters", "defaults") if key in more}
    return from_documents({"t": {"Transform": "AWS::LanguageExtensions", "Resources": resources, **more}}, **options)


def ids(given):
    return list(given.templates[0].resources)


BODY = {"Type": "X", "Properties": {"Name": {"Ref": "Zone"}, "Text": {"Fn::Sub": "in-${Zone}"}, "Plain": "${Zone}"}}


def test_loop_over_literals():
    """Each item makes its resources; the identifier is replaced in keys, strings, Ref and Sub."""
    given = loaded({"Fn::ForEach::Zones": ["Zone", ["a", "b"], {"Subnet${Zone}": BODY}], "Other": {"Type": "Y"}})
    assert ids(given) == ["Subneta", "Subnetb", "Other"]
    assert given.templates[0].resources["Subnetb"].get() == {"Name": "b", "Text": "in-b", "Plain": "b"}


def test_loop_without_the_transform_is_read_as_well():
    """A loop where resources stand is written out, whether or not the transform is named, alone or in a list."""
    for transform in ({}, {"Transform": ["AWS::LanguageExtensions"]}):
        document = {"Resources": {"Fn::ForEach::L": ["I", ["a"], {"R${I}": {"Type": "X"}}]}, **transform}
        assert list(from_documents({"t": document}).templates[0].resources) == ["Ra"]


def test_nested_loops_and_several_resources_each():
    """Loops stand in loops, and a body may make several resources."""
    inner = {"Fn::ForEach::B": ["B", ["1", "2"], {"R${A}${B}": {"Type": "X"}}], "S${A}": {"Type": "Y"}}
    assert ids(loaded({"Fn::ForEach::A": ["A", ["x", "y"], inner]})) == ["Rx1", "Rx2", "Sx", "Ry1", "Ry2", "Sy"]


def test_identifier_without_what_a_logical_id_cannot_hold():
    """&{Identifier} drops dots and dashes."""
    assert ids(loaded({"Fn::ForEach::A": ["A", ["a.b-c"], {"R&{A}": {"Type": "X"}}]})) == ["Rabc"]


def test_loops_inside_properties_outputs_and_conditions():
    """Loops make properties, outputs and conditions too."""
    given = loaded(
        {
            "R": {
                "Type": "X",
                "Condition": "Ca",
                "Properties": {"Fn::ForEach::P": ["P", ["Q", "S"], {"${P}": {"Ref": "P"}}], "T": 1},
            }
        },
        Outputs={"Fn::ForEach::O": ["O", ["a"], {"Out${O}": {"Value": {"Ref": "R"}, "Export": {"Name": "n-${O}"}}}]},
        Conditions={"Fn::ForEach::C": ["C", ["a", "b"], {"C${C}": {"Fn::Equals": ["${C}", "a"]}}]},
    )
    template = given.templates[0]
    assert template.resources["R"].get() == {"Q": "Q", "S": "S", "T": 1}
    assert template.resources["R"].exists()
    assert not template.condition("Cb").holds
    assert str(template.resolve({"Fn::ImportValue": "n-a"})) == "${R}"


LISTS = [
    ("a parameter that is given", {"Ref": "P"}, {"parameters": {"P": "a,b"}}, ["Ra", "Rb"]),
    ("a default where defaults count", {"Ref": "P"}, {"defaults": True}, ["Rd"]),
    ("a mapping", {"Fn::FindInMap": ["M", "k", "l"]}, {}, ["Rm"]),
    ("a split text", {"Fn::Split": ["-", "x-y"]}, {}, ["Rx", "Ry"]),
    ("an empty list", [], {}, []),
]


@pytest.mark.parametrize(("shows", "items", "options", "made"), LISTS, ids=[row[0] for row in LISTS])
def test_lists(shows, items, options, made):
    """What is looped over may be made by functions, as far as they are known."""
    given = loaded(
        {"Fn::ForEach::L": ["I", items, {"R${I}": {"Type": "X"}}]},
        Parameters={"P": {"Type": "CommaDelimitedList", "Default": "d"}},
        Mappings={"M": {"k": {"l": ["m"]}}},
        **options,
    )
    assert ids(given) == made
    assert given.groups[0].unexpanded("X") == []


def test_unknown_list():
    """A loop over a parameter makes nothing that can be seen, and the group says so by resource type."""
    loop = {"Fn::ForEach::L": ["I", {"Ref": "P"}, {"R${I}": {"Type": "AWS::EC2::VPCEndpoint"}}]}
    given = loaded(loop, Parameters={"P": {"Type": "CommaDelimitedList", "Default": "d"}})
    assert ids(given) == []
    assert [what.what for what in given.groups[0].unexpanded("AWS::EC2::VPCEndpoint")] == ['parameter P (default "d")']
    assert given.groups[0].unexpanded("AWS::EC2::VPC") == []


def test_list_that_a_condition_decides():
    """A list that differs from world to world is not known."""
    loop = {"Fn::ForEach::L": ["I", {"Fn::If": ["C", ["a"], ["b"]]}, {"R${I}": {"Type": "X"}}]}
    given = loaded(loop, Parameters={"P": {"Type": "String"}}, Conditions={"C": {"Fn::Equals": [{"Ref": "P"}, "x"]}})
    assert [what.what for what in given.groups[0].unexpanded("X")] == ["a list that depends on parameter P"]


def test_list_that_a_condition_over_literals_decides():
    """Conditions are read before the loops that use them."""
    loop = {"Fn::ForEach::L": ["I", {"Fn::If": ["C", ["a"], ["b"]]}, {"R${I}": {"Type": "X"}}]}
    assert ids(loaded(loop, Conditions={"C": {"Fn::Equals": ["x", "y"]}})) == ["Rb"]


def test_unknown_list_inside_properties():
    """Properties that a loop over an unknown list makes are unknown."""
    given = loaded(
        {"R": {"Type": "X", "Properties": {"A": {"Fn::ForEach::P": ["P", {"Ref": "L"}, {"${P}": 1}]}, "B": 2}}},
        Parameters={"L": {"Type": "CommaDelimitedList"}},
    )
    resource = given.templates[0].resources["R"]
    assert resource.get("A").what == "what Fn::ForEach::P makes"
    assert resource.get("B") == 2


def test_twice_the_same():
    """A loop that makes a key twice is refused."""
    with pytest.raises(InputError, match=r'^t: Resources: Fn::ForEach makes "R" twice$'):
        loaded({"Fn::ForEach::L": ["I", ["a", "b"], {"R": {"Type": "X"}}]})
