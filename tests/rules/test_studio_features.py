"""The rules about what is used with a Studio domain: exact messages, and the branches that their examples do not show."""

from __future__ import annotations

import pytest

EXAMPLES = [
    ("SMN-DOM-22", "warning", "VpcOnlyTrustedAccounts has no effect without VpcOnly"),
    ("SMN-DOM-24", "info", "the apps of a PublicInternetOnly domain do not use NatGateway"),
    ("SMN-DOM-26", "error", "FileSystem has no mount target in Subnet2"),
    (
        "SMN-DOM-32",
        "warning",
        "security group EmrPrimaryGroup of EmrCluster does not admit TCP 8998 from security group StudioSecurityGroup",
    ),
]


@pytest.mark.parametrize(("rule", "severity", "message"), EXAMPLES, ids=[rule for rule, *_ in EXAMPLES])
def test_the_breaking_example_is_told_in_these_words(rule, severity, message, example, judge):
    """Each breaking example has exactly one finding, whose words are the product."""
    assert [said[:2] + said[4:] for said in judge(rule, example(rule, "breaks"))] == [("violated", severity, message)]


def properties(document, name="Domain"):
    return document["Resources"][name]["Properties"]


def docker(document, **settings):
    properties(document)["DomainSettings"]["DockerSettings"] = settings
    return document


def test_docker_without_trusted_accounts_is_remarked_upon(example, judge):
    """Docker works with the domain's own account; the rule is kept."""
    document = docker(example("SMN-DOM-22", "keeps"), EnableDockerAccess="ENABLED")
    assert [said[0::4] for said in judge("SMN-DOM-22", document)] == [
        ("satisfied", "no VpcOnlyTrustedAccounts: images are pulled only from the domain's own account")
    ]


def test_trusted_accounts_are_ids(example, judge):
    """A number that YAML read counts as well as text; an alias does not."""
    document = docker(
        example("SMN-DOM-22", "keeps"), EnableDockerAccess="ENABLED", VpcOnlyTrustedAccounts=[111122223333, "research"]
    )
    assert [said[1::3] for said in judge("SMN-DOM-22", document)] == [
        ("error", "'research' is not an account id of twelve digits")
    ]


def test_trusted_accounts_are_at_most_twenty(example, judge):
    """The API takes no more."""
    accounts = [f"{n:012}" for n in range(21)]
    document = docker(example("SMN-DOM-22", "keeps"), EnableDockerAccess="ENABLED", VpcOnlyTrustedAccounts=accounts)
    assert [said[1::3] for said in judge("SMN-DOM-22", document)] == [
        ("error", "21 trusted accounts, at most 20 are possible")
    ]


def test_trusted_accounts_need_docker_access(example, judge):
    """Without Docker access there is nothing to pull."""
    document = docker(example("SMN-DOM-22", "keeps"), VpcOnlyTrustedAccounts=["111122223333"])
    assert [said[4] for said in judge("SMN-DOM-22", document)] == [
        "VpcOnlyTrustedAccounts has no effect without Docker access"
    ]


def test_rootless_docker_pulls_by_the_vpc(example, judge):
    """Rootless Docker ignores the list, and needs the ECR endpoints."""
    document = example("SMN-DOM-04", "keeps")
    properties(document)["DomainSettings"] = {
        "DockerSettings": {"EnableDockerAccess": "ENABLED", "RootlessDocker": "ENABLED"}
    }
    assert [said[4].split(":")[0] for said in judge("SMN-DOM-22", document)] == [
        "ecr.api cannot be reached from PrivateSubnet1, PrivateSubnet2",
        "ecr.dkr cannot be reached from PrivateSubnet1, PrivateSubnet2",
    ]


def test_endpoints_beside_a_public_domain_are_named(example, judge):
    """The endpoints for SageMaker in the domain's VPC serve others, if anybody."""
    document = example("SMN-DOM-04", "keeps")
    properties(document)["AppNetworkAccessType"] = "PublicInternetOnly"
    assert [said[4] for said in judge("SMN-DOM-24", document)] == [
        "the apps of a PublicInternetOnly domain do not use SageMakerApiEndpoint and SageMakerRuntimeEndpoint"
    ]


