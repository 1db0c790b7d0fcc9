"""Every rule of the catalogue is there, and each that templates decide has two examples that show it and nothing else."""

from __future__ import annotations

from importlib.resources import files

import pytest

from constructs_lib.assembly import from_documents
from constructs_lib.assembly.read import parse
from constructs_lib.check import check
from constructs_lib.rules import Severity, all_rules

#: How many rules each area has, numbered from 1.
CATALOGUE = {
    "NB": 22,
    "DOM": 35,
    "JOB": 25,
    "HOST": 11,
    "EP": 15,
    "S3": 11,
    "RT": 8,
    "SG": 2,
    "VPC": 5,
    "IAM": 8,
    "HP": 4,
    "GT": 3,
}
IDS = [f"SMN-{area}-{number:02}" for area, count in CATALOGUE.items() for number in range(1, count + 1)]

#: Rules that state one fact from two sides: where one is broken, so is the other.
SAME_FACT = [
    {"SMN-VPC-01", "SMN-EP-03"},
    {"SMN-VPC-02", "SMN-DOM-13"},
    {"SMN-VPC-02", "SMN-JOB-02"},
    {"SMN-S3-01", "SMN-NB-06"},
    {"SMN-S3-01", "SMN-DOM-05"},
    {"SMN-S3-01", "SMN-JOB-03"},
    {"SMN-S3-01", "SMN-HOST-02"},
    {"SMN-S3-01", "SMN-HP-03"},
]
CHECKED = [rule for rule in all_rules() if rule.function]
EXAMPLES = files("constructs_lib.rules") / "examples"


def judged(rule_id: str, which: str):
    """The results of all rules for one example of a rule."""
    text = (EXAMPLES / rule_id / f"{which}.yaml").read_text(encoding="utf-8")
    return check(from_documents({f"{which}.yaml": parse(text, f"{which}.yaml")}))


def other_errors(rule_id: str, results) -> list[str]:
    """What other rules find at severity error, as one text each."""
    return [
        f"{result.rule.id} {result.resource.logical_id}: {result.message}"
        for result in results
        if result.verdict == "violated"
        and result.severity is Severity.ERROR
        and result.rule.id != rule_id
        and {rule_id, result.rule.id} not in SAME_FACT
    ]


def test_the_catalogue_is_complete():
    """All 149 documented rules are registered, and each says whether templates, two states of them, or none decide it."""
    assert sum(CATALOGUE.values()) == 149
    documented = [rule.id for rule in all_rules() if rule.id in set(IDS)]
    assert documented == sorted(IDS)
    assert {rule.id.split("-")[1] for rule in all_rules()} <= {*CATALOGUE, "CHG"}
    assert {rule.state for rule in all_rules()} == {"advice", "checked", "compared"}


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_states_its_facts(rule):
    """Statement and fix are sentences of one line, and the source is a page of the AWS documentation."""
    for text in (rule.statement, rule.fix):
        assert text[0].isupper() or text.startswith(("aws:", "sagemaker:"))
        assert text.endswith((".", ".)"))
        assert "\n" not in text
        assert "  " not in text
    assert rule.source.startswith("https://docs.aws.amazon.com/")


@pytest.mark.parametrize("rule", CHECKED, ids=lambda rule: rule.id)
def test_the_breaking_example_breaks_this_rule_alone(rule):
    """The rule is violated, with a message, and no other rule of severity error is."""
    results = judged(rule.id, "breaks")
    broken = [result for result in results if result.rule is rule and result.verdict == "violated"]
    assert broken
    assert all(result.message for result in broken)
    assert other_errors(rule.id, results) == []


@pytest.mark.parametrize("rule", CHECKED, ids=lambda rule: rule.id)
def test_the_keeping_example_keeps_this_rule(rule):
    """The rule is satisfied wherever it applies, and nothing of severity error is violated."""
    results = judged(rule.id, "keeps")
    assert {result.verdict for result in results if result.rule is rule} == {"satisfied"}
    assert other_errors(rule.id, results) == []


def test_every_example_belongs_to_a_checked_rule():
    """No folder of examples is left over from a rule that is advice, or gone."""
    assert sorted(folder.name for folder in EXAMPLES.iterdir()) == [rule.id for rule in CHECKED]


@pytest.mark.parametrize("rule", CHECKED, ids=lambda rule: rule.id)
@pytest.mark.parametrize("which", ["breaks", "keeps"])
def test_an_example_says_what_it_shows(rule, which):
    """Each example has a description of one line and nothing that is not a template's."""
    document = parse((EXAMPLES / rule.id / f"{which}.yaml").read_text(encoding="utf-8"), which)
    assert document["AWSTemplateFormatVersion"] == "2010-09-09"
    assert document["Description"]
