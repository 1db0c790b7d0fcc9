"""The detective half of the guardrails: what has started outside the given networks is reported, and stopped if wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct

from constructs_lib.patterns.acknowledgements import WILDCARD_RULE, Overrides, checked_overrides
from constructs_lib.patterns.checked import checked
from constructs_lib.patterns.encryption import encryption_key as key_of
from constructs_lib.patterns.guardrail_networks import allowed_ids
from constructs_lib.patterns.handler_function import allow_logs, function_reasons, handler_function
from constructs_lib.patterns.handlers.detector.workloads import CALL, KINDS
from constructs_lib.patterns.wildcards import acknowledge_wildcards

if TYPE_CHECKING:
    from constructs_lib.patterns.training import PrivateTrainingJobNetwork

_SOURCE = "sagemaker-network.detector"
_MOST_IDS = 120
"""A function's environment holds 4 KB: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
_FUNCTION_REASONS = function_reasons(
    inside_vpc="the function calls AWS APIs alone; inside the VPC that it watches, it would depend on the network that it is to judge",
    concurrency="the function runs for a moment when a job starts: reserving concurrency for it would take it from others of the account",
    dead_letters="Lambda tries a failed event twice more, and its metric Errors counts it; a workload that has started is in SageMaker's lists",
)
_LOG_STREAMS = "Lambda names the log streams itself; the statement is limited to the function's own log group"
_WORKLOADS = "people name jobs and notebooks themselves; the actions describe them and, where that is wanted, stop them"


