"""The Studio domain: what it makes in each way of access, what it refuses, what it acknowledges."""

import json
import re

import aws_cdk as cdk
import cdk_nag
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from constructs_lib import (
    AuthMode,
    CustomImage,
    DockerAccess,
    Egress,
    IdleShutdown,
    PrivateNetwork,
    PublicInternetOnly,
    RStudio,
    StudioDomain,
    VpcOnly,
)
from constructs_lib.rules import Severity
from constructs_lib.services import LICENSE_MANAGER, LOGS, S3, SAGEMAKER_API, SAGEMAKER_RUNTIME, SSM, STS, STUDIO
from constructs_lib.testing import findings

DOMAIN = "AWS::SageMaker::Domain"
PROFILE = "AWS::SageMaker::UserProfile"
GROUP = "AWS::EC2::SecurityGroup"


@pytest.fixture
def stack():
    return cdk.Stack(cdk.App(), "Stack")


def make_vpc(stack, **options):
    """Two isolated and two public subnets, without NAT."""
    kinds = {"Public": ec2.SubnetType.PUBLIC, "Isolated": ec2.SubnetType.PRIVATE_ISOLATED}
    subnets = [ec2.SubnetConfiguration(name=name, subnet_type=kind, cidr_mask=24) for name, kind in kinds.items()]
    return ec2.Vpc(
        stack,
        "Vpc",
        max_azs=2,
        nat_gateways=0,
        subnet_configuration=subnets,
        restrict_default_security_group=False,
        **options,
    )


def public(stack, **options):
    return StudioDomain(stack, "Lab", domain_name="lab", access=PublicInternetOnly(make_vpc(stack)), **options)


def vpc_only(stack, *, services=(), network=None, **options):
    network = network or PrivateNetwork(stack, "Network")
    return StudioDomain(stack, "Lab", domain_name="lab", access=VpcOnly(network, services=services), **options)


def resources(stack, kind):
    return Template.from_stack(stack).find_resources(kind)


def domain_of(stack):
    (resource,) = resources(stack, DOMAIN).values()
    return resource["Properties"]


def refused(message, make, kind=ValueError):
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        make()


def group_ids(stack, properties):
    """The logical ids of the groups in a list of settings."""
    return [each["Fn::GetAtt"][0] for each in properties.get("SecurityGroups", ())]


# What it makes


def test_public_internet_only(stack):
    """Mount targets in the private subnets, no groups: SageMaker's own do; the current Studio, encrypted with a key of its own."""
    domain = public(stack)
    template = Template.from_stack(stack)
    properties = domain_of(stack)
    assert properties["AppNetworkAccessType"] == "PublicInternetOnly"
    assert properties["AuthMode"] == "IAM"
    assert properties["HomeEfsFileSystemCreation"] == "Enabled"
    assert [each["Ref"] for each in properties["SubnetIds"]] == [
        stack.get_logical_id(subnet.node.default_child) for subnet in domain.access.vpc.isolated_subnets
    ]
    assert properties["DefaultUserSettings"]["StudioWebPortal"] == "ENABLED"
    assert properties["DefaultUserSettings"]["DefaultLandingUri"] == "studio::"
    assert "SecurityGroups" not in properties["DefaultUserSettings"]
    assert "SecurityGroups" not in properties["DefaultSpaceSettings"]
    assert "DomainSettings" not in properties
    template.has_resource_properties("AWS::KMS::Key", {"EnableKeyRotation": True})
    template.resource_count_is(GROUP, 0)
    template.resource_count_is("AWS::EC2::VPCEndpoint", 0)
    assert (domain.security_groups, domain.rstudio_security_group, domain.connections.security_groups) == ([], None, [])


