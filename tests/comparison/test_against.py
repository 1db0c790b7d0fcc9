"""`check --against`: which findings the earlier state had, however it is given."""

from __future__ import annotations

import json
import subprocess

import pytest

from constructs_lib.assembly import InputError, load
from constructs_lib.check import check
from constructs_lib.comparison.against import Earlier
from constructs_lib.rules import rule_by_id

NOTEBOOK = "AWS::SageMaker::NotebookInstance"
RULES = [rule_by_id("SMN-NB-07")]


def template(**notebooks):
    """A template with notebooks that have direct internet access, unless they are given False."""
    resources = {
        name: {"Type": NOTEBOOK, "Properties": {"DirectInternetAccess": "Enabled" if is_open else "Disabled"}}
        for name, is_open in notebooks.items()
    }
    return json.dumps({"Resources": resources}, indent=1)


def known(old, *paths, rules=RULES, **options):
    """The logical ids of today's findings, in order, each with whether the earlier state had it."""
    given = load([str(path) for path in paths])
    options = {"parameters": {}, "region": None, **options}
    with Earlier(str(old), given, [str(path) for path in paths], **options) as earlier:
        results = [each for each in check(given, rules) if each.verdict != "satisfied"]
        had = earlier.had(results, rules)
    return [(each.resource.logical_id, each in had) for each in results]


def git(folder, *arguments):
    """Run git there, as nobody in particular."""
    name = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *name, *arguments], cwd=folder, check=True, capture_output=True)


def test_two_files(tmp_path):
    """One template is compared with one, whatever they are called."""
    (tmp_path / "old.json").write_text(template(A=True))
    (tmp_path / "new.json").write_text(template(A=True, B=True))
    assert known(tmp_path / "old.json", tmp_path / "new.json") == [("A", True), ("B", False)]


def test_what_was_kept_and_is_not_any_more_is_new(tmp_path):
    """A finding on a resource that was in order is new."""
    (tmp_path / "old.json").write_text(template(A=False))
    (tmp_path / "new.json").write_text(template(A=True))
    assert known(tmp_path / "old.json", tmp_path / "new.json") == [("A", False)]


def test_two_folders(tmp_path):
    """Files are compared by their place in the folder, also where the earlier one had fewer."""
    for side, names in (("old", ["a/one"]), ("new", ["a/one", "b/one"])):
        for name in names:
            file = tmp_path / side / f"{name}.json"
            file.parent.mkdir(parents=True)
            file.write_text(template(A=True))
    given = load([str(tmp_path / "new")])
    with Earlier(str(tmp_path / "old"), given, [str(tmp_path / "new")], parameters={}, region=None) as earlier:
        results = check(given, RULES)
        had = earlier.had(results, RULES)
    assert [(each.template.path.rpartition("new/")[2], each in had) for each in results] == [
        ("a/one.json", True),
        ("b/one.json", False),
    ]


def test_a_folder_and_a_file(tmp_path):
    """A file that is given by name is found in an earlier folder by that name."""
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "one.json").write_text(template(A=True))
    (tmp_path / "old" / "two.json").write_text(template())
    (tmp_path / "one.json").write_text(template(A=True))
    assert known(tmp_path / "old", tmp_path / "one.json") == [("A", True)]


def assembly(folder, file, text, stack):
    """A cloud assembly with one stack, and another stack beside it."""
    folder.mkdir()
    (folder / "cdk.out").write_text('{"version": "38.0.0"}')
    stacks = {stack: file, "Other": "Other.template.json"}
    artifacts = {
        name: {
            "type": "aws:cloudformation:stack",
            "environment": "aws://111122223333/us-east-1",
            "properties": {"templateFile": path, "stackName": name},
        }
        for name, path in stacks.items()
    }
    (folder / "manifest.json").write_text(json.dumps({"version": "38.0.0", "artifacts": artifacts}))
    (folder / file).write_text(text)
    (folder / "Other.template.json").write_text(template())


def test_two_assemblies(tmp_path):
    """Stacks are compared by their file, and where that has another name by the stack's."""
    assembly(tmp_path / "old", "Lab.template.json", template(A=True), "Lab")
    assembly(tmp_path / "new", "Lab.template.json", template(A=True, B=True), "Lab")
    assert known(tmp_path / "old", tmp_path / "new") == [("A", True), ("B", False)]
    assembly(tmp_path / "renamed", "Lab1234.template.json", template(A=True), "Lab")
    assert known(tmp_path / "old", tmp_path / "renamed") == [("A", True)]


def test_nested_stacks(tmp_path):
    """A nested stack is compared by the resource that nests it, whatever its file is called."""
    for side, child, text in (("old", "c1", template(A=True)), ("new", "c2", template(A=True, B=True))):
        folder = tmp_path / side
        folder.mkdir()
        nested = {
            "Type": "AWS::CloudFormation::Stack",
            "Properties": {"TemplateURL": f"https://s3.amazonaws.com/b/{child}.json"},
        }
        (folder / "parent.json").write_text(json.dumps({"Resources": {"Nested": nested}}))
        (folder / f"{child}.json").write_text(text)
    given = load([str(tmp_path / "new")])
    assert [each.parent is not None for each in given.templates] == [False, True]
    assert known(tmp_path / "old", tmp_path / "new") == [("A", True), ("B", False)]


