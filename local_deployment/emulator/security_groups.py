"""AWS::EC2::SecurityGroupEgress, which moto's CloudFormation does not make, and the prefix lists that its ingress forgets."""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends

from local_deployment.emulator.model import EmulatedType


class SecurityGroupEgress(EmulatedType):
    """One outbound rule of a group."""

    TYPE = "AWS::EC2::SecurityGroupEgress"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any], account: str, region: str) -> SecurityGroupEgress:
        backend = ec2_backends[account][region]
        backend.authorize_security_group_egress(group_name_or_id=properties["GroupId"], **_rule(properties))
        return cls(name, properties)

    def remove(self, account: str, region: str) -> None:
        backend = ec2_backends[account][region]
        if backend.get_security_group_from_id(self.properties["GroupId"]):
            backend.revoke_security_group_egress(group_name_or_id=self.properties["GroupId"], **_rule(self.properties))


def _rule(properties: dict[str, Any]) -> dict[str, Any]:
    group = properties.get("DestinationSecurityGroupId")
    prefix_list = properties.get("DestinationPrefixListId")
    ranges = [{"CidrIp": properties["CidrIp"]}] if "CidrIp" in properties else []
    if "CidrIpv6" in properties:
        ranges.append({"CidrIpv6": properties["CidrIpv6"]})
    return {
        "ip_protocol": str(properties["IpProtocol"]),
        "from_port": properties.get("FromPort"),
        "to_port": properties.get("ToPort"),
        "ip_ranges": ranges,
        "source_groups": [{"GroupId": group}] if group else [],
        "prefix_list_ids": [{"PrefixListId": prefix_list}] if prefix_list else [],
    }


MODELS = (SecurityGroupEgress,)
