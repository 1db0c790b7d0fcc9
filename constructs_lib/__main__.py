"""The command line: `sagemaker-network`, also `python -m constructs_lib`.

Exit status: 0 nothing that fails, 1 findings that fail, 2 could not run (one line on standard error, never a traceback).
"""

from __future__ import annotations

import os
import sys

from constructs_lib.arguments import PROGRAM, CannotRun, parameters, parse
from constructs_lib.assembly import InputError, load
from constructs_lib.report.progress import Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from typing import NoReturn

    from constructs_lib.assembly import Input
    from constructs_lib.check import Result
    from constructs_lib.report.view import Report
    from constructs_lib.rules import Rule

FAILED = 1
COULD_NOT_RUN = 2
INTERRUPTED = 130
TRACEBACK = "SAGEMAKER_NETWORK_TRACEBACK"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    Args:
        arguments: what follows the program's name. Default: those of the process.

    """
    try:
        options = parse(sys.argv[1:] if arguments is None else arguments)
        status: int = _COMMANDS[options.command](options)
    except (CannotRun, InputError) as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return COULD_NOT_RUN
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a mistake of ours must not look like a verdict: Python itself would end with status 1
        print(f"{PROGRAM}: {_mistake(error)}", file=sys.stderr)
        return COULD_NOT_RUN
    return status


def run() -> NoReturn:
    """Run the command of this process and end it."""
    import gc

    # The run is short and keeps what it reads: neither looking for garbage nor taking everything apart at the end is worth its time.
    gc.disable()
    for name in ("stdout", "stderr"):
        # Closed by who started us (`>&-`): what would go there is not wanted.
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - to the end of the process
    status = main()
    sys.stderr.flush()
    os._exit(status)


def _mistake(error: Exception) -> str:
    """Return the line that a mistake in this program is reported by, with its place; the traceback only for who asks for it."""
    import traceback

    if os.environ.get(TRACEBACK):
        traceback.print_exception(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    what = traceback.format_exception_only(error)[-1].strip().replace("\n", " ")
    place = f"{os.path.basename(last.filename)}, line {last.lineno}"
    return f"a mistake of this program, please report it: {what} ({place}); {TRACEBACK}=1 prints the traceback"


def _load(options: Namespace, paths: Sequence[str], *, defaults: bool = False) -> Input:
    progress = Progress(sys.stderr)
    try:
        return load(
            paths,
            parameters=parameters(options.parameter),
            region=options.region,
            defaults=defaults,
            progress=progress.of("reading templates"),
        )
    finally:
        progress.end()


def _check(options: Namespace) -> int:
    from constructs_lib.report.view import Report

    rules = [_rule_named(name) for name in options.rule] or None
    given = _load(options, options.paths)
    results = _judge(given, rules)
    known: set[Result] = set()
    if options.against is not None:
        from constructs_lib.comparison.against import Earlier
        from constructs_lib.copies import cores

        decided = parameters(options.parameter)
        with Earlier(options.against, given, options.paths, parameters=decided, region=options.region) as earlier:
            known = earlier.had(results, rules, processes=cores())
            results = [*results, *earlier.replaced(rules)]
    report = Report(given, results, known=known, compared=options.against is not None, show_all=options.show == "all")
    levels = options.fail_on or ["error"]
    _write(_rendered(report, options, levels), options.output)
    return _unread(given) or (FAILED if report.fails(levels) else 0)


def _judge(given: Input, rules: Sequence[Rule] | None) -> list[Result]:
    from constructs_lib.check import check
    from constructs_lib.copies import cores

    progress = Progress(sys.stderr)
    try:
        return check(given, rules, processes=cores(), progress=progress.of("judging resources"))
    finally:
        progress.end()


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


def _rule_named(name: str) -> Rule:
    from constructs_lib.assembly import nearest
    from constructs_lib.rules import all_rules, rule_by_id

    rule = rule_by_id(name.upper())
    if rule is None:
        hint = nearest(name.upper(), [rule.id for rule in all_rules()])
        raise CannotRun(f"there is no rule {name}{hint}; '{PROGRAM} rules' lists them")
    return rule


def _write(text: str, path: str | None) -> None:
    if path is None:
        _print(text)
    else:
        from constructs_lib.report.file import write

        try:
            write(text, path)
        except OSError as error:
            raise CannotRun(f"{path}: {(error.strerror or str(error)).lower()}") from None


def _print(text: str) -> None:
    """Write to standard output, in what characters it has."""
    try:
        try:
            sys.stdout.write(text)
        except UnicodeEncodeError:
            encoding = sys.stdout.encoding
            sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough; the interpreter's own flush at its end must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise CannotRun(f"standard output: {(error.strerror or str(error)).lower()}") from None


def _explain(options: Namespace) -> int:
    from constructs_lib.report import explain

    given = _load(options, [options.path], defaults=True)
    _write(explain.render(given, options.source, options.to, as_json=options.format == "json"), options.output)
    return _unread(given)


def _diagram(options: Namespace) -> int:
    from constructs_lib.report import diagram

    diagram.form(options.output)  # a wrong ending is told before anything is read
    given = _load(options, [options.path], defaults=True)
    judged = _load(options, [options.path])
    _write(diagram.render(given, judged, options.output), options.output)
    return _unread(given)


def _unread(given: Input) -> int:
    """Say which templates of a folder could not be read, and return the status for it."""
    for error in given.errors:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
    return COULD_NOT_RUN if given.errors else 0


def _rules(options: Namespace) -> int:
    from constructs_lib.report import catalogue

    if options.declarations:
        _print(catalogue.render_declarations())
    elif options.rule:
        _print(catalogue.render_rule(_rule_named(options.rule)))
    else:
        _print(catalogue.render_list())
    return 0


def _orphans(options: Namespace) -> int:
    from constructs_lib import orphans

    try:
        return orphans.main(options.region, options.delete, _print)
    except orphans.OrphansError as error:
        raise CannotRun(str(error)) from error


_COMMANDS = {"check": _check, "explain": _explain, "diagram": _diagram, "rules": _rules, "orphans": _orphans}

if __name__ == "__main__":
    run()
