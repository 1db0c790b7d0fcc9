"""What deleted Studio domains left in an account: file systems, network interfaces and security groups that cost money or hold a VPC.

Reads the account with boto3 (the extra ``orphans`` of this package) and changes nothing unless it is told to delete. A thing belongs to a
domain by SageMaker's tag ``ManagedByAmazonSageMakerResource``, whose value is the domain's ARN; interfaces by their security group.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/gs-studio-delete-domain.html
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from constructs_lib.patterns.handlers.studio_cleanup.calls import Calls
    from constructs_lib.patterns.handlers.studio_cleanup.sweep import Clients, Sweep

PATIENCE = 1800
"""Seconds that the deletion of one domain's things may take."""
_PAUSE = 5
_GIB = 1024**3


class OrphansError(Exception):
    """The account could not be read or changed; the text is one line that says why."""


class Orphans:
    """What one deleted domain left.

    Attributes:
        domain_arn: the domain that is gone.
        file_systems: as EFS describes them, with the number of their mount targets.
        groups: as EC2 describes them.
        interfaces: as EC2 describes them.
    """

    def __init__(self, domain_arn: str) -> None:
        self.domain_arn = domain_arn
        self.file_systems: list[tuple[dict[str, Any], int]] = []
        self.groups: list[dict[str, Any]] = []
        self.interfaces: list[dict[str, Any]] = []

    def lines(self) -> Iterator[str]:
        """One line for the domain and one for each thing."""
        yield f"{self.domain_arn} is gone and left"
        for each, targets in self.file_systems:
            size = each.get("SizeInBytes", {}).get("Value", 0) / _GIB
            yield f"  file system {each['FileSystemId']}: {size:.1f} GiB, {targets} mount target{'' if targets == 1 else 's'}"
        for each in self.interfaces:
            yield f"  network interface {each['NetworkInterfaceId']}: {each['Status']}, {each.get('Description') or 'no description'}"
        for each in self.groups:
            yield f"  security group {each['GroupId']}: {each['GroupName']} in {each['VpcId']}"

    @property
    def count(self) -> int:
        """How many things."""
        return len(self.file_systems) + len(self.interfaces) + len(self.groups)


def main(
    region: str | None,
    delete: bool,
    say: Callable[[str], object],
    *,
    clients: Clients | None = None,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.time,
) -> int:
    """Print what deleted domains left, and delete it if told to.

    Args:
        region: the region to look in; None: that of the AWS configuration.
        delete: delete what was found, the data in the file systems included.
        say: takes each line, with its end.
        clients: the boto3 clients; default: those of the configured account and region.
        sleep: how to wait for a deletion.
        now: the clock.

    Returns:
        0 where nothing was found, 1 where something was, deleted or not.

    Raises:
        OrphansError: boto3 is missing, no region or credentials are configured, a permission is missing, or something would not go; what
            other domains left is deleted all the same.
    """
    # First of all, because it says what to install where boto3 is missing, which the next import needs too.
    used = clients or _clients(region)
    from constructs_lib.patterns.handlers.studio_cleanup.calls import Later, OutOfTime, Refused

    try:
        found = find(used, until=now() + PATIENCE, now=now)
    except (Refused, Later) as error:
        raise OrphansError(str(error)) from error
    except OutOfTime as error:
        raise OrphansError("the account did not answer in time") from error
    for line in _report(found, used.sagemaker.meta.region_name, delete=delete):
        say(f"{line}\n")
    left = []
    for orphans in found if delete else ():
        try:
            _delete(orphans, used, sleep, now)
            say(f"{orphans.domain_arn}: deleted\n")
        except OrphansError as error:
            left.append(f"{orphans.domain_arn}: {error}")
    if left:
        raise OrphansError("; ".join(left))
    return 1 if found else 0


