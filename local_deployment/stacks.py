"""The deployed stacks as the emulated APIs describe them, with the construct paths of the assembly's templates."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import boto3


class DeployedStack:
    """One stack: its template in the assembly and the resources that the emulator made of it.

    Args:
        name: the stack's name.
        template: its template, as the assembly has it.
        session: answers what exists.

    """

    def __init__(self, name: str, template: dict[str, Any], session: boto3.Session) -> None:
        self.name = name
        self.template = template
        self.session = session

    @cached_property
    def physical_ids(self) -> dict[str, str]:
        """Logical id to physical id, of what CloudFormation says it made."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.name)
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages
            for resource in page["StackResourceSummaries"]
            if resource.get("PhysicalResourceId")
        }

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs."""
        (stack,) = self.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def client(self, service: str) -> Any:
        """Return a client of the service for the emulator."""
        return self.session.client(service)

    def resources(self, resource_type: str) -> dict[str, dict[str, Any]]:
        """Return the template's resources of the type, by logical id."""
        return {key: value for key, value in self.template["Resources"].items() if value["Type"] == resource_type}

    def made(self, resource_type: str) -> dict[str, str]:
        """Return logical id to physical id of the resources of a type."""
        return {key: self.physical_ids[key] for key in self.resources(resource_type) if key in self.physical_ids}

    def construct_path(self, logical_id: str) -> str:
        """Return where the resource stands in the construct tree."""
        return str(self.template["Resources"][logical_id].get("Metadata", {}).get("aws:cdk:path", logical_id))


def read_assembly(assembly: Path, session: boto3.Session) -> list[DeployedStack]:
    """Return the stacks of a cloud assembly in the order of its manifest."""
    manifest = json.loads((assembly / "manifest.json").read_text())
    return [
        DeployedStack(
            artifact["properties"].get("stackName", name),
            json.loads((assembly / artifact["properties"]["templateFile"]).read_text()),
            session,
        )
        for name, artifact in manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    ]
