"""The guardrails, judged by an IAM evaluator that is not ours."""

from __future__ import annotations

import json
import random

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from iam_evaluator import ACCOUNT, evaluate, simulation

from constructs_lib import PrivateNetwork, PrivateTrainingJobNetwork
from constructs_lib.patterns import guardrail_statements as write
from constructs_lib.patterns.guardrails import (
    MANAGED_POLICY_CHARACTERS,
    GuardrailForm,
    PresignedUrls,
    SageMakerGuardrails,
    length,
)
from constructs_lib.services import NOTEBOOK as NOTEBOOK_PAGE
from constructs_lib.services import SAGEMAKER_API, STUDIO

SUBNETS = ["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb"]
GROUPS = ["sg-0aaaaaaaaaaaaaaaa", "sg-0bbbbbbbbbbbbbbbb"]
OTHER_SUBNET, OTHER_GROUP = "subnet-0cccccccccccccccc", "sg-0cccccccccccccccc"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
ENDPOINTS = ["vpce-0aaaaaaaaaaaaaaaa", "vpce-0bbbbbbbbbbbbbbbb"]
# The context keys that an action takes stand in the request of its kind; resources are those that the action is about.
RESOURCES = {
    "CreateAutoMLJob": "automl-job/x",
    "CreateAutoMLJobV2": "automl-job/x",
    "CreateCluster": "cluster/x",
    "UpdateCluster": "cluster/x",
    "CreateDataQualityJobDefinition": "data-quality-job-definition/x",
    "CreateModelBiasJobDefinition": "model-bias-job-definition/x",
    "CreateModelExplainabilityJobDefinition": "model-explainability-job-definition/x",
    "CreateModelQualityJobDefinition": "model-quality-job-definition/x",
    "CreateDomain": "domain/x",
    "UpdateDomain": "domain/x",
    "CreateEndpointConfig": "endpoint-config/x",
    "CreateJob": "job/AgentRFT/x",
    "CreateHyperParameterTuningJob": "hyper-parameter-tuning-job/x",
    "CreateModel": "model/x",
    "CreateMonitoringSchedule": "monitoring-schedule/x",
    "UpdateMonitoringSchedule": "monitoring-schedule/x",
    "CreateNotebookInstance": "notebook-instance/x",
    "UpdateNotebookInstance": "notebook-instance/x",
    "CreateProcessingJob": "processing-job/x",
    "CreateTrainingJob": "training-job/x",
    "CreateUserProfile": "user-profile/d/x",
    "UpdateUserProfile": "user-profile/d/x",
    "CreateLabelingJob": "labeling-job/x",
    "CreateTransformJob": "transform-job/x",
    "CreatePresignedDomainUrl": "user-profile/d/x",
    "CreatePresignedNotebookInstanceUrl": "notebook-instance/x",
}


def guardrails(**options):
    """Guardrails over literal ids, so that the documents hold no tokens."""
    stack = cdk.Stack(cdk.App(), "Guardrails")
    return SageMakerGuardrails(
        stack,
        "Guardrails",
        subnets=[ec2.Subnet.from_subnet_id(stack, each, each) for each in SUBNETS],
        security_groups=[ec2.SecurityGroup.from_security_group_id(stack, each, each) for each in GROUPS],
        **{name: value(stack) if callable(value) else value for name, value in options.items()},
    )


def endpoint(stack, number):
    group = [ec2.SecurityGroup.from_security_group_id(stack, f"EndpointGroup{number}", GROUPS[0])]
    return ec2.InterfaceVpcEndpoint.from_interface_vpc_endpoint_attributes(
        stack, f"Endpoint{number}", vpc_endpoint_id=ENDPOINTS[number], port=443, security_groups=group
    )


def answers(documents, requests, **options):
    return evaluate(
        [
            simulation(
                f"sagemaker:{action}",
                context,
                documents,
                resource=f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:{RESOURCES[action]}",
                **options,
            )
            for action, context in requests
        ]
    )


def network(subnets=SUBNETS[:1], groups=GROUPS[:1], **more):
    context = {**more}
    if subnets is not None:
        context["sagemaker:VpcSubnets"] = list(subnets)
    if groups is not None:
        context["sagemaker:VpcSecurityGroupIds"] = list(groups)
    return context


