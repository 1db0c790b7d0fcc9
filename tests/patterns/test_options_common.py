"""What holds for every construct alike: how it is called, connected, granted, tagged, removed, nested and documented."""

from __future__ import annotations

import inspect
import re

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Match, Template
from constructs import Construct

from constructs_lib import (
    Egress,
    NoVpcNotebook,
    PrivateNetwork,
    PrivateNotebook,
    PrivateTrainingJobNetwork,
    PublicInternetOnly,
    StudioDomain,
    VpcNotebookDirectInternet,
    VpcOnly,
)
from constructs_lib.patterns.access import StudioAccess
from constructs_lib.patterns.endpoint_options import EndpointOptions
from constructs_lib.patterns.guardrails import SageMakerGuardrails
from constructs_lib.patterns.notebook_options import NotebookOptions
from constructs_lib.patterns.studio_settings import CustomImage, DockerAccess, IdleShutdown, RStudio
from constructs_lib.testing import findings

NOTEBOOK = "AWS::SageMaker::NotebookInstance"
DOMAIN = "AWS::SageMaker::Domain"
KEY = "AWS::KMS::Key"
ROLE = "AWS::IAM::Role"


def no_vpc(scope, **options):
    """A notebook in the managed network."""
    return NoVpcNotebook(scope, "It", **options)


def attached(scope, **options):
    """A notebook with two interfaces."""
    vpc = PrivateNetwork(scope, "Network", cidr="10.1.0.0/16").vpc
    return VpcNotebookDirectInternet(scope, "It", vpc=vpc, on_premises_cidrs=["10.0.0.0/16"], **options)


def private(scope, **options):
    """A notebook with its own private network."""
    return PrivateNotebook(scope, "It", **options)


def studio_public(scope, **options):
    """A domain with apps on the internet."""
    access = PublicInternetOnly(PrivateNetwork(scope, "Network").vpc)
    return StudioDomain(scope, "It", domain_name="lab", access=access, user_profiles=["ana"], **options)


def studio_private(scope, **options):
    """A domain without the internet."""
    access = VpcOnly(PrivateNetwork(scope, "Network"))
    return StudioDomain(scope, "It", domain_name="lab", access=access, user_profiles=["ana"], **options)


def jobs(scope, **options):
    """A network of jobs."""
    return PrivateTrainingJobNetwork(scope, "It", **options)


def network(scope, **options):
    """A network."""
    return PrivateNetwork(scope, "It", **options)


WORKLOADS = [no_vpc, attached, private, studio_public, studio_private, jobs]
WITH_GROUPS = [attached, private, studio_private, jobs]


@pytest.fixture
def stack():
    """An empty stack for any commercial or GovCloud region."""
    return cdk.Stack(cdk.App(), "Stack")


def only(construct, kind):
    """The one resource of a type that the construct itself holds."""
    found = [
        child
        for child in construct.node.find_all()
        if isinstance(child, cdk.CfnResource) and child.cfn_resource_type == kind
    ]
    assert len(found) == 1, [child.node.path for child in found]
    return found[0]


@pytest.mark.parametrize("make", WITH_GROUPS)
def test_connections_both_ways(make, stack):
    """`thing.connections` takes rules, and the thing itself is a peer of another's."""
    made = make(stack)
    database = ec2.SecurityGroup(stack, "Database", vpc=network_of(made).vpc, allow_all_outbound=False)
    made.connections.allow_to(database, ec2.Port.tcp(5432), "queries")
    database.connections.allow_from(made, ec2.Port.tcp(5433), "more queries")
    template = Template.from_stack(stack)
    for port in (5432, 5433):
        template.has_resource_properties(
            "AWS::EC2::SecurityGroupIngress", {"FromPort": port, "ToPort": port, "IpProtocol": "tcp"}
        )
        template.has_resource_properties("AWS::EC2::SecurityGroupEgress", {"FromPort": port, "ToPort": port})


def network_of(made):
    """The network, or what has the VPC, of a construct."""
    if isinstance(made, StudioDomain):
        return made.access
    return made.network if hasattr(made, "network") else made.node.scope.node.find_child("Network")


def test_a_user_profile_is_connected_by_its_own_group(stack):
    """A rule for one user admits that user alone, not the others of the domain."""
    domain = studio_private(stack)
    profile = domain.add_user_profile("ben")
    database = ec2.SecurityGroup(stack, "Database", vpc=domain.access.vpc)
    database.connections.allow_from(profile, ec2.Port.tcp(5432))
    rules = Template.from_stack(stack).find_resources(
        "AWS::EC2::SecurityGroupIngress", {"Properties": {"FromPort": 5432}}
    )
    (rule,) = rules.values()
    assert rule["Properties"]["SourceSecurityGroupId"]["Fn::GetAtt"][0] == stack.get_logical_id(
        profile.security_group.node.default_child
    )


