"""Options of a Studio domain, as values: how people sign in, RStudio, Docker, custom images and idle shutdown.

Each value checks itself when it is made; what two of them cannot do together is checked by the domain that gets both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker

from constructs_lib.patterns.checked import checked
from constructs_lib.patterns.studio_scripts import CODE_EDITOR, JUPYTER_LAB

MAX_TRUSTED_ACCOUNTS = 20
MAX_CUSTOM_IMAGES = 200
MIN_IDLE_MINUTES = 60
MAX_IDLE_MINUTES = 525_600

_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_IMAGE_NAME = re.compile(r"[a-zA-Z0-9]([-.]?[a-zA-Z0-9]){0,62}")
_ACCOUNT = re.compile(r"\d{12}")
_URL = re.compile(r"(https:|http:|www\.)\S*")


def checked_name(argument: str, value: str, *, pattern: re.Pattern[str] = _NAME) -> str:
    """The value, if SageMaker accepts it as a name; a value known only at deployment passes.

    Raises:
        ValueError: longer than 63 characters, or other characters than letters, digits and inner hyphens.
    """
    if not cdk.Token.is_unresolved(value) and not pattern.fullmatch(value):
        allowed = "letters, digits, hyphens and dots" if pattern is _IMAGE_NAME else "letters, digits and hyphens"
        raise ValueError(f"{argument} is {value!r}: use 1 to 63 {allowed}, starting and ending with a letter or digit")
    return value


class AuthMode(Enum):
    """How the members of a domain sign in. A change replaces the domain (SMN-DOM-21).

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateDomain.html
    """

    IAM = "IAM"
    """By a presigned URL that an IAM identity asks for; it can be limited to networks by IAM policies."""
    SSO = "SSO"
    """By IAM Identity Center. Conditions on the source network of presigned URLs have no effect (SMN-DOM-25)."""


class RStudio:
    """RStudio on the domain. In VpcOnly it needs AppSecurityGroupManagement=Service (SMN-DOM-19), which the domain sets.

    Args:
        role: role of the domain-level RStudioServerPro app; default: a new one with the license permissions that AWS documents.
        connect_url: an RStudio Connect server; default: none.
        package_manager_url: an RStudio Package Manager server; default: none.

    Raises:
        ValueError: a URL that does not begin with https:, http: or www.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/rstudio-network.html
    """

    @checked()
    def __init__(
        self, *, role: iam.IRole | None = None, connect_url: str | None = None, package_manager_url: str | None = None
    ) -> None:
        self.role = role
        self.connect_url = _checked_url("connect_url", connect_url)
        self.package_manager_url = _checked_url("package_manager_url", package_manager_url)

    def render(self, role: iam.IRole) -> sagemaker.CfnDomain.RStudioServerProDomainSettingsProperty:
        """The domain's property, with the role that the domain-level app gets."""
        return sagemaker.CfnDomain.RStudioServerProDomainSettingsProperty(
            domain_execution_role_arn=role.role_arn,
            r_studio_connect_url=self.connect_url,
            r_studio_package_manager_url=self.package_manager_url,
        )


class DockerAccess:
    """Docker and local mode in Studio apps. In VpcOnly, images come only from ECR of the domain's own and of trusted accounts (SMN-DOM-22).

    Args:
        trusted_accounts: further AWS accounts (12 digits) whose ECR images a VpcOnly domain may pull; at most 20; default: none. Write
            accounts as strings: as a number, an id that begins with 0 loses a digit.

    Raises:
        ValueError: more than 20 accounts, one that is not 12 digits, or one twice.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-local-get-started.html
    """

    def __init__(self, *, trusted_accounts: Sequence[str] = ()) -> None:
        accounts = list(trusted_accounts)
        if len(accounts) > MAX_TRUSTED_ACCOUNTS:
            raise ValueError(
                f"trusted_accounts has {len(accounts)} accounts: at most {MAX_TRUSTED_ACCOUNTS} are allowed (SMN-DOM-22)"
            )
        for account in accounts:
            if not cdk.Token.is_unresolved(account) and not (isinstance(account, str) and _ACCOUNT.fullmatch(account)):
                raise ValueError(
                    f"trusted_accounts has {account!r}: an AWS account id is a string of 12 digits (SMN-DOM-22)"
                )
            if accounts.count(account) > 1:
                raise ValueError(f"trusted_accounts has {account!r} twice: name each account once (SMN-DOM-22)")
        self.trusted_accounts = accounts

    def render(self) -> sagemaker.CfnDomain.DockerSettingsProperty:
        """The domain's property."""
        return sagemaker.CfnDomain.DockerSettingsProperty(
            enable_docker_access="ENABLED", vpc_only_trusted_accounts=self.trusted_accounts or None
        )


class CustomImage:
    """An image of one's own for JupyterLab and Code Editor: a SageMaker image and its app image configuration, both by name.

    SageMaker pulls it itself, so a VpcOnly domain needs no ECR endpoint for it.

    Args:
        image_name: name of the SageMaker image.
        app_image_config_name: name of the AppImageConfig that says how to run it.
        version: version number of the image; default: the newest.

    Raises:
        ValueError: a name that SageMaker does not accept, or a version below 0.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-byoi.html
    """

    @checked()
    def __init__(self, *, image_name: str, app_image_config_name: str, version: int | None = None) -> None:
        self.image_name = checked_name("image_name", image_name, pattern=_IMAGE_NAME)
        self.app_image_config_name = checked_name("app_image_config_name", app_image_config_name)
        if version is not None and version < 0:
            raise ValueError(f"version is {version}: version numbers of images start at 0")
        self.version = version

    def render(self) -> sagemaker.CfnDomain.CustomImageProperty:
        """The domain's property."""
        return sagemaker.CfnDomain.CustomImageProperty(
            image_name=self.image_name,
            app_image_config_name=self.app_image_config_name,
            image_version_number=self.version,
        )


