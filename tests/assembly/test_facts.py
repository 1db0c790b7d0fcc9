"""Facts are computed once, and once per branch."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructs_lib.assembly import NotVisible, explore, fact, fact_of, from_documents


def network(count=2):
    """A group with parameters P0, P1, ... and one resource for each, whose property is 1 where its parameter is "x", else 2."""
    document = {
        "Parameters": {f"P{index}": {"Type": "String"} for index in range(count)},
        "Conditions": {f"C{index}": {"Fn::Equals": [{"Ref": f"P{index}"}, "x"]} for index in range(count)},
        "Resources": {
            f"R{index}": {"Type": "X", "Properties": {"P": {"Fn::If": [f"C{index}", 1, 2]}, "L": index}}
            for index in range(count)
        },
    }
    return from_documents({"t": document}).groups[0]


class Thing:
    def __init__(self, resource):
        self.resource = resource
        self.runs = []

    @fact
    def literal(self):
        """Says so."""
        self.runs.append("literal")
        return self.resource.get("L")

    @fact
    def branching(self):
        self.runs.append("branching")
        return self.resource.get("P")

    @fact
    def doubled(self):
        self.runs.append("doubled")
        return self.branching * 2

    @fact
    def hidden(self):
        self.runs.append("hidden")
        raise NotVisible("it", "declare it")

    @fact
    def circular(self):
        return self.circular

    @fact_of
    def plus(self, number):
        self.runs.append(number)
        return self.branching + number


def test_settled_fact_is_a_plain_attribute_afterwards():
    """A fact that asked nothing is computed once for all, and then lies in the object."""
    thing = Thing(network().resources("X")[1])
    assert [thing.literal, thing.literal] == [1, 1]
    assert thing.runs == ["literal"]
    assert thing.__dict__["literal"] == 1


def test_branching_fact_is_computed_once_per_branch():
    """Exploring again computes nothing again."""
    group = network()
    thing = Thing(group.resources("X")[0])
    for _ in range(3):
        found = explore(group, lambda: thing.doubled)
        assert [(branch.value, branch.assumptions) for branch in found] == [(2, ("C0 is true",)), (4, ("C0 is false",))]
    assert thing.runs == ["doubled", "branching", "doubled", "branching"]


def test_remembered_fact_still_tells_what_it_depends_on():
    """A branch that only reads remembered facts has their assumptions, and branches with others."""
    group = network()
    one, two = (Thing(resource) for resource in group.resources("X"))
    explore(group, lambda: (one.branching, two.branching))
    found = explore(group, lambda: two.branching * 10 + one.branching)
    assert [(branch.value, branch.assumptions) for branch in found] == [
        (11, ("C1 is true", "C0 is true")),
        (12, ("C1 is true", "C0 is false")),
        (21, ("C1 is false", "C0 is true")),
        (22, ("C1 is false", "C0 is false")),
    ]
    assert one.runs == two.runs == ["branching", "branching"]


def test_method_with_arguments():
    """A fact with arguments is remembered for each of them."""
    group = network()
    thing = Thing(group.resources("X")[0])
    for _ in range(2):
        assert [branch.value for branch in explore(group, lambda: (thing.plus(5), thing.plus(7)))] == [(6, 8), (7, 9)]
    assert thing.runs.count(5) == thing.runs.count(7) == 2


def test_not_visible_is_remembered():
    """What was not visible is not looked for again."""
    thing = Thing(network().resources("X")[0])
    for _ in range(2):
        with pytest.raises(NotVisible, match="it"):
            _ = thing.hidden
    assert thing.runs == ["hidden"]


def test_fact_that_needs_itself():
    """A circle of facts is not visible rather than endless."""
    with pytest.raises(NotVisible, match=r"^circular, which depends on itself$"):
        _ = Thing(network().resources("X")[0]).circular


def test_outside_of_explore_nothing_undecided_is_remembered():
    """What a condition decides is looked at anew in each world, even after a look from outside."""
    group = network()
    thing = Thing(group.resources("X")[0])
    assert thing.branching.what == "a value that depends on parameter P0"
    assert [branch.value for branch in explore(group, lambda: thing.branching)] == [1, 2]


def test_documentation_stays():
    """The decorated function keeps its docstring."""
    assert Thing.literal.__doc__ == "Says so."


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=4), min_size=1, max_size=5))
def test_remembering_changes_nothing(orders):
    """Facts read in any order, again and again, give what they give when nothing is remembered."""
    group = network(4)
    things = [Thing(resource) for resource in group.resources("X")]
    for order in orders:
        remembered = [
            (branch.value, branch.assumptions)
            for branch in explore(group, lambda order=order: [things[i].doubled for i in order])
        ]
        fresh = [
            (branch.value, branch.assumptions)
            for branch in explore(group, lambda order=order: [2 * group.resources("X")[i].get("P") for i in order])
        ]
        assert remembered == fresh
