"""The namespaces themselves: they are this process's own, and gone with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from namespaces import Lab, Namespace, needs_namespaces, why_not

pytestmark = needs_namespaces("ip", "nft")

CRASHING = """
from namespaces import Lab
lab = Lab()
one, other = lab.namespace("one"), lab.namespace("other")
lab.link(one, "eth0", other, "eth0")
lab.build()
print(*[namespace.inode for namespace in lab.namespaces], flush=True)
input()
"""


def interfaces():
    return Path("/proc/net/dev").read_text(encoding="ascii").count(":")


def in_use():
    """The network namespaces that some process is in, or holds open."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        for place in (process / "ns/net", *((process / "fd").glob("*") if os.access(process / "fd", os.R_OK) else ())):
            try:
                found.add(os.readlink(place))
            except OSError:
                continue
    return {int(text[5:-1]) for text in found if text.startswith("net:[")}


def test_nothing_of_a_lab_is_in_the_namespace_of_the_tests():
    """Links are made between the lab's own namespaces, and no descriptor is left."""
    before, open_before = interfaces(), len(os.listdir("/proc/self/fd"))
    with Lab() as lab:
        one, other = lab.namespace("one"), lab.namespace("other")
        lab.link(one, "eth0", other, "eth0")
        one.ip.append("addr add 10.0.0.1/24 dev eth0")
        lab.build()
        assert interfaces() == before
        assert "10.0.0.1" in one.run("ip", "-4", "address").stdout
        assert "10.0.0.1" not in other.run("ip", "-4", "address").stdout
    assert len(os.listdir("/proc/self/fd")) == open_before


def test_a_lab_is_gone_with_a_process_that_is_killed():
    """Nobody holds the namespaces any more, without anything that cleans up."""
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(sys.modules[Lab.__module__].__file__)}
    child = subprocess.Popen(
        [sys.executable, "-c", CRASHING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    inodes = {int(text) for text in child.stdout.readline().split()}
    assert len(inodes) == 3
    assert inodes <= in_use()
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=10)
    assert not inodes & in_use()


def test_a_command_that_is_refused_is_an_error_with_its_line():
    """What is built is what was asked for, or nothing."""
    with Lab() as lab:
        lab.namespace("one").ip.append("addr add 10.0.0.1/24 dev nothing")
        with pytest.raises(RuntimeError, match=r"(?s)^ip in one: .*nothing.*2 addr add 10\.0\.0\.1/24 dev nothing$"):
            lab.build()


def test_what_is_missing_is_the_reason_to_skip(monkeypatch):
    """The reason names the command, or what the kernel said; where namespaces are required it is an error."""
    monkeypatch.delenv("REQUIRE_NETWORK_NAMESPACES", raising=False)
    assert why_not("no-such-command") == "no-such-command is not installed (apt-get install iproute2 nftables)"
    assert needs_namespaces("no-such-command").args == (True,)
    monkeypatch.setenv("REQUIRE_NETWORK_NAMESPACES", "1")
    with pytest.raises(RuntimeError, match=r"^REQUIRE_NETWORK_NAMESPACES is set, but no-such-command is not installed"):
        needs_namespaces("no-such-command")

    def refuse(*_):
        raise PermissionError(1, "unshare: Operation not permitted")

    monkeypatch.setattr(Namespace, "__init__", refuse)
    assert why_not("ip") == (
        "the kernel does not permit what the networks are made of: [Errno 1] unshare: Operation not permitted"
    )
