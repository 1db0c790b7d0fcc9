"""The arguments that every notebook takes, and what is right for them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from constructs_lib.patterns.acknowledgements import Overrides
from constructs_lib.patterns.errors import require_type
from constructs_lib.patterns.lifecycle import LifecycleScript

PLATFORMS = ("notebook-al1-v1", "notebook-al2-v1", "notebook-al2-v2", "notebook-al2-v3", "notebook-al2023-v1")
"""What CloudFormation accepts. The API lists notebook-al2023-v2 too, which CloudFormation refuses."""
MAX_SECURITY_GROUPS = 5

_DEFAULT_INSTANCE_TYPE = "ml.t3.medium"
_DEFAULT_PLATFORM = "notebook-al2023-v1"
_METADATA_VERSIONS = ("1", "2")
_VOLUME_GIB = range(5, 16_385)
_MAX_ADDITIONAL_REPOSITORIES = 3
_SHORTEST_IDLE_MINUTES = 10
_REPOSITORY = re.compile(r"https://\S+|[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
SAYS_MORE = ("minimum_instance_metadata_service_version", "platform_identifier", "volume_size", "idle_shutdown")
"""What is checked here with more to say than its type."""


class NotebookOptions(TypedDict, total=False):
    """The arguments that every notebook takes, all of them optional.

    Args:
        instance_type: ML instance type. Default: ``ml.t3.medium``. It changes in place.
        volume_size: the volume under /home/ec2-user/SageMaker, 5 to 16,384 GiB. Default: 5 GiB, as the API's.
        role: the execution role. Default: a new one that may write logs and metrics, use the key and, where a VPC is
            attached, manage network interfaces. A role given is used as it is.
        encryption_key: the KMS key of the volume. Default: a new customer-managed key with rotation. A change replaces
            the notebook.
        root_access: whether users of the notebook are root. Default: they are not (SMN-NB-12). Lifecycle scripts always
            run as root.
        minimum_instance_metadata_service_version: ``"2"`` or ``"1"``. Default: ``"2"``, so IMDSv2 alone (SMN-NB-13).
        platform_identifier: operating system and JupyterLab. Default: ``notebook-al2023-v1``, the newest that
            CloudFormation accepts. A change replaces the notebook and its volume, so this default changes in major
            versions only.
        notebook_instance_name: a fixed name. Default: CloudFormation makes one up. With a fixed name every change that
            replaces the notebook fails (SMN-NB-18).
        default_code_repository: name of a SageMaker code repository, or an https URL, cloned at each start.
            Default: none.
        additional_code_repositories: up to three more. Default: none.
        on_create_scripts: scripts that run once, as root, when the notebook is created. Default: none.
        on_start_scripts: scripts that run as root at every start, in order, after those of the construct. What is not
            done after four and a half minutes goes on in the background and writes to
            ``/var/log/sagemaker-network-OnStart.log``. Default: none.
        background_scripts: scripts that are started at every start, after all others, and not waited for. Default:
            none.
        idle_shutdown: stop the notebook after this long without a busy kernel and without activity of kernels and
            terminals; at least 10 minutes. The role, also one given, is allowed to stop this notebook. Default: it runs
            until somebody stops it.
        acknowledgements: rule id to your own reason for what the construct acknowledges, or to None, which withdraws
            the acknowledgement and brings the finding back. Default: the construct's reasons.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateNotebookInstance.html
    """

    instance_type: str
    volume_size: cdk.Size
    role: iam.IRole | None
    encryption_key: kms.IKey | None
    root_access: bool
    minimum_instance_metadata_service_version: str
    platform_identifier: str
    notebook_instance_name: str | None
    default_code_repository: str | None
    additional_code_repositories: Sequence[str]
    on_create_scripts: Sequence[str | LifecycleScript]
    on_start_scripts: Sequence[str | LifecycleScript]
    background_scripts: Sequence[str | LifecycleScript]
    idle_shutdown: cdk.Duration | None
    acknowledgements: Overrides | None


@dataclass(frozen=True, kw_only=True)
class NotebookSettings:
    """The same with their defaults, checked.

    Raises:
        TypeError: a value of the wrong kind.
        ValueError: a value that the API refuses.
    """

    instance_type: str = _DEFAULT_INSTANCE_TYPE
    volume_size: cdk.Size = field(default_factory=lambda: cdk.Size.gibibytes(_VOLUME_GIB[0]))
    role: iam.IRole | None = None
    encryption_key: kms.IKey | None = None
    root_access: bool = False
    minimum_instance_metadata_service_version: str = "2"
    platform_identifier: str = _DEFAULT_PLATFORM
    notebook_instance_name: str | None = None
    default_code_repository: str | None = None
    additional_code_repositories: Sequence[str] = ()
    on_create_scripts: Sequence[str | LifecycleScript] = ()
    on_start_scripts: Sequence[str | LifecycleScript] = ()
    background_scripts: Sequence[str | LifecycleScript] = ()
    idle_shutdown: cdk.Duration | None = None
    acknowledgements: Overrides | None = None

    def __post_init__(self) -> None:
        self._check_kinds()
        self._check_texts()
        self._check_numbers()

    def _check_kinds(self) -> None:
        require_type("volume_size", self.volume_size, cdk.Size, "give cdk.Size.gibibytes(20)")
        if self.idle_shutdown is not None:
            require_type("idle_shutdown", self.idle_shutdown, cdk.Duration, "give cdk.Duration.hours(1)")

    def _check_texts(self) -> None:
        if known(self.instance_type) and not self.instance_type.startswith("ml."):
            raise ValueError(
                f"instance_type is {self.instance_type!r}: a notebook takes an ML instance type, such as "
                f"{_DEFAULT_INSTANCE_TYPE!r}"
            )
        _one_of(
            "minimum_instance_metadata_service_version",
            self.minimum_instance_metadata_service_version,
            _METADATA_VERSIONS,
            "SMN-NB-13",
        )
        _one_of("platform_identifier", self.platform_identifier, PLATFORMS)
        name = self.notebook_instance_name
        if name is not None and known(name) and not _NAME.fullmatch(name):
            raise ValueError(
                f"notebook_instance_name is {name!r}: it takes up to 63 letters, digits and hyphens, no hyphen first "
                "or last (SMN-NB-18)"
            )

        for each in (self.default_code_repository, *self.additional_code_repositories):
            if each is not None and known(each) and not _REPOSITORY.fullmatch(each):
                raise ValueError(
                    f"code repository {each!r} is neither an https URL nor the name of a SageMaker code repository: "
                    "write it as https://git.example.com/team/project.git"
                )

    def _check_numbers(self) -> None:
        size = self.volume_size.to_gibibytes(rounding=cdk.SizeRoundingBehavior.NONE)
        if size not in _VOLUME_GIB:
            raise ValueError(
                f"volume_size is {size:g} GiB: a notebook's volume has {_VOLUME_GIB[0]} to {_VOLUME_GIB[-1]} whole GiB"
            )
        if len(self.additional_code_repositories) > _MAX_ADDITIONAL_REPOSITORIES:
            raise ValueError(
                f"additional_code_repositories has {len(self.additional_code_repositories)} repositories: a notebook "
                f"takes at most {_MAX_ADDITIONAL_REPOSITORIES} beside the default one"
            )
        if self.idle_shutdown is not None and self.idle_shutdown.to_seconds() < _SHORTEST_IDLE_MINUTES * 60:
            raise ValueError(
                f"idle_shutdown is {self.idle_shutdown.to_human_string()}: it takes at least {_SHORTEST_IDLE_MINUTES} "
                "minutes, as the notebook is looked at every 5 minutes"
            )


def known(text: str) -> bool:
    """Whether a text stands at synthesis, not only at deployment."""
    return not cdk.Token.is_unresolved(text)


def require_list(name: str, value: Any) -> None:
    """A list, not one text alone (whose letters would be taken for the elements).

    Raises:
        TypeError: anything else.
    """
    if isinstance(value, (str, Mapping)) or not isinstance(value, Sequence):
        raise TypeError(f"{name} is {value!r}: give a list, even of one")


def _one_of(name: str, value: str, allowed: Sequence[str], rule: str | None = None) -> None:
    if known(value) and value not in allowed:
        suffix = f" ({rule})" if rule else ""
        raise ValueError(f"{name} is {value!r}: allowed are {', '.join(map(repr, allowed))}{suffix}")
