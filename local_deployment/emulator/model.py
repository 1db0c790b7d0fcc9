"""What the emulated CloudFormation types have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from moto.core.common_models import CloudFormationModel


class EmulatedType(CloudFormationModel):  # type: ignore[misc]
    """A CloudFormation type of the emulator: `make`, `change` and `remove` do what the service would.

    moto asks each model for a few static methods; they are answered here from class attributes.
    """

    TYPE: ClassVar[str] = ""
    NAME: ClassVar[str] = ""
    """The property that names the resource, or nothing."""

    def __init__(self, physical_id: str, properties: dict[str, Any], attributes: dict[str, Any] | None = None) -> None:
        self.physical_resource_id = physical_id
        self.properties = properties
        self.attributes = attributes or {}

    @classmethod
    def make(cls, name: str, properties: dict[str, Any], account: str, region: str) -> EmulatedType:
        """Create the resource and return what stands for it in the stack."""
        raise NotImplementedError

    def change(self, properties: dict[str, Any], account: str, region: str) -> EmulatedType:
        """Update in place; a type that cannot is removed and made again."""
        self.remove(account, region)
        return type(self).make(self.physical_resource_id, properties, account, region)

    def remove(self, account: str, region: str) -> None:
        """Delete the resource; deleting what is gone already is no error."""

    @classmethod
    def cloudformation_name_type(cls) -> str:  # type: ignore[override]
        return cls.NAME

    @classmethod
    def cloudformation_type(cls) -> str:  # type: ignore[override]
        return cls.TYPE

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        del attr
        return True

    def get_cfn_attribute(self, attribute_name: str) -> Any:
        """Return what Fn::GetAtt gives for the attribute."""
        from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

        if attribute_name not in self.attributes:
            raise UnformattedGetAttTemplateException
        return self.attributes[attribute_name]

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **_: Any
    ) -> EmulatedType:
        return cls.make(resource_name, cloudformation_json.get("Properties", {}), account_id, region_name)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: EmulatedType,
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> EmulatedType:
        del new_resource_name
        return original_resource.change(cloudformation_json.get("Properties", {}), account_id, region_name)

    def delete(self, account_id: str, region_name: str) -> None:
        """Called by moto when the stack goes."""
        self.remove(account_id, region_name)

    def is_created(self) -> bool:
        return True
