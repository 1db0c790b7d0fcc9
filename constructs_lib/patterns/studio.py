"""The Studio domain: by SageMaker's managed network (PublicInternetOnly) or in your VPC alone (VpcOnly)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
import jsii
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct, IDependable

from constructs_lib.patterns.access import StudioAccess, VpcOnly
from constructs_lib.patterns.acknowledgements import WILDCARD_RULE, acknowledge, checked_overrides
from constructs_lib.patterns.checked import checked
from constructs_lib.patterns.encryption import encryption_key as encryption_key_of
from constructs_lib.patterns.enforcement import enforce
from constructs_lib.patterns.errors import require_type
from constructs_lib.patterns.lifecycle import LifecycleScript
from constructs_lib.patterns.studio_checks import check_options
from constructs_lib.patterns.studio_cleanup import KNOWN_ACKNOWLEDGEMENTS, StudioCleanup
from constructs_lib.patterns.studio_parts import DomainParts, allow_apps_among_themselves, write_outputs
from constructs_lib.patterns.studio_role import rstudio_role, studio_role
from constructs_lib.patterns.studio_scripts import start_scripts
from constructs_lib.patterns.studio_settings import (
    AppSettings,
    AuthMode,
    CustomImage,
    DockerAccess,
    IdleShutdown,
    RStudio,
    checked_name,
)
from constructs_lib.patterns.user_profile import ProfileStacks, StudioUserProfile

_PROFILE_RESOURCES_IN_VPC = 5
_PROFILE_RESOURCES = 2
_ALONE = "AppsWithoutProfiles"


@jsii.implements(ec2.IConnectable, iam.IGrantable)
class StudioDomain(Construct):
    """A SageMaker Studio domain with its network, key, roles and user profiles.

    In VpcOnly the apps have the domain's security group, which lets nothing in and out only where Studio dials, and each user profile a
    group of its own beside it. A domain without user profiles in the stack has the rule for the apps (TCP 8192-65535) on the domain's group
    instead, so people who are added by other means share it; the first :meth:`add_user_profile` takes it away (SMN-DOM-08, SMN-DOM-09).

    Args:
        domain_name: 1 to 63 letters, digits and hyphens. A change replaces the domain.
        access: ``PublicInternetOnly(vpc)`` or ``VpcOnly(network)``.
        auth_mode: how people sign in; default: AuthMode.IAM. A change replaces the domain.
        user_profiles: names of user profiles; default: none. For more than a name, use :meth:`add_user_profile`.
        profile_stacks: over how many nested stacks the user profiles are spread; default: 0, the domain's own stack. A stack holds 500
            resources and a profile takes 5 in VpcOnly, 2 otherwise. Choose it before the first deployment.
        role: default execution role of user profiles and spaces; default: a new one with least privilege. Where it is given, user profiles
            share it; else each has one of its own with the same policies.
        encryption_key: key of the home file system and of volumes; default: a new one with rotation. A change replaces the domain.
        security_groups: more groups for all apps, beside the domain's own; default: none.
        idle_shutdown: stop apps that nobody uses, after this time or as ``IdleShutdown(...)`` says; default: they run until they are stopped.
        on_start_scripts: scripts that run at every start of a JupyterLab or Code Editor app, in order, as the app's user, unless people choose
            another lifecycle configuration for their space. What is not done after four and a half minutes goes on in the background and
            writes to ``~/.sagemaker-network/var/log/sagemaker-network-OnStart.log``. To take them away again, give ``["true"]``: a domain keeps
            its lifecycle configuration until it gets another one; default: none.
        background_scripts: scripts that are started at every start, after all others, and not waited for; default: none.
        custom_images: images for JupyterLab and Code Editor; default: SageMaker's.
        docker: Docker and local mode in apps; default: off.
        rstudio: RStudio; default: off.
        dual_stack: IPv6 beside IPv4; each subnet needs an IPv6 range (SMN-DOM-23); default: False.
        home_efs_file_system: whether SageMaker makes a file system for the home directories. Once made, it cannot be switched off; without
            it nothing is left behind when the domain is deleted; default: True.
        removal_policy: RETAIN deletes the domain and keeps its file system, whose mount targets still hold the VPC (an output says where).
            People's spaces and apps stop the deletion. DESTROY also deletes all apps, spaces and their volumes, all user profiles, the file
            system and what SageMaker made beside it: **the data of all users is lost**; default: RETAIN.
        acknowledgements: rule id to your own reason, or to None: the finding comes back. Known: SMN-DOM-14 (with PublicInternetOnly),
            AwsSolutions-IAM5 (wildcards that the roles cannot do without) and, with DESTROY, cdk-nag's LambdaInsideVPC, LambdaConcurrency
            and LambdaDLQ of its function, by pack: ``HIPAA.Security-LambdaInsideVPC``; default: the construct's reasons.

    Attributes:
        domain: the L1 resource.
        role: the default execution role.
        encryption_key: the key.
        security_groups: the groups of all apps: the domain's own first; empty in PublicInternetOnly unless some were given.
        rstudio_security_group: the group of the domain-level RStudio app, or None.
        user_profiles: the user profiles by name.

    Raises:
        TypeError: ``access`` or ``auth_mode`` is of another type.
        ValueError: an argument that can never be right; the message names it, its value, what is allowed and the rule.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/onboard-vpc.html
    """

    @checked("access", "auth_mode")
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        domain_name: str,
        access: StudioAccess,
        auth_mode: AuthMode = AuthMode.IAM,
        user_profiles: Sequence[str] = (),
        profile_stacks: int = 0,
        role: iam.IRole | None = None,
        encryption_key: kms.IKey | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] = (),
        idle_shutdown: IdleShutdown | cdk.Duration | None = None,
        on_start_scripts: Sequence[str | LifecycleScript] = (),
        background_scripts: Sequence[str | LifecycleScript] = (),
        custom_images: Sequence[CustomImage] = (),
        docker: DockerAccess | None = None,
        rstudio: RStudio | None = None,
        dual_stack: bool = False,
        home_efs_file_system: bool = True,
        removal_policy: cdk.RemovalPolicy = cdk.RemovalPolicy.RETAIN,
        acknowledgements: Mapping[str, str | None] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        require_type("access", access, StudioAccess, "use PublicInternetOnly(vpc) or VpcOnly(network)")
        require_type("auth_mode", auth_mode, AuthMode, "use AuthMode.IAM or AuthMode.SSO")
        checked_name("domain_name", domain_name)
        check_options(
            access=access,
            docker=docker,
            rstudio=rstudio,
            dual_stack=dual_stack,
            home_efs_file_system=home_efs_file_system,
            removal_policy=removal_policy,
        )
        destroy = removal_policy is cdk.RemovalPolicy.DESTROY
        known = [*access.reasons, WILDCARD_RULE, *(KNOWN_ACKNOWLEDGEMENTS if destroy else ())]
        overrides = checked_overrides(acknowledgements, known)
        self.access = access
        self.auth_mode = auth_mode
        self.rstudio = rstudio
        self.user_profiles: dict[str, StudioUserProfile] = {}
        self._profiles = ProfileStacks(self, profile_stacks)
        self.encryption_key = encryption_key_of(
            self, "Key", given=encryption_key, description="Home file system and volumes of a SageMaker Studio domain"
        )
        in_vpc = isinstance(access, VpcOnly)
        self.role, self.permissions = studio_role(
            self, "Role", given=role, key=self.encryption_key, vpc_attached=in_vpc, acknowledgements=overrides
        )
        own_group = access.security_group(self, "SecurityGroup", description="All Studio apps of a SageMaker domain")
        self.security_groups = [*([own_group] if own_group else []), *security_groups]
        self._connections = ec2.Connections(security_groups=self.security_groups)
        self.check_groups("the domain", ())
        self.rstudio_security_group = access.rstudio_group(self, "RStudioSecurityGroup") if rstudio else None
        parts = DomainParts(
            role=self.role,
            security_groups=self.security_groups,
            apps=AppSettings(
                custom_images=custom_images,
                idle_shutdown=idle_shutdown,
                start_scripts=start_scripts(
                    self, on_start_scripts=on_start_scripts, background_scripts=background_scripts
                ),
            ),
            rstudio=rstudio,
            rstudio_role=rstudio_role(
                self, "RStudioRole", given=rstudio.role, vpc_attached=in_vpc, acknowledgements=overrides
            )
            if rstudio
            else None,
            rstudio_security_group=self.rstudio_security_group,
        )
        self.domain = sagemaker.CfnDomain(
            self,
            "Resource",
            domain_name=domain_name,
            auth_mode=auth_mode.value,
            app_network_access_type=access.network_type,
            vpc_id=access.vpc.vpc_id,
            subnet_ids=[subnet.subnet_id for subnet in access.subnets],
            kms_key_id=self.encryption_key.key_arn,
            default_user_settings=parts.user_settings(),
            default_space_settings=parts.space_settings(),
            domain_settings=parts.domain_settings(docker=docker, dual_stack=dual_stack),
            app_security_group_management="Service" if self.rstudio_security_group else None,
            home_efs_file_system_creation="Enabled" if home_efs_file_system else "Disabled",
        )
        needed: Sequence[IDependable] = self.permissions or [self.role]
        self.domain.node.add_dependency(*needed)
        acknowledge(self.domain, access.reasons, overrides)
        access.connect(self)
        if own_group is not None:
            allow_apps_among_themselves(self, _ALONE, own_group)
        self._cleanup: StudioCleanup | None = None
        if destroy:
            self._cleanup = StudioCleanup(
                self,
                "Cleanup",
                domain=self.domain,
                vpc=access.vpc,
                key=self.encryption_key,
                acknowledgements=overrides,
            )
        write_outputs(self, self.domain, keeps_files=home_efs_file_system and not destroy)
        for name in user_profiles:
            self.add_user_profile(name)
        enforce(self)

    @property
    def connections(self) -> ec2.Connections:
        """The security groups of all apps; none in PublicInternetOnly unless some were given."""
        return self._connections

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """What is granted to the domain is granted to the apps of all user profiles that share its permissions."""
        return self.permissions[0].grant_principal if self.permissions else self.role.grant_principal

    @property
    def domain_id(self) -> str:
        """The id, known at deployment."""
        return self.domain.attr_domain_id

    @property
    def url(self) -> str:
        """The address of Studio, known at deployment."""
        return self.domain.attr_url

    @checked()
    def add_user_profile(
        self,
        name: str,
        *,
        role: iam.IRole | None = None,
        sso_user: str | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] = (),
        rstudio_admin: bool = False,
    ) -> StudioUserProfile:
        """Add a user profile.

        Args:
            name: 1 to 63 letters, digits and hyphens. A change replaces the profile.
            role: execution role of this user's apps; default: one of its own with the policies of the domain's role, or the role that was
                given to the domain.
            sso_user: user name in IAM Identity Center; needed with AuthMode.SSO, refused with AuthMode.IAM; default: none.
            security_groups: more groups for this user's apps, beside its own; default: none.
            rstudio_admin: administrator of RStudio instead of user; default: False.

        Raises:
            ValueError: the name is not allowed or taken, too many groups (SMN-DOM-15), more profiles than the stack has room for, an
                ``sso_user`` that does not go with the domain's auth mode, or ``rstudio_admin`` without RStudio.
        """
        if name in self.user_profiles:
            raise ValueError(f"user profile {name!r} exists already: give each profile a name of its own")
        self._profiles.reserve(
            name, _PROFILE_RESOURCES_IN_VPC if isinstance(self.access, VpcOnly) else _PROFILE_RESOURCES
        )
        profile = StudioUserProfile(
            self._profiles.home(name),
            name,
            domain=self,
            name=name,
            role=role,
            sso_user=sso_user,
            security_groups=security_groups,
            rstudio_admin=rstudio_admin,
        )
        self.node.try_remove_child(_ALONE)
        self.user_profiles[name] = profile
        if self._cleanup is not None:
            self._cleanup.run_before_deletion_of(self._profiles.dependable(profile))
        return profile

    def check_groups(self, who: str, own: Sequence[ec2.ISecurityGroup]) -> None:
        """Check the number of groups on one app: those of the domain and these (SMN-DOM-15).

        Raises:
            ValueError: more than SageMaker allows.
        """
        rstudio = self.rstudio is not None
        number = len({group.node.path for group in (*self.security_groups, *own)})
        allowed = self.access.max_groups(rstudio=rstudio)
        if number > allowed:
            mode = f"{self.access.network_type} with RStudio" if rstudio else self.access.network_type
            raise ValueError(
                f"security_groups: {who} would have {number} groups, those of the domain included, and {mode} allows {allowed}, "
                "because SageMaker adds its own: pass fewer (SMN-DOM-15)"
            )