def test_a_file_system_by_id_is_not_visible(example, judge):
    """Where the mount targets of a file system outside of the templates are is not known."""
    document = example("SMN-DOM-26", "keeps")
    config = properties(document)["DefaultUserSettings"]["CustomFileSystemConfigs"][0]["EFSFileSystemConfig"]
    config["FileSystemId"] = "fs-0123456789abcdef0"
    assert [said[0::4] for said in judge("SMN-DOM-26", document)] == [
        (
            "unverified",
            "the subnets of file system fs-0123456789abcdef0: acknowledge the rule if the domain's subnets are among them",
        )
    ]


def test_fsx_lies_in_a_subnet_of_the_domain(example, judge):
    """A file system for Lustre has one subnet, which must be one of the domain's."""
    document = example("SMN-DOM-26", "keeps")
    document["Resources"]["Lustre"] = {
        "Type": "AWS::FSx::FileSystem",
        "Properties": {"FileSystemType": "LUSTRE", "SubnetIds": [{"Ref": "Subnet1"}]},
    }
    properties(document)["DefaultUserSettings"]["CustomFileSystemConfigs"] = [
        {"FSxLustreFileSystemConfig": {"FileSystemId": {"Ref": "Lustre"}}}
    ]
    assert [said[0] for said in judge("SMN-DOM-26", document)] == ["satisfied"]
    properties(document)["SubnetIds"] = ["subnet-00000000000000001"]
    properties(document, "Lustre")["SubnetIds"] = ["subnet-00000000000000002"]
    assert [said[4] for said in judge("SMN-DOM-26", document)] == [
        "Lustre lies in none of the domain's subnets subnet-00000000000000001 (not in the templates)"
    ]


def test_groups_that_emr_makes_are_not_visible(example, judge):
    """Without groups of one's own EMR makes some, whose rules the templates do not hold."""
    document = example("SMN-DOM-32", "keeps")
    del properties(document, "EmrCluster")["Instances"]["EmrManagedMasterSecurityGroup"]
    assert [said[0::4] for said in judge("SMN-DOM-32", document)] == [
        (
            "unverified",
            "the groups that EMR makes for the primary node of EmrCluster: set Instances.EmrManagedMasterSecurityGroup",
        )
    ]


def test_rstudio_lets_everything_out(example, judge):
    """The groups of the RStudio domain app may not be restricted."""
    document = example("SMN-DOM-20", "keeps")
    document["Resources"]["Restricted"] = {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {
            "GroupDescription": "RStudio",
            "VpcId": {"Ref": "Vpc"},
            "SecurityGroupEgress": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}],
        },
    }
    properties(document)["DomainSettings"]["SecurityGroupIds"] = [{"Ref": "Restricted"}]
    assert ("DomainSettings.SecurityGroupIds", "security group Restricted does not let all traffic out") in [
        said[3:] for said in judge("SMN-DOM-20", document)
    ]


def test_an_emr_cluster_in_another_vpc_needs_routes_both_ways(example, judge):
    """Without a peering route on either side nothing gets through; NAT carries no private address."""
    document = example("SMN-DOM-32", "keeps")
    resources = document["Resources"]
    resources["EmrVpc"] = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.9.0.0/16"}}
    resources["EmrSubnet"] = {
        "Type": "AWS::EC2::Subnet",
        "Properties": {"VpcId": {"Ref": "EmrVpc"}, "CidrBlock": "10.9.1.0/24"},
    }
    properties(document, "EmrCluster")["Instances"]["Ec2SubnetId"] = {"Ref": "EmrSubnet"}
    assert [said[4] for said in judge("SMN-DOM-32", document)] == [
        "PrivateSubnet1 has no route to EmrSubnet, which is in another VPC",
        "EmrSubnet has no route to PrivateSubnet1, which is in another VPC",
        "PrivateSubnet2 has no route to EmrSubnet, which is in another VPC",
        "EmrSubnet has no route to PrivateSubnet2, which is in another VPC",
    ]
