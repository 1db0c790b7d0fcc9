"""Conditions and parameters are judged branch by branch."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructs_lib.assembly import NotApplicable, NotVisible, Unknown, explore, from_documents


def group(declared=None, conditions=None, resources=None, **options):
    document = {
        "Parameters": {name: {"Type": "String", **body} for name, body in (declared or {}).items()},
        "Conditions": conditions or {},
        "Resources": resources or {},
    }
    return from_documents({"t": document}, **options).groups[0]


def branches(value, declared=None, conditions=None, **options):
    """The value and assumptions of each branch of one property."""
    found = group(declared, conditions, {"It": {"Type": "X", "Properties": {"P": value}}}, **options)
    it = found.resources("X")[0]
    return [(branch.value, branch.assumptions) for branch in explore(found, lambda: it.get("P"))]


ON = {"On": {"Fn::Equals": [{"Ref": "Mode"}, "on"]}}
OFF = {"Off": {"Fn::Equals": [{"Ref": "Mode"}, "off"]}}
MODE = {"Mode": {"Default": "on"}}
CLOSED = {"Mode": {"AllowedValues": ["on", "off"]}}


def choose(condition, one, other):
    return {"Fn::If": [condition, one, other]}


BRANCHES = [
    ("a literal does not branch", "x", {}, {}, [("x", ())]),
    ("a condition branches, whatever the default", choose("On", 1, 2), MODE, ON, [(1, ("On is true",)), (2, ("On is false",))]),
    ("a condition over literals does not branch", choose("C", 1, 2), {}, {"C": {"Fn::Equals": ["a", "a"]}}, [(1, ())]),
    ("one condition read twice is one branch", [choose("On", 1, 2), choose("On", 3, 4)], MODE, ON,
     [([1, 3], ("On is true",)), ([2, 4], ("On is false",))]),
    ("conditions that exclude each other are never both true", [choose("On", 1, 0), choose("Off", 1, 0)], MODE, {**ON, **OFF},
     [([1, 0], ("On is true", "Off is false")), ([0, 1], ("On is false", "Off is true")), ([0, 0], ("On is false", "Off is false"))]),
    ("with two allowed values, not one is the other", [choose("On", 1, 0), choose("Off", 1, 0)], CLOSED, {**ON, **OFF},
     [([1, 0], ("On is true", "Off is false")), ([0, 1], ("On is false", "Off is true"))]),
    ("a value that is not allowed is never compared equal", choose("C", 1, 2), CLOSED, {"C": {"Fn::Equals": [{"Ref": "Mode"}, "x"]}},
     [(2, ("C is false",))]),
    ("Not is the same truth", [choose("On", 1, 0), choose("No", 1, 0)], MODE, {**ON, "No": {"Fn::Not": [{"Condition": "On"}]}},
     [([1, 0], ("On is true", "No is false")), ([0, 1], ("On is false", "No is true"))]),
    ("And stops at the first that is false", choose("Both", 1, 2), {**MODE, "B": {}},
     {**ON, "Both": {"Fn::And": [{"Condition": "On"}, {"Fn::Equals": [{"Ref": "B"}, "b"]}]}},
     [(1, ("Both is true",)), (2, ("Both is false",)), (2, ("Both is false",))]),
    ("Or stops at the first that is true", choose("Any", 1, 2), {**MODE, "B": {}},
     {**ON, "Any": {"Fn::Or": [{"Condition": "On"}, {"Fn::Equals": [{"Ref": "B"}, "b"]}]}},
     [(1, ("Any is true",)), (1, ("Any is true",)), (2, ("Any is false",))]),
    ("allowed values branch", {"Ref": "Mode"}, CLOSED, {}, [("on", ("parameter Mode is 'on'",)), ("off", ("parameter Mode is 'off'",))]),
    ("one allowed value is certain", {"Ref": "Mode"}, {"Mode": {"AllowedValues": ["on"]}}, {}, [("on", ("parameter Mode is 'on'",))]),
    ("a parameter agrees with the condition on it", [choose("On", 1, 2), {"Ref": "Mode"}], CLOSED, ON,
     [([1, "on"], ("On is true", "parameter Mode is 'on'")), ([2, "off"], ("On is false", "parameter Mode is 'off'"))]),
    ("a condition agrees with the parameter read before", [{"Ref": "Mode"}, choose("On", 1, 2)], CLOSED, ON,
     [(["on", 1], ("parameter Mode is 'on'", "On is true")), (["off", 2], ("parameter Mode is 'off'", "On is false"))]),
    ("numbers and booleans compare as text", choose("C", 1, 2), {}, {"C": {"Fn::Equals": [True, "true"]}}, [(1, ())]),
    ("a condition that nothing defines is decided outside", choose("Gone", 1, 2), {}, {},
     [(1, ("Gone is true",)), (2, ("Gone is false",))]),
    ("the unknown region is a choice of its own", choose("C", 1, 2), {}, {"C": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}},
     [(1, ("C is true",)), (2, ("C is false",))]),
    ("a text that cannot become the literal is not equal", choose("C", 1, 2), {},
     {"C": {"Fn::Equals": [{"Fn::Sub": "a-${AWS::Region}"}, "b-x"]}}, [(2, ())]),
    ("a mapping by allowed values branches with them", {"Fn::Join": ["", [{"Ref": "Mode"}, "!"]]}, CLOSED, {},
     [("on!", ("parameter Mode is 'on'",)), ("off!", ("parameter Mode is 'off'",))]),
    ("equal parameters", choose("C", 1, 2), {"A": {}, "B": {}}, {"C": {"Fn::Equals": [{"Ref": "A"}, {"Ref": "B"}]}},
     [(1, ("C is true",)), (2, ("C is false",))]),
    ("parameters are equal where their values are", [choose("C", 1, 2), {"Ref": "A"}, {"Ref": "B"}],
     {"A": {"AllowedValues": ["x", "y"]}, "B": {"AllowedValues": ["x"]}}, {"C": {"Fn::Equals": [{"Ref": "A"}, {"Ref": "B"}]}},
     [([1, "x", "x"], ("C is true", "parameter A is 'x'", "parameter B is 'x'")),
      ([2, "y", "x"], ("C is false", "parameter A is 'y'", "parameter B is 'x'"))]),
    ("a parameter equals itself", choose("C", 1, 2), {"A": {}}, {"C": {"Fn::Equals": [{"Ref": "A"}, {"Ref": "A"}]}}, [(1, ())]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("shows", "value", "parameters", "conditions", "expected"), BRANCHES, ids=[row[0] for row in BRANCHES]
)
def test_branches(shows, value, parameters, conditions, expected):
    """Each branch has its value and says in words which one it is."""
    assert branches(value, parameters, conditions) == expected


def test_unconstrained_parameter_is_unknown_beside_what_it_is_compared_to():
    """A parameter that conditions compare to a literal is that literal, or something unknown."""
    known, other = branches({"Ref": "Mode"}, MODE, ON)
    assert known == ("on", ("parameter Mode is 'on'",))
    assert other[0].what == 'parameter Mode (default "on")'
    assert other[1] == ("parameter Mode is not 'on'",)


def test_parameter_compared_to_nothing_is_plain_unknown():
    """Comparing with the empty string asks whether it was given: reading it does not branch."""
    given_ = {"Given": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Mode"}, ""]}]}}
    ((value, assumptions),) = branches({"Ref": "Mode"}, MODE, given_)
    assert isinstance(value, Unknown)
    assert assumptions == ()


def test_parameter_decides():
    """A parameter that is given decides its conditions: nothing branches."""
    assert branches(choose("On", 1, 2), MODE, ON, parameters={"Mode": "off"}) == [(2, ())]


def test_defaults_decide_and_are_named():
    """With defaults there is one branch, which names the condition and the default that decided."""
    assert branches({"Ref": "Mode"}, MODE, ON, defaults=True) == [("on", ("parameter Mode is 'on' (its default)",))]
    named = ("On is true", "parameter Mode is 'on' (its default)")
    assert branches(choose("On", 1, 2), MODE, ON, defaults=True) == [(1, named)]
    assert branches(choose("On", 1, 2), {"Mode": {}}, ON, defaults=True) == [
        (1, ("On is true",)),
        (2, ("On is false",)),
    ]


def test_existence():
    """A resource exists where its condition holds."""
    found = group(MODE, ON, {"It": {"Type": "X", "Condition": "On"}})
    it = found.resources("X")[0]
    assert [(branch.value, branch.assumptions) for branch in explore(found, it.exists)] == [
        (True, ("On is true",)),
        (False, ("On is false",)),
    ]


def test_one_truth_per_parameter_over_all_templates():
    """Templates of one input share a parameter's truth, so their conditions cannot contradict each other."""
    document = {
        "Parameters": {"Mode": {"Type": "String"}},
        "Conditions": ON,
        "Resources": {"It": {"Type": "X", "Properties": {"P": choose("On", 1, 2)}}},
    }
    found = from_documents({"a": document, "b": document}).groups[0]
    values = [branch.value for branch in explore(found, lambda: [it.get("P") for it in found.resources("X")])]
    assert values == [[1, 1], [2, 2]]


