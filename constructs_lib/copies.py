"""Work in copies of this process, so that several cores share it: a copy has all that was read, and only its answer travels."""

from __future__ import annotations

import marshal
import os
import signal
from functools import partial
from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn, TypeVar

    T = TypeVar("T")


def cores() -> int:
    """Return how many cores this process may use; 1 where a process cannot be copied."""
    if not hasattr(os, "fork"):
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Copy:
    """A copy of this process that does one piece of work, starting at once.

    Args:
        work: Returns plain values (lists, tuples, texts, numbers), which are the answer. What else it changes stays in the copy.
    """

    def __init__(self, work: Callable[[], Any]) -> None:
        reading, writing = os.pipe()
        self._process: int | None = os.fork()
        if self._process == 0:
            os.close(reading)
            _do(work, writing)
        os.close(writing)
        self._reading = reading

    def answer(self) -> Any | None:
        """Wait for the answer and return it; None where the copy did not come to an end."""
        with open(self._reading, "rb", closefd=False) as stream:
            content = stream.read()
        return marshal.loads(content) if self._status() == 0 else None  # noqa: S302 - written by a copy of ourselves

    def end(self) -> None:
        """Let go of the copy, finished or not."""
        os.close(self._reading)
        if self._process is not None:
            os.kill(self._process, signal.SIGKILL)
            self._status()

    def _status(self) -> int:
        assert self._process is not None
        _, status = os.waitpid(self._process, 0)
        self._process = None
        return status


def together(here: Callable[[], T], elsewhere: Sequence[Callable[[], Any]]) -> tuple[T, list[Any]]:
    """Do one piece of work here, while copies of this process do the others.

    Args:
        here: Returns anything.
        elsewhere: Each returns plain values, as for `Copy`.

    Returns:
        What each gave, None for what a copy did not bring to an end.
    """
    copies = [Copy(work) for work in elsewhere]
    try:
        return here(), [copy.answer() for copy in copies]
    finally:
        for copy in copies:
            copy.end()


def in_shares(work: Callable[[Sequence[T]], Any], items: Sequence[T], *, worth: int) -> list[Any]:
    """Return what the work gives for consecutive shares of the items: as many shares as there are cores, none smaller than is worth a process.

    Args:
        work: Returns plain values, as for `Copy`. What a copy does not bring to an end is done here.
        items: All of them.
        worth: How many items are worth starting a process.
    """
    count = max(1, min(cores(), len(items) // worth))
    cuts = [len(items) * number // count for number in range(count + 1)]
    shares = [items[start:end] for start, end in pairwise(cuts)]
    first, answers = together(lambda: work(shares[0]), [partial(work, share) for share in shares[1:]])
    return [first, *(work(s) if answer is None else answer for s, answer in zip(shares[1:], answers, strict=True))]


def _do(work: Callable[[], Any], writing: int) -> NoReturn:
    """Do the work and end, without anything that the process meant to do afterwards."""
    status = 1
    try:
        with open(writing, "wb") as stream:
            stream.write(marshal.dumps(work()))
        status = 0
    finally:
        # Whatever went wrong goes wrong again in the process that started this one, which can tell of it.
        os._exit(status)
