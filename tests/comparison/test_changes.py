"""What a change of the templates replaces, and which updates it makes fail."""

from __future__ import annotations

import copy

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from constructs_lib.assembly import from_documents
from constructs_lib.comparison.changes import replaced
from constructs_lib.rules import all_rules, rule_by_id
from constructs_lib.rules.changes import CREATE_ONLY

NOTEBOOK = "AWS::SageMaker::NotebookInstance"
LOST = "is replaced, and its volume with everything under /home/ec2-user/SageMaker with it: "
NETWORK = {
    "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
    "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.1.0/24"}},
    "Notebook": {"Type": NOTEBOOK, "Properties": {"SubnetId": {"Ref": "Subnet"}, "InstanceType": "ml.t3.medium"}},
}


def told(old, new, *, rest=None):
    """Verdict, severity, rule, resource, property and message of each result of the change between two sets of resources."""
    sides = [
        from_documents({"t": {**(rest or {}), **side} if "Resources" in side else {**(rest or {}), "Resources": side}})
        for side in (new, old)
    ]
    given, before = sides
    found = replaced(given, {given.templates[0]: before.templates[0]})
    return [
        (each.verdict, each.severity.value, each.rule.id, each.resource.logical_id, each.property, each.message)
        for each in found
    ]


def changed(resources, **values):
    """A copy with properties set by `Id__Property`; None takes one away."""
    found = copy.deepcopy(resources)
    for where, value in values.items():
        name, _, key = where.partition("__")
        if value is None:
            del found[name]["Properties"][key]
        else:
            found[name]["Properties"][key] = value
    return found


def notebook(**properties):
    """One notebook."""
    return {"Notebook": {"Type": NOTEBOOK, "Properties": properties}}


@pytest.mark.parametrize("kind", CREATE_ONLY)
def test_the_lists_are_those_of_the_schemas(kind):
    """Each list is createOnlyProperties of CloudFormation's own schema, those below others included, and nothing else."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema

    def paths(section):
        return {path.removeprefix("/properties/").replace("/", ".") for path in schema.get(section, [])}

    facts = CREATE_ONLY[kind]
    assert set(facts.properties) == paths("createOnlyProperties")
    assert set(facts.conditional) == paths("conditionalCreateOnlyProperties")
    if facts.name is not None:
        assert facts.name in facts.properties
        assert facts.name in schema["properties"]
    assert facts.within is None or facts.within in facts.properties


def test_the_rules_of_changes_are_in_the_catalogue():
    """Every type is reported by a rule of the catalogue, and every rule of the area CHG is used."""
    used = {facts.rule for facts in CREATE_ONLY.values()}
    assert all(rule_by_id(each) is not None for each in used)
    assert {rule.id for rule in all_rules() if rule.area == "CHG"} == {each for each in used if "-CHG-" in each}


def test_no_change_is_nothing():
    """Two equal states have nothing to tell."""
    assert told(NETWORK, NETWORK) == []


def test_what_updates_in_place_is_nothing():
    """An instance type changes in place."""
    assert told(NETWORK, changed(NETWORK, Notebook__InstanceType="ml.t3.large")) == []


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ({"DirectInternetAccess": "Enabled"}, {"DirectInternetAccess": "Disabled"}, "DirectInternetAccess changes from Enabled to Disabled"),
        ({}, {"KmsKeyId": "key"}, "KmsKeyId changes from nothing to key"),
        ({"SecurityGroupIds": ["sg-1"]}, {"SecurityGroupIds": ["sg-1", "sg-2"]}, 'SecurityGroupIds changes from ["sg-1"] to ["sg-1", "sg-2"]'),
        ({"SecurityGroupIds": ["sg-1", "sg-2"]}, {"SecurityGroupIds": ["sg-2", "sg-1"]}, 'SecurityGroupIds changes from ["sg-1", "sg-2"] to ["sg-2", "sg-1"]'),
    ],
)  # fmt: skip
def test_a_notebook_is_replaced(before, after, message):
    """A create-only property replaces the notebook and its volume."""
    ((verdict, severity, rule, name, at, said),) = told(notebook(**before), notebook(**after))
    assert (verdict, severity, rule, name) == ("violated", "warning", "SMN-NB-18", "Notebook")
    assert at == message.split()[0]
    assert said == LOST + message


def test_long_values_are_cut():
    """A message stays readable."""
    groups = [f"sg-{number:017}" for number in range(5)]
    ((*_, said),) = told(notebook(SecurityGroupIds=groups), notebook(SecurityGroupIds=groups[:1]))
    assert said.startswith(f'{LOST}SecurityGroupIds changes from ["sg-00000000000000000"')
    assert " ... to " in said


@pytest.mark.parametrize(
    ("before", "after"), [(True, "true"), ("1", 1), ({"Fn::Sub": "a"}, "a"), ({"Fn::Join": ["", ["a", "b"]]}, "ab")]
)
def test_the_same_written_otherwise_is_no_change(before, after):
    """Booleans and numbers as text, and functions with the same value."""
    assert told(notebook(KmsKeyId=before), notebook(KmsKeyId=after)) == []


def test_a_fixed_name_makes_the_update_fail():
    """CloudFormation makes the new one before the old one goes: a name that stays is taken."""
    found = told(notebook(NotebookInstanceName="lab", SubnetId="a"), notebook(NotebookInstanceName="lab", SubnetId="b"))
    assert found == [
        (
            "violated", "error", "SMN-NB-18", "Notebook", "SubnetId",
            "the update fails: SubnetId changes from a to b, which needs a new one, and its name stays lab",
        )
    ]  # fmt: skip


def test_a_name_that_changes_too_is_a_replacement():
    """With a new name the replacement works."""
    ((_, severity, *_, said),) = told(
        notebook(NotebookInstanceName="lab", SubnetId="a"), notebook(NotebookInstanceName="lab2", SubnetId="b")
    )
    assert severity == "warning"
    assert said == f"{LOST}SubnetId changes from a to b; NotebookInstanceName changes from lab to lab2"


def test_a_replacement_cascades():
    """A new VPC means a new subnet, and that a new notebook; each says what it follows."""
    found = told(NETWORK, changed(NETWORK, Vpc__CidrBlock="10.1.0.0/16"))
    assert [(rule, name, at, said) for _, _, rule, name, at, said in found] == [
        ("SMN-CHG-05", "Vpc", "CidrBlock", "is replaced: CidrBlock changes from 10.0.0.0/16 to 10.1.0.0/16"),
        ("SMN-CHG-05", "Subnet", "VpcId", "is replaced: VpcId refers to Vpc, which is replaced"),
        ("SMN-NB-18", "Notebook", "SubnetId", f"{LOST}SubnetId refers to Subnet, which is replaced"),
    ]


def test_a_cascade_against_the_order_of_the_template():
    """What follows is found wherever it stands."""
    backwards = dict(reversed(NETWORK.items()))
    assert [name for _, _, _, name, _, _ in told(backwards, changed(backwards, Vpc__CidrBlock="10.1.0.0/16"))] == list(
        backwards
    )


def test_a_name_of_another_domain_does_not_collide():
    """A user's name is unique within the domain: where that is replaced, the name may stay."""
    resources = {
        "Domain": {"Type": "AWS::SageMaker::Domain", "Properties": {"DomainName": "lab", "KmsKeyId": "a"}},
        "User": {
            "Type": "AWS::SageMaker::UserProfile",
            "Properties": {"DomainId": {"Ref": "Domain"}, "UserProfileName": "ann"},
        },
    }
    found = told(resources, changed(resources, Domain__KmsKeyId="b"))
    assert [(severity, rule, said) for _, severity, rule, _, _, said in found] == [
        (
            "error",
            "SMN-DOM-21",
            "the update fails: KmsKeyId changes from a to b, which needs a new one, and its name stays lab",
        ),
        (
            "warning",
            "SMN-DOM-21",
            "is replaced, and the user's apps with it: DomainId refers to Domain, which is replaced",
        ),
    ]


