"""The command line: `sagemaker-network`, also `python -m constructs_lib`.

Exit status: 0 nothing that fails, 1 findings that fail, 2 could not run (one line on standard error, never a traceback).
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter

from constructs_lib.assembly import InputError, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from constructs_lib.assembly import Input
    from constructs_lib.check import Result
    from constructs_lib.report.view import Report
    from constructs_lib.rules import Rule

PROGRAM = "sagemaker-network"
FAILED = 1
COULD_NOT_RUN = 2
INTERRUPTED = 130
TRACEBACK = "SAGEMAKER_NETWORK_TRACEBACK"
FORMATS = ("text", "json", "sarif", "junit", "github")
FAIL_ON = ("error", "warning", "unverified", "never")
_PATH = "a cloud assembly (cdk.out), a template file (JSON or YAML) or a folder of them"
_EXIT_STATUS = "exit status: 0 nothing that fails, 1 findings that fail, 2 could not run"


class CannotRun(Exception):
    """The command cannot do its work; the text is the one line that says why."""


class _Parser(ArgumentParser):
    """Wrong arguments become one line that names them, like every other reason not to run."""

    def error(self, message: str) -> NoReturn:
        raise CannotRun(f"{message}; see '{self.prog} --help'")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    Args:
        arguments: what follows the program's name. Default: those of the process.

    """
    try:
        options = _parser().parse_args(arguments)
        status: int = _COMMANDS[options.command](options)
        sys.stdout.flush()
    except (CannotRun, InputError) as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return COULD_NOT_RUN
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough; the interpreter's own flush at exit must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a mistake of ours must not look like a verdict: Python itself would end with status 1
        print(f"{PROGRAM}: {_mistake(error)}", file=sys.stderr)
        return COULD_NOT_RUN
    return status


