"""Rules about networks of which a part is not known: what is wrong beside it is told, and what makes no difference is no doubt."""

from __future__ import annotations

import pytest

HIDDEN = {"Ref": "Hidden"}
GIVE = "give its value with --parameter Hidden=VALUE"
PROPAGATED = """
Vpn: {Type: AWS::EC2::VPNGateway, Properties: {Type: ipsec.1}}
Propagation:
  Type: AWS::EC2::VPNGatewayRoutePropagation
  Properties: {VpnGatewayId: !Ref Vpn, RouteTableIds: [!Ref RouteTable]}
"""


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"Vpc.EnableDnsSupport": HIDDEN, "Vpc.EnableDnsHostnames": None},
            "violated warning Vpc.EnableDnsHostnames: EnableDnsHostnames is not set, and so false, but S3Endpoint needs it",
        ),
        (
            {"Vpc.EnableDnsHostnames": HIDDEN, "Vpc.EnableDnsSupport": "false"},
            "violated error Vpc.EnableDnsSupport: EnableDnsSupport is false, so the names of S3Endpoint do not resolve",
        ),
        (
            {"Vpc.EnableDnsHostnames": None, "S3Endpoint.VpcId": HIDDEN},
            f"unverified error Vpc.EnableDnsHostnames: whether parameter Hidden, the VpcId of S3Endpoint, is VPC Vpc: {GIVE}",
        ),
    ],
)
def test_each_dns_attribute_is_judged_by_itself(settings, said, changed, told):
    """One that is a parameter hides nothing about the other."""
    assert told("SMN-VPC-01", changed("SMN-VPC-01", "keeps", settings)) == [said]


def test_a_domain_that_is_bound_is_told_beside_one_that_may_be(changed, told):
    """A second domain, whose access type is a parameter, changes nothing for the first."""
    document = changed("SMN-DOM-13", "breaks", {})
    document["Resources"]["Another"] = {
        "Type": "AWS::SageMaker::Domain",
        "Properties": {**document["Resources"]["Domain"]["Properties"], "AppNetworkAccessType": HIDDEN},
    }
    assert told("SMN-VPC-02", document) == [
        "violated error Vpc.InstanceTenancy: InstanceTenancy is dedicated, with which Domain cannot work"
    ]
    document["Resources"]["Domain"]["Properties"]["AppNetworkAccessType"] = "PublicInternetOnly"
    assert told("SMN-VPC-02", document) == [
        f"unverified error Vpc.InstanceTenancy: Another.AppNetworkAccessType is parameter Hidden: {GIVE}"
    ]


def test_a_known_range_overlaps_beside_one_that_is_not(changed, told):
    """SMN-VPC-03 tells what it sees of a VPC's ranges."""
    second = "\nMore: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref Vpc, CidrBlock: !Ref Hidden}}\n"
    assert told("SMN-VPC-03", changed("SMN-VPC-03", "breaks", {}, second))[0].startswith("violated info Vpc.CidrBlock")
    assert told("SMN-VPC-03", changed("SMN-VPC-03", "keeps", {}, second)) == [
        f"unverified info Vpc.CidrBlock: CidrBlock of More is parameter Hidden: {GIVE}"
    ]


def test_a_range_that_is_not_known_is_a_second_one_all_the_same(changed, told):
    """SMN-VPC-04 sees that the workload's subnet lies outside of the first."""
    whole = told("SMN-VPC-04", changed("SMN-VPC-04", "breaks", {}))
    assert whole[0].startswith("violated info Vpc")
    assert told("SMN-VPC-04", changed("SMN-VPC-04", "breaks", {"SecondRange.CidrBlock": HIDDEN})) == whole


