"""The emulator over HTTP: what moto lacks is there, with the service's errors and its order of deletion."""

from __future__ import annotations

import json
import urllib.request
from urllib.error import URLError

import pytest
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::123456789012:role/studio"
STUDIO = """
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true, EnableDnsSupport: true}}
  One: {Type: AWS::EC2::Subnet, Properties: {VpcId: {Ref: Vpc}, CidrBlock: 10.0.0.0/24, AvailabilityZone: us-east-1a}}
  Two: {Type: AWS::EC2::Subnet, Properties: {VpcId: {Ref: Vpc}, CidrBlock: 10.0.1.0/24, AvailabilityZone: us-east-1b}}
  Domain:
    Type: AWS::SageMaker::Domain
    Properties:
      DomainName: %(name)s
      AuthMode: IAM
      AppNetworkAccessType: %(access)s
      HomeEfsFileSystemCreation: %(files)s
      VpcId: {Ref: Vpc}
      SubnetIds: [{Ref: One}, {Ref: Two}]
      DefaultUserSettings: {ExecutionRole: "arn:aws:iam::123456789012:role/studio"}
  Ana:
    Type: AWS::SageMaker::UserProfile
    Properties:
      DomainId: {Ref: Domain}
      UserProfileName: ana
      UserSettings: {ExecutionRole: "%(role)s"}
Outputs:
  Files: {Value: {"Fn::GetAtt": [Domain, HomeEfsFileSystemId]}}
  Arn: {Value: {"Fn::GetAtt": [Domain, DomainArn]}}
"""


def studio(name, *, access="VpcOnly", files="Enabled", role=ROLE):
    """A template with a domain and one user profile."""
    return STUDIO % {"name": name, "access": access, "files": files, "role": role}


