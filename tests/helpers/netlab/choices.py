"""Choices of the random networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


def pick(draw: st.DrawFn, *choices: T) -> T:
    """One of several, each as likely as the others."""
    return draw(st.sampled_from(choices))


def often(draw: st.DrawFn) -> bool:
    """True in three of four cases."""
    return pick(draw, True, True, True, False)


def seldom(draw: st.DrawFn) -> bool:
    """True in one of six cases."""
    return pick(draw, False, False, False, False, False, True)


def some(draw: st.DrawFn, choices: Sequence[T], least: int, most: int) -> tuple[T, ...]:
    """A few different ones, in order."""
    if not choices:
        return ()
    picked = draw(
        st.lists(st.sampled_from(range(len(choices))), min_size=min(least, len(choices)), max_size=most, unique=True)
    )
    return tuple(choices[index] for index in sorted(picked))
