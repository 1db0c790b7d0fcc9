"""The arguments of the command line."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, HelpFormatter, Namespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn

PROGRAM = "sagemaker-network"
FORMATS = ("text", "json", "sarif", "junit", "github")
FAIL_ON = ("error", "warning", "unverified", "never")
_PATH = "a cloud assembly (cdk.out), a template file (JSON or YAML) or a folder of them"
_EXIT_STATUS = "exit status: 0 nothing that fails, 1 findings that fail, 2 could not run"


class CannotRun(Exception):
    """The command cannot do its work; the text is the one line that says why."""


def parse(arguments: Sequence[str]) -> Namespace:
    """Return what the arguments say; `--help` and `--version` print and end the process.

    Raises:
        CannotRun: They are wrong.
    """
    # Most of the time goes into describing the other commands, which only the help shows.
    asked = arguments[0] if arguments and arguments[0] in _COMMANDS else None
    options, unknown = _parser(asked).parse_known_args(arguments)
    if unknown:
        raise CannotRun(f"unrecognized arguments: {' '.join(unknown)}; see '{PROGRAM} {options.command} --help'")
    return options


class _Help(HelpFormatter):
    """Help of a fixed width: to ask for the terminal's loads more than reading a template does."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=110)


class _Parser(ArgumentParser):
    """Wrong arguments become one line that names them, like every other reason not to run."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=_Help, allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        raise CannotRun(f"{message}; see '{self.prog} --help'")


def _parser(command: str | None) -> ArgumentParser:
    """Return the parser of one command, or of all."""
    parser = _Parser(
        prog=PROGRAM,
        description="Tells from CloudFormation templates whether SageMaker AI workloads will reach what they need, and why not.",
        epilog=_EXIT_STATUS,
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    for name, (describe, what, epilog) in _COMMANDS.items():
        if command in (None, name):
            describe(commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.", epilog=epilog))
    return parser


def _version() -> str:
    from constructs_lib.version import VERSION

    return f"{PROGRAM} {VERSION}"


def _check(parser: ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="+", type=_text, help=_PATH)
    parser.add_argument("--format", choices=FORMATS, default="text", help="default: text")
    parser.add_argument(
        "--show",
        choices=("findings", "all"),
        default="findings",
        help="all: satisfied and acknowledged results too; default: findings",
    )
    parser.add_argument(
        "--fail-on",
        action="append",
        choices=FAIL_ON,
        metavar="|".join(FAIL_ON),
        help="what makes the exit status 1: violated rules of severity error (default); warning: of severity warning too; "
        "unverified: unverified results too; never: nothing; may be repeated",
    )
    parser.add_argument(
        "--rule", action="append", default=[], metavar="ID", help="judge by this rule only; may be repeated"
    )
    parser.add_argument(
        "--against",
        metavar="OLD",
        type=_text,
        help="an earlier assembly, folder, template or git revision: only findings that it did not have fail, and what "
        "the change replaces is reported",
    )
    _shared(parser)


def _explain(parser: ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", type=_text, help=_PATH)
    parser.add_argument(
        "--from",
        dest="source",
        metavar="ID",
        help="a workload by its logical id or construct path, or SUBNET+GROUP[+GROUP] for an imagined job there; default: every workload",
    )
    parser.add_argument(
        "--to",
        action="append",
        default=[],
        metavar="DESTINATION",
        help="internet, a service (sts, sagemaker.api), efs, self, a CIDR block, a host name, or a resource by its logical id or construct path; with :PORT where it matters; "
        "may be repeated; default: what matters to each workload",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    _shared(parser)


def _diagram(parser: ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", type=_text, help=_PATH)
    _shared(parser, output="FILE.svg, FILE.html or FILE.mmd; without it Mermaid goes to standard output")


def _rules(parser: ArgumentParser) -> None:
    either = parser.add_mutually_exclusive_group()
    either.add_argument("rule", metavar="ID", nargs="?", help="the rule to show with its source, fix and examples")
    either.add_argument(
        "--declarations",
        action="store_true",
        help="print the JSON Schema of what templates may declare in their metadata",
    )


def _orphans(parser: ArgumentParser) -> None:
    parser.add_argument("--region", metavar="REGION", type=_region, help="default: that of the AWS configuration")
    parser.add_argument("--delete", action="store_true", help="delete what was found; without it nothing is changed")


def _text(given: str) -> str:
    """What names something: anything but nothing, which an unset variable of a script becomes."""
    if not given:
        raise ArgumentTypeError("is empty")
    return given


def _region(given: str) -> str:
    import re

    if not re.fullmatch(r"[a-z]{2,4}(-[a-z]+){1,3}-[0-9]{1,2}", given):
        raise ArgumentTypeError(f"'{given}' is no region, such as eu-west-1")
    return given


def _shared(parser: ArgumentParser, output: str = "write there instead of to standard output") -> None:
    parser.add_argument(
        "--parameter",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="decide a template parameter; may be repeated",
    )
    parser.add_argument(
        "--region", metavar="REGION", type=_region, help="the region of templates that do not name theirs"
    )
    parser.add_argument("-o", "--output", metavar="FILE", type=_text, help=output)


_COMMANDS: dict[str, tuple[Callable[[ArgumentParser], None], str, str]] = {
    "check": (_check, "judge templates by the documented rules", _EXIT_STATUS),
    "explain": (_explain, "show which way traffic goes, and what stops it", "exit status: 0, or 2 could not run"),
    "diagram": (_diagram, "draw the network and its paths", "exit status: 0, or 2 could not run"),
    "rules": (
        _rules,
        "show the catalogue of rules, or one of them with its examples",
        "exit status: 0, or 2 could not run",
    ),
    "orphans": (
        _orphans,
        "find what deleted Studio domains left in an account",
        "exit status: 0 nothing found, 1 something found, 2 could not run",
    ),
}


def parameters(given: Sequence[str]) -> dict[str, str]:
    """Return the values of `--parameter` by name.

    Raises:
        CannotRun: One of them is not KEY=VALUE, or two decide the same.
    """
    found: dict[str, str] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not (key and equals):
            raise CannotRun(f"--parameter {text}: give KEY=VALUE")
        if found.setdefault(key, value) != value:
            raise CannotRun(f"--parameter {key} is given twice: {found[key]} and {value}")
    return found
