"""An HTTP proxy as the way out of a private network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from aws_cdk import aws_ec2 as ec2

from constructs_lib.patterns.errors import require_type

_DIRECT = ("localhost", "127.0.0.1", "169.254.169.254", "169.254.170.2")
"""The instance itself, its metadata service and its credentials."""


class HttpProxy:
    """A proxy that workloads send HTTP and HTTPS through. Made by :meth:`Egress.http_proxy`.

    Attributes:
        url: the address, such as ``http://proxy.example.com:3128``.
        port: the TCP port.
        peer: whom the workloads' security groups let them talk to on that port.
        no_proxy: hosts that the user reaches without the proxy.
    """

    def __init__(self, url: str, *, peer: ec2.IPeer | None, no_proxy: Sequence[str]) -> None:
        parts = _checked(url)
        assert parts.port is not None
        self.url = url
        self.port = parts.port
        self.peer = peer or _literal_peer(url, parts.hostname or "")
        self.no_proxy = tuple(no_proxy)

    def direct_hosts(self, served: Iterable[str]) -> list[str]:
        """What must not go through the proxy, as ``NO_PROXY`` writes it: the instance, the hosts that endpoints serve, and the user's.

        Args:
            served: host names of services that have an endpoint in the VPC; ``*.x`` becomes ``.x``.
        """
        hosts = [*_DIRECT, *(host.removeprefix("*") for host in served), *self.no_proxy]
        return list(dict.fromkeys(hosts))


def _checked(url: str) -> SplitResult:
    require_type("url", url, str, "give the proxy's address, such as 'http://proxy.example.com:3128'")
    parts = urlsplit(url)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
    ):
        raise ValueError(
            f"url is {url!r}: give scheme, host and port of the proxy, such as 'http://proxy.example.com:3128'"
        )
    if parts.username or parts.password:
        raise ValueError(
            f"url has a user name for {parts.hostname!r}: it would stand in the template for everyone to read; "
            "let the proxy admit the workloads by their addresses"
        )
    try:
        port = parts.port
    except ValueError:
        port = None
    if not port:
        raise ValueError(
            f"url is {url!r}: give the port of the proxy, 1 to 65535, such as 'http://proxy.example.com:3128'"
        )
    return parts


def _literal_peer(url: str, host: str) -> ec2.IPeer:
    try:
        address = ip_address(host)
    except ValueError:
        raise ValueError(
            f"peer is missing for url {url!r}: security groups do not know host names, so say where the proxy is, "
            "such as peer=ec2.Peer.ipv4('10.1.2.0/28')"
        ) from None
    return ec2.Peer.ipv4(f"{address}/32") if address.version == 4 else ec2.Peer.ipv6(f"{address}/128")
