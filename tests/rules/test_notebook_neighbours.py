"""The rules about what notebooks work with: every way that leads there counts, and what is not known is not judged."""

from __future__ import annotations

import pytest

ISOLATED, WITH_NAT = "SMN-NB-05", "SMN-NB-16"
GITHUB = "https://github.com/aws/samples.git"
CODECOMMIT = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/a"
TRANSIT = """
Transit: {Type: AWS::EC2::TransitGateway}
ToTransit:
  Type: AWS::EC2::Route
  Properties: {RouteTableId: !Ref RouteTable, DestinationCidrBlock: 0.0.0.0/0, TransitGatewayId: !Ref Transit}
"""
PROPAGATED = """
Vpn: {Type: AWS::EC2::VPNGateway, Properties: {Type: ipsec.1}}
Propagation:
  Type: AWS::EC2::VPNGatewayRoutePropagation
  Properties: {VpnGatewayId: !Ref Vpn, RouteTableIds: [!Ref RouteTable]}
"""
PROXY = """
LifecycleConfig:
  Type: AWS::SageMaker::NotebookInstanceLifecycleConfig
  Properties:
    OnStart:
    - Content:
        Fn::Base64: |
          #!/bin/bash
          # sagemaker-network: proxy http://10.0.0.9:3128
          pip install -i https://pypi.org/simple numpy
"""
PUBLIC = """
Igw: {Type: AWS::EC2::InternetGateway}
Attached: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Igw}}
ToInternet:
  Type: AWS::EC2::Route
  Properties: {RouteTableId: !Ref RouteTable, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Igw}
"""
BEHIND_TRANSIT = (
    "subnet Subnet leaves through 0.0.0.0/0 -> Transit (ToTransit), and what lies behind it is not in the templates: "
    "confirm there that {} can be reached"
)
UNREACHED = "{} cannot be reached: {}"
NO_DEFAULT = "RouteTable has no default route"


def repository(url, **more):
    return {"Notebook.DefaultCodeRepository": url, **more}


@pytest.mark.parametrize(
    ("sentence", "changes", "add", "verdict", "message"),
    [
        ("a proxy leads to the internet", repository(GITHUB), PROXY, "satisfied", ""),
        ("a proxy leads to CodeCommit", repository(CODECOMMIT), PROXY, "satisfied", ""),
        (
            "what lies behind another network",
            repository(GITHUB),
            TRANSIT,
            "unverified",
            BEHIND_TRANSIT.format("github.com"),
        ),
        (
            "CodeCommit behind it",
            repository(CODECOMMIT),
            TRANSIT,
            "unverified",
            BEHIND_TRANSIT.format("git-codecommit"),
        ),
        (
            "a virtual private gateway may tell the table a default route",
            repository(GITHUB),
            PROPAGATED,
            "unverified",
            "not in the templates: the routes that Vpn propagates into RouteTable: confirm which routes it announces",
        ),
        (
            "a public subnet is no way for a private address",
            repository(GITHUB),
            PUBLIC,
            "violated",
            UNREACHED.format(
                GITHUB,
                "subnet Subnet leads to internet gateway Igw (ToInternet), and Notebook has a private address only",
            ),
        ),
        (
            "a path that is a parameter is on a known host",
            repository({"Fn::Sub": "https://github.com/${Hidden}"}),
            "",
            "violated",
            UNREACHED.format("https://github.com/${Hidden}", NO_DEFAULT),
        ),
        (
            "an odd host, and a public address",
            {"Notebook.AdditionalCodeRepositories": ["https://my_git.example.com/a", "https://198.51.100.7/a"]},
            "",
            "violated",
            UNREACHED.format("https://my_git.example.com/a", NO_DEFAULT),
        ),
    ],
)
def test_a_repository_is_reached_by_any_way(sentence, changes, add, verdict, message, changed, judge):
    """Routes, endpoints, a proxy, and what the templates do not hold: SMN-NB-16 follows them all."""
    if add == PROXY:
        changes = {
            **changes,
            "Notebook.LifecycleConfigName": {"Fn::GetAtt": ["LifecycleConfig", "NotebookInstanceLifecycleConfigName"]},
        }
    said = judge("SMN-NB-16", changed(ISOLATED, "keeps", changes, add))
    assert (said[0][0], said[0][4]) == (verdict, message)


