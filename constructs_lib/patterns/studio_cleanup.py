"""What destroys a Studio domain with everything in it, when ``removal_policy=DESTROY`` asks for that.

A custom resource depends on the domain, so CloudFormation deletes it first. Its function then deletes what people made (apps, spaces, user
profiles), the domain, and what SageMaker made beside it (mount targets, file system, security groups). CloudFormation finds the domain
gone, which it takes for deleted, and nothing holds the VPC any more. A second one of the same kind depends on the user profiles, which could
not be deleted either while their apps and spaces exist; the first one is there even if the creation of a user profile fails and the stack
is rolled back. Both are always there: one that left alone would be a deletion.

Consent is a tag on the domain that names these custom resources. Where they leave the template and the domain stays (the removal policy
changes to RETAIN, constructs get other ids), CloudFormation takes the tag away or changes it before it deletes them, and their deletion
touches nothing.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/gs-studio-delete-domain.html
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct, IDependable

from constructs_lib.patterns.acknowledgements import Overrides
from constructs_lib.patterns.handler_function import allow_logs, function_reasons, handler_function
from constructs_lib.patterns.studio_cleanup_policy import reason, statements
from constructs_lib.patterns.wildcards import acknowledge_wildcards

if TYPE_CHECKING:
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_sagemaker as sagemaker

CONSENT_TAG = "sagemaker-network:removal-policy"
_IDS = ("Resource", "BeforeUserProfiles")

_FUNCTION_REASONS = function_reasons(
    inside_vpc="the function calls AWS APIs alone and takes part in the deletion of the VPC: inside it, its own network interfaces would hold it",
    concurrency="CloudFormation invokes the function once for each deletion, and it hands over to itself one by one: there is nothing to limit",
    dead_letters="a failure is answered to CloudFormation with its reason and stops the deletion of the stack, where people see it",
)
KNOWN_ACKNOWLEDGEMENTS = tuple(_FUNCTION_REASONS)
"""What the function acknowledges beside the wildcards of its policy, and a user's reason may replace."""


class StudioCleanup(Construct):
    """The custom resource with its function, which is limited to one domain.

    Args:
        domain: the domain to destroy; it gets the tag ``sagemaker-network:removal-policy`` = ``destroy/...``.
        vpc: the VPC of the domain.
        key: the key of the function's log; its policy is extended for CloudWatch Logs, unless it is imported: then the log is encrypted with
            CloudWatch's own key.
        acknowledgements: the user's own reasons for what the function and its policy acknowledge, or None to withdraw one.

    Attributes:
        function: the function.
        role: its role.
        log_group: where it says what it deletes; kept for a year, gone with the stack.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        domain: sagemaker.CfnDomain,
        vpc: ec2.IVpc,
        key: kms.IKey,
        acknowledgements: Overrides | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.log_group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=key if allow_logs(key) else None,
            retention=logs.RetentionDays.ONE_YEAR,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description="Destroys one SageMaker Studio domain with all that belongs to it",
        )
        self.function = handler_function(
            self,
            package="studio_cleanup",
            role=self.role,
            log_group=self.log_group,
            timeout=cdk.Duration.minutes(15),
            description="Destroys a SageMaker Studio domain with all that belongs to it",
            reasons=_FUNCTION_REASONS,
            overrides=acknowledgements,
        )
        allowed = statements(domain=domain, vpc=vpc, function=self.function, log_group=self.log_group)
        permissions = iam.ManagedPolicy(
            self,
            "Permissions",
            # A description cannot be changed: where CloudFormation replaces the domain, this gives the role a second policy beside the one that
            # names the old domain, which is needed until the old domain is gone.
            description=f"Destroys the SageMaker Studio domain {domain.attr_domain_id} with all that belongs to it",
            roles=[self.role],
            statements=allowed,
        )
        acknowledge_wildcards(permissions, allowed, reason, acknowledgements)
        consent = f"destroy/{self.node.addr}/{hashlib.sha256(repr(_IDS).encode()).hexdigest()[:8]}"
        cdk.Tags.of(domain).add(CONSENT_TAG, consent)
        resources = [
            cdk.CustomResource(
                self,
                each,
                resource_type="Custom::StudioCleanup",
                service_token=self.function.function_arn,
                service_timeout=cdk.Duration.hours(1),
                properties={
                    "DomainId": domain.attr_domain_id,
                    "DomainArn": domain.attr_domain_arn,
                    "VpcId": vpc.vpc_id,
                    "Consent": consent,
                },
            )
            for each in _IDS
        ]
        for each in resources:
            # Without them the function could not do its work when the stack is deleted.
            each.node.add_dependency(permissions)
        self._before_profiles = resources[1]

    def run_before_deletion_of(self, profiles: IDependable) -> None:
        """Have the function run before CloudFormation deletes these user profiles."""
        self._before_profiles.node.add_dependency(profiles)
