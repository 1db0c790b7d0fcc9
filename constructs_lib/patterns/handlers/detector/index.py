"""Looks at a workload that has started, reports it if it is outside the given networks, and stops it if told to.

The event only names the workload: what network it has, SageMaker itself is asked. A report is a line of JSON in the log, an event on the
account's default bus, and a message where there is a topic.
"""

# ruff: noqa: T201 - what a function prints is its log
from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

import boto3  # type: ignore[import-untyped]
from botocore import xform_name  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from .workloads import NOTEBOOK, TRANSFORM, Kind, VpcConfig, started_by

SOURCE = "sagemaker-network.detector"
"""Source of the events that report."""
DETAIL_TYPE = "SageMaker Workload Outside The Given Networks"
_SUBJECT_LENGTH = 100
_NOT_FOUND = frozenset({"ResourceNotFound", "ResourceNotFoundException"})
_NOT_FOUND_WORDS = ("could not find", "recordnotfound")
_GONE_MODEL = "GoneModel"

Event = Mapping[str, Any]


class Runtime:
    """What the handler needs of the outside.

    Args:
        sagemaker: a boto3 client.
        events: the same for EventBridge.
        sns: the same for SNS.
        subnets: what workloads may be in.
        security_groups: what they may have.
        stop: whether others are stopped.
        topic: ARN of the topic for reports; empty: none.
    """

    def __init__(
        self,
        *,
        sagemaker: Any,
        events: Any,
        sns: Any,
        subnets: list[str],
        security_groups: list[str],
        stop: bool,
        topic: str,
    ) -> None:
        self.sagemaker = sagemaker
        self.events = events
        self.sns = sns
        self.subnets = frozenset(subnets)
        self.security_groups = frozenset(security_groups)
        self.stop = stop
        self.topic = topic


def handler(event: Event, context: Any) -> None:
    """Entry point of the Lambda function."""
    respond(event, context, _runtime())


def respond(event: Event, context: Any, runtime: Runtime) -> None:
    """Report what the event is about, if there is something to report.

    Raises:
        ClientError: SageMaker could not be asked, or something could not be stopped or reported; Lambda then tries again.
    """
    region, account = context.invoked_function_arn.split(":")[3:5]
    started = started_by(event)
    if started is None or (event.get("account"), event.get("region")) != (account, region):
        print(json.dumps({"ignored": {key: event.get(key) for key in ("id", "detail-type", "account", "region")}}))
        return
    kind, name = started
    described = _described(kind, name, runtime)
    if described is None:
        print(json.dumps({"gone": f"{kind.title} {name}"}))
        return
    reasons = outside(kind, described, runtime)
    if not reasons:
        return
    # What may well be inside is not stopped.
    stop = runtime.stop and _GONE_MODEL not in described
    failure = _stop(kind, name, runtime) if stop else None
    report = {
        "kind": kind.title,
        "name": name,
        "account": account,
        "region": region,
        "role": described.get("RoleArn") or described.get("ExecutionRoleArn"),
        "reasons": reasons,
        "stopped": stop and failure is None,
        "event": event.get("id"),
    }
    if failure is not None:
        report["notStopped"] = str(failure)
    _report(report, runtime)
    if failure is not None and not _is_over(failure):
        raise failure


def outside(kind: Kind, described: Mapping[str, Any], runtime: Runtime) -> list[str]:
    """Why a workload is outside the given networks, or may be; nothing if it is inside."""
    if _GONE_MODEL in described:
        return [f"its model {described[_GONE_MODEL]} is gone already, so nobody can say which network it has"]
    reasons = [reason for network in kind.networks(described) for reason in _reasons(network, runtime)]
    if kind is NOTEBOOK and described.get("DirectInternetAccess") == "Enabled":
        reasons.append("direct internet access is enabled")
    return list(dict.fromkeys(reasons))


def _reasons(network: VpcConfig, runtime: Runtime) -> list[str]:
    if not network.get("Subnets"):
        return ["it has no VpcConfig, so it runs in SageMaker's own network"]
    subnets = [f"subnet {each}" for each in network["Subnets"] if each not in runtime.subnets]
    groups = network.get("SecurityGroupIds", ())
    return [
        f"{what} is not one of those given"
        for what in [*subnets, *(f"security group {each}" for each in groups if each not in runtime.security_groups)]
    ]


def _described(kind: Kind, name: str, runtime: Runtime) -> dict[str, Any] | None:
    """What SageMaker says about it; None if it is gone already. Jobs of a tuning job were judged with it."""
    described = _call(runtime, kind.describe, {kind.name: name})
    if kind is TRANSFORM and described is not None:
        model = described["ModelName"]
        return _call(runtime, "DescribeModel", {"ModelName": model}) or {_GONE_MODEL: model}
    if described is not None and described.get("TuningJobArn"):
        return None
    return described


def _call(runtime: Runtime, operation: str, arguments: dict[str, str]) -> dict[str, Any] | None:
    try:
        answer: dict[str, Any] = getattr(runtime.sagemaker, xform_name(operation))(**arguments)
    except ClientError as error:
        if _is_missing(error):
            return None
        raise
    return answer


def _stop(kind: Kind, name: str, runtime: Runtime) -> ClientError | None:
    """Stop it; the error where that fails, so that it is reported all the same."""
    try:
        getattr(runtime.sagemaker, xform_name(kind.stop))(**{kind.name: name})
    except ClientError as error:
        return error
    return None


def _report(report: dict[str, Any], runtime: Runtime) -> None:
    text = json.dumps(report)
    print(text)
    entry = {"Source": SOURCE, "DetailType": DETAIL_TYPE, "Detail": text}
    answer = runtime.events.put_events(Entries=[entry])
    if runtime.topic:
        subject = f"SageMaker {report['kind']} outside the given networks: {report['name']}"
        runtime.sns.publish(TopicArn=runtime.topic, Subject=subject[:_SUBJECT_LENGTH], Message=text)
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"the report was not taken by EventBridge: {answer['Entries'][0].get('ErrorMessage')}")


def _is_missing(error: ClientError) -> bool:
    """Some operations of SageMaker say in words alone that a thing is missing."""
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "").lower()
    said = code == "ValidationException" and any(words in message for words in _NOT_FOUND_WORDS)
    return said or code in _NOT_FOUND


def _is_over(error: ClientError) -> bool:
    """Whether there is nothing to stop any more: it is gone, has ended, or is stopping already."""
    return _is_missing(error) or error.response["Error"]["Code"] == "ValidationException"


def _runtime() -> Runtime:
    config = Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=5, read_timeout=10)
    networks = json.loads(os.environ["NETWORKS"])
    return Runtime(
        sagemaker=boto3.client("sagemaker", config=config),
        events=boto3.client("events", config=config),
        sns=boto3.client("sns", config=config),
        subnets=networks["subnets"],
        security_groups=networks["securityGroups"],
        stop=os.environ["STOP"] == "true",
        topic=os.environ["TOPIC_ARN"],
    )