def _mistake(error: Exception) -> str:
    """Return the line that a mistake in this program is reported by, with its place; the traceback only for who asks for it."""
    import traceback

    if os.environ.get(TRACEBACK):
        traceback.print_exception(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    what = traceback.format_exception_only(error)[-1].strip().replace("\n", " ")
    return f"a mistake of this program, please report it: {what} ({os.path.basename(last.filename)}, line {last.lineno}); {TRACEBACK}=1 prints the traceback"


def _parser() -> ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        description="Tells from CloudFormation templates whether SageMaker AI workloads will reach what they need, and why not.",
        epilog=_EXIT_STATUS,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    _check_arguments(commands.add_parser("check", help="judge templates by the documented rules", epilog=_EXIT_STATUS))
    explain = commands.add_parser("explain", help="show which way traffic goes, and what stops it")
    explain.add_argument("path", metavar="PATH", help=_PATH)
    explain.add_argument("--from", dest="source", metavar="ID", help="a workload's logical id, or SUBNET+GROUP[+GROUP] for an imagined job there")
    explain.add_argument(
        "--to", action="append", default=[], metavar="DESTINATION", help="internet, a service (sts, sagemaker.api), efs, self, a CIDR or a logical id; with :port where it matters; may be repeated"
    )
    explain.add_argument("--format", choices=("text", "json"), default="text")
    _shared_arguments(explain)
    diagram = commands.add_parser("diagram", help="draw the network and its paths")
    diagram.add_argument("path", metavar="PATH", help=_PATH)
    _shared_arguments(diagram, output="FILE.svg, FILE.html or FILE.mmd; without it Mermaid goes to standard output")
    rules = commands.add_parser("rules", help="the catalogue of rules, or one of them with its examples")
    rules.add_argument("rule", metavar="ID", nargs="?")
    rules.add_argument("--declarations", action="store_true", help="print the JSON Schema of what templates may declare in their metadata")
    orphans = commands.add_parser("orphans", help="find what deleted Studio domains left in an account", epilog="exit status: 0 nothing found, 1 something found, 2 could not run")
    orphans.add_argument("--region", metavar="REGION", help="default: that of the AWS configuration")
    orphans.add_argument("--delete", action="store_true", help="delete what was found; without it nothing is changed")
    return parser


def _check_arguments(check: ArgumentParser) -> None:
    check.add_argument("paths", metavar="PATH", nargs="+", help=_PATH)
    check.add_argument("--format", choices=FORMATS, default="text")
    check.add_argument("--show", choices=("findings", "all"), default="findings", help="all: satisfied and acknowledged results too")
    check.add_argument("--fail-on", action="append", choices=FAIL_ON, metavar="|".join(FAIL_ON), help="what makes the exit status 1; may be repeated; default: error")
    check.add_argument("--rule", action="append", default=[], metavar="ID", help="judge by this rule only; may be repeated")
    check.add_argument("--against", metavar="OLD", help="an earlier assembly, folder, template or git revision: only findings that it did not have fail, and what the change replaces is reported")
    _shared_arguments(check)


def _shared_arguments(parser: ArgumentParser, output: str = "write there instead of to standard output") -> None:
    parser.add_argument("--parameter", action="append", default=[], metavar="KEY=VALUE", help="decide a template parameter; may be repeated")
    parser.add_argument("--region", metavar="REGION", help="the region of templates that do not name theirs")
    parser.add_argument("-o", "--output", metavar="FILE", help=output)


def _version() -> str:
    from constructs_lib.version import VERSION

    return f"{PROGRAM} {VERSION}"


def _parameters(options: Namespace) -> dict[str, str]:
    pairs = [given.partition("=") for given in options.parameter]
    for key, equals, _ in pairs:
        if not (key and equals):
            raise CannotRun(f"--parameter {key or '='}: give KEY=VALUE")
    return {key: value for key, _, value in pairs}


def _load(options: Namespace, paths: Sequence[str], *, defaults: bool = False) -> Input:
    from constructs_lib.report.progress import progress

    with progress() as shown:
        return load(paths, parameters=_parameters(options), region=options.region, defaults=defaults, progress=shown)


def _check(options: Namespace) -> int:
    from constructs_lib.check import check
    from constructs_lib.report.view import Report

    rules = _rules_named(options.rule)
    given = _load(options, options.paths)
    results = check(given, rules)
    known: set[Result] = set()
    if options.against is not None:
        from constructs_lib.against import known_before, load_old, what_changes

        old = load_old(options.against, options.paths, parameters=_parameters(options), region=options.region)
        known = known_before(results, given, old, rules)
        results = [*results, *what_changes(given, old, rules)]
    report = Report(given, results, known=known, compared=options.against is not None, show_all=options.show == "all")
    levels = options.fail_on or ["error"]
    _write(_rendered(report, options, levels), options.output)
    for error in given.errors:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
    if given.errors:
        return COULD_NOT_RUN
    return FAILED if report.fails(levels) else 0


def _rendered(report: Report, options: Namespace, levels: Sequence[str]) -> str:
    if options.format == "text":
        from constructs_lib.report import text

        return text.render(report, colour=options.output is None and _colour())
    if options.format == "junit":
        from constructs_lib.report import junit

        return junit.render(report, levels=levels)
    from importlib import import_module

    rendered: str = import_module(f"constructs_lib.report.{options.format}").render(report)
    return rendered


def _colour() -> bool:
    # https://no-color.org and https://force-color.org
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


def _rules_named(names: Sequence[str]) -> list[Rule] | None:
    return [_rule_named(name) for name in names] or None


def _rule_named(name: str) -> Rule:
    from constructs_lib.assembly import nearest
    from constructs_lib.rules import all_rules, rule_by_id

    rule = rule_by_id(name.upper())
    if rule is None:
        raise CannotRun(f"there is no rule {name}{nearest(name, [rule.id for rule in all_rules()])}; '{PROGRAM} rules' lists them")
    return rule


def _write(text: str, path: str | None) -> None:
    """Write to the file, whole or not at all, or to standard output."""
    if path is None:
        sys.stdout.write(text)
        return
    part = f"{path}.part"
    try:
        with open(part, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(part, path)
    except OSError as error:
        if os.path.exists(part):
            os.remove(part)
        raise CannotRun(f"{path}: {error.strerror or error}") from None


def _explain(options: Namespace) -> int:
    from constructs_lib.report import explain

    given = _load(options, [options.path], defaults=True)
    _write(explain.render(given, options.source, options.to, as_json=options.format == "json"), options.output)
    return 0


def _diagram(options: Namespace) -> int:
    from constructs_lib.report import diagram

    diagram.form(options.output)  # a wrong ending is told before anything is read
    given = _load(options, [options.path], defaults=True)
    judged = _load(options, [options.path])
    _write(diagram.render(given, judged, options.output), options.output)
    for error in given.errors:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
    return COULD_NOT_RUN if given.errors else 0


def _rules(options: Namespace) -> int:
    from constructs_lib.report import catalogue

    if options.declarations:
        _write(catalogue.render_declarations(), None)
    elif options.rule:
        _write(catalogue.render_rule(_rule_named(options.rule)), None)
    else:
        _write(catalogue.render_list(), None)
    return 0


def _orphans(options: Namespace) -> int:
    from constructs_lib import orphans

    try:
        return orphans.main(options.region, options.delete, sys.stdout)
    except orphans.OrphansError as error:
        raise CannotRun(str(error)) from error


_COMMANDS = {"check": _check, "explain": _explain, "diagram": _diagram, "rules": _rules, "orphans": _orphans}

if __name__ == "__main__":
    sys.exit(main())
