"""How the answers of a rule in the worlds of a template become one verdict."""

from __future__ import annotations

import pytest

from constructs_lib.assembly import NotVisible, from_documents
from constructs_lib.check import check
from constructs_lib.rules import Finding, NotApplicable, Remark, Rule, Severity

PARAMETER_ACCESS = {
    "Parameters": {"Access": {"Type": "String", "AllowedValues": ["Enabled", "Disabled"]}},
    "Resources": {
        "Notebook": {
            "Type": "AWS::SageMaker::NotebookInstance",
            "Properties": {"DirectInternetAccess": {"Ref": "Access"}},
        }
    },
}


def a_rule(function, severity=Severity.ERROR, at="DirectInternetAccess"):
    """A rule that is not in the catalogue."""
    return Rule(
        "SMN-X-01",
        statement="Something must hold.",
        severity=severity,
        source="https://docs.aws.amazon.com/",
        fix="Mend it.",
        at=at,
        function=function,
    )


def notebook(**properties):
    """A template with one notebook."""
    return {"Resources": {"Notebook": {"Type": "AWS::SageMaker::NotebookInstance", "Properties": properties}}}


def verdicts(document, function, **options):
    """Verdict and message of each result of a rule about a template."""
    return [
        (result.verdict, result.message)
        for result in check(from_documents({"t": document}, **options), [a_rule(function)])
    ]


def access_is_off(notebook: Notebook, network: Network):  # noqa: F821 - the engine reads the name
    if notebook.direct_internet_access:
        yield "access is on"


def only_closed(notebook: Notebook, network: Network):  # noqa: F821
    if notebook.direct_internet_access:
        raise NotApplicable
    yield "access is off"


def test_a_rule_that_yields_nothing_is_satisfied():
    """Silence is a pass, with an empty message."""
    assert verdicts(notebook(DirectInternetAccess="Disabled"), access_is_off) == [("satisfied", "")]


def test_a_message_is_a_violation():
    """One message is one violated result with the facts of the rule."""
    (result,) = check(from_documents({"t": notebook()}), [a_rule(access_is_off)])
    assert (result.verdict, result.message, result.property) == ("violated", "access is on", "DirectInternetAccess")
    assert (result.severity, result.fix, result.source) == (Severity.ERROR, "Mend it.", "https://docs.aws.amazon.com/")
    assert (result.resource.logical_id, result.template.path, result.acknowledged) == ("Notebook", "t", None)
    assert repr(result) == "<SMN-X-01 violated Notebook: access is on>"


def test_a_finding_may_have_a_property_and_a_severity_of_its_own():
    """What a finding says wins over what the rule says."""

    def function(notebook: Notebook, network: Network):  # noqa: F821
        yield Finding("too small", at="InstanceType", severity=Severity.INFO)

    (result,) = check(from_documents({"t": notebook()}), [a_rule(function)])
    assert (result.verdict, result.property, result.severity) == ("violated", "InstanceType", Severity.INFO)


def test_several_findings_are_several_results():
    """Each distinct finding is a result, in the order in which they were found; a repeated one counts once."""

    def function(notebook: Notebook, network: Network):  # noqa: F821
        yield "first"
        yield "second"
        yield "first"

    assert verdicts(notebook(), function) == [("violated", "first"), ("violated", "second")]


def test_not_applicable_is_no_result():
    """A rule that does not speak about a thing leaves no trace."""
    assert verdicts(notebook(), only_closed) == []


def test_a_remark_does_not_change_the_verdict():
    """A rule may be kept and still have something to tell."""

    def function(notebook: Notebook, network: Network):  # noqa: F821
        yield Remark("twelve addresses are left")

    assert verdicts(notebook(), function) == [("satisfied", "twelve addresses are left")]


def test_an_unknown_fact_is_unverified():
    """What the templates do not hold is named, with what to do about it."""

    def function(notebook: Notebook, network: Network):  # noqa: F821
        raise NotVisible("the moon", "look up")
        yield

    assert verdicts(notebook(), function) == [("unverified", "the moon: look up")]


def test_unknown_parts_are_joined():
    """A rule may go on after something unknown; each unknown part is told once."""

    def function(notebook: Notebook, network: Network):  # noqa: F821
        yield NotVisible("the moon", "look up")
        yield NotVisible("the moon", "look up")
        yield NotVisible("the sun")

    assert verdicts(notebook(), function) == [("unverified", "the moon: look up; the sun")]


