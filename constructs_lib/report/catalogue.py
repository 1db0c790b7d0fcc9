"""The catalogue of rules as text: the list, or one rule with its source, fix and two examples."""

from __future__ import annotations

import os

from constructs_lib.rules import all_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from constructs_lib.rules import Rule

EXAMPLES = os.path.join(os.path.dirname(os.path.dirname(__file__)), "rules", "examples")


def render_list() -> str:
    """Return every rule with its severity and state ("checked", or "advice" where no template shows it)."""
    rules = all_rules()
    lines = [f"{rule.id:12} {rule.severity.value:8} {rule.state:8} {rule.statement}" for rule in rules]
    checked = sum(rule.state == "checked" for rule in rules)
    return "\n".join(
        [*lines, "", f"{len(rules)} rules: {checked} checked in templates, {len(rules) - checked} advice", ""]
    )


def render_rule(rule: Rule) -> str:
    """Return one rule: statement, severity, state, source, fix, related controls and its two examples."""
    parts = [
        f"{rule.id}  {rule.severity.value}  {rule.state}",
        "",
        rule.statement,
        "",
        f"Fix: {rule.fix}",
        f"Source: {rule.source}",
    ]
    if rule.related:
        parts.append(f"Related: {', '.join(rule.related)}")
    for title, name in (("This breaks it", "breaks"), ("This keeps it", "keeps")):
        text = example(rule, name)
        if text:
            parts += ["", f"{title}:", "", *(f"    {line}".rstrip() for line in text.splitlines())]
    return "\n".join(parts) + "\n"


def example(rule: Rule, name: str) -> str:
    """Return the text of the rule's example "breaks" or "keeps"; empty for advice, which has none."""
    try:
        with open(os.path.join(EXAMPLES, rule.id, f"{name}.yaml"), encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def render_declarations() -> str:
    """Return the JSON Schema of the facts and acknowledgements that templates may declare in their metadata."""
    from constructs_lib.assembly import declarations_schema

    return declarations_schema()
