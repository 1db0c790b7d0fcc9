"""The guardrails and the detector against AWS's own list of actions and condition keys, so that an action or key that AWS adds shows up here."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from iam_evaluator import ACCOUNT, ROOT, evaluate, node, simulation

from constructs_lib import GuardrailForm, PresignedUrls, SageMakerGuardrails
from constructs_lib.patterns import guardrail_statements as write
from constructs_lib.patterns.handlers.detector.workloads import KINDS

SCRIPT = Path(__file__).parent / "iam" / "service_data.mjs"
PAGE = ROOT / "docs" / "guardrails.md"
GLOBAL_KEYS = {"aws:PrincipalArn", "aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce"}
# By key, every action that the guardrails condition on it.
CONDITIONED = {
    "sagemaker:VpcSubnets": write.SUBNET_ACTIONS,
    "sagemaker:VpcSecurityGroupIds": write.GROUP_ACTIONS,
    "sagemaker:NetworkIsolation": (*write.ISOLATION_ACTIONS, *write.OPTIONAL_ISOLATION_ACTIONS),
    "sagemaker:InterContainerTrafficEncryption": (*write.ENCRYPTION_ACTIONS, *write.SCHEDULES),
    "sagemaker:VolumeKmsKeyArn": (*write.VOLUME_KEY_ACTIONS, *write.OPTIONAL_VOLUME_ACTIONS),
    "sagemaker:DirectInternetAccess": ("CreateNotebookInstance",),
    "sagemaker:RootAccess": ("CreateNotebookInstance", "UpdateNotebookInstance"),
    "sagemaker:AppNetworkAccessType": ("CreateDomain", "UpdateDomain"),
}
# Jobs, and what else runs code, whose request says nothing about a network that a policy could read.
NOT_GOVERNED = [
    "CreateAIBenchmarkJob",
    "CreateAIRecommendationJob",
    "CreateCompilationJob",
    "CreateEdgePackagingJob",
    "CreateInferenceRecommendationsJob",
    "CreateLabelingJob",
    "CreateModelCardExportJob",
    "CreateOptimizationJob",
    "CreateTransformJob",
]
OTHERS = [
    "CreateApp",
    "CreateEndpoint",
    "CreateInferenceComponent",
    "CreateInferenceExperiment",
    "CreateMlflowTrackingServer",
    "CreatePartnerApp",
    "CreatePipeline",
    "CreateSpace",
    "CreateWorkforce",
    "StartNotebookInstance",
    "StartPipelineExecution",
]


@pytest.fixture(scope="module")
def service():
    """By action, the keys that it supports and the ARN of what it is about."""
    done = subprocess.run([node(), str(SCRIPT)], capture_output=True, text=True, check=True, cwd=ROOT, timeout=120)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def everything():
    """Guardrails with all options."""
    stack = cdk.Stack(cdk.App(), "Guardrails")
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-0aaaaaaaaaaaaaaaa")
    return SageMakerGuardrails(
        stack,
        "Guardrails",
        subnets=[ec2.Subnet.from_subnet_id(stack, "Subnet", "subnet-0aaaaaaaaaaaaaaaa")],
        security_groups=[group],
        form=GuardrailForm.SERVICE_CONTROL_POLICY,
        network_isolation=True,
        inter_container_encryption=True,
        volume_keys=[kms.Key.from_key_arn(stack, "Key", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1")],
        presigned_urls=PresignedUrls(
            vpc_endpoints=[
                ec2.InterfaceVpcEndpoint.from_interface_vpc_endpoint_attributes(
                    stack, f"Endpoint{each}", vpc_endpoint_id=f"vpce-{each}", port=443, security_groups=[group]
                )
                for each in range(2)
            ],
            vpcs=[ec2.Vpc.from_vpc_attributes(stack, "Vpc", vpc_id="vpc-1", availability_zones=["us-east-1a"])],
            ip_ranges=["203.0.113.0/24"],
        ),
        exempt_principals=[f"arn:aws:iam::{ACCOUNT}:role/platform"],
    )


def statements(guardrails):
    return [each for document in guardrails.documents for each in document["Statement"]]


def test_keys_stand_only_on_actions_that_support_them(service, everything):
    """On any other action a key is absent from every request: the statement would deny nothing, or everything."""
    wrong = [
        (statement["Sid"], action, key)
        for statement in statements(everything)
        for key in {key for block in statement["Condition"].values() for key in block} - GLOBAL_KEYS
        for action in statement["Action"]
        if key not in service[action.removeprefix("sagemaker:")]["keys"]
    ]
    assert wrong == []


@pytest.mark.parametrize("key", CONDITIONED)
def test_every_action_with_a_network_key_is_governed(service, everything, key):
    """What AWS's data names for a key, the statements name, and nothing else."""
    supporting = {action for action, about in service.items() if key in about["keys"]}
    assert set(CONDITIONED[key]) == supporting
    written = {
        action.removeprefix("sagemaker:")
        for statement in statements(everything)
        if any(key in block for block in statement["Condition"].values())
        for action in statement["Action"]
    }
    assert written == supporting


def test_no_new_network_key(service):
    """A key about networks that is not among those above would be one to use."""
    keys = {key for about in service.values() for key in about["keys"] if key.startswith("sagemaker:")}
    about_networks = {key for key in keys if re.search("Vpc|Subnet|SecurityGroup|Network|Internet|Traffic", key)}
    assert about_networks == set(CONDITIONED) - {"sagemaker:RootAccess", "sagemaker:VolumeKmsKeyArn"}


def test_jobs_that_cannot_be_governed(service, everything):
    """The list is complete, the page for users names each, and each stays allowed, whatever options are set but the volume's key."""
    jobs = {action for action in service if re.fullmatch("Create.*Job(V2)?", action)}
    assert jobs - set(write.SUBNET_ACTIONS) == set(NOT_GOVERNED)
    page = PAGE.read_text(encoding="utf-8")
    assert [each for each in [*NOT_GOVERNED, *OTHERS] if f"`{each}`" not in page] == []
    key = {"sagemaker:VolumeKmsKeyArn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"}
    simulations = [
        simulation(
            f"sagemaker:{action}",
            {each: value for each, value in key.items() if each in service[action]["keys"]},
            everything.documents,
            resource=_resource(service[action]["resource"]),
        )
        for action in [*NOT_GOVERNED, *OTHERS]
    ]
    assert dict(zip([*NOT_GOVERNED, *OTHERS], evaluate(simulations), strict=True)) == dict.fromkeys(
        [*NOT_GOVERNED, *OTHERS], "Allowed"
    )


def test_the_detector_asks_for_what_there_is(service):
    """Each action that describes or stops a workload exists, and is about the kind of resource that the function's policy names."""
    assert [
        action
        for kind in KINDS
        for action in (kind.describe, kind.stop)
        if not service[action]["resource"].startswith(
            f"arn:${{Partition}}:sagemaker:${{Region}}:${{Account}}:{kind.resource}/"
        )
    ] == []


def _resource(arn):
    known = {"Partition": "aws", "Region": "us-east-1", "Account": ACCOUNT}
    return re.sub(r"\$\{(\w+)\}", lambda name: known.get(name[1], "x"), arn)


def test_no_document_is_too_long(everything):
    """With all options, a service control policy has at most 5,120 characters."""
    assert len(everything.documents) > 1
    assert all(len(json.dumps(each, separators=(",", ":"))) <= 5120 for each in everything.documents)
