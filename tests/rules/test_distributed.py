"""The rules about jobs of several instances: exact words, and what the examples do not show."""

from __future__ import annotations

import pytest


def ref(name):
    return {"Ref": name}


def group(name):
    return {"Fn::GetAtt": [name, "GroupId"]}


HIDDEN = {"Ref": "Hidden"}
OTHER_GROUP = """
Other:
  Type: AWS::EC2::SecurityGroup
  Properties:
    GroupDescription: other
    VpcId: {Ref: Vpc}
    SecurityGroupIngress:
    - IpProtocol: -1
      SourceSecurityGroupId:
        Fn::GetAtt: [JobGroup, GroupId]
"""
OTHER_GROUP_2 = """
Other:
  Type: AWS::EC2::SecurityGroup
  Properties:
    GroupDescription: other
    VpcId: {Ref: Vpc}
"""

#: What each breaking example is told.
EXAMPLES = [
    (
        "SMN-JOB-04",
        [
            "violated error Job.NetworkConfig.VpcConfig.SecurityGroupIds: security group JobGroup has no inbound rule for TCP 0-65535 from itself, which the instances of a distributed job need"
        ],
    ),
    (
        "SMN-JOB-05",
        [
            "violated error JobGroup: security group JobGroup has no outbound rule for all traffic to itself, which EFA needs"
        ],
    ),
    (
        "SMN-JOB-06",
        [
            "violated error Job.NetworkConfig.VpcConfig.SecurityGroupIds: security group JobGroup has no inbound rule for UDP 500 and protocol 50 from itself, which encrypted traffic between containers needs"
        ],
    ),
]

