"""The rules about Studio domains: each part of what they ask judged by itself, and told for the right resource and property."""

from __future__ import annotations

import pytest

HIDDEN = {"Ref": "Hidden"}
GIVE = "give its value with --parameter Hidden=VALUE"
TRUSTED = "Domain.DomainSettings.DockerSettings.VpcOnlyTrustedAccounts"
DOCKER = "Domain.DomainSettings.DockerSettings"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({TRUSTED: [HIDDEN]}, [f"unverified warning {TRUSTED}: {TRUSTED}.0 is parameter Hidden: {GIVE}"]),
        (
            {TRUSTED: [{"Fn::Sub": "1${Hidden}"}]},
            [f"unverified warning {TRUSTED}: {TRUSTED}.0 is 1${{Hidden}}: write it out"],
        ),
        ({TRUSTED: [{"Ref": "AWS::AccountId"}]}, [f"satisfied warning {TRUSTED}"]),
        (
            {TRUSTED: ["1234"], f"{DOCKER}.EnableDockerAccess": HIDDEN},
            [f"violated error {TRUSTED}: '1234' is not an account id of twelve digits"],
        ),
        (
            {f"{DOCKER}.EnableDockerAccess": "Enabled"},
            [
                f"unverified warning {TRUSTED}: {DOCKER}.EnableDockerAccess is Enabled, which AWS refuses: write DISABLED or ENABLED"
            ],
        ),
    ],
)
def test_trusted_accounts_are_twelve_digits_whatever_else_is_set(changes, said, changed, told):
    """A parameter may be an account; the account of the stack is one."""
    assert told("SMN-DOM-22", changed("SMN-DOM-22", "keeps", changes)) == said


def test_accounts_are_judged_with_rootless_docker_too(changed, told):
    """The list has no effect then, but the API refuses it all the same."""
    changes = {f"{DOCKER}.RootlessDocker": "ENABLED", TRUSTED: ["1234"]}
    assert told("SMN-DOM-22", changed("SMN-DOM-22", "keeps", changes))[0] == (
        f"violated error {TRUSTED}: '1234' is not an account id of twelve digits"
    )


@pytest.mark.parametrize("place", ["Domain.DefaultSpaceSettings", "Shared.SpaceSettings"])
def test_settings_of_spaces_put_studio_classic_in_play(place, changed, judge):
    """JupyterServer and KernelGateway run in shared spaces as well."""
    space = "\nShared: {Type: AWS::SageMaker::Space, Properties: {DomainId: !Ref Domain, SpaceName: team}}\n"
    plain = changed(
        "SMN-DOM-08", "keeps", {"AppIngress": None, "Domain.DefaultUserSettings.JupyterServerAppSettings": {}}, space
    )
    assert [said[:2] for said in judge("SMN-DOM-08", plain)] == [("violated", "warning")]
    classic = changed(
        "SMN-DOM-08",
        "keeps",
        {
            "AppIngress": None,
            f"{place}.KernelGatewayAppSettings": {"DefaultResourceSpec": {"InstanceType": "ml.t3.medium"}},
        },
        space,
    )
    assert [said[:2] for said in judge("SMN-DOM-08", classic)] == [("violated", "error")]


def test_without_subnets_a_group_lets_out_what_it_lets_out(changed, told):
    """An open egress reaches the members wherever they are; only what is missing is told."""
    document = changed("SMN-DOM-08", "keeps", {"AppIngress": None, "Domain.SubnetIds": None})
    assert [said.partition(": ")[2] for said in told("SMN-DOM-08", document)] == [
        "security group StudioSecurityGroup: no inbound rule for TCP 8192-65535 among members"
    ]


