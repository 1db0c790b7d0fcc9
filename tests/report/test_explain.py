"""`explain` as people and programs read it."""

from __future__ import annotations

import json

import pytest

from constructs_lib.__main__ import main
from constructs_lib.assembly import from_documents
from constructs_lib.report import explain

TEMPLATE = {
    "Parameters": {"Access": {"Type": "String", "Default": "Disabled"}},
    "Resources": {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16", "EnableDnsHostnames": True}},
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.1.0/24"}},
        "Table": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}},
        "Association": {
            "Type": "AWS::EC2::SubnetRouteTableAssociation",
            "Properties": {"SubnetId": {"Ref": "Subnet"}, "RouteTableId": {"Ref": "Table"}},
        },
        "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"VpcId": {"Ref": "Vpc"}, "GroupDescription": "g"}},
        "Vpn": {
            "Type": "AWS::EC2::Route",
            "Properties": {
                "RouteTableId": {"Ref": "Table"},
                "DestinationCidrBlock": "192.168.0.0/16",
                "TransitGatewayId": "tgw-1",
            },
        },
        "S3": {
            "Type": "AWS::EC2::VPCEndpoint",
            "Properties": {
                "VpcId": {"Ref": "Vpc"},
                "ServiceName": "com.amazonaws.eu-west-1.s3",
                "RouteTableIds": [{"Ref": "Table"}],
            },
        },
        "Notebook": {
            "Type": "AWS::SageMaker::NotebookInstance",
            "Properties": {
                "InstanceType": "ml.t3.medium",
                "RoleArn": "arn:aws:iam::111122223333:role/r",
                "DirectInternetAccess": {"Ref": "Access"},
                "SubnetId": {"Ref": "Subnet"},
                "SecurityGroupIds": [{"Ref": "Group"}],
            },
        },
    },
}


def given():
    """The template with its defaults, as the command line reads it."""
    return from_documents({"network.json": TEMPLATE}, defaults=True)


def test_one_answer_in_full():
    """One question is answered with every hop, in the order of the traffic, and what the answer assumes."""
    assert explain.render(given(), "Notebook", ["s3", "sts", "192.168.4.0/24"]) == (
        "Notebook -> s3: reachable by vpce-gateway\n"
        "  S3: com.amazonaws.eu-west-1.s3, in route table Table\n"
        "    interface      Notebook: customer interface, private address only\n"
        "    subnet         Subnet: 10.0.1.0/24 in VPC Vpc\n"
        "    route          Table: prefix list of s3 -> S3\n"
        "    security-group Group: lets out all traffic to 0.0.0.0/0 (the default egress)\n"
        "    network-acl    default network ACL of Vpc: as created: entry 100 allow all traffic 0.0.0.0/0, both ways\n"
        "    endpoint       S3: com.amazonaws.eu-west-1.s3, in route table Table\n"
        "  assumes parameter Access is 'Disabled' (its default)\n"
        "\n"
        "Notebook x sts: blocked by no_endpoint\n"
        "  VPC Vpc has no endpoint for sts, and Table has no default route\n"
        "    interface      Notebook: customer interface, private address only\n"
        "    subnet         Subnet: 10.0.1.0/24 in VPC Vpc\n"
        "    stop           Table: VPC Vpc has no endpoint for sts, and Table has no default route\n"
        "  assumes parameter Access is 'Disabled' (its default)\n"
        "\n"
        "Notebook ? 192.168.4.0/24: unverified (tgw)\n"
        "  not in the templates: what lies behind tgw-1, to which Vpn sends 192.168.0.0/16\n"
        "    interface      Notebook: customer interface, private address only\n"
        "    subnet         Subnet: 10.0.1.0/24 in VPC Vpc\n"
        "    route          Vpn: 192.168.0.0/16 -> tgw-1, in Table\n"
        "    security-group Group: lets out all traffic to 0.0.0.0/0 (the default egress)\n"
        "  assumes parameter Access is 'Disabled' (its default)\n"
        "  to decide it: confirm at the other end that it is handed on\n"
    )


