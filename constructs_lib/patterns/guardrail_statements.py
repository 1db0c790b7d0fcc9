"""The statements of the guardrails: what is denied, on which actions, by which condition keys.

A condition key stands only on actions that support it: elsewhere it is absent from every request, and a negated operator would then deny
everything. Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html and
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Statement = dict[str, Any]

_DEFINITIONS = tuple(
    f"Create{kind}JobDefinition" for kind in ("DataQuality", "ModelBias", "ModelExplainability", "ModelQuality")
)
SCHEDULES = ("CreateMonitoringSchedule", "UpdateMonitoringSchedule")
"""They carry a network only where they define their job themselves."""
PLACED = (
    "CreateAutoMLJob",
    "CreateAutoMLJobV2",
    "CreateCluster",
    *_DEFINITIONS,
    "CreateHyperParameterTuningJob",
    "CreateModel",
    "CreateProcessingJob",
    "CreateTrainingJob",
)
"""What runs a container in a network of its own choice: it must name subnets and groups."""
SUBNET_ACTIONS = (
    *PLACED,
    "CreateDomain",
    "CreateEndpointConfig",
    "CreateJob",
    "CreateNotebookInstance",
    "UpdateCluster",
    "UpdateDomain",
    *SCHEDULES,
)
"""All actions with the key sagemaker:VpcSubnets. CreateJob makes model customization jobs, whose network stands in a document that may have none."""
GROUP_ACTIONS = (*SUBNET_ACTIONS, "CreateUserProfile", "UpdateUserProfile")
"""All actions with the key sagemaker:VpcSecurityGroupIds."""
ISOLATION_ACTIONS = (
    "CreateHyperParameterTuningJob",
    "CreateModel",
    "CreateProcessingJob",
    "CreateTrainingJob",
    *_DEFINITIONS,
)
"""Actions with the key sagemaker:NetworkIsolation whose request always says, or leaves to its default, whether the container has a network."""
OPTIONAL_ISOLATION_ACTIONS = ("CreateEndpointConfig", *SCHEDULES)
"""The other actions with that key: the model or the job definition has the setting."""
ENCRYPTION_ACTIONS = (
    "CreateAutoMLJob",
    "CreateAutoMLJobV2",
    "CreateHyperParameterTuningJob",
    "CreateProcessingJob",
    "CreateTrainingJob",
    *_DEFINITIONS,
)
"""The same for sagemaker:InterContainerTrafficEncryption."""
VOLUME_KEY_ACTIONS = (
    "CreateAutoMLJob",
    "CreateAutoMLJobV2",
    "CreateDomain",
    "CreateHyperParameterTuningJob",
    "CreateNotebookInstance",
    "CreateProcessingJob",
    "CreateTrainingJob",
    "CreateTransformJob",
    *_DEFINITIONS,
)
"""Actions with the key sagemaker:VolumeKmsKeyArn whose request says by which key the volume is encrypted."""
OPTIONAL_VOLUME_ACTIONS = ("CreateEndpointConfig", "CreateLabelingJob", *SCHEDULES)
"""The other actions with that key: there may be no volume that takes one."""
PRESIGNED_ACTIONS = ("CreatePresignedDomainUrl", "CreatePresignedNotebookInstanceUrl")


def deny(sid: str, actions: Sequence[str], condition: Mapping[str, Mapping[str, Any]]) -> Statement:
    """Return a statement that denies the SageMaker actions under the condition."""
    return {
        "Sid": sid,
        "Effect": "Deny",
        "Action": [f"sagemaker:{action}" for action in sorted(actions)],
        "Resource": "*",
        "Condition": {operator: dict(keys) for operator, keys in condition.items()},
    }


def _given_and_not(key: str, value: str) -> dict[str, dict[str, str]]:
    """The condition for updates: one that does not mention the setting leaves it as it is.

    `StringNotEqualsIfExists` would not do: it holds for an absent key too.
    """
    return {"StringNotEquals": {key: value}, "Null": {key: "false"}}


def notebook_statements() -> list[Statement]:
    """Deny notebook instances with direct internet access or root access, or outside any VPC."""
    create, update = ["CreateNotebookInstance"], ["UpdateNotebookInstance"]
    return [
        # Both default to Enabled where a request leaves them out; StringNotEquals holds for an absent key, so that is denied too.
        deny("NotebookDirectInternet", create, {"StringNotEquals": {"sagemaker:DirectInternetAccess": "Disabled"}}),
        deny("NotebookRoot", create, {"StringNotEquals": {"sagemaker:RootAccess": "Disabled"}}),
        deny("NotebookRootLater", update, _given_and_not("sagemaker:RootAccess", "Disabled")),
    ]


def domain_statements() -> list[Statement]:
    """Deny domains that are not VpcOnly."""
    key = "sagemaker:AppNetworkAccessType"
    return [
        deny("DomainNotVpcOnly", ["CreateDomain"], {"StringNotEquals": {key: "VpcOnly"}}),
        deny("DomainNotVpcOnlyLater", ["UpdateDomain"], _given_and_not(key, "VpcOnly")),
    ]


def network_statements(subnets: Sequence[str], security_groups: Sequence[str]) -> list[Statement]:
    """Deny workloads without subnets, without groups, or with one that is not in the lists.

    The two keys stand in two statements each: in one block they would have to be absent together. A list is outside as soon as any of its
    members is; `ForAnyValue` does not hold for an absent key, so an endpoint configuration or a schedule without a network of its own passes.
    """
    required = (*PLACED, "CreateNotebookInstance")
    return [
        deny("NoSubnets", required, {"Null": {"sagemaker:VpcSubnets": "true"}}),
        deny("NoSecurityGroups", required, {"Null": {"sagemaker:VpcSecurityGroupIds": "true"}}),
        deny("OtherSubnets", SUBNET_ACTIONS, {"ForAnyValue:StringNotEquals": {"sagemaker:VpcSubnets": list(subnets)}}),
        deny(
            "OtherSecurityGroups",
            GROUP_ACTIONS,
            {"ForAnyValue:StringNotEquals": {"sagemaker:VpcSecurityGroupIds": list(security_groups)}},
        ),
    ]


def isolation_statements() -> list[Statement]:
    """Deny containers with a network. A request that leaves the setting out asks for one."""
    key = {"sagemaker:NetworkIsolation": "false"}
    return [
        deny("NoNetworkIsolation", ISOLATION_ACTIONS, {"BoolIfExists": key}),
        deny("NoNetworkIsolationWhereGiven", OPTIONAL_ISOLATION_ACTIONS, {"Bool": key}),
    ]


def encryption_statements() -> list[Statement]:
    """Deny jobs whose containers talk to each other in clear text."""
    key = {"sagemaker:InterContainerTrafficEncryption": "false"}
    return [
        deny("NoTrafficEncryption", ENCRYPTION_ACTIONS, {"BoolIfExists": key}),
        deny("NoTrafficEncryptionWhereGiven", SCHEDULES, {"Bool": key}),
    ]


def volume_key_statements(keys: Sequence[str]) -> list[Statement]:
    """Deny volumes that are not encrypted by one of the keys; absent means an AWS-managed key, and is denied too."""
    key = {"sagemaker:VolumeKmsKeyArn": list(keys)}
    return [
        deny("OtherVolumeKey", VOLUME_KEY_ACTIONS, {"ArnNotEquals": key}),
        # Some instance types have local disks that take no key, a schedule may refer to a definition that has one, and a labeling job has a
        # volume only where it labels by itself.
        deny(
            "OtherVolumeKeyWhereGiven",
            OPTIONAL_VOLUME_ACTIONS,
            {"ArnNotEquals": key, "Null": {"sagemaker:VolumeKmsKeyArn": "false"}},
        ),
    ]


def presigned_statements(
    *, vpc_endpoints: Sequence[str], vpcs: Sequence[str], ip_ranges: Sequence[str]
) -> list[Statement]:
    """Deny presigned URLs unless the call comes through one of the endpoints or VPCs, or from one of the public ranges.

    The conditions of one statement all have to hold, so the call is denied only where it comes from none of them; a key that is absent (no
    endpoint, no public address) counts as "not from there".
    """
    condition: dict[str, dict[str, Any]] = {}
    where: dict[str, Any] = {}
    if vpc_endpoints:
        where["aws:SourceVpce"] = list(vpc_endpoints)
    if vpcs:
        where["aws:SourceVpc"] = list(vpcs)
    if where:
        condition["StringNotEquals"] = where
    if ip_ranges:
        condition["NotIpAddress"] = {"aws:SourceIp": list(ip_ranges)}
    return [deny("PresignedUrlFromElsewhere", PRESIGNED_ACTIONS, condition)] if condition else []
