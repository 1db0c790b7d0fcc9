"""The pages of the rules, made from the rules themselves and their two examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.report.catalogue import example
from constructs_lib.rules import all_rules

if TYPE_CHECKING:
    from constructs_lib.rules import Rule

AREAS = {
    "NB": "Notebook instances",
    "DOM": "Studio domains",
    "JOB": "Training, processing and monitoring jobs",
    "HOST": "Model hosting and batch transform",
    "EP": "VPC endpoints",
    "S3": "The way to Amazon S3",
    "RT": "Routes, NAT and network ACLs",
    "SG": "Security groups",
    "VPC": "VPC attributes",
    "IAM": "IAM and presigned URLs",
    "HP": "HyperPod clusters",
    "GT": "Ground Truth workforces",
    "CHG": "What a change replaces",
}
_STATES = {
    "checked": "checked in templates",
    "compared": "checked where two states of the templates are compared (`--against`)",
    "advice": "advice: no template shows it",
}
_CONTROLS = (
    ("SageMaker.", "Security Hub", "https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html"),
    (
        "sagemaker-",
        "AWS Config",
        "https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html",
    ),
    ("AwsSolutions-", "cdk-nag", "https://github.com/cdklabs/cdk-nag/blob/main/RULES.md"),
    ("CKV", "checkov", "https://www.checkov.io/5.Policy%20Index/cloudformation.html"),
)


def pages() -> dict[str, str]:
    """Return file name to text of the index and of one page for each rule."""
    return {"README.md": _index(), **{f"{rule.id}.md": _page(rule) for rule in all_rules()}}


def _index() -> str:
    rules = all_rules()
    lines = [
        "# Rules",
        "",
        f"{len(rules)} documented rules. *error*: AWS rejects it or it cannot work. *warning*: it deploys, but contradicts documented advice.",
        "*info*: a fact worth knowing. `sagemaker-network rules ID` prints a page on the terminal.",
    ]
    for area, title in AREAS.items():
        found = [rule for rule in rules if rule.area == area]
        if found:
            lines += ["", f"## {title}", "", "| rule | severity | state | statement |", "|---|---|---|---|"]
            lines += [
                f"| [{rule.id}]({rule.id}.md) | {rule.severity.value} | {rule.state} | {_cell(rule.statement)} |"
                for rule in found
            ]
    return "\n".join(lines) + "\n"


def _page(rule: Rule) -> str:
    lines = [
        f"# {rule.id}",
        "",
        rule.statement,
        "",
        "| | |",
        "|---|---|",
        f"| severity | {rule.severity.value} |",
        f"| state | {_STATES[rule.state]} |",
        f"| source | <{rule.source}> |",
    ]
    if rule.at:
        lines.append(f"| property | `{rule.at}` |")
    if rule.related:
        lines.append(f"| related controls | {', '.join(_control(name) for name in rule.related)} |")
    lines += ["", "## What to do", "", rule.fix]
    if rule.state == "checked":
        lines += [
            "",
            f"To live with it, acknowledge it with a reason: `SageMakerNetwork::{rule.id}` in the CDK,",
            f'`Metadata: {{"SageMakerNetwork": {{"acknowledge": {{"{rule.id}": "reason"}}}}}}` on the resource of a template.',
        ]
    for title, name in (("This breaks it", "breaks"), ("This keeps it", "keeps")):
        text = example(rule, name)
        if text:
            lines += ["", f"## {title}", "", "```yaml", text.rstrip(), "```"]
    return "\n".join(lines) + "\n"


def _control(name: str) -> str:
    for prefix, title, link in _CONTROLS:
        if name.startswith(prefix):
            return f"[{title} {name}]({link})"
    return name


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
