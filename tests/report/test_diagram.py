"""What the pictures show: things, places, lines and answers, taken from the same model and the same paths as `explain`."""

from __future__ import annotations

import copy

import pytest
import yaml
from drawings import DOMAIN, NETWORK

from constructs_lib.assembly import from_documents
from constructs_lib.report.diagram.build import pictures
from constructs_lib.report.diagram.names import LONGEST, clean, shortened


def drawn(text=NETWORK, changes=None, **documents):
    """The pictures of a template, and of others beside it."""
    document = yaml.safe_load(text)
    for name, resource in (changes or {}).items():
        if resource is None:
            del document["Resources"][name]
        else:
            document["Resources"][name] = resource
    return pictures(from_documents({"t": document, **documents}, defaults=True))


def lines(picture):
    """The lines by what they connect, as text."""
    names = {
        node.key: node.title or "/".join(row.text for row in node.rows) or node.caption for node in picture.all_nodes()
    }
    names.update(
        {node.key: f"{node.caption} of {node.title}" for node in picture.all_nodes() if node.kind == "interface"}
    )
    return [
        f"{names[line.tail]} {line.verdict or '--'} {names[line.head]}" + (f" [{line.label}]" if line.label else "")
        for line in picture.lines
    ]


def tree(box, depth=0):
    """Boxes and nodes as indented text."""
    head = " ".join(part for part in (box.caption, box.title, *box.lines) if part)
    found = ["  " * depth + head]
    for inner in box.boxes:
        found += tree(inner, depth + 1)
    return found + [
        "  " * (depth + 1)
        + " ".join(part for part in (node.caption, node.title, *(row.text for row in node.rows)) if part)
        for node in box.nodes
    ]


def test_things_stand_where_the_templates_put_them():
    """Zones hold subnets with their routes in words, subnets what stands in them, the VPC its gateways and endpoints, SageMaker the workload."""
    (picture,) = drawn()
    assert [line for box in picture.boxes for line in tree(box)] == [
        "Managed by SageMaker",
        "  Notebook Notebook",
        "VPC Vpc 10.0.0.0/16",
        "  Availability Zone eu-west-1a",
        "    Subnet Public 10.0.0.0/24 public: internet gateway",
        "      NAT gateway Nat",
        "    Subnet Private 10.0.1.0/24 private: NAT",
        "      Customer interface Notebook",
        "  Internet gateway Igw",
        "  Interface endpoint sts",
    ]
    assert [(node.kind, node.title, [row.text for row in node.rows]) for node in picture.nodes] == [
        ("internet", "Internet", []),
        ("services", "", ["s3", "sagemaker.api", "sagemaker.runtime", "logs"]),
    ]


def test_lines_are_the_paths_of_explain():
    """A path runs over what its hops name; pieces that several share are one line, and the last piece says the verdict in words."""
    (picture,) = drawn()
    assert lines(picture) == [
        "Notebook -- Customer interface of Notebook",
        "Customer interface of Notebook blocked sts [✕ endpoint's security group]",
        "Customer interface of Notebook reachable Nat",
        "Nat reachable Igw",
        "Igw reachable Internet [✓ reachable]",
        "Igw reachable s3/sagemaker.api/sagemaker.runtime/logs [✓ reachable]",
    ]
    by_destination = {answer.path.destination: answer for answer in picture.answers}
    nat = next(
        line
        for line in picture.lines
        if line.head == next(node.key for node in picture.all_nodes() if node.title == "Nat")
    )
    assert nat.answers == {answer.number for name, answer in by_destination.items() if name != "sts"}


def test_a_row_is_highlighted_by_its_own_path():
    """Of a node that stands for several services, an answer passes the node and its own row."""
    (picture,) = drawn()
    services = next(node for node in picture.nodes if node.kind == "services")
    logs = next(answer for answer in picture.answers if answer.path.destination == "logs")
    assert services.key in logs.keys
    assert {row.key for row in services.rows} & logs.keys == {services.rows[-1].key}


def test_several_interfaces_share_a_line_to_the_same_end():
    """A domain in two subnets has two interfaces; what both reach alike is one line from where theirs meet."""
    other = {
        "Type": "AWS::EC2::Subnet",
        "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.2.0/24", "AvailabilityZone": "eu-west-1b"},
    }
    text = NETWORK + DOMAIN % "{Ref: Private}, {Ref: Other}"
    (picture,) = drawn(text, {"Other": other, "Notebook": None})
    junctions = [node for node in picture.all_nodes() if node.kind == "junction"]
    assert junctions
    to_self = [
        line for line in picture.lines if line.tail in {node.key for node in junctions} and line.label == "✓ reachable"
    ]
    assert to_self


def test_subnets_that_are_alike_are_one():
    """Subnets of one zone in which everything is the same are drawn as one box, which says how many it stands for."""
    alike = {
        f"Alike{number}": {
            "Type": "AWS::EC2::Subnet",
            "Properties": {
                "VpcId": {"Ref": "Vpc"},
                "CidrBlock": f"10.0.{number}.0/24",
                "AvailabilityZone": "eu-west-1a",
            },
        }
        for number in range(10, 19)
    }
    (picture,) = drawn(changes=alike)
    assert [node.caption + " " + node.title for node in picture.all_nodes() if node.kind == "subnet"] == [
        "9 subnets Alike10 … Alike18"
    ]


