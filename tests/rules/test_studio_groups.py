"""The rules about security groups of Studio settings: exact messages, and the branches that their examples do not show."""

from __future__ import annotations

import pytest

EXAMPLES = [
    ("SMN-DOM-02", ["neither the domain nor Alice has security groups"]),
    (
        "SMN-DOM-15",
        [
            (
                "5 security groups of the domain and the profile together (sg-0123456789abcdef1, sg-0123456789abcdef2, "
                "sg-0123456789abcdef3, sg-0123456789abcdef4 and sg-0123456789abcdef5), at most 4 are possible"
            )
        ],
    ),
    ("SMN-DOM-19", ["AppSecurityGroupManagement is not set"]),
    ("SMN-DOM-30", ["security group AliceSecurityGroup belongs to DataVpc, the domain to ResearchVpc"]),
    ("SMN-DOM-33", ["DefaultSpaceSettings has no security groups"]),
]
GROUPS = ["sg-00000000000000001", "sg-00000000000000002", "sg-00000000000000003"]


@pytest.mark.parametrize(("rule", "messages"), EXAMPLES, ids=[rule for rule, _ in EXAMPLES])
def test_the_breaking_example_is_told_in_these_words(rule, messages, example, judge):
    """What a breaking example is told, word by word."""
    assert [said[4] for said in judge(rule, example(rule, "breaks")) if said[0] == "violated"] == messages


def properties(document, name="Domain"):
    return document["Resources"][name]["Properties"]


def test_profiles_with_groups_lower_the_severity(example, judge):
    """Where every profile of the templates brings groups, the domain works for these: a warning."""
    document = example("SMN-DOM-02", "breaks")
    properties(document, "Alice")["UserSettings"] = {"SecurityGroups": GROUPS[:1]}
    assert judge("SMN-DOM-02", document) == [
        (
            "violated",
            "warning",
            "Domain",
            "DefaultUserSettings.SecurityGroups",
            "the domain has no security groups, and those of Alice do not serve further profiles",
        )
    ]


def test_a_domain_without_profiles_needs_groups(example, judge):
    """Without a profile in the templates the domain alone is at fault."""
    document = example("SMN-DOM-02", "breaks")
    del document["Resources"]["Alice"]
    assert [said[1:5:3] for said in judge("SMN-DOM-02", document)] == [("error", "the domain has no security groups")]


def test_a_shared_group_is_told_for_each_profile(example, judge):
    """One profile has no group of its own, the other one lists the domain's."""
    assert [said[1:3] + said[4:] for said in judge("SMN-DOM-09", example("SMN-DOM-09", "breaks"))] == [
        ("warning", "Alice", "the profile has no security group of its own"),
        ("warning", "Bob", "the profile uses the security groups of the domain"),
    ]


def test_a_lone_profile_shares_with_nobody(example, judge):
    """With one profile the sharing is an info."""
    document = example("SMN-DOM-09", "breaks")
    del document["Resources"]["Alice"]
    assert [said[:2] for said in judge("SMN-DOM-09", document)] == [("violated", "info")]


def test_a_group_that_is_listed_twice_is_named(example, judge):
    """A profile that adds the domain's group to its own is told which one it is."""
    document = example("SMN-DOM-09", "keeps")
    properties(document, "Alice")["UserSettings"]["SecurityGroups"].append({"Ref": "StudioSecurityGroup"})
    assert [said[0::4] for said in judge("SMN-DOM-09", document)] == [
        ("violated", "StudioSecurityGroup is also a security group of the domain"),
        ("satisfied", ""),
    ]


def test_two_parameters_may_be_one_group(example, judge):
    """Whether two parameters hold the same group is not known."""
    document = example("SMN-DOM-09", "keeps")
    document["Parameters"]["Other"] = {"Type": "AWS::EC2::SecurityGroup::Id"}
    document["Parameters"]["Shared"] = {"Type": "AWS::EC2::SecurityGroup::Id"}
    properties(document)["DefaultUserSettings"]["SecurityGroups"] = [{"Ref": "Shared"}]
    properties(document, "Alice")["UserSettings"]["SecurityGroups"] = [{"Ref": "Other"}]
    assert [said[0] for said in judge("SMN-DOM-09", document)] == ["unverified", "satisfied"]


def test_each_list_has_its_limit(example, judge):
    """Groups for users and spaces, groups of the domain, and subnets are counted one by one."""
    document = example("SMN-DOM-14", "keeps")
    given = properties(document)
    given["DefaultUserSettings"]["SecurityGroups"] = [f"sg-{n}" for n in range(5)]
    given["DefaultSpaceSettings"] = {"ExecutionRole": "arn", "SecurityGroups": [f"sg-{n}" for n in range(5)]}
    given["DomainSettings"] = {"SecurityGroupIds": [f"sg-{n}" for n in range(4)]}
    given["SubnetIds"] = [f"subnet-{n}" for n in range(17)]
    assert [said[3:] for said in judge("SMN-DOM-15", document)] == [
        (
            "DefaultUserSettings.SecurityGroups",
            "5 security groups in DefaultUserSettings.SecurityGroups, at most 4 are possible",
        ),
        (
            "DefaultSpaceSettings.SecurityGroups",
            "5 security groups in DefaultSpaceSettings.SecurityGroups, at most 4 are possible",
        ),
        (
            "DomainSettings.SecurityGroupIds",
            "4 security groups in DomainSettings.SecurityGroupIds, at most 3 are possible",
        ),
        ("SubnetIds", "17 subnets in SubnetIds, at most 16 are possible"),
    ]


def test_rstudio_in_vpc_only_takes_two_groups(example, judge):
    """Three are too many there, and right in PublicInternetOnly."""
    document = example("SMN-DOM-19", "keeps")
    properties(document)["SubnetIds"] = ["subnet-1", "subnet-2"]
    properties(document)["DefaultUserSettings"]["SecurityGroups"] = GROUPS
    assert [said[4] for said in judge("SMN-DOM-15", document)] == [
        "3 security groups in DefaultUserSettings.SecurityGroups, at most 2 are possible"
    ]
    properties(document)["AppNetworkAccessType"] = "PublicInternetOnly"
    assert [said[0] for said in judge("SMN-DOM-15", document)] == ["satisfied"]


def test_the_same_group_counts_once(example, judge):
    """A group that domain and profile share takes one place."""
    document = example("SMN-DOM-15", "breaks")
    properties(document, "Alice")["UserSettings"]["SecurityGroups"][0] = "sg-0123456789abcdef1"
    assert [said[0] for said in judge("SMN-DOM-15", document)] == ["satisfied", "satisfied"]


def test_the_groups_of_the_domain_belong_to_its_vpc(example, judge):
    """The rule holds for the domain's own groups too."""
    document = example("SMN-DOM-30", "breaks")
    properties(document)["DefaultUserSettings"]["SecurityGroups"] = [{"Ref": "AliceSecurityGroup"}]
    assert [said[2:] for said in judge("SMN-DOM-30", document)] == [
        (
            "Domain",
            "DefaultUserSettings.SecurityGroups",
            "security group AliceSecurityGroup belongs to DataVpc, the domain to ResearchVpc",
        ),
        (
            "Alice",
            "UserSettings.SecurityGroups",
            "security group AliceSecurityGroup belongs to DataVpc, the domain to ResearchVpc",
        ),
    ]
