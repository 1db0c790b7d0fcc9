"""Flow logs of a network's VPC, in an encrypted log group."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs_lib.patterns.encryption import encryption_key


class FlowLogs(Construct):
    """All traffic of a VPC, accepted and rejected, in CloudWatch Logs.

    Args:
        vpc: the VPC.
        key: the key of the log group; default: a new one with rotation. CloudWatch Logs is allowed to use it in both cases, unless the given
            key is an imported one, whose policy its owner keeps.
        retention: how long the records are kept.

    Attributes:
        log_group: where the records are.
        encryption_key: the key.
        role: what the VPC writes with.

    Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/process-vpc.html,
    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc, key: kms.IKey | None, retention: logs.RetentionDays
    ) -> None:
        super().__init__(scope, construct_id)
        self.encryption_key = encryption_key(
            self, "Key", given=key, description="Flow logs of a private SageMaker network"
        )
        self._let_logs_use_the_key()
        self.log_group = logs.LogGroup(self, "LogGroup", encryption_key=self.encryption_key, retention=retention)
        self.role, policy = self._role()
        flow_log = ec2.FlowLog(
            self,
            "Resource",
            resource_type=ec2.FlowLogResourceType.from_vpc(vpc),
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(self.log_group, self.role.without_policy_updates()),
            traffic_type=ec2.FlowLogTrafficType.ALL,
        )
        # The role alone, without its policy, does not let the VPC write.
        flow_log.node.add_dependency(policy)

    def _let_logs_use_the_key(self) -> None:
        """Only for log groups of this account: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html."""
        stack = cdk.Stack.of(self)
        groups = stack.format_arn(
            service="logs", resource="log-group", resource_name="*", arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME
        )
        self.encryption_key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="CloudWatchLogs",
                principals=[iam.ServicePrincipal("logs.amazonaws.com")],
                actions=["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
                resources=["*"],
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
            )
        )

    def _role(self) -> tuple[iam.Role, iam.ManagedPolicy]:
        """The role and its policy, a managed one: HIPAA, NIST and PCI packs of cdk-nag refuse inline policies."""
        stack = cdk.Stack.of(self)
        role = iam.Role(
            self,
            "Role",
            description="Writes the flow logs of a private SageMaker network",
            assumed_by=iam.ServicePrincipal(
                "vpc-flow-logs.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": stack.account}}
            ),
        )
        policy = iam.ManagedPolicy(
            role,
            "Permissions",
            roles=[role],
            statements=[
                iam.PolicyStatement(
                    actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                    resources=[self.log_group.log_group_arn],
                )
            ],
        )
        return role, policy
