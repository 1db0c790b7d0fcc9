"""The rules about routes, ACLs, groups and VPCs: what their examples do not show."""

from __future__ import annotations

import pytest

HIDDEN = {"Ref": "Hidden"}
DEFAULT = "0.0.0.0/0"


def resource(kind, **properties):
    return {"Type": f"AWS::{kind}", "Properties": properties}


def ref(name):
    return {"Ref": name}


def entry(number, action, egress, low, high, cidr=DEFAULT):
    return resource(
        "EC2::NetworkAclEntry",
        NetworkAclId=ref("NetworkAcl"),
        Egress=egress,
        RuleNumber=number,
        Protocol=6,
        PortRange={"From": low, "To": high},
        CidrBlock=cidr,
        RuleAction=action,
    )


NOTEBOOK = resource(
    "SageMaker::NotebookInstance",
    DirectInternetAccess="Disabled",
    SubnetId=ref("Subnet"),
    SecurityGroupIds=[ref("NotebookGroup")],
)
TO_TRANSIT = {("DefaultRoute", "NatGatewayId"): None, ("DefaultRoute", "TransitGatewayId"): "tgw-1"}
PRIVATE_ONWARD = resource(
    "EC2::Route", RouteTableId=ref("NatRouteTable"), DestinationCidrBlock=DEFAULT, TransitGatewayId="tgw-1"
)

