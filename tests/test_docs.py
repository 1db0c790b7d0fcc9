"""The generated pages are current, and the project speaks of itself alone."""

from __future__ import annotations

import re

import pytest
from repository import belonging
from snippets import ROOT

from tools import acknowledgement_page, rule_pages

DOCS = ROOT / "docs"
# What only the makers' machines, tools and ways of working have: it would mean nothing to a reader.
FOREIGN = {
    "a path of one machine": r"(?<![\w.$}/-])/(root|work|Users|home/(?!ec2-user|sagemaker-user|user\b|_cs_user)\w+)/|/tmp/\w*brief",
    "a sibling folder": r"\.\./shared\b",
    "a registry's host": r"registry\.npmjs\.org|npmmirror|files\.pythonhosted|artifactory|nexus\.",
    "an issue's number": r"(?<![\w&/(\"'{#])#\d{1,4}\b(?![0-9a-fA-F;])",
    "how it was made": r"(?i)\b(this|another|previous|earlier|next|working) session\b|\bsub-?agents?\b|\bchatgpt\b|\banthropic\b|\bclaude\b|\bas an ai\b",
    "unfinished work": r"\b(TODO|FIXME|XXX|HACK)\b",
}
# The list above, and names of packages and policies that are data.
DATA = re.compile(
    r"(^tests/test_docs\.py|/vendor/.*|package-lock\.json|\.svg|\.png|\.css)$|^tests/(released|reference/__snapshots__)/|^LICENSE$"
)


@pytest.mark.parametrize("what", FOREIGN)
def test_speaks_of_itself_alone(what):
    """No file mentions what a reader elsewhere cannot know."""
    found = []
    for name in belonging():
        if DATA.search(name):
            continue
        try:
            lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found += [
            f"{name}:{number}: {line.strip()[:100]}"
            for number, line in enumerate(lines, 1)
            if re.search(FOREIGN[what], line)
        ]
    assert found == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a path of one machine", "see /root/notes"),
        ("a path of one machine", 'open("/home/ana/x")'),
        ("a sibling folder", "read ../shared/rules"),
        ("a registry's host", "https://registry.npmjs.org/aws-cdk"),
        ("an issue's number", "as #12 says"),
        ("how it was made", "left for another session"),
        ("unfinished work", "# TODO later"),
    ],
)
def test_the_search_finds(what, line):
    """Each search does find what it is about."""
    assert re.search(FOREIGN[what], line)


def test_locked_packages_name_no_registry():
    """The lock file pins versions and checksums; where packages come from is the machine's business."""
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_rule_pages_are_current():
    """`make docs` has been run since the rules changed; no page is left of a rule that is gone."""
    pages = rule_pages.pages()
    there = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / "rules").glob("*.md")}
    assert sorted(there) == sorted(pages)
    assert [name for name, text in pages.items() if there[name] != text] == []


def test_changelog_names_this_version():
    """The version in the package is one that the changelog tells users about."""
    from constructs_lib.version import VERSION

    assert re.search(rf"^## {re.escape(VERSION)} \(", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_acknowledgement_page_groups_by_resource(tmp_path):
    """Each resource has a table; rules that one reason answers share a row."""
    report = """{"pluginReports": [{"suppressedViolations": [
      {"ruleName": "B-2", "reason": "because", "violatingConstructs": [{"constructPath": "S/Notebook/Resource"}]},
      {"ruleName": "A-1", "reason": "because", "violatingConstructs": [{"constructPath": "S/Notebook/Resource"}]},
      {"ruleName": "A-1", "reason": "other", "violatingConstructs": [{"constructPath": "T/Role"}]}]}]}"""
    (tmp_path / "validation-report.json").write_text(report)
    text = acknowledgement_page.page(tmp_path).partition("## S")[2]
    assert text == (
        "\n\n### `Notebook/Resource`\n\n| rules | reason |\n|---|---|\n| `A-1`<br>`B-2` | because |\n\n"
        "## T\n\n### `Role`\n\n| rules | reason |\n|---|---|\n| `A-1` | other |\n"
    )