def test_workloads_that_stand_alike_are_one():
    """Models of the same subnets and groups are one node, with their names; the table has a column for each."""
    model = {
        "Type": "AWS::SageMaker::Model",
        "Properties": {
            "ExecutionRoleArn": "r",
            "VpcConfig": {"Subnets": [{"Ref": "Private"}], "SecurityGroupIds": [{"Ref": "Group"}]},
        },
    }
    (picture,) = drawn(changes={f"Model{number}": model for number in range(6)})
    node = next(node for node in picture.all_nodes() if node.caption == "Model: 6 alike")
    assert [row.text for row in node.rows] == ["Model0", "Model1", "Model2", "Model3", "and 2 more"]
    assert {answer.workload.id for answer in picture.answers} == {
        "Notebook",
        *(f"Model{number}" for number in range(6)),
    }


def test_one_picture_for_each_vpc_and_one_for_workloads_without():
    """Workloads without a VPC stand together, each with its stack; a VPC of each stack is a picture of its own."""
    alone = {
        "Resources": {
            "Alone": {
                "Type": "AWS::SageMaker::NotebookInstance",
                "Properties": {"InstanceType": "ml.t3.medium", "RoleArn": "r"},
            }
        }
    }
    found = drawn(other=yaml.safe_load(NETWORK), alone=alone)
    assert [(picture.title, picture.stacks) for picture in found] == [
        ("Workloads without a VPC", ("alone",)),
        ("t: VPC Vpc", ("t",)),
        ("other: VPC Vpc", ("other",)),
    ]
    assert len({answer.number for picture in found for answer in picture.answers}) == sum(
        len(picture.answers) for picture in found
    )
    keys = [node.key for picture in found for node in picture.all_nodes()]
    assert len(keys) == len(set(keys))


def test_a_notebook_with_both_interfaces():
    """Direct internet access: the managed interface for the internet, the customer's for the VPC."""
    notebook = {
        "Type": "AWS::SageMaker::NotebookInstance",
        "Properties": {
            "InstanceType": "ml.t3.medium",
            "RoleArn": "r",
            "SubnetId": {"Ref": "Private"},
            "SecurityGroupIds": [{"Ref": "Group"}],
        },
    }
    (picture,) = drawn(changes={"Notebook": notebook})
    assert "Notebook -- Managed interface" in lines(picture)
    assert "Managed interface reachable Internet [✓ reachable]" in lines(picture)
    assert "Customer interface of Notebook blocked sts [✕ endpoint's security group]" in lines(picture)


def test_what_lies_behind_a_transit_gateway_is_unverified():
    """The gateway stands outside of the VPC, dashed because it is not in the templates, and the defaults that decided are named."""
    route = {
        "Type": "AWS::EC2::Route",
        "Properties": {
            "RouteTableId": {"Ref": "Table"},
            "DestinationCidrBlock": "0.0.0.0/0",
            "TransitGatewayId": {"Ref": "Link"},
        },
    }
    (picture,) = drawn(changes={"Out": route})
    assert "tgw-1 unverified Internet [? unverified]" in lines(picture)
    node = next(node for node in picture.nodes if node.caption == "Transit gateway")
    assert node.outside
    assert picture.assumptions == ("parameter Link is 'tgw-1' (its default)",)


def test_nat_that_does_not_work_says_so():
    """A NAT gateway in a private subnet is drawn with its fault, and stops the path."""
    nat = {"Type": "AWS::EC2::NatGateway", "Properties": {"SubnetId": {"Ref": "Private"}, "AllocationId": "eipalloc-1"}}
    (picture,) = drawn(changes={"Nat": nat})
    node = next(node for node in picture.all_nodes() if node.kind == "nat")
    assert [row.text for row in node.rows] == ["does not work"]
    assert "NAT gateway Nat is in subnet Private" in node.note
    assert any(line.endswith("blocked Internet [✕ no route]") for line in lines(picture))


def test_what_is_not_in_the_templates_is_drawn_as_such():
    """A subnet that is only mentioned stands in a box of its own, dashed; whatever it reaches is unverified."""
    text = """
    Parameters: {SubnetId: {Type: String}, GroupId: {Type: String}}
    Resources:
      Notebook:
        Type: AWS::SageMaker::NotebookInstance
        Properties:
          {InstanceType: ml.t3.medium, RoleArn: r, SubnetId: {Ref: SubnetId}, DirectInternetAccess: Disabled, SecurityGroupIds: [{Ref: GroupId}]}
    """
    (picture,) = drawn(text)
    assert picture.title == "Subnets whose VPC is not in the templates"
    box = picture.boxes[1]
    assert box.outside
    assert [inner.title for inner in box.boxes] == ["SubnetId"]
    assert {line.verdict for line in picture.lines if line.label} == {"unverified"}