#: A sentence, the rule, which example is changed, the changed properties, added resources, and the verdicts (with severity).
CASES = [
    (
        "a firewall in front of NAT is not judged",
        "SMN-RT-01",
        "keeps",
        {("PublicDefaultRoute", "GatewayId"): None, ("PublicDefaultRoute", "VpcEndpointId"): "vpce-1"},
        {},
        ["unverified error"],
    ),
    (
        "a private NAT gateway may sit anywhere",
        "SMN-RT-01",
        "breaks",
        {("NatGateway", "ConnectivityType"): "private"},
        {},
        [],
    ),
    (
        "a regional NAT gateway needs no subnet",
        "SMN-RT-01",
        "breaks",
        {("NatGateway", "AvailabilityMode"): "regional", ("NatGateway", "SubnetId"): None},
        {},
        [],
    ),
    (
        "an imported subnet may be public",
        "SMN-RT-01",
        "keeps",
        {("NatGateway", "SubnetId"): "subnet-1"},
        {},
        ["unverified error"],
    ),
    (
        "a transit gateway is no internet gateway",
        "SMN-RT-01",
        "keeps",
        {("PublicDefaultRoute", "GatewayId"): None, ("PublicDefaultRoute", "TransitGatewayId"): "tgw-1"},
        {},
        ["violated error"],
    ),
    (
        "a gateway that no default route uses may be loose",
        "SMN-RT-02",
        "breaks",
        {("PublicDefaultRoute", "DestinationCidrBlock"): "198.51.100.0/24"},
        {},
        [],
    ),
    (
        "an attachment to another VPC does not count",
        "SMN-RT-02",
        "keeps",
        {("InternetGatewayAttachment", "VpcId"): ref("Other")},
        {"Other": resource("EC2::VPC", CidrBlock="10.9.0.0/16")},
        ["violated error"],
    ),
    (
        "an IPv6 default route counts too",
        "SMN-RT-02",
        "breaks",
        {
            ("PublicDefaultRoute", "DestinationCidrBlock"): None,
            ("PublicDefaultRoute", "DestinationIpv6CidrBlock"): "::/0",
        },
        {},
        ["violated error"],
    ),
    (
        "a workload without route table is an error",
        "SMN-RT-03",
        "breaks",
        {},
        {"Notebook": NOTEBOOK, "NotebookGroup": resource("EC2::SecurityGroup", GroupDescription="n", VpcId=ref("Vpc"))},
        ["violated error"],
    ),
    (
        "an open notebook needs no route",
        "SMN-RT-03",
        "breaks",
        {},
        {"Notebook": resource("SageMaker::NotebookInstance", SubnetId=ref("Subnet"))},
        ["violated warning"],
    ),
    (
        "the main table of an imported VPC is not known",
        "SMN-RT-03",
        "breaks",
        {("Subnet", "VpcId"): "vpc-1"},
        {},
        ["unverified warning"],
    ),
    (
        "zones that AWS chooses are not known",
        "SMN-RT-04",
        "breaks",
        {("Subnet1", "AvailabilityZone"): None},
        {},
        ["unverified info"],
    ),
    (
        "one zone may share",
        "SMN-RT-04",
        "breaks",
        {("Subnet2", "AvailabilityZone"): {"Fn::Select": [0, {"Fn::GetAZs": ""}]}},
        {},
        ["satisfied info"],
    ),
    (
        "a regional NAT gateway has no zone",
        "SMN-RT-04",
        "breaks",
        {("NatGateway1", "AvailabilityMode"): "regional", ("NatGateway1", "SubnetId"): None},
        {},
        [],
    ),
    ("a private NAT gateway may lead on", "SMN-RT-05", "breaks", {}, {"Onward": PRIVATE_ONWARD}, ["unverified error"]),
    (
        "a route within the network may take a private NAT gateway",
        "SMN-RT-05",
        "breaks",
        {("DefaultRoute", "DestinationCidrBlock"): "192.168.0.0/16"},
        {},
        [],
    ),
    (
        "an ACL without workloads is not judged",
        "SMN-RT-06",
        "breaks",
        {("Notebook", "DirectInternetAccess"): "Enabled"},
        {},
        [],
    ),
    (
        "the lowest number decides",
        "SMN-RT-06",
        "keeps",
        {},
        {"Deny": entry(90, "deny", "true", 443, 443)},
        ["violated warning"],
    ),
    (
        "a later denial does not",
        "SMN-RT-06",
        "keeps",
        {},
        {"Deny": entry(200, "deny", "true", 443, 443)},
        ["satisfied warning"],
    ),
    (
        "a denial of a part is a denial",
        "SMN-RT-06",
        "keeps",
        {},
        {"Deny": entry(90, "deny", "false", 3000, 3000, "198.51.100.0/24")},
        ["violated warning"],
    ),
    (
        "whom workloads reach by a transit gateway is not known",
        "SMN-RT-06",
        "keeps",
        TO_TRANSIT,
        {"Deny": entry(90, "deny", "true", 443, 443, "198.51.100.0/24")},
        ["unverified warning"],
    ),
    ("nobody gets through what stops everybody", "SMN-RT-06", "breaks", TO_TRANSIT, {}, ["violated warning"]),
    ("an ACL that lets all through is enough for it", "SMN-RT-06", "keeps", TO_TRANSIT, {}, ["satisfied warning"]),
    (
        "an exclusion of another VPC does not help",
        "SMN-RT-07",
        "keeps",
        {("BlockPublicAccessExclusion", "VpcId"): ref("Other")},
        {"Other": resource("EC2::VPC", CidrBlock="10.9.0.0/16")},
        ["violated warning"],
    ),
    (
        "an exclusion of the subnet does",
        "SMN-RT-07",
        "keeps",
        {
            ("BlockPublicAccessExclusion", "VpcId"): None,
            ("BlockPublicAccessExclusion", "SubnetId"): ref("PublicSubnet"),
        },
        {},
        ["satisfied warning"],
    ),
    (
        "ingress alone may be blocked",
        "SMN-RT-07",
        "breaks",
        {("BlockPublicAccess", "InternetGatewayBlockMode"): "block-ingress"},
        {},
        ["satisfied warning"],
    ),
    (
        "a mode by parameter is not known",
        "SMN-RT-07",
        "breaks",
        {("BlockPublicAccess", "InternetGatewayBlockMode"): HIDDEN},
        {},
        ["unverified warning"],
    ),
    (
        "an isolated subnet leaves through nothing",
        "SMN-RT-08",
        "breaks",
        {("DefaultRoute", "DestinationCidrBlock"): "10.8.0.0/16"},
        {},
        ["satisfied info"],
    ),
    (
        "a peering connection decides elsewhere",
        "SMN-RT-08",
        "breaks",
        {("DefaultRoute", "TransitGatewayId"): None, ("DefaultRoute", "VpcPeeringConnectionId"): "pcx-1"},
        {},
        ["violated info"],
    ),
    (
        "an empty list is none",
        "SMN-SG-01",
        "breaks",
        {("NotebookGroup", "SecurityGroupEgress"): []},
        {},
        ["violated info"],
    ),
    (
        "a group without separate rules is not judged",
        "SMN-SG-01",
        "breaks",
        {("NotebookToData", "GroupId"): "sg-1"},
        {},
        [],
    ),
    (
        "no endpoint, no need for DNS",
        "SMN-VPC-01",
        "breaks",
        {("S3Endpoint", "VpcId"): "vpc-1"},
        {},
        ["satisfied error"],
    ),
    (
        "without DNS support a gateway endpoint is of no use",
        "SMN-VPC-01",
        "keeps",
        {("Vpc", "EnableDnsSupport"): "false"},
        {},
        ["violated error"],
    ),
    (
        "an interface endpoint needs DNS hostnames",
        "SMN-VPC-01",
        "breaks",
        {("S3Endpoint", "VpcEndpointType"): "Interface"},
        {},
        ["violated error"],
    ),
    (
        "a setting by parameter is not known",
        "SMN-VPC-01",
        "breaks",
        {("Vpc", "EnableDnsHostnames"): HIDDEN},
        {},
        ["unverified error"],
    ),
    (
        "a public domain may be in any VPC",
        "SMN-VPC-02",
        "breaks",
        {("Domain", "AppNetworkAccessType"): "PublicInternetOnly"},
        {},
        [],
    ),
    (
        "host tenancy is not default either",
        "SMN-VPC-02",
        "breaks",
        {("Vpc", "InstanceTenancy"): "host"},
        {},
        ["violated error"],
    ),
    (
        "a tenancy by parameter is not known",
        "SMN-VPC-02",
        "breaks",
        {("Vpc", "InstanceTenancy"): HIDDEN},
        {},
        ["unverified error"],
    ),
    (
        "a tenancy by parameter is not known, whoever is to use the VPC",
        "SMN-VPC-02",
        "breaks",
        {("Vpc", "InstanceTenancy"): HIDDEN, ("Domain", "AppNetworkAccessType"): "PublicInternetOnly"},
        {},
        ["unverified error"],
    ),
    (
        "an access type by parameter may be VpcOnly",
        "SMN-VPC-02",
        "breaks",
        {("Domain", "AppNetworkAccessType"): HIDDEN},
        {},
        ["unverified error"],
    ),
    (
        "a larger range overlaps as well",
        "SMN-VPC-03",
        "keeps",
        {("Vpc", "CidrBlock"): "172.16.0.0/12"},
        {},
        ["violated info"],
    ),
    (
        "a peered range overlaps as well",
        "SMN-VPC-03",
        "keeps",
        {},
        {
            "Table": resource("EC2::RouteTable", VpcId=ref("Vpc")),
            "Peer": resource(
                "EC2::Route",
                RouteTableId=ref("Table"),
                DestinationCidrBlock="172.17.4.0/24",
                VpcPeeringConnectionId="pcx-1",
            ),
        },
        ["violated info"],
    ),
    (
        "a range by IPAM is not known",
        "SMN-VPC-03",
        "keeps",
        {("Vpc", "CidrBlock"): None, ("Vpc", "Ipv4IpamPoolId"): "ipam-pool-1"},
        {},
        ["unverified info"],
    ),
    ("one range has no second", "SMN-VPC-04", "breaks", {("SecondRange", "VpcId"): "vpc-1"}, {}, []),
    (
        "the group of the workload admits wherever it is",
        "SMN-VPC-04",
        "breaks",
        {
            ("EndpointGroup", "SecurityGroupIngress"): [
                {"IpProtocol": "-1", "CidrIp": "10.0.0.0/16"},
                {"IpProtocol": "-1", "SourceSecurityGroupId": ref("JobGroup")},
            ]
        },
        {},
        ["satisfied info"],
    ),
    (
        "names that are not private need no DNS server",
        "SMN-VPC-05",
        "breaks",
        {("KmsEndpoint", "PrivateDnsEnabled"): False},
        {},
        [],
    ),
    (
        "servers by parameter are not known",
        "SMN-VPC-05",
        "breaks",
        {("DhcpOptions", "DomainNameServers"): HIDDEN},
        {},
        ["unverified warning"],
    ),
]


