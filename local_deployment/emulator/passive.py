"""Types that make nothing in a real account either; CloudFormation alone knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_deployment.emulator.model import EmulatedType

if TYPE_CHECKING:
    from collections.abc import Iterable


class Metadata(EmulatedType):
    """AWS::CDK::Metadata, with which the CDK counts construct versions; it makes nothing in a real account either."""

    TYPE = "AWS::CDK::Metadata"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any], account: str, region: str) -> Metadata:
        del account, region
        return cls(name, properties)


MODELS: Iterable[type[EmulatedType]] = (Metadata,)
