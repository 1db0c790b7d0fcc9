"""What a message says to declare can be declared under that name, and makes the fact known."""

from __future__ import annotations

import re

import pytest

from constructs_lib.assembly import from_documents
from constructs_lib.check import check

NOTEBOOK = {
    "Type": "AWS::SageMaker::NotebookInstance",
    "Properties": {
        "InstanceType": "ml.t3.medium",
        "RoleArn": "arn:aws:iam::111122223333:role/r",
        "DirectInternetAccess": "Disabled",
        "RootAccess": "Disabled",
        "SubnetId": {"Ref": "Place"},
        "SecurityGroupIds": [{"Ref": "Group"}],
    },
}
TEMPLATE = {
    "Parameters": {"Place": {"Type": "AWS::EC2::Subnet::Id"}, "Group": {"Type": "String", "Default": "sg-1"}},
    "Resources": {"Notebook": NOTEBOOK},
}
DECLARED = {
    "cidrs": ["10.0.0.0/16"],
    "dnsSupport": True,
    "dnsHostnames": True,
    "subnets": {"Place": {"cidr": "10.0.1.0/24", "egress": "nat", "nacl": "allow-all"}},
    "securityGroups": {"Group": {"ingress": "none", "egress": "all"}},
    "complete": True,
}


def unverified(document):
    """The messages of what is not known about the notebook."""
    return [result.message for result in check(from_documents({"t": document})) if result.verdict == "unverified"]


def test_messages_name_what_can_be_declared():
    """A value for the parameter would only be the id of something that is in no template either."""
    messages = unverified(TEMPLATE)
    assert set(re.findall(r"declare (\w+) in Metadata\.SageMakerNetwork", " ".join(messages))) == {"Place", "Group"}
    assert not [message for message in messages if "--parameter" in message]


@pytest.mark.parametrize("left_out", ["subnets", "securityGroups", ""])
def test_declaring_it_settles_it(left_out):
    """Declared under the parameters' names nothing stays open; left out, it is asked for again."""
    vpc = {name: facts for name, facts in DECLARED.items() if name != left_out}
    document = {**TEMPLATE, "Metadata": {"SageMakerNetwork": {"vpcs": {"vpc-1": vpc}}}}
    named = {"subnets": "Place", "securityGroups": "Group", "": None}[left_out]
    asked = set(re.findall(r"declare (\w+) in Metadata\.SageMakerNetwork", " ".join(unverified(document))))
    assert asked == ({named} if named else set())
    assert bool(unverified(document)) is bool(named)
