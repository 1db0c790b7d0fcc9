"""The rules about notebooks: what their examples do not show."""

from __future__ import annotations

import pytest

CLOSED = "SMN-NB-05"
SAMPLES = "https://github.com/aws/samples.git"


@pytest.fixture
def change(example, judge):
    """Judge the keeping example of a rule after properties, by resource and name, were set (None takes one away)."""

    def changed(rule_id, settings, based_on=None, extra=None, parameters=None):
        document = example(based_on or rule_id, "keeps")
        for (logical_id, name), value in settings.items():
            properties = document["Resources"][logical_id]["Properties"]
            if value is None:
                properties.pop(name, None)
            else:
                properties[name] = value
        document["Resources"] |= extra or {}
        if parameters:
            document["Parameters"] = parameters
        return [said for said in judge(rule_id, document) if said[2] == "Notebook"]

    return changed


def resource(kind, **properties):
    return {"Type": f"AWS::{kind}", "Properties": properties}


def ingress(group, **rule):
    return resource("EC2::SecurityGroupIngress", GroupId={"Ref": group}, **rule)


def https(**peer):
    return {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **peer}


P = {"Hidden": {"Type": "String"}}
HIDDEN = {"Ref": "Hidden"}

#: A sentence, the rule, the example that is changed, the changes, and the verdict with its message.
CASES = [
    (
        "an empty subnet is no subnet",
        "SMN-NB-01",
        None,
        {("Notebook", "SubnetId"): {"Ref": "AWS::NoValue"}},
        "violated",
    ),
    (
        "access that is a parameter may be off",
        "SMN-NB-01",
        None,
        {("Notebook", "DirectInternetAccess"): HIDDEN},
        "satisfied",
    ),
    ("access that is on needs no subnet", "SMN-NB-01", None, {("Notebook", "DirectInternetAccess"): "Enabled"}, None),
    ("a list parameter counts as groups", "SMN-NB-03", None, {("Notebook", "SecurityGroupIds"): HIDDEN}, "satisfied"),
    ("an empty list counts as none", "SMN-NB-03", None, {("Notebook", "SecurityGroupIds"): []}, "violated"),
    ("groups without subnet are not judged by NB-03", "SMN-NB-03", None, {("Notebook", "SubnetId"): None}, None),
    (
        "how many groups a parameter holds is not known",
        "SMN-NB-14",
        None,
        {("Notebook", "SecurityGroupIds"): HIDDEN},
        "unverified",
    ),
    ("no groups are not too many", "SMN-NB-14", None, {("Notebook", "SecurityGroupIds"): None}, None),
    (
        "metadata version 1 is named",
        "SMN-NB-13",
        None,
        {("Notebook", "InstanceMetadataServiceConfiguration"): {"MinimumInstanceMetadataServiceVersion": 1}},
        "violated",
    ),
    (
        "metadata version 2 may be a number",
        "SMN-NB-13",
        None,
        {("Notebook", "InstanceMetadataServiceConfiguration"): {"MinimumInstanceMetadataServiceVersion": 2}},
        "satisfied",
    ),
    (
        "root access that is a parameter is not known",
        "SMN-NB-12",
        None,
        {("Notebook", "RootAccess"): HIDDEN},
        "unverified",
    ),
    ("a name by parameter is a name", "SMN-NB-18", None, {("Notebook", "NotebookInstanceName"): HIDDEN}, "violated"),
    ("dual stack is written in any case", "SMN-NB-19", None, {("Notebook", "IpAddressType"): "DUALSTACK"}, "satisfied"),
    ("an IPv4 notebook needs no IPv6", "SMN-NB-19", None, {("Notebook", "IpAddressType"): "ipv4"}, None),
    (
        "a subnet that is imported may have IPv6",
        "SMN-NB-19",
        None,
        {("Notebook", "SubnetId"): "subnet-1"},
        "unverified",
    ),
    (
        "an imported group may be in the VPC",
        "SMN-NB-15",
        None,
        {("Notebook", "SecurityGroupIds"): ["sg-1"]},
        "unverified",
    ),
    ("a group without VpcId is in the default VPC", "SMN-NB-15", None, {("NotebookGroup", "VpcId"): None}, "violated"),
    ("an imported subnet may be public", "SMN-NB-04", None, {("Notebook", "SubnetId"): "subnet-1"}, "unverified"),
    (
        "an imported route target is not known",
        "SMN-NB-04",
        None,
        {("DefaultRoute", "NatGatewayId"): None, ("DefaultRoute", "GatewayId"): {"Fn::ImportValue": "gateway"}},
        "unverified",
    ),
    ("an open notebook may be anywhere", "SMN-NB-04", None, {("Notebook", "DirectInternetAccess"): "Enabled"}, None),
    (
        "endpoints without private DNS serve nobody",
        CLOSED,
        None,
        {("ApiEndpoint", "PrivateDnsEnabled"): False},
        "violated",
    ),
    (
        "a VPC without DNS hostnames resolves no private name",
        CLOSED,
        None,
        {("Vpc", "EnableDnsHostnames"): "false"},
        "violated",
    ),
    (
        "true may be written as text",
        CLOSED,
        None,
        {("Vpc", "EnableDnsHostnames"): "true", ("ApiEndpoint", "PrivateDnsEnabled"): "true"},
        "satisfied",
    ),
    (
        "one that may be closed is served either way",
        CLOSED,
        None,
        {("Notebook", "DirectInternetAccess"): HIDDEN},
        "satisfied",
    ),
    (
        "one that may be closed is not served then",
        CLOSED,
        None,
        {("Notebook", "DirectInternetAccess"): HIDDEN, ("ApiEndpoint", "PrivateDnsEnabled"): False},
        "unverified",
    ),
    ("a NAT gateway serves without endpoints", CLOSED, "SMN-NB-04", {}, "satisfied"),
    (
        "a private NAT gateway does not",
        CLOSED,
        "SMN-NB-04",
        {("NatGateway", "ConnectivityType"): "private"},
        "violated",
    ),
    (
        "what a transit gateway leads to is not known",
        CLOSED,
        "SMN-NB-04",
        {("DefaultRoute", "NatGatewayId"): None, ("DefaultRoute", "TransitGatewayId"): "tgw-1"},
        "unverified",
    ),
    (
        "a group of the endpoint that is imported may admit",
        CLOSED,
        None,
        {("ApiEndpoint", "SecurityGroupIds"): ["sg-1"]},
        "unverified",
    ),
    ("a NAT gateway leads to S3", "SMN-NB-06", "SMN-NB-04", {}, "satisfied"),
    (
        "a gateway endpoint of another table does not",
        "SMN-NB-06",
        None,
        {("S3Endpoint", "RouteTableIds"): ["rtb-1"]},
        "violated",
    ),
    (
        "an S3 interface endpoint only for inbound resolvers does not",
        "SMN-NB-06",
        None,
        {
            ("S3Endpoint", "VpcEndpointType"): "Interface",
            ("S3Endpoint", "RouteTableIds"): None,
            ("S3Endpoint", "PrivateDnsEnabled"): True,
            ("S3Endpoint", "SubnetIds"): [{"Ref": "Subnet"}],
        },
        "violated",
    ),
    (
        "one for all resolvers does",
        "SMN-NB-06",
        None,
        {
            ("S3Endpoint", "VpcEndpointType"): "Interface",
            ("S3Endpoint", "RouteTableIds"): None,
            ("S3Endpoint", "PrivateDnsEnabled"): True,
            ("S3Endpoint", "SubnetIds"): [{"Ref": "Subnet"}],
            ("S3Endpoint", "DnsOptions"): {"PrivateDnsOnlyForInboundResolverEndpoint": "AllResolvers"},
        },
        "satisfied",
    ),
    (
        "no rule at all lets everything out",
        "SMN-NB-10",
        None,
        {("NotebookGroup", "SecurityGroupEgress"): None},
        "satisfied",
    ),
    (
        "an empty list lets everything out",
        "SMN-NB-10",
        None,
        {("NotebookGroup", "SecurityGroupEgress"): []},
        "satisfied",
    ),
    (
        "the placeholder of the CDK lets nothing out",
        "SMN-NB-10",
        None,
        {
            ("NotebookGroup", "SecurityGroupEgress"): [
                {"IpProtocol": "icmp", "FromPort": 252, "ToPort": 86, "CidrIp": "255.255.255.255/32"}
            ]
        },
        "violated",
    ),
    (
        "protocol -1 is every port, whatever its ports say",
        "SMN-NB-10",
        None,
        {
            ("NotebookGroup", "SecurityGroupEgress"): [
                {"IpProtocol": -1, "FromPort": 80, "ToPort": 80, "CidrIp": "0.0.0.0/0"}
            ]
        },
        "satisfied",
    ),
    (
        "behind NAT the VPC's range alone is too little",
        "SMN-NB-10",
        None,
        {("NotebookGroup", "SecurityGroupEgress"): [https(CidrIp="10.0.0.0/16")]},
        "violated",
    ),
    (
        "two halves are everything",
        "SMN-NB-10",
        None,
        {("NotebookGroup", "SecurityGroupEgress"): [https(CidrIp="0.0.0.0/1"), https(CidrIp="128.0.0.0/1")]},
        "satisfied",
    ),
    (
        "a range by parameter may be everything",
        "SMN-NB-10",
        None,
        {("NotebookGroup", "SecurityGroupEgress"): [https(CidrIp=HIDDEN)]},
        "unverified",
    ),
    (
        "one open group is enough beside an imported one",
        "SMN-NB-10",
        None,
        {("Notebook", "SecurityGroupIds"): ["sg-1", {"Ref": "NotebookGroup"}]},
        "satisfied",
    ),
    (
        "an imported group may let everything out",
        "SMN-NB-10",
        None,
        {("Notebook", "SecurityGroupIds"): ["sg-1"]},
        "unverified",
    ),
    (
        "with endpoints the range of the VPC is enough",
        "SMN-NB-10",
        CLOSED,
        {("NotebookGroup", "SecurityGroupEgress"): [https(CidrIp="10.0.0.0/16")]},
        "satisfied",
    ),
    (
        "the group of the endpoints is enough",
        "SMN-NB-10",
        CLOSED,
        {
            ("NotebookGroup", "SecurityGroupEgress"): [
                https(DestinationPrefixListId="pl-1"),
                https(CidrIp="10.0.1.0/24"),
            ]
        },
        "satisfied",
    ),
    (
        "what a prefix list holds is not known",
        "SMN-NB-10",
        CLOSED,
        {("NotebookGroup", "SecurityGroupEgress"): [https(DestinationPrefixListId="pl-1")]},
        "unverified",
    ),
    (
        "a range by parameter is a range",
        "SMN-NB-11",
        None,
        {("NotebookGroup", "SecurityGroupIngress"): [https(CidrIp=HIDDEN)]},
        "violated",
    ),
    (
        "rules by parameter may name a range",
        "SMN-NB-11",
        None,
        {("NotebookGroup", "SecurityGroupIngress"): HIDDEN},
        "unverified",
    ),
    (
        "a prefix list is ranges",
        "SMN-NB-11",
        None,
        {("NotebookGroup", "SecurityGroupIngress"): [https(SourcePrefixListId="pl-1")]},
        "violated",
    ),
    (
        "an IPv6 range is a range",
        "SMN-NB-11",
        None,
        {("NotebookGroup", "SecurityGroupIngress"): [https(CidrIpv6="::/0")]},
        "violated",
    ),
    (
        "a group is none",
        "SMN-NB-11",
        None,
        {("NotebookGroup", "SecurityGroupIngress"): [https(SourceSecurityGroupId="sg-1")]},
        "satisfied",
    ),
    ("nothing is judged without groups", "SMN-NB-11", None, {("Notebook", "SecurityGroupIds"): None}, None),
    ("a literal name is no address", "SMN-NB-16", None, {("Notebook", "DefaultCodeRepository"): "samples"}, None),
    (
        "another repository counts too",
        "SMN-NB-16",
        CLOSED,
        {("Notebook", "AdditionalCodeRepositories"): [SAMPLES]},
        "violated",
    ),
    (
        "CodeCommit needs its endpoint",
        "SMN-NB-16",
        CLOSED,
        {("Notebook", "DefaultCodeRepository"): "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/a"},
        "violated",
    ),
    (
        "CodeCommit is reached by NAT",
        "SMN-NB-16",
        None,
        {("Notebook", "DefaultCodeRepository"): "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/a"},
        "satisfied",
    ),
    ("no repository, nothing to say", "SMN-NB-16", CLOSED, {}, None),
    (
        "what stands in a comment is not called",
        "SMN-NB-17",
        None,
        {
            ("LifecycleConfig", "OnStart"): [
                {"Content": {"Fn::Base64": "#!/bin/bash\n# curl https://get.example.com/\n"}}
            ]
        },
        "satisfied",
    ),
    (
        "a script in Base64 is read",
        "SMN-NB-17",
        None,
        {("LifecycleConfig", "OnStart"): [{"Content": "IyEvYmluL2Jhc2gKY3VybCBodHRwczovL2dldC5leGFtcGxlLmNvbS8K"}]},
        "violated",
    ),
    (
        "a script by parameter is not known",
        "SMN-NB-17",
        None,
        {("LifecycleConfig", "OnStart"): [{"Content": HIDDEN}]},
        "unverified",
    ),
    (
        "a private mirror may be reached",
        "SMN-NB-17",
        None,
        {
            ("LifecycleConfig", "OnCreate"): [
                {"Content": {"Fn::Base64": "#!/bin/bash\npip install -i http://10.0.0.9/simple numpy\n"}}
            ]
        },
        "satisfied",
    ),
    (
        "a continued line is one line",
        "SMN-NB-17",
        None,
        {
            ("LifecycleConfig", "OnStart"): [
                {"Content": {"Fn::Base64": "#!/bin/bash\ngit clone \\\n  https://github.com/aws/samples.git\n"}}
            ]
        },
        "violated",
    ),
    (
        "a script that mounts nothing needs no rule",
        "SMN-NB-21",
        None,
        {("LifecycleConfig", "OnStart"): [{"Content": {"Fn::Base64": "#!/bin/bash\ntrue\n"}}]},
        None,
    ),
    (
        "the range of the subnet admits as well",
        "SMN-NB-21",
        None,
        {
            ("MountTargetGroup", "SecurityGroupIngress"): [
                {"IpProtocol": "tcp", "FromPort": 2049, "ToPort": 2049, "CidrIp": "10.0.0.0/16"}
            ]
        },
        "satisfied",
    ),
    (
        "a group that EMR makes is not known",
        "SMN-NB-22",
        None,
        {("EmrCluster", "Instances"): {"Ec2SubnetId": {"Ref": "Subnet"}}},
        "unverified",
    ),
    (
        "a notebook without VPC reaches no cluster",
        "SMN-NB-22",
        None,
        {("Notebook", "SubnetId"): None, ("Notebook", "SecurityGroupIds"): None},
        "violated",
    ),
]


