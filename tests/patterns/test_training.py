"""The network of jobs: its groups, its room, and what it hands out."""

from __future__ import annotations

import json
import re

import aws_cdk as cdk
import pytest
import yaml
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk.assertions import Match, Template

from constructs_lib import Egress, PrivateNetwork, PrivateTrainingJobNetwork
from constructs_lib.services import LAMBDA, S3, SAGEMAKER_API
from constructs_lib.testing import findings

GROUP = "AWS::EC2::SecurityGroup"
INGRESS = "AWS::EC2::SecurityGroupIngress"
EGRESS = "AWS::EC2::SecurityGroupEgress"
TCP = {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535}
IKE = {"IpProtocol": "udp", "FromPort": 500, "ToPort": 500}
ESP = {"IpProtocol": "50"}
EVERYTHING = {"IpProtocol": "-1"}


@pytest.fixture
def stack():
    return cdk.Stack(cdk.App(), "Stack")


def jobs_in(stack, **options):
    return PrivateTrainingJobNetwork(stack, "Jobs", **options)


def refused(message, make, kind=ValueError):
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        make()


def rules_to_itself(stack, jobs):
    """Protocol and ports of the rules of the jobs' group to itself, inbound and outbound."""
    template = Template.from_stack(stack)
    itself = stack.resolve(jobs.security_group.security_group_id)

    def of(kind, peer):
        found = (each["Properties"] for each in template.find_resources(kind).values())
        mine = (each for each in found if each["GroupId"] == itself and each[peer] == itself)
        return [{key: each[key] for key in ("IpProtocol", "FromPort", "ToPort") if key in each} for each in mine]

    return of(INGRESS, "SourceSecurityGroupId"), of(EGRESS, "DestinationSecurityGroupId")


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        ({}, [TCP]),
        ({"distributed": False}, []),
        ({"efa": True}, [EVERYTHING]),
        ({"inter_container_encryption": True}, [TCP, IKE, ESP]),
        ({"inter_container_encryption": True, "distributed": False}, [IKE, ESP]),
        ({"inter_container_encryption": True, "efa": True}, [EVERYTHING]),
    ],
    ids=str,
)
def test_members_reach_each_other(stack, options, rules):
    """The group has rules to itself by name, in and out, as far as its jobs need them, and nobody else comes in."""
    jobs = jobs_in(stack, **options)
    assert rules_to_itself(stack, jobs) == (rules, rules)
    Template.from_stack(stack).has_resource_properties(
        GROUP, {"GroupDescription": Match.string_like_regexp("SageMaker jobs"), "SecurityGroupIngress": Match.absent()}
    )


def test_by_default_jobs_reach_s3_alone(stack):
    """Its own network has no way out and no interface endpoint: images and logs need none (SMN-JOB-16)."""
    jobs = jobs_in(stack)
    assert list(jobs.network.endpoints) == [S3]
    assert jobs.network.egress is Egress.NONE
    Template.from_stack(stack).has_resource_properties(
        GROUP,
        {"SecurityGroupEgress": [Match.object_like({"CidrIp": "0.0.0.0/0", "FromPort": 443, "IpProtocol": "tcp"})]},
    )


def test_services_that_the_code_dials(stack):
    """Each gets its endpoint in the network given."""
    network = PrivateNetwork(stack, "Network")
    jobs = jobs_in(stack, network=network, services=[SAGEMAKER_API])
    assert jobs.network is network
    assert list(network.endpoints) == [S3, SAGEMAKER_API]


def test_no_finding(stack):
    """Every combination of the options passes the checks, remarks aside."""
    for number, options in enumerate(
        ({}, {"efa": True}, {"inter_container_encryption": True, "network_isolation": True}, {"distributed": False})
    ):
        PrivateTrainingJobNetwork(stack, f"Jobs{number}", **options)
    assert [result for result in findings(stack) if result.severity.value != "info"] == []