def test_the_matrix():
    """Without destinations each workload is asked about those that matter to it: private ranges that routes name included."""
    assert explain.render(given(), None, []) == (
        "Notebook (network.json)\n"
        "  x  internet           blocked by route\n"
        "                        Table has no default route\n"
        "  -> s3                 reachable by vpce-gateway\n"
        "  x  sagemaker.api      blocked by no_endpoint\n"
        "                        VPC Vpc has no endpoint for sagemaker.api, and Table has no default route\n"
        "  x  sagemaker.runtime  blocked by no_endpoint\n"
        "                        VPC Vpc has no endpoint for sagemaker.runtime, and Table has no default route\n"
        "  x  sts                blocked by no_endpoint\n"
        "                        VPC Vpc has no endpoint for sts, and Table has no default route\n"
        "  x  logs               blocked by no_endpoint\n"
        "                        VPC Vpc has no endpoint for logs, and Table has no default route\n"
        "  ?  192.168.0.0/16     unverified (tgw)\n"
        "                        not in the templates: what lies behind tgw-1, to which Vpn sends 192.168.0.0/16\n"
        "\n"
        "assumes parameter Access is 'Disabled' (its default)\n"
    )


def test_json():
    """The JSON has the fixed names, and tells what stopped the traffic and what the answer rests on."""
    document = json.loads(explain.render(given(), "Notebook", ["internet"], as_json=True))
    assert document == {
        "schema": 1,
        "paths": [
            {
                "template": "network.json",
                "from": "Notebook",
                "to": "internet",
                "verdict": "blocked",
                "via": "none",
                "blocked_by": "route",
                "hops": [
                    {"kind": "interface", "id": "Notebook", "text": "customer interface, private address only"},
                    {"kind": "subnet", "id": "Subnet", "text": "10.0.1.0/24 in VPC Vpc"},
                    {"kind": "stop", "id": "Table", "text": "Table has no default route"},
                ],
                "why": "Table has no default route",
                "declare": "",
                "assumptions": ["parameter Access is 'Disabled' (its default)"],
            }
        ],
    }


@pytest.fixture
def file(tmp_path):
    """The template on disk."""
    path = tmp_path / "network.json"
    path.write_text(json.dumps(TEMPLATE))
    return str(path)


def test_the_command(file, capsys):
    """`explain` answers and ends with status 0, whatever the answer."""
    assert main(["explain", file, "--from", "Notebook", "--to", "sts"]) == 0
    assert capsys.readouterr().out.startswith("Notebook x sts: blocked by no_endpoint\n")


def test_a_parameter_on_the_command_line(file, capsys):
    """A parameter that is given wins over its default."""
    assert (
        main(
            ["explain", file, "--from", "Notebook", "--to", "sts", "--parameter", "Access=Enabled", "--format", "json"]
        )
        == 0
    )
    (path,) = json.loads(capsys.readouterr().out)["paths"]
    assert (path["verdict"], path["via"]) == ("reachable", "managed")


def test_a_question_that_means_nothing(file, capsys):
    """A name that stands for nothing is one line on standard error and status 2."""
    assert main(["explain", file, "--from", "Notebok", "--to", "sts"]) == 2
    assert (
        capsys.readouterr().err
        == "sagemaker-network: no workload 'Notebok' in the templates, did you mean \"Notebook\"?; there are Notebook\n"
    )


def test_templates_without_workload():
    """Where nothing sends traffic, it is told how to ask all the same."""
    empty = from_documents({"t": {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}}, defaults=True)
    assert explain.render(empty, None, []) == "no workload in the templates: name a place with --from SUBNET+GROUP\n"


def test_many_assumptions_have_a_line_each():
    """A declared network has a dozen of them."""
    names = [f"Out{number}" for number in range(5)]
    document = json.loads(json.dumps(TEMPLATE))
    for number, name in enumerate(names):
        document["Parameters"][f"Range{name}"] = {"Type": "String", "Default": f"172.{16 + number}.0.0/16"}
        document["Resources"][name] = {
            "Type": "AWS::EC2::Route",
            "Properties": {
                "RouteTableId": {"Ref": "Table"},
                "DestinationCidrBlock": {"Ref": f"Range{name}"},
                "TransitGatewayId": "tgw-1",
            },
        }
    said = explain.render(from_documents({"network.json": document}, defaults=True), None, ["internet", "172.20.0.1"])
    assert "\nassumes\n  parameter " in said
    assert "(its default)\n  parameter RangeOut0 is '172.16.0.0/16' (its default)\n" in said


def test_members_that_do_not_reach_each_other():
    """What a group refuses its own members, in words that fit any ports."""
    document = json.loads(json.dumps(TEMPLATE))
    document["Resources"]["Group"]["Properties"]["SecurityGroupEgress"] = [
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}
    ]
    (path,) = explain.paths_of(from_documents({"n": document}, defaults=True), "Notebook", ["self"])
    assert path.why == "security group Group does not let its members reach each other on all TCP ports"
