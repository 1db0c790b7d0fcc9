"""Which template of one state of the input is which of another."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from constructs_lib.assembly import Input, Template


_MOST = 0.5
"""The part of their resources that two templates of different names must share to be taken for one."""


def pairs(new: Input, old: Input, roots: Sequence[str], old_roots: Sequence[str]) -> dict[Template, Template]:
    """Return for each template of the new state the one that it was in the old state, where there is one.

    One template alone is compared with one alone, whatever they are called. Else they go by the path below the root that they were found in,
    where that does not help by the name of their stack, and what is left by what they hold; nested stacks by the resource that nests them.

    Args:
        new: The new state.
        old: The earlier state.
        roots: The paths that the new state was read from.
        old_roots: The paths that the earlier state was read from; as many as `roots` where they stand for the same places.
    """
    found = _pairs_of_roots(_alone(new), _alone(old), roots, old_roots)
    for template in new.templates:
        _pair_nested(template, old, found)
    return found


def _alone(given: Input) -> list[Template]:
    """The templates that are no nested stacks."""
    return [template for template in given.templates if template.parent is None]


def _pairs_of_roots(
    new: list[Template], old: list[Template], roots: Sequence[str], old_roots: Sequence[str]
) -> dict[Template, Template]:
    if len(new) == len(old) == 1:
        return {new[0]: old[0]}
    numbered = len(roots) == len(old_roots)
    by_name: dict[str, Template] = {}
    for template in old:
        for name in _names(template, old_roots, numbered=numbered):
            by_name.setdefault(name, template)
    found: dict[Template, Template] = {}
    taken: set[Template] = set()
    names = {template: list(_names(template, roots, numbered=numbered)) for template in new}
    for rank in (0, 1):
        for template in new:
            match = by_name.get(names[template][rank]) if len(names[template]) > rank else None
            if match is not None and match not in taken and template not in found:
                found[template] = match
                taken.add(match)
    found.update(_alike([one for one in new if one not in found], [one for one in old if one not in taken]))
    return found


def _alike(new: list[Template], old: list[Template]) -> dict[Template, Template]:
    """The templates with new names by what they hold: the same logical ids with the same types, more than half of them."""
    held = {one: {(name, each.type) for name, each in one.resources.items()} for one in (*new, *old)}
    shares = [
        (len(held[one] & held[other]) / max(len(held[one]), len(held[other]), 1), one, other)
        for one in new
        for other in old
    ]
    found: dict[Template, Template] = {}
    for share, one, other in sorted(shares, key=lambda each: -each[0]):
        if share > _MOST and one not in found and other not in found.values():
            found[one] = other
    return found


def _names(template: Template, roots: Sequence[str], *, numbered: bool) -> Iterator[str]:
    """What a template is known by, the surest name first."""
    yield _below(template.file or template.path, roots, numbered=numbered)
    if template.stack_name is not None:
        yield f"stack {template.stack_name} {template.region} {template.account}"


def _below(file: str, roots: Sequence[str], *, numbered: bool) -> str:
    """The path below the root that a file was found in; of a root that is a file its name."""
    path = os.path.abspath(file)
    for number, root in enumerate(roots):
        start = os.path.abspath(root)
        if path == start or path.startswith(start.rstrip(os.sep) + os.sep):
            if numbered and len(roots) > 1:
                return f"{number}: {os.path.relpath(path, start)}"
            return os.path.basename(path) if path == start else os.path.relpath(path, start)
    return path


def _pair_nested(template: Template, old: Input, found: dict[Template, Template]) -> None:
    """Pair a nested stack, and first the stacks around it."""
    if template.parent is None or template in found:
        return
    around = template.parent.template
    _pair_nested(around, old, found)
    if around in found:
        holder = found[around].resources.get(template.parent.logical_id)
        if holder is not None and holder.nested is not None:
            found[template] = holder.nested