def test_vpc_config(stack):
    """As boto3 takes it: subnets and groups."""
    extra = ec2.SecurityGroup(
        stack, "Extra", vpc=ec2.Vpc.from_vpc_attributes(stack, "V", vpc_id="vpc-1", availability_zones=["a"])
    )
    jobs = jobs_in(stack, security_groups=[extra])
    subnets = [subnet.subnet_id for subnet in jobs.network.subnets]
    groups = [jobs.security_group.security_group_id, extra.security_group_id]
    assert jobs.vpc_config == {"Subnets": subnets, "SecurityGroupIds": groups}
    assert jobs.subnets == jobs.network.subnets


@pytest.mark.parametrize(("isolation", "encryption"), [(False, False), (True, True)])
def test_parameters_of_jobs(stack, isolation, encryption):
    """What boto3 and Step Functions take of training and processing jobs."""
    jobs = jobs_in(stack, network_isolation=isolation, inter_container_encryption=encryption)
    expected = {
        "VpcConfig": jobs.vpc_config,
        "EnableNetworkIsolation": isolation,
        "EnableInterContainerTrafficEncryption": encryption,
    }
    assert jobs.training_job_parameters == expected
    assert jobs.processing_network_config == expected


def test_resources_of_cloudformation(stack):
    """A processing job and a model take what is handed out."""
    jobs = jobs_in(stack, network_isolation=True)
    sagemaker.CfnModel(
        stack,
        "Model",
        execution_role_arn=jobs.role.role_arn,
        enable_network_isolation=True,
        vpc_config=jobs.cfn_model_vpc_config,
        primary_container=sagemaker.CfnModel.ContainerDefinitionProperty(image="image"),
    )
    sagemaker.CfnProcessingJob(
        stack,
        "Job",
        role_arn=jobs.role.role_arn,
        app_specification=sagemaker.CfnProcessingJob.AppSpecificationProperty(image_uri="image"),
        processing_resources=sagemaker.CfnProcessingJob.ProcessingResourcesProperty(
            cluster_config=sagemaker.CfnProcessingJob.ClusterConfigProperty(
                instance_count=2, instance_type="ml.m5.large", volume_size_in_gb=30
            )
        ),
        network_config=jobs.cfn_processing_network_config,
    )
    template = Template.from_stack(stack)
    expected = stack.resolve(jobs.vpc_config)
    template.has_resource_properties("AWS::SageMaker::Model", {"VpcConfig": expected})
    template.has_resource_properties(
        "AWS::SageMaker::ProcessingJob",
        {
            "NetworkConfig": {
                "VpcConfig": expected,
                "EnableNetworkIsolation": True,
                "EnableInterContainerTrafficEncryption": False,
            }
        },
    )


def test_task_of_step_functions(stack):
    """The CDK's task takes the VPC and its subnets, and the group beside the one that it makes itself."""
    from aws_cdk import aws_stepfunctions as sfn
    from aws_cdk import aws_stepfunctions_tasks as tasks

    jobs = jobs_in(stack)
    bucket = s3.Bucket(stack, "Bucket")
    task = tasks.SageMakerCreateTrainingJob(
        stack,
        "Train",
        training_job_name=sfn.JsonPath.string_at("$.name"),
        algorithm_specification=tasks.AlgorithmSpecification(algorithm_name="algorithm"),
        input_data_config=[
            tasks.Channel(
                channel_name="train",
                data_source=tasks.DataSource(
                    s3_data_source=tasks.S3DataSource(s3_location=tasks.S3Location.from_bucket(bucket, "in"))
                ),
            )
        ],
        output_data_config=tasks.OutputDataConfig(s3_output_location=tasks.S3Location.from_bucket(bucket, "out")),
        role=jobs.role,
        vpc_config=jobs.task_vpc_config,
    )
    task.add_security_group(jobs.security_group)
    sfn.StateMachine(stack, "Machine", definition_body=sfn.DefinitionBody.from_chainable(task))
    parameters = stack.resolve(task.to_state_json())["Parameters"]["VpcConfig"]
    expected = stack.resolve(jobs.vpc_config)
    assert parameters["Subnets"] == expected["Subnets"]
    assert expected["SecurityGroupIds"][0] in parameters["SecurityGroupIds"]


