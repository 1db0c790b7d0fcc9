"""A template whose endpoints are all optional: what a rule asks about one of them must not branch over the conditions of the others."""

from __future__ import annotations

import pytest

SERVICES = [
    "sagemaker.api", "sagemaker.runtime", "sts", "logs", "monitoring", "ecr.api", "ecr.dkr", "kms", "ssm", "ec2", "athena", "glue",
]  # fmt: skip


def optional_endpoints():
    """A domain in a VPC with a dozen endpoints, each behind a parameter of its own."""
    vpc = {"Ref": "Vpc"}
    subnets = [{"Ref": "One"}, {"Ref": "Two"}]
    resources = {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16", "EnableDnsHostnames": True}},
        "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "x", "VpcId": vpc}},
        "Domain": {
            "Type": "AWS::SageMaker::Domain",
            "Properties": {"AppNetworkAccessType": "VpcOnly", "VpcId": vpc, "SubnetIds": subnets},
        },
    }
    for number, name in enumerate(("One", "Two")):
        place = {"VpcId": vpc, "CidrBlock": f"10.0.{number}.0/24", "AvailabilityZone": f"eu-west-1{'ab'[number]}"}
        resources[name] = {"Type": "AWS::EC2::Subnet", "Properties": place}
    for number, service in enumerate(SERVICES):
        resources[f"Endpoint{number}"] = {
            "Type": "AWS::EC2::VPCEndpoint",
            "Condition": f"Has{number}",
            "Properties": {
                "VpcId": vpc,
                "VpcEndpointType": "Interface",
                "PrivateDnsEnabled": True,
                "ServiceName": f"com.amazonaws.eu-west-1.{service}",
                "SubnetIds": subnets,
                "SecurityGroupIds": [{"Ref": "Group"}],
            },
        }
    return {
        "Parameters": {f"With{n}": {"Type": "String", "AllowedValues": ["yes", "no"]} for n in range(len(SERVICES))},
        "Conditions": {f"Has{n}": {"Fn::Equals": [{"Ref": f"With{n}"}, "yes"]} for n in range(len(SERVICES))},
        "Resources": resources,
    }


@pytest.mark.parametrize(
    "rule", ["SMN-DOM-12", "SMN-EP-01", "SMN-EP-02", "SMN-EP-03", "SMN-EP-05", "SMN-EP-06", "SMN-EP-12"]
)
def test_each_is_judged_by_itself(rule, judge):
    """Addresses suffice with all of the endpoints, and no endpoint has to do with one of another service."""
    assert {row[0] for row in judge(rule, optional_endpoints())} == {"satisfied"}


def test_endpoints_of_a_vpc_that_is_made_elsewhere(judge):
    """What is not known of that VPC is the reason, and not how many combinations its endpoints have."""
    document = optional_endpoints()
    document["Parameters"]["Made"] = {"Type": "AWS::EC2::VPC::Id"}
    for name in [name for name in document["Resources"] if name.startswith("Endpoint")]:
        document["Resources"][name]["Properties"]["VpcId"] = {"Ref": "Made"}
    results = judge("SMN-EP-12", document)
    assert len(results) == len(SERVICES)
    assert all(row[0] == "unverified" and row[4].startswith("whether VPC Made has an endpoint of") for row in results)


def test_addresses_that_some_endpoints_would_use_up(judge):
    """Where it is close, which of the endpoints are made does matter."""
    document = optional_endpoints()
    for name in ("One", "Two"):
        document["Resources"][name]["Properties"]["CidrBlock"] = "10.0.0.0/28"
    document["Resources"].update(
        {
            f"User{n}": {"Type": "AWS::SageMaker::UserProfile", "Properties": {"DomainId": {"Ref": "Domain"}}}
            for n in range(5)
        }
    )
    assert [row[0] for row in judge("SMN-DOM-12", document)] == ["unverified"]


def test_two_of_one_service_that_exclude_each_other_or_not(judge):
    """Two endpoints of one service with private DNS conflict where both can be made."""
    document = optional_endpoints()
    for condition, verdict in (("Has1", "unverified"), ("Not0", "satisfied"), ("Has0", "violated")):
        document["Conditions"]["Not0"] = {"Fn::Not": [{"Condition": "Has0"}]}
        document["Resources"]["Endpoint1"]["Condition"] = condition
        document["Resources"]["Endpoint1"]["Properties"]["ServiceName"] = "com.amazonaws.eu-west-1.sagemaker.api"
        said = {row[2]: row[0] for row in judge("SMN-EP-12", document)}
        assert (said["Endpoint0"], said["Endpoint1"]) == (verdict, verdict)