@pytest.mark.parametrize(
    "url", [{"Fn::Sub": "https://${Hidden}/a"}, "https://10.0.0.5/a", "https://git.internal/a", {"Ref": "Hidden"}]
)
def test_a_host_that_is_private_or_not_known_is_not_judged(url, changed, told):
    """Only public repositories need the internet."""
    assert told("SMN-NB-16", changed(ISOLATED, "keeps", repository(url))) == []


def test_groups_are_not_the_repositorys_concern(changed, told):
    """Where NAT leads there and a group lets nothing out, SMN-NB-10 speaks."""
    closed = {
        "NotebookGroup.SecurityGroupEgress": [
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}
        ]
    }
    assert told("SMN-NB-16", changed(WITH_NAT, "keeps", closed)) == ["satisfied warning Notebook.DefaultCodeRepository"]


def test_a_script_reaches_its_hosts_by_the_proxy(changed, told):
    """Each script is judged by the way that its notebook has."""
    named = {"Notebook.LifecycleConfigName": {"Fn::GetAtt": ["LifecycleConfig", "NotebookInstanceLifecycleConfigName"]}}
    assert told("SMN-NB-17", changed(ISOLATED, "keeps", named, PROXY)) == [
        "satisfied info Notebook.LifecycleConfigName"
    ]
    plain = PROXY.replace("# sagemaker-network: proxy http://10.0.0.9:3128", "true")
    assert told("SMN-NB-17", changed(ISOLATED, "keeps", named, plain)) == [
        f"violated info Notebook.LifecycleConfigName: OnStart of LifecycleConfig calls pip on pypi.org, which cannot be reached: {NO_DEFAULT}"
    ]
    assert told("SMN-NB-17", changed(ISOLATED, "keeps", named, plain + TRANSIT)) == [
        f"unverified info Notebook.LifecycleConfigName: {BEHIND_TRANSIT.format('pypi.org')}"
    ]


def test_without_mount_targets_no_script_need_be_known(changed, told):
    """A lifecycle configuration that is a parameter says nothing about EFS where there is none."""
    hidden = {"Notebook.LifecycleConfigName": {"Ref": "Hidden"}}
    assert told("SMN-NB-21", changed(ISOLATED, "keeps", hidden)) == []
    assert [said.split(":")[0] for said in told("SMN-NB-21", changed("SMN-NB-21", "keeps", hidden))] == [
        "unverified info Notebook.LifecycleConfigName"
    ]


def test_a_script_that_mounts_nothing_needs_no_mount_target(changed, told):
    """Be its VPC known or not."""
    plain = {
        "LifecycleConfig.OnStart": [{"Content": {"Fn::Base64": "#!/bin/bash\ntrue\n"}}],
        "MountTarget.SubnetId": {"Ref": "Hidden"},
    }
    assert told("SMN-NB-21", changed("SMN-NB-21", "keeps", plain)) == []


def test_a_cluster_that_admits_nobody_is_out_of_reach_wherever_it_is(changed, told):
    """The group of the primary node decides, though the cluster's subnet is not known."""
    hidden = {"EmrCluster.Instances.Ec2SubnetId": {"Ref": "Hidden"}}
    assert told("SMN-NB-22", changed("SMN-NB-22", "keeps", hidden)) == [
        "unverified info Notebook.SecurityGroupIds: the VPC of subnet parameter Hidden: declare Hidden in Metadata.SageMakerNetwork"
    ]
    hidden["PrimaryNodeGroup.SecurityGroupIngress"] = None
    assert told("SMN-NB-22", changed("SMN-NB-22", "keeps", hidden)) == [
        "violated info Notebook.SecurityGroupIds: security group PrimaryNodeGroup of EMR cluster EmrCluster admits no TCP 8998 "
        "from security group NotebookGroup"
    ]


def test_the_default_group_is_asked_where_access_is_not_known(changed, told):
    """A notebook without groups has the default group of the VPC, which lets everything out, be its direct access on or off."""
    hidden = {"Notebook.DirectInternetAccess": {"Ref": "Hidden"}, "Notebook.SecurityGroupIds": None}
    assert told("SMN-NB-10", changed(WITH_NAT, "keeps", hidden)) == ["satisfied error Notebook.SecurityGroupIds"]