#: An example, what is changed in it, what is added to it, and what the rule then says.
CASES = [
    pytest.param(
        "SMN-JOB-04",
        "keeps",
        {
            "JobGroup.SecurityGroupEgress": [
                {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}
            ]
        },
        "",
        [
            "violated error Job.NetworkConfig.VpcConfig.SecurityGroupIds: security group JobGroup has no outbound rule for TCP 0-65535 to itself, which the instances of a distributed job need"
        ],
        id="SMN-JOB-04: a restricted egress must lead to the group as well",
    ),
    pytest.param(
        "SMN-JOB-04",
        "breaks",
        {
            "JobGroup.SecurityGroupIngress": [
                {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1024, "CidrIp": "10.0.0.0/24"},
                {"IpProtocol": "tcp", "FromPort": "1025", "ToPort": "65535", "CidrIp": "10.0.0.0/16"},
            ]
        },
        "",
        ["satisfied error Job"],
        id="SMN-JOB-04: joined ranges of ports, and the range of the subnet, will do",
    ),
    pytest.param(
        "SMN-JOB-04",
        "keeps",
        {
            "MembersReachEachOther.IpProtocol": "tcp",
            "MembersReachEachOther.FromPort": 22,
            "MembersReachEachOther.ToPort": 22,
        },
        "",
        [
            "violated error Job.NetworkConfig.VpcConfig.SecurityGroupIds: security group JobGroup has no inbound rule for TCP 0-65535 from itself, which the instances of a distributed job need"
        ],
        id="SMN-JOB-04: a single port will not do",
    ),
    pytest.param(
        "SMN-JOB-04",
        "breaks",
        {"Job.ProcessingResources.ClusterConfig.InstanceCount": 1},
        "",
        [],
        id="SMN-JOB-04: one instance has nobody to talk to",
    ),
    pytest.param(
        "SMN-JOB-04",
        "breaks",
        {"Job.ProcessingResources.ClusterConfig.InstanceCount": HIDDEN},
        "",
        [
            "unverified error Job: Job.ProcessingResources.ClusterConfig.InstanceCount is parameter Hidden: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-JOB-04: how many instances is a parameter",
    ),
    pytest.param(
        "SMN-JOB-04",
        "breaks",
        {"Job.NetworkConfig.VpcConfig.SecurityGroupIds": [HIDDEN]},
        "",
        [
            "unverified error Job: the ingress rules of security group parameter Hidden: declare Hidden in Metadata.SageMakerNetwork; the egress rules of security group parameter Hidden: declare Hidden in Metadata.SageMakerNetwork"
        ],
        id="SMN-JOB-04: a group that is made elsewhere is unverified",
    ),
    pytest.param(
        "SMN-JOB-04",
        "breaks",
        {"Job.NetworkConfig.VpcConfig.SecurityGroupIds": [group("JobGroup"), group("Other")]},
        OTHER_GROUP,
        ["satisfied error Job"],
        id="SMN-JOB-04: two groups admit each other",
    ),
    pytest.param(
        "SMN-JOB-04",
        "breaks",
        {"Job.NetworkConfig.VpcConfig.SecurityGroupIds": [group("JobGroup"), group("Other")]},
        OTHER_GROUP_2,
        [
            "violated error Job.NetworkConfig.VpcConfig.SecurityGroupIds: security groups JobGroup and Other have no inbound rule for TCP 0-65535 from each other, which the instances of a distributed job need"
        ],
        id="SMN-JOB-04: two groups neither of which admits",
    ),
    pytest.param(
        "SMN-JOB-04",
        "breaks",
        {"Job.NetworkConfig.VpcConfig.SecurityGroupIds": []},
        "",
        [],
        id="SMN-JOB-04: no group at all is another rule's",
    ),
    pytest.param(
        "SMN-JOB-04",
        "breaks",
        {
            "Job": None,
            "JobGroup.Metadata.SageMakerNetwork": {
                "trainingNetwork": {"name": "Jobs", "subnets": [ref("SubnetA")], "distributed": True}
            },
        },
        "",
        [
            "violated error JobGroup: security group JobGroup has no inbound rule for TCP 0-65535 from itself, which the instances of a distributed job need"
        ],
        id="SMN-JOB-04: a training network that is declared as distributed",
    ),
    pytest.param(
        "SMN-JOB-04",
        "breaks",
        {
            "Job": None,
            "JobGroup.Metadata.SageMakerNetwork": {"trainingNetwork": {"name": "Jobs", "subnets": [ref("SubnetA")]}},
        },
        "",
        [],
        id="SMN-JOB-04: a training network that is not",
    ),
    pytest.param(
        "SMN-JOB-05",
        "breaks",
        {"JobGroup.SecurityGroupEgress": None},
        "",
        [
            "violated error JobGroup: security group JobGroup has no outbound rule for all traffic to itself, which EFA needs"
        ],
        id="SMN-JOB-05: the default egress does not name the group",
    ),
    pytest.param(
        "SMN-JOB-05",
        "keeps",
        {"MembersReachEachOther.IpProtocol": "tcp"},
        "",
        [
            "violated error JobGroup: security group JobGroup has no inbound rule for all traffic from itself, which EFA needs"
        ],
        id="SMN-JOB-05: TCP alone is not all traffic",
    ),
    pytest.param(
        "SMN-JOB-05",
        "keeps",
        {"MembersSendToEachOther.DestinationSecurityGroupId": HIDDEN},
        "",
        [
            "unverified error JobGroup: whether security group Hidden is JobGroup: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-JOB-05: a group that is a parameter may be the group itself",
    ),
    pytest.param(
        "SMN-JOB-05",
        "breaks",
        {"JobGroup.Metadata.SageMakerNetwork.trainingNetwork.efa": False},
        "",
        [],
        id="SMN-JOB-05: a network without EFA",
    ),
    pytest.param(
        "SMN-JOB-06",
        "keeps",
        {
            "JobGroup.SecurityGroupEgress": [
                {"IpProtocol": "udp", "FromPort": 500, "ToPort": 500, "CidrIp": "10.0.0.0/16"}
            ]
        },
        "",
        [
            "violated error Job.NetworkConfig.VpcConfig.SecurityGroupIds: security group JobGroup has no outbound rule for protocol 50 to itself, which encrypted traffic between containers needs"
        ],
        id="SMN-JOB-06: a restricted egress must let the encrypted packets out",
    ),
    pytest.param(
        "SMN-JOB-06",
        "breaks",
        {"MembersReachEachOther.IpProtocol": "-1"},
        "",
        ["satisfied error Job"],
        id="SMN-JOB-06: all traffic of the group covers both",
    ),
    pytest.param(
        "SMN-JOB-06",
        "breaks",
        {"Job.NetworkConfig.EnableInterContainerTrafficEncryption": False},
        "",
        [],
        id="SMN-JOB-06: without encryption there is nothing to admit",
    ),
    pytest.param(
        "SMN-JOB-06",
        "breaks",
        {"Job.NetworkConfig.EnableInterContainerTrafficEncryption": HIDDEN},
        "",
        [
            "unverified error Job: Job.NetworkConfig.EnableInterContainerTrafficEncryption is parameter Hidden: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-JOB-06: encryption that is a parameter",
    ),
]


@pytest.mark.parametrize(("rule", "said"), EXAMPLES, ids=[rule for rule, _ in EXAMPLES])
def test_the_breaking_example_is_told_in_these_words(rule, said, example, told):
    """The words are the product: each breaking example has just these findings."""
    assert [each for each in told(rule, example(rule, "breaks")) if not each.startswith("satisfied")] == said


@pytest.mark.parametrize(("rule", "which", "changes", "added", "said"), CASES)
def test_a_changed_example_is_judged_anew(rule, which, changes, added, said, changed, told):
    """One change in an example, and what the rule says of each resource that it is about."""
    assert told(rule, changed(rule, which, changes, added)) == said