def resolved(value):
    """The text with each reference as the logical id that it refers to."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        return value["Fn::Join"][0].join(resolved(part) for part in value["Fn::Join"][1])
    return value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0]


def test_parameters_in_ssm(stack):
    """Lists for scripts, JSON for boto3, YAML for the SageMaker Python SDK, under one prefix."""
    jobs = jobs_in(stack)
    found = {
        each["Properties"]["Name"]: each["Properties"]
        for each in Template.from_stack(stack).find_resources("AWS::SSM::Parameter").values()
    }
    prefix = "/sagemaker-network/Stack/Jobs"
    names = ("subnets", "security-group-ids", "vpc-config", "config.yaml")
    assert sorted(found) == sorted(f"{prefix}/{name}" for name in names)
    assert list(jobs.parameters) == list(names)
    config = {key: [resolved(each) for each in values] for key, values in stack.resolve(jobs.vpc_config).items()}
    assert found[f"{prefix}/subnets"]["Type"] == "StringList"
    assert resolved(found[f"{prefix}/subnets"]["Value"]).split(",") == config["Subnets"]
    assert resolved(found[f"{prefix}/security-group-ids"]["Value"]).split(",") == config["SecurityGroupIds"]
    assert json.loads(resolved(found[f"{prefix}/vpc-config"]["Value"])) == config
    assert found[f"{prefix}/config.yaml"]["Value"] == stack.resolve(jobs.sdk_config)


def test_the_prefix_is_told(stack):
    """A person finds the parameters by the stack's output; the prefix may be chosen."""
    jobs_in(stack, parameter_prefix="/ml/jobs")
    template = Template.from_stack(stack)
    template.has_output(
        "*",
        {
            "Value": "/ml/jobs",
            "Description": "SSM parameters for jobs: subnets, security-group-ids, vpc-config, config.yaml",
        },
    )
    template.has_resource_properties("AWS::SSM::Parameter", {"Name": "/ml/jobs/vpc-config"})


def test_prefixes_known_only_at_deployment():
    """A prefix from a parameter is taken as it is; in a nested stack the outermost stack gives the name."""
    stack = cdk.Stack(cdk.App(), "Stack")
    prefix = cdk.CfnParameter(stack, "Prefix").value_as_string
    made = jobs_in(stack, parameter_prefix=prefix)
    assert stack.resolve(made.parameters["subnets"].node.default_child.name) == {
        "Fn::Join": ["", [{"Ref": "Prefix"}, "/subnets"]]
    }
    nested = cdk.NestedStack(cdk.NestedStack(stack, "Outer"), "Inner")
    made = PrivateTrainingJobNetwork(nested, "Jobs")
    assert made.parameters["subnets"].node.default_child.name == "/sagemaker-network/Stack/Outer/Inner/Jobs/subnets"


def test_default_prefix_in_a_stage():
    """Stacks of several stages do not share names, and a construct's odd name makes a name that SSM takes."""
    app = cdk.App()
    names = []
    for stage in ("Beta", "Prod"):
        stack = cdk.Stack(cdk.Stage(app, stage), "Stack")
        PrivateTrainingJobNetwork(stack, "Jobs & models")
        parameters = Template.from_stack(stack).find_resources("AWS::SSM::Parameter").values()
        names += [each["Properties"]["Name"] for each in parameters if each["Properties"]["Type"] == "StringList"]
    assert names == [
        f"/sagemaker-network/{stage}-Stack/Jobs---models/{name}"
        for stage in ("Beta", "Prod")
        for name in ("subnets", "security-group-ids")
    ]


def test_config_of_the_sagemaker_python_sdk(stack):
    """The document follows the SDK's schema: jobs of all kinds and models take this network and role."""
    jobs = jobs_in(stack, inter_container_encryption=True)
    config = {key: [resolved(each) for each in values] for key, values in stack.resolve(jobs.vpc_config).items()}
    role = resolved(stack.resolve(jobs.role.role_arn))
    network = {
        "VpcConfig": config,
        "EnableNetworkIsolation": False,
        "EnableInterContainerTrafficEncryption": True,
    }
    encrypted = {"VpcConfig": config, "EnableInterContainerTrafficEncryption": True}
    text = resolved(stack.resolve(jobs.sdk_config))
    assert "&" not in text
    assert "*" not in text
    assert yaml.safe_load(text) == {
        "SchemaVersion": "1.0",
        "SageMaker": {
            "TrainingJob": {"RoleArn": role, **network},
            "ProcessingJob": {"RoleArn": role, "NetworkConfig": network},
            "Model": {"ExecutionRoleArn": role, "VpcConfig": config, "EnableNetworkIsolation": False},
            "AutoMLJob": {"RoleArn": role, "AutoMLJobConfig": {"SecurityConfig": encrypted}},
            "CompilationJob": {"RoleArn": role, "VpcConfig": config},
            "MonitoringSchedule": {
                "MonitoringScheduleConfig": {"MonitoringJobDefinition": {"RoleArn": role, "NetworkConfig": network}}
            },
            "PythonSDK": {"Modules": {"RemoteFunction": {"RoleArn": role, **encrypted}}},
        },
    }


