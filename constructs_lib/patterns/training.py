"""The network of jobs: training, processing, tuning, transform and hosting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from constructs_lib.patterns.acknowledgements import WILDCARD_RULE, Overrides, checked_overrides
from constructs_lib.patterns.capacity import Capacity
from constructs_lib.patterns.checked import checked
from constructs_lib.patterns.encryption import encryption_key as key_of
from constructs_lib.patterns.enforcement import enforce
from constructs_lib.patterns.errors import require_type
from constructs_lib.patterns.execution_role import execution_role, network_interface_policy
from constructs_lib.patterns.guardrail_attachment import attach
from constructs_lib.patterns.guardrail_networks import foundations
from constructs_lib.patterns.guardrails import SageMakerGuardrails
from constructs_lib.patterns.job_group import EFA_REASONS, job_group
from constructs_lib.patterns.job_parameters import checked_prefix, job_parameters
from constructs_lib.patterns.job_settings import JobSettings
from constructs_lib.patterns.network import PrivateNetwork
from constructs_lib.services import LAMBDA, S3, Service

if TYPE_CHECKING:
    from aws_cdk import aws_stepfunctions_tasks as tasks

_MAX_GROUPS = 5
_MAX_SUBNETS = 16
_LOG_GROUPS = tuple(
    f"/aws/sagemaker/{kind}"
    for kind in (
        "TrainingJobs",
        "ProcessingJobs",
        "TransformJobs",
        "Endpoints",
        "CompilationJobs",
        "InferenceRecommendationsJobs",
    )
)


@jsii.implements(ec2.IConnectable, iam.IGrantable)
class PrivateTrainingJobNetwork(Construct):
    """Subnets, security group, role and key for jobs in a private network, and what people paste to use them.

    There is no CloudFormation type for training, tuning and transform jobs: people start them. What they need is handed out in the form of
    each tool: :attr:`vpc_config` and :attr:`training_job_parameters` for boto3 and Step Functions, :attr:`processing_network_config`,
    :attr:`cfn_processing_network_config`, :attr:`cfn_model_vpc_config`, :attr:`task_vpc_config`, :attr:`sdk_config`, and SSM parameters.

    Args:
        scope: where the construct is made.
        construct_id: its id there.
        network: where the jobs run. Default: a private network of its own, without a way out.
        max_instances: the most instances that one job has. Each takes two addresses, or five with ``efa``, in one subnet. Default: 4.
        distributed: whether the instances of a job reach each other on all TCP ports (SMN-JOB-04). Default: they do.
        efa: whether instances have an Elastic Fabric Adapter: all traffic within the group, in and out (SMN-JOB-05). Default: they have not.
        inter_container_encryption: whether traffic between the instances of a job is encrypted, over UDP 500 and protocol 50 (SMN-JOB-06). It
            takes longer to train. Default: it is not.
        network_isolation: whether containers make no calls at all, while SageMaker still reads and writes their data (SMN-JOB-10).
            Default: they may.
        services: what the code of the jobs dials beside S3, from ``constructs_lib.services``. Images and logs need none (SMN-JOB-16).
            Default: none.
        security_groups: up to four more groups for the jobs, beside their own. Default: none.
        private_registry: a Docker registry in the VPC that images come from; its group admits the jobs' on TCP 443, and the Lambda endpoint
            for its credentials is made (SMN-JOB-24). Default: none.
        role: the execution role. Default: a new one with least privilege.
        encryption_key: key for volumes and output of jobs. Default: a new customer-managed key with rotation.
        parameter_prefix: where the SSM parameters are. Default: ``/sagemaker-network/<stack name>/<path of the construct>``.
        acknowledgements: your own reasons for what the construct acknowledges, or None to withdraw: cdk-nag's ``AwsSolutions-IAM5`` on the
            policies, and with ``efa`` its ``EC2RestrictedCommonPorts`` on the inbound rule. Default: the construct's reasons.

    Attributes:
        network: the network.
        security_group: the jobs' own group.
        security_groups: all groups of the jobs.
        role: the execution role.
        encryption_key: the key.
        parameters: the SSM parameters by the last part of their name.

    Raises:
        TypeError, ValueError: an argument that can never be right: more instances than the largest subnet has addresses for (SMN-JOB-07), or
            more groups or subnets than a job takes (SMN-JOB-01).

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html
    """

    @checked("network", "max_instances", "parameter_prefix")
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        network: PrivateNetwork | None = None,
        max_instances: int = 4,
        distributed: bool = True,
        efa: bool = False,
        inter_container_encryption: bool = False,
        network_isolation: bool = False,
        services: Sequence[Service] = (),
        security_groups: Sequence[ec2.ISecurityGroup] = (),
        private_registry: ec2.IConnectable | None = None,
        role: iam.IRole | None = None,
        encryption_key: kms.IKey | None = None,
        parameter_prefix: str | None = None,
        acknowledgements: Overrides | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        require_type(
            "network",
            network,
            (PrivateNetwork, type(None)),
            "give a PrivateNetwork, or leave it out for one of its own",
        )
        _check_numbers(max_instances, security_groups, efa=efa, distributed=distributed)
        self._overrides = checked_overrides(acknowledgements, [WILDCARD_RULE, *(EFA_REASONS if efa else ())])
        prefix = checked_prefix(self, parameter_prefix)
        self.network = network or PrivateNetwork(self, "Network")
        self.encryption_key = key_of(
            self, "Key", given=encryption_key, description=f"SageMaker jobs of {self.node.path}"
        )
        self.role = role or self._own_role()
        self.security_group = job_group(
            self,
            "SecurityGroup",
            vpc=self.network.vpc,
            distributed=distributed,
            efa=efa,
            encrypted=inter_container_encryption,
            overrides=self._overrides,
        )
        self.security_groups = [self.security_group, *security_groups]
        self._connections = ec2.Connections(security_groups=self.security_groups)
        self.network.connect(self, S3, *services)
        self._admit_to_registry(private_registry)
        self._check_subnets(max_instances, efa=efa)
        self._settings = JobSettings(
            subnets=[subnet.subnet_id for subnet in self.subnets],
            security_groups=[group.security_group_id for group in self.security_groups],
            network_isolation=network_isolation,
            inter_container_encryption=inter_container_encryption,
        )
        self._guardrails: SageMakerGuardrails | None = None
        self.parameters = job_parameters(
            self, "Parameters", settings=self._settings, sdk_config=self.sdk_config, prefix=prefix
        )
        cdk.CfnOutput(
            self, "ParameterPrefix", value=prefix, description=f"SSM parameters for jobs: {', '.join(self.parameters)}"
        )
        self._declare(
            maxInstances=max_instances,
            efa=efa,
            distributed=distributed,
            interContainerEncryption=inter_container_encryption,
            networkIsolation=network_isolation,
            **_registry_fact(private_registry),
        )
        enforce(self)

    @property
    def connections(self) -> ec2.Connections:
        """What the jobs may talk to: ``jobs.connections.allow_to(database, port)``."""
        return self._connections

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The execution role: ``bucket.grant_read_write(jobs)``."""
        return self.role.grant_principal

    @property
    def subnets(self) -> list[ec2.ISubnet]:
        """The subnets of the jobs: those of the network."""
        return self.network.subnets

    @property
    def vpc_config(self) -> dict[str, list[str]]:
        """``VpcConfig`` as boto3 takes it: ``{"Subnets": [...], "SecurityGroupIds": [...]}``."""
        return self._settings.vpc_config

    @property
    def training_job_parameters(self) -> dict[str, Any]:
        """What ``create_training_job`` takes about the network, in boto3 and as ``Parameters`` of a Step Functions state."""
        return self._settings.training_job

    @property
    def processing_network_config(self) -> dict[str, Any]:
        """``NetworkConfig`` of ``create_processing_job``, in boto3 and Step Functions."""
        return self._settings.network_config

    @property
    def cfn_processing_network_config(self) -> sagemaker.CfnProcessingJob.NetworkConfigProperty:
        """``network_config`` of ``sagemaker.CfnProcessingJob``."""
        return self._settings.cfn_processing_job()

    @property
    def cfn_model_vpc_config(self) -> sagemaker.CfnModel.VpcConfigProperty:
        """``vpc_config`` of ``sagemaker.CfnModel``, for hosting and batch transform."""
        return self._settings.cfn_model()

    @property
    def task_vpc_config(self) -> tasks.VpcConfig:
        """``vpc_config`` of the CDK's ``SageMakerCreateTrainingJob`` task.

        The task makes a security group of its own; give it the jobs' too: ``task.add_security_group(jobs.security_group)``. It knows no
        encryption between containers: use :attr:`training_job_parameters` in a ``CallAwsService`` task for that.
        """
        from aws_cdk import aws_stepfunctions_tasks as tasks

        return tasks.VpcConfig(vpc=self.network.vpc, subnets=ec2.SubnetSelection(subnets=self.subnets))

    @property
    def sdk_config(self) -> str:
        """The ``config.yaml`` of the SageMaker Python SDK; also in the SSM parameter ``config.yaml``."""
        return self._settings.sdk_config(self.role.role_arn)

    @checked()
    def grant_network_interfaces(self, role: iam.IRole) -> None:
        """Let another execution role make the network interfaces of jobs in a VPC (SMN-HOST-07), by a managed policy."""
        policy = self.node.try_find_child("NetworkInterfaces")
        if policy is None:
            policy = network_interface_policy(self, "NetworkInterfaces", acknowledgements=self._overrides)
        assert isinstance(policy, iam.ManagedPolicy)
        attach(role, [policy], uses=foundations([self]))

    def require_for(self, *principals: iam.IRole | iam.IUser | iam.IGroup) -> SageMakerGuardrails:
        """Have roles, users or groups start SageMaker workloads in this network and nowhere else: denied otherwise, whatever else allows it.

        Notebooks, Studio domains, models, job definitions and clusters are denied outside it too; and where the network asks for network
        isolation or encryption between containers, so are workloads without. For several networks, presigned URLs, a boundary or a service
        control policy make one :class:`~constructs_lib.patterns.guardrails.SageMakerGuardrails` yourself.

        Args:
            principals: made in this app or brought in.

        Returns:
            The guardrails, the same at each call.

        Raises:
            TypeError: not a role, user or group.
            ValueError: a principal of another account, or one that has other guardrails already.
        """
        if self._guardrails is None:
            self._guardrails = SageMakerGuardrails(
                self,
                "Guardrails",
                networks=[self],
                network_isolation=self._settings.network_isolation,
                inter_container_encryption=self._settings.inter_container_encryption,
            )
        self._guardrails.attach_to(*principals)
        return self._guardrails

    def _own_role(self) -> iam.Role:
        return execution_role(
            self,
            "Role",
            key=self.encryption_key,
            vpc_attached=True,
            log_group_prefixes=_LOG_GROUPS,
            description=f"SageMaker jobs of {self.node.path}",
            acknowledgements=self._overrides,
        )

    def _admit_to_registry(self, registry: ec2.IConnectable | None) -> None:
        if registry is not None:
            self.network.connect(self, LAMBDA)
            # From this side, so that the rules are in this stack: the registry's must not depend on it.
            self.security_group.connections.allow_to(registry, ec2.Port.tcp(443), "Images of SageMaker jobs")

    def _check_subnets(self, max_instances: int, *, efa: bool) -> None:
        count = len(self.subnets)
        if count > _MAX_SUBNETS:
            raise ValueError(
                f"network has {count} subnets: a job takes 1 to {_MAX_SUBNETS}, so name fewer in PrivateNetwork.from_vpc (SMN-JOB-01)"
            )
        capacity = Capacity(self.network, self.subnets, max_instances=max_instances, efa=efa)
        if reason := capacity.shortage():
            raise ValueError(reason)
        self.node.add_validation(capacity)

    def _declare(self, **facts: Any) -> None:
        """No resource stands for a training job, so what jobs will be like is written on their group, where the checks read it."""
        resource = self.security_group.node.default_child
        assert isinstance(resource, ec2.CfnSecurityGroup)
        network: dict[str, Any] = {"name": self.node.path, "subnets": self.vpc_config["Subnets"]}
        # A reference of the group to itself would be circular; it is a member by carrying this.
        if further := self.vpc_config["SecurityGroupIds"][1:]:
            network["securityGroups"] = further
        resource.add_metadata("SageMakerNetwork", {"trainingNetwork": {**network, **facts}})


def _registry_fact(registry: ec2.IConnectable | None) -> dict[str, Any]:
    if registry is None:
        return {}
    groups = registry.connections.security_groups
    return {"privateRegistry": groups[0].security_group_id if groups else True}


def _check_numbers(max_instances: int, groups: Sequence[ec2.ISecurityGroup], *, efa: bool, distributed: bool) -> None:
    require_type("max_instances", max_instances, int, "give the most instances that one job has, 1 or more")
    if max_instances < 1:
        raise ValueError(f"max_instances is {max_instances}: give the most instances that one job has, 1 or more")
    if efa and not distributed:
        raise ValueError(
            "distributed is False with efa=True: an Elastic Fabric Adapter is for instances that reach each other, leave one of them out"
        )
    if len(groups) > _MAX_GROUPS - 1:
        raise ValueError(
            f"security_groups has {len(groups)} groups: with its own a job takes 1 to {_MAX_GROUPS}, so give at most {_MAX_GROUPS - 1} (SMN-JOB-01)"
        )
