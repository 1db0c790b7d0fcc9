"""What templates declare to the checks, and how a slip in it is answered."""

import json

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructs_lib.assembly import InputError, declarations_schema, from_documents

VPC = {
    "cidrs": ["10.0.0.0/16", "fd00::/56"],
    "dnsSupport": True,
    "dnsHostnames": False,
    "tenancy": "default",
    "subnets": {"SubnetA": {"cidr": "10.0.0.0/24", "availabilityZone": "a", "routeTable": "rtb-1", "egress": "nat", "nacl": "allow-all"}},
    "endpoints": {
        "sagemaker.api": {"type": "Interface", "privateDns": True, "admits": "all", "subnets": ["SubnetA"], "policy": "full"},
        "s3": {"type": "Gateway", "routeTables": ["rtb-1"], "admits": ["10.0.0.0/16"]},
    },
    "securityGroups": {"sg-1": {"ingress": "self", "egress": [{"protocol": "tcp", "from": 443, "to": 443, "peer": "0.0.0.0/0"}, {"protocol": -1, "peer": "self"}]}},
    "complete": True,
}  # fmt: skip
TRAINING = {
    "name": {"Fn::Sub": "${AWS::StackName}-jobs"}, "subnets": [{"Ref": "Subnet"}], "securityGroups": {"Ref": "Groups"}, "maxInstances": 8,
    "efa": True, "distributed": False, "interContainerEncryption": {"Fn::If": ["A", True, False]}, "networkIsolation": False,
    "privateRegistry": False,
}  # fmt: skip


def document(template=None, resource=None):
    return {
        "Metadata": {} if template is None else {"SageMakerNetwork": template},
        "Resources": {"It": {"Type": "X", "Metadata": {} if resource is None else {"SageMakerNetwork": resource}}},
    }


def test_declared():
    """What is declared is kept as it is, on the template and on the resource."""
    acknowledged = {"acknowledge": {"SMN-NB-05": "because"}, "trainingNetwork": TRAINING}
    (template,) = from_documents({"t": document({"vpcs": {"VpcId": VPC}}, acknowledged)}).templates
    assert template.declarations == {"vpcs": {"VpcId": VPC}}
    assert template.resources["It"].declared == acknowledged
    assert template.resources["It"].acknowledged == {"SMN-NB-05": "because"}
    (template,) = from_documents({"t": document()}).templates
    assert template.declarations == {}
    assert template.resources["It"].declared == template.resources["It"].acknowledged == {}


def vpc(**facts):
    return {"vpcs": {"V": facts}}