@pytest.mark.parametrize(
    ("sentence", "rule_id", "based_on", "settings", "verdict"), CASES, ids=[case[0] for case in CASES]
)
def test_what_the_examples_do_not_show(sentence, rule_id, based_on, settings, verdict, change):
    """Each sentence says what is judged, and the verdict that must come."""
    said = change(rule_id, settings, based_on, parameters=P)
    assert {each[0] for each in said} == ({verdict} if verdict else set())


def test_a_lone_address_is_worth_knowing_only(change):
    """One host by its address is an info, a range is a warning, and both are told."""
    rules = [https(CidrIp="192.0.2.7/32"), https(CidrIp="10.0.0.0/8")]
    assert [each[1:] for each in change("SMN-NB-11", {("NotebookGroup", "SecurityGroupIngress"): rules})] == [
        ("info", "Notebook", "SecurityGroupIds", "security group NotebookGroup admits tcp 443 from 192.0.2.7/32"),
        ("warning", "Notebook", "SecurityGroupIds", "security group NotebookGroup admits tcp 443 from 10.0.0.0/8"),
    ]


def test_without_endpoints_a_public_subnet_is_an_error(change):
    """The documented downgrade holds only where endpoints serve the notebook."""
    route = {("DefaultRoute", "NatGatewayId"): None, ("DefaultRoute", "GatewayId"): {"Ref": "InternetGateway"}}
    assert [each[:2] for each in change("SMN-NB-04", route)] == [("violated", "error")]