def test_vpc_only(stack):
    """Its own group in user and space settings, and the endpoints of the current Studio."""
    domain = vpc_only(stack, user_profiles=["ann"])
    properties = domain_of(stack)
    own = stack.get_logical_id(domain.security_groups[0].node.default_child)
    assert properties["AppNetworkAccessType"] == "VpcOnly"
    assert group_ids(stack, properties["DefaultUserSettings"]) == [own]
    assert group_ids(stack, properties["DefaultSpaceSettings"]) == [own]
    assert set(domain.access.network.endpoints) == {S3, SAGEMAKER_API, SAGEMAKER_RUNTIME, STUDIO, STS, LOGS}
    assert len(properties["SubnetIds"]) == 2


def test_vpc_only_asks_for_what_else_the_apps_dial(stack):
    """Services that the user names get an endpoint too."""
    domain = vpc_only(stack, services=[SSM])
    assert SSM in domain.access.network.endpoints


def test_a_way_out_serves_instead_of_endpoints(stack):
    """Behind NAT only S3 has an endpoint, which is free."""
    domain = vpc_only(stack, network=PrivateNetwork(stack, "Network", egress=Egress.NAT_SINGLE))
    assert set(domain.access.network.endpoints) == {S3}


def rules_of(stack, group):
    """Separate rules of a group: (direction, first port, last port, the other group)."""
    found = []
    for kind, other in (("Ingress", "SourceSecurityGroupId"), ("Egress", "DestinationSecurityGroupId")):
        for rule in resources(stack, f"AWS::EC2::SecurityGroup{kind}").values():
            properties = rule["Properties"]
            if properties["GroupId"] == {"Fn::GetAtt": [group, "GroupId"]}:
                found.append((kind, properties["FromPort"], properties["ToPort"], properties[other]["Fn::GetAtt"][0]))
    return sorted(found)


def test_each_user_profile_has_a_group_of_its_own(stack):
    """TCP 8192-65535 among the apps of one user, no NFS rule, and none for the apps on the domain's group (SMN-DOM-08, 09, 18)."""
    domain = vpc_only(stack, user_profiles=["ann", "bob"])
    groups = [
        stack.get_logical_id(profile.security_group.node.default_child) for profile in domain.user_profiles.values()
    ]
    assert len(set(groups)) == 2
    for profile, group in zip(resources(stack, PROFILE).values(), groups, strict=True):
        assert group_ids(stack, profile["Properties"]["UserSettings"]) == [group]
        assert rules_of(stack, group) == [("Egress", 8192, 65535, group), ("Ingress", 8192, 65535, group)]
    own = stack.get_logical_id(domain.security_groups[0].node.default_child)
    endpoints = stack.get_logical_id(domain.access.network.endpoint_security_group.node.default_child)
    assert rules_of(stack, own) == [("Egress", 443, 443, endpoints)]
    assert "2049" not in json.dumps(
        [resources(stack, GROUP), resources(stack, f"{GROUP}Ingress"), resources(stack, f"{GROUP}Egress")]
    )


def test_without_user_profiles_the_domain_has_the_rule_for_apps(stack):
    """People who are added by other means have only the domain's group, and their apps must reach each other (SMN-DOM-08)."""
    domain = vpc_only(stack)
    own = stack.get_logical_id(domain.security_groups[0].node.default_child)
    assert ("Ingress", 8192, 65535, own) in rules_of(stack, own)
    assert ("Egress", 8192, 65535, own) in rules_of(stack, own)


def test_two_domains_share_a_network(stack):
    """Each endpoint is made once."""
    network = PrivateNetwork(stack, "Network")
    vpc_only(stack, network=network)
    StudioDomain(stack, "Second", domain_name="second", access=VpcOnly(network))
    assert len(resources(stack, "AWS::EC2::VPCEndpoint")) == 6