NOTEBOOK = {"sagemaker:DirectInternetAccess": "Disabled", "sagemaker:RootAccess": "Disabled"}
DOMAIN = {"sagemaker:AppNetworkAccessType": "VpcOnly"}
# What, denied request, its allowed neighbour.
TABLE = [
    (
        "a notebook with direct internet access",
        ("CreateNotebookInstance", network(**{**NOTEBOOK, "sagemaker:DirectInternetAccess": "Enabled"})),
        ("CreateNotebookInstance", network(**NOTEBOOK)),
    ),
    (
        "a notebook that says nothing about direct internet access",
        ("CreateNotebookInstance", network(**{"sagemaker:RootAccess": "Disabled"})),
        ("CreateNotebookInstance", network(**NOTEBOOK)),
    ),
    (
        "a notebook with root access",
        ("CreateNotebookInstance", network(**{**NOTEBOOK, "sagemaker:RootAccess": "Enabled"})),
        ("CreateNotebookInstance", network(**NOTEBOOK)),
    ),
    (
        "root access later",
        ("UpdateNotebookInstance", {"sagemaker:RootAccess": "Enabled"}),
        ("UpdateNotebookInstance", {}),
    ),
    (
        "a notebook without a subnet",
        ("CreateNotebookInstance", network(subnets=None, **NOTEBOOK)),
        ("CreateNotebookInstance", network(subnets=SUBNETS[1:], **NOTEBOOK)),
    ),
    (
        "a notebook with another group",
        ("CreateNotebookInstance", network(groups=[OTHER_GROUP], **NOTEBOOK)),
        ("CreateNotebookInstance", network(groups=GROUPS, **NOTEBOOK)),
    ),
    (
        "a domain on the public internet",
        ("CreateDomain", network(**{"sagemaker:AppNetworkAccessType": "PublicInternetOnly"})),
        ("CreateDomain", network(**DOMAIN)),
    ),
    ("a domain that says nothing about its network", ("CreateDomain", network()), ("CreateDomain", network(**DOMAIN))),
    (
        "a domain made public later",
        ("UpdateDomain", {"sagemaker:AppNetworkAccessType": "PublicInternetOnly"}),
        ("UpdateDomain", {}),
    ),
    (
        "a domain in another subnet",
        ("CreateDomain", network(subnets=[OTHER_SUBNET], **DOMAIN)),
        ("CreateDomain", network(subnets=SUBNETS, groups=None, **DOMAIN)),
    ),
    (
        "a user profile with another group",
        ("CreateUserProfile", network(subnets=None, groups=[OTHER_GROUP])),
        ("CreateUserProfile", network(subnets=None, groups=GROUPS)),
    ),
    (
        "an endpoint configuration with another subnet",
        ("CreateEndpointConfig", network(subnets=[OTHER_SUBNET])),
        ("CreateEndpointConfig", {}),
    ),
    (
        "a schedule with another group",
        ("CreateMonitoringSchedule", network(groups=[OTHER_GROUP])),
        ("CreateMonitoringSchedule", {}),
    ),
    (
        "a schedule changed to another subnet",
        ("UpdateMonitoringSchedule", network(subnets=[OTHER_SUBNET])),
        ("UpdateMonitoringSchedule", network()),
    ),
    (
        "a model customization job in another subnet",
        ("CreateJob", network(subnets=[OTHER_SUBNET])),
        ("CreateJob", {}),
    ),
    (
        "a model customization job with another group",
        ("CreateJob", network(groups=[OTHER_GROUP])),
        ("CreateJob", network()),
    ),
    ("a cluster changed to another subnet", ("UpdateCluster", network(subnets=[OTHER_SUBNET])), ("UpdateCluster", {})),
]
for _action in write.PLACED:
    TABLE += [
        (f"{_action} without subnets", (_action, network(subnets=None)), (_action, network())),
        (f"{_action} without groups", (_action, network(groups=None)), (_action, network())),
        (f"{_action} without any network", (_action, {}), (_action, network())),
        (
            f"{_action} with one wrong subnet of two",
            (_action, network(subnets=[SUBNETS[0], OTHER_SUBNET])),
            (_action, network(subnets=SUBNETS)),
        ),
        (
            f"{_action} with one wrong group of two",
            (_action, network(groups=[GROUPS[0], OTHER_GROUP])),
            (_action, network(groups=GROUPS)),
        ),
    ]


