"""Real jobs with what PrivateTrainingJobNetwork hands out: they must be accepted and carry exactly its subnets and groups."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local_deployment.promises import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_deployment.stacks import DeployedStack

# The stack's outputs that jobs are started with.
VPC_CONFIG_OUTPUT = "VpcConfig"
_IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/training:1"


def check(stack: DeployedStack) -> Iterator[Check]:
    """Start a training and a processing job in the stack's network, if it hands one out."""
    given = next((value for key, value in stack.outputs.items() if VPC_CONFIG_OUTPUT in key), None)
    if given is None:
        return
    vpc_config = json.loads(given)
    sagemaker = stack.client("sagemaker")
    role = "arn:aws:iam::123456789012:role/training"
    _train(sagemaker, vpc_config, role)
    described = sagemaker.describe_training_job(TrainingJobName="deployed-locally")
    yield _same("a training job runs in the network", described.get("VpcConfig"), vpc_config)
    _process(sagemaker, vpc_config, role)
    described = sagemaker.describe_processing_job(ProcessingJobName="deployed-locally")
    yield _same("a processing job runs in the network", described.get("NetworkConfig", {}).get("VpcConfig"), vpc_config)


def _same(text: str, found: Any, expected: dict[str, Any]) -> Check:
    return Check(text, found == expected, f"found {found!r}, expected {expected!r}")


def _train(sagemaker: Any, vpc_config: dict[str, Any], role: str) -> None:
    sagemaker.create_training_job(
        TrainingJobName="deployed-locally",
        AlgorithmSpecification={"TrainingImage": _IMAGE, "TrainingInputMode": "File"},
        RoleArn=role,
        OutputDataConfig={"S3OutputPath": "s3://results/"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 30},
        StoppingCondition={"MaxRuntimeInSeconds": 3600},
        VpcConfig=vpc_config,
    )


def _process(sagemaker: Any, vpc_config: dict[str, Any], role: str) -> None:
    sagemaker.create_processing_job(
        ProcessingJobName="deployed-locally",
        ProcessingResources={
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 30}
        },
        AppSpecification={"ImageUri": _IMAGE},
        RoleArn=role,
        NetworkConfig={"VpcConfig": vpc_config},
    )