def find(clients: Clients, *, until: float, now: Callable[[], float]) -> list[Orphans]:
    """What deleted domains left, by domain.

    Raises:
        Refused: a permission is missing.
        Later: a service is busy.
    """
    from constructs_lib.patterns.handlers.studio_cleanup.calls import Calls

    calls = Calls(until=until, now=now)
    region = clients.sagemaker.meta.region_name
    alive = _domains(calls, clients)
    found: dict[str, Orphans] = {}

    def of(arn: str) -> Orphans:
        return found.setdefault(arn, Orphans(arn))

    for each in calls.all(clients.efs, "describe_file_systems", "FileSystems"):
        arn = _domain_of(each, region)
        if arn and arn not in alive and each["LifeCycleState"] not in ("deleting", "deleted"):
            targets = calls.within(
                clients.efs, "describe_mount_targets", "MountTargets", FileSystemId=each["FileSystemId"]
            )
            of(arn).file_systems.append((each, len(list(targets))))
    tagged = [{"Name": "tag-key", "Values": [_tag()]}]
    for each in calls.all(clients.ec2, "describe_security_groups", "SecurityGroups", Filters=tagged):
        arn = _domain_of(each, region)
        if arn and arn not in alive and each["GroupName"].endswith(f"-{arn.rpartition('/')[2]}"):
            of(arn).groups.append(each)
    # A domain that was made meanwhile is in the second list.
    for arn in _domains(calls, clients) if found else ():
        found.pop(arn, None)
    for orphans in found.values():
        if ids := [group["GroupId"] for group in orphans.groups]:
            filters = [{"Name": "group-id", "Values": ids}]
            orphans.interfaces = list(
                calls.all(clients.ec2, "describe_network_interfaces", "NetworkInterfaces", Filters=filters)
            )
    return [found[arn] for arn in sorted(found)]


def _domains(calls: Calls, clients: Clients) -> set[str]:
    return {each["DomainArn"] for each in calls.all(clients.sagemaker, "list_domains", "Domains")}


def _report(found: list[Orphans], region: str, *, delete: bool) -> Iterator[str]:
    for orphans in found:
        yield from orphans.lines()
    things = sum(orphans.count for orphans in found)
    if not found:
        yield f"deleted Studio domains left nothing in {region}"
    elif not delete:
        yield f"{things} thing{'' if things == 1 else 's'} in {region}; with --delete they go, the data in file systems included"


def _delete(orphans: Orphans, clients: Clients, sleep: Callable[[float], None], now: Callable[[], float]) -> None:
    """Sweep until nothing of the domain is left; each VPC by itself, as a group names its VPC."""
    from constructs_lib.patterns.handlers.studio_cleanup.calls import Calls, Later, OutOfTime
    from constructs_lib.patterns.handlers.studio_cleanup.sweep import Sweep

    until = now() + PATIENCE
    for vpc in sorted({group["VpcId"] for group in orphans.groups}) or [""]:
        calls = Calls(until=until, now=now)
        sweep = Sweep(domain_arn=orphans.domain_arn, vpc_id=vpc, consent="", clients=clients, calls=calls, state={})
        left: str | None = "everything"
        while left:
            try:
                left = _swept(sweep)
            except Later as later:
                left = str(later)
            except OutOfTime as error:
                raise OrphansError(f"gave up after {PATIENCE // 60} minutes, still there: {left}") from error
            if left:
                sleep(_PAUSE)


def _swept(sweep: Sweep) -> str | None:
    """One pass. A domain that exists after all has no tag of consent that is empty, and is kept."""
    from constructs_lib.patterns.handlers.studio_cleanup.calls import Refused
    from constructs_lib.patterns.handlers.studio_cleanup.sweep import Kept

    try:
        sweep.refuse_if_hindered()
        return sweep.run()
    except Kept as error:
        raise OrphansError("the domain exists: nothing of it is an orphan") from error
    except Refused as error:
        raise OrphansError(str(error)) from error


def _domain_of(thing: dict[str, Any], region: str) -> str | None:
    """The ARN of the domain in SageMaker's tag; None where the tag is missing or names something else, such as a domain elsewhere.

    Of another account's domain nobody here knows whether it is gone: its groups can be seen in a VPC that is shared with it.
    """
    value: str = next((tag["Value"] for tag in thing.get("Tags", ()) if tag["Key"] == _tag()), "")
    return value if f":{region}:{thing['OwnerId']}:domain/d-" in value else None


def _tag() -> str:
    from constructs_lib.patterns.handlers.studio_cleanup.sweep import TAG

    return TAG


def _clients(region: str | None) -> Clients:
    try:
        import boto3  # type: ignore[import-untyped]
        from botocore.exceptions import BotoCoreError  # type: ignore[import-untyped]
    except ImportError as error:
        raise OrphansError("boto3 is missing: pip install 'sagemaker-network-constructs[orphans]'") from error
    from constructs_lib.patterns.handlers.studio_cleanup.sweep import Clients

    try:
        session = boto3.Session(region_name=region)
        return Clients(sagemaker=session.client("sagemaker"), efs=session.client("efs"), ec2=session.client("ec2"))
    except BotoCoreError as error:
        said = str(error).rstrip(".")
        raise OrphansError(
            f"{said[:1].lower()}{said[1:]}: give --region, or configure AWS credentials and region"
        ) from error
