"""What is asked about a network: each question as `explain` takes it, and as addresses and ports to connect to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netlab.parts import S3_RANGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netlab.classes import Classes
    from netlab.parts import Endpoint, Net, Workload
    from netlab.world import World

HTTPS, NFS = 443, 2049
#: How the connections of a question make an answer: all must arrive.
ALL = "all"
#: All of one port must arrive.
ANY_PORT = "any port"
#: The address is not known: what is said must hold for each.
SOMEWHERE = "somewhere"
#: The internet as a whole.
INTERNET = "internet"
Goal = tuple[str, int]


@dataclass(frozen=True)
class Question:
    """A question, and the goals that answer it, in groups: by port for `any port`, by class of address for `somewhere` and `internet`."""

    workload: Workload
    text: str
    mode: str
    goals: tuple[tuple[Goal, ...], ...]


def ranges_asked(net: Net, further: Iterable[str]) -> list[str]:
    """The CIDR blocks that are asked about: each subnet's, and others."""
    return [*(subnet.cidr for subnet in net.subnets), *further]


class Questions:
    """The questions about one network; `ranges` are CIDR blocks, `ports` the ports that servers and ranges are asked for."""

    def __init__(self, net: Net, world: World, classes: Classes, ranges: Iterable[str], ports: Iterable[int]) -> None:
        self._net = net
        self._world = world
        self._classes = classes
        self._ranges = tuple(dict.fromkeys(ranges))
        self._ports = tuple(ports)

    def __iter__(self) -> Iterator[Question]:
        for workload in self._net.workloads:
            yield from self._of(workload)

    def _of(self, workload: Workload) -> Iterator[Question]:
        yield Question(workload, "internet", INTERNET, self._public(HTTPS))
        yield Question(workload, "pypi.org:8080", SOMEWHERE, self._public(8080))
        for service in ("s3", "sts", "sagemaker.api"):
            yield self._service(workload, service)
        yield from self._addresses(workload)
        if workload.subnets:
            yield from self._things(workload)
        if workload.kind != "notebook" and not workload.isolated:
            yield from self._itself(workload)

    def _public(self, port: int) -> tuple[tuple[Goal, ...], ...]:
        return tuple(((address, port),) for address in self._classes.public())

    # Names.

    def _service(self, workload: Workload, service: str) -> Question:
        """What the service's name resolves to, where the workload asks."""
        vpc = self._net.vpc_of(workload.subnets[0]) if workload.subnets else None
        endpoint = next(
            (one for one in self._net.endpoints if vpc and one.vpc == vpc.name and one.service == service), None
        )
        if endpoint is not None and vpc is not None and endpoint.private_dns and vpc.dns_support and vpc.dns_hostnames:
            return Question(workload, service, ALL, (tuple(self._server(endpoint.name, HTTPS)),))
        if vpc is not None and not vpc.dns_support and not workload.direct:
            return Question(workload, service, ALL, ())  # no name resolves
        if service == "s3":
            addresses = self._classes.strangers(str(S3_RANGE))
            return Question(workload, service, SOMEWHERE, tuple(((address, HTTPS),) for address in addresses))
        return Question(workload, service, SOMEWHERE, self._public(HTTPS))

    def _server(self, name: str, port: int) -> Iterator[Goal]:
        for interface in self._world.servers[name]:
            yield from ((address, port) for address in interface.addresses)

    # Addresses.

    def _addresses(self, workload: Workload) -> Iterator[Question]:
        for block in self._ranges:
            for port in self._ports:
                goals = tuple((address, port) for address in self._classes.strangers(block))
                yield Question(workload, f"{block}:{port}", ALL, (goals,))
        if self._ranges:
            block = self._ranges[len(workload.name) % len(self._ranges)]
            addresses = self._classes.strangers(block)
            groups = tuple(tuple((address, port) for address in addresses) for port in self._classes.ports())
            yield Question(workload, block, ANY_PORT, groups)

    # Things.

    def _things(self, workload: Workload) -> Iterator[Question]:
        for server in self._net.servers:
            if server.mount:
                yield from self._mounted(workload, server.name, server.subnet)
                continue
            for port in self._ports:
                yield Question(workload, f"{server.name}:{port}", ALL, (tuple(self._server(server.name, port)),))
        for endpoint in self._net.endpoints:
            yield self._endpoint(workload, endpoint)

    def _mounted(self, workload: Workload, name: str, subnet: str) -> Iterator[Question]:
        """The file system, where its name resolves to a mount target in the zone of the workload."""
        place = self._net.subnet(subnet)
        here = [self._net.subnet(each) for each in workload.subnets]
        if all(each.vpc == place.vpc and each.zone == place.zone for each in here):
            yield Question(workload, "efs", ALL, (tuple(self._server(name, NFS)),))

    def _endpoint(self, workload: Workload, endpoint: Endpoint) -> Question:
        return Question(workload, endpoint.name, ALL, (tuple(self._server(endpoint.name, HTTPS)),))

    def _itself(self, workload: Workload) -> Iterator[Question]:
        seconds = [address for one in self._world.seconds[workload.name] for address in one.addresses]
        yield Question(
            workload, "self", ALL, (tuple((address, port) for address in seconds for port in self._classes.ports()),)
        )
        for port in self._ports:
            yield Question(workload, f"self:{port}", ALL, (tuple((address, port) for address in seconds),))
