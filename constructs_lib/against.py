"""An earlier state of the templates: which findings it already had, and what the change since replaces.

The earlier state is a cloud assembly, a folder or a template, or a git revision of the same files.
"""

from __future__ import annotations

import os

from constructs_lib.assembly import InputError, load
from constructs_lib.changes import replaced
from constructs_lib.check import SATISFIED, check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from constructs_lib.assembly import Input, Template
    from constructs_lib.check import Result
    from constructs_lib.rules import Rule

_GIT_SECONDS = 60


def load_old(old: str, paths: Sequence[str], *, parameters: Mapping[str, str], region: str | None) -> Input:
    """Read the earlier state: `old` as a path, or else as a git revision of `paths`.

    Raises:
        InputError: it is neither, or cannot be read.

    """
    known = dict(parameters)
    if os.path.exists(old):
        return load([old], parameters=known, region=region)
    import tempfile

    with tempfile.TemporaryDirectory(prefix="sagemaker-network-") as folder:
        return load(
            [_at_revision(old, path, os.path.join(folder, str(place))) for place, path in enumerate(paths)],
            parameters=known,
            region=region,
        )


def _at_revision(revision: str, path: str, folder: str) -> str:
    """Write `path` as it was at the revision into the folder, and return where it is there."""
    import io
    import tarfile

    start = path if os.path.isdir(path) else os.path.dirname(path) or "."
    commit = _git(start, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        raise InputError(revision, "", f"there is no such file or folder, and no such git revision of {path}")
    # `git archive` gives the folder that it runs in, with names that start there.
    name = "." if os.path.isdir(path) else os.path.basename(path)
    archive = _git(start, "archive", "--format=tar", commit.decode().strip(), "--", name)
    if archive is None:
        raise InputError(revision, "", f"{path} did not exist at that revision")
    os.makedirs(folder)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar.getmembers():
            # Only plain files with names inside the folder: an archive must not write elsewhere.
            if member.isfile() and not os.path.isabs(member.name) and ".." not in member.name.split("/"):
                tar.extract(member, folder)
    return os.path.normpath(os.path.join(folder, name))


def _git(folder: str, *arguments: str) -> bytes | None:
    import subprocess

    try:
        done = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, timeout=_GIT_SECONDS, check=False)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def known_before(results: Iterable[Result], given: Input, old: Input, rules: Sequence[Rule] | None) -> set[Result]:
    """Return those of the results that the earlier state had too: the same rule, verdict, resource and property."""
    before = _names(old)
    now = _names(given)
    had = {_key(result, before) for result in check(old, rules) if result.verdict != SATISFIED}
    return {result for result in results if result.verdict != SATISFIED and _key(result, now) in had}


def what_changes(given: Input, old: Input, rules: Sequence[Rule] | None) -> list[Result]:
    """Return what the change since the earlier state replaces, by the chosen rules."""
    results = replaced(given, old, _names(given), _names(old))
    return [result for result in results if rules is None or result.rule in rules]


def _key(result: Result, names: Mapping[Template, str]) -> tuple[Any, ...]:
    return (result.rule.id, result.verdict, names[result.template], result.resource.logical_id, result.property)


def _names(given: Input) -> dict[Template, str]:
    """Name each template so that both states agree: by its stack, else by its file, and not at all where there is only one."""
    templates = given.templates
    if len(templates) == 1:
        return dict.fromkeys(templates, "")
    root = os.path.commonpath(
        [os.path.dirname(os.path.abspath(template.file or template.path)) for template in templates]
    )
    return {
        template: template.stack_name or os.path.relpath(os.path.abspath(template.file or template.path), root)
        for template in templates
    }
