"""The helpers for tests: findings, the assertion with its report, paths and reaches."""

from __future__ import annotations

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sagemaker as sagemaker

from constructs_lib import NoVpcNotebook, PrivateNotebook, PrivateTrainingJobNetwork
from constructs_lib.assembly import InputError
from constructs_lib.network import QuestionError
from constructs_lib.testing import (
    assert_no_findings,
    blocked,
    findings,
    paths,
    reaches,
    unverified,
    via_endpoint,
    via_managed,
    via_nat,
)


@pytest.fixture(scope="module")
def app():
    """Two stacks in one app; nothing of them is changed by the tests."""
    made = cdk.App()
    PrivateNotebook(cdk.Stack(made, "Research"), "Notebook")
    NoVpcNotebook(cdk.Stack(made, "Trial"), "Open")
    return made


@pytest.fixture(scope="module")
def research(app):
    return app.node.find_child("Research")


@pytest.fixture
def broken():
    """A notebook that the API refuses, judged without its app failing."""
    stack = cdk.Stack(cdk.App(), "Broken")
    sagemaker.CfnNotebookInstance(
        stack,
        "Notebook",
        instance_type="ml.t3.medium",
        role_arn="arn:aws:iam::123456789012:role/x",
        direct_internet_access="Disabled",
        root_access="Disabled",
    )
    return stack


def test_reaches_compares_with_ways(app, research):
    """The one-line assertion holds for the way that the traffic takes and for no other."""
    assert reaches(research, "Notebook", "sagemaker.api") == via_endpoint
    assert reaches(research, "Notebook", "sagemaker.api") != via_nat
    assert reaches(research, "Notebook", "internet") == blocked
    assert reaches(app, "Trial/Open", "sts") == via_managed
    assert not reaches(research, "Notebook", "internet")
    assert reaches(research, "Research/Notebook", "s3")


def test_reaches_reads_well(research):
    """What a failing test prints is the reason."""
    answer = reaches(research, "Notebook", "internet")
    assert repr(answer) == f"blocked (via none): {answer.path.why}"
    assert answer.path.why.endswith("has no default route")
    assert repr(unverified) == "unverified"


def test_reaches_names_the_workloads(research):
    """A name that no workload has is refused with those that there are."""
    with pytest.raises(ValueError) as error:
        reaches(research, "Nobody", "sts")
    assert str(error.value) == "no workload is called 'Nobody'; there are Notebook985EE735 (Research/Notebook)"


def test_reaches_tells_what_to_declare(tmp_path):
    """Where the templates do not say, the printed answer says how to make it known."""
    template = tmp_path / "template.yaml"
    template.write_text(
        "Parameters: {Subnet: {Type: AWS::EC2::Subnet::Id}}\nResources:\n"
        "  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: g, VpcId: vpc-1}}\n"
    )
    answer = reaches(template, "subnet-1+Group", "sts")
    assert answer == unverified
    assert answer.path.declare
    assert str(answer).endswith(f"; to decide it: {answer.path.declare}")


def test_reaches_from_every_group(app):
    """An imagined job is looked for in all stacks of the app, by logical ids or by construct paths."""
    place = "Notebook/Network/Vpc/PrivateSubnet1/Subnet+Notebook/SecurityGroup"
    assert reaches(app, place, "sagemaker.api") == via_endpoint


CONDITIONS = """
Parameters: {Trial: {Type: String, Default: "no"}}
Conditions:
  Here: {"Fn::Equals": [{Ref: "AWS::Region"}, eu-west-1]}
  Trial: {"Fn::Equals": [{Ref: Trial}, "yes"]}
Resources:
  Notebook: {Type: AWS::SageMaker::NotebookInstance, Condition: Here, Properties: {InstanceType: ml.t3.medium, RoleArn: r}}
  Open: {Type: AWS::SageMaker::NotebookInstance, Condition: Trial, Properties: {InstanceType: ml.t3.medium, RoleArn: r}}
"""


def test_conditions(tmp_path):
    """What a condition decides that no default does is judged both ways; what is not created is said to be so."""
    template = tmp_path / "template.yaml"
    template.write_text(CONDITIONS)
    answer = reaches(template, "Notebook", "sts")
    assert answer == unverified
    assert "reachable when Here is true" in str(answer)
    assert "its condition Trial is false" in str(reaches(template, "Open", "sts"))
    assert reaches(template, "Open", "sts", parameters={"Trial": "yes"}) == via_managed
    assert [path.source for path in paths(template, to=["sts"])] == ["Notebook"]


