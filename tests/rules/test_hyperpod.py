"""The rules about HyperPod clusters: exact messages, and the branches that their examples do not show."""

from __future__ import annotations

import pytest

EXAMPLES = [
    ("SMN-HP-01", ["a cluster on Amazon EKS has no VpcConfig"]),
    (
        "SMN-HP-02",
        [
            "security group ClusterSecurityGroup: no outbound rule for all traffic to itself, which EFA needs on ml.p5.48xlarge"
        ],
    ),
    (
        "SMN-HP-03",
        [
            "PrivateSubnet1 has no way to Amazon S3: no default route in PrivateRouteTable, and no S3 endpoint serves it",
            "PrivateSubnet2 has no way to Amazon S3: no default route in PrivateRouteTable, and no S3 endpoint serves it",
        ],
    ),
    ("SMN-HP-04", ["Subnet1 and Subnet2 have 118 addresses, and 4 instances ml.p5.48xlarge of workers need 324"]),
]


@pytest.mark.parametrize(("rule", "messages"), EXAMPLES, ids=[rule for rule, _ in EXAMPLES])
def test_the_breaking_example_is_told_in_these_words(rule, messages, example, judge):
    """What a breaking example is told, word by word."""
    assert [said[4] for said in judge(rule, example(rule, "breaks")) if said[0] == "violated"] == messages


def cluster(document):
    return document["Resources"]["Cluster"]["Properties"]


def test_an_override_needs_something_to_override(example, judge):
    """On Slurm a cluster may do without a VPC, unless an instance group overrides it."""
    document = example("SMN-HP-01", "breaks")
    del cluster(document)["Orchestrator"]
    assert [said[0] for said in judge("SMN-HP-01", document)] == ["satisfied"]
    cluster(document)["InstanceGroups"][0]["OverrideVpcConfig"] = {
        "Subnets": ["subnet-1"],
        "SecurityGroupIds": ["sg-1"],
    }
    assert [said[4] for said in judge("SMN-HP-01", document)] == [
        "workers set OverrideVpcConfig, and the cluster has no VpcConfig"
    ]


def test_an_override_points_to_its_own_groups(example, judge):
    """A group that is named by an instance group is reported there."""
    document = example("SMN-HP-02", "breaks")
    given = cluster(document)
    given["InstanceGroups"][0]["OverrideVpcConfig"] = given["VpcConfig"]
    assert [said[3] for said in judge("SMN-HP-02", document)] == ["InstanceGroups.0.OverrideVpcConfig.SecurityGroupIds"]


def test_only_instances_with_an_adapter_need_the_rule(example, judge):
    """An instance type without EFA is not this rule's concern."""
    document = example("SMN-HP-02", "breaks")
    cluster(document)["InstanceGroups"][0]["InstanceType"] = "ml.c5n.9xlarge"
    assert judge("SMN-HP-02", document) == []
    for instance_type in ("ml.c5n.18xlarge", "ml.p6-b200.48xlarge", "ml.trn2.48xlarge", "ml.p4d.24xlarge"):
        cluster(document)["InstanceGroups"][0]["InstanceType"] = instance_type
        assert [said[0] for said in judge("SMN-HP-02", document)] == ["violated"]


def test_an_unknown_group_may_have_the_rule(example, judge):
    """A group by parameter is not visible, and could hold what is missing."""
    document = example("SMN-HP-02", "breaks")
    document["Parameters"]["Other"] = {"Type": "AWS::EC2::SecurityGroup::Id"}
    cluster(document)["VpcConfig"]["SecurityGroupIds"].append({"Ref": "Other"})
    assert [said[0] for said in judge("SMN-HP-02", document)] == ["unverified"]


def test_slurm_takes_fewer_addresses(example, judge):
    """32 addresses for an instance on Slurm, 81 on EKS: four instances fit without EKS."""
    document = example("SMN-HP-04", "breaks")
    del cluster(document)["Orchestrator"]
    assert [said[4] for said in judge("SMN-HP-04", document)] == [
        "Subnet1 and Subnet2 have 118 addresses, and 4 instances ml.p5.48xlarge of workers need 128"
    ]
    cluster(document)["InstanceGroups"][0]["InstanceCount"] = 3
    assert [said[0] for said in judge("SMN-HP-04", document)] == ["satisfied"]
