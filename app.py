"""The reference app: each pattern in a stack of its own. ``npx cdk list`` names them, ``npx cdk deploy NAME`` deploys one.

Context (``-c key=value``): ``account`` and ``region`` of the environment (needed in China, and to look up a VPC; otherwise each stack takes the
environment it is deployed to), ``vpc_id`` of a VPC that exists, for the private patterns, and ``endpoints`` that it has, such as
``s3,sagemaker.api``. Its private patterns share one more stack, ``ExistingVpc``: a VPC takes each endpoint once.
"""

from __future__ import annotations

import aws_cdk as cdk
import cdk_nag
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib import (
    Egress,
    NetworkChecks,
    NoVpcNotebook,
    PrivateNetwork,
    PrivateNotebook,
    PrivateTrainingJobNetwork,
    PublicInternetOnly,
    StudioDomain,
    VpcNotebookDirectInternet,
    VpcOnly,
)
from constructs_lib.services import NOTEBOOK, SAGEMAKER_API, SAGEMAKER_RUNTIME, Service, named

USERS = ["ana", "ben", "chi"]
ON_PREMISES = ["10.0.0.0/16"]
# The VPC's range must not overlap what it is routed to.
ATTACHED_RANGE = "10.100.0.0/16"


class NoVpcNotebookStack(cdk.Stack):
    """A notebook in SageMaker's managed network."""

    def __init__(self, scope: Construct, name: str, **options: object) -> None:
        super().__init__(scope, name, **options)
        NoVpcNotebook(self, "Notebook")


class VpcNotebookDirectInternetStack(cdk.Stack):
    """A notebook with the internet on one side and a VPC on the other, through which it reaches the data centre.

    The VPN or Direct Connect that leads there is attached to the VPC; until then `sagemaker-network explain` says that no route leads on.
    """

    def __init__(self, scope: Construct, name: str, **options: object) -> None:
        super().__init__(scope, name, **options)
        network = PrivateNetwork(self, "Network", cidr=ATTACHED_RANGE)
        VpcNotebookDirectInternet(self, "Notebook", vpc=network.vpc, on_premises_cidrs=ON_PREMISES)


class PrivateNotebookStack(cdk.Stack):
    """A notebook whose traffic all stays in the VPC: AWS services by endpoints, the rest by NAT."""

    def __init__(self, scope: Construct, name: str, *, shared: PrivateNetwork | None, **options: object) -> None:
        super().__init__(scope, name, **options)
        network = shared or PrivateNetwork(self, "Network", egress=Egress.NAT_PER_AZ)
        for service in (SAGEMAKER_API, SAGEMAKER_RUNTIME, NOTEBOOK):
            if service not in network.existing_endpoints:
                network.add_endpoint(service)
        PrivateNotebook(self, "Notebook", network=network)


class StudioPublicInternetStack(cdk.Stack):
    """Studio with apps on the internet; the VPC holds its home file system."""

    def __init__(self, scope: Construct, name: str, **options: object) -> None:
        super().__init__(scope, name, **options)
        access = PublicInternetOnly(PrivateNetwork(self, "Network").vpc)
        StudioDomain(
            self,
            "Studio",
            domain_name="lab",
            access=access,
            user_profiles=USERS,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )


class StudioVpcOnlyStack(cdk.Stack):
    """Studio without the internet, a security group for each user."""

    def __init__(self, scope: Construct, name: str, *, shared: PrivateNetwork | None, **options: object) -> None:
        super().__init__(scope, name, **options)
        access = VpcOnly(shared or PrivateNetwork(self, "Network"))
        StudioDomain(
            self,
            "Studio",
            domain_name="research",
            access=access,
            user_profiles=USERS,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )


class PrivateTrainingJobsStack(cdk.Stack):
    """Subnets and groups for distributed jobs without the internet."""

    def __init__(self, scope: Construct, name: str, *, shared: PrivateNetwork | None, **options: object) -> None:
        super().__init__(scope, name, **options)
        network = shared or PrivateNetwork(self, "Network")
        jobs = PrivateTrainingJobNetwork(self, "Jobs", network=network, max_instances=8, efa=True)
        cdk.CfnOutput(
            self,
            "VpcConfig",
            value=self.to_json_string(jobs.vpc_config),
            description="VpcConfig of boto3's create_training_job",
        )


class ExistingVpcStack(cdk.Stack):
    """What the private patterns dial in a VPC that exists, each endpoint once for all of them."""

    def __init__(
        self, scope: Construct, name: str, *, vpc_id: str, endpoints: list[Service], **options: object
    ) -> None:
        super().__init__(scope, name, **options)
        vpc = ec2.Vpc.from_lookup(self, "Vpc", vpc_id=vpc_id)
        # The look-up calls subnets private that have a way out, and isolated those that have none.
        egress = Egress.NAT_PER_AZ if vpc.private_subnets else Egress.NONE
        self.network = PrivateNetwork.from_vpc(self, "Network", vpc=vpc, egress=egress, endpoints=endpoints)


app = cdk.App()
environment = cdk.Environment(account=app.node.try_get_context("account"), region=app.node.try_get_context("region"))
shared = None
if vpc_id := app.node.try_get_context("vpc_id"):
    names = app.node.try_get_context("endpoints") or ""
    try:
        endpoints = [named(name.strip()) for name in names.split(",") if name.strip()]
    except ValueError as error:
        raise SystemExit(f"endpoints is {names!r}: {error}") from None
    shared = ExistingVpcStack(app, "ExistingVpc", vpc_id=vpc_id, endpoints=endpoints, env=environment).network
NoVpcNotebookStack(app, "NoVpcNotebook", env=environment)
VpcNotebookDirectInternetStack(app, "VpcNotebookDirectInternet", env=environment)
PrivateNotebookStack(app, "PrivateNotebook", shared=shared, env=environment)
StudioPublicInternetStack(app, "StudioPublicInternet", env=environment)
StudioVpcOnlyStack(app, "StudioVpcOnly", shared=shared, env=environment)
PrivateTrainingJobsStack(app, "PrivateTrainingJobs", shared=shared, env=environment)

# What is tried out is to be gone afterwards, keys and logs included. A stack that people work in keeps them: leave this out.
cdk.RemovalPolicies.of(app).destroy()
cdk.Validations.of(app).add_plugins(NetworkChecks())
cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
app.synth()
