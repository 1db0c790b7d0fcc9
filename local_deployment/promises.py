"""What each pattern promises, compared with what the emulated APIs say exists."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import boto3

    from local_deployment.stacks import DeployedStack


class Check(NamedTuple):
    """One promise and whether it is kept; `found` says what was there instead."""

    text: str
    kept: bool
    found: str = ""


class EmulatedSession:
    """A boto3 session whose clients all talk to the emulator."""

    def __init__(self, session: boto3.Session, endpoint: str) -> None:
        self._session = session
        self._endpoint = endpoint
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """Return the client of the service, made once."""
        if service not in self._clients:
            self._clients[service] = self._session.client(service, endpoint_url=self._endpoint)
        return self._clients[service]


def check(stack: DeployedStack) -> list[Check]:
    """Return what the stack's pattern promises, each with whether it is kept."""
    return list(_PROMISES[stack.name](stack))


def _equal(text: str, found: object, expected: object) -> Check:
    return Check(text, found == expected, "" if found == expected else f"found {found!r}, expected {expected!r}")


# Notebooks ------------------------------------------------------------------------------------------------------------------------------


def _notebook(stack: DeployedStack) -> dict[str, Any]:
    (physical,) = stack.made("AWS::SageMaker::NotebookInstance").values()
    described: dict[str, Any] = stack.client("sagemaker").describe_notebook_instance(
        NotebookInstanceName=physical.rsplit("/", 1)[-1]
    )
    return described


def _secure_notebook(notebook: dict[str, Any]) -> Iterator[Check]:
    yield _equal("the notebook is in service", notebook["NotebookInstanceStatus"], "InService")
    yield _equal("root access is off", notebook.get("RootAccess"), "Disabled")
    yield _equal("the platform is written out", notebook.get("PlatformIdentifier"), "notebook-al2023-v1")
    metadata = notebook.get("InstanceMetadataServiceConfiguration", {})
    yield _equal("IMDSv2 is required", metadata.get("MinimumInstanceMetadataServiceVersion"), "2")
    yield Check("the volume has a customer-managed key", bool(notebook.get("KmsKeyId")))


def _no_vpc_notebook(stack: DeployedStack) -> Iterator[Check]:
    notebook = _notebook(stack)
    yield from _secure_notebook(notebook)
    yield _equal("direct internet access is Enabled", notebook["DirectInternetAccess"], "Enabled")
    yield _equal("no subnet", notebook.get("SubnetId"), None)
    yield _equal("no security groups", notebook.get("SecurityGroups") or [], [])


def _attached(stack: DeployedStack, notebook: dict[str, Any]) -> Iterator[Check]:
    yield Check("the subnet is private", default_route(stack, notebook["SubnetId"]) != "internet gateway")
    groups = notebook["SecurityGroups"]
    yield _equal("one security group of its own", len(groups), 1)
    (group,) = security_groups(stack, groups)
    yield _equal("that admits nothing", group["IpPermissions"], [])


def _vpc_notebook(stack: DeployedStack) -> Iterator[Check]:
    notebook = _notebook(stack)
    yield from _secure_notebook(notebook)
    yield _equal("direct internet access is Enabled", notebook["DirectInternetAccess"], "Enabled")
    yield from _attached(stack, notebook)
    (name,) = stack.made("AWS::SageMaker::NotebookInstanceLifecycleConfig").values()
    described = stack.client("sagemaker").describe_notebook_instance_lifecycle_config(
        NotebookInstanceLifecycleConfigName=name.rsplit("/", 1)[-1]
    )
    script = base64.b64decode(described["OnStart"][0]["Content"]).decode()
    yield Check("each start routes 10.0.0.0/16 through the VPC", "10.0.0.0/16" in script)


def _private_notebook(stack: DeployedStack) -> Iterator[Check]:
    notebook = _notebook(stack)
    yield from _secure_notebook(notebook)
    yield _equal("direct internet access is Disabled", notebook["DirectInternetAccess"], "Disabled")
    yield from _attached(stack, notebook)
    yield _equal("the subnet's default route", default_route(stack, notebook["SubnetId"]), "nat gateway")
    yield from _network(
        stack, {"sagemaker.api", "sagemaker.runtime", "notebook"}, notebook["SecurityGroups"], [notebook["SubnetId"]]
    )