def test_models_and_job_definitions():
    """They have rules of their own."""
    for kind, rule, name in (
        ("AWS::SageMaker::Model", "SMN-CHG-01", "VpcConfig"),
        ("AWS::SageMaker::DataQualityJobDefinition", "SMN-CHG-02", "NetworkConfig"),
        ("AWS::SageMaker::EndpointConfig", "SMN-CHG-03", "KmsKeyId"),
        ("AWS::SageMaker::Cluster", "SMN-CHG-04", "VpcConfig"),
    ):
        sides = [{"It": {"Type": kind, "Properties": {name: value}}} for value in ("a", "b")]
        ((verdict, severity, said_by, _, at, message),) = told(*sides)
        assert (verdict, severity, said_by, at) == ("violated", "warning", rule, name)
        assert message.endswith(f"{name} changes from a to b")


def test_a_property_below_another():
    """Only the part that is create-only counts."""
    domain = {"Domain": {"Type": "AWS::SageMaker::Domain", "Properties": {}}}
    settings = {
        "RStudioServerProDomainSettings": {"DefaultResourceSpec": {"InstanceType": "system"}, "RStudioConnectUrl": "a"}
    }
    other = copy.deepcopy(settings)
    other["RStudioServerProDomainSettings"]["RStudioConnectUrl"] = "b"
    sides = [changed(domain, Domain__DomainSettings=each) for each in (settings, other)]
    assert told(*sides) == []
    other["RStudioServerProDomainSettings"]["DefaultResourceSpec"]["InstanceType"] = "ml.t3.medium"
    ((*_, at, _),) = told(sides[0], changed(domain, Domain__DomainSettings=other))
    assert at == "DomainSettings.RStudioServerProDomainSettings.DefaultResourceSpec"


def test_a_property_that_sometimes_replaces_is_unverified():
    """The VPC of a domain can change in place under conditions that no template shows."""
    sides = [
        {"Domain": {"Type": "AWS::SageMaker::Domain", "Properties": {"VpcId": each}}} for each in ("vpc-1", "vpc-2")
    ]
    ((verdict, severity, rule, _, at, said),) = told(*sides)
    assert (verdict, severity, rule, at) == ("unverified", "warning", "SMN-DOM-21", "VpcId")
    assert said == "may be replaced: VpcId changes from vpc-1 to vpc-2, which only sometimes replaces it"


