"""Networks and jobs before cfn-lint in every partition, and before all packs of cdk-nag."""

from __future__ import annotations

import aws_cdk as cdk
import cdk_nag
import pytest
from aws_cdk import aws_ec2 as ec2
from standards import PACKS, linted

from constructs_lib import Egress, PrivateNetwork, PrivateTrainingJobNetwork
from constructs_lib.services import DYNAMODB, LOGS, NOTEBOOK, S3, SAGEMAKER_API, SAGEMAKER_RUNTIME, STUDIO

EGRESSES = {
    "None": Egress.NONE,
    "NatPerAz": Egress.NAT_PER_AZ,
    "NatSingle": Egress.NAT_SINGLE,
    "NatInstance": Egress.NAT_INSTANCE,
    "TransitGateway": Egress.transit_gateway("tgw-0123456789abcdef0"),
    "HttpProxy": Egress.http_proxy("http://10.9.9.9:3128"),
}


def build(app, *, without=(), **stack_options):
    """One stack for each way out, for an existing VPC, and for each kind of jobs."""
    for name, egress in EGRESSES.items():
        if name not in without:
            stack = cdk.Stack(app, name, **stack_options)
            network = PrivateNetwork(stack, "Network", egress=egress, endpoints=[DYNAMODB])
            use(stack, network)
    use_existing(cdk.Stack(app, "Existing", **stack_options))
    for name, options in {
        "Jobs": {"network_isolation": True},
        "Efa": {"efa": True},
        "Encrypted": {"inter_container_encryption": True, "services": [SAGEMAKER_API]},
    }.items():
        PrivateTrainingJobNetwork(cdk.Stack(app, name, **stack_options), "Jobs", **options)


def use(stack, network):
    group = ec2.SecurityGroup(
        stack, "Workload", vpc=network.vpc, description="Some workload of the network", allow_all_outbound=False
    )
    network.connect(group, SAGEMAKER_API, SAGEMAKER_RUNTIME, S3, LOGS, STUDIO, NOTEBOOK)
    network.allow_from(ec2.Peer.ipv4("192.168.0.0/16"))


def use_existing(stack):
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-0123456789abcdef0",
        availability_zones=["a", "b"],
        vpc_cidr_block="10.0.0.0/16",
        isolated_subnet_ids=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        isolated_subnet_route_table_ids=["rtb-0123456789abcdef0", "rtb-0123456789abcdef1"],
    )
    use(
        stack,
        PrivateNetwork.from_vpc(
            stack, "Network", vpc=vpc, egress=Egress.NONE, endpoints=[SAGEMAKER_API], complete=True, flow_logs=True
        ),
    )


@pytest.mark.parametrize(
    ("regions", "env"),
    [
        (("us-east-1", "eu-west-1", "ap-northeast-1", "us-gov-west-1"), None),
        (("cn-north-1",), cdk.Environment(account="111122223333", region="cn-north-1")),
    ],
    ids=["any region", "China"],
)
def test_cfn_lint(tmp_path, regions, env):
    """Neither an error nor a warning, in no region. The ways out that are left out make the same resources as others."""
    app = cdk.App(outdir=str(tmp_path))
    build(app, without=["NatSingle", "HttpProxy"], env=env)
    app.synth()
    assert linted(tmp_path, *regions) == ("", 0)


@pytest.mark.parametrize("pack", PACKS)
def test_cdk_nag(pack):
    """Nothing is left unacknowledged, and no rule fails to read a template. The NAT instance is for trials and is left out."""
    app = cdk.App()
    build(app, without=["NatInstance"])
    cdk.Validations.of(app).add_plugins(PACKS[pack](app))
    app.synth()


@pytest.mark.parametrize(
    ("egress", "rule", "found_on"),
    [
        (Egress.NONE, "VPCDefaultSecurityGroupClosed", "Stack/Network/Vpc/Resource"),
        (Egress.NAT_SINGLE, "VPCNoUnrestrictedRouteToIGW", "Stack/Network/Vpc/PublicSubnet1/DefaultRoute"),
    ],
)
def test_withdrawing_an_acknowledgement_brings_the_finding_back(egress, rule, found_on):
    """What the network acknowledges is found again when the user withdraws the reason."""
    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    PrivateNetwork(stack, "Network", egress=egress, acknowledgements={f"HIPAA.Security-{rule}": None})
    cdk.Validations.of(app).add_plugins(cdk_nag.HIPAASecurityChecks(app))
    with pytest.raises(RuntimeError, match=f"(?s){found_on}.*HIPAA.Security::HIPAA.Security-{rule}"):
        app.synth()


def test_withdrawing_the_acknowledgement_of_efa():
    """The same for the rule that an Elastic Fabric Adapter needs."""
    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    rule = "PCI.DSS.321-EC2RestrictedCommonPorts"
    PrivateTrainingJobNetwork(stack, "Jobs", efa=True, acknowledgements={rule: None})
    cdk.Validations.of(app).add_plugins(cdk_nag.PCIDSS321Checks(app))
    with pytest.raises(RuntimeError, match=f"(?s)Stack/Jobs/SecurityGroup/EverythingIn.*PCI.DSS.321::{rule}"):
        app.synth()


def test_a_restricted_default_group_needs_no_acknowledgement():
    """Where the CDK's feature flag closes the default group, nothing is said about it."""
    app = cdk.App(context={"@aws-cdk/aws-ec2:restrictDefaultSecurityGroup": True})
    stack = cdk.Stack(app, "Stack")
    network = PrivateNetwork(stack, "Network")
    reasons = [
        entry.data for entry in network.vpc.node.default_child.node.metadata if "acknowledge" in entry.type.lower()
    ]
    assert reasons == []
