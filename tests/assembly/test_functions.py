"""Every intrinsic function, one row each with what it shows."""

import pytest

from constructs_lib.assembly import Pseudo, Reference, Text, Unknown, from_documents, references

BASE = {
    "Parameters": {
        "Subnet": {"Type": "AWS::EC2::Subnet::Id", "Default": "subnet-1"},
        "Subnets": {"Type": "List<AWS::EC2::Subnet::Id>"},
        "Zone": {"Type": "String"},
        "Image": {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": "/aws/image"},
    },
    "Mappings": {
        "Sizes": {"small": {"cidr": "10.0.0.0/24", "zone": "a"}, "large": {"cidr": "10.0.0.0/16", "zone": "a"}},
        "Lists": {"all": {"ids": ["a", "b"]}},
    },
    "Resources": {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Pool": {"Type": "AWS::EC2::VPC", "Properties": {"Ipv4IpamPoolId": "pool"}},
        "Net": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "AvailabilityZone": "eu-west-1a"}},
        "Endpoint": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {}},
        "Stack": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://example.com/t.yaml"}},
        "Lookup": {"Type": "Custom::Lookup", "Properties": {}},
        "Setting": {"Type": "AWS::SSM::Parameter", "Properties": {}},
    },
}


def template(value, **options):
    document = {**BASE, "Resources": {**BASE["Resources"], "It": {"Type": "X::Y::Z", "Properties": {"P": value}}}}
    return from_documents({"t": document}, **options).templates[0]


def resolved(value, **options):
    return template(value, **options).resources["It"].get("P")


LITERAL = [
    ("a string stays", "text", "text"),
    ("a number stays", 5, 5),
    ("a boolean stays", True, True),
    ("null is absent", None, None),
    ("NoValue is absent", {"Ref": "AWS::NoValue"}, None),
    ("NoValue and null drop out of lists", ["a", {"Ref": "AWS::NoValue"}, None, "b"], ["a", "b"]),
    ("NoValue and null drop out of objects", {"A": {"Ref": "AWS::NoValue"}, "B": None, "C": 1}, {"C": 1}),
    ("GetAtt of a VPC's range is what the VPC says", {"Fn::GetAtt": ["Vpc", "CidrBlock"]}, "10.0.0.0/16"),
    ("GetAtt in one string", {"Fn::GetAtt": "Net.AvailabilityZone"}, "eu-west-1a"),
    ("Sub with literals only", {"Fn::Sub": "plain"}, "plain"),
    ("Sub with a map", {"Fn::Sub": ["${A}-${B}", {"A": "x", "B": 5}]}, "x-5"),
    ("Sub with an escape", {"Fn::Sub": "${!NotMine}"}, "${NotMine}"),
    ("Sub with a boolean in its map", {"Fn::Sub": ["${A}", {"A": True}]}, "true"),
    ("Sub that never closes", {"Fn::Sub": "a${Open"}, "a${Open"),
    ("Sub of an echoed attribute", {"Fn::Sub": "${Vpc.CidrBlock}"}, "10.0.0.0/16"),
    ("Join", {"Fn::Join": ["-", ["a", 1, True]]}, "a-1-true"),
    ("Join flattens lists", {"Fn::Join": [",", ["a", ["b", "c"]]]}, "a,b,c"),
    ("Join drops NoValue", {"Fn::Join": [",", ["a", {"Ref": "AWS::NoValue"}, "b"]]}, "a,b"),
    ("Select", {"Fn::Select": [1, ["a", "b"]]}, "b"),
    ("Select with the index as text", {"Fn::Select": ["0", ["a", "b"]]}, "a"),
    ("Select of a text cuts at commas", {"Fn::Select": [1, "a,b"]}, "b"),
    ("Split", {"Fn::Split": ["|", "a|b"]}, ["a", "b"]),
    ("Select of Split of Join", {"Fn::Select": [1, {"Fn::Split": [",", {"Fn::Join": [",", ["x", "y"]]}]}]}, "y"),
    ("Cidr", {"Fn::Cidr": ["10.0.0.0/16", 2, 8]}, ["10.0.0.0/24", "10.0.1.0/24"]),
    (
        "Cidr of the VPC's range",
        {"Fn::Select": [1, {"Fn::Cidr": [{"Fn::GetAtt": ["Vpc", "CidrBlock"]}, "4", "6"]}]},
        "10.0.0.64/26",
    ),
    ("Cidr in IPv6 has 64 host bits of its own", {"Fn::Cidr": ["fd00::/56", 2]}, ["fd00::/64", "fd00:0:0:1::/64"]),
    ("FindInMap", {"Fn::FindInMap": ["Sizes", "small", "cidr"]}, "10.0.0.0/24"),
    ("FindInMap of a list", {"Fn::FindInMap": ["Lists", "all", "ids"]}, ["a", "b"]),
    ("FindInMap falls back", {"Fn::FindInMap": ["Sizes", "huge", "cidr", {"DefaultValue": "none"}]}, "none"),
    (
        "FindInMap whose first key is unknown, where all agree",
        {"Fn::FindInMap": ["Sizes", {"Ref": "Zone"}, "zone"]},
        "a",
    ),
    ("Base64", {"Fn::Base64": "hello"}, "aGVsbG8="),
    ("Length", {"Fn::Length": ["a", "b"]}, 2),
    ("ToJsonString", {"Fn::ToJsonString": {"a": [1, "b", {}], "c": True}}, '{"a":[1,"b",{}],"c":true}'),
    ("Equals gives a value", {"Fn::Equals": ["a", "a"]}, True),
    (
        "And, Or, Not give values",
        {"Fn::And": [{"Fn::Not": [{"Fn::Equals": ["a", "b"]}]}, {"Fn::Or": [{"Fn::Equals": [1, "1"]}]}]},
        True,
    ),
    ("a dict that is no function stays", {"Ref": "Vpc", "Other": 1}, {"Ref": "Vpc", "Other": 1}),
]


