"""Custom resources: the function that ships runs in this process, because the emulator has no Lambda without containers.

CloudFormation waits for the function's answer; so does this.
"""

from __future__ import annotations

import contextlib
import io
import sys
import uuid
from pathlib import Path
from typing import Any

import boto3

import constructs_lib.patterns
from local_deployment.emulator.model import EmulatedType

_HANDLERS = Path(constructs_lib.patterns.__file__).parent / "handlers"


class _Context:
    """What the function asks of Lambda."""

    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:studio-cleanup"

    def get_remaining_time_in_millis(self) -> int:
        """Tell that there is all the time of an invocation."""
        return 15 * 60 * 1000


class StudioCleanup(EmulatedType):
    """Custom::StudioCleanup, with the handler that ships."""

    TYPE = "Custom::StudioCleanup"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any], account: str, region: str) -> StudioCleanup:
        del account
        answer = _call("Create", name, properties, region)
        return cls(answer["PhysicalResourceId"], properties)

    def change(self, properties: dict[str, Any], account: str, region: str) -> StudioCleanup:
        del account
        answer = _call("Update", self.physical_resource_id, properties, region)
        return StudioCleanup(answer["PhysicalResourceId"], properties)

    def remove(self, account: str, region: str) -> None:
        del account
        _call("Delete", self.physical_resource_id, self.properties, region)


def _call(request: str, physical_id: str, properties: dict[str, Any], region: str) -> dict[str, Any]:
    if str(_HANDLERS) not in sys.path:
        # As in the function, whose folder is the root of its imports.
        sys.path.append(str(_HANDLERS))
    from studio_cleanup.index import Runtime, respond  # type: ignore[import-not-found]
    from studio_cleanup.sweep import Clients  # type: ignore[import-not-found]

    from local_deployment.emulator import Emulator

    session = boto3.Session(aws_access_key_id="emulated", aws_secret_access_key="emulated", region_name=region)
    clients = {name: session.client(name, endpoint_url=Emulator.running) for name in ("sagemaker", "efs", "ec2")}
    answers: list[dict[str, Any]] = []

    def invoke(_: str, event: dict[str, Any]) -> None:
        respond(event, _Context(), runtime)

    runtime = Runtime(
        clients=Clients(**clients), invoke=invoke, answer=lambda _, answer: answers.append(answer), sleep=lambda _: None
    )
    event = {
        "RequestType": request,
        "ResponseURL": "emulated",
        "StackId": "emulated",
        "RequestId": str(uuid.uuid4()),
        "LogicalResourceId": "Cleanup",
        "ResourceProperties": properties,
    }
    if request != "Create":
        event["PhysicalResourceId"] = physical_id
    with contextlib.redirect_stdout(io.StringIO()) as log:
        respond(event, _Context(), runtime)
    (answer,) = answers
    if answer["Status"] != "SUCCESS":
        raise RuntimeError(f"{answer['Reason']}\n{log.getvalue()}")
    return answer


MODELS = (StudioCleanup,)
