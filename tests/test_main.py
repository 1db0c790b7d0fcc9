"""The command line: exit statuses, options, files, and one line for whatever goes wrong."""

from __future__ import annotations

import json
import os
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from constructs_lib import __main__ as command_line
from constructs_lib.__main__ import main
from constructs_lib.arguments import FORMATS
from constructs_lib.rules import all_rules
from constructs_lib.version import VERSION

NOTEBOOK = "AWS::SageMaker::NotebookInstance"
#: SMN-NB-07: an open notebook, severity warning; SMN-NB-01: a closed one without subnet, severity error.
WARNING, ERROR = "SMN-NB-07", "SMN-NB-01"
COMMAND = [sys.executable, "-m", "constructs_lib"]


def template(parameters=None, metadata=None, **properties):
    """A template with one notebook, as text."""
    notebook = {"Type": NOTEBOOK, "Properties": properties}
    if metadata:
        notebook["Metadata"] = metadata
    document = {"Resources": {"Notebook": notebook}}
    if parameters:
        document["Parameters"] = parameters
    return json.dumps(document, indent=1)


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    """Run in a folder of one's own, where colour is not forced."""
    monkeypatch.chdir(tmp_path)
    for name in ("FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    Path("error.json").write_text(template(DirectInternetAccess="Disabled"))
    Path("warning.json").write_text(template(DirectInternetAccess="Enabled"))
    Path("hidden.json").write_text(template({"Access": {"Type": "String"}}, DirectInternetAccess={"Ref": "Access"}))
    reason = {"SageMakerNetwork": {"acknowledge": {ERROR: "a course"}}}
    Path("acknowledged.json").write_text(template(None, reason, DirectInternetAccess="Disabled"))


def results(capsys, *arguments):
    """What `check --format json` prints."""
    main(["check", *arguments, "--format", "json"])
    return json.loads(capsys.readouterr().out)


def fails(capsys, *arguments):
    """The one line on standard error of a command that cannot run."""
    assert main(list(arguments)) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith("sagemaker-network: ")
    return said.err.removeprefix("sagemaker-network: ").rstrip("\n")


ONLY = ["--rule", WARNING, "--rule", ERROR]


@pytest.mark.parametrize(
    ("file", "levels", "status"),
    [
        ("error.json", [], 1),
        ("error.json", ["error"], 1),
        ("error.json", ["warning"], 1),
        ("error.json", ["unverified"], 1),
        ("error.json", ["never"], 0),
        ("warning.json", [], 0),
        ("warning.json", ["warning"], 1),
        ("warning.json", ["unverified"], 0),
        ("warning.json", ["unverified", "warning"], 1),
        ("warning.json", ["warning", "never"], 0),
        ("hidden.json", [], 0),
        ("hidden.json", ["warning"], 0),
        ("hidden.json", ["unverified"], 1),
        ("acknowledged.json", ["error", "warning", "unverified"], 0),
    ],
)
def test_exit_status(capsys, file, levels, status):
    """Which verdicts fail the run under which levels; an acknowledged result never does."""
    chosen = [part for level in levels for part in ("--fail-on", level)]
    assert main(["check", file, *ONLY, *chosen]) == status
    capsys.readouterr()


def test_rules_are_chosen(capsys):
    """Only what was asked for is judged, in any case of letters."""
    assert {each["rule"] for each in results(capsys, "error.json", "--rule", ERROR.lower())["results"]} == {ERROR}


def test_parameters_decide(capsys):
    """A value makes a verdict of what was unverified."""
    verdicts = [
        [
            each["verdict"]
            for each in results(capsys, "hidden.json", "--rule", WARNING, "--show", "all", *decided)["results"]
        ]
        for decided in ([], ["--parameter", "Access=Enabled"], ["--parameter", "Access=Disabled"])
    ]
    assert verdicts == [["unverified"], ["violated"], ["satisfied"]]


def test_show_all(capsys):
    """Satisfied results are shown where asked for, and counted in both cases."""
    few, many = (results(capsys, "warning.json", *ONLY, *more) for more in ([], ["--show", "all"]))
    assert few["summary"] == many["summary"]
    assert len(many["results"]) >= len(few["results"])
    assert {each["verdict"] for each in few["results"]} == {"violated"}


def test_several_paths(capsys):
    """Files given together are judged together, one that is given twice once."""
    said = results(capsys, "error.json", "warning.json", "error.json", *ONLY)
    assert said["summary"]["templates"] == 2


def test_regions(capsys):
    """The region of templates that do not name theirs."""
    assert main(["check", "error.json", "--region", "eu-west-1", *ONLY]) == 1
    capsys.readouterr()


# Files.


def test_output(capsys):
    """The report goes to the file, nothing to standard output, and the status is the same."""
    assert main(["check", "error.json", "--format", "json", "-o", "report.json", *ONLY]) == 1
    assert capsys.readouterr().out == ""
    assert json.loads(Path("report.json").read_text())["summary"]["violated"] == 1
    assert [each.name for each in Path().iterdir() if "report" in each.name] == ["report.json"]


def test_output_replaces_whole_files_and_keeps_their_mode():
    """An earlier report is replaced, with the permissions that it had."""
    Path("report.txt").write_text("old")
    Path("report.txt").chmod(0o640)
    main(["check", "error.json", "-o", "report.txt", *ONLY])
    assert "1 violated" in Path("report.txt").read_text()
    assert stat.S_IMODE(os.stat("report.txt").st_mode) == 0o640


def test_output_that_fails_leaves_what_was_there(capsys, monkeypatch):
    """Where the new file cannot be put in place, the old one stays and no part is left."""
    Path("report.txt").write_text("old")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    assert fails(capsys, "check", "error.json", "-o", "report.txt") == "report.txt: permission denied"
    assert Path("report.txt").read_text() == "old"
    assert not [each for each in Path().iterdir() if each.name.endswith(".part")]


def test_output_to_no_such_folder(capsys):
    """One line that names the file."""
    assert fails(capsys, "check", "error.json", "-o", "no/report") == "no/report: no such file or directory"


def test_output_to_a_link_and_to_a_device():
    """A link stays one, and a device is written to rather than replaced."""
    Path("real.txt").write_text("old")
    Path("link.txt").symlink_to("real.txt")
    main(["check", "error.json", "-o", "link.txt", *ONLY])
    assert Path("link.txt").is_symlink()
    assert "1 violated" in Path("real.txt").read_text()
    main(["check", "error.json", "-o", "/dev/null", *ONLY])
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_files_are_never_coloured(monkeypatch):
    """Colour is for the terminal."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    main(["check", "error.json", "-o", "report.txt"])
    assert "\033" not in Path("report.txt").read_text()


@pytest.mark.parametrize(
    ("environment", "terminal", "coloured"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
    ],
)
def test_colour(capsys, monkeypatch, environment, terminal, coloured):
    """Colour where a terminal is, unless the environment says otherwise."""
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    main(["check", "error.json", *ONLY])
    assert ("\033[31m" in capsys.readouterr().out) is coloured


# What cannot run.


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: COMMAND; see 'sagemaker-network --help'"),
        (["check"], "the following arguments are required: PATH; see 'sagemaker-network check --help'"),
        (["check", "error.json", "--nope"], "unrecognized arguments: --nope; see 'sagemaker-network check --help'"),
        (["explain", "error.json", "b"], "unrecognized arguments: b; see 'sagemaker-network explain --help'"),
        (["check", ""], "argument PATH: is empty; see 'sagemaker-network check --help'"),
        (["check", "error.json", "-o", ""], "argument -o/--output: is empty; see 'sagemaker-network check --help'"),
        (
            ["check", "error.json", "--against", ""],
            "argument --against: is empty; see 'sagemaker-network check --help'",
        ),
        (
            ["check", "error.json", "--region", "Ireland"],
            "argument --region: 'Ireland' is no region, such as eu-west-1; see 'sagemaker-network check --help'",
        ),
        (
            ["rules", "--declarations", "SMN-NB-01"],
            "argument ID: not allowed with argument --declarations; see 'sagemaker-network rules --help'",
        ),
        (
            ["diagram", "error.json", "-o", "x.png"],
            "x.png: a diagram is made as .mmd, .svg or .html: end the file's name with one of them",
        ),
        (["check", "nowhere.json"], "nowhere.json: cannot be read: no such file or directory"),
        (["check", "error.json", "--parameter", "X"], "--parameter X: give KEY=VALUE"),
        (["check", "error.json", "--parameter", "=1"], "--parameter =1: give KEY=VALUE"),
        (
            ["check", "hidden.json", "--parameter", "Access=a", "--parameter", "Access=b"],
            "--parameter Access is given twice: a and b",
        ),
        (
            ["check", "hidden.json", "--parameter", "Acces=a"],
            '--parameter: no template has a parameter "Acces", did you mean "Access"?',
        ),
        (["check", "error.json", "--rule", "SMN-NB-99"], None),
        (["rules", "SMN-XY-01"], None),
        (["check", "error.json", "--against", "nowhere"], None),
        (["explain", "error.json", "--from", "Nope"], None),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_cannot_run(capsys, arguments, said):
    """Wrong arguments and unreadable input are one line that names them, and status 2."""
    line = fails(capsys, *arguments)
    assert said is None or line == said


@pytest.mark.parametrize(
    "arguments", [["frobnicate"], ["check", "a", "--format", "xml"], ["check", "a", "--fail-on", "all"]]
)
def test_wrong_choices(capsys, arguments):
    """A word that is not among the choices is named with them."""
    line = fails(capsys, *arguments)
    assert f"invalid choice: '{arguments[-1]}'" in line


@pytest.mark.parametrize("arguments", [["check", "error.json", "--rule"], ["rules"]])
def test_unknown_rules(capsys, arguments):
    """The nearest rule is named, and how to list them all."""
    assert fails(capsys, *arguments, "SMN-NB-055") == (
        "there is no rule SMN-NB-055, did you mean \"SMN-NB-05\"?; 'sagemaker-network rules' lists them"
    )


def test_a_mistake_of_the_program(capsys, monkeypatch):
    """What nobody foresaw is one line too, never a verdict; the traceback comes for who asks."""

    def broken(*_, **__):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(command_line, "_judge", broken)
    line = fails(capsys, "check", "error.json")
    assert line.startswith(
        "a mistake of this program, please report it: ZeroDivisionError: by zero (test_main.py, line "
    )
    monkeypatch.setenv("SAGEMAKER_NETWORK_TRACEBACK", "1")
    assert main(["check", "error.json"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_interrupted(monkeypatch):
    """Control-C ends the run without a traceback, with the shell's status for it."""

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line, "load", interrupt)
    assert main(["check", "error.json"]) == 130