TOP = "t: Metadata.SageMakerNetwork"
ON = "t: Resources.It.Metadata.SageMakerNetwork"
WRONG = [
    ({"vpc": {}}, None, f'{TOP}: unknown key "vpc", did you mean "vpcs"?'),
    ({"zzz": {}}, None, f'{TOP}: unknown key "zzz"; allowed are vpcs'),
    ([], None, f"{TOP}: must be an object, not a list"),
    (None, {"acknowledged": {}}, f'{ON}: unknown key "acknowledged", did you mean "acknowledge"?'),
    (None, {"acknowledge": {"NB-05": "x"}}, f'{ON}.acknowledge: "NB-05" is not the id of a rule, such as SMN-NB-05'),
    (None, {"acknowledge": {"SMN-NB-05": ""}}, f"{ON}.acknowledge.SMN-NB-05: must not be empty"),
    (None, {"acknowledge": {"SMN-NB-05": None}}, f"{ON}.acknowledge.SMN-NB-05: must be a string, not null"),
    (None, {"acknowledge": ["SMN-NB-05"]}, f"{ON}.acknowledge: must be an object, not a list"),
    (None, {"trainingNetwork": {}}, f'{ON}.trainingNetwork: needs "subnets"'),
    (None, {"trainingNetwork": {"subnets": ["a"], "maxInstances": 0}}, f"{ON}.trainingNetwork.maxInstances: must be at least 1, not 0"),
    (None, {"trainingNetwork": {"subnets": "a"}}, f'{ON}.trainingNetwork.subnets: must be a list or an object, not "a"'),
    (None, {"trainingNetwork": {"subnets": [5]}}, f"{ON}.trainingNetwork.subnets[0]: must be a string or an object, not 5"),
    (None, {"trainingNetwork": {"subnets": {"Reff": "a"}}}, f"{ON}.trainingNetwork.subnets: must be an intrinsic function"),
    (None, {"trainingNetwork": {"subnets": ["a"], "Efa": True}}, f'{ON}.trainingNetwork: unknown key "Efa", did you mean "efa"?'),
    (vpc(dnsSuport=True), None, f'{TOP}.vpcs.V: unknown key "dnsSuport", did you mean "dnsSupport"?'),
    (vpc(dnsSupport="true"), None, f'{TOP}.vpcs.V.dnsSupport: must be a boolean, not "true"'),
    (vpc(cidrs="10.0.0.0/16"), None, f'{TOP}.vpcs.V.cidrs: must be a list, not "10.0.0.0/16"'),
    (vpc(cidrs=["10.0.0.0"]), None, f'{TOP}.vpcs.V.cidrs[0]: must be a range such as 10.0.0.0/16, not "10.0.0.0"'),
    (vpc(tenancy="dedicate"), None, f'{TOP}.vpcs.V.tenancy: must be one of default, dedicated, not "dedicate", did you mean "dedicated"?'),
    (vpc(subnets={"s": {"egress": "natt"}}), None,
     (f"{TOP}.vpcs.V.subnets.s.egress: must be one of nat, internet-gateway, transit-gateway, virtual-private-gateway, peering, firewall, "
      'proxy, none, not "natt", did you mean "nat"?')),
    (vpc(subnets={"s": {"nacl": "deny"}}), None, f'{TOP}.vpcs.V.subnets.s.nacl: must be "allow-all", not "deny"'),
    (vpc(endpoints={"s3": {"admits": "some"}}), None, f'{TOP}.vpcs.V.endpoints.s3.admits: must be "all" or a list, not "some"'),
    (vpc(endpoints={"s3": {"admits": [""]}}), None, f"{TOP}.vpcs.V.endpoints.s3.admits[0]: must not be empty"),
    (vpc(securityGroups={"g": {"egress": [{"protocol": "tcp"}]}}), None, f'{TOP}.vpcs.V.securityGroups.g.egress[0]: needs "peer"'),
    (vpc(securityGroups={"g": {"egress": [{"protocol": "tcp", "peer": "self", "from": 70000}]}}), None,
     f"{TOP}.vpcs.V.securityGroups.g.egress[0].from: must be at least -1 and at most 65535, not 70000"),
    (vpc(securityGroups={"g": {"egress": [{"protocol": True, "peer": "self"}]}}), None,
     f"{TOP}.vpcs.V.securityGroups.g.egress[0].protocol: must be a string or a whole number, not true"),
]  # fmt: skip


@pytest.mark.parametrize(("template", "resource", "message"), WRONG, ids=[row[2] for row in WRONG])
def test_wrong(template, resource, message):
    """A slip is answered with the place, what is allowed there, and the nearest name."""
    with pytest.raises(InputError) as caught:
        from_documents({"t": document(template, resource)})
    assert str(caught.value) == message


def test_schema_is_a_schema():
    """The printed schema is valid JSON Schema, and the examples fit it."""
    schema = json.loads(declarations_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document({"vpcs": {"V": VPC}}, {"trainingNetwork": TRAINING}), schema)


def mutations(value):
    """A value, or one with something in it replaced, renamed, added or taken away."""
    junk = st.sampled_from(
        [None, True, 0, -5, 1.5, "", "nat", "all", "10.0.0.0/8", [], {}, ["x"], {"Ref": "A"}, {"x": 1}]
    )
    if isinstance(value, dict) and value:
        key = st.sampled_from(sorted(value))
        return st.one_of(
            st.just(value),
            junk,
            key.flatmap(lambda k: mutations(value[k]).map(lambda changed: {**value, k: changed})),
            key.map(lambda k: {name: item for name, item in value.items() if name != k}),
            st.tuples(key, junk).map(lambda pair: {**value, pair[0] + "x": pair[1]}),
        )
    if isinstance(value, list) and value:
        return st.one_of(st.just(value), junk, mutations(value[0]).map(lambda changed: [changed, *value[1:]]))
    return st.one_of(st.just(value), junk)


@settings(max_examples=300, deadline=None)
@given(mutations({"vpcs": {"V": VPC}}), mutations({"acknowledge": {"SMN-NB-01": "x"}, "trainingNetwork": TRAINING}))
def test_own_reading_agrees_with_json_schema(template, resource):
    """What is accepted and refused here is what any JSON Schema validator accepts and refuses."""
    given_document = document(template, resource)
    if template is None or resource is None:
        given_document = json.loads(json.dumps(given_document))
    valid = jsonschema.Draft202012Validator(json.loads(declarations_schema())).is_valid(given_document)
    try:
        from_documents({"t": given_document})
    except InputError:
        assert not valid
    else:
        assert valid