@pytest.mark.parametrize(
    ("servers", "verdict"),
    [
        (["10.0.0.2"], "satisfied"),
        (["10.0.0.18"], "violated"),
        (["169.254.169.253"], "satisfied"),
        (["fd00:ec2::253"], "satisfied"),
        (["10.9.9.9", "AmazonProvidedDNS"], "satisfied"),
        ([HIDDEN], "unverified"),
        ([HIDDEN, "AmazonProvidedDNS"], "satisfied"),
        (["dns.example.com"], "violated"),
    ],
)
def test_amazons_resolver_has_addresses_too(servers, verdict, changed, judge):
    """The second address of the VPC's range, and one that is the same everywhere; a parameter may be any."""
    document = changed(
        "SMN-VPC-05", "breaks", {"DhcpOptions.DomainNameServers": servers, "Vpc.CidrBlock": "10.0.0.0/16"}
    )
    assert [said[0] for said in judge("SMN-VPC-05", document)] == [verdict]


@pytest.mark.parametrize("zone", [HIDDEN, None])
def test_two_zones_that_are_known_are_enough(zone, changed, told):
    """A third subnet, whose zone AWS or a parameter chooses, does not keep it open whether zones share the NAT gateway."""
    whole = told("SMN-RT-04", changed("SMN-RT-04", "breaks", {}))
    third = """
Third: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.77.0/24}}
ThirdTable: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Third, RouteTableId: !Ref RouteTable}}
"""
    document = changed("SMN-RT-04", "breaks", {}, third)
    table = next(
        name
        for name, one in document["Resources"].items()
        if one["Type"] == "AWS::EC2::Route" and "NatGatewayId" in one["Properties"]
    )
    document["Resources"]["ThirdTable"]["Properties"]["RouteTableId"] = document["Resources"][table]["Properties"][
        "RouteTableId"
    ]
    document["Resources"]["Third"]["Properties"] |= {"AvailabilityZone": zone} if zone else {}
    assert told("SMN-RT-04", document) == whole


def test_an_acl_that_treats_all_alike_needs_no_addresses(changed, told):
    """It lets everybody through, or nobody, whatever the range of the VPC is."""
    isolated = {"DefaultRoute": None, "Vpc.CidrBlock": HIDDEN, "Subnet.CidrBlock": HIDDEN}
    assert told("SMN-RT-06", changed("SMN-RT-06", "keeps", isolated)) == ["satisfied warning NetworkAcl"]
    assert told("SMN-RT-06", changed("SMN-RT-06", "keeps", {**isolated, "HttpsOut": None})) == [
        "violated warning NetworkAcl: outbound TCP 443 to 0.0.0.0/0 is not wholly allowed for subnet Subnet: "
        "entry * deny all traffic 0.0.0.0/0"
    ]
    assert told("SMN-RT-06", changed("SMN-RT-06", "keeps", {**isolated, "HttpsOut.CidrBlock": "10.0.0.0/16"})) == [
        f"unverified warning NetworkAcl: CidrBlock of Vpc is parameter Hidden: {GIVE}"
    ]


def test_an_entry_that_is_not_known_hides_its_own_direction_alone(changed, told):
    """What comes back is stopped, whatever goes out."""
    document = changed("SMN-RT-06", "breaks", {"HttpsOut.PortRange.From": HIDDEN})
    assert [said.split(":")[0] for said in told("SMN-RT-06", document)] == ["violated warning NetworkAcl"]


def test_a_subnet_that_is_not_known_hides_no_other(changed, told):
    """An ACL is judged by the subnets that are in the templates."""
    other = "\nOther: {Type: AWS::EC2::SubnetNetworkAclAssociation, Properties: {SubnetId: !Ref Hidden, NetworkAclId: !Ref NetworkAcl}}\n"
    assert told("SMN-RT-06", changed("SMN-RT-06", "breaks", {}, other)) == told(
        "SMN-RT-06", changed("SMN-RT-06", "breaks", {})
    )


