# ruff: noqa: N802, N803 - methods and parameters have the names of the API
"""An account with Studio domains, in memory, behind real boto3 clients.

Written from the API references of SageMaker, EFS and EC2, not from the code under test: deletions take time, things in use refuse, pages
are short, and an operation, filter or parameter that is not modelled fails the test. Requests pass botocore's own validation.
"""

from __future__ import annotations

import copy
import heapq
import itertools
import random
from types import SimpleNamespace

import boto3
from botocore.exceptions import ClientError

REGION = "eu-west-1"
ACCOUNT = "111122223333"
TAG = "ManagedByAmazonSageMakerResource"
PAGE = 2


def arn_of(domain_id):
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:domain/{domain_id}"


class Killed(BaseException):
    """The invocation ends at once, as a function that runs into its timeout does."""


class World:
    """What exists, what is under way, and what happens at each call.

    Attributes:
        calls: (operation, parameters) of every call.
        before: called with the number of the call, the operation and its parameters; may raise, or change the world.
    """

    def __init__(
        self, *, seed=0, slow=20.0, call_takes=0.05, sagemaker_cleans_up=False, lists_of_gone_domains_fail=False
    ):
        self.random = random.Random(seed)
        self.now = 1_000_000.0
        self.slow = slow
        self.call_takes = call_takes
        self.sagemaker_cleans_up = sagemaker_cleans_up
        self.lists_of_gone_domains_fail = lists_of_gone_domains_fail
        self.calls = []
        self.before = lambda number, operation, parameters: None
        self.domains, self.profiles, self.spaces, self.apps = {}, {}, {}, {}
        self.file_systems, self.mount_targets, self.groups, self.interfaces = {}, {}, {}, {}
        self._under_way = []
        self._number = itertools.count(1)

    # What people and SageMaker make

    def add_domain(
        self, domain_id, *, vpc="vpc-1", subnets=("subnet-a", "subnet-b", "subnet-c"), tags=None, users=3, home=True
    ):
        self.domains[domain_id] = {
            "Status": "InService",
            "VpcId": vpc,
            "Tags": dict(tags or {}),
            "SubnetIds": list(subnets),
        }
        inbound, outbound = (self._nfs_group(domain_id, way, vpc) for way in ("inbound", "outbound"))
        self._allow_nfs(inbound, outbound)
        if home:
            file_system = self._id("fs")
            self.file_systems[file_system] = {
                "LifeCycleState": "available",
                "Tags": {TAG: arn_of(domain_id)},
                "Domain": domain_id,
            }
            for subnet in subnets:
                self.add_mount_target(file_system, subnet, [inbound])
        for number in range(1, users + 1):
            self._add_user(domain_id, f"user-{number}", outbound)

    def _add_user(self, domain_id, name, outbound):
        self.profiles[domain_id, name] = {"Status": "InService"}
        self.spaces[domain_id, f"{name}-lab"] = {"Status": "InService", "Owner": name}
        self.add_app(domain_id, "JupyterLab", "default", space=f"{name}-lab", group=outbound)
        self.add_app(domain_id, "KernelGateway", "datascience", profile=name, group=outbound)

    def add_app(self, domain_id, kind, name, *, space=None, profile=None, status="InService", group=None):
        interface = None if group is None else self.add_interface([group], "SageMaker Studio app")
        self.apps[domain_id, space, profile, kind, name] = {"Status": status, "Interface": interface}

    def add_interface(self, groups, description, status="in-use", **more):
        interface = self._id("eni")
        self.interfaces[interface] = {"Status": status, "Description": description, "Groups": list(groups)}
        self.interfaces[interface]["More"] = more
        return interface

    def add_mount_target(self, file_system, subnet, groups):
        target = self._id("fsmt")
        interface = self.add_interface(groups, f"EFS mount target for {file_system} ({target})")
        self.mount_targets[target] = {
            "FileSystemId": file_system,
            "SubnetId": subnet,
            "State": "available",
            "Interface": interface,
        }

    def add_group(self, name, vpc="vpc-1", tags=None):
        group = self._id("sg")
        self.groups[group] = {"GroupName": name, "VpcId": vpc, "Tags": dict(tags or {}), "In": [], "Out": []}
        return group

    def _nfs_group(self, domain_id, way, vpc):
        return self.add_group(f"security-group-for-{way}-nfs-{domain_id}", vpc, {TAG: arn_of(domain_id)})

    def _allow_nfs(self, inbound, outbound):
        for low, high in ((2049, 2049), (988, 988), (1018, 1023)):
            self.groups[inbound]["In"].append(self.rule(low, high, outbound))
            self.groups[outbound]["Out"].append(self.rule(low, high, inbound))

    @staticmethod
    def rule(low, high, group):
        return {
            "IpProtocol": "tcp",
            "FromPort": low,
            "ToPort": high,
            "UserIdGroupPairs": [{"GroupId": group, "UserId": ACCOUNT}],
        }

    # What is left

    def of(self, domain_id):
        """Everything of a domain, as it is now; empty when nothing is left."""
        groups = {key: value for key, value in self.groups.items() if value["GroupName"].endswith(domain_id)}
        file_systems = {key: value for key, value in self.file_systems.items() if value.get("Domain") == domain_id}
        parts = {
            "domain": {key: value for key, value in self.domains.items() if key == domain_id},
            "profiles": {key: value for key, value in self.profiles.items() if key[0] == domain_id},
            "spaces": {key: value for key, value in self.spaces.items() if key[0] == domain_id},
            "apps": {
                key: value for key, value in self.apps.items() if key[0] == domain_id and value["Status"] != "Deleted"
            },
            "file systems": file_systems,
            "mount targets": {
                key: value for key, value in self.mount_targets.items() if value["FileSystemId"] in file_systems
            },
            "groups": groups,
            "interfaces": {key: value for key, value in self.interfaces.items() if set(value["Groups"]) & set(groups)},
        }
        return copy.deepcopy({key: value for key, value in parts.items() if value})

    # Time

    def sleep(self, seconds):
        self.now += seconds
        self._settle()

    def _later(self, action):
        heapq.heappush(self._under_way, (self.now + self.random.uniform(0, self.slow), next(self._number), action))

    def _settle(self):
        while self._under_way and self._under_way[0][0] <= self.now:
            heapq.heappop(self._under_way)[2]()

    def finish(self):
        """Let everything that is under way end."""
        self.sleep(10 * self.slow)

    # Calls

    def answer(self, operation, parameters):
        self.now += self.call_takes
        self._settle()
        self.calls.append((operation, parameters))
        self.before(len(self.calls), operation, parameters)
        return getattr(self, f"_do_{operation}")(**parameters)

    def _id(self, prefix):
        return f"{prefix}-{next(self._number):08x}"

    # SageMaker

    def _domain(self, domain_id):
        if domain_id not in self.domains:
            raise error("ResourceNotFound", f"Domain [{domain_id}] does not exist")
        return self.domains[domain_id]

    def _do_DescribeDomain(self, DomainId):
        domain = self._domain(DomainId)
        return {
            "DomainId": DomainId,
            "DomainArn": arn_of(DomainId),
            "Status": domain["Status"],
            "VpcId": domain["VpcId"],
        }

    def _do_ListDomains(self, NextToken=None):
        domains = [
            {"DomainId": key, "DomainArn": arn_of(key), "Status": value["Status"]}
            for key, value in self.domains.items()
        ]
        return page("Domains", domains, NextToken)

    def _do_ListTags(self, ResourceArn, NextToken=None):
        tags = self._domain(ResourceArn.rpartition("/")[2])["Tags"]
        return page("Tags", [{"Key": key, "Value": value} for key, value in tags.items()], NextToken)

    def _do_ListApps(self, DomainIdEquals, NextToken=None):
        self._check_list(DomainIdEquals)
        apps = []
        for (domain_id, space, profile, kind, name), app in self.apps.items():
            if domain_id == DomainIdEquals:
                owner = {"SpaceName": space} if space else {"UserProfileName": profile}
                apps.append({"DomainId": domain_id, "AppType": kind, "AppName": name, "Status": app["Status"], **owner})
        return page("Apps", apps, NextToken)

    def _do_ListSpaces(self, DomainIdEquals, NextToken=None):
        self._check_list(DomainIdEquals)
        spaces = [
            {"SpaceName": key[1], "Status": value["Status"]}
            for key, value in self.spaces.items()
            if key[0] == DomainIdEquals
        ]
        return page("Spaces", spaces, NextToken)

    def _do_ListUserProfiles(self, DomainIdEquals, NextToken=None):
        self._check_list(DomainIdEquals)
        found = [
            {"UserProfileName": key[1], "Status": value["Status"]}
            for key, value in self.profiles.items()
            if key[0] == DomainIdEquals
        ]
        return page("UserProfiles", found, NextToken)

    def _check_list(self, domain_id):
        if self.lists_of_gone_domains_fail:
            self._domain(domain_id)

    def _do_DeleteApp(self, DomainId, AppType, AppName, SpaceName=None, UserProfileName=None):
        app = self.apps.get((DomainId, SpaceName, UserProfileName, AppType, AppName))
        if app is None or app["Status"] == "Deleted":
            raise error("ResourceNotFound", f"App [{AppName}] does not exist")
        if app["Status"] in ("Deleting", "Pending"):
            raise error("ResourceInUse", f"App [{AppName}] is {app['Status']}")
        app["Status"] = "Deleting"
        self._later(lambda: self._end_app(app))

    def _end_app(self, app):
        app["Status"] = "Deleted"
        interface = app["Interface"]
        if interface in self.interfaces:
            self.interfaces[interface]["Status"] = "available"
            if self.random.random() < 0.5:
                self._later(lambda: self.interfaces.pop(interface, None))

    def _do_DeleteSpace(self, DomainId, SpaceName):
        space = self.spaces.get((DomainId, SpaceName))
        if space is None:
            raise error("ResourceNotFound", f"Space [{SpaceName}] does not exist")
        if self._running(DomainId, 1, SpaceName) or space["Status"] in ("Deleting", "Updating"):
            raise error("ResourceInUse", f"Space [{SpaceName}] is in use")
        space["Status"] = "Deleting"
        self._later(lambda: self.spaces.pop((DomainId, SpaceName), None))

    def _do_DeleteUserProfile(self, DomainId, UserProfileName):
        profile = self.profiles.get((DomainId, UserProfileName))
        if profile is None:
            raise error("ResourceNotFound", f"UserProfile [{UserProfileName}] does not exist")
        owns = any(key[0] == DomainId and space["Owner"] == UserProfileName for key, space in self.spaces.items())
        if owns or self._running(DomainId, 2, UserProfileName) or profile["Status"] == "Deleting":
            raise error("ResourceInUse", f"UserProfile [{UserProfileName}] is in use")
        profile["Status"] = "Deleting"
        self._later(lambda: self.profiles.pop((DomainId, UserProfileName), None))

    def _running(self, domain_id, field, name):
        return any(
            key[0] == domain_id and key[field] == name and app["Status"] != "Deleted" for key, app in self.apps.items()
        )

    def _do_DeleteDomain(self, DomainId, RetentionPolicy=None):
        domain = self._domain(DomainId)
        inside = any(key[0] == DomainId for key in (*self.profiles, *self.spaces))
        running = any(key[0] == DomainId and app["Status"] != "Deleted" for key, app in self.apps.items())
        if inside or running or domain["Status"] == "Deleting":
            raise error("ResourceInUse", f"Domain [{DomainId}] is in use")
        domain["Status"] = "Deleting"
        deletes = (RetentionPolicy or {}).get("HomeEfsFileSystem") == "Delete"
        self._later(lambda: self._end_domain(DomainId, deletes=deletes))

    def _end_domain(self, domain_id, *, deletes):
        del self.domains[domain_id]
        for key in [key for key in self.apps if key[0] == domain_id]:
            del self.apps[key]
        if deletes and self.sagemaker_cleans_up:
            mine = [key for key, value in self.file_systems.items() if value.get("Domain") == domain_id]
            for target, value in list(self.mount_targets.items()):
                if value["FileSystemId"] in mine:
                    self._later(lambda target=target: self.end_mount_target(target))
            for file_system in mine:
                self._under_way.append(
                    (self.now + 2 * self.slow, next(self._number), lambda key=file_system: self._end_file_system(key))
                )
            heapq.heapify(self._under_way)

    # EFS

    def _do_DescribeFileSystems(self, Marker=None):
        found = [
            {
                "FileSystemId": key,
                "OwnerId": value.get("Owner", ACCOUNT),
                "LifeCycleState": value["LifeCycleState"],
                "Tags": as_tags(value["Tags"]),
            }
            for key, value in self.file_systems.items()
        ]
        return page("FileSystems", found, Marker, token="NextMarker")

    def _do_DescribeMountTargets(self, FileSystemId, Marker=None):
        if FileSystemId not in self.file_systems:
            raise error("FileSystemNotFound", f"File system '{FileSystemId}' does not exist.")
        found = [
            {"MountTargetId": key, "FileSystemId": FileSystemId, "LifeCycleState": value["State"]}
            for key, value in self.mount_targets.items()
            if value["FileSystemId"] == FileSystemId
        ]
        return page("MountTargets", found, Marker, token="NextMarker")

    def _do_DeleteMountTarget(self, MountTargetId):
        target = self.mount_targets.get(MountTargetId)
        if target is None:
            raise error("MountTargetNotFound", f"Mount target '{MountTargetId}' does not exist.")
        target["State"] = "deleting"
        self._later(lambda: self.end_mount_target(MountTargetId))

    def end_mount_target(self, target):
        if gone := self.mount_targets.pop(target, None):
            self.interfaces.pop(gone["Interface"], None)

    def _do_DeleteFileSystem(self, FileSystemId):
        if FileSystemId not in self.file_systems:
            raise error("FileSystemNotFound", f"File system '{FileSystemId}' does not exist.")
        if any(target["FileSystemId"] == FileSystemId for target in self.mount_targets.values()):
            raise error("FileSystemInUse", f"File system '{FileSystemId}' has mount targets.")
        self.file_systems[FileSystemId]["LifeCycleState"] = "deleting"
        self._later(lambda: self._end_file_system(FileSystemId))

    def _end_file_system(self, file_system):
        if not any(target["FileSystemId"] == file_system for target in self.mount_targets.values()):
            self.file_systems.pop(file_system, None)

    # EC2

    def _do_DescribeSecurityGroups(self, Filters=(), NextToken=None):
        found = [
            self._shown(key, value)
            for key, value in self.groups.items()
            if all(self._group_is(value, each) for each in Filters)
        ]
        return page("SecurityGroups", found, NextToken)

    def _shown(self, key, group):
        rules = {"IpPermissions": copy.deepcopy(group["In"]), "IpPermissionsEgress": copy.deepcopy(group["Out"])}
        return {
            "GroupId": key,
            "GroupName": group["GroupName"],
            "OwnerId": group.get("Owner", ACCOUNT),
            "VpcId": group["VpcId"],
            "Tags": as_tags(group["Tags"]),
            **rules,
        }

    @staticmethod
    def _group_is(group, condition):
        name, values = condition["Name"], condition["Values"]
        if name == "vpc-id":
            return group["VpcId"] in values
        if name == "group-name":
            return any(
                group["GroupName"] == each or (each.endswith("*") and group["GroupName"].startswith(each[:-1]))
                for each in values
            )
        if name == "tag-key":
            return any(each in group["Tags"] for each in values)
        if name.startswith("tag:"):
            return group["Tags"].get(name[4:]) in values
        rules = {"ip-permission.group-id": "In", "egress.ip-permission.group-id": "Out"}[name]
        return any(pair["GroupId"] in values for rule in group[rules] for pair in rule.get("UserIdGroupPairs", ()))

    def _do_DescribeNetworkInterfaces(self, Filters=(), NextToken=None):
        found = []
        for key, value in self.interfaces.items():
            if all(set(value["Groups"]) & set({"group-id": each["Values"]}[each["Name"]]) for each in Filters):
                groups = [{"GroupId": group} for group in value["Groups"]]
                found.append(
                    {
                        "NetworkInterfaceId": key,
                        "Status": value["Status"],
                        "Description": value["Description"],
                        "Groups": groups,
                        **value.get("More", {}),
                    }
                )
        return page("NetworkInterfaces", found, NextToken)

    def _do_DeleteNetworkInterface(self, NetworkInterfaceId):
        interface = self.interfaces.get(NetworkInterfaceId)
        if interface is None:
            raise error(
                "InvalidNetworkInterfaceID.NotFound", f"The networkInterface ID '{NetworkInterfaceId}' does not exist"
            )
        if interface["Status"] != "available":
            raise error("InvalidParameterValue", f"Network interface '{NetworkInterfaceId}' is currently in use.")
        del self.interfaces[NetworkInterfaceId]

    def _do_RevokeSecurityGroupIngress(self, GroupId, IpPermissions):
        self._revoke(GroupId, "In", IpPermissions)

    def _do_RevokeSecurityGroupEgress(self, GroupId, IpPermissions):
        self._revoke(GroupId, "Out", IpPermissions)

    def _revoke(self, group, way, permissions):
        rules = self._group(group)[way]
        if any(permission not in rules for permission in permissions):
            raise error("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
        self.groups[group][way] = [rule for rule in rules if rule not in permissions]

    def _group(self, group):
        if group not in self.groups:
            raise error("InvalidGroup.NotFound", f"The security group '{group}' does not exist")
        return self.groups[group]

    def _do_DeleteSecurityGroup(self, GroupId):
        self._group(GroupId)
        others = (value for key, value in self.groups.items() if key != GroupId)
        named = any(
            pair["GroupId"] == GroupId
            for other in others
            for way in ("In", "Out")
            for rule in other[way]
            for pair in rule["UserIdGroupPairs"]
        )
        if named or any(GroupId in interface["Groups"] for interface in self.interfaces.values()):
            raise error("DependencyViolation", f"resource {GroupId} has a dependent object")
        del self.groups[GroupId]


def error(code, message="", status=400):
    response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "Operation")