def test_a_network_admits_a_workload(stack):
    """The network is connectable itself: its endpoints take HTTPS by default."""
    made = network(stack)
    server = ec2.SecurityGroup(stack, "Server", vpc=made.vpc)
    made.connections.allow_default_port_from(server)
    Template.from_stack(stack).has_resource_properties(
        "AWS::EC2::SecurityGroupIngress", {"FromPort": 443, "ToPort": 443}
    )


@pytest.mark.parametrize("make", WORKLOADS)
def test_granted_like_any_principal(make, stack):
    """`bucket.grant_read(thing)` reaches the execution role; no wildcard of the grant is acknowledged by the construct."""
    made = make(stack)
    s3.Bucket(stack, "Data").grant_read(made)
    statement = Match.object_like({"Action": Match.array_with(["s3:GetObject*"]), "Effect": "Allow"})
    policies = [
        Template.from_stack(stack).find_resources(
            kind, {"Properties": {"PolicyDocument": {"Statement": Match.array_with([statement])}}}
        )
        for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
    ]
    assert sum(map(len, policies)) == 1


@pytest.mark.parametrize("make", WORKLOADS)
def test_a_role_of_the_user_is_used_as_it_is(make, stack):
    """No role is made for the workload, and the given one gets no policy."""
    role = iam.Role.from_role_arn(stack, "Mine", "arn:aws:iam::111122223333:role/mine", mutable=False)
    made = make(stack, role=role)
    assert made.role is role
    trusted = {
        "Properties": {
            "AssumeRolePolicyDocument": {"Statement": [{"Principal": {"Service": "sagemaker.amazonaws.com"}}]}
        }
    }
    assert Template.from_stack(stack).find_resources(ROLE, trusted) == {}


@pytest.mark.parametrize("make", [*WORKLOADS, network])
def test_tags_behave_as_in_the_cdk(make, stack):
    """A tag on the construct is on everything in it that takes tags."""
    made = make(stack)
    cdk.Tags.of(made).add("team", "science")
    resources = Template.from_stack(stack).to_json()["Resources"]
    untagged = [
        child.cfn_resource_type
        for child in made.node.find_all()
        if isinstance(child, cdk.CfnResource)
        and cdk.TagManager.is_taggable(child)
        and "science" not in repr(resources[stack.get_logical_id(child)]["Properties"].get("Tags"))
    ]
    assert untagged == []


@pytest.mark.parametrize("make", WORKLOADS)
def test_keys_are_retained_unless_told_otherwise(make, stack):
    """The CDK's default for a key, and the CDK's way to change it for a whole construct."""
    made = make(stack)
    key = made.encryption_key.node.default_child
    assert key.cfn_options.deletion_policy is cdk.CfnDeletionPolicy.RETAIN
    cdk.RemovalPolicies.of(made).destroy()
    resource = Template.from_stack(stack).to_json()["Resources"][stack.get_logical_id(key)]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Delete", "Delete")


@pytest.mark.parametrize(
    ("make", "kind"), [(no_vpc, NOTEBOOK), (attached, NOTEBOOK), (private, NOTEBOOK), (studio_public, DOMAIN)]
)
def test_the_main_resource_is_the_default_child(make, kind, stack):
    """Escape hatches work as in the CDK: `construct.node.default_child` is the L1, and overrides reach the template."""
    made = make(stack)
    assert made.node.default_child.cfn_resource_type == kind
    made.node.default_child.add_property_override("InstanceType" if kind == NOTEBOOK else "DomainName", "changed")
    Template.from_stack(stack).has_resource_properties(
        kind, {"InstanceType" if kind == NOTEBOOK else "DomainName": "changed"}
    )


@pytest.mark.parametrize("make", [*WORKLOADS, network])
def test_twice_in_one_stack(make, stack):
    """Two of a kind stand beside each other: no id, output, parameter or name is taken twice."""
    alone = cdk.Stack(cdk.App(), "Stack")
    make(alone)
    once = len(Template.from_stack(alone).to_json()["Resources"])
    for name in ("First", "Second"):
        make(Construct(stack, name))
    template = Template.from_stack(stack).to_json()
    assert len(template["Resources"]) == 2 * once
    assert all(output.get("Export") is None for output in template.get("Outputs", {}).values())


@pytest.mark.parametrize("make", WORKLOADS)
def test_in_a_nested_stack(make, stack):
    """A construct does not care how deep it stands: the checks follow it and say the same."""
    alone = cdk.Stack(cdk.App(), "Stack")
    make(alone)
    make(cdk.NestedStack(stack, "Nested"))
    assert sorted(each.rule.id for each in findings(stack)) == sorted(each.rule.id for each in findings(alone))


@pytest.mark.parametrize("make", WORKLOADS)
def test_in_a_stage(make):
    """In a pipeline's stage the checks judge it as well."""
    app = cdk.App()
    stack = cdk.Stack(cdk.Stage(app, "Test"), "Stack")
    make(stack)
    app.synth()


CONSTRUCTS = [
    NoVpcNotebook,
    VpcNotebookDirectInternet,
    PrivateNotebook,
    StudioDomain,
    PrivateTrainingJobNetwork,
    PrivateNetwork,
    SageMakerGuardrails,
]