def refused(code, call, **arguments):
    """The message of the error that a call ends with."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == code
    return caught.value.response["Error"]["Message"]


@pytest.fixture
def domain(emulator, request):
    """A deployed domain; returns its id."""
    name = request.node.name.replace("_", "-")[:40]
    emulator.make(name, studio(name))
    yield emulator.resources(name)["Domain"]
    sagemaker = emulator.client("sagemaker")
    for kind in ("app", "space", "user_profile"):
        for each in getattr(sagemaker, f"list_{kind}s")(DomainIdEquals=f"d-{name}")[
            {"app": "Apps", "space": "Spaces", "user_profile": "UserProfiles"}[kind]
        ]:
            if each["DomainId"] == f"d-{name}":
                keys = ("DomainId", "SpaceName", "UserProfileName", "AppType", "AppName")
                wanted = {"app": keys, "space": keys[:2], "user_profile": ("DomainId", "UserProfileName")}[kind]
                getattr(sagemaker, f"delete_{kind}")(**{key: each[key] for key in wanted if key in each})


class TestStudio:
    """User profiles, spaces and apps, which moto does not have."""

    def test_what_is_created_is_described(self, emulator, domain):
        """Each kind by its own API, with its ARN and status."""
        sagemaker = emulator.client("sagemaker")
        arn = sagemaker.create_space(DomainId=domain, SpaceName="lab")["SpaceArn"]
        assert arn == f"arn:aws:sagemaker:us-east-1:123456789012:space/{domain}/lab"
        described = sagemaker.describe_space(DomainId=domain, SpaceName="lab")
        assert (described["SpaceArn"], described["Status"]) == (arn, "InService")
        app = {"DomainId": domain, "SpaceName": "lab", "AppType": "JupyterLab", "AppName": "default"}
        sagemaker.create_app(**app)
        assert sagemaker.describe_app(**app)["Status"] == "InService"
        profile = sagemaker.describe_user_profile(DomainId=domain, UserProfileName="ana")
        assert profile["UserSettings"] == {"ExecutionRole": ROLE}

    def test_lists_are_filtered(self, emulator, domain):
        """By domain, space and user profile."""
        sagemaker = emulator.client("sagemaker")
        sagemaker.create_space(DomainId=domain, SpaceName="one")
        sagemaker.create_space(DomainId=domain, SpaceName="two")
        sagemaker.create_app(DomainId=domain, SpaceName="one", AppType="JupyterLab", AppName="default")
        sagemaker.create_app(DomainId=domain, UserProfileName="ana", AppType="JupyterServer", AppName="default")
        apps = sagemaker.list_apps(DomainIdEquals=domain, SpaceNameEquals="one")["Apps"]
        assert [each["SpaceName"] for each in apps] == ["one"]
        apps = sagemaker.list_apps(DomainIdEquals=domain, UserProfileNameEquals="ana")["Apps"]
        assert [each["AppType"] for each in apps] == ["JupyterServer"]
        assert len(sagemaker.list_spaces(DomainIdEquals=domain)["Spaces"]) == 2
        assert sagemaker.list_spaces(DomainIdEquals="d-other")["Spaces"] == []

    def test_an_unknown_domain(self, emulator):
        """Nothing is created, described or deleted in a domain that does not exist."""
        sagemaker = emulator.client("sagemaker")
        message = "Domain d-none does not exist"
        assert message in refused("ResourceNotFound", sagemaker.create_space, DomainId="d-none", SpaceName="lab")
        assert message in refused("ResourceNotFound", sagemaker.describe_domain, DomainId="d-none")
        assert message in refused("ResourceNotFound", sagemaker.delete_domain, DomainId="d-none")

    def test_a_name_that_is_taken(self, emulator, domain):
        """A second one of the name is refused."""
        sagemaker = emulator.client("sagemaker")
        given = {"DomainId": domain, "UserProfileName": "ana"}
        message = refused("ResourceInUse", sagemaker.create_user_profile, **given)
        assert f"UserProfile {domain}/ana exists already" in message

    def test_what_is_missing(self, emulator, domain):
        """Describing and deleting what is not there is an error of its kind."""
        sagemaker = emulator.client("sagemaker")
        given = {"DomainId": domain, "SpaceName": "none"}
        for call in (sagemaker.describe_space, sagemaker.delete_space, sagemaker.update_space):
            assert f"Space {domain}/none does not exist" in refused("ResourceNotFound", call, **given)

    def test_the_order_of_deletion(self, emulator, domain):
        """Apps go before spaces and user profiles, those before the domain."""
        sagemaker = emulator.client("sagemaker")
        sagemaker.create_space(DomainId=domain, SpaceName="lab")
        app = {"DomainId": domain, "SpaceName": "lab", "AppType": "JupyterLab", "AppName": "default"}
        sagemaker.create_app(**app)
        message = refused("ResourceInUse", sagemaker.delete_domain, DomainId=domain)
        assert f"Domain {domain} still has UserProfiles and Spaces" in message
        message = refused("ResourceInUse", sagemaker.delete_space, DomainId=domain, SpaceName="lab")
        assert "Space lab has 1 app(s); delete them first" in message
        sagemaker.delete_app(**app)
        sagemaker.delete_space(DomainId=domain, SpaceName="lab")
        sagemaker.delete_user_profile(DomainId=domain, UserProfileName="ana")
        sagemaker.delete_domain(DomainId=domain)
        refused("ResourceNotFound", sagemaker.describe_domain, DomainId=domain)


class TestFileSystem:
    """What SageMaker makes beside a domain, and what is left of it."""

    def test_a_domain_brings_its_file_system(self, emulator, domain):
        """A file system with a mount target in each subnet, and two groups for NFS that refer to each other, all tagged."""
        described = emulator.client("sagemaker").describe_domain(DomainId=domain)
        file_system = described["HomeEfsFileSystemId"]
        efs, ec2 = emulator.client("efs"), emulator.client("ec2")
        targets = efs.describe_mount_targets(FileSystemId=file_system)["MountTargets"]
        assert {each["SubnetId"] for each in targets} == set(described["SubnetIds"])
        tags = efs.describe_file_systems(FileSystemId=file_system)["FileSystems"][0]["Tags"]
        assert tags == [{"Key": "ManagedByAmazonSageMakerResource", "Value": described["DomainArn"]}]
        names = [f"security-group-for-{way}-nfs-{domain}" for way in ("inbound", "outbound")]
        groups = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": names}])["SecurityGroups"]
        by_name = {each["GroupName"]: each for each in groups}
        inbound, outbound = (by_name[name] for name in names)
        (rule,) = inbound["IpPermissions"]
        assert (rule["FromPort"], rule["UserIdGroupPairs"][0]["GroupId"]) == (2049, outbound["GroupId"])

    def test_none_if_disabled(self, emulator):
        """HomeEfsFileSystemCreation=Disabled makes neither."""
        emulator.make("plain", studio("plain", files="Disabled"))
        described = emulator.client("sagemaker").describe_domain(DomainId="d-plain")
        assert not described.get("HomeEfsFileSystemId")
        named = [{"Name": "group-name", "Values": ["security-group-for-inbound-nfs-d-plain"]}]
        assert emulator.client("ec2").describe_security_groups(Filters=named)["SecurityGroups"] == []

    def test_it_stays_and_holds_the_vpc(self, emulator):
        """CloudFormation deletes the domain with its file system kept, and then cannot delete subnet and VPC: as in an account."""
        emulator.make("keeps", studio("keeps"))
        made = emulator.resources("keeps")
        efs, ec2 = emulator.client("efs"), emulator.client("ec2")
        with pytest.raises(ClientError) as caught:
            emulator.client("cloudformation").delete_stack(StackName="keeps")
        assert "has dependencies and cannot be deleted" in str(caught.value)
        refused("ResourceNotFound", emulator.client("sagemaker").describe_domain, DomainId=made["Domain"])
        (system,) = (
            each for each in efs.describe_file_systems()["FileSystems"] if each["CreationToken"] == made["Domain"]
        )
        message = refused("DependencyViolation", ec2.delete_subnet, SubnetId=made["One"])
        assert f"The subnet '{made['One']}' has dependencies and cannot be deleted: fsmt-" in message
        for target in efs.describe_mount_targets(FileSystemId=system["FileSystemId"])["MountTargets"]:
            efs.delete_mount_target(MountTargetId=target["MountTargetId"])
        for name in ("One", "Two"):
            if made[name] in {each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]}:
                ec2.delete_subnet(SubnetId=made[name])
        message = refused("DependencyViolation", ec2.delete_vpc, VpcId=made["Vpc"])
        assert "has dependencies and cannot be deleted: security-group-for-inbound-nfs-d-keeps" in message

    def test_the_api_deletes_it_when_told(self, emulator, domain):
        """RetentionPolicy Delete takes the file system and its mount targets away; the groups stay."""
        sagemaker = emulator.client("sagemaker")
        file_system = sagemaker.describe_domain(DomainId=domain)["HomeEfsFileSystemId"]
        sagemaker.delete_user_profile(DomainId=domain, UserProfileName="ana")
        sagemaker.delete_domain(DomainId=domain, RetentionPolicy={"HomeEfsFileSystem": "Delete"})
        left = emulator.client("efs").describe_file_systems()["FileSystems"]
        assert file_system not in {each["FileSystemId"] for each in left}


class TestCloudFormation:
    """What moto's CloudFormation leaves out of types that it knows."""

    def test_a_domain_changes_in_place(self, emulator):
        """Access type and subnets update the same domain; a user profile keeps its id."""
        emulator.make("changes", studio("changes", access="PublicInternetOnly"))
        before = emulator.resources("changes")
        emulator.client("cloudformation").update_stack(
            StackName="changes", TemplateBody=studio("changes", role=f"{ROLE}-2")
        )
        assert emulator.resources("changes") == before
        sagemaker = emulator.client("sagemaker")
        assert sagemaker.describe_domain(DomainId="d-changes")["AppNetworkAccessType"] == "VpcOnly"
        profile = sagemaker.describe_user_profile(DomainId="d-changes", UserProfileName="ana")
        assert profile["UserSettings"]["ExecutionRole"] == f"{ROLE}-2"

    def test_outputs_of_a_domain(self, emulator, domain):
        """Fn::GetAtt gives its attributes."""
        (stack,) = emulator.client("cloudformation").describe_stacks(StackName=domain.removeprefix("d-"))["Stacks"]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
        described = emulator.client("sagemaker").describe_domain(DomainId=domain)
        assert outputs == {"Files": described["HomeEfsFileSystemId"], "Arn": described["DomainArn"]}

    def test_notebook(self, emulator):
        """Subnet, groups, internet access, platform and metadata version are described as the template gives them."""
        template = {
            "Resources": {
                "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
                "Subnet": {
                    "Type": "AWS::EC2::Subnet",
                    "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24"},
                },
                "Group": {
                    "Type": "AWS::EC2::SecurityGroup",
                    "Properties": {"VpcId": {"Ref": "Vpc"}, "GroupDescription": "notebook"},
                },
                "Notebook": {
                    "Type": "AWS::SageMaker::NotebookInstance",
                    "Properties": {
                        "NotebookInstanceName": "private",
                        "InstanceType": "ml.t3.medium",
                        "RoleArn": ROLE,
                        "DirectInternetAccess": "Disabled",
                        "RootAccess": "Disabled",
                        "PlatformIdentifier": "notebook-al2023-v1",
                        "InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": "2"},
                        "SubnetId": {"Ref": "Subnet"},
                        "SecurityGroupIds": [{"Fn::GetAtt": ["Group", "GroupId"]}],
                    },
                },
            }
        }
        emulator.make("notebook", json.dumps(template))
        made = emulator.resources("notebook")
        described = emulator.client("sagemaker").describe_notebook_instance(NotebookInstanceName="private")
        assert described["SubnetId"] == made["Subnet"]
        assert described["SecurityGroups"] == [made["Group"]]
        assert described["DirectInternetAccess"] == "Disabled"
        assert described["PlatformIdentifier"] == "notebook-al2023-v1"
        assert described["InstanceMetadataServiceConfiguration"] == {"MinimumInstanceMetadataServiceVersion": "2"}
        emulator.client("cloudformation").delete_stack(StackName="notebook")
        assert emulator.client("sagemaker").list_notebook_instances()["NotebookInstances"] == []

    def test_a_stack_leaves_nothing(self, emulator):
        """NAT, endpoints, addresses, policies and flow logs go with their stack, users before what they use."""
        template = {
            "Resources": {
                "Vpc": {
                    "Type": "AWS::EC2::VPC",
                    "Properties": {"CidrBlock": "10.9.0.0/16", "EnableDnsHostnames": True},
                },
                "Subnet": {
                    "Type": "AWS::EC2::Subnet",
                    "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.9.0.0/24"},
                },
                "Table": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}},
                "Association": {
                    "Type": "AWS::EC2::SubnetRouteTableAssociation",
                    "Properties": {"SubnetId": {"Ref": "Subnet"}, "RouteTableId": {"Ref": "Table"}},
                },
                "Gateway": {"Type": "AWS::EC2::InternetGateway"},
                "Attachment": {
                    "Type": "AWS::EC2::VPCGatewayAttachment",
                    "Properties": {"VpcId": {"Ref": "Vpc"}, "InternetGatewayId": {"Ref": "Gateway"}},
                },
                "Address": {"Type": "AWS::EC2::EIP", "Properties": {"Domain": "vpc"}},
                "Nat": {
                    "Type": "AWS::EC2::NatGateway",
                    "Properties": {
                        "SubnetId": {"Ref": "Subnet"},
                        "AllocationId": {"Fn::GetAtt": ["Address", "AllocationId"]},
                    },
                },
                "Endpoint": {
                    "Type": "AWS::EC2::VPCEndpoint",
                    "Properties": {
                        "VpcId": {"Ref": "Vpc"},
                        "ServiceName": {"Fn::Sub": "com.amazonaws.${AWS::Region}.s3"},
                        "RouteTableIds": [{"Ref": "Table"}],
                    },
                },
                "Group": {
                    "Type": "AWS::EC2::SecurityGroup",
                    "Properties": {"VpcId": {"Ref": "Vpc"}, "GroupDescription": "group"},
                },
                "Out": {
                    "Type": "AWS::EC2::SecurityGroupEgress",
                    "Properties": {
                        "GroupId": {"Fn::GetAtt": ["Group", "GroupId"]},
                        "IpProtocol": "tcp",
                        "FromPort": 443,
                        "ToPort": 443,
                        "DestinationSecurityGroupId": {"Fn::GetAtt": ["Group", "GroupId"]},
                    },
                },
            }
        }
        ec2 = emulator.client("ec2")
        emulator.make("network", json.dumps(template))
        made = emulator.resources("network")
        assert set(made) == set(template["Resources"])
        assert (
            ec2.describe_vpc_attribute(VpcId=made["Vpc"], Attribute="enableDnsHostnames")["EnableDnsHostnames"]["Value"]
            is True
        )
        (group,) = ec2.describe_security_groups(GroupIds=[made["Group"]])["SecurityGroups"]
        assert made["Group"] in {
            pair["GroupId"] for rule in group["IpPermissionsEgress"] for pair in rule["UserIdGroupPairs"]
        }
        emulator.client("cloudformation").delete_stack(StackName="network")
        assert made["Vpc"] not in {each["VpcId"] for each in ec2.describe_vpcs()["Vpcs"]}
        assert ec2.describe_addresses()["Addresses"] == []
        states = {
            each["State"]
            for each in ec2.describe_nat_gateways(Filters=[{"Name": "vpc-id", "Values": [made["Vpc"]]}])["NatGateways"]
        }
        assert states <= {"deleted"}

    def test_a_foreign_group_holds_the_vpc(self, emulator):
        """A security group that the stack does not know keeps its VPC from going, as in an account."""
        emulator.make(
            "held",
            json.dumps({"Resources": {"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.8.0.0/16"}}}}),
        )
        vpc = emulator.resources("held")["Vpc"]
        ec2 = emulator.client("ec2")
        group = ec2.create_security_group(GroupName="foreign", Description="foreign", VpcId=vpc)["GroupId"]
        with pytest.raises(ClientError, match=f"The vpc '{vpc}' has dependencies and cannot be deleted: foreign"):
            emulator.client("cloudformation").delete_stack(StackName="held")
        ec2.delete_security_group(GroupId=group)
        ec2.delete_vpc(VpcId=vpc)
        assert vpc not in {each["VpcId"] for each in ec2.describe_vpcs()["Vpcs"]}


def test_it_is_always_stopped(start):
    """When the `with` block ends, nothing listens any more."""
    running = start()
    with urllib.request.urlopen(running.endpoint, timeout=10) as answer:
        assert answer.status == 200
    assert running.stop() == "stopped"
    with pytest.raises(URLError, match="Connection refused"):
        urllib.request.urlopen(running.endpoint, timeout=10)


def test_clients_reach_nothing_else(monkeypatch):
    """What child processes get leads to the emulator alone: no profile, no files of the user, no instance role."""
    from local_deployment.emulator import Emulator

    monkeypatch.setenv("AWS_PROFILE", "mine")
    environment = Emulator(region="eu-west-1").environment
    assert {name: environment[name] for name in ("AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_EC2_METADATA_DISABLED")} == {
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "emulated",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    assert environment["AWS_CONFIG_FILE"] == environment["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"