def test_what_could_not_be_read_in_a_folder(capsys):
    """The others are reported, then the broken one, and the status is 2."""
    Path("folder").mkdir()
    Path("folder/a.json").write_text(template(DirectInternetAccess="Disabled"))
    Path("folder/b.json").write_text('{"Resources": []}')
    assert main(["check", "folder", *ONLY, "--fail-on", "never"]) == 2
    said = capsys.readouterr()
    assert "1 violated" in said.out
    assert said.err == "sagemaker-network: folder/b.json: Resources: must be an object, not a list\n"


# Against an earlier state.


def test_against(capsys):
    """Only what is new fails; what was there is marked, and what the change replaces is told."""
    assert main(["check", "error.json", "--against", "error.json", *ONLY]) == 0
    assert "known before" in capsys.readouterr().out
    assert main(["check", "error.json", "--against", "warning.json", *ONLY]) == 1
    capsys.readouterr()
    said = results(capsys, "error.json", "--against", "warning.json")
    assert ("SMN-NB-18", "warning", False) in {
        (each["rule"], each["severity"], each["known"]) for each in said["results"]
    }
    assert all("known" in each for each in said["results"])


def test_against_fails_where_the_update_would(capsys):
    """A fixed name makes a replacement an error, whatever was known."""
    for name, key in (("old", "a"), ("new", "b")):
        Path(f"{name}.json").write_text(template(NotebookInstanceName="lab", KmsKeyId=key))
    assert main(["check", "new.json", "--against", "old.json", "--rule", "SMN-NB-18"]) == 1
    assert "the update fails: KmsKeyId changes from a to b" in capsys.readouterr().out