@pytest.mark.parametrize(("shows", "value", "expected"), LITERAL, ids=[row[0] for row in LITERAL])
def test_literal(shows, value, expected):
    """What the template says completely resolves to plain values."""
    assert resolved(value) == expected


REFERENCES = [
    ("Ref of a resource", {"Ref": "Vpc"}, "${Vpc}"),
    ("GetAtt in a list", {"Fn::GetAtt": ["Endpoint", "DnsEntries"]}, "${Endpoint.DnsEntries}"),
    ("GetAtt of nested attributes", {"Fn::GetAtt": ["Vpc", "A.B"]}, "${Vpc.A.B}"),
    ("Sub of one name alone", {"Fn::Sub": "${Vpc}"}, "${Vpc}"),
    ("Sub of one attribute alone", {"Fn::Sub": "${Vpc.DefaultSecurityGroup}"}, "${Vpc.DefaultSecurityGroup}"),
    ("Join of one", {"Fn::Join": ["", [{"Ref": "Vpc"}]]}, "${Vpc}"),
    ("Ref of a name that a function makes", {"Ref": {"Fn::Sub": ["${A}c", {"A": "Vp"}]}}, "${Vpc}"),
    (
        "GetAtt of a name that a function makes",
        {"Fn::GetAtt": [{"Fn::Join": ["", ["V", "pc"]]}, {"Fn::Sub": "Id"}]},
        "${Vpc.Id}",
    ),
    ("an attribute whose property is not set", {"Fn::GetAtt": ["Pool", "CidrBlock"]}, "${Pool.CidrBlock}"),
    ("the VPC of a subnet", {"Fn::GetAtt": ["Net", "VpcId"]}, "${Vpc}"),
    (
        "Select of Split of Join of references",
        {"Fn::Select": [1, {"Fn::Split": [",", {"Fn::Join": [",", ["a", {"Ref": "Vpc"}]]}]}]},
        "${Vpc}",
    ),
]