def test_each_denied_request_has_an_allowed_neighbour():
    """What the guardrails are for is denied, and the same request put right is not."""
    documents = guardrails().documents
    denied = answers(documents, [row[1] for row in TABLE])
    allowed = answers(documents, [row[2] for row in TABLE])
    assert [row[0] for row, answer in zip(TABLE, denied, strict=True) if answer != "ExplicitlyDenied"] == []
    assert [row[0] for row, answer in zip(TABLE, allowed, strict=True) if answer != "Allowed"] == []


def test_every_statement_matches_something():
    """No statement stands there for nothing: each denies one of the requests by itself."""
    options = {"network_isolation": True, "inter_container_encryption": True}
    made = guardrails(
        **options,
        volume_keys=lambda stack: [kms.Key.from_key_arn(stack, "VolumeKey", KEY)],
        presigned_urls=lambda stack: PresignedUrls(vpc_endpoints=[endpoint(stack, 0), endpoint(stack, 1)]),
    )
    requests = [row[1] for row in TABLE] + [
        ("CreateTrainingJob", {"sagemaker:NetworkIsolation": "false"}),
        (
            "CreateEndpointConfig",
            {"sagemaker:NetworkIsolation": "false", "sagemaker:VolumeKmsKeyArn": KEY.replace("1111", "9999")},
        ),
        ("CreateTrainingJob", {"sagemaker:InterContainerTrafficEncryption": "false"}),
        ("CreateMonitoringSchedule", {"sagemaker:InterContainerTrafficEncryption": "false"}),
        ("CreateTrainingJob", {"sagemaker:VolumeKmsKeyArn": KEY.replace("1111", "9999")}),
        ("CreatePresignedDomainUrl", {}),
    ]
    for statement in (each for document in made.documents for each in document["Statement"]):
        alone = {"Version": "2012-10-17", "Statement": [statement]}
        assert "ExplicitlyDenied" in answers([alone], requests), statement["Sid"]


@pytest.mark.parametrize(
    ("option", "key", "actions"),
    [
        ("network_isolation", "sagemaker:NetworkIsolation", write.ISOLATION_ACTIONS),
        ("inter_container_encryption", "sagemaker:InterContainerTrafficEncryption", write.ENCRYPTION_ACTIONS),
    ],
)
def test_isolation_and_encryption_are_options(option, key, actions):
    """Denied when false or left out, allowed when true; not asked for at all without the option."""
    documents = guardrails(**{option: True}).documents
    assert set(answers(documents, [(action, network(**{key: "false"})) for action in actions])) == {"ExplicitlyDenied"}
    assert set(answers(documents, [(action, network()) for action in actions])) == {"ExplicitlyDenied"}
    assert set(answers(documents, [(action, network(**{key: "true"})) for action in actions])) == {"Allowed"}
    assert set(answers(guardrails().documents, [(action, network()) for action in actions])) == {"Allowed"}
    schedule = [
        ("CreateMonitoringSchedule", {}),
        ("CreateMonitoringSchedule", {key: "true"}),
        ("CreateMonitoringSchedule", {key: "false"}),
    ]
    assert answers(documents, schedule) == ["Allowed", "Allowed", "ExplicitlyDenied"]


def test_volumes_take_the_given_key():
    """Another key, or none, is denied."""
    documents = guardrails(volume_keys=lambda stack: [kms.Key.from_key_arn(stack, "VolumeKey", KEY)]).documents
    requests = [
        ("CreateTrainingJob", network(**{"sagemaker:VolumeKmsKeyArn": KEY})),
        ("CreateTrainingJob", network(**{"sagemaker:VolumeKmsKeyArn": KEY.replace("1111", "9999")})),
        ("CreateTrainingJob", network()),
        ("CreateEndpointConfig", {}),
    ]
    assert answers(documents, requests) == ["Allowed", "ExplicitlyDenied", "ExplicitlyDenied", "Allowed"]


def test_presigned_urls_from_endpoints():
    """Through either of the two endpoints; not through another one, and not over the internet."""
    documents = guardrails(
        presigned_urls=lambda stack: PresignedUrls(vpc_endpoints=[endpoint(stack, 0), endpoint(stack, 1)])
    ).documents
    for action in write.PRESIGNED_ACTIONS:
        requests = [
            (action, {"aws:SourceVpce": ENDPOINTS[0]}),
            (action, {"aws:SourceVpce": ENDPOINTS[1]}),
            (action, {"aws:SourceVpce": "vpce-0cccccccccccccccc"}),
            (action, {"aws:SourceIp": "203.0.113.7"}),
        ]
        assert answers(documents, requests) == ["Allowed", "Allowed", "ExplicitlyDenied", "ExplicitlyDenied"]