# Studio ---------------------------------------------------------------------------------------------------------------------------------


def _domain(stack: DeployedStack) -> dict[str, Any]:
    (domain_id,) = stack.made("AWS::SageMaker::Domain").values()
    described: dict[str, Any] = stack.client("sagemaker").describe_domain(DomainId=domain_id)
    return described


def _profiles(stack: DeployedStack, domain: dict[str, Any]) -> list[dict[str, Any]]:
    sagemaker = stack.client("sagemaker")
    listed = sagemaker.list_user_profiles(DomainIdEquals=domain["DomainId"])["UserProfiles"]
    return [
        sagemaker.describe_user_profile(DomainId=domain["DomainId"], UserProfileName=one["UserProfileName"])
        for one in listed
    ]


def _studio(stack: DeployedStack, access: str) -> Iterator[Check]:
    domain = _domain(stack)
    yield _equal("the domain is in service", domain["Status"], "InService")
    yield _equal("network access type", domain["AppNetworkAccessType"], access)
    yield Check("subnets in two zones or more", len(domain["SubnetIds"]) >= 2)
    yield Check(
        "private subnets only",
        all(default_route(stack, subnet) != "internet gateway" for subnet in domain["SubnetIds"]),
    )
    targets = stack.client("efs").describe_mount_targets(FileSystemId=domain["HomeEfsFileSystemId"])["MountTargets"]
    yield _equal(
        "the home file system is mounted in each subnet",
        sorted(each["SubnetId"] for each in targets),
        sorted(domain["SubnetIds"]),
    )
    profiles = _profiles(stack, domain)
    yield Check(
        "each user profile has an execution role",
        all(profile["UserSettings"].get("ExecutionRole") for profile in profiles),
    )
    yield _equal(
        "every user profile of the template", len(profiles), len(stack.resources("AWS::SageMaker::UserProfile"))
    )


def _studio_public(stack: DeployedStack) -> Iterator[Check]:
    yield from _studio(stack, "PublicInternetOnly")


def _studio_vpc_only(stack: DeployedStack) -> Iterator[Check]:
    yield from _studio(stack, "VpcOnly")
    domain = _domain(stack)
    domain_groups = domain["DefaultUserSettings"]["SecurityGroups"]
    yield Check("security groups in the user settings", bool(domain_groups))
    yield _equal(
        "the same in the shared-space settings", domain["DefaultSpaceSettings"]["SecurityGroups"], domain_groups
    )
    own = [group for profile in _profiles(stack, domain) for group in profile["UserSettings"]["SecurityGroups"]]
    yield Check(
        "each user profile has a group of its own", len(own) == len(set(own)) and not set(own) & set(domain_groups)
    )
    for group in security_groups(stack, own):
        ports = [
            (rule["FromPort"], rule["ToPort"]) for rule in group["IpPermissions"] if _peers(rule) == {group["GroupId"]}
        ]
        yield _equal(f"{group['GroupName']} admits TCP 8192-65535 from itself", ports, [(8192, 65535)])
        yield _equal("and nothing else", len(group["IpPermissions"]), 1)
    yield from _network(
        stack,
        {"sagemaker.api", "sagemaker.runtime", "studio", "sts", "logs"},
        [*own, *domain_groups],
        domain["SubnetIds"],
    )


# Training -------------------------------------------------------------------------------------------------------------------------------


def _training(stack: DeployedStack) -> Iterator[Check]:
    parameters = {
        parameter["Name"].rsplit("/", 1)[-1]: parameter["Value"]
        for parameter in stack.client("ssm").get_parameters(Names=list(stack.made("AWS::SSM::Parameter").values()))[
            "Parameters"
        ]
    }
    lists = [value.split(",") for value in parameters.values()]
    groups = next(value for value in lists if value[0].startswith("sg-"))
    subnets = next(value for value in lists if value[0].startswith("subnet-"))
    for group in security_groups(stack, groups):
        itself = {group["GroupId"]}
        yield Check(
            "members of the group reach each other", any(_peers(rule) == itself for rule in group["IpPermissions"])
        )
        yield Check(
            "nobody else is admitted",
            all(_peers(rule) == itself and not rule["IpRanges"] for rule in group["IpPermissions"]),
        )
    yield from _network(stack, set(), groups, subnets)