def test_rstudio_in_vpc_only(stack):
    """Groups managed by the service, a group of its own that may go anywhere, License Manager (SMN-DOM-19, SMN-DOM-20)."""
    domain = vpc_only(stack, rstudio=RStudio(connect_url="https://connect.example"), user_profiles=["ann"])
    domain.add_user_profile("root", rstudio_admin=True)
    properties = domain_of(stack)
    group = stack.get_logical_id(domain.rstudio_security_group.node.default_child)
    assert properties["AppSecurityGroupManagement"] == "Service"
    assert properties["DomainSettings"]["SecurityGroupIds"] == [{"Fn::GetAtt": [group, "GroupId"]}]
    assert (
        properties["DomainSettings"]["RStudioServerProDomainSettings"]["RStudioConnectUrl"] == "https://connect.example"
    )
    assert properties["DefaultUserSettings"]["RStudioServerProAppSettings"] == {
        "AccessStatus": "ENABLED",
        "UserGroup": "R_STUDIO_USER",
    }
    (rule,) = resources(stack, GROUP)[group]["Properties"]["SecurityGroupEgress"]
    assert (rule["CidrIp"], rule["IpProtocol"]) == ("0.0.0.0/0", "-1")
    assert LICENSE_MANAGER in domain.access.network.endpoints
    by_name = {
        each["Properties"]["UserProfileName"]: each["Properties"]["UserSettings"]
        for each in resources(stack, PROFILE).values()
    }
    assert "RStudioServerProAppSettings" not in by_name["ann"]
    assert by_name["root"]["RStudioServerProAppSettings"] == {"AccessStatus": "ENABLED", "UserGroup": "R_STUDIO_ADMIN"}


def test_rstudio_in_public_internet_only(stack):
    """No groups are needed there; the license permissions are."""
    public(stack, rstudio=RStudio())
    properties = domain_of(stack)
    assert "AppSecurityGroupManagement" not in properties
    assert set(properties["DomainSettings"]) == {"RStudioServerProDomainSettings"}
    policies = json.dumps(resources(stack, "AWS::IAM::ManagedPolicy"))
    assert "license-manager:CheckoutLicense" in policies


def test_rstudio_with_a_role_of_the_user(stack):
    """The given role is used, and none is made."""
    role = iam.Role.from_role_arn(stack, "Given", "arn:aws:iam::111122223333:role/rstudio")
    public(stack, rstudio=RStudio(role=role), role=role)
    settings = domain_of(stack)["DomainSettings"]["RStudioServerProDomainSettings"]
    assert settings["DomainExecutionRoleArn"] == "arn:aws:iam::111122223333:role/rstudio"
    Template.from_stack(stack).resource_count_is("AWS::IAM::Role", 0)


def test_docker_images_and_idle_shutdown(stack):
    """Each where SageMaker wants it: shared spaces have settings for JupyterLab alone."""
    image = CustomImage(image_name="forecast", app_image_config_name="forecast-config", version=3)
    docker = DockerAccess(trusted_accounts=["111122223333"])
    vpc_only(stack, docker=docker, custom_images=[image], idle_shutdown=IdleShutdown())
    properties = domain_of(stack)
    assert properties["DomainSettings"] == {
        "DockerSettings": {"EnableDockerAccess": "ENABLED", "VpcOnlyTrustedAccounts": ["111122223333"]}
    }
    expected = {
        "AppLifecycleManagement": {"IdleSettings": {"IdleTimeoutInMinutes": 120, "LifecycleManagement": "ENABLED"}},
        "CustomImages": [{"AppImageConfigName": "forecast-config", "ImageName": "forecast", "ImageVersionNumber": 3}],
    }
    assert properties["DefaultUserSettings"]["JupyterLabAppSettings"] == expected
    assert properties["DefaultUserSettings"]["CodeEditorAppSettings"] == expected
    assert properties["DefaultSpaceSettings"]["JupyterLabAppSettings"] == expected


def test_dual_stack(stack):
    """A VPC whose subnets all have IPv6."""
    vpc = make_vpc(stack, ip_protocol=ec2.IpProtocol.DUAL_STACK)
    StudioDomain(stack, "Lab", domain_name="lab", access=PublicInternetOnly(vpc), dual_stack=True)
    assert domain_of(stack)["DomainSettings"] == {"IpAddressType": "DUALSTACK"}