def test_what_the_checks_read(stack):
    """The group carries what jobs will be like; it does not name itself, which would be circular."""
    extra = ec2.SecurityGroup(
        stack, "Extra", vpc=ec2.Vpc.from_vpc_attributes(stack, "V", vpc_id="vpc-1", availability_zones=["a"])
    )
    jobs = jobs_in(stack, max_instances=8, efa=True, network_isolation=True, security_groups=[extra])
    template = Template.from_stack(stack).to_json()["Resources"]
    resource = template[stack.get_logical_id(jobs.security_group.node.default_child)]
    assert resource["Metadata"]["SageMakerNetwork"] == {
        "trainingNetwork": {
            "name": "Stack/Jobs",
            "subnets": stack.resolve(jobs.vpc_config)["Subnets"],
            "securityGroups": [stack.resolve(extra.security_group_id)],
            "maxInstances": 8,
            "efa": True,
            "distributed": True,
            "interContainerEncryption": False,
            "networkIsolation": True,
        }
    }


def test_role(stack):
    """Its own role may write the logs of jobs, use the key, and make network interfaces; grants go to it."""
    jobs = jobs_in(stack)
    bucket = s3.Bucket(stack, "Bucket")
    bucket.grant_read(jobs)
    template = Template.from_stack(stack)
    (policy,) = (
        each["Properties"]["PolicyDocument"]["Statement"]
        for each in template.find_resources("AWS::IAM::ManagedPolicy").values()
        if each["Properties"]["Roles"] == [{"Ref": stack.get_logical_id(jobs.role.node.default_child)}]
    )
    statements = {each["Sid"]: each for each in policy}
    assert list(statements) == [
        "WriteLogs",
        "WriteMetrics",
        "UseKey",
        "GrantKeyToServices",
        "DescribeNetwork",
        "ChangeNetworkInterfaces",
    ]
    assert statements["UseKey"]["Resource"] == stack.resolve(jobs.encryption_key.key_arn)
    template.has_resource_properties(
        "AWS::IAM::Policy", {"Roles": [{"Ref": stack.get_logical_id(jobs.role.node.default_child)}]}
    )


def test_role_and_key_of_the_user(stack):
    """A role and a key that are given are used, and none made."""
    role = iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::111122223333:role/jobs")
    key = kms.Key.from_key_arn(
        stack, "Key", "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
    )
    jobs = jobs_in(stack, role=role, encryption_key=key, network=PrivateNetwork(stack, "Network", flow_logs=False))
    assert jobs.role is role
    assert jobs.encryption_key is key
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::IAM::Role", 0)
    template.resource_count_is("AWS::KMS::Key", 0)


