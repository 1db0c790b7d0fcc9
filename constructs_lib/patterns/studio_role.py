"""What people do in Studio itself: the documented permissions to run private spaces of their own, and the RStudio license."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs_lib.patterns.acknowledgements import Overrides
from constructs_lib.patterns.execution_role import execution_role
from constructs_lib.patterns.wildcards import acknowledge_wildcards

_OWN_PROFILE = "user-profile/${sagemaker:DomainId}/${sagemaker:UserProfileName}"
_OWN_SPACES = "space/${sagemaker:DomainId}/*"
_OWN_APPS = "app/${sagemaker:DomainId}/*"
_LOOK = ("App", "Domain", "Space", "UserProfile")

_LICENSE_ACTIONS = (
    "license-manager:CheckInLicense",
    "license-manager:CheckoutLicense",
    "license-manager:ExtendLicenseConsumption",
    "license-manager:GetLicense",
    "license-manager:ListReceivedLicenses",
)

_REASONS = {
    "space/<sagemaker:DomainId>/*": "people name their spaces themselves; the statement is limited to spaces that the caller's own user profile owns",
    "app/<sagemaker:DomainId>/*": "people name their apps themselves; the statement is limited to apps in private spaces that the caller's own user profile owns",
    "*": "the List and Describe actions that draw the Studio page, and the actions of License Manager, are not limited to resources",
}


def studio_role(
    scope: Construct,
    construct_id: str,
    *,
    given: iam.IRole | None,
    key: kms.IKey,
    vpc_attached: bool,
    acknowledgements: Overrides | None = None,
) -> tuple[iam.IRole, list[iam.ManagedPolicy]]:
    """The default execution role of a domain, and the policies that the roles of its user profiles share with it.

    The given role, which shares none; or a new one. Beside what every workload has (logs, metrics, key, network interfaces), the new one may
    run private JupyterLab and Code Editor spaces of its own user profile: the policy variables limit each person to what is theirs. It may not
    open the page (CreatePresignedDomainUrl): people do that with their own identity. Jobs, buckets and all else are granted by the user.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-jl-admin-guide-permissions.html
    """
    if given is not None:
        return given, []
    role = execution_role(
        scope,
        construct_id,
        key=key,
        vpc_attached=vpc_attached,
        log_group_prefixes=["/aws/sagemaker/studio"],
        description="Default execution role of a SageMaker Studio domain",
        acknowledgements=acknowledgements,
    )
    own_spaces = _policy(role, "OwnSpaces", _own_spaces(cdk.Stack.of(scope)), acknowledgements)
    shared = role.node.find_child("Permissions")
    assert isinstance(shared, iam.ManagedPolicy)
    return role, [shared, own_spaces]


def rstudio_role(
    scope: Construct,
    construct_id: str,
    *,
    given: iam.IRole | None,
    vpc_attached: bool,
    acknowledgements: Overrides | None = None,
) -> iam.IRole:
    """The role of the domain-level RStudioServerPro app: the given one, or a new one that may use its license and write its logs.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/rstudio-license.html
    """
    if given is not None:
        return given
    role = execution_role(
        scope,
        construct_id,
        key=None,
        vpc_attached=vpc_attached,
        log_group_prefixes=["/aws/sagemaker/studio"],
        description="Domain-level RStudio app of a SageMaker Studio domain",
        acknowledgements=acknowledgements,
    )
    _policy(
        role,
        "License",
        [iam.PolicyStatement(sid="UseLicense", actions=list(_LICENSE_ACTIONS), resources=["*"])],
        acknowledgements,
    )
    return role


def _own_spaces(stack: cdk.Stack) -> list[iam.PolicyStatement]:
    owner = _arn(stack, _OWN_PROFILE)
    look = [
        f"sagemaker:{verb}{thing}{'s' if verb == 'List' else ''}" for verb in ("Describe", "List") for thing in _LOOK
    ]
    return [
        iam.PolicyStatement(sid="SeeStudio", actions=look, resources=["*"]),
        iam.PolicyStatement(
            sid="ChangeOwnSpaces",
            actions=["sagemaker:CreateSpace", "sagemaker:DeleteSpace", "sagemaker:UpdateSpace"],
            resources=[_arn(stack, _OWN_SPACES)],
            conditions={
                "ArnLike": {"sagemaker:OwnerUserProfileArn": owner},
                "StringEquals": {"sagemaker:SpaceSharingType": "Private"},
            },
        ),
        iam.PolicyStatement(
            sid="RunAppsInOwnSpaces",
            actions=["sagemaker:CreateApp", "sagemaker:DeleteApp"],
            resources=[_arn(stack, _OWN_APPS)],
            conditions={
                "ArnLike": {"sagemaker:OwnerUserProfileArn": owner},
                "StringEquals": {"sagemaker:SpaceSharingType": "Private"},
            },
        ),
        iam.PolicyStatement(
            sid="TagWhatIsCreated",
            actions=["sagemaker:AddTags"],
            resources=[_arn(stack, _OWN_SPACES), _arn(stack, _OWN_APPS)],
            conditions={"Null": {"sagemaker:TaggingAction": "false"}},
        ),
    ]


def _policy(
    role: iam.Role, construct_id: str, statements: list[iam.PolicyStatement], overrides: Overrides | None
) -> iam.ManagedPolicy:
    policy = iam.ManagedPolicy(role, construct_id, roles=[role], statements=statements)
    acknowledge_wildcards(policy, statements, _reason, overrides)
    return policy


def _reason(resource: str) -> str:
    return next(reason for ending, reason in _REASONS.items() if resource.endswith(ending))


def _arn(stack: cdk.Stack, resource: str) -> str:
    kind, _, name = resource.partition("/")
    return stack.format_arn(service="sagemaker", resource=kind, resource_name=name)
