"""What a change of the templates replaces: the create-only properties, by resource type.

They are compared between two states of the templates (`constructs_lib.comparison.changes`), so no function stands here: one state cannot break these rules.
"""

from __future__ import annotations

from constructs_lib.rules._rule import CLOUDFORMATION, Severity, compared

_UPDATE_BEHAVIOURS = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html"
)


class CreateOnly:
    """The properties of a resource type that CloudFormation can only set at creation.

    Attributes:
        rule: The id of the rule that a replacement is reported by.
        properties: Their paths, dots between the steps.
        conditional: The paths of those that only some changes of replace the resource.
        name: The property with which a template names the resource itself; the new one then collides with the old, and the update fails.
        within: The property that says where the name must be unique; None: in the account and region.
        lost: What goes with the resource, for the message.

    """

    __slots__ = ("conditional", "lost", "name", "properties", "rule", "within")

    def __init__(
        self,
        rule: str,
        properties: str,
        *,
        conditional: str = "",
        name: str | None = None,
        within: str | None = None,
        lost: str = "",
    ) -> None:
        """Take both lists of paths as texts, blanks between the paths."""
        self.rule = rule
        self.properties = tuple(properties.split())
        self.conditional = tuple(conditional.split())
        self.name = name
        self.within = within
        self.lost = lost


def _definition(kind: str) -> CreateOnly:
    parts = " ".join(f"{kind}{part}" for part in ("AppSpecification", "BaselineConfig", "JobInput", "JobOutputConfig"))
    shared = "JobDefinitionName JobResources NetworkConfig RoleArn StoppingCondition EndpointName Tags"
    return CreateOnly("SMN-CHG-02", f"{shared} {parts}", name="JobDefinitionName")


