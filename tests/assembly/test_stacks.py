"""References across stacks: exports and imports, outputs of other stacks, and nested stacks."""

import json

import pytest

from constructs_lib.assembly import InputError, Reference, Text, Unknown, explore, from_documents, load

VPC = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}


def exporting(name, value=None, **more):
    return {
        "Resources": {"Vpc": VPC},
        "Outputs": {"Out": {"Value": value or {"Ref": "Vpc"}, "Export": {"Name": name}, **more}},
        "Parameters": {"Env": {"Type": "String", "Default": "dev"}, "Team": {"Type": "String", "Default": "dev"}},
        "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}},
    }


def using(value, **sections):
    return {"Resources": {"It": {"Type": "X", "Properties": {"P": value}}}, **sections}


def found(documents, **options):
    return from_documents(documents, **options).groups[0].resources("X")[0].get("P")


FOLLOWED = [
    ("a literal name", "net-vpc", "net-vpc", {}),
    ("Sub of literals", {"Fn::Sub": ["${A}-vpc", {"A": "net"}]}, "net-vpc", {}),
    ("Join of literals", {"Fn::Join": ["-", ["net", "vpc"]]}, {"Fn::Sub": "net-vpc"}, {}),
    (
        "the stack's name, where it is known",
        {"Fn::Sub": "${AWS::StackName}-vpc"},
        "network-vpc",
        {"stack_names": {"net": "network"}},
    ),
    ("a parameter that is given", {"Fn::Sub": "${Env}-vpc"}, "prod-vpc", {"parameters": {"Env": "prod"}}),
    ("a default where defaults count", {"Fn::Sub": "${Env}-vpc"}, "dev-vpc", {"defaults": True}),
]


@pytest.mark.parametrize(("shows", "export", "imported", "options"), FOLLOWED, ids=[row[0] for row in FOLLOWED])
def test_import_meets_export(shows, export, imported, options):
    """An import leads to what is exported under its name, however both are written."""
    value = found({"net": exporting(export), "app": using({"Fn::ImportValue": imported})}, **options)
    assert isinstance(value, Reference)
    assert value.resource.logical_id == "Vpc"


NOT_FOLLOWED = [
    ("another name", "net-vpc", "net-other", "the import of net-other"),
    (
        "the stack's name, where it is not known",
        {"Fn::Sub": "${AWS::StackName}-vpc"},
        "network-vpc",
        "the import of network-vpc",
    ),
    ("a parameter that is not given", {"Fn::Sub": "${Team}-vpc"}, "dev-vpc", "the import of dev-vpc"),
]


@pytest.mark.parametrize(("shows", "export", "imported", "what"), NOT_FOLLOWED, ids=[row[0] for row in NOT_FOLLOWED])
def test_import_without_export(shows, export, imported, what):
    """What no export of the input surely has is imported from elsewhere."""
    value = found({"net": exporting(export), "app": using({"Fn::ImportValue": imported})})
    assert isinstance(value, Unknown)
    assert (value.what, value.declare) == (what, "check the stack that exports it along with this one")


def test_ambiguous_export():
    """An export name that is given twice is unknown, and both are named."""
    value = found({"a": exporting("v"), "b": exporting("v"), "app": using({"Fn::ImportValue": "v"})})
    assert value.what == "the import of v, exported more than once: a (Out) and b (Out)"
    assert value.declare == "keep one of the exports"


def test_exports_under_exclusive_conditions_are_not_ambiguous():
    """Only outputs whose condition holds export."""
    document = exporting("v", Condition="Prod")
    document["Conditions"]["Dev"] = {"Fn::Not": [{"Condition": "Prod"}]}
    document["Outputs"]["Other"] = {"Value": "literal", "Export": {"Name": "v"}, "Condition": "Dev"}
    given = from_documents({"net": document, "app": using({"Fn::ImportValue": "v"})})
    group = given.groups[0]
    branches = explore(group, lambda: group.resources("X")[0].get("P"))
    assert [(str(branch.value), branch.assumptions) for branch in branches] == [
        ("${Vpc}", ("Prod is true", "Dev is false")),
        ("literal", ("Prod is false", "Dev is true")),
    ]


def test_export_name_that_branches():
    """An export's name may depend on a parameter with allowed values."""
    document = exporting({"Fn::Sub": "${Env}-vpc"})
    document["Parameters"]["Env"]["AllowedValues"] = ["dev", "prod"]
    group = from_documents({"net": document, "app": using({"Fn::ImportValue": "prod-vpc"})}).groups[0]
    branches = explore(group, lambda: group.resources("X")[0].get("P"))
    assert [(str(branch.value), branch.assumptions) for branch in branches] == [
        ("${prod-vpc}", ("parameter Env is 'dev'",)),
        ("${Vpc}", ("parameter Env is 'prod'",)),
    ]


def test_list_through_an_export():
    """The CDK exports lists joined by ||; split again they are references."""
    joined = {"Fn::Join": ["||", [{"Ref": "Vpc"}, "x"]]}
    document = {
        "net": exporting("l", joined),
        "app": using({"Fn::Select": [0, {"Fn::Split": ["||", {"Fn::ImportValue": "l"}]}]}),
    }
    assert str(found(document)) == "${Vpc}"


