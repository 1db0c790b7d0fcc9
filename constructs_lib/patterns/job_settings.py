"""What jobs are told about their network, in the form of each tool that starts them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml
from aws_cdk import aws_sagemaker as sagemaker

VpcConfig = dict[str, list[str]]
_SCHEMA_VERSION = "1.0"


class JobSettings:
    """The settings of jobs in a network, for boto3, CloudFormation and the SageMaker Python SDK.

    Args:
        subnets: ids of the subnets.
        security_groups: ids of the security groups.
        network_isolation: whether containers are cut off from the network (SMN-JOB-10).
        inter_container_encryption: whether traffic between containers is encrypted (SMN-JOB-06).
    """

    def __init__(
        self,
        *,
        subnets: Sequence[str],
        security_groups: Sequence[str],
        network_isolation: bool,
        inter_container_encryption: bool,
    ) -> None:
        self._subnets = list(subnets)
        self._security_groups = list(security_groups)
        self.network_isolation = network_isolation
        self.inter_container_encryption = inter_container_encryption

    @property
    def vpc_config(self) -> VpcConfig:
        """``VpcConfig`` of the API: of training, tuning, compilation, AutoML jobs and models."""
        return {"Subnets": list(self._subnets), "SecurityGroupIds": list(self._security_groups)}

    @property
    def training_job(self) -> dict[str, Any]:
        """What ``CreateTrainingJob`` takes about the network."""
        return {
            "VpcConfig": self.vpc_config,
            "EnableNetworkIsolation": self.network_isolation,
            "EnableInterContainerTrafficEncryption": self.inter_container_encryption,
        }

    @property
    def network_config(self) -> dict[str, Any]:
        """``NetworkConfig`` of processing jobs and monitoring job definitions."""
        return self.training_job

    def cfn_processing_job(self) -> sagemaker.CfnProcessingJob.NetworkConfigProperty:
        """``network_config`` of ``CfnProcessingJob``."""
        return sagemaker.CfnProcessingJob.NetworkConfigProperty(
            enable_network_isolation=self.network_isolation,
            enable_inter_container_traffic_encryption=self.inter_container_encryption,
            vpc_config=sagemaker.CfnProcessingJob.VpcConfigProperty(
                subnets=self._subnets, security_group_ids=self._security_groups
            ),
        )

    def cfn_model(self) -> sagemaker.CfnModel.VpcConfigProperty:
        """``vpc_config`` of ``CfnModel``."""
        return sagemaker.CfnModel.VpcConfigProperty(subnets=self._subnets, security_group_ids=self._security_groups)

    def sdk_config(self, role_arn: str) -> str:
        """The ``config.yaml`` of the SageMaker Python SDK, so that all its jobs and models take this network and role.

        Source: https://sagemaker.readthedocs.io/en/stable/overview.html#configuring-and-using-defaults-with-the-sagemaker-python-sdk
        """
        vpc, encryption = self.vpc_config, self.inter_container_encryption
        role = {"RoleArn": role_arn}
        configured = {
            "TrainingJob": {**role, **self.training_job},
            "ProcessingJob": {**role, "NetworkConfig": self.network_config},
            "Model": {"ExecutionRoleArn": role_arn, "VpcConfig": vpc, "EnableNetworkIsolation": self.network_isolation},
            "AutoMLJob": {
                **role,
                "AutoMLJobConfig": {
                    "SecurityConfig": {"VpcConfig": vpc, "EnableInterContainerTrafficEncryption": encryption}
                },
            },
            "CompilationJob": {**role, "VpcConfig": vpc},
            "MonitoringSchedule": {
                "MonitoringScheduleConfig": {"MonitoringJobDefinition": {**role, "NetworkConfig": self.network_config}}
            },
            "PythonSDK": {
                "Modules": {
                    "RemoteFunction": {**role, "VpcConfig": vpc, "EnableInterContainerTrafficEncryption": encryption}
                }
            },
        }
        document = {"SchemaVersion": _SCHEMA_VERSION, "SageMaker": configured}
        # References are long texts until the CDK resolves them: a line must not be folded within one.
        return yaml.dump(document, Dumper=_WithoutAnchors, sort_keys=False, width=float("inf"))


class _WithoutAnchors(yaml.SafeDumper):
    """Writes lists that occur twice twice, for readers."""

    def ignore_aliases(self, data: Any) -> bool:
        """Every value is written out."""
        del data
        return True
