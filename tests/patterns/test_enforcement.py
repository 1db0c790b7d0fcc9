"""Whoever makes a pattern gets it judged at each synthesis, once, wherever it stands in the tree."""

from __future__ import annotations

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Template

from constructs_lib import NetworkChecks, PrivateNetwork
from constructs_lib.services import SAGEMAKER_API

MARKER = "SageMakerNetworkChecks"


def broken_network(scope, construct_id="Network"):
    """A network whose DNS is turned off behind its back, so that its endpoint is of no use (SMN-EP-03)."""
    network = PrivateNetwork(scope, construct_id, flow_logs=False, endpoints=[SAGEMAKER_API])
    network.allow_from(ec2.Peer.ipv4("192.168.0.0/16"))
    network.vpc.node.default_child.enable_dns_hostnames = False
    return network


def places(text, rule):
    """The construct paths for which a rule was reported as an error."""
    blocks = text.split("\n\n")
    return sorted(
        block.splitlines()[1].split()[0]
        for block in blocks
        if f"SageMakerNetwork::{rule}" in block and "ERROR" in block
    )


def failure(synthesize):
    with pytest.raises(RuntimeError) as caught:
        synthesize()
    return str(caught.value)


API = "Network/Endpoints/sagemaker.api/Resource"
BREAKS = "SMN-EP-03"


def test_a_broken_network_fails_the_synthesis():
    """Nobody has to ask for the checks."""
    app = cdk.App()
    broken_network(cdk.Stack(app, "Stack"))
    assert f"Stack/{API}" in places(failure(app.synth), BREAKS)


def test_assertions_are_enforced_too():
    """``Template.from_stack`` synthesizes, so a test of the user's fails as well."""
    stack = cdk.Stack(cdk.App(), "Stack")
    broken_network(stack)
    assert f"Stack/{API}" in places(failure(lambda: Template.from_stack(stack)), BREAKS)


def test_several_patterns_are_judged_once():
    """The checks are registered once for the whole tree; each finding is printed once."""
    app = cdk.App()
    for name in ("Stack1", "Stack2"):
        broken_network(cdk.Stack(app, name))
    assert len([child for child in app.node.children if child.node.id == MARKER]) == 1
    found = places(failure(app.synth), BREAKS)
    assert sorted(found) == sorted(set(found))
    assert {f"{name}/{API}" for name in ("Stack1", "Stack2")} <= set(found)


@pytest.mark.parametrize("before", [True, False])
def test_checks_of_the_user_s_own_report_nothing_twice(before):
    """``NetworkChecks`` added by hand, before or after, extends the checks to the whole app; no finding is printed twice."""
    app = cdk.App()
    if before:
        cdk.Validations.of(app).add_plugins(NetworkChecks())
    broken_network(cdk.Stack(app, "Stack"))
    if not before:
        cdk.Validations.of(app).add_plugins(NetworkChecks())
    found = places(failure(app.synth), BREAKS)
    assert found.count(f"Stack/{API}") == 1


def test_nested_stages():
    """Stacks of a Stage within a Stage are judged at the synthesis of the app."""
    app = cdk.App()
    stage = cdk.Stage(cdk.Stage(app, "Stage"), "Inner")
    broken_network(cdk.Stack(stage, "Stack"))
    assert f"Stage/Inner/Stack/{API}" in places(failure(app.synth), BREAKS)


def test_nested_stacks():
    """A pattern in a nested stack is judged."""
    app = cdk.App()
    broken_network(cdk.NestedStack(cdk.Stack(app, "Stack"), "Nested"))
    assert f"Stack/Nested/{API}" in places(failure(app.synth), BREAKS)


def test_a_second_synthesis_is_judged_again():
    """Each synthesis of the same app finds the same."""
    app = cdk.App()
    broken_network(cdk.Stack(app, "Stack"))
    first = places(failure(app.synth), BREAKS)
    assert first == places(failure(lambda: app.synth(force=True)), BREAKS)
    assert first


def test_a_stack_without_an_app():
    """A lone stack gets its app from the CDK, and is judged with it."""
    stack = cdk.Stack()
    broken_network(stack)
    assert failure(lambda: Template.from_stack(stack))


def test_others_workloads_are_left_alone():
    """What the patterns did not make is not judged unless the user adds the checks."""
    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    PrivateNetwork(stack, "Network", flow_logs=False)
    theirs = ec2.CfnVPC(stack, "Theirs", cidr_block="10.9.0.0/16")
    ec2.CfnVPCEndpoint(stack, "Endpoint", vpc_id=theirs.ref, service_name="com.amazonaws.eu-west-1.notebook")
    app.synth()
    cdk.Validations.of(app).add_plugins(NetworkChecks())
    assert "Stack/Endpoint" in failure(lambda: app.synth(force=True))