class IdleShutdown:
    """Stops JupyterLab and Code Editor apps that nobody uses. The volume of the space stays.

    Apps with an image of SageMaker Distribution older than 2.0 are not stopped.

    Args:
        after: idle time before an app is stopped; whole minutes, from 60 minutes to 365 days; default: 2 hours.
        shortest: the shortest time that people may choose for themselves; default: they may not choose.
        longest: the longest time that people may choose for themselves; default: they may not choose.

    Raises:
        ValueError: a time outside 60 minutes to 365 days, only one of ``shortest`` and ``longest``, or ``after`` not between them.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-idle-shutdown.html
    """

    @checked()
    def __init__(
        self,
        *,
        after: cdk.Duration | None = None,
        shortest: cdk.Duration | None = None,
        longest: cdk.Duration | None = None,
    ) -> None:
        self.after = _idle_minutes("after", after or cdk.Duration.hours(2))
        if (shortest is None) != (longest is None):
            given, missing = ("longest", "shortest") if shortest is None else ("shortest", "longest")
            raise ValueError(
                f"{given} is given without {missing}: give both, so that people may choose a time between them, or neither"
            )
        self.shortest = None if shortest is None else _idle_minutes("shortest", shortest)
        self.longest = None if longest is None else _idle_minutes("longest", longest)
        if self.shortest is not None and self.longest is not None and not self.shortest <= self.after <= self.longest:
            raise ValueError(
                f"after is {self.after} minutes, shortest {self.shortest} and longest {self.longest}: it must be shortest <= after <= longest"
            )

    def render(self) -> sagemaker.CfnDomain.AppLifecycleManagementProperty:
        """The domain's property, the same for each app type."""
        return sagemaker.CfnDomain.AppLifecycleManagementProperty(
            idle_settings=sagemaker.CfnDomain.IdleSettingsProperty(
                lifecycle_management="ENABLED",
                idle_timeout_in_minutes=self.after,
                min_idle_timeout_in_minutes=self.shortest,
                max_idle_timeout_in_minutes=self.longest,
            )
        )


class AppSettings:
    """What JupyterLab and Code Editor share: custom images, idle shutdown and start-up scripts."""

    def __init__(
        self,
        *,
        custom_images: Sequence[CustomImage],
        idle_shutdown: IdleShutdown | cdk.Duration | None,
        start_scripts: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        if len(custom_images) > MAX_CUSTOM_IMAGES:
            raise ValueError(f"custom_images has {len(custom_images)} images: at most {MAX_CUSTOM_IMAGES} are allowed")
        names = [image.image_name for image in custom_images]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"custom_images has {name!r} twice: name each image once")
        self._images = [image.render() for image in custom_images]
        if isinstance(idle_shutdown, cdk.Duration):
            idle_shutdown = IdleShutdown(after=idle_shutdown)
        self._idle = idle_shutdown.render() if idle_shutdown else None
        self._scripts = start_scripts

    def jupyter_lab(self) -> sagemaker.CfnDomain.JupyterLabAppSettingsProperty | None:
        """JupyterLab's settings; None where nothing is set."""
        settings = self._of(JUPYTER_LAB)
        return sagemaker.CfnDomain.JupyterLabAppSettingsProperty(**settings) if settings else None

    def code_editor(self) -> sagemaker.CfnDomain.CodeEditorAppSettingsProperty | None:
        """Code Editor's settings; None where nothing is set."""
        settings = self._of(CODE_EDITOR)
        return sagemaker.CfnDomain.CodeEditorAppSettingsProperty(**settings) if settings else None

    def _of(self, app_type: str) -> dict[str, Any]:
        script = self._scripts.get(app_type)
        settings = {
            "custom_images": self._images,
            "app_lifecycle_management": self._idle,
            # One that runs by default must be among those that people may choose.
            "default_resource_spec": script and sagemaker.CfnDomain.ResourceSpecProperty(lifecycle_config_arn=script),
            "lifecycle_config_arns": script and [script],
        }
        return {name: value for name, value in settings.items() if value}


def _checked_url(argument: str, value: str | None) -> str | None:
    if value is not None and not cdk.Token.is_unresolved(value) and not _URL.fullmatch(value):
        raise ValueError(f"{argument} is {value!r}: a URL begins with https:, http: or www. and has no spaces")
    return value


def _idle_minutes(argument: str, duration: cdk.Duration) -> int:
    seconds = int(duration.to_seconds())
    if seconds % 60 or not MIN_IDLE_MINUTES <= seconds // 60 <= MAX_IDLE_MINUTES:
        raise ValueError(
            f"{argument} is {duration.to_human_string()}: "
            f"use whole minutes, from {MIN_IDLE_MINUTES} to {MAX_IDLE_MINUTES:,} (365 days)"
        )
    return seconds // 60
