"""The rules about the place of a Studio domain: exact messages, and the branches that their examples do not show."""

from __future__ import annotations

import pytest

EXAMPLES = [
    ("SMN-DOM-01", "VpcId and SubnetIds are not set"),
    ("SMN-DOM-11", "SubnetId (not in the templates) is the only subnet"),
    ("SMN-DOM-12", "Subnet1 and Subnet2 have 20 addresses left, and 11 users need at least 22"),
    ("SMN-DOM-13", "Vpc has dedicated tenancy"),
    ("SMN-DOM-14", "AppNetworkAccessType is PublicInternetOnly"),
    ("SMN-DOM-17", "Vpc is in the same stack and cannot be deleted while it holds what the domain leaves behind"),
]


@pytest.mark.parametrize(("rule", "message"), EXAMPLES, ids=[rule for rule, _ in EXAMPLES])
def test_the_breaking_example_is_told_in_these_words(rule, message, example, judge):
    """Each breaking example has exactly one finding, whose words are the product."""
    assert [said[4] for said in judge(rule, example(rule, "breaks")) if said[0] == "violated"] == [message]


def properties(document, name="Domain"):
    return document["Resources"][name]["Properties"]


def verdicts(said):
    return [(one[0], one[4]) for one in said]


def test_a_unified_studio_domain_does_without_a_vpc(example, judge):
    """PublicInternetOnly and UnifiedStudioSettings excuse a domain from VpcId and SubnetIds; VpcOnly does not."""
    document = example("SMN-DOM-01", "breaks")
    properties(document)["DomainSettings"] = {"UnifiedStudioSettings": {"DomainId": "dzd_1"}}
    assert verdicts(judge("SMN-DOM-01", document)) == [("satisfied", "")]
    properties(document)["AppNetworkAccessType"] = "VpcOnly"
    assert verdicts(judge("SMN-DOM-01", document)) == [("violated", "VpcId and SubnetIds are not set")]


def test_a_lone_missing_property_is_named(example, judge):
    """The finding points at the property that is missing."""
    document = example("SMN-DOM-01", "keeps")
    del properties(document)["SubnetIds"]
    assert judge("SMN-DOM-01", document) == [("violated", "error", "Domain", "SubnetIds", "SubnetIds is not set")]


def test_each_public_subnet_is_named_with_its_route(example, judge):
    """A public subnet is told by its default route, not by whether it hands out addresses."""
    assert verdicts(judge("SMN-DOM-03", example("SMN-DOM-03", "breaks"))) == [
        ("violated", "PublicSubnet1 is a public subnet: 0.0.0.0/0 -> InternetGateway (PublicDefaultRoute)"),
        ("violated", "PublicSubnet2 is a public subnet: 0.0.0.0/0 -> InternetGateway (PublicDefaultRoute)"),
    ]


def test_an_ipv6_route_to_an_internet_gateway_makes_a_subnet_public(example, judge):
    """::/0 to an internet gateway counts like 0.0.0.0/0."""
    document = example("SMN-DOM-03", "breaks")
    route = properties(document, "PublicDefaultRoute")
    route["DestinationIpv6CidrBlock"] = "::/0"
    del route["DestinationCidrBlock"]
    assert verdicts(judge("SMN-DOM-03", document))[0] == (
        "violated",
        "PublicSubnet1 is a public subnet: ::/0 -> InternetGateway (PublicDefaultRoute)",
    )


def test_a_transit_gateway_does_not_make_a_subnet_public(example, judge):
    """Only an internet gateway does."""
    document = example("SMN-DOM-03", "keeps")
    route = properties(document, "PrivateDefaultRoute")
    del route["NatGatewayId"]
    route["TransitGatewayId"] = "tgw-0123456789abcdef0"
    assert verdicts(judge("SMN-DOM-03", document)) == [("satisfied", "")]


def test_a_public_domain_may_lie_in_public_subnets(example, judge):
    """The rule is about VpcOnly alone."""
    document = example("SMN-DOM-03", "breaks")
    del properties(document)["AppNetworkAccessType"]
    assert judge("SMN-DOM-03", document) == []


def test_subnets_in_one_zone_are_one_too_few(example, judge):
    """Two subnets in the same Availability Zone do not help."""
    document = example("SMN-DOM-11", "keeps")
    for subnet in ("Subnet1", "Subnet2"):
        properties(document, subnet)["AvailabilityZone"] = "eu-west-1a"
    assert verdicts(judge("SMN-DOM-11", document)) == [("violated", "Subnet1 and Subnet2 are all in eu-west-1a")]


