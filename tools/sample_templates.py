"""CloudFormation templates of any size for measuring: networks as platform teams write them, with notebooks, a domain and jobs in them."""

from __future__ import annotations

from typing import Any

_SERVICES = ("sagemaker.api", "sagemaker.runtime", "sts", "logs", "ecr.api", "ecr.dkr", "kms", "monitoring")
BLOCK = 49
"""Resources of one network of the sample; a template has a whole number of them."""


def _ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def _endpoint(vpc: str, service: str, subnets: list[dict[str, str]], group: str) -> dict[str, Any]:
    return {
        "Type": "AWS::EC2::VPCEndpoint",
        "Properties": {
            "VpcEndpointType": "Interface",
            "ServiceName": {"Fn::Sub": f"com.amazonaws.${{AWS::Region}}.{service}"},
            "VpcId": _ref(vpc),
            "PrivateDnsEnabled": True,
            "SubnetIds": subnets,
            "SecurityGroupIds": [{"Fn::GetAtt": [group, "GroupId"]}],
        },
    }


def _subnet(name: str, vpc: str, number: int, zone: int) -> dict[str, Any]:
    cidr = f"10.{number % 250}.{zone}.0/24"
    table = f"{name}Table"
    return {
        name: {
            "Type": "AWS::EC2::Subnet",
            "Properties": {
                "VpcId": _ref(vpc),
                "CidrBlock": cidr,
                "AvailabilityZone": {"Fn::Select": [zone, {"Fn::GetAZs": ""}]},
            },
        },
        table: {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": _ref(vpc)}},
        f"{name}Association": {
            "Type": "AWS::EC2::SubnetRouteTableAssociation",
            "Properties": {"SubnetId": _ref(name), "RouteTableId": _ref(table)},
        },
    }


def _group(vpc: str, description: str) -> dict[str, Any]:
    return {"Type": "AWS::EC2::SecurityGroup", "Properties": {"VpcId": _ref(vpc), "GroupDescription": description}}


def _rule(kind: str, group: str, peer: str, first: int, last: int) -> dict[str, Any]:
    other = "SourceSecurityGroupId" if kind == "Ingress" else "DestinationSecurityGroupId"
    properties = {
        "GroupId": {"Fn::GetAtt": [group, "GroupId"]},
        "IpProtocol": "tcp",
        "FromPort": first,
        "ToPort": last,
        other: {"Fn::GetAtt": [peer, "GroupId"]},
    }
    return {"Type": f"AWS::EC2::SecurityGroup{kind}", "Properties": properties}


def _role() -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    allowed = {"Effect": "Allow", "Action": ["ec2:CreateNetworkInterface", "ec2:Describe*"], "Resource": "*"}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
            "Policies": [
                {"PolicyName": "network", "PolicyDocument": {"Version": "2012-10-17", "Statement": [allowed]}}
            ],
        },
    }


def _network(number: int) -> dict[str, Any]:
    """Return one network of `BLOCK` resources."""
    p = f"N{number}"
    vpc, work, ends, profile = f"{p}Vpc", f"{p}Work", f"{p}Endpoints", f"{p}Profile"
    resources: dict[str, Any] = {
        vpc: {
            "Type": "AWS::EC2::VPC",
            "Properties": {
                "CidrBlock": f"10.{number % 250}.0.0/16",
                "EnableDnsSupport": True,
                "EnableDnsHostnames": True,
            },
        }
    }
    names = [f"{p}Subnet{zone}" for zone in range(3)]
    for zone, name in enumerate(names):
        resources |= _subnet(name, vpc, number, zone)
    subnets = [_ref(name) for name in names]
    resources |= {work: _group(vpc, "Workloads"), ends: _group(vpc, "Endpoints"), profile: _group(vpc, "One user")}
    resources[f"{p}In"] = _rule("Ingress", ends, work, 443, 443)
    resources[f"{p}ProfileIn"] = _rule("Ingress", ends, profile, 443, 443)
    resources[f"{p}Self"] = _rule("Ingress", work, work, 0, 65535)
    resources[f"{p}ProfileSelf"] = _rule("Ingress", profile, profile, 8192, 65535)
    for place, service in enumerate(_SERVICES):
        resources[f"{p}Endpoint{place}"] = _endpoint(vpc, service, subnets, ends)
    resources[f"{p}S3"] = {
        "Type": "AWS::EC2::VPCEndpoint",
        "Properties": {
            "VpcEndpointType": "Gateway",
            "ServiceName": {"Fn::Join": ["", ["com.amazonaws.", _ref("AWS::Region"), ".s3"]]},
            "VpcId": _ref(vpc),
            "RouteTableIds": [_ref(f"{name}Table") for name in names],
        },
    }
    resources[f"{p}Role"] = _role()
    resources[f"{p}FlowLog"] = {
        "Type": "AWS::EC2::FlowLog",
        "Properties": {
            "ResourceId": _ref(vpc),
            "ResourceType": "VPC",
            "TrafficType": "ALL",
            "LogDestinationType": "s3",
            "LogDestination": "arn:aws:s3:::flow-logs",
        },
    }
    groups = [{"Fn::GetAtt": [work, "GroupId"]}]
    role = {"Fn::GetAtt": [f"{p}Role", "Arn"]}
    resources[f"{p}Domain"] = {
        "Type": "AWS::SageMaker::Domain",
        "Properties": {
            "DomainName": f"domain-{number}",
            "AuthMode": "IAM",
            "AppNetworkAccessType": "VpcOnly",
            "VpcId": _ref(vpc),
            "SubnetIds": subnets,
            "DefaultUserSettings": {"ExecutionRole": role, "SecurityGroups": groups},
        },
    }
    for user in range(6):
        resources[f"{p}User{user}"] = {
            "Type": "AWS::SageMaker::UserProfile",
            "Properties": {
                "DomainId": _ref(f"{p}Domain"),
                "UserProfileName": f"user-{user}",
                "UserSettings": {"SecurityGroups": [{"Fn::GetAtt": [profile, "GroupId"]}]},
            },
        }
    missing = BLOCK - len(resources)
    for place in range(missing):
        resources[f"{p}Notebook{place}"] = {
            "Type": "AWS::SageMaker::NotebookInstance",
            "Properties": {
                "InstanceType": "ml.t3.medium",
                "RoleArn": role,
                "SubnetId": subnets[place % 3],
                "SecurityGroupIds": groups,
                "DirectInternetAccess": "Disabled" if place % 2 else "Enabled",
                "RootAccess": "Disabled",
            },
        }
    return resources


def template(resources: int, *, seed: int = 0) -> dict[str, Any]:
    """Return a template of that many resources, rounded up to whole networks of `BLOCK`; another seed gives other names and ranges."""
    networks = -(-resources // BLOCK)
    made: dict[str, Any] = {}
    for number in range(networks):
        made |= _network(seed * networks + number)
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "A sample network for measuring",
        "Resources": made,
    }
