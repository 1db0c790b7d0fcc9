"""Notebook instances as CloudFormation makes them: moto's own model drops the subnet, the groups and the internet access.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-notebookinstance.html
"""

from __future__ import annotations

from typing import Any

from moto.sagemaker.models import FakeSagemakerNotebookInstance, sagemaker_backends

# CloudFormation property -> argument of moto's backend.
_ARGUMENTS = {
    "InstanceType": "instance_type",
    "RoleArn": "role_arn",
    "SubnetId": "subnet_id",
    "SecurityGroupIds": "security_group_ids",
    "KmsKeyId": "kms_key_id",
    "Tags": "tags",
    "LifecycleConfigName": "lifecycle_config_name",
    "DirectInternetAccess": "direct_internet_access",
    "VolumeSizeInGB": "volume_size_in_gb",
    "DefaultCodeRepository": "default_code_repository",
    "AdditionalCodeRepositories": "additional_code_repositories",
    "RootAccess": "root_access",
}
# Properties that the API describes back under a name of its own and that moto does not keep.
_KEPT = {
    "PlatformIdentifier": "PlatformIdentifier",
    "InstanceMetadataServiceConfiguration": "InstanceMetadataServiceConfiguration",
}


def _create(
    cls: type[FakeSagemakerNotebookInstance],
    resource_name: str,
    cloudformation_json: dict[str, Any],
    account_id: str,
    region_name: str,
    **_: Any,
) -> FakeSagemakerNotebookInstance:
    """Create the notebook instance with every property that the template gives."""
    del cls
    properties = cloudformation_json["Properties"]
    arguments = {argument: properties[name] for name, argument in _ARGUMENTS.items() if name in properties}
    if "volume_size_in_gb" in arguments:
        arguments["volume_size_in_gb"] = int(arguments["volume_size_in_gb"])
    name = properties.get("NotebookInstanceName", resource_name)[:63]
    backend = sagemaker_backends[account_id][region_name]
    if properties.get("DirectInternetAccess") == "Disabled" and not properties.get("SubnetId"):
        raise ValueError("DirectInternetAccess can be Disabled only with a SubnetId, as the API says")
    notebook = backend.create_notebook_instance(notebook_instance_name=name, **arguments)
    notebook.start()
    notebook.emulated_properties = {shown: properties[given] for given, shown in _KEPT.items() if given in properties}
    return notebook


def _to_dict(self: FakeSagemakerNotebookInstance) -> dict[str, Any]:
    """Describe the notebook instance, with the properties that moto itself would forget."""
    return {**_moto_to_dict(self), **getattr(self, "emulated_properties", {})}


_moto_to_dict = FakeSagemakerNotebookInstance.to_dict


def install() -> None:
    """Replace moto's reading of AWS::SageMaker::NotebookInstance."""
    FakeSagemakerNotebookInstance.create_from_cloudformation_json = classmethod(_create)  # type: ignore[assignment]
    FakeSagemakerNotebookInstance.to_dict = _to_dict  # type: ignore[method-assign]
