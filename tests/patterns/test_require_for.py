"""One line that binds people to a network: to whom guardrails come, and what they then deny."""

from __future__ import annotations

import aws_cdk as cdk
import cdk_nag
import pytest
from aws_cdk import assertions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from iam_evaluator import ACCOUNT, evaluate, simulation
from standards import PACKS, linted

from constructs_lib import PrivateTrainingJobNetwork
from constructs_lib.patterns.guardrails import GuardrailForm, SageMakerGuardrails

ENV = cdk.Environment(account=ACCOUNT, region="eu-west-1")


@pytest.fixture
def stack():
    return cdk.Stack(cdk.App(), "Stack", env=ENV)


def own_role(stack, name="Scientist"):
    return iam.Role(stack, name, assumed_by=iam.AccountRootPrincipal())


def documents_of(stack, names):
    """The guardrails' documents as deployed, with the ids that the deployment gives."""
    policies = assertions.Template.from_stack(stack).find_resources("AWS::IAM::ManagedPolicy")
    return [
        replaced(each["Properties"]["PolicyDocument"], names) for name, each in policies.items() if "Guardrails" in name
    ]


def replaced(value, names):
    if isinstance(value, list):
        return [replaced(each, names) for each in value]
    if isinstance(value, dict):
        if "Ref" in value or "Fn::GetAtt" in value:
            return names[value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0]]
        return {key: replaced(each, names) for key, each in value.items()}
    return value


def test_what_is_denied_follows_the_network(stack):
    """Its subnets and group are allowed and others are not; isolation and encryption are asked for where the network has them."""
    jobs = PrivateTrainingJobNetwork(stack, "Jobs", network_isolation=True, inter_container_encryption=True)
    jobs.require_for(own_role(stack))
    names = {}
    for key, things in (("Subnets", jobs.subnets), ("SecurityGroupIds", jobs.security_groups)):
        for number, (each, token) in enumerate(zip(things, jobs.vpc_config[key], strict=True)):
            reference = stack.resolve(token)
            names[reference.get("Ref") or reference["Fn::GetAtt"][0]] = f"{key}-{number}"
            assert each.node.path
    good = {
        "sagemaker:VpcSubnets": ["Subnets-0", "Subnets-1"],
        "sagemaker:VpcSecurityGroupIds": ["SecurityGroupIds-0"],
        "sagemaker:NetworkIsolation": "true",
        "sagemaker:InterContainerTrafficEncryption": "true",
    }
    contexts = [
        good,
        {**good, "sagemaker:VpcSubnets": ["Subnets-0", "subnet-0cccccccccccccccc"]},
        {**good, "sagemaker:VpcSecurityGroupIds": ["sg-0cccccccccccccccc"]},
        {**good, "sagemaker:NetworkIsolation": "false"},
        {**good, "sagemaker:InterContainerTrafficEncryption": "false"},
        {key: value for key, value in good.items() if key != "sagemaker:VpcSubnets"},
    ]
    resource = f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:training-job/x"
    documents = documents_of(stack, names)
    answers = evaluate(
        [simulation("sagemaker:CreateTrainingJob", each, documents, resource=resource) for each in contexts]
    )
    assert answers == ["Allowed"] + ["ExplicitlyDenied"] * 5


def test_options_of_the_network_are_not_asked_for_where_it_has_none(stack):
    """A network without isolation and encryption leaves both to whoever starts the job."""
    sids = {
        statement["Sid"]
        for document in PrivateTrainingJobNetwork(stack, "Jobs").require_for(own_role(stack)).documents
        for statement in document["Statement"]
    }
    assert "OtherSubnets" in sids
    assert not sids & {"NoNetworkIsolation", "NoTrafficEncryption"}


def test_made_once_for_roles_users_and_groups(stack):
    """Every principal gets the same policy: own ones name it, and the policy names those that are brought in, immutable ones too."""
    jobs = PrivateTrainingJobNetwork(stack, "Jobs")
    first = jobs.require_for(
        own_role(stack),
        iam.User(stack, "User"),
        iam.Group(stack, "Group"),
        iam.Role.from_role_arn(stack, "Imported", f"arn:aws:iam::{ACCOUNT}:role/imported"),
        iam.Role.from_role_arn(stack, "Immutable", f"arn:aws:iam::{ACCOUNT}:role/immutable", mutable=False),
        own_role(stack, "Frozen").without_policy_updates(),
    )
    users = iam.User.from_user_name(stack, "ImportedUser", "imported-user")
    assert jobs.require_for(users) is first
    assert jobs.require_for(users) is first
    jobs.require_for(iam.Group.from_group_name(stack, "ImportedGroup", "imported-group"))

    template = assertions.Template.from_stack(stack)
    policies = template.find_resources("AWS::IAM::ManagedPolicy")
    ours = [name for name in policies if "Guardrails" in name]
    assert len(ours) == len(first.managed_policies)
    for name in ours:
        for kind in ("Role", "User", "Group"):
            found = template.find_resources(
                f"AWS::IAM::{kind}", {"Properties": {"ManagedPolicyArns": assertions.Match.array_with([{"Ref": name}])}}
            )
            assert len(found) == 1, kind
        properties = policies[name]["Properties"]
        frozen = {"Ref": next(iter(each for each in template.find_resources("AWS::IAM::Role") if "Frozen" in each))}
        assert properties["Roles"] == ["imported", "immutable", frozen]
        assert properties["Users"] == ["imported-user"] * properties["Users"].count("imported-user")
        assert properties["Groups"] == ["imported-group"]


