"""The rule about the addresses that jobs take: exact words, and what the examples do not show."""

from __future__ import annotations

import pytest


def ref(name):
    return {"Ref": name}


HIDDEN = {"Ref": "Hidden"}
INTERFACE_ENDPOINTS = """
Api:
  Type: AWS::EC2::VPCEndpoint
  Properties:
    VpcEndpointType: Interface
    VpcId: {Ref: Vpc}
    ServiceName: com.amazonaws.eu-west-1.sagemaker.api
    SubnetIds:
    - {Ref: SubnetA}
Logs:
  Type: AWS::EC2::VPCEndpoint
  Properties:
    VpcEndpointType: Interface
    VpcId: {Ref: Vpc}
    ServiceName: com.amazonaws.eu-west-1.logs
    SubnetIds:
    - {Ref: SubnetA}
"""

#: What each breaking example is told.
EXAMPLES = [
    (
        "SMN-JOB-07",
        [
            "violated warning Job.NetworkConfig.VpcConfig.Subnets: 8 instances need 16 addresses in one subnet: SubnetA (10.0.0.0/28) has 11"
        ],
    ),
]

#: An example, what is changed in it, what is added to it, and what the rule then says.
CASES = [
    pytest.param(
        "SMN-JOB-07",
        "breaks",
        {"SubnetB.CidrBlock": "10.0.1.0/28"},
        "",
        [
            "violated error Job.NetworkConfig.VpcConfig.Subnets: 8 instances need 16 addresses in one subnet: SubnetA (10.0.0.0/28) has 11 and SubnetB (10.0.1.0/28) has 11"
        ],
        id="SMN-JOB-07: no subnet is large enough",
    ),
    pytest.param(
        "SMN-JOB-07",
        "breaks",
        {
            "Job.ProcessingResources.ClusterConfig.InstanceCount": 5,
            "SubnetB": None,
            "PrivateRoutesOfSubnetB": None,
            "Job.NetworkConfig.VpcConfig.Subnets": [ref("SubnetA")],
        },
        INTERFACE_ENDPOINTS,
        [
            "violated error Job.NetworkConfig.VpcConfig.Subnets: 5 instances need 10 addresses in one subnet: SubnetA (10.0.0.0/28) has 9"
        ],
        id="SMN-JOB-07: an endpoint takes an address",
    ),
    pytest.param(
        "SMN-JOB-07",
        "breaks",
        {"Job.ProcessingResources.ClusterConfig.InstanceCount": 5},
        "",
        ["satisfied warning Job"],
        id="SMN-JOB-07: ten addresses of eleven",
    ),
    pytest.param(
        "SMN-JOB-07",
        "keeps",
        {"Job.NetworkConfig.VpcConfig.Subnets": [ref("SubnetA"), HIDDEN]},
        "",
        [
            "unverified warning Job: the address range of subnet parameter Hidden: declare Hidden in Metadata.SageMakerNetwork"
        ],
        id="SMN-JOB-07: a subnet that is made elsewhere is unverified",
    ),
    pytest.param(
        "SMN-JOB-07",
        "breaks",
        {"Job.NetworkConfig.VpcConfig.Subnets": [ref("SubnetA"), HIDDEN]},
        "",
        [
            "violated warning Job.NetworkConfig.VpcConfig.Subnets: 8 instances need 16 addresses in one subnet: SubnetA (10.0.0.0/28) has 11"
        ],
        id="SMN-JOB-07: an unknown subnet keeps a small one from being the last word",
    ),
    pytest.param(
        "SMN-JOB-07",
        "breaks",
        {
            "Job": None,
            "JobGroup.Metadata.SageMakerNetwork": {
                "trainingNetwork": {"name": "Jobs", "subnets": [ref("SubnetA")], "efa": True, "maxInstances": 3}
            },
        },
        "",
        ["violated error JobGroup: 3 instances need 15 addresses in one subnet: SubnetA (10.0.0.0/28) has 11"],
        id="SMN-JOB-07: five addresses each with EFA",
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