@pytest.mark.parametrize(("shows", "value", "expected"), REFERENCES, ids=[row[0] for row in REFERENCES])
def test_references(shows, value, expected):
    """What leads to a resource is a reference, however it is written."""
    result = resolved(value)
    assert isinstance(result, Reference)
    assert str(result) == expected


TEXTS = [
    ("a name around a reference", {"Fn::Sub": "a-${Vpc}-b"}, "a-${Vpc}-b", "a-*-b"),
    (
        "the region is a hole",
        {"Fn::Sub": "com.amazonaws.${AWS::Region}.s3"},
        "com.amazonaws.${AWS::Region}.s3",
        "com.amazonaws.*.s3",
    ),
    (
        "Join is as good as Sub",
        {"Fn::Join": [".", ["com", {"Ref": "AWS::Region"}, "s3"]]},
        "com.${AWS::Region}.s3",
        "com.*.s3",
    ),
    ("Sub within Join is flat", {"Fn::Join": ["", ["a", {"Fn::Sub": "b${Vpc}"}]]}, "ab${Vpc}", "ab*"),
    ("a dynamic reference inside a text", "x{{resolve:ssm:/a}}y", "x${{{resolve:ssm:/a}}}y", "x*y"),
    ("ToJsonString with a reference", {"Fn::ToJsonString": {"v": {"Ref": "Vpc"}}}, '{"v":"${Vpc}"}', '{"v":"*"}'),
]


@pytest.mark.parametrize(("shows", "value", "expected", "pattern"), TEXTS, ids=[row[0] for row in TEXTS])
def test_texts(shows, value, expected, pattern):
    """A text keeps what is literal in it, and has holes for the rest."""
    result = resolved(value)
    assert isinstance(result, Text)
    assert str(result) == expected
    assert result.pattern == pattern