# Networks -------------------------------------------------------------------------------------------------------------------------------


def security_groups(stack: DeployedStack, ids: list[str]) -> list[dict[str, Any]]:
    """The groups with these ids, of which EC2 takes each once."""
    found: list[dict[str, Any]] = stack.client("ec2").describe_security_groups(GroupIds=list(dict.fromkeys(ids)))[
        "SecurityGroups"
    ]
    return found


def _peers(rule: dict[str, Any]) -> set[str]:
    return {pair["GroupId"] for pair in rule["UserIdGroupPairs"]}


def _route_table(stack: DeployedStack, subnet: str) -> dict[str, Any]:
    tables = stack.client("ec2").describe_route_tables(Filters=[{"Name": "association.subnet-id", "Values": [subnet]}])[
        "RouteTables"
    ]
    table: dict[str, Any] = tables[0]
    return table


def default_route(stack: DeployedStack, subnet: str) -> str:
    """Return where the subnet's table sends 0.0.0.0/0: "nat gateway", "internet gateway", "other" or "nowhere"."""
    for route in _route_table(stack, subnet)["Routes"]:
        if route.get("DestinationCidrBlock") == "0.0.0.0/0":
            if route.get("NatGatewayId"):
                return "nat gateway"
            return "internet gateway" if str(route.get("GatewayId", "")).startswith("igw-") else "other"
    return "nowhere"


def _network(stack: DeployedStack, services: set[str], groups: list[str], subnets: list[str]) -> Iterator[Check]:
    """The VPC, its endpoints and routes: what the workloads with these groups in these subnets dial is there for them."""
    ec2 = stack.client("ec2")
    (vpc,) = {subnet["VpcId"] for subnet in ec2.describe_subnets(SubnetIds=subnets)["Subnets"]}
    for attribute in ("enableDnsSupport", "enableDnsHostnames"):
        answer = ec2.describe_vpc_attribute(VpcId=vpc, Attribute=attribute)
        yield _equal(f"the VPC has {attribute}", answer[attribute[0].upper() + attribute[1:]]["Value"], True)
    endpoints = ec2.describe_vpc_endpoints(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["VpcEndpoints"]
    tables = {_route_table(stack, subnet)["RouteTableId"] for subnet in subnets}
    listed = {
        table
        for endpoint in endpoints
        if endpoint["ServiceName"].endswith(".s3")
        for table in endpoint["RouteTableIds"]
    }
    yield Check("the S3 gateway endpoint serves every route table", tables <= listed)
    found = {
        name: endpoint for endpoint in endpoints for name in services if endpoint["ServiceName"].endswith(f".{name}")
    }
    yield _equal("interface endpoints", set(found), services)
    for name, endpoint in sorted(found.items()):
        yield _equal(f"{name}: private DNS", endpoint["PrivateDnsEnabled"], True)
        yield from _admits(stack, name, endpoint, groups)


def _admits(stack: DeployedStack, name: str, endpoint: dict[str, Any], groups: list[str]) -> Iterator[Check]:
    ids = [group["GroupId"] for group in endpoint["Groups"]]
    rules = [rule for group in security_groups(stack, ids) for rule in group["IpPermissions"]]
    admitted = {peer for rule in rules if (rule["FromPort"], rule["ToPort"]) == (443, 443) for peer in _peers(rule)}
    yield Check(
        f"{name}: admits 443 from the workload's groups", bool(admitted & set(groups)), f"admits {sorted(admitted)}"
    )
    yield _equal(f"{name}: admits no address range", [rule["IpRanges"] for rule in rules if rule["IpRanges"]], [])


_PROMISES: dict[str, Callable[[DeployedStack], Iterator[Check]]] = {
    "NoVpcNotebook": _no_vpc_notebook,
    "VpcNotebookDirectInternet": _vpc_notebook,
    "PrivateNotebook": _private_notebook,
    "StudioPublicInternet": _studio_public,
    "StudioVpcOnly": _studio_vpc_only,
    "PrivateTrainingJobs": _training,
}