def test_network_interfaces_for_another_role(stack):
    """Other roles are let make the interfaces by one managed policy (SMN-HOST-07)."""
    jobs = jobs_in(stack)
    for name in ("One", "Two"):
        role = iam.Role(stack, name, assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        jobs.grant_network_interfaces(role)
    template = Template.from_stack(stack)
    (policy,) = (name for name in template.find_resources("AWS::IAM::ManagedPolicy") if "NetworkInterfaces" in name)
    roles = [
        each["Properties"]
        for name, each in template.find_resources("AWS::IAM::Role").items()
        if name[:3] in ("One", "Two")
    ]
    assert [each["ManagedPolicyArns"] for each in roles] == [[{"Ref": policy}]] * 2


def test_as_a_connectable(stack):
    """The construct stands where the CDK takes something connectable, with all its groups."""
    jobs = jobs_in(stack)
    database = ec2.SecurityGroup(stack, "Database", vpc=jobs.network.vpc, description="Database")
    database.connections.allow_from(jobs, ec2.Port.tcp(5432))
    Template.from_stack(stack).has_resource_properties(
        INGRESS, {"SourceSecurityGroupId": stack.resolve(jobs.security_group.security_group_id), "FromPort": 5432}
    )


def test_private_registry(stack):
    """The registry's group admits the jobs', and the function with its credentials is reached (SMN-JOB-24)."""
    network = PrivateNetwork(stack, "Network")
    registry = ec2.SecurityGroup(stack, "Registry", vpc=network.vpc, description="Registry")
    jobs = jobs_in(stack, network=network, private_registry=registry)
    ours, theirs = (stack.resolve(each.security_group_id) for each in (jobs.security_group, registry))
    template = Template.from_stack(stack)
    template.has_resource_properties(
        INGRESS, {"GroupId": theirs, "SourceSecurityGroupId": ours, "FromPort": 443, "ToPort": 443}
    )
    template.has_resource_properties(
        EGRESS, {"GroupId": ours, "DestinationSecurityGroupId": theirs, "FromPort": 443, "ToPort": 443}
    )
    assert LAMBDA in network.endpoints
    resource = template.to_json()["Resources"][stack.get_logical_id(jobs.security_group.node.default_child)]
    assert resource["Metadata"]["SageMakerNetwork"]["trainingNetwork"]["privateRegistry"] == theirs
    assert not [each for each in findings(stack) if each.rule.id == "SMN-JOB-24"]


def test_a_registry_without_a_group(stack):
    """Of a registry by address alone it is declared that there is one."""
    network = PrivateNetwork(stack, "Network")
    jobs = jobs_in(stack, network=network, private_registry=ec2.Peer.ipv4("10.0.0.9/32"))
    template = Template.from_stack(stack)
    resource = template.to_json()["Resources"][stack.get_logical_id(jobs.security_group.node.default_child)]
    assert resource["Metadata"]["SageMakerNetwork"]["trainingNetwork"]["privateRegistry"] is True
    template.has_resource_properties(
        GROUP,
        {"SecurityGroupEgress": Match.array_with([Match.object_like({"CidrIp": "10.0.0.9/32", "FromPort": 443})])},
    )


@pytest.mark.parametrize(
    ("most", "options"),
    [(13, {}), (5, {"efa": True})],
)
def test_room(stack, most, options):
    """As many instances as the largest subnet has addresses for are allowed, and one more is not (SMN-JOB-07)."""
    network = PrivateNetwork(stack, "Network", cidr="10.0.0.0/24", flow_logs=False)
    jobs_in(stack, network=network, max_instances=most, **options)
    each = 5 if options else 2
    refused(
        f"max_instances is {most + 1}: at {each} addresses each they need {(most + 1) * each} in one subnet, and "
        f"Stack/Network/Vpc/PrivateSubnet1, the largest, has 27 left beside AWS's own and the endpoints' (SMN-JOB-07); "
        f"allow at most {most}, or give the network larger subnets",
        lambda: PrivateTrainingJobNetwork(stack, "More", network=network, max_instances=most + 1, **options),
    )


def test_endpoints_take_room(stack):
    """Each interface endpoint takes an address of each subnet, also one that comes after the jobs."""
    network = PrivateNetwork(stack, "Network", cidr="10.0.0.0/24", flow_logs=False)
    jobs_in(stack, network=network, max_instances=13, services=[SAGEMAKER_API])
    message = "max_instances is 13: at 2 addresses each they need 26 in one subnet, and Stack/Network/Vpc/PrivateSubnet1, the largest, has 25 left"
    from constructs_lib.services import STS

    network.add_endpoint(STS)
    with pytest.raises(RuntimeError, match=re.escape(message)):
        Template.from_stack(stack)


def test_a_subnet_that_is_too_small_is_reported(stack):
    """Jobs that fit the largest subnet and not another are reported as a warning, because SageMaker chooses among them."""
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-0123456789abcdef0",
        availability_zones=["eu-west-1a", "eu-west-1b"],
        vpc_cidr_block="10.0.0.0/16",
        isolated_subnet_ids=["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb"],
        isolated_subnet_ipv4_cidr_blocks=["10.0.0.0/24", "10.0.1.0/28"],
        isolated_subnet_route_table_ids=["rtb-0aaaaaaaaaaaaaaaa", "rtb-0bbbbbbbbbbbbbbbb"],
    )
    network = PrivateNetwork.from_vpc(stack, "Network", vpc=vpc, egress=Egress.NONE, endpoints=[S3])
    jobs_in(stack, network=network, max_instances=10)
    found = [result for result in findings(stack) if result.rule.id == "SMN-JOB-07"]
    assert [(result.verdict, result.severity.value) for result in found] == [("violated", "warning")]


