"""The function that destroys a domain against moto, whose EC2 and EFS are not ours.

moto has domains, file systems, security groups and interfaces, but no user profiles, spaces and apps: its domain here has none.
"""

import boto3
import pytest
from moto import mock_aws
from studio_lambda import CONSENT_VALUE, delete_event, run
from studio_world import ACCOUNT, REGION, TAG, World

from constructs_lib.patterns.handlers.studio_cleanup.sweep import CONSENT_TAG, Clients

EMPTY = {"ListApps": "Apps", "ListSpaces": "Spaces", "ListUserProfiles": "UserProfiles"}
TAGS = [{"Key": CONSENT_TAG, "Value": CONSENT_VALUE}]


class Account:
    """A VPC with three subnets in moto, and domains with what SageMaker makes beside them."""

    def __init__(self):
        self.ec2, self.efs, self.sagemaker = (
            boto3.client(name, region_name=REGION) for name in ("ec2", "efs", "sagemaker")
        )
        self.sagemaker.meta.events.register("before-call.sagemaker.*", self._empty)
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [
            self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")[
                "Subnet"
            ]["SubnetId"]
            for number, zone in enumerate("abc")
        ]

    @staticmethod
    def _empty(model, **_):
        if model.name in EMPTY:
            return type("Answer", (), {"status_code": 200}), {EMPTY[model.name]: []}
        return None

    def add_domain(self, name):
        arn = self.sagemaker.create_domain(
            DomainName=name,
            AuthMode="IAM",
            DefaultUserSettings={"ExecutionRole": f"arn:aws:iam::{ACCOUNT}:role/studio"},
            SubnetIds=self.subnets,
            VpcId=self.vpc,
            Tags=TAGS,
        )["DomainArn"]
        domain_id = arn.rpartition("/")[2]
        tags = [{"Key": TAG, "Value": arn}]
        groups = [self._group(f"security-group-for-{way}-nfs-{domain_id}", tags) for way in ("inbound", "outbound")]
        for group, other, allow in (
            (*groups, self.ec2.authorize_security_group_ingress),
            (*reversed(groups), self.ec2.authorize_security_group_egress),
        ):
            pair = [{"GroupId": other, "Description": "NFS"}]
            allow(
                GroupId=group,
                IpPermissions=[{"IpProtocol": "tcp", "FromPort": 2049, "ToPort": 2049, "UserIdGroupPairs": pair}],
            )
        file_system = self.efs.create_file_system(CreationToken=domain_id, Tags=tags)["FileSystemId"]
        for subnet in self.subnets:
            self.efs.create_mount_target(FileSystemId=file_system, SubnetId=subnet, SecurityGroups=[groups[0]])
        self.ec2.create_network_interface(SubnetId=self.subnets[0], Groups=[groups[1]], Description="Studio app")
        return domain_id, arn

    def _group(self, name, tags):
        specification = [{"ResourceType": "security-group", "Tags": tags}]
        return self.ec2.create_security_group(
            GroupName=name, Description=name, VpcId=self.vpc, TagSpecifications=specification
        )["GroupId"]

    def left(self):
        """How many domains, file systems, mount targets, NFS groups and interfaces there are."""
        systems = self.efs.describe_file_systems()["FileSystems"]
        targets = [
            self.efs.describe_mount_targets(FileSystemId=each["FileSystemId"])["MountTargets"] for each in systems
        ]
        groups = [
            each for each in self.ec2.describe_security_groups()["SecurityGroups"] if "-nfs-" in each["GroupName"]
        ]
        interfaces = self.ec2.describe_network_interfaces()["NetworkInterfaces"]
        domains = self.sagemaker.list_domains()["Domains"]
        return len(domains), len(systems), sum(map(len, targets)), len(groups), len(interfaces)


@pytest.fixture
def account(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield Account()


def test_destroys_one_of_two_domains(account):
    """Mount targets in three subnets, the file system, an interface and both groups go; the VPC goes after the second domain."""
    first, second = account.add_domain("first"), account.add_domain("second")
    assert account.left() == (2, 2, 6, 4, 8)
    clients = Clients(sagemaker=account.sagemaker, efs=account.efs, ec2=account.ec2)
    for (domain_id, arn), left in ((first, (1, 1, 3, 2, 4)), (second, (0, 0, 0, 0, 0))):
        event = delete_event(domain_id, vpc=account.vpc)
        event["ResourceProperties"]["DomainArn"] = arn
        answer = run(World(), event, clients=clients)
        assert (answer["Status"], account.left()) == ("SUCCESS", left), answer
    for subnet in account.subnets:
        account.ec2.delete_subnet(SubnetId=subnet)
    account.ec2.delete_vpc(VpcId=account.vpc)
