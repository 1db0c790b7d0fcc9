"""Which way traffic goes, as text for people and as JSON."""

from __future__ import annotations

from constructs_lib.network import QuestionError, explain_paths, network_of
from constructs_lib.network.called import construct, label
from constructs_lib.network.explain import workloads
from constructs_lib.network.questions import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from constructs_lib.assembly import Input
    from constructs_lib.network import Path

SCHEMA = 1
#: A message names at most so many workloads.
_MOST_NAMED = 8
#: More assumptions than this have a line each.
_MOST_ASSUMPTIONS = 3
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
        return "\n".join(_in_full(path, _constructs(given) if several else None) for path in paths)
    return _matrix(paths, _constructs(given))


def _constructs(given: Input) -> dict[tuple[str, str], str]:
    """The construct paths of the workloads that have one, by template and logical id."""
    found = {}
    for group in given.groups:
        for workload in workloads(network_of(group)):
            resource = workload.resource
            found[resource.template.path, resource.logical_id] = construct(workload)
    return found


def _placed(path: Path, constructs: Mapping[tuple[str, str], str]) -> str:
    """A source with what tells it from others of its name: its construct, and its template."""
    parts = [constructs.get((path.template, path.source), ""), path.template]
    return f"{path.source} ({', '.join(part for part in parts if part)})"


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


def _in_full(path: Path, constructs: Mapping[tuple[str, str], str] | None) -> str:
    """One answer with its hops; the construct and the template of the workload are named where constructs are given."""
    source = path.source if constructs is None else _placed(path, constructs)
    lines = [f"{source} {_MARKS[path.verdict]} {path.destination}: {_answer(path)}", f"  {path.why}"]
    lines += [f"    {hop.kind:14} {hop.id}: {hop.text}" for hop in path.hops]
    lines += [f"  assumes {text}" for text in path.assumptions]
    if path.declare:
        lines.append(f"  to decide it: {path.declare}")
    return "\n".join(lines) + "\n"


def _matrix(paths: Sequence[Path], constructs: Mapping[tuple[str, str], str]) -> str:
    """All answers, one line each, workload by workload; what stands in the way below the line."""
    if not paths:
        return "no workload in the templates: name a place with --from SUBNET+GROUP\n"
    lines: list[str] = []
    width = max(len(path.destination) for path in paths)
    shown: tuple[str, str] | None = None
    for path in paths:
        place = (path.template, path.source)
        if place != shown:
            lines += ["", _placed(path, constructs)] if lines else [_placed(path, constructs)]
            shown = place
        lines.append(f"  {_MARKS[path.verdict]:2} {path.destination:{width}}  {_answer(path)}")
        if path.verdict != "reachable":
            lines.append(f"     {'':{width}}  {path.why}")
    assumptions = dict.fromkeys(text for path in paths for text in path.assumptions)
    if assumptions:
        few = len(assumptions) <= _MOST_ASSUMPTIONS
        lines += (
            ["", "assumes " + "; ".join(assumptions)] if few else ["", "assumes", *(f"  {one}" for one in assumptions)]
        )
    return "\n".join(lines) + "\n"