def test_a_third_subnet_of_unknown_zone_does_not_matter(example, judge):
    """Two zones that are known to differ are enough."""
    document = example("SMN-DOM-11", "keeps")
    properties(document)["SubnetIds"].append("subnet-0123456789abcdef0")
    assert verdicts(judge("SMN-DOM-11", document)) == [("satisfied", "")]


def test_a_list_of_subnets_by_parameter_is_not_visible(example, judge):
    """How many subnets a list parameter holds, and where, is not known."""
    for rule in ("SMN-DOM-11", "SMN-DOM-12"):
        assert [said[0] for said in judge(rule, example("SMN-DOM-14", "keeps"))] == ["unverified"]


def test_tight_subnets_are_remarked_upon(example, judge):
    """Between two and four addresses for each user the rule is kept, with a remark."""
    document = example("SMN-DOM-12", "keeps")
    for subnet in ("Subnet1", "Subnet2"):
        properties(document, subnet)["CidrBlock"] = properties(document, subnet)["CidrBlock"].replace("/24", "/27")
    remark = "Subnet1 and Subnet2 have 52 addresses left; 56 are advised for 14 users"
    extra = {
        f"More{n}": {"Type": "AWS::SageMaker::UserProfile", "Properties": {"DomainId": {"Ref": "Domain"}}}
        for n in range(3)
    }
    document["Resources"].update(extra)
    assert verdicts(judge("SMN-DOM-12", document)) == [("satisfied", remark)]


def test_the_default_network_type_is_named(example, judge):
    """Leaving AppNetworkAccessType out means PublicInternetOnly."""
    document = example("SMN-DOM-14", "breaks")
    del properties(document)["AppNetworkAccessType"]
    assert verdicts(judge("SMN-DOM-14", document)) == [
        ("violated", "AppNetworkAccessType is not set, which means PublicInternetOnly")
    ]


def test_a_network_type_by_parameter_is_judged_value_by_value(example, judge):
    """A parameter with allowed values fails for some of them."""
    document = example("SMN-DOM-14", "breaks")
    document["Parameters"]["Access"] = {"Type": "String", "AllowedValues": ["VpcOnly", "PublicInternetOnly"]}
    properties(document)["AppNetworkAccessType"] = {"Ref": "Access"}
    assert verdicts(judge("SMN-DOM-14", document)) == [
        (
            "unverified",
            "fails when parameter Access is 'PublicInternetOnly': AppNetworkAccessType is PublicInternetOnly",
        )
    ]


def test_no_home_file_system_leaves_nothing_behind(example, judge):
    """Without a home file system the VPC can be deleted with the domain."""
    document = example("SMN-DOM-17", "breaks")
    properties(document)["HomeEfsFileSystemCreation"] = "Disabled"
    assert verdicts(judge("SMN-DOM-17", document)) == [("satisfied", "")]


def test_a_custom_resource_may_clean_up(example, judge):
    """What a custom resource that is given the domain does is not visible."""
    document = example("SMN-DOM-17", "breaks")
    document["Resources"]["Cleaner"] = {
        "Type": "Custom::Cleaner",
        "Properties": {"ServiceToken": "arn", "DomainId": {"Ref": "Domain"}},
    }
    assert verdicts(judge("SMN-DOM-17", document)) == [
        (
            "unverified",
            (
                "Cleaner (Custom::Cleaner) is given the domain, and what it removes is not in the templates: "
                "acknowledge the rule if it removes what the domain leaves behind"
            ),
        )
    ]


def test_a_dual_stack_domain_names_each_subnet_without_ipv6(example, judge):
    """A separate IPv6 block counts as much as one in the subnet."""
    document = example("SMN-DOM-23", "breaks")
    assert verdicts(judge("SMN-DOM-23", document)) == [
        ("violated", "Subnet1 has no IPv6 CIDR"),
        ("violated", "Subnet2 has no IPv6 CIDR"),
    ]
    document["Resources"]["Block"] = {
        "Type": "AWS::EC2::SubnetCidrBlock",
        "Properties": {"SubnetId": {"Ref": "Subnet1"}, "Ipv6CidrBlock": "2001:db8::/64"},
    }
    assert verdicts(judge("SMN-DOM-23", document)) == [("violated", "Subnet2 has no IPv6 CIDR")]
