"""People who can start jobs in their network and nowhere else, on data that leaves only through it."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from constructs_lib import PrivateTrainingJobNetwork

app = cdk.App()
stack = cdk.Stack(app, "GovernedTraining")
jobs = PrivateTrainingJobNetwork(stack, "Jobs", max_instances=4)
data = s3.Bucket(stack, "Data", enforce_ssl=True, block_public_access=s3.BlockPublicAccess.BLOCK_ALL)
data.grant_read_write(jobs)
jobs.network.only_from_here(data)
scientists = iam.Role(stack, "Scientists", assumed_by=iam.AccountRootPrincipal())
jobs.require_for(scientists)
app.synth()
