"""The message is the product: what each rule about notebooks, routes, groups, VPCs, policies and workforces says of its breaking example."""

from __future__ import annotations

import pytest

#: Severity, resource, property and words of each finding.
MESSAGES = {
    "SMN-GT-01": [
        (
            "error",
            "Workforce",
            "WorkforceVpcConfig.VpcId",
            "EnableDnsHostnames of Vpc is not true",
        ),
    ],
    "SMN-GT-02": [
        (
            "info",
            "Workforce",
            "SourceIpConfig",
            "no SourceIpConfig is set, so the worker portal can be opened from the public internet too",
        ),
    ],
    "SMN-GT-03": [
        (
            "warning",
            "Workforce",
            "WorkforceVpcConfig",
            "the policy of S3Endpoint does not allow sagemaker-labeling-data-<region> and sm-bxcb-<region>-saved-task-states",
        ),
    ],
    "SMN-IAM-01": [
        (
            "warning",
            "Policy",
            "PolicyDocument.Statement.0",
            "sagemaker:CreatePresignedNotebookInstanceUrl is allowed from anywhere",
        ),
    ],
    "SMN-IAM-02": [
        (
            "error",
            "Policy",
            "PolicyDocument.Statement.0",
            "aws:SourceIp is compared with the private range 10.0.0.0/16, which no request carries there",
        ),
    ],
    "SMN-IAM-03": [
        (
            "warning",
            "Policy",
            "PolicyDocument.Statement.0",
            "aws:SourceVpce lists ApiEndpoint, but not NotebookEndpoint",
        ),
    ],
    "SMN-IAM-04": [
        (
            "error",
            "Policy",
            "PolicyDocument.Statement.0",
            "sagemaker:DirectInternetAccess is not available for sagemaker:CreateTrainingJob, so there the statement never matches",
        ),
    ],
    "SMN-IAM-05": [
        (
            "warning",
            "Policy",
            "PolicyDocument.Statement.0",
            "sagemaker:VpcSubnets holds a list, but is compared as one value",
        ),
    ],
    "SMN-IAM-07": [
        (
            "info",
            "Policy",
            "PolicyDocument.Statement.0",
            "users outside of the VPC, in the console too, are refused sagemaker:CreatePresignedNotebookInstanceUrl by aws:SourceVpc",
        ),
    ],
    "SMN-NB-01": [
        (
            "error",
            "Notebook",
            "SubnetId",
            "DirectInternetAccess is Disabled, but no SubnetId is set, so the API rejects the notebook",
        ),
    ],
    "SMN-NB-02": [
        (
            "warning",
            "Notebook",
            "SecurityGroupIds",
            "SecurityGroupIds are set without a SubnetId",
        ),
    ],
    "SMN-NB-03": [
        (
            "warning",
            "Notebook",
            "SecurityGroupIds",
            "SubnetId is set without SecurityGroupIds",
        ),
    ],
    "SMN-NB-04": [
        (
            "warning",
            "Notebook",
            "SubnetId",
            "subnet PublicSubnet is public (0.0.0.0/0 -> InternetGateway (PublicDefaultRoute)), but the notebook has a private address only, so it cannot use the internet gateway",
        ),
    ],
    "SMN-NB-05": [
        (
            "error",
            "Notebook",
            "SubnetId",
            "sagemaker.api cannot be reached: VPC Vpc has no endpoint for sagemaker.api, and RouteTable has no default route",
        ),
        (
            "warning",
            "Notebook",
            "SubnetId",
            "sagemaker.runtime cannot be reached: VPC Vpc has no endpoint for sagemaker.runtime, and RouteTable has no default route",
        ),
    ],
    "SMN-NB-06": [
        (
            "error",
            "Notebook",
            "SubnetId",
            "subnet Subnet has no path to S3: VPC Vpc has no endpoint for s3, and RouteTable has no default route",
        ),
    ],
    "SMN-NB-07": [
        (
            "warning",
            "Notebook",
            "DirectInternetAccess",
            "DirectInternetAccess is not set, and so Enabled",
        ),
    ],
    "SMN-NB-08": [
        (
            "warning",
            "Notebook",
            "SubnetId",
            "no SubnetId is set, so the notebook runs in the network that SageMaker manages",
        ),
    ],
    "SMN-NB-09": [
        (
            "warning",
            "Notebook",
            "DirectInternetAccess",
            "the route 192.168.0.0/16 -> tgw-0a1b2c3d4e5f60718 (OnPremisesRoute) is not used: the notebook reaches only the VPC's own ranges through its subnet, and all else through the interface that SageMaker manages",
        ),
    ],
    "SMN-NB-10": [
        (
            "error",
            "Notebook",
            "SecurityGroupIds",
            "security group NotebookGroup lets no TCP 443 out",
        ),
    ],
    "SMN-NB-11": [
        (
            "warning",
            "Notebook",
            "SecurityGroupIds",
            "security group NotebookGroup admits tcp 443 from 10.0.0.0/16",
        ),
    ],
    "SMN-NB-12": [
        (
            "warning",
            "Notebook",
            "RootAccess",
            "RootAccess is not set, and so Enabled",
        ),
    ],
    "SMN-NB-13": [
        (
            "info",
            "Notebook",
            "InstanceMetadataServiceConfiguration.MinimumInstanceMetadataServiceVersion",
            "no minimum version of the instance metadata service is set, so version 1 is allowed",
        ),
    ],
    "SMN-NB-14": [
        (
            "error",
            "Notebook",
            "SecurityGroupIds",
            "6 security groups are set, the maximum is 5",
        ),
    ],
    "SMN-NB-15": [
        (
            "error",
            "Notebook",
            "SecurityGroupIds",
            "subnet Subnet is in Vpc, but security group NotebookGroup is in OtherVpc",
        ),
    ],
    "SMN-NB-16": [
        (
            "warning",
            "Notebook",
            "DefaultCodeRepository",
            "https://github.com/aws/amazon-sagemaker-examples.git cannot be reached: RouteTable has no default route",
        ),
    ],
    "SMN-NB-17": [
        (
            "info",
            "Notebook",
            "LifecycleConfigName",
            "OnStart of LifecycleConfig calls curl on get.example.com, which cannot be reached: RouteTable has no default route",
        ),
    ],
    "SMN-NB-18": [
        (
            "info",
            "Notebook",
            "NotebookInstanceName",
            "the notebook has a fixed name, so a later change of SubnetId, SecurityGroupIds, DirectInternetAccess, PlatformIdentifier or KmsKeyId fails unless the name changes too",
        ),
    ],
    "SMN-NB-19": [
        (
            "error",
            "Notebook",
            "IpAddressType",
            "subnet Subnet has no IPv6 CIDR block",
        ),
    ],
    "SMN-NB-21": [
        (
            "info",
            "Notebook",
            "LifecycleConfigName",
            "no mount target (MountTarget) admits TCP 2049 from the notebook: security group MountTargetGroup has no rule for security group NotebookGroup",
        ),
    ],
    "SMN-NB-22": [
        (
            "info",
            "Notebook",
            "SecurityGroupIds",
            "security group PrimaryNodeGroup of EMR cluster EmrCluster admits no TCP 8998 from security group NotebookGroup",
        ),
    ],
    "SMN-RT-01": [
        (
            "error",
            "NatGateway",
            "SubnetId",
            "subnet NatSubnet has no route to an internet gateway (no default route in NatRouteTable)",
        ),
    ],
    "SMN-RT-02": [
        (
            "error",
            "InternetGateway",
            None,
            "the internet gateway is not attached to Vpc, whose route PublicDefaultRoute leads to it",
        ),
    ],
    "SMN-RT-03": [
        (
            "warning",
            "Subnet",
            None,
            "the subnet uses the main route table of Vpc, which holds the local routes only",
        ),
    ],
    "SMN-RT-04": [
        (
            "info",
            "NatGateway1",
            None,
            "subnets Subnet1 (Availability Zone 0 of the region) and Subnet2 (Availability Zone 1 of the region) share the NAT gateway",
        ),
    ],
    "SMN-RT-05": [
        (
            "error",
            "DefaultRoute",
            "NatGatewayId",
            "NAT gateway NatGateway is private, so 0.0.0.0/0 leads to no internet",
        ),
    ],
    "SMN-RT-06": [
        (
            "warning",
            "NetworkAcl",
            None,
            "inbound TCP 1024-65535 from 0.0.0.0/0 is not wholly allowed for subnet Subnet: entry * deny all traffic 0.0.0.0/0",
        ),
    ],
    "SMN-RT-07": [
        (
            "warning",
            "BlockPublicAccess",
            "InternetGatewayBlockMode",
            "internet traffic is blocked in both directions, so NatGateway cannot reach the internet",
        ),
    ],
    "SMN-RT-08": [
        (
            "info",
            "Subnet",
            None,
            "the subnet leaves through 0.0.0.0/0 -> tgw-0a1b2c3d4e5f60718 (DefaultRoute), so what it reaches is decided there",
        ),
    ],
    "SMN-SG-01": [
        (
            "info",
            "NotebookGroup",
            None,
            "separate egress rules took the place of the default that lets everything out: only tcp 5432 to 10.0.0.0/16 is let out",
        ),
    ],
    "SMN-VPC-01": [
        (
            "warning",
            "Vpc",
            "EnableDnsHostnames",
            "EnableDnsHostnames is not set, and so false, but S3Endpoint needs it",
        ),
    ],
    "SMN-VPC-02": [
        (
            "error",
            "Vpc",
            "InstanceTenancy",
            "InstanceTenancy is dedicated, with which Domain cannot work",
        ),
    ],
    "SMN-VPC-03": [
        (
            "info",
            "Vpc",
            "CidrBlock",
            "172.17.0.0/16 overlaps 172.17.0.0/16, which Docker uses on the hosts of notebooks and Studio",
        ),
    ],
    "SMN-VPC-04": [
        (
            "info",
            "Vpc",
            None,
            "security group EndpointGroup of KmsEndpoint admits 10.0.0.0/16 only, but subnet Subnet of Job lies in 10.1.1.0/24",
        ),
    ],
    "SMN-VPC-05": [
        (
            "warning",
            "Vpc",
            None,
            "the VPC asks 10.0.0.53 for names; whether these forward to the VPC's resolver is not visible, and without it KmsEndpoint cannot be found",
        ),
    ],
}


@pytest.mark.parametrize("rule_id", MESSAGES)
def test_the_breaking_example_is_told_in_these_words(rule_id, example, judge):
    """Severity, resource, property and message of every violation in the example."""
    said = [each[1:] for each in judge(rule_id, example(rule_id, "breaks")) if each[0] == "violated"]
    assert said == MESSAGES[rule_id]