def test_a_space_is_judged_by_the_groups_of_its_owner(changed, judge):
    """Endpoints that admit the owner serve the space, though they do not admit another user."""
    others = """
BobGroup: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: Bob, VpcId: !Ref Vpc}}
AliceGroup: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: Alice, VpcId: !Ref Vpc}}
Bob:
  Type: AWS::SageMaker::UserProfile
  Properties: {DomainId: !Ref Domain, UserProfileName: bob, UserSettings: {SecurityGroups: [!Ref BobGroup]}}
"""
    admitted = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "SourceSecurityGroupId": {"Ref": "AliceGroup"}}]
    changes = {
        "EndpointSecurityGroup.SecurityGroupIngress": admitted,
        "Alice.UserSettings": {"SecurityGroups": [{"Ref": "AliceGroup"}]},
        "Space.SpaceSharingSettings": {"SharingType": "Private"},
        "Space.OwnershipSettings": {"OwnerUserProfileName": {"Ref": "Alice"}},
    }
    assert [said[0] for said in judge("SMN-DOM-27", changed("SMN-DOM-27", "keeps", changes, others))] == ["satisfied"]
    changes["Space.OwnershipSettings"] = {"OwnerUserProfileName": {"Ref": "Bob"}}
    assert {said[0] for said in judge("SMN-DOM-27", changed("SMN-DOM-27", "keeps", changes, others))} == {"violated"}


def test_a_cluster_without_a_subnet_is_not_passed_over(changed, told):
    """The primary node's group is judged; what leads to the node is not known."""
    unknown = "the subnet of EMR cluster EmrCluster: name its Ec2SubnetId"
    changes = {"EmrCluster.Instances.Ec2SubnetId": None}
    assert told("SMN-DOM-32", changed("SMN-DOM-32", "keeps", changes)) == [f"unverified warning Domain: {unknown}"]
    changes |= {"LivyIngress": None, "EmrCluster.Instances.AdditionalMasterSecurityGroups": [{"Ref": "EmrCoreGroup"}]}
    assert told("SMN-DOM-32", changed("SMN-DOM-32", "keeps", changes)) == [
        "violated warning Domain: security groups EmrPrimaryGroup and EmrCoreGroup of EmrCluster do not admit TCP 8998 "
        "from security group StudioSecurityGroup"
    ]


def test_an_app_is_out_of_reach_of_one_domain_beside_another(changed, told):
    """A second domain, whose access type is a parameter, hides nothing about the first."""
    document = changed("SMN-DOM-28", "breaks", {})
    first = told("SMN-DOM-28", document)
    document["Resources"]["Another"] = {
        "Type": "AWS::SageMaker::Domain",
        "Properties": {**document["Resources"]["Domain"]["Properties"], "AppNetworkAccessType": HIDDEN},
    }
    document["Resources"] = dict(sorted(document["Resources"].items()))
    assert told("SMN-DOM-28", document) == first


def test_a_subnet_that_is_not_known_hides_no_gateway(changed, told):
    """SMN-DOM-24 names the NAT gateway behind the other subnet."""
    document = changed("SMN-DOM-24", "breaks", {})
    first = told("SMN-DOM-24", document)
    document["Resources"]["Domain"]["Properties"]["SubnetIds"].insert(0, HIDDEN)
    assert told("SMN-DOM-24", document) == first


def test_an_internet_gateway_for_ipv6_makes_a_subnet_public_whatever_the_rest(changed, told):
    """The route for IPv4 goes to what the templates do not say."""
    added = """
Everything6:
  Type: AWS::EC2::Route
  Properties: {RouteTableId: !Ref PublicRouteTable, DestinationIpv6CidrBlock: "::/0", GatewayId: !Ref InternetGateway}
"""
    document = changed("SMN-DOM-03", "breaks", {"PublicDefaultRoute.GatewayId": HIDDEN}, added)
    assert all(
        "is a public subnet: ::/0 -> InternetGateway (Everything6)" in said for said in told("SMN-DOM-03", document)
    )


def test_an_acl_that_treats_all_alike_needs_no_addresses(changed, judge):
    """NFS passes between subnets, or does not, whatever their ranges are."""
    hidden = {"Subnet1.CidrBlock": HIDDEN, "Subnet2.CidrBlock": HIDDEN}
    everybody = {f"{name}.CidrBlock": "0.0.0.0/0" for name in ("NfsOut", "NfsIn", "RepliesOut", "RepliesIn")}
    assert [said[0] for said in judge("SMN-DOM-18", changed("SMN-DOM-18", "keeps", {**hidden, **everybody}))] == [
        "satisfied"
    ]
    assert [said[0] for said in judge("SMN-DOM-18", changed("SMN-DOM-18", "keeps", {**hidden, "RepliesIn": None}))] == [
        "violated"
    ]
    some = {**hidden, "RepliesIn.CidrBlock": "10.0.0.0/8"}
    assert [said[0] for said in judge("SMN-DOM-18", changed("SMN-DOM-18", "keeps", some))] == ["unverified"]