def test_a_violation_beats_an_unknown_part():
    """What is surely wrong is said, whatever else is unknown."""

    def function(notebook: Notebook, network: Network):  # noqa: F821
        yield "access is on"
        raise NotVisible("the moon", "look up")

    assert verdicts(notebook(), function) == [("violated", "access is on")]


def test_a_parameter_is_unknown_even_with_a_default():
    """Whoever deploys may change it; the message quotes the default."""
    document = {
        "Parameters": {"Access": {"Type": "String", "Default": "Disabled"}},
        **notebook(DirectInternetAccess={"Ref": "Access"}),
    }
    ((verdict, message),) = verdicts(document, access_is_off)
    assert verdict == "unverified"
    assert 'parameter Access (default "Disabled")' in message
    assert verdicts(document, access_is_off, parameters={"Access": "Enabled"}) == [("violated", "access is on")]
    assert verdicts(document, access_is_off, parameters={"Access": "Disabled"}) == [("satisfied", "")]


def test_some_worlds_violated_is_unverified():
    """Each allowed value is judged; where only some fail, the result says which."""
    assert verdicts(PARAMETER_ACCESS, access_is_off) == [
        ("unverified", "fails when parameter Access is 'Enabled': access is on")
    ]


def test_all_worlds_violated_is_violated():
    """Where every value fails in its own way, each way says when."""

    def function(notebook: Notebook, network: Network):  # noqa: F821
        yield "access is on" if notebook.direct_internet_access else "access is off"

    assert verdicts(PARAMETER_ACCESS, function) == [
        ("violated", "access is on, when parameter Access is 'Enabled'"),
        ("violated", "access is off, when parameter Access is 'Disabled'"),
    ]


def test_worlds_where_the_rule_does_not_apply_count_as_kept():
    """Not applicable in one world and violated in another is violated in some worlds only."""
    assert verdicts(PARAMETER_ACCESS, only_closed) == [
        ("unverified", "fails when parameter Access is 'Disabled': access is off")
    ]


def test_worlds_without_the_resource_are_dropped():
    """A resource whose condition is false is not judged: all worlds that have it fail, so the rule is violated."""
    document = {
        "Parameters": {"Make": {"Type": "String"}},
        "Conditions": {"Wanted": {"Fn::Equals": [{"Ref": "Make"}, "yes"]}},
        **notebook(),
    }
    document["Resources"]["Notebook"]["Condition"] = "Wanted"
    assert verdicts(document, access_is_off) == [("violated", "access is on")]
    assert verdicts(document, access_is_off, parameters={"Make": "no"}) == []


def test_a_condition_has_one_truth_value():
    """The same condition in two properties is true in both or false in both: the pairs that cannot be are not judged."""
    document = {
        "Parameters": {"Mode": {"Type": "String"}},
        "Conditions": {"Open": {"Fn::Equals": [{"Ref": "Mode"}, "open"]}},
        **notebook(
            DirectInternetAccess={"Fn::If": ["Open", "Enabled", "Disabled"]},
            SubnetId={"Fn::If": ["Open", {"Ref": "AWS::NoValue"}, "subnet-1"]},
        ),
    }

    def function(notebook: Notebook, network: Network):  # noqa: F821
        if not notebook.direct_internet_access and not notebook.subnet_given:
            yield "closed without subnet"

    assert verdicts(document, function) == [("satisfied", "")]


def test_many_failing_worlds_are_counted():
    """The first failing world is told in words, the others by number."""
    document = {
        "Parameters": {"Size": {"Type": "String", "AllowedValues": ["small", "large", "huge", "tiny"]}},
        **notebook(InstanceType={"Ref": "Size"}),
    }

    def function(notebook: Notebook, network: Network):  # noqa: F821
        if notebook.text("InstanceType") != "tiny":
            yield "not tiny"

    assert verdicts(document, function) == [
        ("unverified", "fails when parameter Size is 'small': not tiny (and in 2 more cases)")
    ]