CREATE_ONLY = {
    "AWS::SageMaker::NotebookInstance": CreateOnly(
        "SMN-NB-18",
        "DirectInternetAccess SubnetId SecurityGroupIds KmsKeyId PlatformIdentifier NotebookInstanceName",
        name="NotebookInstanceName",
        lost="its volume with everything under /home/ec2-user/SageMaker",
    ),
    "AWS::SageMaker::Domain": CreateOnly(
        "SMN-DOM-21",
        "AuthMode DomainName KmsKeyId DomainSettings.RStudioServerProDomainSettings.DefaultResourceSpec",
        conditional="VpcId",
        name="DomainName",
        lost="its user profiles, spaces and apps",
    ),
    "AWS::SageMaker::UserProfile": CreateOnly(
        "SMN-DOM-21",
        "DomainId UserProfileName SingleSignOnUserIdentifier SingleSignOnUserValue "
        "UserSettings.RStudioServerProAppSettings.AccessStatus UserSettings.RStudioServerProAppSettings.UserGroup",
        name="UserProfileName",
        within="DomainId",
        lost="the user's apps",
    ),
    "AWS::SageMaker::Space": CreateOnly(
        "SMN-DOM-21",
        "DomainId SpaceName SpaceSharingSettings OwnershipSettings",
        name="SpaceName",
        within="DomainId",
        lost="its apps and their volumes",
    ),
    "AWS::SageMaker::Model": CreateOnly(
        "SMN-CHG-01",
        "VpcConfig EnableNetworkIsolation ExecutionRoleArn PrimaryContainer Containers InferenceExecutionConfig ModelName",
        name="ModelName",
    ),
    "AWS::SageMaker::DataQualityJobDefinition": _definition("DataQuality"),
    "AWS::SageMaker::ModelQualityJobDefinition": _definition("ModelQuality"),
    "AWS::SageMaker::ModelBiasJobDefinition": _definition("ModelBias"),
    "AWS::SageMaker::ModelExplainabilityJobDefinition": _definition("ModelExplainability"),
    "AWS::SageMaker::ProcessingJob": CreateOnly(
        "SMN-CHG-02",
        "AppSpecification Environment ExperimentConfig NetworkConfig ProcessingInputs ProcessingJobName ProcessingOutputConfig "
        "ProcessingResources RoleArn StoppingCondition Tags",
        name="ProcessingJobName",
    ),
    "AWS::SageMaker::MonitoringSchedule": CreateOnly(
        "SMN-CHG-02", "MonitoringScheduleName", name="MonitoringScheduleName"
    ),
    "AWS::SageMaker::EndpointConfig": CreateOnly(
        "SMN-CHG-03",
        "VpcConfig EnableNetworkIsolation ProductionVariants ShadowProductionVariants DataCaptureConfig KmsKeyId "
        "AsyncInferenceConfig ExplainerConfig ExecutionRoleArn EndpointConfigName MetricsConfig",
        name="EndpointConfigName",
    ),
    "AWS::SageMaker::Cluster": CreateOnly(
        "SMN-CHG-04", "VpcConfig ClusterName Orchestrator.Eks", name="ClusterName", lost="its nodes"
    ),
    "AWS::EC2::VPC": CreateOnly(
        "SMN-CHG-05", "CidrBlock Ipv4IpamPoolId Ipv4NetmaskLength VpcEncryptionControl", conditional="InstanceTenancy"
    ),
    "AWS::EC2::Subnet": CreateOnly(
        "SMN-CHG-05",
        "VpcId CidrBlock AvailabilityZone AvailabilityZoneId Ipv4IpamPoolId Ipv4NetmaskLength Ipv6IpamPoolId Ipv6NetmaskLength "
        "OutpostArn Ipv6Native",
        conditional="Ipv6CidrBlock",
    ),
    "AWS::EC2::SecurityGroup": CreateOnly(
        "SMN-CHG-05", "VpcId GroupName GroupDescription", name="GroupName", within="VpcId"
    ),
    "AWS::EC2::VPCEndpoint": CreateOnly(
        "SMN-CHG-05",
        "ServiceName VpcEndpointType VpcId ServiceRegion ServiceNetworkArn ResourceConfigurationArn "
        "DnsOptions.PrivateDnsPreference DnsOptions.PrivateDnsSpecifiedDomains",
    ),
    "AWS::EC2::NatGateway": CreateOnly(
        "SMN-CHG-05", "SubnetId ConnectivityType AllocationId PrivateIpAddress AvailabilityMode VpcId"
    ),
    "AWS::EC2::RouteTable": CreateOnly("SMN-CHG-05", "VpcId"),
    "AWS::EC2::Route": CreateOnly(
        "SMN-CHG-05", "RouteTableId DestinationCidrBlock DestinationIpv6CidrBlock DestinationPrefixListId"
    ),
}
"""By CloudFormation type, from createOnlyProperties and conditionalCreateOnlyProperties of the resource schemas (2026-10-20)."""

_REPLACEMENT = (
    "Keep the property as it is, or plan the replacement: copy what must be kept first. Where the template names the resource, give it a new "
    "name together with the change."
)

compared(
    "SMN-CHG-01",
    statement="A change of a create-only property replaces the model.",
    severity=Severity.WARNING,
    source=f"{CLOUDFORMATION}/aws-resource-sagemaker-model.html",
    fix=_REPLACEMENT,
)
compared(
    "SMN-CHG-02",
    statement="Job definitions and processing jobs cannot be updated: a change of almost any property replaces them. A monitoring schedule is "
    "replaced with its name.",
    severity=Severity.WARNING,
    source=f"{CLOUDFORMATION}/aws-resource-sagemaker-dataqualityjobdefinition.html",
    fix=_REPLACEMENT,
)
compared(
    "SMN-CHG-03",
    statement="Endpoint configurations cannot be updated: a change replaces them, and their endpoints are updated to the new one.",
    severity=Severity.WARNING,
    source=f"{CLOUDFORMATION}/aws-resource-sagemaker-endpointconfig.html",
    fix=_REPLACEMENT,
)
compared(
    "SMN-CHG-04",
    statement="A change of its VPC, name or orchestrator replaces a HyperPod cluster.",
    severity=Severity.WARNING,
    source=f"{CLOUDFORMATION}/aws-resource-sagemaker-cluster.html",
    fix=_REPLACEMENT,
)
compared(
    "SMN-CHG-05",
    statement="A part of the network that workloads use is replaced, and they with it where they refer to it and cannot change to the new one.",
    severity=Severity.WARNING,
    source=_UPDATE_BEHAVIOURS,
    fix=_REPLACEMENT,
)