def test_a_nat_gateway_that_is_cut_off_is_told_beside_one_that_may_be(changed, told):
    """Another one whose type is a parameter, and none at all."""
    other = "\nOther: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref PublicSubnet, ConnectivityType: !Ref Hidden}}\n"
    assert told("SMN-RT-07", changed("SMN-RT-07", "breaks", {}, other)) == told(
        "SMN-RT-07", changed("SMN-RT-07", "breaks", {})
    )
    without = {"NatGateway": None, "DefaultRoute": None, "BlockPublicAccess.InternetGatewayBlockMode": HIDDEN}
    assert told("SMN-RT-07", changed("SMN-RT-07", "breaks", without)) == []


@pytest.mark.parametrize("rule_id", ["SMN-NB-06", "SMN-DOM-05", "SMN-JOB-03"])
def test_propagated_routes_may_lead_out(rule_id, changed, judge):
    """A virtual private gateway may tell a table its default route: no subnet of it is surely isolated."""
    document = changed(rule_id, "breaks", {})
    table = next(
        name
        for name, one in document["Resources"].items()
        if one["Type"] == "AWS::EC2::RouteTable" and "Public" not in name
    )
    added = changed(rule_id, "breaks", {}, PROPAGATED.replace("RouteTable]", f"{table}]"))
    assert {said[0] for said in judge(rule_id, document)} == {"violated"}
    assert {said[0] for said in judge(rule_id, added)} == {"unverified"}


def test_propagated_routes_are_bypassed_by_direct_access(changed, told):
    """They are no more used than those that are written out."""
    document = changed(
        "SMN-NB-05", "keeps", {"Notebook.DirectInternetAccess": "Enabled", "S3Endpoint": None}, PROPAGATED
    )
    assert told("SMN-NB-09", document) == [
        "violated warning Notebook.DirectInternetAccess: what Vpn propagates is not used: the notebook reaches only the VPC's own "
        "ranges through its subnet, and all else through the interface that SageMaker manages"
    ]


@pytest.mark.parametrize(
    ("place", "what"),
    [
        ("SubnetRouteTable2.RouteTableId", "the RouteTableId of SubnetRouteTable2, is route table RouteTable1"),
        ("DefaultRoute2.NatGatewayId", "the NatGatewayId of DefaultRoute2, is NAT gateway NatGateway1"),
    ],
)
def test_a_subnet_that_may_use_the_nat_gateway_is_not_ruled_out(place, what, changed, told):
    """Its table, or the target of its route, is a parameter."""
    assert told("SMN-RT-04", changed("SMN-RT-04", "breaks", {place: HIDDEN})) == [
        f"unverified info NatGateway1: whether parameter Hidden, {what}: {GIVE}"
    ]


def test_a_route_that_may_lead_to_a_detached_gateway_is_not_ruled_out(changed, told):
    """An internet gateway that is attached nowhere, and a default route to a parameter."""
    assert told("SMN-RT-02", changed("SMN-RT-02", "breaks", {"PublicDefaultRoute.GatewayId": HIDDEN})) == [
        "unverified error InternetGateway: whether parameter Hidden, the GatewayId of PublicDefaultRoute, "
        f"is internet gateway InternetGateway: {GIVE}"
    ]
    assert told("SMN-RT-02", changed("SMN-RT-02", "keeps", {"PublicDefaultRoute.GatewayId": HIDDEN})) == []


def test_a_list_of_subnets_that_is_not_known_may_be_stopped_by_an_acl(changed, told):
    """SMN-DOM-18 cannot see which of the templates' subnets the domain has."""
    assert told("SMN-DOM-18", changed("SMN-DOM-18", "breaks", {"Domain.SubnetIds": HIDDEN})) == [
        f"unverified info Domain.SubnetIds: Domain.SubnetIds is parameter Hidden: {GIVE}"
    ]