UNKNOWN = [
    ("a parameter, though it has a default", {"Ref": "Subnet"}, 'parameter Subnet (default "subnet-1")', "parameter"),
    ("a list parameter", {"Ref": "Subnets"}, "parameter Subnets", "parameter"),
    ("an item of a list parameter", {"Fn::Select": [0, {"Ref": "Subnets"}]}, "item 0 of parameter Subnets", "part"),
    (
        "the value behind an SSM parameter",
        {"Ref": "Image"},
        'SSM parameter given by parameter Image (default "/aws/image")',
        "parameter",
    ),
    ("a dynamic reference", "{{resolve:ssm:/a:1}}", "dynamic reference {{resolve:ssm:/a:1}}", "dynamic"),
    (
        "a dynamic reference out of Sub",
        {"Fn::Sub": "{{resolve:ssm:/a:1}}"},
        "dynamic reference {{resolve:ssm:/a:1}}",
        "dynamic",
    ),
    ("the region alone", {"Ref": "AWS::Region"}, "AWS::Region", "pseudo"),
    ("the zones of the region", {"Fn::GetAZs": ""}, "the Availability Zones of the region", "zones"),
    (
        "one of the zones",
        {"Fn::Select": [1, {"Fn::GetAZs": {"Ref": "AWS::Region"}}]},
        "Availability Zone 1 of the region",
        "zone",
    ),
    ("an import", {"Fn::ImportValue": "other-vpc"}, "the import of other-vpc", "import"),
    (
        "an import under a name with a hole",
        {"Fn::ImportValue": {"Fn::Sub": "${Zone}-vpc"}},
        "the import of ${Zone}-vpc",
        "import",
    ),
    (
        "an import under an unknown name",
        {"Fn::ImportValue": {"Ref": "Zone"}},
        "the import named by parameter Zone",
        "import",
    ),
    (
        "an output of a stack elsewhere",
        {"Fn::GetStackOutput": {"StackName": "s", "OutputName": "o"}},
        "output o of stack s",
        "output",
    ),
    ("a name that nothing has", {"Ref": "Nothing"}, "Nothing, which the template does not define", "undefined"),
    (
        "an attribute of nothing",
        {"Fn::GetAtt": ["No", "Arn"]},
        "No.Arn, where the template does not define No",
        "undefined",
    ),
    ("a macro", {"Fn::Transform": {"Name": "M"}}, "what the transform M puts here", "transform"),
    (
        "a macro beside other keys",
        {"A": 1, "Fn::Transform": {"Name": "M"}},
        "what the transform M puts here",
        "transform",
    ),
    (
        "a function that is none",
        {"Fn::Nope": 1},
        "Fn::Nope of 1, which is not a function of CloudFormation",
        "undefined",
    ),
    (
        "a function in the wrong case",
        {"Fn::if": ["C", "a", "b"]},
        "Fn::if of ['C', 'a', 'b'], which is not a function of CloudFormation",
        "undefined",
    ),
    (
        "Select beyond the list",
        {"Fn::Select": [5, ["a"]]},
        "Fn::Select of [5, ['a']], which has no item 5",
        "undefined",
    ),
    (
        "a mapping with an unknown key",
        {"Fn::FindInMap": ["Sizes", {"Ref": "Zone"}, "cidr"]},
        "mapping value [Sizes, ${Zone}, cidr]",
        "mapping",
    ),
    (
        "a mapping that is not there",
        {"Fn::FindInMap": ["Sizes", "x", "y"]},
        "mapping value [Sizes, x, y], which the template does not define",
        "undefined",
    ),
    ("blocks of an unknown range", {"Fn::Cidr": [{"Ref": "Zone"}, 2, 8]}, "blocks of parameter Zone", "blocks"),
    ("blocks that do not fit", {"Fn::Cidr": ["10.0.0.0/24", 200, 8]}, "blocks of 10.0.0.0/24", "blocks"),
    ("Base64 of a reference", {"Fn::Base64": {"Ref": "Vpc"}}, "the Base64 form of ${Vpc}", "base64"),
    ("the length of a parameter", {"Fn::Length": {"Ref": "Subnets"}}, "the length of parameter Subnets", "length"),
    ("pieces of a parameter", {"Fn::Split": [",", {"Ref": "Zone"}]}, 'pieces of "${Zone}" between ","', "part"),
    (
        "pieces of a nested stack's output",
        {"Fn::Split": [",", {"Fn::GetAtt": ["Stack", "Outputs.Subnets"]}]},
        'pieces of "${Stack.Outputs.Subnets}" between ","',
        "part",
    ),
    (
        "pieces of what a custom resource returns",
        {"Fn::Split": [",", {"Fn::GetAtt": ["Lookup", "Ids"]}]},
        'pieces of "${Lookup.Ids}" between ","',
        "part",
    ),
    (
        "pieces of a stored value",
        {"Fn::Split": [",", {"Fn::GetAtt": ["Setting", "Value"]}]},
        'pieces of "${Setting.Value}" between ","',
        "part",
    ),
    (
        "a list parameter joined",
        {"Fn::Join": [",", {"Ref": "Subnets"}]},
        "the items of parameter Subnets, joined",
        "joined",
    ),
]


@pytest.mark.parametrize(("shows", "value", "what", "kind"), UNKNOWN, ids=[row[0] for row in UNKNOWN])
def test_unknown(shows, value, what, kind):
    """What the template does not say is a value too, and says in words what it is."""
    result = resolved(value)
    assert isinstance(result, Unknown)
    assert (result.what, result.kind) == (what, kind)


def test_what_cloudformation_would_refuse_says_how_to_correct_it():
    """A slip of letter case names the function that was meant."""
    hints = [resolved({name: 1}).declare for name in ("Fn::if", "Fn::REF", "Fn::f", "Fn::If")]
    assert hints == ["write Fn::If", "write Ref", "correct the template", "correct the template"]


def test_split_undoes_join_of_an_unknown_list():
    """A list parameter that was joined and split again is that parameter."""
    value = {"Fn::Split": [",", {"Fn::Join": [",", {"Ref": "Subnets"}]}]}
    assert resolved(value) == resolved({"Ref": "Subnets"})


