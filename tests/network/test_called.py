"""What a resource is called by those who ask: its logical id, its construct's path, or the last parts of that."""

from __future__ import annotations

import pytest

from constructs_lib.assembly import from_documents
from constructs_lib.network import QuestionError, network_of
from constructs_lib.network.called import is_called, label
from constructs_lib.report.explain import paths_of, render


def notebook(path):
    return {
        "Type": "AWS::SageMaker::NotebookInstance",
        "Properties": {"InstanceType": "ml.t3.medium", "RoleArn": "arn:aws:iam::111122223333:role/r"},
        "Metadata": {"aws:cdk:path": path} if path else {},
    }


def jobs(path):
    declared = {"trainingNetwork": {"name": "jobs", "subnets": [{"Ref": "Net1"}]}}
    return {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"GroupDescription": "g", "VpcId": {"Ref": "Vpc"}},
        "Metadata": {"aws:cdk:path": path, "SageMakerNetwork": declared},
    }


NETWORK = {
    "Vpc": {
        "Type": "AWS::EC2::VPC",
        "Properties": {"CidrBlock": "10.0.0.0/16"},
        "Metadata": {"aws:cdk:path": "A/Network/Vpc/Resource"},
    },
    "Net1": {
        "Type": "AWS::EC2::Subnet",
        "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.1.0/24"},
        "Metadata": {"aws:cdk:path": "A/Network/Vpc/PrivateSubnet1/Subnet"},
    },
    "Jobs7": jobs("A/Jobs/SecurityGroup/Resource"),
    "Book1": notebook("A/Notebook/Resource"),
}


@pytest.fixture
def given():
    """Two stacks, in each a notebook of the same construct id."""
    documents = {"a.json": {"Resources": NETWORK}, "b.json": {"Resources": {"Book2": notebook("B/Notebook/Resource")}}}
    return from_documents(documents, defaults=True)


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        ("Book1", ["Book1"]),
        ("A/Notebook", ["Book1"]),
        ("B/Notebook", ["Book2"]),
        ("Notebook", ["Book1", "Book2"]),
        ("Jobs", ["Jobs7"]),
        ("A/Jobs/SecurityGroup", ["Jobs7"]),
        ("PrivateSubnet1/Subnet+A/Jobs/SecurityGroup", ["PrivateSubnet1/Subnet+A/Jobs/SecurityGroup"]),
    ],
)
def test_sources(given, name, sources):
    """A workload is found by each of its names, and where several have the name all of them are asked about."""
    assert [path.source for path in paths_of(given, name, ["sts"])] == sources


@pytest.mark.parametrize("name", ["book", "ook", "otebook", "A", "Resource", "Notebook/Resource", "/Notebook", ""])
def test_parts_of_names_are_no_names(given, name):
    """Only whole parts at the end of a path count."""
    with pytest.raises(QuestionError) as caught:
        paths_of(given, name, ["sts"])
    assert str(caught.value).startswith(f"no workload '{name}' in the templates")
    assert str(caught.value).endswith("; there are Book1 (A/Notebook), Book2 (B/Notebook), Jobs7 (A/Jobs)")


def test_destinations(given):
    """A destination is found in the same way, and has the name that was asked for."""
    (path,) = paths_of(given, "Jobs", ["Network/Vpc"])
    assert (path.destination, path.verdict, path.via) == ("Network/Vpc", "reachable", "local")


def test_a_name_of_several(given):
    """Where only one can be meant, several are an error that names them."""
    with pytest.raises(QuestionError) as caught:
        paths_of(given, "Jobs", ["Notebook"])
    assert str(caught.value) == "'Notebook' may be A/Notebook/Resource, B/Notebook/Resource: give more of the path"


def test_labels(given):
    """What tells a workload from all others."""
    found = {thing.id: thing for thing in network_of(given.groups[0]).workloads}
    assert {name: label(thing) for name, thing in found.items()} == {
        "Book1": "Book1 (A/Notebook)",
        "Book2": "Book2 (B/Notebook)",
        "Jobs7": "Jobs7 (A/Jobs)",
    }
    assert is_called(found["Jobs7"], "Jobs")
    assert not is_called(found["Book1"], "Jobs")


def test_answers_of_several_templates_name_theirs(given):
    """Answers in full say which template the workload is in, where they are of more than one."""
    said = render(given, "Notebook", ["sts"])
    assert "Book1 (A/Notebook, a.json) -> sts: reachable by managed\n" in said
    assert "Book2 (B/Notebook, b.json) -> sts: reachable by managed\n" in said
    assert render(given, "A/Notebook", ["sts"]).startswith("Book1 -> sts: reachable by managed\n")
    heads = [line for line in render(given, None, ["sts"]).splitlines() if line and not line.startswith(" ")]
    assert heads == ["Book1 (A/Notebook, a.json)", "Book2 (B/Notebook, b.json)", "Jobs7 (A/Jobs, a.json)"]