@pytest.mark.parametrize(
    ("rule_id", "settings", "place"),
    [
        ("SMN-DOM-10", {"SecurityGroups": [HIDDEN]}, "UserSettings.SecurityGroups"),
        ("SMN-DOM-15", {"SecurityGroups": HIDDEN}, "UserSettings.SecurityGroups"),
        ("SMN-DOM-30", {"SecurityGroups": [HIDDEN]}, "UserSettings.SecurityGroups"),
        (
            "SMN-DOM-26",
            {"CustomFileSystemConfigs": [{"EFSFileSystemConfig": {"FileSystemId": "fs-1"}}]},
            "UserSettings.CustomFileSystemConfigs",
        ),
    ],
)
def test_what_is_not_known_of_a_profile_stands_in_the_profile(rule_id, settings, place, changed, judge):
    """A user profile has no DefaultUserSettings to point to."""
    document = changed("SMN-DOM-04", "keeps", {})
    document["Resources"]["Zoe"] = {
        "Type": "AWS::SageMaker::UserProfile",
        "Properties": {"DomainId": {"Ref": "Domain"}, "UserProfileName": "zoe", "UserSettings": settings},
    }
    assert [(said[0], said[3]) for said in judge(rule_id, document) if said[2] == "Zoe"] == [("unverified", place)]


OPEN = "{Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: Open, VpcId: !Ref Vpc, SecurityGroupIngress: [{IpProtocol: -1, CidrIp: 10.0.0.0/8}]}}"
GROUPS = f"""
Spaces: {OPEN}
Both: {OPEN}
Server: {OPEN}
"""


def test_an_open_group_is_told_at_the_property_that_names_it(changed, judge):
    """Groups of users, of shared spaces, and of both (told once); those between the domain and its apps sit on no app."""
    changes = {
        "Domain.DefaultUserSettings.SecurityGroups": [{"Ref": "Both"}],
        "Domain.DefaultSpaceSettings": {"SecurityGroups": [{"Ref": "Spaces"}, {"Ref": "Both"}]},
        "Domain.DomainSettings": {"SecurityGroupIds": [{"Ref": "Server"}, {"Ref": "Both"}]},
    }
    assert [said[3:] for said in judge("SMN-DOM-10", changed("SMN-DOM-04", "keeps", changes, GROUPS))] == [
        ("DefaultUserSettings.SecurityGroups", "security group Both admits all traffic from 10.0.0.0/8"),
        ("DefaultSpaceSettings.SecurityGroups", "security group Spaces admits all traffic from 10.0.0.0/8"),
    ]
    changes["Domain.DefaultUserSettings.SecurityGroups"] = None
    del changes["Domain.DomainSettings"]
    assert {said[3] for said in judge("SMN-DOM-10", changed("SMN-DOM-04", "keeps", changes, GROUPS))} == {
        "DefaultSpaceSettings.SecurityGroups"
    }


def test_a_group_of_another_vpc_is_told_at_the_property_that_names_it(changed, judge):
    """RStudio's groups and those of shared spaces belong to the domain's VPC as well."""
    elsewhere = "\nElsewhere: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.7.0.0/16}}\n" + GROUPS.replace(
        "!Ref Vpc", "!Ref Elsewhere"
    )
    for path, name in (("DomainSettings", "SecurityGroupIds"), ("DefaultSpaceSettings", "SecurityGroups")):
        document = changed("SMN-DOM-04", "keeps", {f"Domain.{path}": {name: [{"Ref": "Server"}]}}, elsewhere)
        assert [said[3:] for said in judge("SMN-DOM-30", document)] == [
            (f"{path}.{name}", "security group Server belongs to Elsewhere, the domain to Vpc")
        ]