@pytest.mark.parametrize(
    "group",
    [
        HIDDEN,
        {"Fn::Select": [0, {"Fn::Split": [",", HIDDEN]}]},
        {"Fn::ImportValue": {"Fn::Sub": "${Hidden}-Group"}},
        "{{resolve:ssm:/network/group}}",
    ],
)
def test_a_group_that_may_be_the_admitted_one_is_not_refused(group, changed, judge):
    """Another stack may hand on the very group that the endpoints admit: by parameter, import or reference; a literal id is another."""
    document = changed("SMN-NB-05", "keeps", {"Notebook.SecurityGroupIds": [group]})
    assert {said[0] for said in judge("SMN-NB-05", document)} == {"unverified"}
    document = changed("SMN-NB-05", "keeps", {"Notebook.SecurityGroupIds": ["sg-0123456789abcdef0"]})
    assert {said[0] for said in judge("SMN-NB-05", document)} == {"violated"}


PROFILES = """
Fn::ForEach::Profiles:
- Name
- !Ref Hidden
- Profile${Name}: {Type: AWS::SageMaker::UserProfile, Properties: {DomainId: !Ref Domain, UserProfileName: !Ref Name}}
"""
ONE_PROFILE = """
Someone: {Type: AWS::SageMaker::UserProfile, Properties: {DomainId: !Ref Hidden, UserSettings: {SecurityGroups: [sg-1]}}}
"""


@pytest.mark.parametrize(
    ("add", "what"),
    [(PROFILES, "has anything to do with domain Domain"), (ONE_PROFILE, "the DomainId of Someone, is domain Domain")],
)
def test_the_groups_of_profiles_that_may_be_there_count(add, what, changed, told):
    """A loop over a parameter, or a profile of a domain that is a parameter: its groups may admit what the domain's do not."""
    changes = {"AppIngress": None, "Domain.DefaultUserSettings.JupyterServerAppSettings": None}
    document = changed("SMN-DOM-08", "keeps", changes, add)
    document["Transform"] = "AWS::LanguageExtensions"
    (said,) = told("SMN-DOM-08", document)
    assert said.startswith("unverified error Domain.DefaultUserSettings.SecurityGroups: whether parameter Hidden")
    assert said.endswith(f"{what}: {GIVE}")


def test_users_that_a_loop_makes_need_addresses_too(changed, told):
    """How many they are is a parameter; where there is no room for those that are known, it does not matter."""
    document = changed("SMN-DOM-12", "keeps", {"Fn::ForEach::Profiles": None}, PROFILES.replace("::Profiles", "::More"))
    document["Transform"] = "AWS::LanguageExtensions"
    assert told("SMN-DOM-12", document) == [
        f"unverified warning Domain.SubnetIds: whether parameter Hidden has anything to do with domain Domain: {GIVE}"
    ]
    broken = told("SMN-DOM-12", changed("SMN-DOM-12", "breaks", {}))
    assert told("SMN-DOM-12", changed("SMN-DOM-12", "breaks", {}, PROFILES.replace("::Profiles", "::More"))) == broken


@pytest.mark.parametrize(
    ("rule_id", "place", "value", "advice"),
    [
        ("SMN-VPC-05", "DhcpOptionsAssociation.DhcpOptionsId", "dopt-1", "import"),
        ("SMN-NB-04", "SubnetRouteTable.RouteTableId", "rtb-1", "import"),
        ("SMN-NB-05", "Notebook.SubnetId", "subnet-1", "declare subnet-1 in Metadata.SageMakerNetwork"),
        ("SMN-NB-10", "Notebook.SecurityGroupIds", ["sg-1"], "declare sg-1 in Metadata.SageMakerNetwork"),
    ],
)
def test_only_what_the_metadata_knows_is_to_be_declared(rule_id, place, value, advice, changed, told):
    """VPCs, subnets and groups have declarations; whatever else stands there by its id must be seen where it is made."""
    advice = "import it from the stack that defines it, and check both together" if advice == "import" else advice
    said = told(rule_id, changed(rule_id, "keeps", {place: value}))
    assert said
    assert all(one.startswith("unverified") and one.endswith(advice) for one in said)