def test_presigned_urls_from_vpcs_or_ranges():
    """One place suffices: a VPC or a public range."""
    vpc = "vpc-0aaaaaaaaaaaaaaaa"
    documents = guardrails(
        presigned_urls=lambda stack: PresignedUrls(
            vpcs=[ec2.Vpc.from_vpc_attributes(stack, "Vpc", vpc_id=vpc, availability_zones=["us-east-1a"])],
            ip_ranges=["203.0.113.0/24"],
        )
    ).documents
    requests = [
        ("CreatePresignedNotebookInstanceUrl", {"aws:SourceVpc": vpc}),
        ("CreatePresignedNotebookInstanceUrl", {"aws:SourceIp": "203.0.113.7"}),
        ("CreatePresignedNotebookInstanceUrl", {"aws:SourceVpc": "vpc-0bbbbbbbbbbbbbbbb"}),
        ("CreatePresignedNotebookInstanceUrl", {"aws:SourceIp": "198.51.100.7"}),
    ]
    assert answers(documents, requests) == ["Allowed", "Allowed", "ExplicitlyDenied", "ExplicitlyDenied"]


def test_presigned_urls_from_any_of_several_places():
    """Given an endpoint's pair, a VPC and a range, each alone is enough, and a call that comes from none of them is denied."""
    vpc = "vpc-0aaaaaaaaaaaaaaaa"
    documents = guardrails(
        presigned_urls=lambda stack: PresignedUrls(
            vpc_endpoints=[endpoint(stack, 0), endpoint(stack, 1)],
            vpcs=[ec2.Vpc.from_vpc_attributes(stack, "Vpc", vpc_id=vpc, availability_zones=["us-east-1a"])],
            ip_ranges=["203.0.113.0/24"],
        )
    ).documents
    other = {"aws:SourceVpce": "vpce-0cccccccccccccccc", "aws:SourceVpc": "vpc-0cccccccccccccccc"}
    contexts = [
        {**other, "aws:SourceVpce": ENDPOINTS[1]},
        {**other, "aws:SourceVpc": vpc},
        {"aws:SourceIp": "203.0.113.7"},
        other,
        {"aws:SourceIp": "198.51.100.7"},
        {},
    ]
    for action in write.PRESIGNED_ACTIONS:
        requests = [(action, context) for context in contexts]
        assert answers(documents, requests) == ["Allowed"] * 3 + ["ExplicitlyDenied"] * 3


def test_presigned_urls_need_both_endpoints():
    """Endpoints of this app are known by their service: the API's alone, or a page's alone, would make a URL that is then refused."""
    network = PrivateNetwork(cdk.Stack(cdk.App(), "Stack"), "Network")
    api, notebook, studio = (network.add_endpoint(each) for each in (SAGEMAKER_API, NOTEBOOK_PAGE, STUDIO))
    for pair in ([api, notebook], [api, studio], [api, notebook, studio]):
        (statement,) = PresignedUrls(vpc_endpoints=pair).statements()
        assert len(statement["Condition"]["StringNotEquals"]["aws:SourceVpce"]) == len(pair)
    for one, missing in ((api, "the notebook or studio page"), (notebook, "the SageMaker API")):
        with pytest.raises(ValueError, match=f"^vpc_endpoints lacks the endpoint of {missing} ") as error:
            PresignedUrls(vpc_endpoints=[one])
        assert str(error.value).endswith("(SMN-IAM-03)")
    with pytest.raises(ValueError, match=r"^ip_ranges contains '10.0.0.0/8', a private range"):
        PresignedUrls(ip_ranges=["10.0.0.0/8"])
    with pytest.raises(ValueError, match=r"^ip_ranges, vpcs and vpc_endpoints are all empty: "):
        PresignedUrls()


def test_identity_center_domains_are_not_in_the_way():
    """A VpcOnly domain in IAM Identity Center mode is made and its people work: nothing there carries the keys that are conditioned on."""
    documents = guardrails(
        presigned_urls=lambda stack: PresignedUrls(vpc_endpoints=[endpoint(stack, 0), endpoint(stack, 1)])
    ).documents
    requests = [
        ("CreateDomain", network(**DOMAIN)),
        ("CreateUserProfile", network(subnets=None)),
        ("CreateUserProfile", {}),
    ]
    assert answers(documents, requests) == ["Allowed"] * 3


