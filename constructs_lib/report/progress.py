"""A line on a terminal that says how far a long run is; nothing where nobody looks or the run is short."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

QUIET_SECONDS = 1.0
"""A run shorter than this shows nothing."""
_BETWEEN_SECONDS = 0.1


class Progress:
    """Tells how far the run is, in one line that is rewritten, and takes it away in the end.

    Args:
        stream: Where to tell it. A stream that is no terminal is left alone.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream if stream.isatty() else None
        self._start = time.monotonic()
        self._last = self._start

    def of(self, what: str) -> Callable[[int, int], None] | None:
        """Return a function to call with what is done and what there is to do in all; None where nobody looks."""
        if self._stream is None:
            return None
        return lambda done, total: self._show(f"{what}: {done} of {total}")

    def _show(self, text: str) -> None:
        now = time.monotonic()
        if now - self._start < QUIET_SECONDS or now - self._last < _BETWEEN_SECONDS:
            return
        self._last = now
        self._write(f"\r{text}\033[K")

    def end(self) -> None:
        """Take the line away."""
        if self._last != self._start:
            self._last = self._start
            self._write("\r\033[K")

    def _write(self, text: str) -> None:
        assert self._stream is not None
        self._stream.write(text)
        self._stream.flush()
