"""The same network written in another way gets the same verdicts; without a needed part it is violated, with the part hidden unverified."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, replace
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from constructs_lib.assembly import from_documents
from constructs_lib.assembly.read import parse
from constructs_lib.check import check
from constructs_lib.rules import rule_by_id

Template = dict[str, Any]

#: Rules about the way in which something is written: they may tell two equivalent templates apart.
ABOUT_WRITING = frozenset({"SMN-SG-01"})
#: A stack that owns both domain and VPC cannot be deleted; two stacks can, one after the other.
ABOUT_STACKS = frozenset({"SMN-DOM-17"})
PEERS = ["everything", "anywhere", "vpc", "endpoints", "nobody"]


@dataclass(frozen=True)
class Shape:
    """A SageMaker network, before it is written as a template."""

    zones: int = 1
    egress: str = "none"
    endpoints: tuple[str, ...] = ("sagemaker.api", "sagemaker.runtime")
    private_dns: bool = True
    s3_tables: int = 3
    vpc_dns: bool = True
    outbound: str = "anywhere"
    admitted: str = "workloads"
    inbound_cidr: bool = False
    direct: bool = False
    vpc_only: bool = True
    member_rule: bool = True


SHAPES = st.builds(
    Shape,
    zones=st.integers(1, 3),
    egress=st.sampled_from(["none", "nat", "public", "transit"]),
    endpoints=st.lists(
        st.sampled_from(["sagemaker.api", "sagemaker.runtime", "sts", "logs"]), unique=True, max_size=4
    ).map(lambda names: tuple(sorted(names))),
    private_dns=st.booleans(),
    s3_tables=st.integers(0, 3),
    vpc_dns=st.booleans(),
    outbound=st.sampled_from(PEERS),
    admitted=st.sampled_from(["workloads", "vpc", "nobody"]),
    inbound_cidr=st.booleans(),
    direct=st.booleans(),
    vpc_only=st.booleans(),
    member_rule=st.booleans(),
)


def ref(name: str) -> Template:
    return {"Ref": name}


def resource(kind: str, **properties: Any) -> Template:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def https(**peer: Any) -> Template:
    return {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **peer}


def network(shape: Shape) -> Template:
    """The VPC with its subnets, routes, endpoints and groups."""
    made: Template = {
        "Vpc": resource("EC2::VPC", CidrBlock="10.0.0.0/16", EnableDnsSupport=True, EnableDnsHostnames=shape.vpc_dns),
        "WorkloadGroup": resource("EC2::SecurityGroup", GroupDescription="w", VpcId=ref("Vpc"), **inline_rules(shape)),
    }
    if shape.egress in ("nat", "public"):
        made |= internet(shape)
    for zone in range(shape.zones):
        made |= private_subnet(shape, zone)
    tables = [ref(f"Table{zone}") for zone in range(min(shape.zones, shape.s3_tables))]
    if tables:
        name = {"Fn::Sub": "com.amazonaws.${AWS::Region}.s3"}
        made["S3Endpoint"] = resource(
            "EC2::VPCEndpoint", VpcEndpointType="Gateway", ServiceName=name, VpcId=ref("Vpc"), RouteTableIds=tables
        )
    if shape.endpoints:
        made |= interface_endpoints(shape)
    return made


def inline_rules(shape: Shape) -> Template:
    """The rules of the workloads' group, as the group itself lists them; rules among its members are separate resources always."""
    peers = {
        "anywhere": [https(CidrIp="0.0.0.0/0")],
        "vpc": [https(CidrIp="10.0.0.0/16")],
        "endpoints": [https(DestinationSecurityGroupId=ref("EndpointGroup"))]
        if shape.endpoints
        else [https(CidrIp="10.0.0.0/16")],
        "nobody": [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIp": "0.0.0.0/0"}],
    }
    rules: Template = {"SecurityGroupEgress": peers[shape.outbound]} if shape.outbound in peers else {}
    if shape.inbound_cidr:
        rules["SecurityGroupIngress"] = [https(CidrIp="10.0.0.0/16")]
    return rules


def internet(shape: Shape) -> Template:
    made = {
        "Gateway": resource("EC2::InternetGateway"),
        "Attachment": resource("EC2::VPCGatewayAttachment", VpcId=ref("Vpc"), InternetGatewayId=ref("Gateway")),
    }
    if shape.egress == "nat":
        made |= {
            "PublicSubnet": resource("EC2::Subnet", VpcId=ref("Vpc"), CidrBlock="10.0.200.0/24"),
            "PublicTable": resource("EC2::RouteTable", VpcId=ref("Vpc")),
            "PublicAssociation": resource(
                "EC2::SubnetRouteTableAssociation", SubnetId=ref("PublicSubnet"), RouteTableId=ref("PublicTable")
            ),
            "PublicRoute": resource(
                "EC2::Route",
                RouteTableId=ref("PublicTable"),
                DestinationCidrBlock="0.0.0.0/0",
                GatewayId=ref("Gateway"),
            ),
            "Nat": resource("EC2::NatGateway", SubnetId=ref("PublicSubnet"), AllocationId="eipalloc-1"),
        }
    return made


def private_subnet(shape: Shape, zone: int) -> Template:
    made = {
        f"Subnet{zone}": resource(
            "EC2::Subnet",
            VpcId=ref("Vpc"),
            CidrBlock=f"10.0.{zone}.0/24",
            AvailabilityZone={"Fn::Select": [zone, {"Fn::GetAZs": ""}]},
        ),
        f"Table{zone}": resource("EC2::RouteTable", VpcId=ref("Vpc")),
        f"Association{zone}": resource(
            "EC2::SubnetRouteTableAssociation", SubnetId=ref(f"Subnet{zone}"), RouteTableId=ref(f"Table{zone}")
        ),
    }
    targets = {
        "nat": {"NatGatewayId": ref("Nat")},
        "public": {"GatewayId": ref("Gateway")},
        "transit": {"TransitGatewayId": "tgw-1"},
    }
    if shape.egress in targets:
        made[f"Route{zone}"] = resource(
            "EC2::Route", RouteTableId=ref(f"Table{zone}"), DestinationCidrBlock="0.0.0.0/0", **targets[shape.egress]
        )
    return made


def interface_endpoints(shape: Shape) -> Template:
    listed = {"vpc": [https(CidrIp="10.0.0.0/16")], "nobody": [https(CidrIp="192.168.0.0/24")]}.get(shape.admitted)
    inline = {"SecurityGroupIngress": listed} if listed else {}
    made = {"EndpointGroup": resource("EC2::SecurityGroup", GroupDescription="e", VpcId=ref("Vpc"), **inline)}
    if shape.admitted == "workloads":
        # A resource of its own, as two groups that name each other inline would be a circle.
        made["Admission"] = resource(
            "EC2::SecurityGroupIngress",
            GroupId=ref("EndpointGroup"),
            **https(SourceSecurityGroupId=ref("WorkloadGroup")),
        )
    for number, name in enumerate(shape.endpoints):
        made[f"Endpoint{number}"] = resource(
            "EC2::VPCEndpoint",
            VpcEndpointType="Interface",
            ServiceName={"Fn::Sub": f"com.amazonaws.${{AWS::Region}}.{name}"},
            VpcId=ref("Vpc"),
            SubnetIds=[ref(f"Subnet{zone}") for zone in range(shape.zones)],
            SecurityGroupIds=[ref("EndpointGroup")],
            PrivateDnsEnabled=shape.private_dns,
        )
    return made


def workloads(shape: Shape) -> Template:
    """A notebook, a domain with a user and a processing job in the network."""
    subnets = [ref(f"Subnet{zone}") for zone in range(shape.zones)]
    groups = [ref("WorkloadGroup")]
    made = {
        "Notebook": resource(
            "SageMaker::NotebookInstance",
            InstanceType="ml.t3.medium",
            RoleArn="arn:aws:iam::111122223333:role/r",
            DirectInternetAccess="Enabled" if shape.direct else "Disabled",
            SubnetId=subnets[0],
            SecurityGroupIds=groups,
        ),
        "Domain": resource(
            "SageMaker::Domain",
            DomainName="d",
            AuthMode="IAM",
            AppNetworkAccessType="VpcOnly" if shape.vpc_only else "PublicInternetOnly",
            VpcId=ref("Vpc"),
            SubnetIds=subnets,
            DefaultUserSettings={"ExecutionRole": "arn:aws:iam::111122223333:role/r", "SecurityGroups": groups},
        ),
        "User": resource("SageMaker::UserProfile", DomainId=ref("Domain"), UserProfileName="u"),
        "Job": resource(
            "SageMaker::ProcessingJob",
            RoleArn="arn:aws:iam::111122223333:role/r",
            AppSpecification={"ImageUri": "111122223333.dkr.ecr.us-east-1.amazonaws.com/i:1"},
            ProcessingResources={
                "ClusterConfig": {"InstanceCount": 2, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 30}
            },
            NetworkConfig={
                "EnableNetworkIsolation": False,
                "VpcConfig": {"Subnets": subnets, "SecurityGroupIds": groups},
            },
        ),
    }
    if shape.member_rule:
        made["Members"] = resource(
            "EC2::SecurityGroupIngress",
            GroupId=ref("WorkloadGroup"),
            IpProtocol="-1",
            SourceSecurityGroupId=ref("WorkloadGroup"),
        )
    return made


def template(shape: Shape) -> Template:
    return {"Resources": {**network(shape), **workloads(shape)}}


def verdicts(
    documents: dict[str, Template], ignored: frozenset[str] = frozenset()
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Verdict and severity of each rule for each resource."""
    said: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for result in check(from_documents(documents)):
        if result.rule.id not in ignored:
            said.setdefault((result.rule.id, result.resource.logical_id), []).append(
                (result.verdict, result.severity.value)
            )
    return {key: sorted(set(values)) for key, values in said.items()}


def rewritten(value: Any, change: Any) -> Any:
    """A copy of a document in which `change` was given each object, innermost first."""
    if isinstance(value, dict):
        return change({key: rewritten(item, change) for key, item in value.items()})
    if isinstance(value, list):
        return [rewritten(item, change) for item in value]
    return value


def separated(document: Template) -> Template:
    """The same rules as resources of their own instead of lists in the groups."""
    document = copy.deepcopy(document)
    resources = document["Resources"]
    for name, body in list(resources.items()):
        if body["Type"] != "AWS::EC2::SecurityGroup":
            continue
        for direction in ("Ingress", "Egress"):
            for number, each in enumerate(body["Properties"].pop(f"SecurityGroup{direction}", [])):
                resources[f"{name}{direction}{number}"] = resource(
                    f"EC2::SecurityGroup{direction}", GroupId={"Fn::GetAtt": [name, "GroupId"]}, **each
                )
    return document


def joined(document: Template) -> Template:
    """`Fn::Sub` written as `Fn::Join`, and `Ref` as a `Fn::Sub` of nothing else."""

    def change(body: Template) -> Template:
        if set(body) == {"Fn::Sub"}:
            before, _, after = body["Fn::Sub"].partition("${AWS::Region}")
            return {"Fn::Join": [".", [before.rstrip("."), ref("AWS::Region"), after.lstrip(".")]]}
        if set(body) == {"Ref"} and not body["Ref"].startswith("AWS::"):
            return {"Fn::Sub": "${" + body["Ref"] + "}"}
        return body

    return rewritten(document, change)


def stringly(document: Template) -> Template:
    """Booleans and numbers as JSON strings, protocols as numbers."""

    def change(body: Template) -> Template:
        return {
            key: str(item).lower()
            if isinstance(item, bool)
            else str(item)
            if isinstance(item, int)
            else 6
            if item == "tcp"
            else item
            for key, item in body.items()
        }

    return rewritten(document, change)


def as_yaml(document: Template) -> Template:
    """Written as YAML with the short forms of the functions, and read again."""

    class Dumper(yaml.SafeDumper):
        pass

    class Short(str):
        __slots__ = ("tag",)

    def represent(dumper: yaml.SafeDumper, value: Short) -> yaml.Node:
        return dumper.represent_scalar(value.tag, str(value))

    def change(body: Template) -> Any:
        if set(body) in ({"Ref"}, {"Fn::Sub"}):
            ((key, text),) = body.items()
            short = Short(text)
            short.tag = "!Ref" if key == "Ref" else "!Sub"
            return short
        return body

    Dumper.add_representer(Short, represent)
    Dumper.ignore_aliases = lambda *_: True
    return parse(yaml.dump(rewritten(document, change), Dumper=Dumper, sort_keys=False), "t.yaml")


def as_json(document: Template) -> Template:
    """Written as JSON text, and read again."""
    return parse(json.dumps(document, indent=1), "t.json")


def exported(shape: Shape) -> dict[str, Template]:
    """The network in one stack and its workloads in another, which imports what the first exports."""
    inner, outer = network(shape), workloads(shape)

    def change(body: Template) -> Template:
        if set(body) == {"Ref"} and body["Ref"] in inner:
            return {"Fn::ImportValue": f"net-{body['Ref']}"}
        return body

    outputs = {name: {"Value": ref(name), "Export": {"Name": f"net-{name}"}} for name in inner}
    return {
        "workloads": {"Resources": rewritten(outer, change)},
        "network": {"Resources": inner, "Outputs": outputs},
    }


def nested(shape: Shape) -> dict[str, Template]:
    """Conditions that are surely true around everything, and every value behind an `Fn::If`."""

    def change(body: Template) -> Template:
        return {"Fn::If": ["Always", body, ref("AWS::NoValue")]} if set(body) == {"Ref"} else body

    document = template(shape)
    for body in document["Resources"].values():
        body["Properties"] = rewritten(body["Properties"], change)
        body["Condition"] = "Always"
    return {"t": {"Conditions": {"Always": {"Fn::Equals": ["a", "a"]}}, **document}}


many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@many
@given(SHAPES)
@pytest.mark.parametrize("rewrite", [joined, stringly, as_yaml, as_json], ids=lambda rewrite: rewrite.__name__)
def test_another_notation_gives_the_same_verdicts(rewrite, shape):
    """Sub or Join, booleans or strings, YAML or JSON: the words differ, the network does not."""
    plain = template(shape)
    assert verdicts({"t": rewrite(plain)}) == verdicts({"t": plain})


@many
@given(SHAPES)
def test_separate_rules_give_the_same_verdicts(shape):
    """Rules in the group or as resources of their own, which only SMN-SG-01 is to tell apart."""
    plain = template(shape)
    assert verdicts({"t": separated(plain)}, ABOUT_WRITING) == verdicts({"t": plain}, ABOUT_WRITING)


@many
@given(SHAPES)
def test_two_stacks_give_the_same_verdicts(shape):
    """What one stack exports and the other imports is the same network."""
    assert verdicts(exported(shape), ABOUT_STACKS) == verdicts({"t": template(shape)}, ABOUT_STACKS)


@many
@given(SHAPES)
def test_conditions_that_are_always_true_change_nothing(shape):
    """A branch that cannot be taken is not judged."""
    assert verdicts(nested(shape)) == verdicts({"t": template(shape)})


ENDPOINTS = Shape(
    zones=2, outbound="endpoints", vpc_dns=True, endpoints=("logs", "sagemaker.api", "sagemaker.runtime", "sts")
)
NAT = Shape(zones=2, egress="nat", endpoints=(), s3_tables=0)
#: What must not be missing: the network, the resource, and the rules that are then violated, with the resource that they name.
NEEDED = [
    (ENDPOINTS, "Endpoint1", [("SMN-NB-05", "Notebook"), ("SMN-DOM-04", "Domain")]),
    (ENDPOINTS, "Endpoint2", [("SMN-NB-05", "Notebook"), ("SMN-DOM-04", "Domain")]),
    (ENDPOINTS, "Endpoint0", [("SMN-DOM-07", "Domain")]),
    (ENDPOINTS, "Endpoint3", [("SMN-DOM-07", "Domain")]),
    (ENDPOINTS, "S3Endpoint", [("SMN-NB-06", "Notebook"), ("SMN-DOM-05", "Domain"), ("SMN-JOB-03", "Job")]),
    (ENDPOINTS, "Association0", [("SMN-NB-06", "Notebook"), ("SMN-RT-03", "Subnet0"), ("SMN-DOM-05", "Domain")]),
    (replace(ENDPOINTS, outbound="everything"), "Members", [("SMN-DOM-08", "Domain"), ("SMN-JOB-04", "Job")]),
    (
        NAT,
        "Route0",
        [("SMN-NB-05", "Notebook"), ("SMN-NB-06", "Notebook"), ("SMN-DOM-04", "Domain"), ("SMN-JOB-03", "Job")],
    ),
    (
        NAT,
        "PublicRoute",
        [("SMN-RT-01", "Nat"), ("SMN-NB-05", "Notebook"), ("SMN-NB-06", "Notebook"), ("SMN-DOM-04", "Domain")],
    ),
    (NAT, "PublicAssociation", [("SMN-RT-01", "Nat"), ("SMN-NB-05", "Notebook"), ("SMN-JOB-03", "Job")]),
    (NAT, "Attachment", [("SMN-RT-02", "Gateway"), ("SMN-NB-05", "Notebook")]),
]


@pytest.mark.parametrize(
    ("shape", "name", "broken"), NEEDED, ids=[f"{shape.egress}-{name}" for shape, name, _ in NEEDED]
)
@given(zones=st.integers(1, 3), more=st.sampled_from(["vpc", "workloads"]))
@settings(max_examples=4, deadline=None)
def test_without_a_needed_resource_its_rules_are_violated(shape, name, broken, zones, more):
    """The whole network satisfies the rules; without this one resource they are violated, however many zones there are."""
    document = template(replace(shape, zones=zones, admitted=more))
    before = verdicts({"t": document})
    del document["Resources"][name]
    after = verdicts({"t": document})
    for key in broken:
        if key[0] != "SMN-RT-03":
            assert {verdict for verdict, _ in before[key]} == {"satisfied"}, key
        assert {verdict for verdict, _ in after[key]} == {"violated"}, key


#: Which property is put behind a parameter, and the rules that can then no longer be judged, with the resource that they speak of.
HIDDEN = [
    (ENDPOINTS, "Notebook", ("SubnetId",), "Notebook", ["SMN-NB-04", "SMN-NB-05", "SMN-NB-06", "SMN-NB-15"]),
    (ENDPOINTS, "Notebook", ("SecurityGroupIds",), "Notebook", ["SMN-NB-10", "SMN-NB-11", "SMN-NB-14", "SMN-NB-15"]),
    (ENDPOINTS, "Notebook", ("DirectInternetAccess",), "Notebook", ["SMN-NB-07"]),
    (ENDPOINTS, "Subnet0", ("VpcId",), "Notebook", ["SMN-NB-05", "SMN-NB-06"]),
    (ENDPOINTS, "Association0", ("RouteTableId",), "Notebook", ["SMN-NB-04", "SMN-NB-06"]),
    (ENDPOINTS, "S3Endpoint", ("RouteTableIds",), "Notebook", ["SMN-NB-06"]),
    (ENDPOINTS, "S3Endpoint", ("ServiceName",), "Notebook", ["SMN-NB-06"]),
    (ENDPOINTS, "Endpoint1", ("ServiceName",), "Notebook", ["SMN-NB-05"]),
    (ENDPOINTS, "Endpoint1", ("PrivateDnsEnabled",), "Notebook", ["SMN-NB-05"]),
    (ENDPOINTS, "Endpoint1", ("SecurityGroupIds",), "Notebook", ["SMN-NB-05"]),
    (ENDPOINTS, "Admission", ("SourceSecurityGroupId",), "Notebook", ["SMN-NB-05"]),
    (ENDPOINTS, "Admission", ("FromPort",), "Notebook", ["SMN-NB-05"]),
    (ENDPOINTS, "Vpc", ("EnableDnsHostnames",), "Notebook", ["SMN-NB-05"]),
    (ENDPOINTS, "Vpc", ("EnableDnsHostnames",), "Vpc", ["SMN-VPC-01"]),
    (ENDPOINTS, "Vpc", ("InstanceTenancy",), "Vpc", ["SMN-VPC-02"]),
    (ENDPOINTS, "WorkloadGroup", ("SecurityGroupEgress",), "Notebook", ["SMN-NB-10", "SMN-NB-05"]),
    (ENDPOINTS, "WorkloadGroup", ("SecurityGroupIngress",), "Notebook", ["SMN-NB-11"]),
    (ENDPOINTS, "Domain", ("SubnetIds",), "Domain", ["SMN-DOM-03", "SMN-DOM-04", "SMN-DOM-05"]),
    (ENDPOINTS, "Domain", ("AppNetworkAccessType",), "Domain", ["SMN-DOM-14"]),
    (ENDPOINTS, "Endpoint1", ("PrivateDnsEnabled",), "Endpoint1", ["SMN-EP-02"]),
    (ENDPOINTS, "Endpoint1", ("SecurityGroupIds",), "Endpoint1", ["SMN-EP-04"]),
    (ENDPOINTS, "Job", ("NetworkConfig", "VpcConfig", "Subnets"), "Job", ["SMN-JOB-03"]),
    (NAT, "Nat", ("SubnetId",), "Nat", ["SMN-RT-01"]),
    (NAT, "Nat", ("ConnectivityType",), "Route0", ["SMN-RT-05"]),
    (NAT, "PublicRoute", ("GatewayId",), "Nat", ["SMN-RT-01"]),
    (NAT, "PublicRoute", ("DestinationCidrBlock",), "Nat", ["SMN-RT-01"]),
    (NAT, "Route0", ("DestinationCidrBlock",), "Notebook", ["SMN-NB-05", "SMN-NB-06"]),
    (NAT, "Route0", ("NatGatewayId",), "Notebook", ["SMN-NB-05", "SMN-NB-06"]),
]


@pytest.mark.parametrize(
    ("shape", "name", "path", "subject", "rules"),
    HIDDEN,
    ids=[f"{name}-{path[-1]}-{subject}" for _, name, path, subject, _ in HIDDEN],
)
@given(zones=st.integers(1, 3))
@settings(max_examples=3, deadline=None)
def test_behind_a_parameter_the_rules_are_unverified(shape, name, path, subject, rules, zones):
    """What whoever deploys decides is neither a pass nor a failure."""
    document = template(replace(shape, zones=zones))
    before = verdicts({"t": document})
    place = document["Resources"][name]["Properties"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = ref("Hidden")
    document["Parameters"] = {"Hidden": {"Type": "String"}}
    after = verdicts({"t": document})
    for rule_id in rules:
        assert rule_by_id(rule_id) is not None
        assert {verdict for verdict, _ in before[rule_id, subject]} == {"satisfied"}, rule_id
        assert {verdict for verdict, _ in after[rule_id, subject]} == {"unverified"}, rule_id