def test_stack_output():
    """Fn::GetStackOutput leads into the stack of that name."""
    for argument in ({"StackName": "network", "OutputName": "Out"}, ["network", "Out"]):
        documents = {"net": exporting("v"), "app": using({"Fn::GetStackOutput": argument})}
        assert str(found(documents, stack_names={"net": "network"})) == "${Vpc}"
    value = found({"net": exporting("v"), "app": using({"Fn::GetStackOutput": argument})})
    assert (value.what, value.declare) == ("output Out of stack network", "check that stack along with this one")


NESTED = {
    "parent.yaml": {
        "Parameters": {"Range": {"Type": "String"}, "Mode": {"Type": "String", "AllowedValues": ["a", "b"]}},
        "Resources": {
            "Vpc": VPC,
            "Inner": {
                "Type": "AWS::CloudFormation::Stack",
                "Properties": {
                    "TemplateURL": "https://bucket.s3.amazonaws.com/templates/inner.yaml?x=1",
                    "Parameters": {"VpcId": {"Ref": "Vpc"}, "Subnets": {"Fn::Join": [",", ["subnet-1", {"Ref": "Vpc"}]]}, "Range": {"Ref": "Range"}},
                },
            },
            "It": {"Type": "X", "Properties": {"P": {"Fn::GetAtt": ["Inner", "Outputs.Group"]}}},
        },
    },
    "inner.yaml": {
        "Parameters": {
            "VpcId": {"Type": "String"},
            "Subnets": {"Type": "CommaDelimitedList"},
            "Range": {"Type": "String"},
            "Mode": {"Type": "String", "Default": "a"},
        },
        "Conditions": {"IsA": {"Fn::Equals": [{"Ref": "Mode"}, "a"]}},
        "Resources": {
            "Group": {
                "Type": "AWS::EC2::SecurityGroup",
                "Condition": "IsA",
                "Properties": {"VpcId": {"Ref": "VpcId"}, "L": {"Ref": "Subnets"}, "R": {"Ref": "Range"}, "M": {"Ref": "Mode"}},
            }
        },
        "Outputs": {"Group": {"Value": {"Fn::GetAtt": ["Group", "GroupId"]}}},
    },
}  # fmt: skip


def test_nested_stack():
    """Parameters lead in, outputs lead out; what the parent does not pass is the default for certain."""
    given = from_documents(NESTED)
    group = given.groups[0]
    assert [template.path for template in given.templates] == ["parent.yaml", "inner.yaml"]
    inner = given.templates[1]
    assert inner.parent is given.templates[0].resources["Inner"]
    it, security_group = group.resources("X")[0], group.resources("AWS::EC2::SecurityGroup")[0]
    assert str(it.get("P")) == "${Group.GroupId}"
    assert it.get("P").resource is security_group
    assert str(security_group.get("VpcId")) == "${Vpc}"
    assert [str(item) for item in security_group.get("L")] == ["subnet-1", "${Vpc}"]
    assert security_group.get("R").what == "parameter Range"
    assert security_group.get("R") == given.templates[0].resolve({"Ref": "Range"})
    assert security_group.get("M") == "a"
    assert [branch.assumptions for branch in explore(group, security_group.exists)] == [()]


def test_one_template_nested_twice_stands_in_each_context():
    """A template that two resources nest is two stacks, each with its own parameters."""
    documents = json.loads(json.dumps(NESTED))
    documents["parent.yaml"]["Resources"]["Second"] = json.loads(
        json.dumps(documents["parent.yaml"]["Resources"]["Inner"])
    )
    documents["parent.yaml"]["Resources"]["Second"]["Properties"]["Parameters"]["VpcId"] = "vpc-2"
    group = from_documents(documents).groups[0]
    assert [str(found.get("VpcId")) for found in group.resources("AWS::EC2::SecurityGroup")] == ["${Vpc}", "vpc-2"]


def test_nested_stack_exists_with_its_parent():
    """A condition on the stack resource holds for all that is nested in it."""
    documents = json.loads(json.dumps(NESTED))
    documents["parent.yaml"]["Conditions"] = {"Big": {"Fn::Equals": [{"Ref": "Range"}, "big"]}}
    documents["parent.yaml"]["Resources"]["Inner"]["Condition"] = "Big"
    group = from_documents(documents).groups[0]
    branches = explore(group, group.resources("AWS::EC2::SecurityGroup")[0].exists)
    assert [(branch.value, branch.assumptions) for branch in branches] == [
        (True, ("Big is true",)),
        (False, ("Big is false",)),
    ]