def test_exempt_principals():
    """The platform team may do what others may not."""
    documents = guardrails(exempt_principals=[f"arn:aws:iam::{ACCOUNT}:role/platform-*"]).documents
    requests = [
        ("CreateTrainingJob", {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/{name}"})
        for name in ("platform-admin", "scientist")
    ]
    assert answers(documents, requests) == ["Allowed", "ExplicitlyDenied"]


def test_forms_agree():
    """A boundary and a service control policy deny exactly what the managed policy denies."""
    requests = [request for row in TABLE for request in row[1:]]
    expected = answers(guardrails().documents, requests)
    boundary = guardrails(form=GuardrailForm.PERMISSIONS_BOUNDARY).documents
    scps = guardrails(form=GuardrailForm.SERVICE_CONTROL_POLICY).documents
    denied = [answer != "Allowed" for answer in expected]
    assert [answer != "Allowed" for answer in answers([], requests, boundaries=boundary)] == denied
    assert [answer != "Allowed" for answer in answers([], requests, scps=scps)] == denied


def intended(action, context):
    """The intent in plain words: True where the request is to be allowed."""
    subnets, groups = context.get("sagemaker:VpcSubnets"), context.get("sagemaker:VpcSecurityGroupIds")
    if not set(subnets or ()) <= set(SUBNETS) or not set(groups or ()) <= set(GROUPS):
        return False
    if action in (*write.PLACED, "CreateNotebookInstance") and not (subnets and groups):
        return False
    if action == "CreateNotebookInstance":
        return (
            context.get("sagemaker:DirectInternetAccess") == "Disabled"
            and context.get("sagemaker:RootAccess") == "Disabled"
        )
    if action == "CreateDomain":
        return context.get("sagemaker:AppNetworkAccessType") == "VpcOnly"
    if action == "UpdateDomain":
        return context.get("sagemaker:AppNetworkAccessType", "VpcOnly") == "VpcOnly"
    return True


def random_request(chance, actions, likely=0.8):
    """A request for one of the actions, with what it may say of networks."""
    action = chance.choice(actions)
    context = {}
    if action in write.SUBNET_ACTIONS and chance.random() < likely:
        context["sagemaker:VpcSubnets"] = chance.sample([*SUBNETS, OTHER_SUBNET], chance.randint(1, 3))
    if action in write.GROUP_ACTIONS and chance.random() < likely:
        context["sagemaker:VpcSecurityGroupIds"] = chance.sample([*GROUPS, OTHER_GROUP], chance.randint(1, 3))
    if action == "CreateNotebookInstance":
        for key in ("sagemaker:DirectInternetAccess", "sagemaker:RootAccess"):
            if chance.random() < likely:
                context[key] = chance.choice(["Enabled", "Disabled"])
    if action in ("CreateDomain", "UpdateDomain") and chance.random() < likely:
        context["sagemaker:AppNetworkAccessType"] = chance.choice(["VpcOnly", "PublicInternetOnly"])
    return action, context


def wrong_answers(documents, requests, intent):
    found = answers(documents, requests)
    return [
        (request, answer)
        for request, answer in zip(requests, found, strict=True)
        if (answer == "Allowed") != intent(*request)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_random_requests_against_the_intent(seed):
    """Random requests are answered as the intent says."""
    chance = random.Random(seed)
    requests = [random_request(chance, write.GROUP_ACTIONS) for _ in range(250)]
    assert wrong_answers(guardrails().documents, requests, intended) == []


# By key: what it must say, something else, the actions that must say so, and those that may leave it to something else.
OPTIONS = {
    "sagemaker:NetworkIsolation": ("true", "false", write.ISOLATION_ACTIONS, write.OPTIONAL_ISOLATION_ACTIONS),
    "sagemaker:InterContainerTrafficEncryption": ("true", "false", write.ENCRYPTION_ACTIONS, write.SCHEDULES),
    "sagemaker:VolumeKmsKeyArn": (
        KEY,
        KEY.replace("1111", "9999"),
        write.VOLUME_KEY_ACTIONS,
        write.OPTIONAL_VOLUME_ACTIONS,
    ),
}
PLATFORM = f"arn:aws:iam::{ACCOUNT}:role/platform-1"


def intended_with_options(action, context):
    """The intent of all options in plain words."""
    if context["aws:PrincipalArn"] == PLATFORM:
        return True
    if action in write.PRESIGNED_ACTIONS:
        return context.get("aws:SourceVpce") in ENDPOINTS or context.get("aws:SourceIp") == "203.0.113.7"
    for key, (right, _, must, may) in OPTIONS.items():
        if action in must and context.get(key) != right:
            return False
        if action in may and context.get(key, right) != right:
            return False
    return intended(action, context)


@pytest.mark.parametrize("seed", range(4))
def test_random_requests_against_the_intent_of_all_options(seed):
    """Networks mostly right, so that the options decide; sometimes asked by somebody who is exempt."""
    chance = random.Random(seed)
    requests = []
    for _ in range(250):
        action, context = random_request(chance, sorted(RESOURCES), likely=0.2)
        if action in write.SUBNET_ACTIONS and chance.random() < 0.8:
            context |= network() | (NOTEBOOK if action == "CreateNotebookInstance" else {})
        for key, (right, other, must, may) in OPTIONS.items():
            if action in (*must, *may) and chance.random() < 0.9:
                context[key] = right if chance.random() < 0.8 else other
        if action in write.PRESIGNED_ACTIONS:
            places = [("Vpce", each) for each in (*ENDPOINTS, "vpce-0cccccccccccccccc")]
            kind, place = chance.choice([*places, ("Ip", "203.0.113.7"), ("Ip", "198.51.100.7")])
            context[f"aws:Source{kind}"] = place
        context["aws:PrincipalArn"] = chance.choice([PLATFORM, *[f"arn:aws:iam::{ACCOUNT}:role/scientist"] * 9])
        requests.append((action, context))
    made = guardrails(
        network_isolation=True,
        inter_container_encryption=True,
        volume_keys=lambda stack: [kms.Key.from_key_arn(stack, "VolumeKey", KEY)],
        presigned_urls=lambda stack: PresignedUrls(
            vpc_endpoints=[endpoint(stack, 0), endpoint(stack, 1)], ip_ranges=["203.0.113.0/24"]
        ),
        exempt_principals=[f"arn:aws:iam::{ACCOUNT}:role/platform-*"],
    )
    allowed = sum(intended_with_options(*each) for each in requests)
    assert 50 < allowed < 200
    assert wrong_answers(made.documents, requests, intended_with_options) == []


def test_documents_keep_within_the_limit_and_hold_every_statement_once():
    """Many options need several policies; none is longer than IAM's limit."""
    stack = cdk.Stack(cdk.App(), "Many")
    ids = [f"{number:017x}" for number in range(40)]
    made = SageMakerGuardrails(
        stack,
        "Guardrails",
        subnets=[ec2.Subnet.from_subnet_id(stack, f"Subnet{each}", f"subnet-{each}") for each in ids],
        security_groups=[ec2.SecurityGroup.from_security_group_id(stack, f"Group{each}", f"sg-{each}") for each in ids],
        network_isolation=True,
        inter_container_encryption=True,
    )
    assert len(made.managed_policies) == len(made.documents) == 2
    assert all(length(document) <= MANAGED_POLICY_CHARACTERS for document in made.documents)
    sids = [statement["Sid"] for document in made.documents for statement in document["Statement"]]
    assert len(sids) == len(set(sids)) == 13
    template = assertions.Template.from_stack(stack).to_json()
    for policy in (each for each in template["Resources"].values() if each["Type"] == "AWS::IAM::ManagedPolicy"):
        assert (
            len(json.dumps(policy["Properties"]["PolicyDocument"], separators=(",", ":"))) <= MANAGED_POLICY_CHARACTERS
        )


def test_values_of_the_deployment_count_at_their_longest():
    """A document of tokens is at least as long as what is deployed with the longest ids and ARNs in their places."""
    stack = cdk.Stack(cdk.App(), "Tokens")
    jobs = PrivateTrainingJobNetwork(stack, "Jobs")
    role = iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal())
    imported = iam.Role.from_role_name(
        stack, "Imported", cdk.CfnParameter(stack, "Name", max_length=64).value_as_string
    )
    made = SageMakerGuardrails(
        stack,
        "Guardrails",
        networks=[jobs],
        volume_keys=[jobs.encryption_key, kms.Key.from_key_arn(stack, "Key", cdk.Fn.import_value("key"))],
        exempt_principals=[role.role_arn, imported.role_arn],
    )
    longest = {
        "AWS::Partition": "aws-us-gov",
        "AWS::AccountId": ACCOUNT,
        "Name": "n" * 64,
        "role": f"arn:aws-us-gov:iam::{ACCOUNT}:role/{'r' * 64}",
        "key": f"arn:aws-us-gov:kms:us-gov-west-1:{ACCOUNT}:key/mrk-{'0' * 32}",
        "subnet": "subnet-0123456789abcdef0",
        "group": "sg-0123456789abcdef0",
    }

    def deployed(value):
        if isinstance(value, list):
            return [deployed(each) for each in value]
        if not isinstance(value, dict):
            return value
        if "Fn::Join" in value:
            return "".join(deployed(value["Fn::Join"][1]))
        if set(value) & {"Ref", "Fn::GetAtt", "Fn::ImportValue"}:
            name = str(value.get("Ref") or value.get("Fn::ImportValue") or value["Fn::GetAtt"][0])
            kinds = {"Role": "role", "key": "key", "JobsKey": "key", "Subnet": "subnet", "SecurityGroup": "group"}
            return longest.get(name) or longest[next(kind for part, kind in kinds.items() if part in name)]
        return {key: deployed(each) for key, each in value.items()}

    for document in made.documents:
        said, real = length(document), len(json.dumps(deployed(stack.resolve(document)), separators=(",", ":")))
        assert real <= said <= real * 1.2


def test_attaching():
    """Managed policies are attached, a boundary is set, a service control policy is refused."""
    made = guardrails()
    role = iam.Role(cdk.Stack.of(made), "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    made.attach_to(role)
    template = assertions.Template.from_stack(cdk.Stack.of(made))
    template.has_resource_properties(
        "AWS::IAM::Role", {"ManagedPolicyArns": [{"Ref": assertions.Match.string_like_regexp("Guardrails")}]}
    )
    bound = guardrails(form=GuardrailForm.PERMISSIONS_BOUNDARY)
    role = iam.Role(cdk.Stack.of(bound), "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    bound.attach_to(role)
    template = assertions.Template.from_stack(cdk.Stack.of(bound))
    template.has_resource_properties(
        "AWS::IAM::Role", {"PermissionsBoundary": {"Ref": assertions.Match.string_like_regexp("Guardrails")}}
    )
    with pytest.raises(ValueError) as error:
        guardrails(form=GuardrailForm.SERVICE_CONTROL_POLICY).attach_to(role)
    assert str(error.value) == (
        "form is SERVICE_CONTROL_POLICY: AWS Organizations attaches it to accounts and units, not to roles; choose another form"
    )


def test_errors():
    """Arguments that can never be right raise with the argument, the value and what to do."""
    stack = cdk.Stack(cdk.App(), "Errors")
    with pytest.raises(ValueError) as error:
        SageMakerGuardrails(stack, "Nothing")
    assert (
        str(error.value)
        == "networks and subnets are both empty: without any allowed, every workload would be outside; name at least one"
    )
    with pytest.raises(TypeError) as error:
        SageMakerGuardrails(stack, "Form", form="scp")
    assert (
        str(error.value)
        == "form is 'scp': give a value of GuardrailForm (MANAGED_POLICY, PERMISSIONS_BOUNDARY and SERVICE_CONTROL_POLICY)"
    )
    many = [ec2.Subnet.from_subnet_id(stack, f"S{number}", f"subnet-{number:017x}") for number in range(300)]
    group = [ec2.SecurityGroup.from_security_group_id(stack, "G", GROUPS[0])]
    with pytest.raises(ValueError) as error:
        SageMakerGuardrails(stack, "Long", subnets=many, security_groups=group)
    assert str(error.value).startswith("the statement OtherSubnets would have 8,")
    assert str(error.value).endswith("allow fewer, at most about 197")
    SageMakerGuardrails(stack, "Fits", subnets=many[:197], security_groups=group)
    with pytest.raises(ValueError, match="^the statement OtherSubnets would have 6,151 characters"):
        SageMakerGuardrails(stack, "Longer", subnets=many[:198], security_groups=group)
    with pytest.raises(ValueError) as error:
        SageMakerGuardrails(
            stack, "Boundary", subnets=many[:150], security_groups=group, form=GuardrailForm.PERMISSIONS_BOUNDARY
        )
    assert (
        "and IAM allows 6,144: a role has only one, so allow fewer subnets and groups, or use GuardrailForm.MANAGED_POLICY"
        in str(error.value)
    )
