"""What lifecycle scripts do, as far as their text tells: which hosts they download from, and whether they mount NFS."""

from __future__ import annotations

import re

from constructs_lib.network import Range

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMAND = re.compile(r"(?<![\w./-])(pip3?|conda|mamba|yum|dnf|curl|wget|git\s+clone)(?![\w.-])")
_HOST = re.compile(r"https?://(?:[^/@\s'\"]*@)?([A-Za-z0-9.${}_-]+|\[[0-9A-Fa-f:]+\])")
_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".aws", ".aws.amazon.com")
_NFS = re.compile(r"\b(nfs4?|efs|2049)\b", re.IGNORECASE)


def downloads(script: str) -> Iterator[tuple[str, str]]:
    """Each command of a script that loads something from a host on the internet other than AWS, with that host."""
    for line in _lines(script):
        command = _COMMAND.search(line)
        if command is None:
            continue
        for host in _HOST.findall(line):
            if is_public(host) and not is_aws_host(host):
                yield " ".join(command[1].split()), host


def mounts_nfs(script: str) -> bool:
    """Whether the script speaks of EFS, of NFS or of its port."""
    return any(_NFS.search(line) for line in _lines(script))


def host_of(url: str) -> str | None:
    """The host of an http or https URL, or None for anything else, such as the name of a repository."""
    found = _HOST.match(url)
    return found[1].lower() if found else None


def is_aws_host(host: str) -> bool:
    """Whether the host belongs to AWS; whether an endpoint serves it is another question."""
    return host.lower().endswith(_AWS)


def _lines(script: str) -> Iterator[str]:
    """The lines of a shell script, continued ones joined, without comments."""
    for line in script.replace("\\\n", " ").splitlines():
        if not line.lstrip().startswith("#"):
            yield line


def is_public(host: str) -> bool:
    """Whether the host is on the internet; one whose name is only known at run time is not known to be."""
    if "$" in host or "." not in host:
        return False
    try:
        return not Range.parse(host).private
    except ValueError:
        return not host.endswith((".local", ".internal"))
