"""AWS::SageMaker::Domain, UserProfile, Space and App as CloudFormation types, with what SageMaker makes beside a domain.

A domain with a home file system leaves in the VPC: the EFS file system, a mount target in each subnet, and two security groups for NFS whose
rules refer to each other. Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateDomain.html
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends
from moto.efs.models import efs_backends
from moto.sagemaker.models import sagemaker_backends

from local_deployment.emulator.model import EmulatedType
from local_deployment.emulator.studio_api import Studio, studio_of

MANAGED_TAG = "ManagedByAmazonSageMakerResource"


class Domain(EmulatedType):
    """A Studio domain and, unless HomeEfsFileSystemCreation is Disabled, its file system and NFS groups."""

    TYPE = "AWS::SageMaker::Domain"
    NAME = "DomainName"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any], account: str, region: str) -> Domain:
        backend = sagemaker_backends[account][region]
        backend.create_domain(
            domain_name=name,
            auth_mode=properties["AuthMode"],
            default_user_settings=properties["DefaultUserSettings"],
            subnet_ids=properties.get("SubnetIds", []),
            vpc_id=properties.get("VpcId", ""),
            domain_settings=properties.get("DomainSettings"),
            tags=properties.get("Tags"),
            app_network_access_type=properties.get("AppNetworkAccessType"),
            home_efs_file_system_kms_key_id=None,
            kms_key_id=properties.get("KmsKeyId"),
            app_security_group_management=properties.get("AppSecurityGroupManagement"),
            default_space_settings=properties.get("DefaultSpaceSettings"),
        )
        domain = backend.domains[f"d-{name}"]
        if properties.get("HomeEfsFileSystemCreation") == "Disabled":
            domain.home_efs_file_system_id = ""
        else:
            domain.home_efs_file_system_id = make_home_file_system(domain, account, region)
        return cls(domain.id, properties, _attributes(domain))

    def change(self, properties: dict[str, Any], account: str, region: str) -> Domain:
        domain = sagemaker_backends[account][region].domains[self.physical_resource_id]
        domain.default_user_settings = properties["DefaultUserSettings"]
        domain.default_space_settings = properties.get("DefaultSpaceSettings")
        domain.app_network_access_type = properties.get("AppNetworkAccessType", "PublicInternetOnly")
        domain.subnet_ids = properties.get("SubnetIds", [])
        return Domain(domain.id, properties, _attributes(domain))

    def remove(self, account: str, region: str) -> None:
        # CloudFormation has no retention policy for a domain's file system: the service's default, Retain, applies.
        studio_of(account, region).delete_domain(
            self.physical_resource_id, retain_file_system=True, missing_is_fine=True
        )


def _attributes(domain: Any) -> dict[str, Any]:
    return {
        "DomainArn": domain.arn,
        "DomainId": domain.id,
        "HomeEfsFileSystemId": domain.home_efs_file_system_id,
        "SecurityGroupIdForDomainBoundary": domain.security_group_id_for_domain_boundary,
        "SingleSignOnApplicationArn": domain.single_sign_on_managed_application_arn,
        "SingleSignOnManagedApplicationInstanceId": domain.single_sign_on_managed_application_instance_id,
        "Url": domain.url,
    }


def make_home_file_system(domain: Any, account: str, region: str) -> str:
    """Make what SageMaker makes in the customer's VPC for a new domain, and return the file system's id."""
    ec2 = ec2_backends[account][region]
    efs = efs_backends[account][region]
    tag = {MANAGED_TAG: domain.arn}
    inbound, outbound = (
        ec2.create_security_group(
            f"security-group-for-{way}-nfs-{domain.id}",
            f"[DO NOT DELETE] {way} NFS for {domain.id}",
            vpc_id=domain.vpc_id,
            tags=dict(tag),
        )
        for way in ("inbound", "outbound")
    )
    nfs: dict[str, Any] = {"ip_protocol": "tcp", "from_port": "2049", "to_port": "2049", "ip_ranges": []}
    ec2.authorize_security_group_ingress(group_name_or_id=inbound.id, source_groups=[{"GroupId": outbound.id}], **nfs)
    ec2.authorize_security_group_egress(group_name_or_id=outbound.id, source_groups=[{"GroupId": inbound.id}], **nfs)
    file_system = efs.create_file_system(
        creation_token=domain.id,
        performance_mode="generalPurpose",
        encrypted=True,
        kms_key_id=domain.kms_key_id,
        throughput_mode="bursting",
        provisioned_throughput_in_mibps=0,
        availability_zone_name="",
        backup=False,
        tags=[{"Key": key, "Value": value} for key, value in tag.items()],
    )
    for subnet in domain.subnet_ids:
        efs.create_mount_target(file_system.file_system_id, subnet, security_groups=[inbound.id])
    return str(file_system.file_system_id)


class UserProfile(EmulatedType):
    """A user profile of a domain."""

    TYPE = "AWS::SageMaker::UserProfile"
    NAME = "UserProfileName"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any], account: str, region: str) -> UserProfile:
        arn = studio_of(account, region).create("user_profile", {**properties, "UserProfileName": name})
        return cls(f"{name}|{properties['DomainId']}", properties, {"UserProfileArn": arn})

    def change(self, properties: dict[str, Any], account: str, region: str) -> UserProfile:
        name, _, _ = self.physical_resource_id.partition("|")
        studio_of(account, region).update("user_profile", {**properties, "UserProfileName": name})
        return UserProfile(self.physical_resource_id, properties, self.attributes)

    def remove(self, account: str, region: str) -> None:
        name, _, domain = self.physical_resource_id.partition("|")
        _gone(studio_of(account, region), "user_profile", {"DomainId": domain, "UserProfileName": name})


class Space(EmulatedType):
    """A private or shared space of a domain."""

    TYPE = "AWS::SageMaker::Space"
    NAME = "SpaceName"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any], account: str, region: str) -> Space:
        arn = studio_of(account, region).create("space", {**properties, "SpaceName": name})
        return cls(
            f"{name}|{properties['DomainId']}", properties, {"SpaceArn": arn, "Url": f"https://{name}.studio.example"}
        )

    def change(self, properties: dict[str, Any], account: str, region: str) -> Space:
        name, _, _ = self.physical_resource_id.partition("|")
        studio_of(account, region).update("space", {**properties, "SpaceName": name})
        return Space(self.physical_resource_id, properties, self.attributes)

    def remove(self, account: str, region: str) -> None:
        name, _, domain = self.physical_resource_id.partition("|")
        _gone(studio_of(account, region), "space", {"DomainId": domain, "SpaceName": name})


class App(EmulatedType):
    """An app of a user profile or space."""

    TYPE = "AWS::SageMaker::App"
    NAME = "AppName"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any], account: str, region: str) -> App:
        given = {**properties, "AppName": name}
        arn = studio_of(account, region).create("app", given)
        return cls(name, given, {"AppArn": arn})

    def remove(self, account: str, region: str) -> None:
        _gone(studio_of(account, region), "app", self.properties)


def _gone(studio: Studio, kind: str, properties: dict[str, Any]) -> None:
    if studio.find(kind, properties) is not None:
        studio.delete(kind, properties)


MODELS = (Domain, UserProfile, Space, App)