def test_more_findings_than_before_are_new(tmp_path):
    """Where a rule finds one thing more on a resource, that is new, also where it had found another before."""
    document = {
        "Resources": {
            "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
            "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.1.0/24"}},
            "Notebook": {
                "Type": NOTEBOOK,
                "Properties": {"SubnetId": {"Ref": "Subnet"}, "DirectInternetAccess": "Disabled"},
            },
        }
    }
    rules = [rule_by_id("SMN-NB-05")]
    (tmp_path / "new.json").write_text(json.dumps(document))
    document["Resources"]["Vpc"]["Properties"].update(EnableDnsHostnames=True)
    document["Resources"]["Runtime"] = {
        "Type": "AWS::EC2::VPCEndpoint",
        "Properties": {
            "VpcEndpointType": "Interface",
            "ServiceName": "com.amazonaws.us-east-1.sagemaker.runtime",
            "VpcId": {"Ref": "Vpc"},
            "SubnetIds": [{"Ref": "Subnet"}],
            "PrivateDnsEnabled": True,
            "SecurityGroupIds": [{"Fn::GetAtt": ["Group", "GroupId"]}],
        },
    }
    document["Resources"]["Group"] = {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {
            "GroupDescription": "endpoint",
            "VpcId": {"Ref": "Vpc"},
            "SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/16"}],
        },
    }
    document["Resources"]["Notebook"]["Properties"]["SecurityGroupIds"] = [{"Fn::GetAtt": ["Group", "GroupId"]}]
    (tmp_path / "old.json").write_text(json.dumps(document))
    found = known(tmp_path / "old.json", tmp_path / "new.json", rules=rules)
    assert [name for name, _ in found] == ["Notebook", "Notebook"]
    assert sorted(had for _, had in found) == [False, True]


def test_parameters_that_the_earlier_state_has_not(tmp_path):
    """A value for a parameter that is new is no mistake."""
    (tmp_path / "old.json").write_text(template(A=True))
    (tmp_path / "new.json").write_text(template(A=True))
    assert known(tmp_path / "old.json", tmp_path / "new.json", parameters={"New": "1"}) == [("A", True)]


# Git.


@pytest.fixture
def repository(tmp_path):
    """A repository whose last commit has one open notebook in each file; the files have one more since."""
    folder = tmp_path / "repository"
    (folder / "stacks [x]").mkdir(parents=True)
    git(tmp_path, "init", "-q", "-b", "main", str(folder))
    (folder / "stacks [x]" / "a.json").write_text(template(A=True))
    (folder / "b.json").write_text(template(C=True))
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "one")
    (folder / "stacks [x]" / "a.json").write_text(template(A=True, B=True))
    return folder


def test_a_revision_of_a_file(repository, monkeypatch):
    """The file as it was at the commit, wherever the command runs."""
    file = repository / "stacks [x]" / "a.json"
    assert known("HEAD", file) == [("A", True), ("B", False)]
    monkeypatch.chdir(repository / "stacks [x]")
    assert known("main", "a.json") == [("A", True), ("B", False)]


def test_a_revision_of_folders_and_files(repository):
    """Each path is compared with itself."""
    assert known("HEAD", repository / "stacks [x]", repository / "b.json") == [("C", True), ("A", True), ("B", False)]
    assert known("HEAD", repository) == [("C", True), ("A", True), ("B", False)]


def test_the_files_of_a_revision_are_taken_away(repository, tmp_path, monkeypatch):
    """Nothing is left behind, and the work tree is not touched."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    before = (repository / "stacks [x]" / "a.json").read_text()
    known("HEAD", repository)
    assert list(place.iterdir()) == []
    assert (repository / "stacks [x]" / "a.json").read_text() == before


def test_no_such_revision(repository):
    """Neither a path nor a revision: one line that says both, also where the name looks like an option."""
    file = repository / "b.json"
    for name in ("nothing", "--output=x"):
        with pytest.raises(InputError) as error:
            known(name, file)
        assert str(error.value) == f"{name}: there is no such file or folder, and no such git revision of {file}"


def test_a_file_that_the_revision_had_not(repository):
    """A path that is new cannot be compared with what it was."""
    (repository / "c.json").write_text(template())
    with pytest.raises(InputError) as error:
        known("HEAD", repository / "c.json")
    assert str(error.value) == f"HEAD: {repository / 'c.json'} did not exist at that revision"


def test_a_broken_file_of_a_revision(repository):
    """The error names the file as git does, not the place it was written to for reading."""
    (repository / "b.json").write_text('{"Resources": []}')
    git(repository, "commit", "-q", "-a", "-m", "broken")
    (repository / "b.json").write_text(template())
    with pytest.raises(InputError) as error:
        known("HEAD", repository / "b.json")
    assert str(error.value) == f"HEAD:{repository / 'b.json'}: Resources: must be an object, not a list"


def test_without_git(repository, monkeypatch):
    """Where git is missing there is no revision."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="no such git revision"):
        known("HEAD", repository / "b.json")
