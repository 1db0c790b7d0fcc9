"""The custom resource: answers CloudFormation, and on deletion sweeps until nothing is left.

An invocation of a Lambda function ends after fifteen minutes. Before that it invokes itself with the same event and goes on there, until
the domain is gone or the hour is over that CloudFormation waits for a custom resource.
"""

# ruff: noqa: T201 - what a function prints is its log
from __future__ import annotations

import itertools
import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]

from .calls import Calls, Denied, Later, OutOfTime, Refused
from .sweep import Clients, Kept, Sweep

PATIENCE = 3600 - 240
"""Seconds until a deletion is given up, a little less than CloudFormation waits, so that the reason still arrives."""
GRACE = 60
"""Seconds in which a missing permission may be a new one that has not arrived everywhere: a stack that fails is rolled back at once.
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html"""
MARGIN = 60
"""Seconds at the end of an invocation that are kept for handing over to the next one."""
PAUSES = (5, 5, 8, 12, 15)
"""Seconds between passes; the last one repeats."""
_STATE = "StudioCleanup"
_REASON_LENGTH = 1000
_LAST_ANSWER = " (last answer: "
_CLEAN_PASSES = 2
_ANSWER_ATTEMPTS = 5

Event = dict[str, Any]


class Runtime:
    """What the handler needs of the outside."""

    def __init__(
        self,
        *,
        clients: Clients,
        invoke: Callable[[str, Event], None],
        answer: Callable[[str, Event], None],
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.clients = clients
        self.invoke = invoke
        self.answer = answer
        self.sleep = sleep
        self.now = now


def handler(event: Event, context: Any) -> None:
    """Entry point of the Lambda function."""
    respond(event, context, _runtime())


def respond(event: Event, context: Any, runtime: Runtime) -> None:
    """Do what CloudFormation asks for and answer it, or hand over to the next invocation."""
    print(
        json.dumps(
            {
                key: event.get(key)
                for key in ("RequestType", "StackId", "LogicalResourceId", "PhysicalResourceId", _STATE)
            }
        )
    )
    try:
        done = _handled(event, context, runtime)
    except Refused as refused:
        _answer(event, runtime, "FAILED", str(refused))
    except Exception as error:
        # Without an answer CloudFormation waits for an hour and then says nothing about the reason.
        _answer(event, runtime, "FAILED", f"{type(error).__name__}: {error}")
        raise
    else:
        if done is not None:
            _answer(event, runtime, "SUCCESS", done)


def _handled(event: Event, context: Any, runtime: Runtime) -> str | None:
    """What was done; None if the next invocation goes on."""
    properties = event["ResourceProperties"]
    domain_id = properties["DomainId"]
    if not properties["DomainArn"].endswith(f":domain/{domain_id}"):
        raise Refused(f"DomainArn {properties['DomainArn']} is not that of domain {domain_id}")
    if event["RequestType"] != "Delete":
        return f"domain {domain_id} will be deleted with this resource"
    if event["PhysicalResourceId"] != domain_id:
        return "nothing was created, nothing to delete"
    state = event.setdefault(_STATE, {"deadline": runtime.now() + PATIENCE})
    until = min(state["deadline"], runtime.now() + context.get_remaining_time_in_millis() / 1000 - MARGIN)
    calls = Calls(until=until, now=runtime.now)
    sweep = Sweep(
        domain_arn=properties["DomainArn"],
        vpc_id=properties["VpcId"],
        consent=properties["Consent"],
        clients=runtime.clients,
        calls=calls,
        state=state,
    )
    try:
        _swept(sweep, runtime, f"domain {domain_id}", granted_by=state["deadline"] - PATIENCE + GRACE)
    except Kept:
        return f"domain {domain_id} is kept: its tags do not allow this resource to destroy it"
    except OutOfTime as out:
        if runtime.now() >= state["deadline"]:
            raise Refused(
                f"gave up after {PATIENCE // 60} minutes, still there: {out}; delete the stack again to go on"
            ) from out
        runtime.invoke(context.invoked_function_arn, event)
        return None
    return f"domain {domain_id} is gone with all that belonged to it"


def _swept(sweep: Sweep, runtime: Runtime, left: str, *, granted_by: float) -> None:
    """Sweep until nothing is left, twice: what an API did not show the first time is not forgotten.

    Raises:
        OutOfTime: with what is left.
        Kept: the domain is to stay.
        Refused: it cannot go.
    """
    clean = 0
    for turn in itertools.count():
        try:
            sweep.refuse_if_hindered()
            rest = sweep.run()
            clean = 0 if rest else clean + 1
            if clean == _CLEAN_PASSES:
                return
            left = rest or "nothing, as it seems"
        except Later as later:
            left = f"{left.partition(_LAST_ANSWER)[0]}{_LAST_ANSWER}{later})"
        except Denied as denied:
            if runtime.now() >= granted_by:
                raise
            left = f"{left.partition(_LAST_ANSWER)[0]}{_LAST_ANSWER}{denied})"
        except OutOfTime:
            raise OutOfTime(left) from None
        print(left)
        if not clean:
            runtime.sleep(PAUSES[min(turn, len(PAUSES) - 1)])


def _answer(event: Event, runtime: Runtime, status: str, reason: str) -> None:
    print(f"{status}: {reason}")
    # The resource's physical id is the domain's, so that CloudFormation deletes it where the domain is replaced.
    physical_id = (
        event["PhysicalResourceId"] if event["RequestType"] == "Delete" else event["ResourceProperties"]["DomainId"]
    )
    answer = {"Status": status, "Reason": reason[:_REASON_LENGTH], "PhysicalResourceId": physical_id}
    runtime.answer(
        event["ResponseURL"], answer | {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    )


def _runtime() -> Runtime:
    config = Config(retries={"mode": "standard", "max_attempts": 3}, connect_timeout=5, read_timeout=20)
    clients = {name: boto3.client(name, config=config) for name in ("sagemaker", "efs", "ec2", "lambda")}

    def invoke(function_arn: str, event: Event) -> None:
        clients["lambda"].invoke(FunctionName=function_arn, InvocationType="Event", Payload=json.dumps(event).encode())

    return Runtime(
        clients=Clients(sagemaker=clients["sagemaker"], efs=clients["efs"], ec2=clients["ec2"]),
        invoke=invoke,
        answer=put_answer,
    )


def put_answer(url: str, answer: Event, *, sleep: Callable[[float], None] = time.sleep) -> None:
    """Send the answer to the presigned URL that CloudFormation gave, again if that fails."""
    body = json.dumps(answer).encode()
    for attempt in range(1, _ANSWER_ATTEMPTS + 1):
        # The presigned URL is CloudFormation's; its signature covers an empty content type.
        request = urllib.request.Request(url, data=body, method="PUT", headers={"Content-Type": ""})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=10):  # noqa: S310
                return
        except OSError as error:
            print(f"answer not delivered: {error}")
            if attempt == _ANSWER_ATTEMPTS:
                raise
            sleep(2**attempt)
