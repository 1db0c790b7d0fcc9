"""A small template and a few rules of its own, so that the tests of the reports do not change with the catalogue."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.check import check
from constructs_lib.report.view import Report
from constructs_lib.rules import Finding, NotApplicable, Remark, Rule, Severity

SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/page.html"
TEMPLATE = """{
 "Parameters": {"Size": {"Type": "String"}},
 "Resources": {
  "Open": {
   "Type": "AWS::SageMaker::NotebookInstance",
   "Properties": {
    "RoleArn": "arn:aws:iam::111122223333:role/Notebook",
    "DirectInternetAccess": "Enabled",
    "SecurityGroupIds": [
     "sg-1",
     "sg-2"
    ]
   }
  },
  "Known": {
   "Type": "AWS::SageMaker::NotebookInstance",
   "Metadata": {
    "aws:cdk:path": "Lab/Known/Resource",
    "SageMakerNetwork": {"acknowledge": {"SMN-X-01": "a course for beginners"}}
   },
   "Properties": {"InstanceType": {"Ref": "Size"}}
  },
  "Closed": {
   "Type": "AWS::SageMaker::NotebookInstance",
   "Properties": {"DirectInternetAccess": "Disabled", "InstanceType": "ml.t3.medium"}
  }
 }
}
"""


def _open(notebook: Notebook, network: Network):  # noqa: F821 - the engine reads the name
    if notebook.direct_internet_access:
        yield "access is <on> & free"


def _groups(notebook: Notebook, network: Network):  # noqa: F821
    if not notebook.given("SecurityGroupIds"):
        raise NotApplicable
    yield Finding("sg-2 is odd", at="SecurityGroupIds.1")
    yield Finding("sg-1 is told, not warned of", at="SecurityGroupIds.0", severity=Severity.INFO)


def _size(notebook: Notebook, network: Network):  # noqa: F821
    if not notebook.given("InstanceType"):
        raise NotApplicable
    try:
        yield Remark(f"it is {notebook.text('InstanceType')}")
    except NotVisible:
        yield NotVisible("the size of the instance", "give it with --parameter Size=VALUE")


def _rule(number, function, severity, at):
    return Rule(
        f"SMN-X-0{number}",
        statement=f"Something number {number} must hold.",
        severity=severity,
        source=SOURCE,
        fix=f"Mend {number}.",
        at=at,
        related=("SageMaker.1",) if number == 1 else (),
        function=function,
    )


RULES = [
    _rule(1, _open, Severity.ERROR, "DirectInternetAccess"),
    _rule(2, _groups, Severity.WARNING, "SecurityGroupIds"),
    _rule(3, _size, Severity.WARNING, None),
]


def judged(given, **options):
    """The report of the sample rules on an input."""
    return Report(given, check(given, RULES), **options)
