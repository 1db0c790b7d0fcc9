"""CloudFormation and Lambda around the clean-up function: events, invocations that end, answers."""

from __future__ import annotations

import json
from types import SimpleNamespace

from studio_world import Killed, arn_of, quick_clients_of

from constructs_lib.patterns.handlers.studio_cleanup.index import Runtime, respond

CONSENT_VALUE = "destroy/c8e4/1f"
LOST = "no answer: the invocation was killed three times"


def delete_event(domain_id, *, vpc="vpc-1", request="Delete", physical_id=None):
    return {
        "RequestType": request,
        "ResourceProperties": {
            "DomainId": domain_id,
            "DomainArn": arn_of(domain_id),
            "VpcId": vpc,
            "Consent": CONSENT_VALUE,
        },
        "PhysicalResourceId": physical_id or domain_id,
        "StackId": "arn:aws:cloudformation:eu-west-1:111122223333:stack/Lab/1",
        "RequestId": "request-1",
        "LogicalResourceId": "LabCleanup",
        "ResponseURL": "https://answers.example",
    }


def run(world, event, *, clients=None, seconds=lambda: 900.0):
    """The answer that CloudFormation gets, after all invocations that it took.

    An invocation may take the given seconds, asked for each.
    """
    waiting, answers, kills = [json.dumps(event)], [], 0
    runtime = Runtime(
        clients=clients or quick_clients_of(world),
        invoke=lambda _, again: waiting.append(json.dumps(again)),
        answer=lambda _, answer: answers.append(answer),
        sleep=world.sleep,
        now=lambda: world.now,
    )
    while waiting:
        payload = waiting.pop()
        end = world.now + seconds()
        context = SimpleNamespace(
            get_remaining_time_in_millis=lambda end=end: (end - world.now) * 1000, invoked_function_arn="arn:function"
        )
        try:
            respond(json.loads(payload), context, runtime)
        except Killed:
            kills += 1
            if kills == 3:
                return {"Status": "FAILED", "Reason": LOST}
            waiting.append(payload)
    (answer,) = answers
    return answer
