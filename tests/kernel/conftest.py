"""The lifecycle scripts of notebooks, and a line about what was compared."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv4Network

import pytest

_SUBNET, _RANGES = "10.254.254.0/24", ("10.254.253.0/24", "10.254.252.0/24")
_RECORD = "kernel"


@pytest.fixture(scope="session")
def script():
    """Write the script of a notebook: by hand, or the one that VpcNotebookDirectInternet makes."""
    made: list[str] = []

    def write(net, workload):
        subnet = net.subnet(workload.subnets[0]).cidr
        if workload.script == "plain":
            commands = [f"ip route add {block} via {IPv4Network(subnet)[1]} dev eth2" for block in workload.ranges]
            return "\n".join(["#!/bin/bash", *commands, ""])
        if not made:
            made.append(_of_the_construct())
        return made[0].replace(_SUBNET, subnet).replace(" ".join(_RANGES), " ".join(workload.ranges))

    return write


def _of_the_construct():
    """Take the start script from the template of the construct, for a subnet and ranges that nothing else names."""
    import aws_cdk as cdk
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk.assertions import Template

    from constructs_lib import VpcNotebookDirectInternet

    stack = cdk.Stack(cdk.App(), "Stack")
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-0a1b2c3d4e5f60718",
        vpc_cidr_block="10.254.254.0/23",
        availability_zones=["zone"],
        private_subnet_ids=["subnet-0a1b2c3d4e5f60718"],
        private_subnet_ipv4_cidr_blocks=[_SUBNET],
    )
    VpcNotebookDirectInternet(stack, "Notebook", vpc=vpc, on_premises_cidrs=list(_RANGES))
    (config,) = Template.from_stack(stack).find_resources("AWS::SageMaker::NotebookInstanceLifecycleConfig").values()
    return config["Properties"]["OnStart"][0]["Content"]["Fn::Base64"]


@pytest.fixture
def compared(record_property):
    """Remember an outcome for the line at the end."""

    def add(outcome):
        record_property(_RECORD, {"networks": 1, "connections": outcome.connections, **outcome.verdicts})

    return add


def pytest_terminal_summary(terminalreporter):
    """Say how much was compared."""
    total: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties if report.when == "call" else ():
            if name == _RECORD:
                total.update(value)
    if total:
        verdicts = ", ".join(f"{total[verdict]:,} {verdict}" for verdict in ("reachable", "blocked", "unverified"))
        terminalreporter.write_line(
            f"kernel: {total['networks']} networks, {verdicts}, {total['connections']:,} connections tried"
        )