def test_the_runtime_alone_is_a_warning(change):
    """Without the runtime endpoint models cannot be invoked, but jobs can be started."""
    assert [each[1:] for each in change(CLOSED, {("RuntimeEndpoint", "PrivateDnsEnabled"): False})] == [
        (
            "warning",
            "Notebook",
            "SubnetId",
            "sagemaker.runtime cannot be reached: PrivateDnsEnabled of endpoint RuntimeEndpoint is false, and RouteTable has no default route",
        )
    ]


def test_the_main_route_table_has_a_hint(change, example, judge):
    """A subnet without association cannot be served by a gateway endpoint at all."""
    document = example("SMN-NB-06", "keeps")
    del document["Resources"]["SubnetRouteTable"]
    (said,) = judge("SMN-NB-06", document)
    assert said[4].endswith("; no endpoint can list the VPC's main route table")


def test_a_lifecycle_configuration_lowers_the_bypass_to_an_info(change):
    """The script may add the routes; what it does is not read."""
    settings = {("Notebook", "DirectInternetAccess"): "Enabled", ("Notebook", "LifecycleConfigName"): "routes"}
    (said,) = change("SMN-NB-09", settings)
    assert said[:2] == ("violated", "info")
    assert (
        "the route 192.168.0.0/16 -> tgw-0a1b2c3d4e5f60718 (OnPremisesRoute) and the gateway endpoint S3Endpoint are not used"
        in said[4]
    )


def test_a_bypass_without_visible_routes_is_stated_plainly(change):
    """Where the route table is not in the templates, the fact is told without the raise."""
    (said,) = change(
        "SMN-NB-09", {("Notebook", "DirectInternetAccess"): "Enabled", ("Notebook", "SubnetId"): "subnet-1"}
    )
    assert said[1:] == (
        "info",
        "Notebook",
        "DirectInternetAccess",
        "only the VPC's own ranges go through the subnet, all else through the interface that SageMaker manages",
    )