# The catalogue, help.


def test_rules(capsys):
    """Each rule on a line, then how many there are."""
    assert main(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:-2]] == [rule.id for rule in all_rules()]
    checked = sum(rule.state == "checked" for rule in all_rules())
    assert lines[-1].startswith(f"{len(lines) - 2} rules: {checked} checked in templates")


def test_one_rule(capsys):
    """Statement, fix, source and both examples."""
    assert main(["rules", "smn-nb-05"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("SMN-NB-05  error  checked\n")
    for part in ("\nFix: ", "\nSource: https://docs.aws.amazon.com/", "\nThis breaks it:\n", "\nThis keeps it:\n"):
        assert part in said


def test_declarations(capsys):
    """The schema of what may be declared, as JSON."""
    assert main(["rules", "--declarations"]) == 0
    assert "$schema" in json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("command", [[], ["check"], ["explain"], ["diagram"], ["rules"], ["orphans"]])
def test_help(capsys, command):
    """Help is printed with status 0, and says what the exit status means."""
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(" ".join(["usage: sagemaker-network", *command]))
    assert "exit status: 0" in said
    assert max(len(line) for line in said.splitlines()) <= 110


def test_version(capsys):
    """The version of the library."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"sagemaker-network {VERSION}\n"


# Whole processes.


def test_a_reader_that_leaves():
    """`| head` ends the output, not the verdict, and nothing is complained about."""
    Path("many").mkdir()
    for number in range(300):
        Path(f"many/{number}.json").write_text(template(DirectInternetAccess="Disabled"))
    with subprocess.Popen([*COMMAND, "check", "many"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.read(10)
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (1, b"")


def test_a_full_disk():
    """What cannot be written is no success."""
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*COMMAND, "check", "error.json"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (2, b"sagemaker-network: standard output: no space left on device\n")


def test_characters_that_the_output_has_not():
    """A name in other letters is escaped where the encoding cannot hold it."""
    Path("notizbücher.json").write_text(template(DirectInternetAccess="Disabled"))
    done = subprocess.run(
        [*COMMAND, "check", "notizbücher.json"],
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "1"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.startswith(b"notizb\\xfccher.json\n")


@pytest.mark.parametrize("closed", ["1", "2"])
def test_closed_streams(closed):
    """Who closes a stream wants nothing on it; the status is the same."""
    for arguments, status in (("error.json --rule SMN-NB-01", 1), ("nowhere", 2)):
        line = f"{shlex.join(COMMAND)} check {arguments} {closed}>&-"
        done = subprocess.run(["sh", "-c", line], capture_output=True, check=False)
        assert (done.returncode, b"mistake" in done.stderr, b"nowhere" in done.stdout) == (status, False, False)


@pytest.mark.parametrize(
    ("verb", "form", "status"),
    [*(("check", form, 1) for form in FORMATS), ("explain", "text", 0), ("explain", "json", 0)],
)
def test_names_that_are_no_text(verb, form, status):
    """A file's name in bytes of another encoding, and a logical id of half a character, do not stop any report."""
    name = os.fsdecode(b"caf\xe9.json")
    try:
        Path(name).write_text(template(DirectInternetAccess="Disabled").replace('"Notebook"', '"Note\\ud800"'))
    except OSError:
        pytest.skip("this file system takes text only")
    for arguments in ([verb, name, "--format", form], [verb, name, "--format", form, "-o", "report"]):
        done = subprocess.run([*COMMAND, *arguments], capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (status, b"")
    assert Path("report").stat().st_size > 0


def test_the_status_of_the_process():
    """The process ends with the status of the command."""
    for arguments, status in ((["error.json"], 1), (["warning.json", "--fail-on", "never"], 0), (["nowhere"], 2)):
        done = subprocess.run([*COMMAND, "check", *arguments], capture_output=True, check=False)
        assert done.returncode == status
