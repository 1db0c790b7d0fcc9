"""What README and docs show is executed: the code, the templates, the command lines; and every link leads somewhere."""

from __future__ import annotations

import re
import shlex
from importlib.metadata import metadata

import aws_cdk as cdk
import botocore.session
import pytest
import yaml
from aws_cdk import aws_ec2 as ec2
from constructs import Construct
from snippets import PAGES, ROOT, commands, snippets

import constructs_lib
from constructs_lib.__main__ import main
from constructs_lib.arguments import parse as parse_arguments
from constructs_lib.assembly import from_documents
from constructs_lib.assembly.read import parse
from constructs_lib.check import check
from constructs_lib.services import S3, SAGEMAKER_API, STS

PYTHON = snippets("python")
YAML = snippets("yaml")
COMMANDS = commands()
STACKS = re.findall(r'^\w+Stack\(app, "(\w+)"', (ROOT / "app.py").read_text(), re.MULTILINE)


class MyStack(cdk.Stack):
    """The reader's own stack, where a page only names it."""

    def __init__(self, scope: Construct, name: str, **options: object) -> None:
        super().__init__(scope, name, **options)
        egress = constructs_lib.Egress.NAT_PER_AZ
        self.network = constructs_lib.PrivateNetwork(self, "Network", egress=egress, endpoints=[STS])
        self.notebook = constructs_lib.PrivateNotebook(self, "Notebook", network=self.network, services=[STS])


def around() -> dict[str, object]:
    """What a fragment stands in: the names that the text around it has."""
    app = cdk.App()
    environment = cdk.Environment(account="111122223333", region="eu-west-1")
    stack = MyStack(app, "Reader", env=environment)
    own_stack = cdk.Stack(app, "Own", env=environment)
    vpc = ec2.Vpc.from_vpc_attributes(
        own_stack,
        "Vpc",
        vpc_id="vpc-0123456789abcdef0",
        vpc_cidr_block="10.30.0.0/16",
        availability_zones=["eu-west-1a", "eu-west-1b"],
        isolated_subnet_ids=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        isolated_subnet_route_table_ids=["rtb-0123456789abcdef0", "rtb-0123456789abcdef1"],
    )
    public = {name: getattr(constructs_lib, name) for name in constructs_lib.__all__}
    own = {"MyStack": MyStack, "S3": S3, "SAGEMAKER_API": SAGEMAKER_API, "app": app, "cdk": cdk, "ec2": ec2}
    return {
        **public,
        **own,
        "network": stack.network,
        "notebook": stack.notebook,
        "self": own_stack,
        "stack": stack,
        "vpc": vpc,
    }


@pytest.mark.parametrize("snippet", PYTHON, ids=lambda each: each.place)
def test_python(snippet, tmp_path, monkeypatch):
    """Code that imports the CDK runs as it stands, and fragments among the names of their page; the result synthesizes."""
    whole = "import aws_cdk" in snippet.text
    monkeypatch.chdir(tmp_path)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "legacy.yaml").write_text("Resources: {Topic: {Type: AWS::SNS::Topic}}")
    names = {} if whole else around()
    exec(compile(snippet.text, snippet.place, "exec"), names)
    for name, value in list(names.items()):
        if name.startswith("test_"):
            value()
    apps = {id(root): root for value in names.values() if isinstance(value, Construct) for root in [value.node.root]}
    assert apps or not whole
    for app in apps.values():
        app.synth()


def _declared(snippet):
    return "SageMakerNetwork" in snippet.text


@pytest.mark.parametrize("snippet", [each for each in YAML if _declared(each)], ids=lambda each: each.place)
def test_declarations(snippet):
    """Templates are judged without complaint about what they declare; a fragment is put where the text says that it belongs."""
    document = parse(snippet.text, snippet.place)
    if "Resources" not in document:
        document = {
            "Resources": {"Notebook": {"Type": "AWS::SageMaker::NotebookInstance", "Properties": {}, **document}}
        }
    given = from_documents({snippet.place: document})
    results = check(given)
    assert results
    assert [
        each.message
        for each in results
        if each.verdict == "violated" and each.severity.value == "error" and not each.acknowledged
    ] == []


def test_declared_example_is_believed():
    """The example template of docs/declarations.md leaves nothing open about the notebook's way to SageMaker."""
    (snippet,) = (each for each in YAML if "vpcs:" in each.text)
    results = check(from_documents({"template.yaml": parse(snippet.text, snippet.place)}))
    by_rule = {each.rule.id: each.verdict for each in results if each.resource.logical_id == "Notebook"}
    assert by_rule["SMN-NB-05"] == "satisfied"