def test_a_destination_that_is_none(tmp_path):
    """It is named with the nearest that is one."""
    template = tmp_path / "template.yaml"
    template.write_text(CONDITIONS)
    with pytest.raises(QuestionError, match="no destination 'stss', did you mean \"sts\"?"):
        reaches(template, "Open", "stss")


def test_a_name_of_several_workloads():
    """Where more than one has the name, it has to be longer; the paths are told."""
    app = cdk.App()
    for name in ("One", "Two"):
        NoVpcNotebook(cdk.Stack(app, name), "Notebook")
    with pytest.raises(ValueError) as error:
        reaches(app, "Notebook", "sts")
    assert str(error.value) == (
        "2 workloads are called 'Notebook': give more of the path; "
        "there are Notebook985EE735 (One/Notebook), Notebook985EE735 (Two/Notebook)"
    )
    assert reaches(app, "Two/Notebook", "sts") == via_managed


def test_training_networks_are_called_by_their_construct():
    """The name of the construct is enough, though the group that declares it stands below it."""
    stack = cdk.Stack(cdk.App(), "Training")
    PrivateTrainingJobNetwork(stack, "Jobs")
    assert reaches(stack, "Jobs", "s3") == via_endpoint


def test_paths_are_those_of_the_stack(app, research):
    """A stack has its own workloads' paths, an app those of all."""
    assert {path.source for path in paths(research, to=["sts"])} < {path.source for path in paths(app, to=["sts"])} | {
        ""
    }
    assert len(paths(research, to=["sts", "s3"])) == 2
    assert len(paths(app, to=["sts", "s3"])) == 4


def test_findings_of_a_stack(broken):
    """What is violated is found, worst first, and the assertion prints the report."""
    found = findings(broken)
    assert "SMN-NB-01" in {result.rule.id for result in found if result.verdict == "violated"}
    with pytest.raises(AssertionError) as error:
        assert_no_findings(broken)
    assert str(error.value).startswith("the network rules are not kept\n")
    assert "SMN-NB-01" in str(error.value)
    assert "SMN-NB-13" not in str(error.value)


def test_findings_of_files(tmp_path):
    """A template file is judged as the command line judges it."""
    template = tmp_path / "template.yaml"
    template.write_text(
        "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n"
        "  Notebook:\n    Type: AWS::SageMaker::NotebookInstance\n    Properties:\n"
        "      InstanceType: ml.t3.medium\n      RoleArn: arn:aws:iam::123456789012:role/x\n"
    )
    assert [result.rule.id for result in findings(template) if result.severity.value == "warning"] == [
        "SMN-NB-07",
        "SMN-NB-08",
        "SMN-NB-12",
    ]
    assert_no_findings(template)
    with pytest.raises(AssertionError):
        assert_no_findings(template, fail_on=["warning"])


@pytest.mark.parametrize("level", ["warning", ["error", "warning"], ("warning",)])
def test_fail_on_takes_one_or_several(tmp_path, level):
    """One level needs no list."""
    template = tmp_path / "template.yaml"
    template.write_text(
        "Resources: {Notebook: {Type: AWS::SageMaker::NotebookInstance, Properties: {InstanceType: x}}}"
    )
    with pytest.raises(AssertionError, match="SMN-NB-07"):
        assert_no_findings(template, fail_on=level)


@pytest.mark.parametrize("level", ["warnings", ["error", "all"], "e"])
def test_fail_on_refuses_what_it_does_not_know(broken, level):
    """A level that does not exist would let everything pass."""
    with pytest.raises(ValueError, match="^fail_on is one or more of error, warning, unverified, never, not '"):
        assert_no_findings(broken, fail_on=level)


def test_folders_without_templates(tmp_path):
    """A wrong path is no success."""
    with pytest.raises(InputError, match="no CloudFormation template in it"):
        assert_no_findings(tmp_path)


def test_a_clean_app_has_no_findings(app):
    """The patterns keep every rule of severity error and warning."""
    assert_no_findings(app, fail_on=["error", "warning"])
