"""Real TCP connections between the namespaces of one process, many at a time.

A socket belongs to the namespace that it was made in, whoever uses it later. So one loop serves all of them: listeners say who they are and
whom they see, and what has heard that has arrived.
"""

from __future__ import annotations

import errno
import resource
import select
import socket
import struct
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from namespaces import Namespace
    from typing_extensions import Self

_NO_LINGER = struct.pack("ii", 1, 0)
_BACKLOG = 4096
_AT_ONCE = 3000
_NO_ROUTE = frozenset(
    {
        errno.ENETUNREACH,
        errno.EHOSTUNREACH,
        errno.EINVAL,
        errno.EACCES,
        errno.EPERM,
        errno.ECONNREFUSED,
        errno.ETIMEDOUT,
    }
)


class Attempt(NamedTuple):
    """A connection to try; without source address the kernel chooses it."""

    namespace: Namespace
    source: str | None
    source_port: int
    address: str
    port: int


class Answer(NamedTuple):
    """Who answered: the name of the namespace, and the address that it saw the connection come from."""

    name: str
    seen: str


class Exchange:
    """Listens in namespaces, and dials from them."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._names: dict[int, str] = {}
        self._listeners: dict[int, socket.socket] = {}
        self._poll = self._stack.enter_context(select.epoll())
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def listen(self, namespaces: Iterable[Namespace], ports: Iterable[int]) -> None:
        """Answer at every address of the namespaces, on these ports."""
        ports = sorted(set(ports))
        for namespace in namespaces:
            with namespace.inside():
                for port in ports:
                    listener = self._stack.enter_context(socket.socket())
                    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    listener.bind(("", port))
                    listener.listen(_BACKLOG)
                    listener.setblocking(False)
                    self._names[listener.fileno()] = namespace.name
                    self._listeners[listener.fileno()] = listener
                    self._poll.register(listener, select.EPOLLIN)

    def dial(self, attempts: Sequence[Attempt], patience: float) -> dict[Attempt, Answer]:
        """Try connections at once, until nothing has happened for `patience` seconds; returns those that were answered."""
        found: dict[Attempt, Answer] = {}
        for start in range(0, len(attempts), _AT_ONCE):
            found |= self._dial(attempts[start : start + _AT_ONCE], patience)
        return found

    def _dial(self, attempts: Sequence[Attempt], patience: float) -> dict[Attempt, Answer]:
        calls: dict[int, tuple[socket.socket, Attempt]] = {}
        answers: dict[Attempt, Answer] = {}
        try:
            for attempt in sorted(set(attempts), key=lambda one: id(one.namespace)):
                caller = _call(attempt)
                if caller is not None:
                    calls[caller.fileno()] = (caller, attempt)
                    self._poll.register(caller, select.EPOLLIN)
            last = time.monotonic()
            while calls and time.monotonic() - last < patience:
                for number, _ in self._poll.poll(patience / 2, 1024):
                    last = time.monotonic()
                    if number in self._listeners:
                        self._answer(number)
                    elif number in calls:
                        caller, attempt = calls.pop(number)
                        answer = _hear(caller)
                        if answer is not None:
                            answers[attempt] = answer
        finally:
            for caller, _ in calls.values():
                caller.close()
        return answers

    def _answer(self, number: int) -> None:
        try:
            while True:
                connection, (seen, _) = self._listeners[number].accept()
                with connection:
                    connection.sendall(f"{self._names[number]}|{seen}".encode())
        except OSError as problem:
            if problem.errno not in (errno.EAGAIN, errno.ECONNABORTED):
                raise


def _call(attempt: Attempt) -> socket.socket | None:
    with attempt.namespace.inside():
        caller = socket.socket()
    caller.setblocking(False)
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    caller.bind((attempt.source or "", attempt.source_port))
    result = caller.connect_ex((attempt.address, attempt.port))
    if result in (0, errno.EINPROGRESS):
        return caller
    caller.close()
    if result not in _NO_ROUTE:
        raise OSError(result, f"connecting {attempt}: {errno.errorcode[result]}")
    return None


def _hear(caller: socket.socket) -> Answer | None:
    with caller:
        try:
            name, _, seen = caller.recv(200).decode().partition("|")
        except OSError:
            return None
    return Answer(name, seen) if seen else None


def chosen_source(namespace: Namespace, address: str) -> str | None:
    """The address that the kernel gives to what goes there, or None where no route leads there."""
    with namespace.inside(), socket.socket(type=socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((address, 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])