def test_condition_in_a_nested_stack_is_decided_by_the_parent():
    """A parameter that is passed on branches as the parent's parameter, so both stacks agree."""
    documents = json.loads(json.dumps(NESTED))
    documents["inner.yaml"]["Conditions"]["IsA"] = {"Fn::Equals": [{"Ref": "Range"}, "big"]}
    documents["parent.yaml"]["Conditions"] = {"Big": {"Fn::Equals": [{"Ref": "Range"}, "big"]}}
    documents["parent.yaml"]["Resources"]["Vpc"]["Condition"] = "Big"
    group = from_documents(documents).groups[0]
    vpc, security_group = group.resources("AWS::EC2::VPC")[0], group.resources("AWS::EC2::SecurityGroup")[0]
    assert [branch.value for branch in explore(group, lambda: (vpc.exists(), security_group.exists()))] == [
        (True, True),
        (False, False),
    ]


URLS = [
    ("relative", "./inner.yaml", True),
    ("with a bucket that is a parameter", {"Fn::Sub": "https://${Range}/inner.yaml"}, True),
    ("with a prefix that is a parameter", {"Fn::Sub": "${Range}inner.yaml"}, True),
    ("with a parameter that has allowed values", {"Fn::Sub": "https://${Mode}/inner.yaml"}, True),
    ("of which a condition chooses one", {"Fn::If": ["Gone", "inner.yaml", "outer.yaml"]}, False),
    ("another file", "./outer.yaml", False),
    ("only a parameter", {"Ref": "Range"}, False),
]


@pytest.mark.parametrize(("shows", "url", "followed"), URLS, ids=[row[0] for row in URLS])
def test_template_url(shows, url, followed):
    """The template of a nested stack is the one in the input whose path ends as its URL does."""
    documents = json.loads(json.dumps(NESTED))
    documents["parent.yaml"]["Resources"]["Inner"]["Properties"]["TemplateURL"] = url
    parent, inner = from_documents(documents).templates
    assert (inner.parent is not None) is followed
    assert isinstance(parent.resources["It"].get("P"), Reference)
    assert (str(parent.resources["It"].get("P")) == "${Group.GroupId}") is followed


def test_template_url_that_fits_two_files():
    """Where two files fit equally well, none is followed."""
    documents = {**NESTED, "a/inner.yaml": NESTED["inner.yaml"], "b/inner.yaml": NESTED["inner.yaml"]}
    del documents["inner.yaml"]
    assert all(template.parent is None for template in from_documents(documents).templates)


def test_nested_stack_that_is_not_in_the_input():
    """The output of a nested stack that is not there stays an attribute of the stack resource."""
    value = found({"parent.yaml": NESTED["parent.yaml"]})
    assert isinstance(value, Reference)
    assert (value.resource.type, value.attribute) == ("AWS::CloudFormation::Stack", "Outputs.Group")


def test_output_that_the_nested_stack_does_not_have():
    """An output that the nested template lacks is unknown."""
    documents = {**NESTED, "inner.yaml": {**NESTED["inner.yaml"], "Outputs": {}}}
    assert found(documents).what == "output Group of inner.yaml, which that template does not define"


def test_stacks_that_nest_each_other():
    """Nested stacks in a circle are refused."""

    def nesting(url):
        return {"Resources": {"Nest": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}}}

    for documents in (
        {"a.yaml": nesting("b.yaml"), "b.yaml": nesting("a.yaml")},
        {"top.yaml": nesting("a.yaml"), "a.yaml": nesting("b.yaml"), "b.yaml": nesting("a.yaml")},
    ):
        with pytest.raises(
            InputError, match=r"^[ab].yaml: Resources.Nest: circular reference: the nested stack contains itself$"
        ):
            from_documents(documents)


def test_values_that_need_themselves():
    """An export whose value is its own import, or an output that is passed back in, is refused when it is followed."""
    with pytest.raises(InputError) as caught:
        found({"net": exporting("v", {"Fn::ImportValue": "v"}), "app": using({"Fn::ImportValue": "v"})})
    assert str(caught.value) == "net: Outputs.Out: circular reference: its value needs itself"
    documents = json.loads(json.dumps(NESTED))
    documents["parent.yaml"]["Resources"]["Inner"]["Properties"]["Parameters"]["Range"] = {
        "Fn::If": ["Gone", {"Fn::GetAtt": ["Inner", "Outputs.Group"]}, "x"]
    }
    documents["inner.yaml"]["Outputs"]["Group"]["Value"] = {"Ref": "Range"}
    group = from_documents(documents).groups[0]
    with pytest.raises(InputError, match=r"^inner.yaml: Outputs.Group: circular reference: its value needs itself$"):
        explore(group, lambda: group.resources("X")[0].get("P"))


def test_text_through_an_output():
    """Texts with holes travel through exports as they are."""
    value = found({"net": exporting("v", {"Fn::Sub": "${Vpc}-${AWS::Region}"}), "app": using({"Fn::ImportValue": "v"})})
    assert isinstance(value, Text)
    assert str(value) == "${Vpc}-${AWS::Region}"


def test_files_in_one_call_are_one_group(tmp_path):
    """Files given by name belong together."""
    (tmp_path / "net.json").write_text(json.dumps(exporting("v")))
    (tmp_path / "app.json").write_text(json.dumps(using({"Fn::ImportValue": "v"})))
    (group,) = load([str(tmp_path / "app.json"), str(tmp_path / "net.json")]).groups
    assert str(group.resources("X")[0].get("P")) == "${Vpc}"