@pytest.mark.parametrize(
    ("sentence", "rule_id", "which", "settings", "extra", "verdicts"), CASES, ids=[case[0] for case in CASES]
)
def test_what_the_examples_do_not_show(sentence, rule_id, which, settings, extra, verdicts, example, judge):
    """Each sentence says what is judged, and the verdict and severity that must come for the resource of the example."""
    document = example(rule_id, which)
    subjects = {said[2] for said in judge(rule_id, document)}
    for (logical_id, name), value in settings.items():
        properties = document["Resources"][logical_id].setdefault("Properties", {})
        if value is None:
            properties.pop(name, None)
        else:
            properties[name] = value
    document["Resources"] |= extra
    document["Parameters"] = {"Hidden": {"Type": "String"}}
    said = [f"{each[0]} {each[1]}" for each in judge(rule_id, document) if each[2] in subjects]
    assert sorted(set(said)) == verdicts


def test_removed_egress_that_a_notebook_needs_is_a_warning(example, judge):
    """The group of a workload that calls SageMaker must let TCP 443 out; the message names both."""
    document = example("SMN-NB-10", "keeps")
    del document["Resources"]["NotebookGroup"]["Properties"]["SecurityGroupEgress"]
    document["Resources"]["ToData"] = resource(
        "EC2::SecurityGroupEgress",
        GroupId=ref("NotebookGroup"),
        IpProtocol="tcp",
        FromPort=5432,
        ToPort=5432,
        CidrIp="10.0.0.0/16",
    )
    assert judge("SMN-SG-01", document) == [
        (
            "violated",
            "warning",
            "NotebookGroup",
            None,
            (
                "separate egress rules took the place of the default that lets everything out: only tcp 5432 to 10.0.0.0/16 is let out; "
                "Notebook: security group NotebookGroup lets no TCP 443 out"
            ),
        )
    ]


def test_the_domain_needs_nfs_through_its_acl(example, judge):
    """Beside requests and replies, the file system of a domain must be reached on TCP 2049."""
    document = example("SMN-VPC-02", "keeps")
    document["Resources"] |= {
        "NetworkAcl": resource("EC2::NetworkAcl", VpcId=ref("Vpc")),
        "Association": resource(
            "EC2::SubnetNetworkAclAssociation", SubnetId=ref("Subnet"), NetworkAclId=ref("NetworkAcl")
        ),
        "Out": entry(100, "allow", "true", 443, 443),
        "In": entry(100, "allow", "false", 1024, 65535),
    }
    assert [said[4] for said in judge("SMN-RT-06", document)] == [
        "outbound TCP 2049 to 10.0.0.0/16 is not wholly allowed for subnet Subnet: entry * deny all traffic 0.0.0.0/0"
    ]
