"""An earlier state of the templates: which findings it already had, and what the change since replaces.

The earlier state is a cloud assembly, a folder or a template, or a git revision of the same files.
"""

from __future__ import annotations

import os

from constructs_lib.assembly import InputError, load
from constructs_lib.check import SATISFIED, VIOLATED, check
from constructs_lib.comparison.changes import all_renames, replaced
from constructs_lib.comparison.pairs import pairs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from tempfile import TemporaryDirectory

    from typing_extensions import Self

    from constructs_lib.assembly import Input, Template
    from constructs_lib.check import Result
    from constructs_lib.rules import Rule


class Earlier:
    """The earlier state, and which of its templates is which of today's; used in a `with` block, as a revision's files are there for its length.

    Args:
        old: Its path, or else a git revision of `paths`.
        given: The state of today.
        paths: What that was read from.
        parameters: Values of template parameters; those that the earlier state has not are left out.
        region: The region of templates that do not name theirs.

    Raises:
        InputError: `old` is neither a path nor a revision, or cannot be read.
    """

    def __init__(
        self, old: str, given: Input, paths: Sequence[str], *, parameters: Mapping[str, str], region: str | None
    ) -> None:
        self._given = given
        self._folder: TemporaryDirectory[str] | None = None
        try:
            places = [old] if os.path.exists(old) else self._written(old, paths)
            try:
                self._old = load(places, parameters=parameters, region=region, lenient=True)
            except InputError as error:
                raise _as_in_git(error, old, paths, places) from None
        except BaseException:
            self._clean_up()
            raise
        self._pairs = pairs(given, self._old, paths, places)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._clean_up()

    def had(self, results: Iterable[Result], rules: Sequence[Rule] | None, *, processes: int = 1) -> set[Result]:
        """Return those of today's results that the earlier state had too: no more of a rule on a resource than it had, and none worse.

        A resource that has a new logical id, or is in another template, and is otherwise as it was, is the same one.
        """
        before: dict[tuple[str, Template, str], list[Result]] = {}
        for result in check(self._old, rules, processes=processes):
            if result.verdict != SATISFIED:
                key = (result.rule.id, result.template, result.resource.logical_id)
                before.setdefault(key, []).append(result)
        now: dict[tuple[str, Template, str], list[Result]] = {}
        renamed = all_renames(self._given, self._pairs, self._old)
        for result in results:
            before_it = renamed.get(result.resource)
            template = self._pairs.get(result.template) if before_it is None else before_it.template
            if result.verdict != SATISFIED and template is not None:
                name = (before_it or result.resource).logical_id
                now.setdefault((result.rule.id, template, name), []).append(result)
        return {result for key, found in now.items() for result in _matched(found, before.get(key, []))}

    def replaced(self, rules: Sequence[Rule] | None) -> list[Result]:
        """Return what the change since replaces, by the chosen rules."""
        results = replaced(self._given, self._pairs, self._old)
        return [result for result in results if rules is None or result.rule in rules]

    def _written(self, revision: str, paths: Sequence[str]) -> list[str]:
        """Write the files of a revision into a folder of their own, and return where each path is there."""
        from tempfile import TemporaryDirectory

        from constructs_lib.comparison.revision import write_revision

        self._folder = TemporaryDirectory(prefix="sagemaker-network-")
        folder = self._folder.name
        return [write_revision(revision, path, os.path.join(folder, str(place))) for place, path in enumerate(paths)]

    def _clean_up(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def _matched(now: Sequence[Result], before: Sequence[Result]) -> list[Result]:
    """The results of one rule on one resource that were there before: the same ones first, then as many others as it had."""
    left = list(before)
    waiting = list(now)
    found = []
    for same in (_same_words, _same_place, _not_worse):
        for result in list(waiting):
            match = next((old for old in left if _not_worse(result, old) and same(result, old)), None)
            if match is not None:
                left.remove(match)
                waiting.remove(result)
                found.append(result)
    return found


def _same_words(result: Result, old: Result) -> bool:
    return _same_place(result, old) and result.message == old.message


def _same_place(result: Result, old: Result) -> bool:
    return result.property == old.property


def _not_worse(result: Result, old: Result) -> bool:
    return _weight(result) <= _weight(old)


def _weight(result: Result) -> tuple[bool, int]:
    return result.verdict == VIOLATED, result.severity.rank


def _as_in_git(error: InputError, revision: str, paths: Sequence[str], places: Sequence[str]) -> InputError:
    """The same error, under the name that the file has in git where it comes from there."""
    for path, place in zip(paths, places, strict=False):
        if error.file.startswith(place) and place != revision:
            return InputError(f"{revision}:{path}{error.file[len(place) :]}", error.place, error.reason)
    return error
