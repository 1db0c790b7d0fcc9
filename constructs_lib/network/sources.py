"""Where the traffic that people ask about leaves from: a workload, or an imagined job in a subnet."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, nearest
from constructs_lib.network.groups import SecurityGroup
from constructs_lib.network.questions import QuestionError, SourceError, find_resource
from constructs_lib.network.subnets import Subnet
from constructs_lib.network.vantage import Vantage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from constructs_lib.assembly import Resource
    from constructs_lib.network.model import Network
    from constructs_lib.network.things import Thing

#: How the ids of subnets and groups begin.
_LITERAL = ("subnet-", "sg-")


def vantage(network: Network, text: str) -> Vantage:
    """Return where traffic leaves from: a workload by its logical id, or an imagined job in `SUBNET+GROUP[+GROUP]`: logical ids,
    parameters or literal ids.

    Raises:
        QuestionError: There is no such thing.
    """
    if "+" not in text:
        found = source_thing(network, text)
        return found.vantage  # type: ignore[no-any-return]
    subnet, *groups = text.split("+")
    members = [member for group in groups for member in _parts(network, SecurityGroup, group)]
    return Vantage(network, text, subnets=_parts(network, Subnet, subnet), groups=members)


def source_thing(network: Network, text: str) -> Any:
    """Return the workload of that logical id, or of that construct path or its last parts.

    Raises:
        QuestionError: There is none, or it is nothing that sends traffic.
    """
    resource = find_resource(network, text)
    if resource is None:
        names = [resource.logical_id for resource in network.group.resources() if _sends(network, resource) is not None]
        raise SourceError(f"no workload '{text}' in the templates{nearest(text, names)}")
    if resource.type == "AWS::SageMaker::Endpoint":
        from constructs_lib.network.hosting import EndpointConfig

        found = network.named(EndpointConfig, resource.get("EndpointConfigName"), "EndpointConfigName")
        if found is None or found.imported:
            raise NotVisible(
                f"the endpoint configuration of {text}", "check the stack that defines it along with this one"
            )
        return found
    thing = _sends(network, resource)
    if thing is None:
        raise QuestionError(
            f"'{text}' is of type {resource.type}, which sends no traffic: name a workload, or SUBNET+GROUP"
        )
    return thing


def _sends(network: Network, resource: Resource) -> Any:
    """The workload that a resource is, or None."""
    from constructs_lib.network.kinds import CLASSES

    for kind in CLASSES.values():
        if resource.type in kind.types and hasattr(kind, "vantage"):
            return network.of(kind, resource)
    return next((each for each in network.things("TrainingNetwork") if each.resource is resource), None)


def _parts(network: Network, kind: type[Thing], name: str) -> list[Any]:
    """The subnets or groups that a name stands for: a resource, an id, or what a parameter holds."""
    resource = find_resource(network, name)
    if resource is not None and resource.type in kind.types:
        return [network.of(kind, resource)]
    if resource is not None:
        raise QuestionError(f"'{name}' is of type {resource.type}, not a {kind.noun}")
    if name.startswith(_LITERAL):
        return [network.thing(kind, name)]
    for parameter in network.group.parameters.get(name, ()):
        value = parameter.value()
        return [network.thing(kind, one) for one in (value if value.__class__ is list else [value])]
    names = [*(thing.id for thing in network.things(kind.__name__)), *network.group.parameters]
    raise QuestionError(f"no {kind.noun} '{name}' in the templates{nearest(name, names)}")
