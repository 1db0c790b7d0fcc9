"""The checks on an app that uses none of the constructs: one line. What it finds here is acknowledged, with the reason."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker

from constructs_lib import NetworkChecks

app = cdk.App()
stack = cdk.Stack(app, "ChecksOnly")
role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
notebook = sagemaker.CfnNotebookInstance(
    stack, "Notebook", instance_type="ml.t3.medium", role_arn=role.role_arn, root_access="Disabled"
)
reason = "demonstration without data, deleted the same day"
for rule in ("SMN-NB-07", "SMN-NB-08", "SMN-NB-13"):
    cdk.Validations.of(notebook).acknowledge(cdk.Acknowledgment(id=f"SageMakerNetwork::{rule}", reason=reason))
cdk.Validations.of(app).add_plugins(NetworkChecks())
app.synth()