class SageMakerDetector(Construct):
    """Reports SageMaker jobs and notebooks that have started outside the given networks, and stops them if told to.

    It sees what policies cannot govern (transform, labeling, compilation, optimization and inference recommendations jobs), what exempted
    principals do, and what policies of other accounts allowed.

    Training, processing, tuning and transform jobs and notebook instances are noticed by the state changes that SageMaker sends to EventBridge;
    AutoML, compilation, labeling, optimization and inference recommendations jobs by their API calls, which EventBridge gets only where a
    trail of CloudTrail logs the account's management events. The jobs of a tuning job are judged with it.

    A report is a line of JSON in :attr:`log_group`, an event of the source ``sagemaker-network.detector`` on the account's default event bus,
    and a message to ``topic``. SageMaker may send an event more than once; then there is more than one report.

    Args:
        scope: where the construct is made.
        construct_id: its id there.
        networks: training job networks whose subnets and groups are right. Default: none.
        subnets: more subnets that are right. Default: none.
        security_groups: more groups that are right. Default: none.
        stop: whether what runs outside is stopped. A notebook loses nothing but its memory, a job its work since the last checkpoint.
            Default: it is reported only.
        topic: gets a message for each report. If its key is an imported one, that key's policy must let the function use it. Default: none.
        log_retention: how long the function's log is kept. Default: one year.
        encryption_key: key of the log; with an imported key the log is encrypted by CloudWatch's own. Default: a new customer-managed key.
        acknowledgements: your own reasons for what the function acknowledges of cdk-nag, or None to withdraw. Default: the construct's.

    Attributes:
        function: the function.
        role: its role.
        log_group: its log.
        encryption_key: the key of the log.
        rules: the rules of EventBridge.

    Raises:
        TypeError, ValueError: no subnets or no groups at all; more than 120 of both; an override of what is not acknowledged.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
    """

    @checked()
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        networks: Sequence[PrivateTrainingJobNetwork] = (),
        subnets: Sequence[ec2.ISubnet] = (),
        security_groups: Sequence[ec2.ISecurityGroup] = (),
        stop: bool = False,
        topic: sns.ITopic | None = None,
        log_retention: logs.RetentionDays = logs.RetentionDays.ONE_YEAR,
        encryption_key: kms.IKey | None = None,
        acknowledgements: Overrides | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        subnet_ids, group_ids = allowed_ids(networks, subnets, security_groups)
        if len(subnet_ids) + len(group_ids) > _MOST_IDS:
            raise ValueError(
                f"there are {len(subnet_ids)} subnets and {len(group_ids)} security groups: the function's environment holds at most {_MOST_IDS} "
                "of both together, so list fewer"
            )
        overrides = checked_overrides(acknowledgements, [WILDCARD_RULE, *_FUNCTION_REASONS])
        self.encryption_key = key_of(
            self, "Key", given=encryption_key, description=f"Log of the SageMaker detector {self.node.path}"
        )
        self.log_group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=self.encryption_key if allow_logs(self.encryption_key) else None,
            retention=log_retention,
        )
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description="Reports SageMaker workloads outside the given networks",
        )
        allowed = self._statements(stop=stop, topic=topic)
        permissions = iam.ManagedPolicy(self, "Permissions", roles=[self.role], statements=allowed)
        acknowledge_wildcards(permissions, allowed, _reason, overrides)
        networks_given = cdk.Stack.of(self).to_json_string({"subnets": subnet_ids, "securityGroups": group_ids})
        self.function = handler_function(
            self,
            package="detector",
            # What the function may do stands in one managed policy, and the CDK is not to add to it.
            role=self.role.without_policy_updates(),
            log_group=self.log_group,
            timeout=cdk.Duration.minutes(2),
            description="Reports SageMaker workloads outside the given networks",
            reasons=_FUNCTION_REASONS,
            overrides=overrides,
            environment={
                "NETWORKS": networks_given,
                "STOP": str(stop).lower(),
                "TOPIC_ARN": topic.topic_arn if topic else "",
            },
        )
        self.rules = [
            self._rule("StateChanges", "SageMaker jobs and notebook instances that have started", _state_changes()),
            self._rule("Calls", "SageMaker jobs that send no state changes, by their API calls", _calls()),
        ]
        for rule in self.rules:
            # An event that comes before the permissions are there would fail.
            rule.node.add_dependency(permissions)

    def _rule(self, construct_id: str, description: str, pattern: events.EventPattern) -> events.Rule:
        target = targets.LambdaFunction(self.function)
        return events.Rule(self, construct_id, description=description, event_pattern=pattern, targets=[target])

    def _statements(self, *, stop: bool, topic: sns.ITopic | None) -> list[iam.PolicyStatement]:
        stack = cdk.Stack.of(self)
        kinds = {kind.resource: [kind.describe, *([kind.stop] if stop else [])] for kind in KINDS}
        # A transform job has the network of its model.
        kinds["model"] = ["DescribeModel"]
        statements = [
            iam.PolicyStatement(
                actions=[f"sagemaker:{action}" for action in actions],
                resources=[stack.format_arn(service="sagemaker", resource=resource, resource_name="*")],
            )
            for resource, actions in kinds.items()
        ]
        statements += [
            iam.PolicyStatement(
                sid="WriteLogs",
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[self.log_group.log_group_arn],
            ),
            iam.PolicyStatement(
                sid="ReportEvents",
                actions=["events:PutEvents"],
                resources=[stack.format_arn(service="events", resource="event-bus", resource_name="default")],
                conditions={"StringEquals": {"events:source": _SOURCE}},
            ),
        ]
        if topic is not None:
            statements.append(iam.PolicyStatement(sid="Tell", actions=["sns:Publish"], resources=[topic.topic_arn]))
            if topic.master_key is not None:
                actions = ["kms:Decrypt", "kms:GenerateDataKey"]
                key = topic.master_key.key_arn
                statements.append(iam.PolicyStatement(sid="TopicKey", actions=actions, resources=[key]))
        return statements


def _state_changes() -> events.EventPattern:
    """By detail type, what the detail says when a workload has started: one of the alternatives."""
    watched = [kind for kind in KINDS if kind.event]
    return events.EventPattern(
        source=["aws.sagemaker"],
        detail_type=[kind.event for kind in watched],
        detail={"$or": [{key: [value] for key, value in kind.started.items()} for kind in watched]},
    )


def _calls() -> events.EventPattern:
    return events.EventPattern(
        source=["aws.sagemaker"],
        detail_type=[CALL],
        detail={
            "eventSource": ["sagemaker.amazonaws.com"],
            "eventName": [call for kind in KINDS for call in kind.calls],
            "errorCode": [{"exists": False}],
        },
    )


def _reason(resource: str) -> str:
    return _LOG_STREAMS if ":logs:" in resource else _WORKLOADS
