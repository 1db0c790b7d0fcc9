"""One pass over a domain: look what is there, delete what can be deleted now, say what is left.

Each pass looks at AWS anew, so it may be repeated, interrupted and resumed anywhere. What is deleted carries the domain's id: apps, spaces and user profiles are listed by it, file systems and security groups carry SageMaker's tag with the domain's ARN.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .calls import Calls, Later, Refused

TAG = "ManagedByAmazonSageMakerResource"
"""SageMaker's tag on the file system and the security groups of a domain; its value is the domain's ARN."""
CONSENT_TAG = "sagemaker-network:removal-policy"
"""The tag of a domain that may be destroyed with all data. Its value names the custom resource that may do it. CloudFormation takes the tag
away, or changes it, before it deletes a custom resource that is no longer in the template while the domain is."""
CONSENT_READS = 2
"""How often the tag must be seen, with a pause between, in case the first answer is a stale one."""

_SHOWN = 5
_DOMAIN_APP = "RStudioServerPro"
_MOUNT_TARGET = "EFS mount target for "


class Kept(Exception):
    """The domain stays, with all that is in it."""


class Clients:
    """The boto3 clients that a sweep uses."""

    def __init__(self, *, sagemaker: Any, efs: Any, ec2: Any) -> None:
        self.sagemaker = sagemaker
        self.efs = efs
        self.ec2 = ec2


class Sweep:
    """Passes over one domain.

    Args:
        domain_arn: the domain.
        vpc_id: the VPC of its file system and groups.
        consent: what the tag of consent must say.
        clients: for the domain's region.
        calls: how calls are made.
        state: what the next invocation of the function should know; it travels as JSON.
    """

    def __init__(
        self, *, domain_arn: str, vpc_id: str, consent: str, clients: Clients, calls: Calls, state: dict[str, Any]
    ) -> None:
        self._arn = domain_arn
        self._id = domain_arn.rpartition("/")[2]
        self._vpc_id = vpc_id
        self._consent = consent
        self._sagemaker = clients.sagemaker
        self._efs = clients.efs
        self._ec2 = clients.ec2
        self._calls = calls
        self._state = state

    def run(self) -> str | None:
        """Delete what can be deleted now; None when nothing is left, else what is, in words.

        Raises:
            Kept: the domain exists without the tag that allows its destruction.
        """
        domain = self._seen()
        if domain is not None:
            return self._apps() or self._spaces() or self._profiles() or self._domain(domain)
        return self._file_systems() or self._interfaces() or self._groups()

    def _seen(self) -> dict[str, Any] | None:
        """The domain, whose destruction is allowed; None if it is gone. AWS must say so twice: all that follows cannot be undone."""
        for _ in range(2):
            domain = self._calls.read(self._sagemaker.describe_domain, DomainId=self._id)
            if domain is not None:
                self._check_consent()
                return domain
        return None

    def _check_consent(self) -> None:
        reads = self._state.get("consent", 0)
        if reads == CONSENT_READS:
            return
        tags: dict[str, str] = {}
        more: dict[str, str] = {}
        while True:
            answer = self._calls.read(self._sagemaker.list_tags, ResourceArn=self._arn, **more)
            if answer is None:
                raise Later("list_tags finds no domain where describe_domain does")
            tags |= {tag["Key"]: tag["Value"] for tag in answer["Tags"]}
            if not answer.get("NextToken"):
                break
            more = {"NextToken": answer["NextToken"]}
        if tags.get(CONSENT_TAG) != self._consent:
            raise Kept
        self._state["consent"] = reads + 1
        if reads + 1 < CONSENT_READS:
            raise Later("the tag of consent is read once more")

    def refuse_if_hindered(self) -> None:
        """Look at everything before anything is deleted.

        Raises:
            Refused: something that is not the domain's uses one of its groups, so that the deletion would stop half-way; or there is no
                permission to look.
        """
        if self._state.get("looked"):
            return
        self._seen()
        for operation, key in (
            ("list_apps", "Apps"),
            ("list_spaces", "Spaces"),
            ("list_user_profiles", "UserProfiles"),
        ):
            list(self._listed(operation, key))
        ours = {each["FileSystemId"] for each in self._own_file_systems()}
        for file_system in ours:
            list(self._calls.within(self._efs, "describe_mount_targets", "MountTargets", FileSystemId=file_system))
        groups = {group["GroupId"]: group["GroupName"] for group in self._own_groups()}
        if groups:
            self._refuse_foreign_references(groups)
            self._refuse_foreign_interfaces(groups, ours)
        self._state["looked"] = True

    def _apps(self) -> str | None:
        apps = [app for app in self._listed("list_apps", "Apps") if app["Status"] != "Deleted"]
        # The domain-level RStudio app serves the sessions of all users, so it goes last.
        now = [app for app in apps if app["AppType"] != _DOMAIN_APP] or apps
        for app in now:
            if app["Status"] != "Deleting":
                owner = {key: app[key] for key in ("SpaceName", "UserProfileName") if app.get(key)}
                self._calls.delete(
                    self._sagemaker.delete_app,
                    DomainId=self._id,
                    AppType=app["AppType"],
                    AppName=app["AppName"],
                    **owner,
                )
        return _left("app", (f"{app['AppType']} {app['AppName']} ({app['Status']})" for app in apps))

    def _spaces(self) -> str | None:
        spaces = list(self._listed("list_spaces", "Spaces"))
        for space in spaces:
            if space["Status"] != "Deleting":
                self._calls.delete(self._sagemaker.delete_space, DomainId=self._id, SpaceName=space["SpaceName"])
        return _left("space", (f"{space['SpaceName']} ({space['Status']})" for space in spaces))

    def _profiles(self) -> str | None:
        profiles = list(self._listed("list_user_profiles", "UserProfiles"))
        for profile in profiles:
            if profile["Status"] != "Deleting":
                self._calls.delete(
                    self._sagemaker.delete_user_profile, DomainId=self._id, UserProfileName=profile["UserProfileName"]
                )
        return _left("user profile", (f"{profile['UserProfileName']} ({profile['Status']})" for profile in profiles))

    def _domain(self, domain: dict[str, Any]) -> str:
        if domain["Status"] != "Deleting":
            self._calls.delete(
                self._sagemaker.delete_domain, DomainId=self._id, RetentionPolicy={"HomeEfsFileSystem": "Delete"}
            )
        reason = domain.get("FailureReason")
        return f"domain {self._id} ({domain['Status']}{': ' + reason if reason else ''})"

    def _file_systems(self) -> str | None:
        file_systems = list(self._own_file_systems())
        mount_targets = []
        for file_system in file_systems:
            found = self._calls.within(
                self._efs, "describe_mount_targets", "MountTargets", FileSystemId=file_system["FileSystemId"]
            )
            targets = [target for target in found if target["LifeCycleState"] != "deleted"]
            for target in targets:
                if target["LifeCycleState"] != "deleting":
                    self._calls.delete(self._efs.delete_mount_target, MountTargetId=target["MountTargetId"])
            if not targets and file_system["LifeCycleState"] != "deleting":
                self._calls.delete(self._efs.delete_file_system, FileSystemId=file_system["FileSystemId"])
            mount_targets += targets
        return _left("mount target", (target["MountTargetId"] for target in mount_targets)) or _left(
            "file system", (each["FileSystemId"] for each in file_systems)
        )

    def _interfaces(self) -> str | None:
        groups = [group["GroupId"] for group in self._own_groups()]
        interfaces = list(self._interfaces_of(groups)) if groups else []
        for interface in interfaces:
            # One in use is released by whoever uses it: an app that is ending, a mount target that is being deleted.
            if interface["Status"] == "available":
                self._calls.delete(
                    self._ec2.delete_network_interface, NetworkInterfaceId=interface["NetworkInterfaceId"]
                )
        return _left("network interface", (f"{each['NetworkInterfaceId']} ({each['Status']})" for each in interfaces))

    def _groups(self) -> str | None:
        groups = list(self._own_groups())
        # The groups refer to each other, and a group that another one refers to cannot be deleted.
        for group in groups:
            rules = (
                (group.get("IpPermissions"), self._ec2.revoke_security_group_ingress),
                (group.get("IpPermissionsEgress"), self._ec2.revoke_security_group_egress),
            )
            for permissions, revoke in rules:
                if permissions:
                    self._calls.delete(revoke, GroupId=group["GroupId"], IpPermissions=permissions)
        for group in groups:
            self._calls.delete(self._ec2.delete_security_group, GroupId=group["GroupId"])
        return _left("security group", (f"{group['GroupId']} ({group['GroupName']})" for group in groups))

    def _listed(self, operation: str, key: str) -> Iterable[dict[str, Any]]:
        return self._calls.within(self._sagemaker, operation, key, DomainIdEquals=self._id)

    def _own_file_systems(self) -> Iterable[dict[str, Any]]:
        for file_system in self._calls.all(self._efs, "describe_file_systems", "FileSystems"):
            if file_system["LifeCycleState"] != "deleted" and _is_tagged(file_system, self._arn):
                yield file_system

    def _own_groups(self) -> Iterable[dict[str, Any]]:
        """Groups with the domain's id in their name and its ARN in SageMaker's tag."""
        filters = [_filter("vpc-id", [self._vpc_id]), _filter(f"tag:{TAG}", [self._arn])]
        for group in self._calls.all(self._ec2, "describe_security_groups", "SecurityGroups", Filters=filters):
            if group["GroupName"].endswith(f"-{self._id}") and _is_tagged(group, self._arn):
                yield group

    def _interfaces_of(self, groups: list[str]) -> Iterable[dict[str, Any]]:
        filters = [_filter("group-id", groups)]
        return self._calls.all(self._ec2, "describe_network_interfaces", "NetworkInterfaces", Filters=filters)

    def _refuse_foreign_references(self, groups: dict[str, str]) -> None:
        for name in ("ip-permission.group-id", "egress.ip-permission.group-id"):
            filters = [_filter(name, sorted(groups))]
            for other in self._calls.all(self._ec2, "describe_security_groups", "SecurityGroups", Filters=filters):
                if other["GroupId"] not in groups:
                    raise Refused(
                        f"security group {other['GroupId']} ({other['GroupName']}) has a rule that names {' or '.join(sorted(groups))}, "
                        "which goes with the domain: remove that rule, then try again"
                    )

    def _refuse_foreign_interfaces(self, groups: dict[str, str], ours: set[str]) -> None:
        account = self._arn.split(":")[4]
        for interface in self._interfaces_of(sorted(groups)):
            if user := _foreign_user(interface, ours, account):
                raise Refused(
                    f"network interface {interface['NetworkInterfaceId']} ({user}) uses a security group that goes with "
                    "the domain: take the group off it, then try again"
                )


def _foreign_user(interface: dict[str, Any], ours: set[str], account: str) -> str | None:
    """What uses a network interface, if that is surely neither the domain nor SageMaker: what runs Studio's apps is in an account of AWS."""
    text: str = interface.get("Description") or ""
    attachment = interface.get("Attachment", {})
    if text.startswith(_MOUNT_TARGET):
        return text if text.removeprefix(_MOUNT_TARGET).split(" ", 1)[0] not in ours else None
    if attachment.get("InstanceId") and attachment.get("InstanceOwnerId") == account:
        return f"of instance {attachment['InstanceId']}"
    return text or "of a Lambda function" if interface.get("InterfaceType") == "lambda" else None


def _is_tagged(thing: dict[str, Any], arn: str) -> bool:
    return any(tag["Key"] == TAG and tag["Value"] == arn for tag in thing.get("Tags", ()))


def _filter(name: str, values: list[str]) -> dict[str, Any]:
    return {"Name": name, "Values": values}


def _left(kind: str, things: Iterable[str]) -> str | None:
    """``3 apps: a, b, c``; None if there are none."""
    names = list(things)
    if not names:
        return None
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{len(names)} {kind}{'s' if len(names) > 1 else ''}: {', '.join(names[:_SHOWN])}{more}"
