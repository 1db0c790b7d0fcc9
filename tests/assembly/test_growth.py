"""Time grows with the template, not faster; what is long, wide or woven costs no more than its size."""

import json
import time

import pytest

from constructs_lib.assembly import explore, from_documents, load

SHAPES = {
    "flat": lambda index: {"P": index},
    "a chain of references": lambda index: {"P": {"Ref": f"R{index - 1}"}} if index else {},
    "all refer to one": lambda index: {"P": {"Fn::Sub": "${R0.Arn}"}} if index else {},
    "echoes": lambda index: (
        {"CidrBlock": {"Fn::GetAtt": ["R0", "CidrBlock"]}} if index else {"CidrBlock": "10.0.0.0/16"}
    ),
    "imports": lambda index: {"P": {"Fn::ImportValue": f"e{index}"}},
}


def seconds(shape, count):
    """The time to read a template with so many resources and to resolve all their properties."""
    document = {
        "Resources": {
            f"R{index}": {"Type": "AWS::EC2::VPC", "Properties": SHAPES[shape](index)} for index in range(count)
        },
        "Outputs": {f"O{index}": {"Value": index, "Export": {"Name": f"e{index}"}} for index in range(count)},
    }
    best = 60.0
    for _ in range(3):
        started = time.perf_counter()
        group = from_documents({"t": document}).groups[0]
        for resource in group.resources():
            explore(group, resource.get)
        best = min(best, time.perf_counter() - started)
    return best


@pytest.mark.parametrize("shape", SHAPES)
def test_time_grows_linearly(shape):
    """Ten times the resources take about ten times as long: at most thirty times, which anything quadratic exceeds."""
    assert seconds(shape, 10_000) < 30 * seconds(shape, 1000)


def test_many_templates(tmp_path):
    """A thousand templates with exports, imports, conditions and parameters of the same names are read in one go."""
    for index in range(1000):
        document = {
            "Parameters": {"Env": {"Type": "String"}, f"Own{index}": {"Type": "String"}},
            "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}},
            "Resources": {
                "It": {
                    "Type": "X",
                    "Properties": {
                        "I": {"Fn::ImportValue": f"e{index - 1}"},
                        "C": {"Fn::If": ["Prod", 1, {"Ref": "Env"}]},
                    },
                }
            },
            "Outputs": {"Out": {"Value": {"Ref": "It"}, "Export": {"Name": {"Fn::Sub": ["e${N}", {"N": index}]}}}},
        }
        (tmp_path / f"t{index}.json").write_text(json.dumps(document))
    started = time.perf_counter()
    group = load([str(tmp_path)]).groups[0]
    for resource in group.resources("X"):
        assert len(explore(group, resource.get)) == 2
    assert time.perf_counter() - started < 20
