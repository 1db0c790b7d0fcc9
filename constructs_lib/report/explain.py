"""Which way traffic goes, as text for people and as JSON."""

from __future__ import annotations

from constructs_lib.network import QuestionError, explain_paths, network_of
from constructs_lib.network.called import label
from constructs_lib.network.explain import workloads
from constructs_lib.network.questions import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from constructs_lib.assembly import Input
    from constructs_lib.network import Path

SCHEMA = 1
#: A message names at most so many workloads.
_MOST_NAMED = 8
_MARKS = {"reachable": "->", "blocked": "x", "unverified": "?"}


def paths_of(given: Input, source: str | None, to: Sequence[str]) -> list[Path]:
    """Answer in every group of the input that knows the source; destinations as for `explain_paths`.

    Raises:
        QuestionError: No group knows the source or the destination.

    """
    found: list[Path] = []
    failed: QuestionError | None = None
    for group in given.groups:
        try:
            found += explain_paths(network_of(group), source, to)
        except QuestionError as error:
            failed = failed or error
    if failed is None or found:
        return found
    if isinstance(failed, SourceError):
        raise QuestionError(f"{failed}; {_known(given)}")
    raise failed


def _known(given: Input) -> str:
    """The workloads that could be asked about."""
    names = [label(workload) for group in given.groups for workload in workloads(network_of(group))]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"there are {', '.join(names[:_MOST_NAMED])}{more}" if names else "there is none"


def render(given: Input, source: str | None, to: Sequence[str], *, as_json: bool = False) -> str:
    """Return the paths as text, or as the JSON of `explain --format json`.

    Args:
        given: The templates, loaded so that parameters take their defaults.
        source: A workload's logical id or construct path, or `SUBNET+GROUP[+GROUP]`; None: every workload.
        to: Destinations; none: those that matter to each workload.
        as_json: JSON instead of text. Default: False.

    Raises:
        QuestionError: A name stands for nothing in the templates.

    """
    paths = paths_of(given, source, to)
    if as_json:
        from json import dumps

        # One path a line: easy to compare and to search, and written by the fast half of the JSON module, which does not indent.
        lines = ",\n".join([dumps(as_object(path)) for path in paths])
        between = f"\n{lines}\n" if lines else ""
        return f'{{"schema": {SCHEMA}, "paths": [{between}]}}\n'
    if source is not None and to:
        several = len({path.template for path in paths}) > 1
        return "\n".join(_in_full(path, placed=several) for path in paths)
    return _matrix(paths)


def as_object(path: Path) -> dict[str, Any]:
    """Return a path as the JSON shows it."""
    return {
        "template": path.template,
        "from": path.source,
        "to": path.destination,
        "verdict": path.verdict,
        "via": path.via,
        "blocked_by": path.blocked_by,
        "hops": [{"kind": hop.kind, "id": hop.id, "text": hop.text} for hop in path.hops],
        "why": path.why,
        "declare": path.declare,
        "assumptions": list(path.assumptions),
    }


def _answer(path: Path) -> str:
    """`reachable by nat`, `blocked by security_group (nat)`, `unverified (tgw)`."""
    if path.verdict == "reachable":
        return f"reachable by {path.via}"
    by = f" by {path.blocked_by}" if path.blocked_by else ""
    return f"{path.verdict}{by}" + ("" if path.via in ("none", "unknown") else f" ({path.via})")


def _in_full(path: Path, *, placed: bool) -> str:
    """One answer with its hops; `placed` names the template of the workload, where that tells it from another."""
    source = f"{path.source} ({path.template})" if placed else path.source
    lines = [f"{source} {_MARKS[path.verdict]} {path.destination}: {_answer(path)}", f"  {path.why}"]
    lines += [f"    {hop.kind:14} {hop.id}: {hop.text}" for hop in path.hops]
    lines += [f"  assumes {text}" for text in path.assumptions]
    if path.declare:
        lines.append(f"  to decide it: {path.declare}")
    return "\n".join(lines) + "\n"


def _matrix(paths: Sequence[Path]) -> str:
    """All answers, one line each, workload by workload; what stands in the way below the line."""
    if not paths:
        return "no workload in the templates: name a place with --from SUBNET+GROUP\n"
    lines: list[str] = []
    width = max(len(path.destination) for path in paths)
    shown: tuple[str, str] | None = None
    for path in paths:
        place = (path.template, path.source)
        if place != shown:
            lines += ["", f"{path.source} ({path.template})"] if lines else [f"{path.source} ({path.template})"]
            shown = place
        lines.append(f"  {_MARKS[path.verdict]:2} {path.destination:{width}}  {_answer(path)}")
        if path.verdict != "reachable":
            lines.append(f"     {'':{width}}  {path.why}")
    assumptions = dict.fromkeys(text for path in paths for text in path.assumptions)
    if assumptions:
        lines += ["", "assumes " + "; ".join(assumptions)]
    return "\n".join(lines) + "\n"
