"""Calls of AWS APIs that stop in time and say what a failure means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

from .outcome import Outcome, is_denied, outcome


class Later(Exception):
    """Not now: a service is busy."""


class OutOfTime(Exception):
    """The invocation of the function is about to end."""


class Refused(Exception):
    """A call that will fail again; the text names it."""


class Denied(Refused):
    """A call that a permission is missing for."""


class Calls:
    """Makes calls until the given time.

    Args:
        until: when to stop, in seconds of ``now``.
        now: the clock.
    """

    def __init__(self, *, until: float, now: Callable[[], float]) -> None:
        self._until = until
        self._now = now

    def check_time(self) -> None:
        """Stop where it is time to.

        Raises:
            OutOfTime: it is.
        """
        if self._now() >= self._until:
            raise OutOfTime

    def read(self, method: Callable[..., Any], **arguments: Any) -> dict[str, Any] | None:
        """The answer, or None if what is asked for does not exist."""
        self.check_time()
        try:
            answer: dict[str, Any] = method(**arguments)
        except (ClientError, BotoCoreError) as error:
            if outcome(error) is Outcome.GONE:
                return None
            raise _translated(method, error) from error
        return answer

    def within(self, client: Any, operation: str, key: str, **arguments: Any) -> Iterator[dict[str, Any]]:
        """Each item, on all pages, of something that may be gone: then none."""
        try:
            yield from self._items(client, operation, key, arguments)
        except (ClientError, BotoCoreError) as error:
            if outcome(error) is not Outcome.GONE:
                raise _translated(getattr(client, operation), error) from error

    def all(self, client: Any, operation: str, key: str, **arguments: Any) -> Iterator[dict[str, Any]]:
        """Each item, on all pages, of the account."""
        try:
            yield from self._items(client, operation, key, arguments)
        except (ClientError, BotoCoreError) as error:
            raise _translated(getattr(client, operation), error) from error

    def _items(self, client: Any, operation: str, key: str, arguments: dict[str, Any]) -> Iterator[dict[str, Any]]:
        self.check_time()
        for page in client.get_paginator(operation).paginate(**arguments):
            yield from page[key]
            self.check_time()

    def delete(self, method: Callable[..., Any], **arguments: Any) -> None:
        """Ask for a deletion; one that is already done, or that something else is in the way of, is no failure: looking again tells."""
        self.check_time()
        try:
            method(**arguments)
        except (ClientError, BotoCoreError) as error:
            if outcome(error) not in (Outcome.GONE, Outcome.IN_USE):
                raise _translated(method, error) from error


def _translated(method: Callable[..., Any], error: Exception) -> Exception:
    """Whatever may pass by itself is for later: also that an account has no file systems or groups to list, which AWS never says."""
    if outcome(error) is Outcome.REFUSED:
        return (Denied if is_denied(error) else Refused)(f"{method.__name__}: {error}")
    return Later(f"{method.__name__}: {error}")
