"""User profiles: what they refuse, and domains with many of them."""

import re

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Template

from constructs_lib import PrivateNetwork, PublicInternetOnly, StudioDomain, VpcOnly
from constructs_lib.patterns.studio_settings import AuthMode
from constructs_lib.patterns.user_profile import MAX_STACK_RESOURCES

PROFILE = "AWS::SageMaker::UserProfile"
NAMES = [f"user-{number}" for number in range(200)]


@pytest.fixture
def stack():
    return cdk.Stack(cdk.App(), "Stack")


def domain_in(stack, **options):
    vpc = ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-1", availability_zones=["eu-west-1a"], isolated_subnet_ids=["subnet-1"]
    )
    return StudioDomain(stack, "Lab", domain_name="lab", access=PublicInternetOnly(vpc), **options)


def refused(message, make):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make()


def test_refuses_with_these_words(stack):
    """Argument, value, what is allowed, and what to do."""
    domain = domain_in(stack, user_profiles=["ann"])
    refused(
        "name is 'ann.b': use 1 to 63 letters, digits and hyphens, starting and ending with a letter or digit",
        lambda: domain.add_user_profile("ann.b"),
    )
    refused(
        "user profile 'ann' exists already: give each profile a name of its own", lambda: domain.add_user_profile("ann")
    )
    refused(
        "sso_user is 'x' for user profile 'bob': it goes with auth_mode AuthMode.SSO only",
        lambda: domain.add_user_profile("bob", sso_user="x"),
    )
    refused(
        "rstudio_admin is True for user profile 'carl', but the domain has no RStudio: pass rstudio to the domain",
        lambda: domain.add_user_profile("carl", rstudio_admin=True),
    )


def test_refuses_sso_without_a_user(stack):
    """SageMaker wants to know whose profile it is."""
    domain = domain_in(stack, auth_mode=AuthMode.SSO)
    refused(
        "sso_user is missing for user profile 'ann': with auth_mode AuthMode.SSO each profile names its IAM Identity Center user",
        lambda: domain.add_user_profile("ann"),
    )


def test_refuses_more_profiles_than_a_stack_holds(stack):
    """450 resources, as the domain and its network need room too; the number of nested stacks to set is named."""
    refused(
        "profile_stacks is 0: user profile 'user-225' is number 226 in the domain's own stack, and 2 resources each are more than the 450 "
        "that it has room for; set profile_stacks to 2 or more before the first deployment (a later change moves profiles between stacks, "
        "which CloudFormation refuses while their names exist)",
        lambda: domain_in(stack, user_profiles=[f"user-{number}" for number in range(300)]),
    )


def test_refuses_names_known_only_at_deployment_in_nested_stacks(stack):
    """Where a profile stands is decided by its name."""
    domain = domain_in(stack, profile_stacks=2)
    refused(
        "name is known only at deployment: profiles are spread over nested stacks by name, so give it literally",
        lambda: domain.add_user_profile(cdk.Fn.import_value("Name")),
    )


def assembly_of(app):
    return [
        template
        for stack in app.node.find_all()
        if isinstance(stack, cdk.Stack)
        for template in [Template.from_stack(stack).to_json()]
    ]


def test_two_hundred_user_profiles_in_vpc_only():
    """No stack has more resources than CloudFormation allows, no endpoint group more rules than its quota, and each profile is there once."""
    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    network = PrivateNetwork(stack, "Network", cidr="10.0.0.0/20")
    StudioDomain(
        stack,
        "Lab",
        domain_name="lab",
        access=VpcOnly(network),
        user_profiles=NAMES,
        profile_stacks=3,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )

    templates = assembly_of(app)

    assert len(templates) == 4
    assert max(len(template["Resources"]) for template in templates) <= MAX_STACK_RESOURCES
    found = [
        resource["Properties"]["UserProfileName"]
        for template in templates
        for resource in template["Resources"].values()
        if resource["Type"] == PROFILE
    ]
    assert sorted(found) == sorted(NAMES)
    main = templates[0]["Resources"]
    endpoints = stack.get_logical_id(network.endpoint_security_group.node.default_child)
    rules = [
        rule
        for rule in main.values()
        if rule["Type"] == "AWS::EC2::SecurityGroupIngress"
        and rule["Properties"]["GroupId"] == {"Fn::GetAtt": [endpoints, "GroupId"]}
    ]
    assert len(rules) == 1
    (before,) = (key for key in main if "BeforeUserProfiles" in key)
    nested = {key for key, resource in main.items() if resource["Type"] == "AWS::CloudFormation::Stack"}
    assert len(nested) == 3
    assert nested <= set(main[before]["DependsOn"])


def places(names):
    stack = cdk.Stack(cdk.App(), "Stack")
    domain = domain_in(stack, user_profiles=names, profile_stacks=4)
    return {name: profile.node.path for name, profile in domain.user_profiles.items()}


def test_profiles_stay_where_they_are():
    """Adding and removing profiles moves no other to another stack, where CloudFormation would create a name that exists."""
    names = NAMES[:40]
    before = places(names)
    after = places([*reversed(names[5:]), "new-one"])
    assert {name: before[name] for name in names[5:]} == {
        name: path for name, path in after.items() if name != "new-one"
    }
    assert len({path.split("/")[2] for path in before.values()}) == 4