def test_dual_stack_with_separate_ranges(stack):
    """An IPv6 range may be a resource of its own."""
    vpc = make_vpc(stack)
    for number, subnet in enumerate(vpc.isolated_subnets):
        ec2.CfnSubnetCidrBlock(
            stack, f"Ipv6{number}", subnet_id=subnet.subnet_id, ipv6_cidr_block=f"2001:db8::{number}/64"
        )
    StudioDomain(stack, "Lab", domain_name="lab", access=PublicInternetOnly(vpc), dual_stack=True)
    assert domain_of(stack)["DomainSettings"] == {"IpAddressType": "DUALSTACK"}


def test_chosen_subnets_and_sso(stack):
    """Subnets by name, IAM Identity Center for people, and the user names of its profiles."""
    vpc = make_vpc(stack)
    access = PublicInternetOnly(vpc, subnets=ec2.SubnetSelection(subnet_group_name="Public"))
    domain = StudioDomain(stack, "Lab", domain_name="lab", access=access, auth_mode=AuthMode.SSO)
    domain.add_user_profile("ann", sso_user="ann@example.com")
    assert domain_of(stack)["AuthMode"] == "SSO"
    assert len(domain_of(stack)["SubnetIds"]) == 2
    (profile,) = resources(stack, PROFILE).values()
    assert profile["Properties"]["SingleSignOnUserIdentifier"] == "UserName"
    assert profile["Properties"]["SingleSignOnUserValue"] == "ann@example.com"


def test_idle_shutdown_as_a_duration(stack):
    """The plain case is a plain duration, as for notebooks."""
    public(stack, idle_shutdown=cdk.Duration.hours(3))
    idle = domain_of(stack)["DefaultUserSettings"]["JupyterLabAppSettings"]["AppLifecycleManagement"]["IdleSettings"]
    assert idle == {"IdleTimeoutInMinutes": 180, "LifecycleManagement": "ENABLED"}


# Roles, keys, outputs


def test_grants_to_the_domain_reach_all_its_profiles(stack):
    """Profiles have roles of their own with the same policies, so a grant to one is for that one alone."""
    domain = public(stack, user_profiles=["ann", "bob"])
    shared, private = s3.Bucket(stack, "Shared"), s3.Bucket(stack, "Private")
    shared.grant_read(domain)
    private.grant_read(domain.user_profiles["ann"])
    roles = resources(stack, "AWS::IAM::Role")
    profiles = [role["Properties"] for key, role in roles.items() if "UserProfiles" in key]
    assert len(profiles) == 2
    assert profiles[0]["ManagedPolicyArns"] == profiles[1]["ManagedPolicyArns"]
    policies = {key: json.dumps(value) for key, value in resources(stack, "AWS::IAM::ManagedPolicy").items()}
    granted = [key for key, text in policies.items() if stack.get_logical_id(shared.node.default_child) in text]
    assert {"Ref": granted[0]} in profiles[0]["ManagedPolicyArns"]
    (own,) = resources(stack, "AWS::IAM::Policy").values()
    assert [role["Ref"] for role in own["Properties"]["Roles"]] == [
        stack.get_logical_id(domain.user_profiles["ann"].role.node.default_child)
    ]


