"""An upgrade of the library replaces nothing that is deployed, unless the version says so."""

from __future__ import annotations

import copy
import json
import subprocess
import sys

import pytest
from upgrades import breaking, breaks

from constructs_lib.version import VERSION
from tools.reference import RELEASED, templates, write_templates

(LAST,) = (path.name for path in RELEASED.iterdir())
REPLACED = ("SMN-NB-18", "SMN-DOM-21", "SMN-CHG-")


def released():
    """Stack name to template of the last release."""
    return templates(RELEASED / LAST)


def against_last_release(folder):
    """What `sagemaker-network check FOLDER --against` the last release says the change replaces."""
    command = [
        sys.executable,
        "-m",
        "constructs_lib",
        "check",
        str(folder),
        "--against",
        str(RELEASED / LAST),
        "--format",
        "json",
    ]
    done = subprocess.run([*command, "--fail-on", "never"], capture_output=True, text=True, check=True)
    results = json.loads(done.stdout)["results"]
    return [
        (each["template"].rpartition("/")[2], each["logical_id"], each["message"])
        for each in results
        if each["rule"].startswith(REPLACED)
    ]


@pytest.fixture
def changed(assembly, tmp_path):
    """Write the current templates, changed by a function, and return the folder."""

    def change(how=lambda _: None):
        folder = tmp_path / "new"
        write_templates(assembly, folder)
        for path in folder.iterdir():
            template = json.loads(path.read_text())
            how(template["Resources"])
            path.write_text(json.dumps(template))
        return folder

    return change


def test_the_last_release_is_not_newer():
    """The templates compared with are those of this version or an earlier one."""
    assert [int(part) for part in LAST.split(".")] <= [int(part) for part in VERSION.split(".")]


def test_upgrade_keeps_what_is_deployed(assembly):
    """No stateful resource changes its id, none is replaced, no output goes: else the version is a breaking one."""
    found = breaks(released(), templates(assembly))
    assert found == [] or breaking(LAST, VERSION), "\n".join(found)


def test_own_check_agrees(changed):
    """`sagemaker-network check NEW --against OLD`, as users run it, sees nothing replaced either."""
    found = against_last_release(changed())
    assert found == [] or breaking(LAST, VERSION), found


def _replace_notebooks(resources):
    for resource in resources.values():
        if resource["Type"] == "AWS::SageMaker::NotebookInstance":
            resource["Properties"]["PlatformIdentifier"] = "notebook-al2-v3"


def test_own_check_sees_a_replaced_notebook(changed):
    """The comparison above would have noticed: another platform replaces each of the three notebooks."""
    found = against_last_release(changed(_replace_notebooks))
    assert [name for name, _, _ in found] == [
        "NoVpcNotebook.template.json",
        "PrivateNotebook.template.json",
        "VpcNotebookDirectInternet.template.json",
    ]
    assert {message for _, _, message in found} == {
        "is replaced, and its volume with everything under /home/ec2-user/SageMaker with it: "
        "PlatformIdentifier changes from notebook-al2023-v1 to notebook-al2-v3"
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: r.pop("Key"), ["S/Key: the AWS::KMS::Key is gone"]),
        (lambda r: r.pop("Route"), []),
        (lambda r: r["Vpc"].update(Type="AWS::EC2::Subnet"), ["S/Vpc: the AWS::EC2::VPC becomes AWS::EC2::Subnet"]),
        (
            lambda r: r["Vpc"]["Properties"].update(CidrBlock="10.1.0.0/16"),
            ["S/Vpc: CidrBlock of the AWS::EC2::VPC changes, which replaces it"],
        ),
        (lambda r: r["Vpc"]["Properties"].update(EnableDnsSupport=False), []),
        (lambda r: r.update(New={"Type": "AWS::KMS::Key"}), []),
    ],
    ids=["stateful gone", "stateless gone", "other type", "create-only", "updatable", "added"],
)
def test_breaks(change, said):
    """Each kind of change, and what is said about it."""
    old = {
        "Key": {"Type": "AWS::KMS::Key"},
        "Route": {"Type": "AWS::EC2::Route", "Properties": {}},
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16", "EnableDnsSupport": True}},
    }
    new = copy.deepcopy(old)
    change(new)
    assert breaks({"S": {"Resources": old}}, {"S": {"Resources": new}}) == said
    assert breaks({"S": {"Resources": old}}, {}) == ["S: the stack is gone"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("0.1.0", "0.1.0", False),
        ("0.1.0", "0.1.1", False),
        ("0.1.9", "0.2.0", True),
        ("0.9.0", "1.0.0", True),
        ("1.0.0", "1.1.0", False),
        ("1.9.3", "2.0.0", True),
    ],
)
def test_breaking_versions(old, new, expected):
    """Before 1.0 the minor version says that something breaks, afterwards the major one."""
    assert breaking(old, new) is expected
