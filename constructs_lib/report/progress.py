"""A line on a terminal that says how far a long run is; nothing where nobody looks or the run is short."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

QUIET_SECONDS = 1.0
"""A run shorter than this shows nothing."""


@contextmanager
def progress() -> Iterator[Callable[[int, int], None] | None]:
    """Give a function to call with (done, total) templates, or None where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    start = time.monotonic()
    last = [start]

    def show(done: int, total: int) -> None:
        now = time.monotonic()
        if now - start > QUIET_SECONDS and now - last[0] > 0.1:
            last[0] = now
            sys.stderr.write(f"\rreading templates: {done} of {total}\033[K")
            sys.stderr.flush()

    try:
        yield show
    finally:
        if last[0] != start:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