def test_two_networks_would_deny_each_other(stack):
    """A second network's guardrails are refused, with what to do; one set for both is not, nor the same set twice."""
    first, second = (PrivateTrainingJobNetwork(stack, name) for name in ("First", "Second"))
    role = own_role(stack)
    first.require_for(role)
    with pytest.raises(ValueError) as error:
        second.require_for(role)
    assert str(error.value) == (
        "role Stack/Scientist has the guardrails Stack/First/Guardrails already, and each set would deny what the other allows: name all "
        "networks in one SageMakerGuardrails(networks=[...])"
    )
    other = own_role(stack, "Other")
    both = SageMakerGuardrails(stack, "Both", networks=[first, second])
    both.attach_to(other)
    bound = SageMakerGuardrails(stack, "Bound", networks=[second, first], form=GuardrailForm.PERMISSIONS_BOUNDARY)
    bound.attach_to(other)


def test_who_cannot_have_them(stack):
    """Another account's role, a group's or an imported role's boundary, and what is no principal."""
    jobs = PrivateTrainingJobNetwork(stack, "Jobs")
    stranger = iam.Role.from_role_arn(stack, "Stranger", "arn:aws:iam::999999999999:role/x")
    with pytest.raises(ValueError) as error:
        jobs.require_for(stranger)
    assert str(error.value) == (
        f"role Stack/Stranger is in account 999999999999 and the guardrails are in {ACCOUNT}: make them in a stack of that account, or use "
        "GuardrailForm.SERVICE_CONTROL_POLICY"
    )
    with pytest.raises(TypeError) as error:
        jobs.require_for(ec2.Peer.any_ipv4())
    assert str(error.value).startswith("principals has ")
    assert str(error.value).endswith(": give roles, users or groups")
    boundary = SageMakerGuardrails(stack, "Boundary", networks=[jobs], form=GuardrailForm.PERMISSIONS_BOUNDARY)
    with pytest.raises(ValueError) as error:
        boundary.attach_to(iam.Group(stack, "Group"))
    assert str(error.value) == (
        "group Stack/Group takes no permissions boundary: use GuardrailForm.MANAGED_POLICY, or name its users"
    )
    with pytest.raises(ValueError) as error:
        boundary.attach_to(iam.Role.from_role_arn(stack, "Imported", f"arn:aws:iam::{ACCOUNT}:role/imported"))
    assert str(error.value) == (
        "role Stack/Imported is brought in from elsewhere: its permissions boundary is set where it is made, or use "
        "GuardrailForm.MANAGED_POLICY"
    )


def test_principals_of_another_stack(stack):
    """A role of a stack that is deployed later names the policy by an export; the network knows nothing of it."""
    later = cdk.Stack(stack.node.root, "Later", env=ENV)
    jobs = PrivateTrainingJobNetwork(stack, "Jobs")
    jobs.require_for(own_role(later))
    assembly = stack.node.root.synth()
    assert "Stack" in [each.id for each in assembly.get_stack_by_name("Later").dependencies]


def build(app):
    """Guardrails in each form that makes resources, with all options and principals of each kind."""
    stack = cdk.Stack(app, "Governed")
    jobs = PrivateTrainingJobNetwork(stack, "Jobs", network_isolation=True)
    group = iam.Group(stack, "Group")
    group.add_user(iam.User(stack, "User"))
    jobs.require_for(own_role(stack), group, iam.Role.from_role_name(stack, "Imported", "imported"))
    everything = {
        "volume_keys": [jobs.encryption_key],
        "exempt_principals": [f"arn:aws:iam::{ACCOUNT}:role/platform-*"],
    }
    for form in (GuardrailForm.MANAGED_POLICY, GuardrailForm.PERMISSIONS_BOUNDARY):
        SageMakerGuardrails(
            stack,
            form.name,
            form=form,
            networks=[jobs],
            network_isolation=True,
            inter_container_encryption=True,
            # A boundary has no room for everything.
            **(everything if form is GuardrailForm.MANAGED_POLICY else {}),
        ).attach_to(own_role(stack, f"{form.name}Role"))
    return stack, jobs


@pytest.mark.parametrize("pack", PACKS)
def test_cdk_nag(pack):
    """Nothing is found."""
    app = cdk.App()
    build(app)
    cdk.Validations.of(app).add_plugins(PACKS[pack](app))
    app.synth()


def test_withdrawing_the_acknowledgement_of_a_boundary():
    """What a boundary acknowledges is found again; another form acknowledges nothing."""
    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    jobs = PrivateTrainingJobNetwork(stack, "Jobs")
    rule = "HIPAA.Security-IAMPolicyNoStatementsWithAdminAccess"
    boundary = GuardrailForm.PERMISSIONS_BOUNDARY
    SageMakerGuardrails(stack, "Boundary", networks=[jobs], form=boundary, acknowledgements={rule: None})
    with pytest.raises(ValueError, match=rf"^acknowledgements names '{rule}'.*\(it acknowledges: none\)"):
        SageMakerGuardrails(stack, "Policy", networks=[jobs], acknowledgements={rule: None})
    cdk.Validations.of(app).add_plugins(cdk_nag.HIPAASecurityChecks(app))
    with pytest.raises(RuntimeError, match=f"(?s)Stack/Boundary/Resource/Resource.*HIPAA.Security::{rule}"):
        app.synth()


def test_cfn_lint(tmp_path):
    """Neither an error nor a warning, with a bucket that only the network reaches."""
    app = cdk.App(outdir=str(tmp_path))
    stack, jobs = build(app)
    jobs.network.only_from_here(s3.Bucket(stack, "Data"))
    app.synth()
    assert linted(tmp_path, "us-east-1", "eu-west-1") == ("", 0)