def test_a_role_of_the_user_is_shared(stack):
    """With a role given, profiles use it unless they have one of their own; grants go to it."""
    role = iam.Role(stack, "Given", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    other = iam.Role(stack, "Other", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    domain = public(stack, role=role, user_profiles=["ann"])
    bob = domain.add_user_profile("bob", role=other)
    assert (domain.role, domain.user_profiles["ann"].role, bob.role) == (role, role, other)
    s3.Bucket(stack, "Bucket").grant_read(domain)
    (policy,) = resources(stack, "AWS::IAM::Policy").values()
    assert policy["Properties"]["Roles"] == [{"Ref": stack.get_logical_id(role.node.default_child)}]
    Template.from_stack(stack).resource_count_is("AWS::IAM::Role", 2)


def test_people_run_only_what_is_theirs(stack):
    """Private spaces of the caller's own profile, and no presigned URLs (SMN-IAM-01)."""
    public(stack)
    policies = json.dumps(resources(stack, "AWS::IAM::ManagedPolicy"))
    assert "${sagemaker:DomainId}/${sagemaker:UserProfileName}" in policies
    assert "CreatePresignedDomainUrl" not in policies


def test_a_key_of_the_user(stack):
    """The given key encrypts the domain, and none is made."""
    key = kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:eu-west-1:111122223333:key/1")
    domain = public(stack, encryption_key=key)
    assert domain.encryption_key is key
    assert domain_of(stack)["KmsKeyId"] == "arn:aws:kms:eu-west-1:111122223333:key/1"
    Template.from_stack(stack).resource_count_is("AWS::KMS::Key", 0)


def outputs(stack):
    return {
        key.rstrip("0123456789ABCDEF"): value["Value"]
        for key, value in Template.from_stack(stack).to_json()["Outputs"].items()
    }


def test_outputs(stack):
    """The address, what firewalls must let through, and the file system that outlives the domain."""
    domain = public(stack)
    resource = stack.get_logical_id(domain.domain)
    assert outputs(stack) == {
        "LabUrl": {"Fn::GetAtt": [resource, "Url"]},
        "LabAllowlist": {"Fn::Join": ["", ["*.studio.", {"Ref": "AWS::Region"}, ".sagemaker.aws"]]},
        "LabHomeFileSystem": {"Fn::GetAtt": [resource, "HomeEfsFileSystemId"]},
    }
    shown = Template.from_stack(stack).to_json()["Outputs"]
    (text,) = (value["Description"] for key, value in shown.items() if "HomeFileSystem" in key)
    assert text == (
        "EFS file system that stays when the domain is deleted; its mount targets and the two security groups of its NFS traffic then "
        "still hold the VPC"
    )
    assert stack.resolve([domain.domain_id, domain.url]) == [
        {"Fn::GetAtt": [resource, "DomainId"]},
        {"Fn::GetAtt": [resource, "Url"]},
    ]


def test_allowlist_in_china():
    """Host names end differently there."""
    stack = cdk.Stack(cdk.App(), "Stack", env=cdk.Environment(region="cn-north-1", account="111122223333"))
    public(stack)
    assert outputs(stack)["LabAllowlist"] == "*.studio.cn-north-1.sagemaker.com.cn"


@pytest.mark.parametrize("options", [{"home_efs_file_system": False}, {"removal_policy": cdk.RemovalPolicy.DESTROY}])
def test_no_file_system_is_announced_that_does_not_stay(stack, options):
    """Without a home file system, which is then not made at all, or where it is destroyed."""
    public(stack, **options)
    assert "LabHomeFileSystem" not in outputs(stack)
    expected = "Disabled" if "home_efs_file_system" in options else "Enabled"
    assert domain_of(stack)["HomeEfsFileSystemCreation"] == expected


def test_tags_go_to_the_domain_and_its_profiles(stack):
    """As in the CDK."""
    cdk.Tags.of(public(stack, user_profiles=["ann"])).add("team", "forecast")
    (profile,) = resources(stack, PROFILE).values()
    for properties in (domain_of(stack), profile["Properties"]):
        assert {"Key": "team", "Value": "forecast"} in properties["Tags"]


@pytest.mark.parametrize("make", [public, vpc_only])
def test_connections_and_grants_go_through_jsii(stack, make):
    """Both are what the CDK takes as IConnectable and IGrantable."""
    domain = make(stack, user_profiles=["ann"])
    other = ec2.SecurityGroup(stack, "Other", vpc=domain.access.vpc)
    other.connections.allow_from(domain, ec2.Port.tcp(8998))
    other.connections.allow_from(domain.user_profiles["ann"], ec2.Port.tcp(10000))
    number = len(
        [
            1
            for rule in resources(stack, f"{GROUP}Ingress").values()
            if rule["Properties"].get("ToPort") in (8998, 10000)
        ]
    )
    assert number == (2 if make is vpc_only else 0)


# What it refuses


def test_refuses_with_these_words(stack):
    """Argument, value, what is allowed, the rule."""
    vpc = make_vpc(stack)
    access = PublicInternetOnly(vpc)
    count = iter(range(100))

    def make(**options):
        return lambda: StudioDomain(stack, f"D{next(count)}", **({"domain_name": "lab", "access": access} | options))

    refused(
        "domain_name is 'my_lab': use 1 to 63 letters, digits and hyphens, starting and ending with a letter or digit",
        make(domain_name="my_lab"),
    )
    refused(
        "docker trusts the accounts 111122223333, which has an effect with access=VpcOnly(...) only, and access is PublicInternetOnly: "
        "leave trusted_accounts out (SMN-DOM-22)",
        make(docker=DockerAccess(trusted_accounts=["111122223333"])),
    )
    refused(
        "home_efs_file_system is False and rstudio is given: RStudio keeps the home directories of its users there, "
        "so leave home_efs_file_system at True or leave rstudio out",
        make(home_efs_file_system=False, rstudio=RStudio()),
    )
    refused(
        "dual_stack is True, but subnet Stack/Vpc/IsolatedSubnet1 has no IPv6 range: add one to each subnet of the domain "
        "(for a new VPC: ip_protocol=ec2.IpProtocol.DUAL_STACK), or leave dual_stack at False (SMN-DOM-23)",
        make(dual_stack=True),
    )
    refused(
        "removal_policy is SNAPSHOT: a domain allows RETAIN (delete it, keep its file system) and DESTROY (delete it with the data of all users)",
        make(removal_policy=cdk.RemovalPolicy.SNAPSHOT),
    )
    refused(
        "profile_stacks is -1: use 0 for the domain's own stack, or the number of nested stacks",
        make(profile_stacks=-1),
    )
    refused(
        "acknowledgements names 'SMN-DOM-03', which this construct does not acknowledge (it acknowledges: SMN-DOM-14, AwsSolutions-IAM5): "
        "remove it, or acknowledge it on the resource with cdk.Validations.of(resource).acknowledge()",
        make(acknowledgements={"SMN-DOM-03": "reason"}),
    )
    refused(f"access is {vpc!r}: use PublicInternetOnly(vpc) or VpcOnly(network)", make(access=vpc), TypeError)
    refused("auth_mode is 'SSO': use AuthMode.IAM or AuthMode.SSO", make(auth_mode="SSO"), TypeError)


def test_refuses_wrong_networks(stack):
    """A VPC without private subnets, too many subnets, and what is no network."""
    plain = ec2.Vpc(
        stack,
        "Plain",
        max_azs=2,
        nat_gateways=0,
        subnet_configuration=[ec2.SubnetConfiguration(name="Public", subnet_type=ec2.SubnetType.PUBLIC)],
        restrict_default_security_group=False,
    )
    refused(
        "vpc Stack/Plain has no private or isolated subnets for the mount targets: add some, or name others with subnets "
        "(it has 2 public subnets)",
        lambda: PublicInternetOnly(plain),
    )
    many = ec2.Vpc.from_vpc_attributes(
        stack,
        "Many",
        vpc_id="vpc-1",
        availability_zones=["eu-west-1a"],
        isolated_subnet_ids=[f"subnet-{number}" for number in range(17)],
    )
    refused("subnets has 17 subnets: a domain takes 1 to 16 (SMN-DOM-15)", lambda: PublicInternetOnly(many))
    refused(
        f"network is {plain!r}: give a PrivateNetwork, for a VPC that exists PrivateNetwork.from_vpc(...)",
        lambda: VpcOnly(plain),
        TypeError,
    )


def more_groups(stack, vpc, number):
    return [ec2.SecurityGroup(stack, f"More{each}", vpc=vpc) for each in range(number)]


def test_group_limits_of_the_domain(stack):
    """Four groups on an app, because SageMaker adds its own; two with RStudio in VpcOnly (SMN-DOM-15)."""
    network = PrivateNetwork(stack, "Network")
    groups = more_groups(stack, network.vpc, 4)
    refused(
        "security_groups: the domain would have 5 groups, those of the domain included, and VpcOnly allows 4, "
        "because SageMaker adds its own: pass fewer (SMN-DOM-15)",
        lambda: StudioDomain(stack, "A", domain_name="a", access=VpcOnly(network), security_groups=groups),
    )
    refused(
        "security_groups: user profile 'ann' would have 3 groups, those of the domain included, and VpcOnly with RStudio allows 2, "
        "because SageMaker adds its own: pass fewer (SMN-DOM-15)",
        lambda: StudioDomain(stack, "B", domain_name="b", access=VpcOnly(network), rstudio=RStudio()).add_user_profile(
            "ann", security_groups=groups[:1]
        ),
    )
    four = StudioDomain(
        stack, "C", domain_name="c", access=VpcOnly(network), security_groups=groups[:2], user_profiles=["ann"]
    )
    assert len(four.security_groups) == 3


# What it acknowledges, and what the checks say


def test_no_findings_but_information(stack):
    """Nothing worse than facts, in each way of access."""
    network = PrivateNetwork(stack, "Network")
    StudioDomain(stack, "A", domain_name="a", access=VpcOnly(network), user_profiles=["ann", "bob"])
    StudioDomain(stack, "B", domain_name="b", access=VpcOnly(network))
    StudioDomain(stack, "C", domain_name="c", access=VpcOnly(network), rstudio=RStudio(), user_profiles=["ann"])
    StudioDomain(stack, "D", domain_name="d", access=PublicInternetOnly(network.vpc), user_profiles=["ann"])
    found = findings(stack)
    assert {result.rule.id for result in found} <= {"SMN-DOM-12", "SMN-DOM-17", "SMN-DOM-24", "SMN-DOM-29"}, str(found)
    assert {result.severity for result in found} == {Severity.INFO}


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        (None, "access=PublicInternetOnly was chosen for this domain"),
        ({"SMN-DOM-14": "approved by the security office on 3 May"}, "approved by the security office on 3 May"),
        ({"SMN-DOM-14": None}, None),
    ],
)
def test_public_internet_only_is_acknowledged_on_the_domain(stack, overrides, reason):
    """With a reason that can be replaced or withdrawn; then the finding is back."""
    public(stack, acknowledgements=overrides)
    (result,) = [each for each in findings(stack, show_all=True) if each.rule.id == "SMN-DOM-14"]
    assert result.verdict == "violated"
    if reason is None:
        assert result.acknowledged is None
    else:
        assert result.acknowledged.startswith(reason)
    others = [each for each in findings(stack, show_all=True) if each.acknowledged is not None]
    assert len(others) == (0 if reason is None else 1)


@pytest.mark.parametrize("removal_policy", [cdk.RemovalPolicy.RETAIN, cdk.RemovalPolicy.DESTROY])
def test_cdk_nag_packs_find_nothing(removal_policy, tmp_path):
    """AwsSolutions, HIPAA, NIST 800-53 R5 and PCI on a VpcOnly domain with RStudio and user profiles."""
    app = cdk.App(outdir=str(tmp_path))
    packs = (
        cdk_nag.AwsSolutionsChecks,
        cdk_nag.HIPAASecurityChecks,
        cdk_nag.NIST80053R5Checks,
        cdk_nag.PCIDSS321Checks,
    )
    cdk.Validations.of(app).add_plugins(*[pack(app) for pack in packs])
    stack = cdk.Stack(app, "Stack")
    vpc_only(stack, rstudio=RStudio(), user_profiles=["ann"], removal_policy=removal_policy)
    app.synth()
    report = json.loads((tmp_path / "validation-report.json").read_text())
    found = {
        violation["ruleName"]
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        if not violation["ruleName"].startswith("SMN-")
    }
    assert found == set()