def test_room_that_is_not_known(stack):
    """Where the ranges of subnets are not known, nothing is claimed."""
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-0123456789abcdef0",
        availability_zones=["eu-west-1a"],
        isolated_subnet_ids=["subnet-0aaaaaaaaaaaaaaaa"],
    )
    network = PrivateNetwork.from_vpc(stack, "Network", vpc=vpc, egress=Egress.NONE, endpoints=[S3])
    assert jobs_in(stack, network=network, max_instances=10_000).subnets == network.subnets


def many_groups(stack, count):
    vpc = ec2.Vpc.from_vpc_attributes(stack, "V", vpc_id="vpc-1", availability_zones=["a"])
    return [ec2.SecurityGroup(stack, f"Group{number}", vpc=vpc) for number in range(count)]


def test_too_many_groups(stack):
    """Five groups with its own."""
    refused(
        "security_groups has 5 groups: with its own a job takes 1 to 5, so give at most 4 (SMN-JOB-01)",
        lambda: jobs_in(stack, security_groups=many_groups(stack, 5)),
    )


def test_too_many_subnets(stack):
    """Sixteen subnets."""
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-0123456789abcdef0",
        availability_zones=["eu-west-1a"],
        isolated_subnet_ids=[f"subnet-{number:017x}" for number in range(17)],
    )
    network = PrivateNetwork.from_vpc(stack, "Network", vpc=vpc, egress=Egress.NONE, endpoints=[S3])
    refused(
        "network has 17 subnets: a job takes 1 to 16, so name fewer in PrivateNetwork.from_vpc (SMN-JOB-01)",
        lambda: jobs_in(stack, network=network),
    )


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"max_instances": 0}, ValueError, "max_instances is 0: give the most instances that one job has, 1 or more"),
        (
            {"max_instances": "2"},
            TypeError,
            "max_instances is '2': give the most instances that one job has, 1 or more",
        ),
        (
            {"efa": True, "distributed": False},
            ValueError,
            (
                "distributed is False with efa=True: an Elastic Fabric Adapter is for instances that reach each other, "
                "leave one of them out"
            ),
        ),
        (
            {"parameter_prefix": "/aws/jobs"},
            ValueError,
            (
                "parameter_prefix is '/aws/jobs': begin with a slash, as in '/ml/jobs'; parts have letters, digits, '_', '.' and '-', "
                "and the first is not of aws or ssm"
            ),
        ),
        (
            {"parameter_prefix": "jobs"},
            ValueError,
            (
                "parameter_prefix is 'jobs': begin with a slash, as in '/ml/jobs'; parts have letters, digits, '_', '.' and '-', "
                "and the first is not of aws or ssm"
            ),
        ),
        (
            {"network": "vpc"},
            TypeError,
            "network is 'vpc': give a PrivateNetwork, or leave it out for one of its own",
        ),
        (
            {"acknowledgements": {"SMN-NB-07": "x"}},
            ValueError,
            (
                "acknowledgements names 'SMN-NB-07', which this construct does not acknowledge (it acknowledges: AwsSolutions-IAM5): "
                "remove it, or acknowledge it on the resource with cdk.Validations.of(resource).acknowledge()"
            ),
        ),
    ],
)
def test_arguments_that_can_never_be_right(stack, options, kind, message):
    """The message names the argument, the value and what is allowed."""
    refused(message, lambda: jobs_in(stack, **options), kind)
