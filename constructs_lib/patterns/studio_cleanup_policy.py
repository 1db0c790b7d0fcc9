"""What the function that destroys a domain may do: what is this one domain's, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_logs as logs
    from aws_cdk import aws_sagemaker as sagemaker

_TAG = "ManagedByAmazonSageMakerResource"
_REASONS = {
    ":file-system/*": "SageMaker names the file system; a condition limits the statement to what carries this domain's ARN in SageMaker's tag",
    ":security-group/*": "SageMaker makes the groups; a condition limits the statement to those that carry this domain's ARN in SageMaker's tag",
    ":network-interface/*": "network interfaces need not carry tags; a condition limits the statement to the VPC of the domain",
    "/*": "people name apps, spaces and user profiles themselves; the statement is limited to those of this one domain by its id",
    ":*": "Lambda names the log streams itself; the statement is limited to the function's own log group",
    "*": "actions that list and describe know no resources; they change nothing",
}
"""By how the resource ends."""


def statements(
    *, domain: sagemaker.CfnDomain, vpc: ec2.IVpc, function: lambda_.Function, log_group: logs.ILogGroup
) -> list[iam.PolicyStatement]:
    """All that the function needs.

    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
    """
    return [*_people(domain), *_file_system(domain), *_network(domain, vpc), *_itself(function, log_group)]


def reason(resource: str) -> str:
    """Why a statement on this resource, as cdk-nag writes it, needs its wildcard."""
    return next(text for ending, text in _REASONS.items() if resource.endswith(ending))


def _people(domain: sagemaker.CfnDomain) -> list[iam.PolicyStatement]:
    """What people made, and the domain."""

    def inside(kind: str) -> str:
        return cdk.Stack.of(domain).format_arn(
            service="sagemaker", resource=kind, resource_name=f"{domain.attr_domain_id}/*"
        )

    lists = ["sagemaker:ListApps", "sagemaker:ListSpaces", "sagemaker:ListUserProfiles"]
    return [
        iam.PolicyStatement(sid="ListInDomain", actions=lists, resources=["*"]),
        iam.PolicyStatement(
            sid="DeleteInDomain",
            actions=["sagemaker:DeleteApp", "sagemaker:DeleteSpace", "sagemaker:DeleteUserProfile"],
            resources=[inside("app"), inside("space"), inside("user-profile")],
        ),
        iam.PolicyStatement(
            sid="DeleteDomain",
            actions=["sagemaker:DeleteDomain", "sagemaker:DescribeDomain", "sagemaker:ListTags"],
            resources=[domain.attr_domain_arn],
        ),
    ]


def _file_system(domain: sagemaker.CfnDomain) -> list[iam.PolicyStatement]:
    every = cdk.Stack.of(domain).format_arn(service="elasticfilesystem", resource="file-system", resource_name="*")
    return [
        iam.PolicyStatement(sid="FindFileSystem", actions=["elasticfilesystem:DescribeFileSystems"], resources=[every]),
        iam.PolicyStatement(
            sid="DeleteFileSystem",
            actions=[
                "elasticfilesystem:DeleteFileSystem",
                "elasticfilesystem:DeleteMountTarget",
                "elasticfilesystem:DescribeMountTargets",
            ],
            resources=[every],
            conditions=_only_tagged(domain),
        ),
    ]


def _network(domain: sagemaker.CfnDomain, vpc: ec2.IVpc) -> list[iam.PolicyStatement]:
    """Groups and interfaces. The VPC may be shared from another account, so its ARN is compared without account."""
    stack = cdk.Stack.of(domain)
    looks = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups"]
    vpc_arn = stack.format_arn(service="ec2", account="*", resource="vpc", resource_name=vpc.vpc_id)
    return [
        iam.PolicyStatement(sid="FindGroups", actions=looks, resources=["*"]),
        iam.PolicyStatement(
            sid="DeleteGroups",
            actions=["ec2:DeleteSecurityGroup", "ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"],
            resources=[stack.format_arn(service="ec2", resource="security-group", resource_name="*")],
            conditions=_only_tagged(domain),
        ),
        # The deletion of a mount target asks for this permission on its interface as well.
        iam.PolicyStatement(
            sid="DeleteInterfaces",
            actions=["ec2:DeleteNetworkInterface"],
            resources=[stack.format_arn(service="ec2", resource="network-interface", resource_name="*")],
            conditions={"ArnLike": {"ec2:Vpc": vpc_arn}},
        ),
    ]


def _only_tagged(domain: sagemaker.CfnDomain) -> dict[str, dict[str, str]]:
    return {"StringEquals": {f"aws:ResourceTag/{_TAG}": domain.attr_domain_arn}}


def _itself(function: lambda_.Function, log_group: logs.ILogGroup) -> list[iam.PolicyStatement]:
    """Write its log and call itself again."""
    write = ["logs:CreateLogStream", "logs:PutLogEvents"]
    return [
        iam.PolicyStatement(sid="WriteLogs", actions=write, resources=[log_group.log_group_arn]),
        iam.PolicyStatement(sid="GoOn", actions=["lambda:InvokeFunction"], resources=[function.function_arn]),
    ]