def test_a_parameter_is_unverified():
    """From a literal to a parameter: whoever deploys decides whether the value changes."""
    rest = {"Parameters": {"Subnet": {"Type": "String"}}}
    new = notebook(SubnetId={"Ref": "Subnet"}, NotebookInstanceName="lab")
    found = told(notebook(SubnetId="subnet-1", NotebookInstanceName="lab"), new, rest=rest)
    assert found == [
        (
            "unverified", "warning", "SMN-NB-18", "Notebook", "SubnetId",
            "may be replaced: SubnetId is parameter Subnet; as its name stays lab, the update would fail",
        )
    ]  # fmt: skip
    assert told(new, new, rest=rest) == []


def conditional(condition, yes="a", no="b"):
    """A template with a notebook whose subnet a condition decides."""
    return {
        "Parameters": {"Mode": {"Type": "String"}},
        "Conditions": {"On": {"Fn::Equals": [{"Ref": "Mode"}, condition]}},
        "Resources": notebook(SubnetId={"Fn::If": ["On", yes, no]}),
    }


def test_a_condition_is_unverified_where_what_decides_changes():
    """Another branch or another condition may give another value; the same text gives the same."""
    old = conditional("x")
    assert told(old, old) == []
    for new in (conditional("x", yes="c"), conditional("y")):
        ((verdict, *_, at, said),) = told(old, new)
        assert (verdict, at) == ("unverified", "SubnetId")
        assert said.startswith("may be replaced: SubnetId is a value that depends on parameter Mode")


def test_a_new_logical_id_replaces():
    """The same resource under another logical id is made anew, and the old one goes with its data."""
    new = {"Renamed": notebook(SubnetId="a")["Notebook"]}
    assert told(notebook(SubnetId="a"), new) == [
        ("violated", "warning", "SMN-NB-18", "Renamed", None, f"{LOST}its logical id changes from Notebook to Renamed")
    ]


def test_a_new_logical_id_with_the_same_name_fails():
    """The name is still taken when the new one is made, whatever else changes."""
    new = {"Renamed": notebook(NotebookInstanceName="lab", SubnetId="b")["Notebook"]}
    assert told(notebook(NotebookInstanceName="lab", SubnetId="a"), new) == [
        (
            "violated", "error", "SMN-NB-18", "Renamed", "NotebookInstanceName",
            "the update fails: its name lab is still that of Notebook, which is deleted only after this one is made",
        )
    ]  # fmt: skip


def test_an_added_or_deleted_resource_is_no_replacement():
    """What is only added, or only goes, replaces nothing."""
    assert told({}, notebook()) == []
    assert told(notebook(), {}) == []


def test_another_type_fails():
    """CloudFormation refuses another type under the same logical id."""
    new = {"Notebook": {"Type": "AWS::SageMaker::Domain", "Properties": {}}}
    assert told(notebook(), new) == [
        (
            "violated", "error", "SMN-NB-18", "Notebook", None,
            "the update fails: a resource cannot change its type, from AWS::SageMaker::NotebookInstance to AWS::SageMaker::Domain",
        )
    ]  # fmt: skip


def test_a_policy_that_keeps_the_old_one_is_said():
    """With UpdateReplacePolicy Retain nothing is lost."""
    old, new = notebook(SubnetId="a"), notebook(SubnetId="b")
    old["Notebook"]["UpdateReplacePolicy"] = "Retain"
    ((*_, said),) = told(old, new)
    assert (
        said
        == "is replaced (its UpdateReplacePolicy keeps the old one, outside of the stack): SubnetId changes from a to b"
    )


def test_what_to_do_about_it():
    """The advice names what this change is about, not all that the rule is about."""
    one, other = notebook(SubnetId="a", NotebookInstanceName="lab"), notebook(SubnetId="b", NotebookInstanceName="lab")
    cases = {
        "Change NotebookInstanceName together with it, or keep SubnetId as it is.": (one, other),
        "Keep SubnetId and KmsKeyId as they are, or plan the replacement: copy what must be kept first.": (
            notebook(SubnetId="a"),
            notebook(SubnetId="b", KmsKeyId="k"),
        ),
        "Keep the logical id Notebook, or plan the replacement: copy what must be kept first.": (
            notebook(SubnetId="a"),
            {"Renamed": notebook(SubnetId="a")["Notebook"]},
        ),
        "Keep the logical id Notebook, or give Renamed another NotebookInstanceName.": (
            one,
            {"Renamed": one["Notebook"]},
        ),
        "Give the AWS::SageMaker::Domain another logical id than Notebook.": (
            one,
            {"Notebook": {"Type": "AWS::SageMaker::Domain", "Properties": {}}},
        ),
    }
    for fix, (old, new) in cases.items():
        given, before = (from_documents({"t": {"Resources": side}}) for side in (new, old))
        assert [each.fix for each in replaced(given, {given.templates[0]: before.templates[0]})] == [fix]
