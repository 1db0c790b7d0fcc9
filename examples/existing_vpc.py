"""Studio and jobs in a VPC that a network team keeps: nothing of it is looked up or changed, and the checks still judge all of it."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2

from constructs_lib import Egress, PrivateNetwork, PrivateTrainingJobNetwork, StudioDomain, VpcOnly
from constructs_lib.services import LOGS, S3, SAGEMAKER_API, SAGEMAKER_RUNTIME, STS, STUDIO

app = cdk.App()
stack = cdk.Stack(app, "InExistingVpc")
vpc = ec2.Vpc.from_vpc_attributes(
    stack,
    "Vpc",
    vpc_id="vpc-0123456789abcdef0",
    vpc_cidr_block="10.20.0.0/16",
    availability_zones=["eu-west-1a", "eu-west-1b"],
    isolated_subnet_ids=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    isolated_subnet_ipv4_cidr_blocks=["10.20.1.0/24", "10.20.2.0/24"],
    isolated_subnet_route_table_ids=["rtb-0123456789abcdef0", "rtb-0123456789abcdef1"],
)
kept_by_the_network_team = [S3, SAGEMAKER_API, SAGEMAKER_RUNTIME, STUDIO, STS, LOGS]
network = PrivateNetwork.from_vpc(stack, "Network", vpc=vpc, egress=Egress.NONE, endpoints=kept_by_the_network_team)
StudioDomain(stack, "Studio", domain_name="research", access=VpcOnly(network), user_profiles=["ana", "ben"])
PrivateTrainingJobNetwork(stack, "Jobs", network=network, max_instances=8)
app.synth()
