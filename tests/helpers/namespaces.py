"""Linux network namespaces for tests: made by one process that enters them itself, gone with it however it ends.

A `Lab` makes namespaces without names, so nothing of them is left on the machine: the kernel drops them, with their links, once the last
descriptor is closed, also when the process is killed. Commands are collected and run in batches, one `ip` and one `nft` for each namespace.
Root, iproute2 and nftables are needed.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Self

_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
_LIBC = ctypes.CDLL(None, use_errno=True)
_HERE = "/proc/thread-self/ns/net"
_SETTINGS = {
    "ip_forward": "1",
    **{
        f"conf/{scope}/{name}": "0"
        for scope in ("default", "all")
        for name in ("rp_filter", "send_redirects", "accept_redirects")
    },
}


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _enter(descriptor: int) -> None:
    _checked(_LIBC.setns(descriptor, _NEW_NETWORK), "setns")


class Namespace:
    """A network namespace of this process.

    Attributes:
        name: What messages call it; the kernel does not know it.
        ip: Lines for `ip -batch`, run by `Lab.build` once all links exist.
        nft: Lines for `nft -f`, likewise.

    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.ip: list[str] = ["link set lo up"]
        self.nft: list[str] = []
        before = os.open(_HERE, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _checked(_LIBC.unshare(_NEW_NETWORK), "unshare")
            try:
                self.descriptor = os.open(_HERE, os.O_RDONLY | os.O_CLOEXEC)
                for setting, value in _SETTINGS.items():
                    self._write(setting, value)
            finally:
                _enter(before)
        finally:
            os.close(before)

    @staticmethod
    def _write(setting: str, value: str) -> None:
        with open(f"/proc/sys/net/ipv4/{setting}", "w", encoding="ascii") as file:
            file.write(value)

    def setting(self, setting: str, value: str) -> None:
        """Write a setting below net.ipv4."""
        with self.inside():
            self._write(setting, value)

    @property
    def path(self) -> str:
        """Where other processes find it, as long as this one keeps it open."""
        return f"/proc/{os.getpid()}/fd/{self.descriptor}"

    @property
    def inode(self) -> int:
        """The number by which the kernel knows it."""
        return os.fstat(self.descriptor).st_ino

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Be in it: sockets made and processes started here are in it, and stay in it."""
        before = os.open(_HERE, os.O_RDONLY | os.O_CLOEXEC)
        _enter(self.descriptor)
        try:
            yield
        finally:
            _enter(before)
            os.close(before)

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it to its end."""
        with self.inside():
            return subprocess.run(
                command, capture_output=True, text=True, timeout=60, env={**os.environ, **environment}, check=False
            )

    def close(self) -> None:
        os.close(self.descriptor)


class Lab:
    """Namespaces that are joined by links."""

    def __init__(self) -> None:
        self.namespaces: list[Namespace] = []
        self._links: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for namespace in self.namespaces:
            namespace.close()
        self.namespaces.clear()

    def namespace(self, name: str) -> Namespace:
        made = Namespace(name)
        self.namespaces.append(made)
        return made

    def link(self, one: Namespace, name: str, other: Namespace, peer: str) -> None:
        """Join two namespaces by a pair of interfaces, which are up once the lab is built."""
        self._links.append(f"link add {name} netns {one.path} type veth peer name {peer} netns {other.path}")
        one.ip.append(f"link set {name} up")
        other.ip.append(f"link set {peer} up")

    def build(self) -> None:
        """Make the links, then let each namespace configure itself."""
        workshop = self.namespace("workshop")
        _together([(workshop, "ip", self._links)])
        _together([(each, "ip", each.ip) for each in self.namespaces])
        _together([(each, "nft", each.nft) for each in self.namespaces if each.nft])


_COMMANDS = {"ip": ("ip", "-batch", "-"), "nft": ("nft", "-f", "-")}


def _together(batches: list[tuple[Namespace, str, list[str]]]) -> None:
    """Run batches at once, each in its namespace; a line that is refused is an error."""
    running = []
    for namespace, command, lines in batches:
        with namespace.inside():
            process = subprocess.Popen(
                _COMMANDS[command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
        assert process.stdin is not None
        process.stdin.write("\n".join([*lines, ""]))
        process.stdin.close()
        running.append((process, namespace, command, lines))
    problems = []
    for process, namespace, command, lines in running:
        assert process.stdout is not None
        said = process.stdout.read()
        process.stdout.close()
        if process.wait() != 0:
            numbered = "\n".join(f"{number:4} {line}" for number, line in enumerate(lines, start=1))
            problems.append(f"{command} in {namespace.name}: {said}\n{numbered}")
    if problems:
        raise RuntimeError("\n".join(problems))


def why_not(*commands: str) -> str | None:
    """The reason why namespaces cannot be used here, or None; `commands` are those that are needed: `ip`, and `nft` for a lab with rules."""
    for command in commands:
        if shutil.which(command) is None:
            return f"{command} is not installed (apt-get install iproute2 nftables)"
    try:
        with Lab() as lab:
            one, other = lab.namespace("one"), lab.namespace("other")
            lab.link(one, "eth0", other, "eth0")
            one.ip.append("rule add iif eth0 lookup 100 pref 100")
            if "nft" in commands:
                one.nft += _PROBE
            lab.build()
    except (OSError, RuntimeError) as problem:
        return f"the kernel does not permit what the networks are made of: {str(problem).splitlines()[0]}"
    return None


_PROBE = [
    "table ip probe {",
    *("chain raw { type filter hook prerouting priority raw;", "notrack", "}"),
    *("chain input { type filter hook input priority 0;", "ct state established accept", "}"),
    *("chain out { type nat hook postrouting priority srcnat;", 'oifname "eth0" snat to 10.0.0.1', "}"),
    "}",
]


def needs_namespaces(*commands: str) -> pytest.MarkDecorator:
    """A mark that skips with the reason where namespaces cannot be used; with REQUIRE_NETWORK_NAMESPACES=1 that is an error instead."""
    reason = why_not(*commands)
    if reason is not None and os.environ.get("REQUIRE_NETWORK_NAMESPACES") == "1":
        raise RuntimeError(f"REQUIRE_NETWORK_NAMESPACES is set, but {reason}")
    return pytest.mark.skipif(reason is not None, reason=str(reason))