def test_too_many_worlds_are_unverified():
    """Beyond 256 combinations nothing is judged, and the message names what to decide."""
    names = [f"P{number}" for number in range(9)]
    document = {
        "Parameters": {name: {"Type": "String", "AllowedValues": ["a", "b"]} for name in names},
        **notebook(Tags=[{"Key": name, "Value": {"Ref": name}} for name in names]),
    }

    def function(notebook: Notebook, network: Network):  # noqa: F821
        if all(tag["Value"] == "a" for tag in [notebook.get("Tags", index) for index in range(9)]):
            yield "all a"
        for index in range(9):
            notebook.get("Tags", index)

    ((verdict, message),) = verdicts(document, function)
    assert verdict == "unverified"
    assert "256" in message
    assert "P0" in message


def test_an_acknowledged_result_keeps_its_verdict():
    """The reason that the resource gives travels with the result of that rule, and of no other."""
    document = notebook()
    document["Resources"]["Notebook"]["Metadata"] = {
        "SageMakerNetwork": {"acknowledge": {"SMN-NB-07": "a course for beginners"}}
    }
    said = {result.rule.id: result for result in check(from_documents({"t": document}))}
    assert (said["SMN-NB-07"].verdict, said["SMN-NB-07"].acknowledged) == ("violated", "a course for beginners")
    assert (said["SMN-NB-08"].verdict, said["SMN-NB-08"].acknowledged) == ("violated", None)


DECLARED = {
    "Metadata": {
        "SageMakerNetwork": {
            "vpcs": {
                "vpc-1": {
                    "cidrs": ["10.0.0.0/16"],
                    "dnsSupport": True,
                    "dnsHostnames": True,
                    "tenancy": "default",
                    "subnets": {"subnet-1": {"cidr": "10.0.1.0/24", "egress": "nat"}},
                    "securityGroups": {"sg-1": {"ingress": "none", "egress": "all"}},
                }
            }
        }
    },
    **notebook(DirectInternetAccess="Disabled", SubnetId="subnet-1", SecurityGroupIds=["sg-1"]),
}


@pytest.mark.parametrize("rule_id", ["SMN-NB-04", "SMN-NB-05", "SMN-NB-06", "SMN-NB-10", "SMN-NB-11", "SMN-NB-15"])
def test_declared_facts_are_believed(rule_id):
    """What the templates cannot show is unverified until it is declared."""
    bare = {"Resources": DECLARED["Resources"]}
    before = {result.rule.id: result.verdict for result in check(from_documents({"t": bare}))}
    after = {result.rule.id: result.verdict for result in check(from_documents({"t": DECLARED}))}
    assert (before[rule_id], after[rule_id]) == ("unverified", "satisfied")


def test_results_say_which_declared_facts_they_rest_on():
    """A result that rests on what the metadata declares says so, also where the rule is kept."""
    said = {result.rule.id: result for result in check(from_documents({"t": DECLARED}))}
    assert said["SMN-NB-04"].message == "declared: egress of subnet-1 is 'nat'"
    assert said["SMN-NB-04"].assumptions == ("declared: egress of subnet-1 is 'nat'",)
    assert said["SMN-NB-11"].message == "declared: ingress of sg-1 is 'none'"
    assert said["SMN-NB-08"].message == ""


def test_a_declared_fact_can_violate_a_rule_too():
    """A subnet that is declared to be public is as public as one whose route says so."""
    document = {
        **DECLARED,
        "Metadata": {
            "SageMakerNetwork": {"vpcs": {"vpc-1": {"subnets": {"subnet-1": {"egress": "internet-gateway"}}}}}
        },
    }
    said = {result.rule.id: (result.verdict, result.message) for result in check(from_documents({"t": document}))}
    assert said["SMN-NB-04"] == (
        "violated",
        "subnet subnet-1 (not in the templates) is public (declared egress internet-gateway), but the notebook has a private address only, "
        "so it cannot use the internet gateway (declared: egress of subnet-1 is 'internet-gateway')",
    )


def test_results_come_in_the_order_of_the_templates():
    """First by resource as they stand in the template, then by rule id."""
    document = notebook()
    document["Resources"]["Another"] = {"Type": "AWS::SageMaker::NotebookInstance", "Properties": {}}
    said = [(result.resource.logical_id, result.rule.id) for result in check(from_documents({"t": document}))]
    assert said == sorted(said, key=lambda pair: (pair[0] != "Notebook", pair[1]))
    assert {name for name, _ in said} == {"Notebook", "Another"}
