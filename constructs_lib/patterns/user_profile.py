"""User profiles of a Studio domain: each with a role and, in VpcOnly, a security group of its own."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import aws_cdk as cdk
import jsii
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct, IDependable

from constructs_lib.patterns.access import APP_PORTS
from constructs_lib.patterns.studio_settings import AuthMode, checked_name

if TYPE_CHECKING:
    from constructs_lib.patterns.studio import StudioDomain

MAX_STACK_RESOURCES = 500
_RESERVED = 50
"""Resources that a stack needs beside the profiles: domain, key, roles, endpoints of the network."""


@jsii.implements(ec2.IConnectable, iam.IGrantable)
class StudioUserProfile(Construct):
    """A user profile; made by :meth:`StudioDomain.add_user_profile`.

    In VpcOnly its own security group lets the apps of this one user talk with each other on TCP 8192-65535 (SMN-DOM-08, SMN-DOM-09); its
    way out is the domain's group, which SageMaker attaches as well, and the groups for the file system are SageMaker's (SMN-DOM-18).

    Attributes:
        user_profile: the L1 resource.
        role: the execution role of this user's apps.
        security_group: the group of this user alone; None in PublicInternetOnly.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-and-internet-access.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        domain: StudioDomain,
        name: str,
        role: iam.IRole | None,
        sso_user: str | None,
        security_groups: Sequence[ec2.ISecurityGroup],
        rstudio_admin: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        self.name = checked_name("name", name)
        _check_sign_in(domain.auth_mode, name, sso_user)
        if rstudio_admin and domain.rstudio is None:
            raise ValueError(
                f"rstudio_admin is True for user profile {name!r}, but the domain has no RStudio: pass rstudio to the domain"
            )
        self.role = role or self._own_role(domain)
        self.security_group = domain.access.security_group(
            self, "SecurityGroup", description=f"Studio apps of user profile {name}"
        )
        own = [*([self.security_group] if self.security_group else []), *security_groups]
        domain.check_groups(f"user profile {name!r}", own)
        self._connections = ec2.Connections(security_groups=own)
        if self.security_group is not None:
            self.security_group.connections.allow_internally(APP_PORTS, "apps of this user profile among themselves")
            domain.access.let_out(self.security_group)
        self.user_profile = sagemaker.CfnUserProfile(
            self,
            "Resource",
            domain_id=domain.domain.attr_domain_id,
            user_profile_name=name,
            single_sign_on_user_identifier="UserName" if sso_user else None,
            single_sign_on_user_value=sso_user,
            user_settings=sagemaker.CfnUserProfile.UserSettingsProperty(
                execution_role=self.role.role_arn,
                security_groups=[group.security_group_id for group in own] or None,
                r_studio_server_pro_app_settings=_RSTUDIO_ADMIN if rstudio_admin else None,
            ),
        )
        if role is not None:
            # Permissions that are attached to it from outside.
            self.user_profile.node.add_dependency(role)

    @property
    def connections(self) -> ec2.Connections:
        """The security groups of this user; none in PublicInternetOnly, unless some were named."""
        return self._connections

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The role of this user."""
        return self.role.grant_principal

    def _own_role(self, domain: StudioDomain) -> iam.IRole:
        """One with the permissions of the domain's role; the domain's role itself where that is the user's own."""
        if not domain.permissions:
            return domain.role
        return iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"),
            managed_policies=list(domain.permissions),
            description=f"Studio apps of user profile {self.name}",
        )


class ProfileStacks:
    """Where the profiles of a domain stand: in its own stack, or spread over nested stacks by a hash of their names.

    By the hash, adding or removing one profile never moves another, which would make CloudFormation create a name that still exists.
    """

    def __init__(self, scope: Construct, count: int) -> None:
        if count < 0:
            raise ValueError(
                f"profile_stacks is {count}: use 0 for the domain's own stack, or the number of nested stacks"
            )
        self._scope = scope
        self._homes: dict[int, Construct] = {}
        self._sizes: dict[int, int] = {}
        self._count = count

    def home(self, name: str) -> Construct:
        """The construct under which this profile is made."""
        number = self._number(name)
        if number not in self._homes:
            self._homes[number] = (
                cdk.NestedStack(self._scope, f"UserProfiles{number}")
                if self._count
                else Construct(self._scope, "UserProfiles")
            )
        return self._homes[number]

    def reserve(self, name: str, resources: int) -> None:
        """Count the resources of one more profile.

        Raises:
            ValueError: its stack would hold more resources than CloudFormation allows.
        """
        number = self._number(name)
        self._sizes[number] = self._sizes.get(number, 0) + 1
        room = MAX_STACK_RESOURCES - (0 if self._count else _RESERVED)
        if self._sizes[number] * resources > room:
            total = sum(self._sizes.values())
            enough = max(math.ceil(total * resources / 250), self._count + 1)
            place = f"nested stack {number} of {self._count}" if self._count else "the domain's own stack"
            raise ValueError(
                f"profile_stacks is {self._count}: user profile {name!r} is number {self._sizes[number]} in {place}, and {resources} "
                f"resources each are more than the {room} that it has room for; set profile_stacks to {enough} or more before the first "
                "deployment (a later change moves profiles between stacks, which CloudFormation refuses while their names exist)"
            )

    def dependable(self, profile: StudioUserProfile) -> IDependable:
        """What is deleted together with the profile: itself, or its nested stack."""
        return self.home(profile.name) if self._count else profile.user_profile

    def _number(self, name: str) -> int:
        if not self._count:
            return 0
        if cdk.Token.is_unresolved(name):
            raise ValueError(
                "name is known only at deployment: profiles are spread over nested stacks by name, so give it literally"
            )
        return zlib.crc32(name.encode()) % self._count + 1


_RSTUDIO_ADMIN = sagemaker.CfnUserProfile.RStudioServerProAppSettingsProperty(
    access_status="ENABLED", user_group="R_STUDIO_ADMIN"
)


def _check_sign_in(auth_mode: AuthMode, name: str, sso_user: str | None) -> None:
    if auth_mode is AuthMode.SSO and sso_user is None:
        raise ValueError(
            f"sso_user is missing for user profile {name!r}: with auth_mode AuthMode.SSO each profile names its IAM Identity Center user"
        )
    if auth_mode is AuthMode.IAM and sso_user is not None:
        raise ValueError(
            f"sso_user is {sso_user!r} for user profile {name!r}: it goes with auth_mode AuthMode.SSO only"
        )