def as_tags(tags):
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def page(key, items, start, token="NextToken"):
    """Two items a page, so that a caller who reads the first page only is found out."""
    first = int(start or 0)
    more = {token: str(first + PAGE)} if first + PAGE < len(items) else {}
    return {key: items[first : first + PAGE], **more}


_REAL = {}


def clients_of(world):
    """Real boto3 clients of SageMaker, EFS and EC2 whose requests the world answers. They are shared: one world at a time."""
    if not _REAL:
        session = boto3.Session(region_name=REGION, aws_access_key_id="none", aws_secret_access_key="none")
        for name in ("sagemaker", "efs", "ec2"):
            client = session.client(name)
            client.meta.events.register_first("before-parameter-build.*.*", _remember)
            client.meta.events.register_first("before-call.*.*", _answer)
            _REAL[name] = client
    _CURRENT["world"] = world
    return SimpleNamespace(**{name: _REAL[name] for name in ("sagemaker", "efs", "ec2")})


_CURRENT = {}


def _remember(params, context, **_):
    context["studio_world_parameters"] = copy.deepcopy(params)


def _answer(model, context, **_):
    answer = _CURRENT["world"].answer(model.name, context["studio_world_parameters"])
    return SimpleNamespace(status_code=200), {**(answer or {}), "ResponseMetadata": {"HTTPStatusCode": 200}}


class QuickClient:
    """The same world without botocore in between, for tests with many thousands of calls."""

    meta = SimpleNamespace(region_name=REGION)

    def __init__(self, world):
        self._world = world

    def __getattr__(self, method):
        operation = "".join(part.capitalize() for part in method.split("_"))

        def call(**parameters):
            return self._world.answer(operation, parameters) or {}

        call.__name__ = method
        return call

    def get_paginator(self, method):
        return SimpleNamespace(paginate=lambda **parameters: self._pages(getattr(self, method), parameters))

    @staticmethod
    def _pages(call, parameters):
        while True:
            answer = call(**parameters)
            yield answer
            token = next((key for key in ("NextToken", "NextMarker") if answer.get(key)), None)
            if token is None:
                return
            parameters = parameters | {token.removeprefix("Next") if token == "NextMarker" else token: answer[token]}


def quick_clients_of(world):
    client = QuickClient(world)
    return SimpleNamespace(sagemaker=client, efs=client, ec2=client)