@pytest.mark.parametrize("kind", CONSTRUCTS)
def test_arguments_are_keyword_only(kind):
    """After scope and id everything has its name at the call."""
    parameters = list(inspect.signature(kind.__init__).parameters.values())[1:]
    assert [each.name for each in parameters[:2]] == ["scope", "construct_id"]
    assert {each.kind for each in parameters[2:]} <= {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}


DOCUMENTED = [*CONSTRUCTS, PublicInternetOnly, VpcOnly, CustomImage, DockerAccess, IdleShutdown, RStudio]


def described(text):
    """Argument to what a docstring says about it."""
    section = re.search(
        r"^ *Args:\n(.*?)(?=^ *(?:Raises|Returns|Attributes|Sources?|Yields):|\Z)",
        inspect.cleandoc(text),
        re.MULTILINE | re.DOTALL,
    )
    assert section, text
    parts = re.split(r"^ {4}(\w+): ", section[1], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("kind", DOCUMENTED)
def test_every_argument_is_documented_with_its_default(kind):
    """The docstring names each argument, none that is not there, and the default in words of each that has one."""
    parameters = {
        name: each
        for name, each in inspect.signature(kind.__init__).parameters.items()
        if name not in ("self", "scope", "construct_id") and each.kind is not inspect.Parameter.VAR_KEYWORD
    }
    told = {
        name: text for name, text in described(kind.__doc__).items() if name not in ("scope", "construct_id", "options")
    }
    assert sorted(told) == sorted(parameters)
    for name, each in parameters.items():
        assert (each.default is inspect.Parameter.empty) or "efault" in told[name], name


@pytest.mark.parametrize("options", [NotebookOptions, EndpointOptions])
def test_every_shared_option_is_documented_with_its_default(options):
    """The same for the options that several constructs take."""
    told = described(options.__doc__)
    assert sorted(told) == sorted(options.__annotations__)
    assert all("efault" in text for text in told.values())


@pytest.mark.parametrize(
    "method",
    [
        PrivateNetwork.from_vpc,
        PrivateNetwork.connect,
        PrivateNetwork.allow_from,
        NoVpcNotebook.grant_open,
        PrivateNotebook.grant_open,
        PrivateNotebook.mount,
        StudioDomain.add_user_profile,
        Egress.transit_gateway,
        Egress.http_proxy,
    ],
    ids=lambda method: method.__qualname__,
)
def test_arguments_of_methods_are_documented(method):
    """And for methods that people call."""
    parameters = {
        name: each for name, each in inspect.signature(method).parameters.items() if name not in ("self", "options")
    }
    told = {name: text for name, text in described(method.__doc__).items() if name != "options"}
    assert sorted(told) == sorted(parameters)
    for name, each in parameters.items():
        assert each.default is inspect.Parameter.empty or "efault" in told[name], name


OVERRIDES = [
    (no_vpc, {"root_access": True}, ["SMN-NB-12"]),
    (no_vpc, {"minimum_instance_metadata_service_version": "1"}, ["SMN-NB-13"]),
    (no_vpc, {"acknowledgements": {"SMN-NB-07": None}}, ["SMN-NB-07"]),
    (no_vpc, {"acknowledgements": {"SMN-NB-08": None}}, ["SMN-NB-08"]),
    (attached, {"acknowledgements": {"SMN-NB-07": None}}, ["SMN-NB-07"]),
    (studio_public, {"acknowledgements": {"SMN-DOM-14": None}}, ["SMN-DOM-14"]),
]


@pytest.mark.parametrize(
    ("make", "options", "expected"), OVERRIDES, ids=lambda each: getattr(each, "__name__", str(each))
)
def test_overriding_a_secure_default_brings_its_finding_back(make, options, expected, stack):
    """What the construct's own choice silences is exactly one finding; the user's choice is the user's to explain."""
    make(stack, **options)
    by_default = cdk.Stack(cdk.App(), "Stack")
    make(by_default)
    known = {each.rule.id for each in findings(by_default)}
    assert sorted({each.rule.id for each in findings(stack)} - known) == expected


def test_a_network_without_flow_logs_is_reported(stack):
    """SMN-JOB-20 comes back with the default that is overridden."""
    PrivateTrainingJobNetwork(stack, "Jobs", network=network(stack, flow_logs=False))
    assert "SMN-JOB-20" in {each.rule.id for each in findings(stack)}


def test_access_is_a_value(stack):
    """`access` takes the two ways, which say themselves what they are."""
    ways = {PublicInternetOnly, VpcOnly}
    assert set(StudioAccess.__subclasses__()) == ways
    assert {each.network_type for each in ways} == {"PublicInternetOnly", "VpcOnly"}
    message = "access is 'VpcOnly': use PublicInternetOnly(vpc) or VpcOnly(network)"
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        StudioDomain(stack, "Studio", domain_name="lab", access="VpcOnly")