def test_outside_of_explore_nothing_branches():
    """Without a world, what a condition decides is unknown, and existence cannot be told."""
    found = group(MODE, ON, {"It": {"Type": "X", "Condition": "On", "Properties": {"P": choose("On", 1, 2)}}})
    it = found.resources("X")[0]
    assert it.get("P").what == "a value that depends on parameter Mode"
    with pytest.raises(NotVisible):
        it.exists()
    assert [branch.value for branch in explore(found, lambda: it.get("P"))] == [1, 2]


def test_too_many_worlds():
    """Beyond 256 combinations the answer is one: not visible, with what to decide."""
    names = [f"P{index}" for index in range(9)]
    conditions = {f"C{name}": {"Fn::Equals": [{"Ref": name}, "x"]} for name in names}
    value = [choose(f"C{name}", 1, 2) for name in names]
    assert len(branches(value[:8], {name: {} for name in names}, conditions)) == 256
    found = group({name: {} for name in names}, conditions, {"It": {"Type": "X", "Properties": {"P": value}}})
    (branch,) = explore(found, lambda: found.resources("X")[0].get("P"))
    listed = ", ".join(f"parameter {name}" for name in names)
    assert str(branch.error) == f"more than 256 combinations of {listed} in templates"
    assert branch.error.declare == "decide some of them with --parameter NAME=VALUE"
    assert branch.assumptions == ()


