"""The wheel as users get it, the requirements as the machines of the project get them, and the oldest Python."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from email import message_from_string
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from repository import belonging
from snippets import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OLDEST = "3.10"

APPS = {
    "NoVpcNotebook": 'NoVpcNotebook(stack, "Notebook")',
    "VpcNotebookDirectInternet": """
vpc = PrivateNetwork(stack, "Network", cidr="172.31.0.0/16").vpc
VpcNotebookDirectInternet(stack, "Notebook", vpc=vpc, on_premises_cidrs=["10.0.0.0/16"])""",
    "PrivateNotebook": """
network = PrivateNetwork(stack, "Network", egress=Egress.NAT_SINGLE)
PrivateNotebook(stack, "Notebook", network=network)""",
    "StudioDomain, PublicInternetOnly": """
access = PublicInternetOnly(PrivateNetwork(stack, "Network").vpc)
StudioDomain(stack, "Studio", domain_name="lab", access=access, user_profiles=["ana"])""",
    "StudioDomain, VpcOnly": """
access = VpcOnly(PrivateNetwork(stack, "Network"))
StudioDomain(stack, "Studio", domain_name="lab", access=access, removal_policy=cdk.RemovalPolicy.DESTROY)""",
    "PrivateTrainingJobNetwork": """
jobs = PrivateTrainingJobNetwork(stack, "Jobs", max_instances=8, efa=True)
cdk.CfnOutput(stack, "VpcConfig", value=stack.to_json_string(jobs.vpc_config))""",
}
APP = """
import aws_cdk as cdk
from constructs_lib import *
app = cdk.App()
stack = cdk.Stack(app, "Own"){body}
app.synth()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built by the backend of this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-build-isolation",
    ]
    subprocess.run([*command, "--wheel-dir", str(folder), "."], cwd=ROOT, check=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The bin folder of a new environment with the wheel in it.

    What the wheel depends on is taken from this environment by a path file, instead of fetching 300 MB again; the path files there, such as
    the one of the work tree, have no effect that way.
    """
    folder = tmp_path_factory.mktemp("environment") / "venv"
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*command, str(wheel)], check=True)
    packages = next((folder / "lib").iterdir()) / "site-packages"
    own = next(Path(path) for path in sys.path if (Path(path) / "aws_cdk").is_dir())
    (packages / "dependencies.pth").write_text(f"{own}\n")
    return folder / "bin"


def run(bin_folder, *command, cwd, **environment):
    """Run a program of the environment with Node.js of this one on PATH, and return what it printed."""
    path = f"{bin_folder}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [str(bin_folder / command[0]), *command[1:]],
        cwd=cwd,
        env={**kept, "PATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def contents(wheel):
    """Names of the files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_wheel_holds_all_of_the_package(wheel):
    """Every file of the package is there, data included: types marker, scripts, handlers, examples, schema, what draws pictures."""
    assert {name for name in contents(wheel) if not name.startswith("sagemaker_network_constructs-")} == set(
        belonging("constructs_lib")
    )


@pytest.mark.parametrize(
    "name",
    [
        "constructs_lib/py.typed",
        "constructs_lib/assembly/declarations.schema.json",
        "constructs_lib/patterns/scripts/routes.sh",
        "constructs_lib/patterns/handlers/studio_cleanup/index.py",
        "constructs_lib/rules/examples/SMN-NB-05/breaks.yaml",
        "constructs_lib/rules/examples/SMN-NB-05/keeps.yaml",
    ],
)
def test_wheel_holds_its_data(name, wheel):
    """What is read at run time travels with the package."""
    assert name in contents(wheel)


def test_wheel_holds_nothing_else(wheel):
    """No tests, no tools, no local deployment."""
    tops = {name.partition("/")[0] for name in contents(wheel)}
    assert tops == {"constructs_lib", f"{wheel.name.removesuffix('-py3-none-any.whl')}.dist-info"}


def test_wheel_metadata(wheel):
    """Name, version, oldest Python, licence and dependencies are those of pyproject.toml."""
    from constructs_lib.version import VERSION

    with zipfile.ZipFile(wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith("/METADATA"))
        about = message_from_string(archive.read(name).decode())
    assert (about["Name"], about["Version"], about["Requires-Python"]) == (
        "sagemaker-network-constructs",
        VERSION,
        f">={OLDEST}",
    )
    assert about["License-Expression"] == "Apache-2.0"
    needed = {Requirement(each).name for each in about.get_all("Requires-Dist") if "extra ==" not in each}
    assert needed == {canonicalize_name(Requirement(each).name) for each in PROJECT["dependencies"]}


def test_own_app_of_ten_lines_synthesizes_each_pattern(installed, tmp_path):
    """In a new environment, an app of ten lines at the most per pattern is all that it takes."""
    apps = {name: APP.format(body=body if body.startswith("\n") else f"\n{body}") for name, body in APPS.items()}
    assert all(len(text.strip().splitlines()) <= 10 for text in apps.values())
    script = tmp_path / "apps.py"
    # One process: starting the CDK takes longer than each of the apps.
    script.write_text(
        f"import constructs_lib, json\nfor name, text in {apps!r}.items():\n"
        "    names = {}\n    exec(compile(text, name, 'exec'), names)\n"
        "    template = names['app'].synth().get_stack_by_name('Own').template\n"
        "    print(json.dumps([name, constructs_lib.__file__, [r['Type'] for r in template['Resources'].values()]]))\n"
    )
    made = [
        json.loads(line)
        for line in run(installed, "python", str(script), cwd=tmp_path).splitlines()
        if line.startswith("[")
    ]
    assert [name for name, _, _ in made] == list(APPS)
    for name, file, types in made:
        assert Path(file).is_relative_to(installed.parent)
        wanted = "AWS::SageMaker::Domain" if name.startswith("Studio") else "AWS::SageMaker::NotebookInstance"
        assert (wanted in types) is (name != "PrivateTrainingJobNetwork")


def test_importing_the_package_starts_nothing(installed, tmp_path):
    """`import constructs_lib` loads neither jsii nor the CDK, and no other process: Node.js is not even looked for."""
    script = (
        "import os, subprocess, sys\n"
        "def refuse(*_, **__): raise AssertionError('started a process')\n"
        "subprocess.Popen.__init__ = os.system = os.posix_spawn = refuse\n"
        "import constructs_lib\n"
        "assert 'NoVpcNotebook' in dir(constructs_lib)\n"
        "print(sorted({'aws_cdk', 'cdk_nag', 'constructs', 'jsii', 'yaml'} & set(sys.modules)))"
    )
    assert run(installed, "python", "-c", script, cwd=tmp_path, PATH="").strip() == "[]"


def test_unknown_names_of_the_package():
    """A name that it does not have is an AttributeError like everywhere."""
    import constructs_lib

    with pytest.raises(AttributeError, match="^module 'constructs_lib' has no attribute 'Notebook'$"):
        _ = constructs_lib.Notebook
    assert all(getattr(constructs_lib, name).__name__ == name for name in constructs_lib.__all__)


def test_console_script(installed, tmp_path):
    """`sagemaker-network` is installed, knows its version, and works where no Node.js is."""
    from constructs_lib.version import VERSION

    assert run(installed, "sagemaker-network", "--version", cwd=tmp_path) == f"sagemaker-network {VERSION}\n"
    (tmp_path / "template.json").write_text('{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}')
    said = run(installed, "sagemaker-network", "check", "template.json", "--format", "json", cwd=tmp_path, PATH="")
    assert json.loads(said)["summary"]["templates"] == 1


def test_schema_and_examples_are_read_from_the_wheel(installed, tmp_path):
    """What the command line prints from data files is there."""
    schema = run(installed, "sagemaker-network", "rules", "--declarations", cwd=tmp_path)
    assert json.loads(schema)["$schema"].startswith("https://json-schema.org/")
    assert "AWS::SageMaker::NotebookInstance" in run(installed, "sagemaker-network", "rules", "SMN-NB-05", cwd=tmp_path)


def requirements(name):
    """The requirements of a file, by name; those of files that it includes are left out."""
    lines = [line.partition(" #")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]


def test_requirements_follow_the_package():
    """requirements.txt asks for what the package declares, in the same ranges, and for what the reference app needs beside it."""
    asked = {canonicalize_name(each.name): str(each.specifier) for each in requirements("requirements.txt")}
    optional = PROJECT["optional-dependencies"]
    declared = [Requirement(each) for each in (*PROJECT["dependencies"], *optional["nag"], *optional["node"])]
    assert asked == {canonicalize_name(each.name): str(each.specifier) for each in declared}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
@pytest.mark.parametrize("python", [OLDEST, "3.11", "3.12", "3.13"])
def test_ranges_admit_the_tested_versions(name, python):
    """Each requirement has exactly one tested version for each Python, within its range."""
    environment = {"python_version": python, "python_full_version": f"{python}.0"}
    for each in requirements(name):
        if each.marker is not None and not each.marker.evaluate(environment):
            continue
        found = [
            constraint
            for constraint in requirements("constraints.txt")
            if canonicalize_name(constraint.name) == canonicalize_name(each.name)
            and (constraint.marker is None or constraint.marker.evaluate(environment))
        ]
        assert len(found) == 1, each
        (version,) = found[0].specifier
        assert version.operator == "=="
        assert each.specifier.contains(version.version), f"{each}: {version}"


def test_tests_run_with_the_tested_versions():
    """What is installed here is what constraints.txt says."""
    from importlib.metadata import PackageNotFoundError, version

    different = {}
    for each in requirements("constraints.txt"):
        if each.marker is None or each.marker.evaluate():
            try:
                here = version(each.name)
            except PackageNotFoundError:
                here = "not installed"
            if not each.specifier.contains(here):
                different[each.name] = (here, str(each.specifier))
    assert different == {}


def test_cdk_command_line_is_pinned():
    """package.json pins one CLI of the 2.x line: the newest one by npm's tag cannot read today's assemblies."""
    package, lock = (json.loads((ROOT / name).read_text()) for name in ("package.json", "package-lock.json"))
    pinned = package["devDependencies"]["aws-cdk"]
    assert re.fullmatch(r"2\.\d+\.\d+", pinned)
    assert lock["packages"]["node_modules/aws-cdk"]["version"] == pinned
    assert lock["packages"][""]["devDependencies"] == package["devDependencies"]
    assert all("integrity" in each for name, each in lock["packages"].items() if name)


@pytest.fixture(scope="module")
def oldest_python() -> str:
    """The oldest Python that the package supports: on PATH, or one of pyenv's."""
    versions = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    for found in (shutil.which(f"python{OLDEST}"), *map(str, versions.glob(f"{OLDEST}.*/bin/python"))):
        # The commands that pyenv puts on PATH may lead to no version.
        if found and not subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode:
            return found
    pytest.skip(f"there is no Python {OLDEST} on PATH or among pyenv's")


def test_sources_compile_on_the_oldest_python(oldest_python):
    """No syntax of a later Python."""
    folders = ("constructs_lib", "local_deployment", "tools", "tests", "app.py")
    script = (
        "import sys\nfrom pathlib import Path\n"
        "for top in map(Path, sys.argv[1:]):\n"
        "    for path in [top] if top.is_file() else sorted(top.rglob('*.py')):\n"
        "        compile(path.read_bytes(), str(path), 'exec')\n"
        "print(sys.version_info[:2])"
    )
    done = subprocess.run(
        [oldest_python, "-c", script, *folders], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.stderr) == ("(3, 10)", "")


def test_checks_agree_on_the_oldest_python(oldest_python, tmp_path):
    """The rules say the same about every example of theirs, and in the same words."""
    from constructs_lib.assembly.read import parse

    for path in sorted((ROOT / "constructs_lib" / "rules" / "examples").glob("*/*.yaml")):
        # As JSON: the oldest Python may have no PyYAML.
        (tmp_path / f"{path.parent.name}-{path.stem}.json").write_text(json.dumps(parse(path.read_text(), path.name)))
    command = [
        "-m",
        "constructs_lib",
        "check",
        str(tmp_path),
        "--format",
        "json",
        "--show",
        "all",
        "--fail-on",
        "never",
    ]
    said = [
        subprocess.run([python, *command], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for python in (sys.executable, oldest_python)
    ]
    assert len(json.loads(said[0])["results"]) > 500
    assert json.loads(said[0]) == json.loads(said[1])


def test_patterns_import_on_the_oldest_python(oldest_python):
    """Annotations and type aliases of the constructs are evaluated without the features of later versions."""
    packages = next(Path(path) for path in sys.path if (Path(path) / "aws_cdk").is_dir())
    script = (
        "import sys; sys.path.append(sys.argv[1])\n"
        "try: import jsii\n"
        "except ImportError as error: print('no', error); raise SystemExit\n"
        "import constructs_lib\n"
        "print(len([getattr(constructs_lib, name) for name in constructs_lib.__all__]))"
    )
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [oldest_python, "-c", script, str(packages)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.stdout.startswith("no "):
        pytest.skip(f"the CDK of this environment does not load there: {done.stdout[3:].strip()}")
    import constructs_lib

    assert done.stdout.strip() == str(len(constructs_lib.__all__)), done.stderr
