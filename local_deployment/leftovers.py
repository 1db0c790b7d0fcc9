"""What is still there after the stacks were destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local_deployment.promises import EmulatedSession

# service, operation, key of the list, key of the id: everything that the reference stacks make and that could be left.
_ASKED = (
    ("ec2", "describe_vpcs", "Vpcs", "VpcId"),
    ("ec2", "describe_subnets", "Subnets", "SubnetId"),
    ("ec2", "describe_route_tables", "RouteTables", "RouteTableId"),
    ("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    ("ec2", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    ("ec2", "describe_nat_gateways", "NatGateways", "NatGatewayId"),
    ("ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    ("ec2", "describe_flow_logs", "FlowLogs", "FlowLogId"),
    ("ec2", "describe_addresses", "Addresses", "AllocationId"),
    ("efs", "describe_file_systems", "FileSystems", "FileSystemId"),
    ("sagemaker", "list_notebook_instances", "NotebookInstances", "NotebookInstanceName"),
    ("sagemaker", "list_domains", "Domains", "DomainId"),
    ("sagemaker", "list_user_profiles", "UserProfiles", "UserProfileName"),
    ("sagemaker", "list_spaces", "Spaces", "SpaceName"),
    ("iam", "list_roles", "Roles", "RoleName"),
    ("ssm", "describe_parameters", "Parameters", "Name"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("lambda", "list_functions", "Functions", "FunctionName"),
)
# States in which a thing is as good as gone: the service still lists it for a while.
_GONE = {"deleted", "deleting"}
# What belongs to the bootstrap of the account and not to any stack of ours.
_BOOTSTRAP = ("cdk-hnb659fds", "/cdk-bootstrap/")


def everything(session: EmulatedSession) -> set[tuple[str, str]]:
    """Return (kind, id) of all that exists."""
    found = set()
    for service, operation, listed, key in _ASKED:
        for thing in _list(session, service, operation, listed):
            if str(thing.get("State", thing.get("Status", ""))).lower() not in _GONE and not str(thing[key]).startswith(
                _BOOTSTRAP
            ):
                found.add((listed, str(thing[key])))
    return found


def since(before: set[tuple[str, str]], session: EmulatedSession) -> list[str]:
    """Return what exists now and did not exist then, as text."""
    return [f"{kind} {name}" for kind, name in sorted(everything(session) - before)]


def _list(session: EmulatedSession, service: str, operation: str, listed: str) -> list[dict[str, Any]]:
    client = session.client(service)
    if client.can_paginate(operation):
        return [thing for page in client.get_paginator(operation).paginate() for thing in page[listed]]
    things: list[dict[str, Any]] = getattr(client, operation)()[listed]
    return things