def test_errors_are_branches_and_bugs_are_raised():
    """What is not visible or not applicable ends its branch; anything else comes through."""
    found = group()

    def fail(error):
        raise error

    for error in (NotVisible("x", "y"), NotApplicable()):
        (branch,) = explore(found, lambda error=error: fail(error))
        assert branch.error is error
    with pytest.raises(ZeroDivisionError):
        explore(found, lambda: fail(ZeroDivisionError()))


EXPRESSIONS = st.recursive(
    st.tuples(st.sampled_from("ABC"), st.sampled_from("xyz")),
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.just("and"), inner, inner),
        st.tuples(st.just("or"), inner, inner),
    ),
    max_leaves=6,
)


def written(expression):
    """The condition function of an expression."""
    head, *rest = expression
    if head in ("not", "and", "or"):
        return {f"Fn::{head.capitalize()}": [written(part) for part in rest]}
    return {"Fn::Equals": [{"Ref": head}, rest[0]]}


def holds(expression, values):
    """The truth of an expression, worked out plainly."""
    head, *rest = expression
    if head == "not":
        return not holds(rest[0], values)
    if head in ("and", "or"):
        return (all if head == "and" else any)(holds(part, values) for part in rest)
    return values[head] == rest[0]


@settings(deadline=None)
@given(
    st.lists(EXPRESSIONS, min_size=1, max_size=3),
    st.lists(st.sampled_from(["xyz", "xy", None]), min_size=3, max_size=3),
)
def test_branches_are_exactly_the_combinations_that_can_be(expressions, allowed):
    """Over random conditions, the branches are the truth combinations that some values of the parameters give: none missing, none made up."""
    choices = dict(zip("ABC", allowed, strict=True))
    found = group(
        {name: {"AllowedValues": list(values)} if values else {} for name, values in choices.items()},
        {f"C{index}": written(expression) for index, expression in enumerate(expressions)},
        {"It": {"Type": "X", "Properties": {"P": [choose(f"C{index}", 1, 0) for index in range(len(expressions))]}}},
    )
    seen = {tuple(branch.value) for branch in explore(found, lambda: found.resources("X")[0].get("P"))}
    possible = {
        tuple(int(holds(expression, {"A": a, "B": b, "C": c})) for expression in expressions)
        for a in choices["A"] or "xyz?"
        for b in choices["B"] or "xyz?"
        for c in choices["C"] or "xyz?"
    }
    assert seen == possible
