"""Start-up scripts of Studio apps: where they stand in the template, and that they end within SageMaker's five minutes."""

import os
import re
import subprocess
import time

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Template

from constructs_lib import PublicInternetOnly, StudioDomain
from constructs_lib.patterns.lifecycle import LifecycleScript

CONFIGURATION = "AWS::SageMaker::StudioLifecycleConfig"


@pytest.fixture
def stack():
    return cdk.Stack(cdk.App(), "Stack")


def make(stack, **options):
    vpc = ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-1", availability_zones=["zone"], private_subnet_ids=["subnet-1"]
    )
    return StudioDomain(stack, "Lab", domain_name="lab", access=PublicInternetOnly(vpc), **options)


def configurations(stack):
    """Logical id and properties, by type of app."""
    found = Template.from_stack(stack).find_resources(CONFIGURATION)
    return {
        each["Properties"]["StudioLifecycleConfigAppType"]: (name, each["Properties"]) for name, each in found.items()
    }


def test_each_type_of_app_runs_them_by_default(stack):
    """Apps of private and of shared spaces; nothing is made without scripts."""
    make(stack, on_start_scripts=["echo one"], background_scripts=[LifecycleScript("#!/usr/bin/env python3\nprint(2)")])
    made = configurations(stack)
    assert set(made) == {"JupyterLab", "CodeEditor"}
    (domain,) = Template.from_stack(stack).find_resources("AWS::SageMaker::Domain").values()
    users, spaces = (domain["Properties"][f"Default{each}Settings"] for each in ("User", "Space"))
    for app_type, settings in (
        ("JupyterLab", users["JupyterLabAppSettings"]),
        ("CodeEditor", users["CodeEditorAppSettings"]),
        ("JupyterLab", spaces["JupyterLabAppSettings"]),
    ):
        arn = {"Fn::GetAtt": [made[app_type][0], "StudioLifecycleConfigArn"]}
        assert settings == {"DefaultResourceSpec": {"LifecycleConfigArn": arn}, "LifecycleConfigArns": [arn]}
    other = cdk.Stack(cdk.App(), "Other")
    make(other)
    assert configurations(other) == {}


def names(text, **tags):
    stack = cdk.Stack(cdk.App(), "Stack")
    for key, value in tags.items():
        cdk.Tags.of(stack).add(key, value)
    make(stack, on_start_scripts=[text])
    made = configurations(stack)
    assert all("Tags" not in properties for _, properties in made.values())
    return {app_type: properties["StudioLifecycleConfigName"] for app_type, (_, properties) in made.items()}


def test_each_text_has_a_name_of_its_own():
    """Nothing of a lifecycle configuration can be changed, so another text is another one; tags, which would replace it too, it has none."""
    first = names("echo one")
    assert names("echo one", team="forecast") == first
    assert not set(names("echo two").values()) & set(first.values())
    assert len(set(first.values())) == 2
    assert all(re.fullmatch("[a-z0-9](-*[a-z0-9]){0,62}", each) for each in first.values())


def script_of(stack):
    _, properties = configurations(stack)["JupyterLab"]
    return properties["StudioLifecycleConfigContent"]["Fn::Base64"]


def run(script, home, **environment):
    """As the user of an app, who may write at home alone."""
    path = home / "script.sh"
    path.write_text(script)
    variables = {"PATH": os.environ["PATH"], "HOME": str(home), **environment}
    return subprocess.run(["bash", str(path)], capture_output=True, text=True, env=variables, timeout=60, check=False)


def test_what_takes_too_long_goes_on_in_the_background(stack, tmp_path):
    """The app starts after the limit; the rest goes on in order and writes to a log in the home directory, twice the same."""
    make(stack, on_start_scripts=["echo begun; sleep 4; echo done", "echo next"], background_scripts=["echo quiet"])
    log = tmp_path / ".sagemaker-network/var/log/sagemaker-network-OnStart.log"
    for _ in range(2):
        done = run(script_of(stack), tmp_path, LIMIT="1")
        said = f"sagemaker-network OnStart: not done after 1 seconds: goes on in the background, its log is {log}"
        assert (done.stdout, done.returncode) == (f"begun\n{said}\n", 0)
        quiet = log.parent / f"{log.name}.03-background_scripts-1.background"
        deadline = time.monotonic() + 30
        while not (quiet.exists() and quiet.read_text()) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert log.read_text().startswith("begun\ndone\nnext\n")
        assert quiet.read_text() == "quiet\n"
        quiet.unlink()


def test_a_script_that_fails_fails_the_start(stack, tmp_path):
    """As it would alone; SageMaker shows the log."""
    make(stack, on_start_scripts=["exit 3", "echo never"])
    done = run(script_of(stack), tmp_path)
    assert done.stdout == "sagemaker-network OnStart: 01-on_start_scripts-1 failed with status 3\n"
    assert done.returncode == 3


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"on_start_scripts": "echo"}, TypeError, "on_start_scripts is 'echo': give a list, even of one"),
        ({"background_scripts": [" "]}, ValueError, "background_scripts[0] is empty: give a script, or leave it out"),
        ({"on_start_scripts": ["x" * 12_288]}, ValueError, "the OnStart script of Stack/Lab has "),
    ],
)
def test_refuses(stack, options, kind, message):
    """What SageMaker would refuse, or what would do nothing."""
    with pytest.raises(kind) as error:
        make(stack, **options)
    assert str(error.value).startswith(message)