def test_conditions_that_defaults_do_not_decide_are_drawn_one_way_and_named():
    """The picture shows the first branch and says which; the answers combine both."""
    text = NETWORK.replace(
        "Parameters:", "Parameters:\n  UseNat: {Type: String, AllowedValues: ['yes', 'no']}"
    ).replace("Resources:", "Conditions: {WithNat: {'Fn::Equals': [{Ref: UseNat}, 'yes']}}\nResources:")
    document = yaml.safe_load(text)
    document["Resources"]["Out"]["Condition"] = "WithNat"
    (picture,) = pictures(from_documents({"t": document}, defaults=True))
    assert picture.assumptions == ("WithNat is true",)
    internet = next(answer.path for answer in picture.answers if answer.path.destination == "internet")
    assert internet.verdict == "unverified"
    assert "Igw reachable Internet [✓ reachable]" in lines(picture)


def test_a_workload_that_is_not_drawn_has_its_answers():
    """What only exists where the other branch is taken is in no picture, but in a table."""
    text = NETWORK.replace("Parameters:", "Parameters:\n  Mode: {Type: String, AllowedValues: ['a', 'b']}").replace(
        "Resources:",
        "Conditions: {A: {'Fn::Equals': [{Ref: Mode}, a]}, B: {'Fn::Equals': [{Ref: Mode}, b]}}\nResources:",
    )
    document = yaml.safe_load(text)
    document["Resources"]["Second"] = {**document["Resources"]["Notebook"], "Condition": "B"}
    document["Resources"]["Notebook"]["Condition"] = "A"
    found = pictures(from_documents({"t": document}, defaults=True))
    assert [(picture.title, sorted({answer.workload.id for answer in picture.answers})) for picture in found] == [
        ("t: VPC Vpc", ["Notebook"]),
        ("Workloads that are not drawn", ["Second"]),
    ]


def test_cost_counts_what_stands_there_by_the_hour():
    """NAT gateways, and interface endpoints once for each subnet; gateway endpoints cost nothing."""
    gateway = {
        "Type": "AWS::EC2::VPCEndpoint",
        "Properties": {
            "VpcId": {"Ref": "Vpc"},
            "ServiceName": "com.amazonaws.eu-west-1.s3",
            "RouteTableIds": [{"Ref": "Table"}],
        },
    }
    (picture,) = drawn(changes={"S3": gateway})
    assert (picture.cost.nat_gateways, picture.cost.interface_endpoints, picture.cost.endpoint_zones) == (1, 1, 1)


def test_nothing_to_draw_is_said():
    """Templates without a network make a picture that says so."""
    (picture,) = drawn("Resources: {Topic: {Type: AWS::SNS::Topic}}")
    assert picture.title == "Nothing to draw: the templates hold no workload and no VPC with anything in it"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("plain", "plain"),
        ("a\x00b\x1bc\u202ed\ue000", "a b c d "),
        ("x" * LONGEST, "x" * LONGEST),
        ("NetworkVpcPrivateSubnet1Subnet6DD86AE6", "NetworkVpcPrivate…bnet6DD86AE6"),
    ],
)
def test_names_are_short_and_clean(given, shown):
    """Long names lose their middle; no control character or change of direction gets through."""
    assert shortened(given) == shown
    assert len(shortened(given)) <= LONGEST
    assert clean("é漢字") == "é漢字"


def places(value, path=()):
    """The paths of everything within a value."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(value[key], (*path, key))


def test_whatever_is_unknown_is_drawn():
    """Any property may be a parameter without a value: what it decides is unverified or left out, and the rest is drawn."""
    whole = yaml.safe_load(NETWORK + DOMAIN % "{Ref: Private}")
    whole["Parameters"]["Free"] = {"Type": "String"}
    whole["Resources"]["Nat"]["Properties"] |= {"AvailabilityMode": "zonal", "ConnectivityType": "public"}
    asked = [
        (name, path) for name, resource in whole["Resources"].items() for path in places(resource.get("Properties", {}))
    ]
    for name, path in asked:
        document = copy.deepcopy(whole)
        holder = document["Resources"][name]["Properties"]
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = "Free" if path[-1] == "Ref" else {"Ref": "Free"}
        found = pictures(from_documents({"t": document}, defaults=True))
        assert sum(len(picture.answers) for picture in found) >= 12, (name, path)
    assert len(asked) > 60


@pytest.mark.parametrize(
    ("name", "key", "counted"),
    [
        ("Nat", "AvailabilityMode", (1, 1, 1)),
        ("Sts", "VpcEndpointType", (1, 0, 0)),
        ("Sts", "SubnetIds", (1, 1, 1)),
    ],
)
def test_cost_of_what_is_unknown_is_a_least(name, key, counted):
    """Where a parameter decides what costs, the sum is what it costs at least."""
    document = yaml.safe_load(NETWORK)
    document["Parameters"]["Free"] = {"Type": "String"}
    document["Resources"][name]["Properties"][key] = {"Ref": "Free"}
    (picture,) = pictures(from_documents({"t": document}, defaults=True))
    cost = picture.cost
    assert (cost.nat_gateways, cost.interface_endpoints, cost.endpoint_zones) == counted
    assert cost.least
