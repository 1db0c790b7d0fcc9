"""What every notebook instance is made of, whichever network it is in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import aws_cdk as cdk
import jsii
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct, IConstruct

from constructs_lib.patterns.acknowledgements import (
    WILDCARD_RULE,
    Overrides,
    acknowledge,
    checked_overrides,
    with_equivalents,
)
from constructs_lib.patterns.checked import checked
from constructs_lib.patterns.encryption import encryption_key
from constructs_lib.patterns.enforcement import enforce
from constructs_lib.patterns.execution_role import PERMISSIONS, execution_role
from constructs_lib.patterns.lifecycle import Part, joined, packaged, user_parts
from constructs_lib.patterns.notebook_options import NotebookSettings
from constructs_lib.patterns.presigned import OpenFrom, grant_presigned_url
from constructs_lib.patterns.principals import kind_of
from constructs_lib.patterns.stacks import built_upon, same_stack

_LOG_GROUP = "/aws/sagemaker/NotebookInstances"
_OPEN = ("sagemaker:CreatePresignedNotebookInstanceUrl", "sagemaker:DescribeNotebookInstance")


@jsii.implements(iam.IGrantable)
class NotebookInstance(Construct):
    """A notebook instance with its role, key and scripts; the public notebooks say which network it is in.

    Attributes:
        notebook_instance: the L1 notebook instance.
        role: its execution role.
        encryption_key: the key of its volume.
        security_groups: those of its interface in the VPC; none without a VPC.
        lifecycle_config: the L1 lifecycle configuration; None as long as no script needs one.
    """

    notebook_instance: sagemaker.CfnNotebookInstance
    role: iam.IRole
    encryption_key: kms.IKey
    security_groups: list[ec2.ISecurityGroup]
    lifecycle_config: sagemaker.CfnNotebookInstanceLifecycleConfig | None

    def _make(
        self,
        settings: NotebookSettings,
        *,
        direct_internet_access: bool,
        vpc_attached: bool,
        reasons: Overrides,
    ) -> None:
        """Make the parts; what differs between the notebooks stands in the arguments."""
        self._settings = settings
        self._reasons = with_equivalents(reasons)
        acknowledged = [*self._reasons, *([] if settings.role else [WILDCARD_RULE])]
        self._overrides = checked_overrides(settings.acknowledgements, acknowledged)
        self.encryption_key = encryption_key(
            self, "Key", given=settings.encryption_key, description=f"Volume of the notebook {self.node.path}"
        )
        self.role = settings.role or self._execution_role(vpc_attached=vpc_attached)
        self.security_groups = []
        self.lifecycle_config = None
        self.notebook_instance = self._notebook_instance(direct_internet_access=direct_internet_access)
        acknowledge(self.notebook_instance, self._reasons, self._overrides)
        self._allow_idle_shutdown()
        self._outputs()
        enforce(self)

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The execution role, so that ``bucket.grant_read(notebook)`` works."""
        return self.role.grant_principal

    @checked()
    def grant_open(
        self,
        grantee: iam.IGrantable,
        *,
        ip_ranges: Sequence[str] = (),
        vpcs: Sequence[ec2.IVpc] = (),
        vpc_ip_ranges: Sequence[str] = (),
        vpc_endpoints: Sequence[ec2.IInterfaceVpcEndpoint] = (),
    ) -> iam.Grant:
        """Allow the grantee to open this notebook by presigned URL, from the places named and from nowhere else; any
        one suffices.

        It allows; it denies nothing that another policy of the grantee allows.

        Args:
            grantee: who opens the notebook.
            ip_ranges: public ranges (CIDR) of people who come over the internet. Default: none.
            vpcs: VPCs through whose interface endpoints people come. Default: none.
            vpc_ip_ranges: private ranges within those VPCs. Default: any address of them.
            vpc_endpoints: the interface endpoints that people come through, those of the SageMaker API and of the
                notebook page. Default: none.

        Raises:
            ValueError: no place (SMN-IAM-01), a private range in ip_ranges (SMN-IAM-02), one endpoint without the other
                (SMN-IAM-03), a grantee without policies of its own, such as an AWS service.

        Source: https://docs.aws.amazon.com/sagemaker/latest/dg/notebook-interface-endpoint.html
        """
        places = OpenFrom(
            page="notebook", ip_ranges=ip_ranges, vpcs=vpcs, vpc_ip_ranges=vpc_ip_ranges, vpc_endpoints=vpc_endpoints
        )
        to = self._beside(grantee.grant_principal) or grantee
        return grant_presigned_url(to, actions=_OPEN, resource_arn=self.notebook_instance.ref, places=places)

    def _beside(self, principal: iam.IPrincipal) -> iam.ManagedPolicy | None:
        """A policy in the notebook's stack for a principal that comes before the notebook, and whose own policy must not name it; None for others."""
        kind = kind_of(principal)
        if kind is None:
            return None
        owner = cast("IConstruct", principal)
        own = owner.node.path == self.role.node.path and owner.node.try_find_child("Resource") is not None
        if not own and (same_stack(owner, self) or not built_upon(self._uses(), owner)):
            return None
        name = f"OpenPolicy{cdk.Names.unique_resource_name(owner, max_length=60)}"
        policy = self.node.try_find_child(name)
        if policy is None:
            policy = iam.ManagedPolicy(self, name, description=f"Opens the notebook {self.node.path}")
            getattr(policy, f"attach_to_{kind}")(principal)
        assert isinstance(policy, iam.ManagedPolicy)
        return policy

    def _uses(self) -> list[IConstruct]:
        """What the notebook is made from, by which it is known which stacks its own depends on."""
        return [self, self.role, self.encryption_key, *self.security_groups]

    def _execution_role(self, *, vpc_attached: bool) -> iam.Role:
        return execution_role(
            self,
            "Role",
            key=self.encryption_key,
            vpc_attached=vpc_attached,
            log_group_prefixes=[_LOG_GROUP],
            description=f"Execution role of the notebook {self.node.path}",
            acknowledgements=self._overrides,
        )

    def _notebook_instance(self, *, direct_internet_access: bool) -> sagemaker.CfnNotebookInstance:
        settings = self._settings
        metadata = sagemaker.CfnNotebookInstance.InstanceMetadataServiceConfigurationProperty
        version = settings.minimum_instance_metadata_service_version
        notebook = sagemaker.CfnNotebookInstance(
            self,
            "Resource",
            instance_type=settings.instance_type,
            role_arn=self.role.role_arn,
            direct_internet_access="Enabled" if direct_internet_access else "Disabled",
            root_access="Enabled" if settings.root_access else "Disabled",
            kms_key_id=self.encryption_key.key_arn,
            volume_size_in_gb=int(settings.volume_size.to_gibibytes()),
            platform_identifier=settings.platform_identifier,
            instance_metadata_service_configuration=metadata(minimum_instance_metadata_service_version=version),
            notebook_instance_name=settings.notebook_instance_name,
            default_code_repository=settings.default_code_repository,
            additional_code_repositories=list(settings.additional_code_repositories) or None,
        )
        # It uses its permissions as soon as it starts; on the role itself it depends by reference.
        if settings.role is None:
            notebook.node.add_dependency(self.role.node.find_child(PERMISSIONS))
        elif self.role.node.try_find_child("Resource") is not None:
            notebook.node.add_dependency(self.role)
        return notebook

    def _allow_idle_shutdown(self) -> None:
        """To stop this notebook and no other. The policy names the notebook, so the notebook cannot wait for it, and
        need not.
        """
        if self._settings.idle_shutdown is None:
            return
        statement = iam.PolicyStatement(
            sid="StopWhenIdle", actions=["sagemaker:StopNotebookInstance"], resources=[self.notebook_instance.ref]
        )
        if self.role.node.try_find_child("Resource") is not None:
            # A policy of its own, in the notebook's stack: that of the role must not depend on it.
            iam.ManagedPolicy(self, "IdleShutdownPolicy", roles=[self.role], statements=[statement])
        else:
            # One that is brought in may not be the app's to change, which it knows itself.
            self.role.add_to_principal_policy(statement)

    def _outputs(self) -> None:
        name = self.notebook_instance.attr_notebook_instance_name
        cdk.CfnOutput(
            self, "NotebookInstanceName", value=name, description=f"Name of the notebook instance {self.node.path}"
        )
        cdk.CfnOutput(
            self,
            "OpenCommand",
            value=f"aws sagemaker create-presigned-notebook-instance-url --notebook-instance-name {name} "
            f"--region {cdk.Stack.of(self).region} --query AuthorizedUrl --output text",
            description="Prints the address of the notebook, valid for five minutes",
        )

    def _construct_parts(self) -> list[Part]:
        """What the network of the notebook wants to run at each start, before anything else."""
        return []

    def _marks(self) -> dict[str, str]:
        """What those parts do to the network."""
        return {}

    def _update_lifecycle(self) -> None:
        """Write the scripts into the lifecycle configuration, which is made when the first script comes.

        Called last in each public constructor, and again when a file system is mounted.
        """
        settings = self._settings
        on_start = [*self._construct_parts(), *self._idle_shutdown_parts()]
        on_start += user_parts(settings.on_start_scripts, "on_start_scripts")
        on_start += user_parts(settings.background_scripts, "background_scripts", background=True)
        on_create = user_parts(settings.on_create_scripts, "on_create_scripts")
        if not (on_start or on_create):
            return
        if self.lifecycle_config is None:
            self.lifecycle_config = sagemaker.CfnNotebookInstanceLifecycleConfig(self, "LifecycleConfig")
            self.notebook_instance.lifecycle_config_name = (
                self.lifecycle_config.attr_notebook_instance_lifecycle_config_name
            )
        self.lifecycle_config.on_start = self._hook("OnStart", on_start, self._marks())
        self.lifecycle_config.on_create = self._hook("OnCreate", on_create, {})

    def _hook(self, hook: str, parts: list[Part], marks: Mapping[str, str]) -> list[Any] | None:
        if not parts:
            return None
        kind = sagemaker.CfnNotebookInstanceLifecycleConfig.NotebookInstanceLifecycleHookProperty
        return [kind(content=cdk.Fn.base64(joined(self, hook, parts, marks=marks)))]

    def _idle_shutdown_parts(self) -> list[Part]:
        idle = self._settings.idle_shutdown
        if idle is None:
            return []
        seconds = f"{idle.to_seconds():.0f}"
        return [
            Part("idle_shutdown", packaged("idle_shutdown", IDLE_SECONDS=seconds, REGION=cdk.Stack.of(self).region))
        ]
