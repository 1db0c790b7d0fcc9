"""The properties of a Studio domain from its parts, its outputs, and the rule for apps where there are no user profiles."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from constructs_lib.patterns.access import FIRST_APP_PORT, LAST_APP_PORT
from constructs_lib.patterns.studio_settings import AppSettings, DockerAccess, RStudio
from constructs_lib.services import STUDIO


class DomainParts:
    """What the settings of users, of shared spaces and of the domain itself have in common."""

    def __init__(
        self,
        *,
        role: iam.IRole,
        security_groups: Sequence[ec2.ISecurityGroup],
        apps: AppSettings,
        rstudio: RStudio | None,
        rstudio_role: iam.IRole | None,
        rstudio_security_group: ec2.SecurityGroup | None,
    ) -> None:
        self._role = role
        self._groups = [group.security_group_id for group in security_groups] or None
        self._apps = apps
        self._rstudio = rstudio
        self._rstudio_role = rstudio_role
        self._rstudio_group = rstudio_security_group

    def user_settings(self) -> sagemaker.CfnDomain.UserSettingsProperty:
        """Settings of private spaces, with the current Studio as the page where people land."""
        rstudio = sagemaker.CfnDomain.RStudioServerProAppSettingsProperty(
            access_status="ENABLED", user_group="R_STUDIO_USER"
        )
        return sagemaker.CfnDomain.UserSettingsProperty(
            execution_role=self._role.role_arn,
            security_groups=self._groups,
            studio_web_portal="ENABLED",
            default_landing_uri="studio::",
            r_studio_server_pro_app_settings=rstudio if self._rstudio else None,
            jupyter_lab_app_settings=self._apps.jupyter_lab(),
            code_editor_app_settings=self._apps.code_editor(),
        )

    def space_settings(self) -> sagemaker.CfnDomain.DefaultSpaceSettingsProperty:
        """Settings of shared spaces: SageMaker does not apply those of users to them (SMN-DOM-33)."""
        return sagemaker.CfnDomain.DefaultSpaceSettingsProperty(
            execution_role=self._role.role_arn,
            security_groups=self._groups,
            jupyter_lab_app_settings=self._apps.jupyter_lab(),
        )

    def domain_settings(
        self, *, docker: DockerAccess | None, dual_stack: bool
    ) -> sagemaker.CfnDomain.DomainSettingsProperty | None:
        """Docker, RStudio and the kind of addresses; None where nothing is set."""
        if docker is None and self._rstudio is None and not dual_stack:
            return None
        return sagemaker.CfnDomain.DomainSettingsProperty(
            docker_settings=docker.render() if docker else None,
            ip_address_type="DUALSTACK" if dual_stack else None,
            r_studio_server_pro_domain_settings=self._rstudio.render(self._rstudio_role)
            if self._rstudio and self._rstudio_role
            else None,
            security_group_ids=[self._rstudio_group.security_group_id] if self._rstudio_group else None,
        )


def allow_apps_among_themselves(scope: Construct, construct_id: str, group: ec2.SecurityGroup) -> Construct:
    """TCP 8192-65535 among the members of the group, as children of one construct, so that they can be taken away again (SMN-DOM-08)."""
    rules = Construct(scope, construct_id)
    description = "Studio apps among themselves, while no user profile has a group of its own"
    ec2.CfnSecurityGroupIngress(
        rules,
        "Ingress",
        group_id=group.security_group_id,
        ip_protocol="tcp",
        from_port=FIRST_APP_PORT,
        to_port=LAST_APP_PORT,
        source_security_group_id=group.security_group_id,
        description=description,
    )
    ec2.CfnSecurityGroupEgress(
        rules,
        "Egress",
        group_id=group.security_group_id,
        ip_protocol="tcp",
        from_port=FIRST_APP_PORT,
        to_port=LAST_APP_PORT,
        destination_security_group_id=group.security_group_id,
        description=description,
    )
    return rules


def write_outputs(scope: Construct, domain: sagemaker.CfnDomain, *, keeps_files: bool) -> None:
    """The address of Studio, what a firewall must let through (SMN-DOM-34), and the file system that outlives the domain (SMN-DOM-17)."""
    cdk.CfnOutput(scope, "Url", value=domain.attr_url, description="Address of SageMaker Studio")
    cdk.CfnOutput(
        scope,
        "Allowlist",
        value=next(host for host in STUDIO.hosts_in(cdk.Stack.of(scope).region) if host.startswith("*.")),
        description="Hosts that firewalls and proxies between people and Studio must let through, web sockets (wss) included",
    )
    if keeps_files:
        cdk.CfnOutput(
            scope,
            "HomeFileSystem",
            value=domain.attr_home_efs_file_system_id,
            description="EFS file system that stays when the domain is deleted; its mount targets and the two security groups of its NFS "
            "traffic then still hold the VPC",
        )
