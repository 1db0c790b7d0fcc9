"""Stacks are deleted as CloudFormation and EC2 do it: users before what they use, and nothing that is still in use.

moto deletes in any order and lets a VPC go although security groups or the interfaces of a file system are in it. That would hide just what this
deployment is to show: that a destroyed domain leaves nothing that holds the VPC.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from moto.cloudformation.parsing import ResourceMap
from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models import EC2Backend
from moto.efs.models import efs_backends

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUB = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}")


def _used(value: Any) -> Iterator[str]:
    """Give the logical ids that a resource refers to or depends on."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "Ref":
                yield inner
            elif key == "Fn::GetAtt":
                yield inner[0] if isinstance(inner, list) else inner.partition(".")[0]
            elif key == "Fn::Sub":
                yield from _SUB.findall(inner[0] if isinstance(inner, list) else inner)
                yield from _used(inner)
            elif key == "DependsOn":
                yield from [inner] if isinstance(inner, str) else inner
            else:
                yield from _used(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _used(inner)


def _order(resources: dict[str, Any]) -> list[str]:
    """Return the logical ids, each before what it uses."""
    done: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in done:
            return
        for used in set(_used(resources[name])) & set(resources):
            if used != name:
                visit(used)
        done[name] = None

    for name in resources:
        visit(name)
    return list(done)[::-1]


def _delete(self: ResourceMap) -> None:
    """Delete the resources of a stack; the first that cannot go stops the rest, as a stack in DELETE_FAILED."""
    resources = self._resource_json_map
    for name in _order(resources):
        made = self._parsed_resources.get(name)
        if made is None or isinstance(made, str) or resources[name].get("DeletionPolicy") == "Retain":
            continue
        self._delete_resource(made, resources[name])
        self._parsed_resources.pop(name)


_moto_delete_subnet = EC2Backend.delete_subnet
_moto_delete_vpc = EC2Backend.delete_vpc


def _delete_subnet(self: EC2Backend, subnet_id: str) -> Any:
    efs = efs_backends[self.account_id][self.region_name]
    targets = [
        target
        for system in efs.file_systems_by_id.values()
        for target in system.iter_mount_targets()
        if target.subnet_id == subnet_id
    ]
    if targets:
        raise DependencyViolationError(
            f"The subnet '{subnet_id}' has dependencies and cannot be deleted: {targets[0].mount_target_id}"
        )
    return _moto_delete_subnet(self, subnet_id)


def _delete_vpc(self: EC2Backend, vpc_id: str) -> Any:
    groups = [
        group.name for group in self.describe_security_groups(filters={"vpc-id": [vpc_id]}) if group.name != "default"
    ]
    if groups:
        raise DependencyViolationError(
            f"The vpc '{vpc_id}' has dependencies and cannot be deleted: {', '.join(groups)}"
        )
    return _moto_delete_vpc(self, vpc_id)


def install() -> None:
    """Replace moto's way of deleting."""
    ResourceMap.delete = _delete  # type: ignore[method-assign]
    EC2Backend.delete_subnet = _delete_subnet  # type: ignore[method-assign]
    EC2Backend.delete_vpc = _delete_vpc  # type: ignore[method-assign]