def test_pre_commit_example():
    """The hook that the docs name is the one that the repository defines."""
    (snippet,) = (each for each in YAML if each.text.startswith("repos:"))
    hooks = {each["id"] for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert {hook["id"] for repo in yaml.safe_load(snippet.text)["repos"] for hook in repo["hooks"]} == hooks


def test_action_example():
    """The inputs that the docs pass to the action are those that it has, and the required ones are among them."""
    (snippet,) = (each for each in YAML if each.text.startswith("jobs:"))
    (job,) = yaml.safe_load(snippet.text)["jobs"].values()
    (step,) = (each for each in job["steps"] if "sagemaker-network-constructs@" in each.get("uses", ""))
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    assert set(step["with"]) <= set(inputs)
    assert {name for name, about in inputs.items() if about.get("required")} <= set(step["with"])


@pytest.mark.parametrize("snippet", [each for each in YAML if not _declared(each)], ids=lambda each: each.place)
def test_other_yaml(snippet):
    """Every other YAML block is one of the two above."""
    assert snippet.text.startswith(("repos:", "jobs:"))


def _make(arguments):
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(arguments) <= set(targets)


def _sagemaker_network(arguments):
    options = parse_arguments(arguments)
    if options.command == "rules":
        assert main(arguments) == 0


def _npx(arguments):
    assert arguments[0] == "cdk"
    verb, *rest = arguments[1:]
    assert verb in ("bootstrap", "deploy", "destroy", "list")
    context = [each.partition("=")[0] for before, each in zip(rest, rest[1:], strict=False) if before == "-c"]
    assert all(f'try_get_context("{key}")' in (ROOT / "app.py").read_text() for key in context)
    stacks = [
        each for before, each in zip(["", *rest], rest, strict=False) if not each.startswith("-") and before != "-c"
    ]
    assert set(stacks) <= set(STACKS)


def _pip(arguments):
    assert arguments[0] == "install"
    name, _, extra = arguments[1].rstrip("]").partition("[")
    about = metadata(name)
    assert name == about["Name"]
    assert not extra or extra in about.get_all("Provides-Extra")


def _aws(arguments):
    service, operation, *options = arguments
    model = (
        botocore.session.get_session().get_service_model(service).operation_model(operation.title().replace("-", ""))
    )
    names = {re.sub(r"(?<!^)(?=[A-Z])", "-", member).lower() for member in model.input_shape.members}
    given = {each.removeprefix("--") for each in options if each.startswith("--")}
    assert given - {"query", "region", "output"} <= names


def _source(arguments):
    assert arguments == [".venv/bin/activate"]


KNOWN = {
    "aws": _aws,
    "make": _make,
    "npx": _npx,
    "pip": _pip,
    "sagemaker-network": _sagemaker_network,
    "source": _source,
}


@pytest.mark.parametrize(("place", "command"), COMMANDS, ids=[f"{place} {command}" for place, command in COMMANDS])
def test_commands(place, command, capsys):
    """Each command line is one that its program takes: verbs, options, targets, stacks and context keys exist."""
    for part in command.split("&&"):
        program, *arguments = shlex.split(part)
        assert program in KNOWN, place
        KNOWN[program](arguments)
    capsys.readouterr()


def test_stacks_are_those_of_the_app():
    """The names that commands are compared with are really found in app.py."""
    assert len(STACKS) == 6


def _anchors(page):
    """Headings of a page as links name them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links(page):
    """Each link to a file of this repository leads to one, and each anchor to a heading of it."""
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)):
        if target.startswith(("https://", "http://")):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in _anchors(path), f"{page.name} links to {target}"


def test_first_screen_of_the_readme():
    """The first screen says what it is, which pattern one needs, and the two commands."""
    start = "\n".join((ROOT / "README.md").read_text().splitlines()[:36])
    for text in ("## Which pattern do I need?", "make deploy-local", "make test"):
        assert text in start
    for name in (
        "NoVpcNotebook",
        "VpcNotebookDirectInternet",
        "PrivateNotebook",
        "StudioDomain",
        "PrivateTrainingJobNetwork",
    ):
        assert f"`{name}`" in start


def test_every_page_is_reached_from_the_readme():
    """Following links from the README leads to every page."""
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        waiting += [
            (page.parent / target.partition("#")[0]).resolve()
            for target in re.findall(r"\]\(([^)\s:]+)\)", page.read_text())
        ]
    assert set(PAGES) <= seen