def test_unknown_parts_remember_the_resources_that_went_in():
    """A record's target made from an endpoint's DNS entries still mentions the endpoint."""
    entry = {"Fn::Select": [0, {"Fn::GetAtt": ["Endpoint", "DnsEntries"]}]}
    found = resolved({"Fn::Select": [1, {"Fn::Split": [":", entry]}]})
    assert [str(reference) for reference in references(found)] == ["${Endpoint.DnsEntries}"]


def test_same_unknown_is_equal():
    """Two readings of a parameter, an import or a zone are the same value; other ones are not."""
    vary = [{"Ref": "Subnet"}, {"Ref": "Zone"}, {"Fn::ImportValue": "a"}, {"Fn::ImportValue": "b"}]
    vary += [{"Fn::Select": [index, {"Fn::GetAZs": ""}]} for index in (0, 1)]
    values = [resolved(value) for value in vary]
    assert values == [resolved(value) for value in vary]
    assert len(set(values)) == len(values)


def test_region_and_account_when_known():
    """With the region known, the pseudo parameters that follow from it are literal."""
    text = {"Fn::Sub": "${AWS::Partition}/${AWS::Region}/${AWS::URLSuffix}/${AWS::AccountId}/${AWS::StackName}"}
    found = resolved(text, region="cn-north-1", account="111122223333", stack_names={"t": "mine"})
    assert found == "aws-cn/cn-north-1/amazonaws.com.cn/111122223333/mine"
    assert isinstance(resolved({"Ref": "AWS::StackId"}, region="cn-north-1"), Pseudo)


PARTITIONS = [("us-east-1", "aws"), ("us-gov-west-1", "aws-us-gov"), ("us-iso-east-1", "aws-iso"), ("us-isob-east-1", "aws-iso-b"),
              ("eusc-de-east-1", "aws-eusc")]  # fmt: skip


@pytest.mark.parametrize(("region", "partition"), PARTITIONS)
def test_partition_follows_from_the_region(region, partition):
    """Every partition is known by the beginning of its regions' names."""
    assert resolved({"Ref": "AWS::Partition"}, region=region) == partition


def test_parameters_that_are_given():
    """--parameter decides: lists are cut at commas, an SSM parameter's value stays unknown."""
    given = {"Subnet": "subnet-9", "Subnets": "a, b", "Image": "/x"}
    assert resolved([{"Ref": "Subnet"}, {"Ref": "Subnets"}], parameters=given) == ["subnet-9", ["a", "b"]]
    assert isinstance(resolved({"Ref": "Image"}, parameters=given), Unknown)


PATHS = [
    ("into an object", {"A": {"B": 1}}, ("A", "B"), 1),
    ("into a list", {"A": [1, 2]}, ("A", 1), 2),
    ("beyond a list", {"A": [1]}, ("A", 3), None),
    ("through NoValue in a list", {"A": [{"Ref": "AWS::NoValue"}, 2]}, ("A", 0), 2),
    ("into what is not there", {}, ("A", "B"), None),
    ("into a string", {"A": "x"}, ("A", "B"), None),
    ("into a mapping's list", {"A": {"Fn::FindInMap": ["Lists", "all", "ids"]}}, ("A", 1), "b"),
]


@pytest.mark.parametrize(("shows", "value", "path", "expected"), PATHS, ids=[row[0] for row in PATHS])
def test_paths(shows, value, path, expected):
    """`get` walks a path through functions too."""
    assert template(value).resources["It"].get("P", *path) == expected


def test_part_of_unknown_is_unknown():
    """What stands inside an unknown value is unknown, and equal when read again."""
    it = template({"Ref": "Subnets"}).resources["It"]
    assert it.get("P", 0).what == "0 of parameter Subnets"
    assert it.get("P", 0) == it.get("P", 0)


def test_default_stands_for_what_is_absent():
    """`default` is returned for absent and NoValue, also the second time, and also another default."""
    it = template({"Ref": "AWS::NoValue"}).resources["It"]
    assert it.get("P", default=1) == 1
    assert it.get("P", default=2) == 2
    assert it.get("Q", default=3) == 3
