"""Which way the traffic goes: one row for each sentence of the semantics, all against one small base network."""

from __future__ import annotations

import pytest

ACL = """
Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: {Ref: Vpc}}}
AclPrivate: {Type: AWS::EC2::SubnetNetworkAclAssociation, Properties: {SubnetId: {Ref: %s}, NetworkAclId: {Ref: Acl}}}
"""


def entry(name, number, action, *, egress, low=None, high=None, cidr="0.0.0.0/0"):
    """One network ACL entry in YAML."""
    ports = "" if low is None else f", PortRange: {{From: {low}, To: {high}}}"
    protocol = -1 if low is None else 6
    return (
        f"{name}: {{Type: AWS::EC2::NetworkAclEntry, Properties: {{NetworkAclId: {{Ref: Acl}}, RuleNumber: {number}, Protocol: {protocol}, "
        f"RuleAction: {action}, Egress: {str(egress).lower()}, CidrBlock: {cidr}{ports}}}}}\n"
    )


OPEN_ACL = entry("Out", 100, "allow", egress=True) + entry("In", 100, "allow", egress=False)

# fmt: off - one row, one sentence
ROUTES = [
    ("a NAT gateway in a public subnet leads to the internet", "", "internet", "reachable nat"),
    ("without a default route nothing leads there", "PrivateRoute: null", "internet", "blocked none route"),
    ("a private NAT gateway gives no internet", "Nat.ConnectivityType: private", "internet", "blocked nat route"),
    (
        "a NAT gateway in a subnet without internet gateway gives none",
        "Nat.SubnetId: {Ref: Private}",
        "internet",
        "blocked nat route",
    ),
    (
        "a regional NAT gateway needs no subnet",
        "{Nat.AvailabilityMode: regional, Nat.SubnetId: null, Nat.VpcId: {Ref: Vpc}}",
        "internet",
        "reachable nat",
    ),
    (
        "the internet gateway behind the NAT gateway must be attached",
        "Attachment: null",
        "internet",
        "blocked nat route",
    ),
    (
        "an internet gateway does not help a private address",
        "{PrivateRoute.NatGatewayId: null, PrivateRoute.GatewayId: {Ref: Igw}}",
        "internet",
        "blocked igw public_subnet",
    ),
    (
        "a NAT gateway that is not in the templates may not work",
        "PrivateRoute.NatGatewayId: {Ref: Elsewhere}",
        "internet",
        "unverified nat",
    ),
    (
        "what lies behind a transit gateway is not in the templates",
        "{PrivateRoute.NatGatewayId: null, PrivateRoute.TransitGatewayId: tgw-1}",
        "internet",
        "unverified tgw",
    ),
    (
        "nor behind a virtual private gateway",
        "{Vgw: {Type: AWS::EC2::VPNGateway}, PrivateRoute.NatGatewayId: null, PrivateRoute.GatewayId: {Ref: Vgw}}",
        "internet",
        "unverified vgw",
    ),
    (
        "nor behind a peering connection that leads elsewhere",
        "{PrivateRoute.NatGatewayId: null, PrivateRoute.VpcPeeringConnectionId: pcx-1}",
        "internet",
        "unverified pcx",
    ),
    (
        "nor behind a load balancer endpoint",
        "{PrivateRoute.NatGatewayId: null, PrivateRoute.VpcEndpointId: vpce-1}",
        "internet",
        "unverified unknown",
    ),
    (
        "a gateway given by parameter may be anything",
        "{PrivateRoute.NatGatewayId: null, PrivateRoute.GatewayId: {Ref: Elsewhere}}",
        "internet",
        "unverified unknown",
    ),
    (
        "a subnet without association uses the main table, which has no default route",
        "PrivateAssociation: null",
        "internet",
        "blocked none route",
    ),
    (
        "two halves are a default route",
        "{PrivateRoute.DestinationCidrBlock: 0.0.0.0/1, Other: {Type: AWS::EC2::Route, Properties: {RouteTableId: {Ref: PrivateTable}, DestinationCidrBlock: 128.0.0.0/1, NatGatewayId: {Ref: Nat}}}}",
        "internet",
        "reachable nat",
    ),
    ("one half is none", "PrivateRoute.DestinationCidrBlock: 0.0.0.0/1", "internet", "blocked none route"),
    (
        "propagated routes are not visible",
        "{PrivateRoute: null, Vgw: {Type: AWS::EC2::VPNGateway}, Propagation: {Type: AWS::EC2::VPNGatewayRoutePropagation, Properties: {RouteTableIds: [{Ref: PrivateTable}], VpnGatewayId: {Ref: Vgw}}}}",
        "internet",
        "unverified vgw",
    ),
    ("a host name is on the internet", "", "pypi.org", "reachable nat"),
    (
        "a NAT instance that forwards leads there",
        "{Box: {Type: AWS::EC2::Instance, Properties: {SubnetId: {Ref: Public}, SourceDestCheck: false}}, PrivateRoute.NatGatewayId: null, PrivateRoute.InstanceId: {Ref: Box}}",
        "internet",
        "reachable nat",
    ),
    (
        "one that checks source and destination drops it",
        "{Box: {Type: AWS::EC2::Instance, Properties: {SubnetId: {Ref: Public}}}, PrivateRoute.NatGatewayId: null, PrivateRoute.InstanceId: {Ref: Box}}",
        "internet",
        "blocked nat route",
    ),
    (
        "one whose group admits nobody stops it",
        "{Box: {Type: AWS::EC2::Instance, Properties: {SubnetId: {Ref: Public}, SourceDestCheck: false, SecurityGroupIds: [{Ref: WorkGroup}]}}, PrivateRoute.NatGatewayId: null, PrivateRoute.InstanceId: {Ref: Box}}",
        "internet",
        "blocked nat security_group",
    ),
    (
        "a public network interface in the subnet is no NAT instance that one can see",
        "{PrivateRoute.NatGatewayId: null, PrivateRoute.NetworkInterfaceId: eni-1}",
        "internet",
        "unverified nat",
    ),
    (
        "Block Public Access in both directions stops NAT",
        "Bpa: {Type: AWS::EC2::VPCBlockPublicAccessOptions, Properties: {InternetGatewayBlockMode: block-bidirectional}}",
        "internet",
        "blocked nat route",
    ),
    (
        "unless the VPC is excluded",
        "{Bpa: {Type: AWS::EC2::VPCBlockPublicAccessOptions, Properties: {InternetGatewayBlockMode: block-bidirectional}}, Out: {Type: AWS::EC2::VPCBlockPublicAccessExclusion, Properties: {VpcId: {Ref: Vpc}, InternetGatewayExclusionMode: allow-egress}}}",
        "internet",
        "reachable nat",
    ),
    (
        "Block Public Access of what comes in does not",
        "Bpa: {Type: AWS::EC2::VPCBlockPublicAccessOptions, Properties: {InternetGatewayBlockMode: block-ingress}}",
        "internet",
        "reachable nat",
    ),
]

RANGES = [
    ("the VPC's own range is local", "", "10.0.9.0/24", "reachable local"),
    (
        "an added range is local too",
        "Block: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: {Ref: Vpc}, CidrBlock: 100.64.0.0/16}}",
        "100.64.3.0/24",
        "reachable local",
    ),
    ("a private range that only NAT would take arrives nowhere", "", "192.168.0.0/16", "blocked nat route"),
    ("a public range goes through NAT", "", "52.95.0.0/16", "reachable nat"),
    ("a range that is partly local is as bad as the rest of it", "", "10.0.0.0/8", "blocked nat route"),
    (
        "without a default route a private range leads nowhere",
        "PrivateRoute: null",
        "192.168.0.0/16",
        "blocked none route",
    ),
    (
        "behind an internet gateway a private address is stopped",
        "{PrivateRoute.NatGatewayId: null, PrivateRoute.GatewayId: {Ref: Igw}}",
        "192.168.0.0/16",
        "blocked igw public_subnet",
    ),
    (
        "the longest prefix wins over the default route",
        "Vpn: {Type: AWS::EC2::Route, Properties: {RouteTableId: {Ref: PrivateTable}, DestinationCidrBlock: 192.168.0.0/16, TransitGatewayId: tgw-1}}",
        "192.168.4.0/24",
        "unverified tgw",
    ),
    (
        "a route to a part of the range decides that part only",
        "Vpn: {Type: AWS::EC2::Route, Properties: {RouteTableId: {Ref: PrivateTable}, DestinationCidrBlock: 192.168.4.0/24, TransitGatewayId: tgw-1}}",
        "192.168.0.0/16",
        "blocked nat route",
    ),
    (
        "a route for a destination that is a parameter may take it",
        "Vpn: {Type: AWS::EC2::Route, Properties: {RouteTableId: {Ref: PrivateTable}, DestinationCidrBlock: {Ref: Elsewhere}, TransitGatewayId: tgw-1}}",
        "192.168.0.0/16",
        "unverified unknown",
    ),
    (
        "it does not take the VPC's own range",
        "Vpn: {Type: AWS::EC2::Route, Properties: {RouteTableId: {Ref: PrivateTable}, DestinationCidrBlock: {Ref: Elsewhere}, TransitGatewayId: tgw-1}}",
        "10.0.9.0/24",
        "reachable local",
    ),
    (
        "a prefix list of the templates is several routes",
        "{List: {Type: AWS::EC2::PrefixList, Properties: {Entries: [{Cidr: 192.168.0.0/16}]}}, Vpn: {Type: AWS::EC2::Route, Properties: {RouteTableId: {Ref: PrivateTable}, DestinationPrefixListId: {Ref: List}, TransitGatewayId: tgw-1}}}",
        "192.168.4.0/24",
        "unverified tgw",
    ),
    (
        "a VPC whose range is a parameter may hold any private range",
        "{Vpc.CidrBlock: {Ref: Elsewhere}, Private.CidrBlock: {Ref: Elsewhere}, Public.CidrBlock: {Ref: Elsewhere}}",
        "192.168.0.0/16",
        "unverified unknown",
    ),
    ("what its subnets show of it is local", "Vpc.CidrBlock: {Ref: Elsewhere}", "10.0.1.0/24", "reachable local"),
    (
        "one open port is enough for a range without port",
        "WorkGroup.SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 10.0.0.0/16}]",
        "10.0.9.0/24",
        "reachable local",
    ),
    (
        "the port that is asked for must be open",
        "WorkGroup.SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 10.0.0.0/16}]",
        "10.0.9.0/24:443",
        "blocked local security_group",
    ),
    ("an IPv6 range has no way without an IPv6 route", "", "2001:db8::/32", "blocked none route"),
]

SERVICES = [
    ("an interface endpoint with private DNS serves its service", "", "sts", "reachable vpce-interface"),
    ("without endpoint the default route is taken", "", "kms", "reachable nat"),
    ("without either there is no way", "PrivateRoute: null", "kms", "blocked none no_endpoint"),
    (
        "an endpoint group that refuses blocks, although NAT would work",
        "EndpointGroup.SecurityGroupIngress: []",
        "sts",
        "blocked vpce-interface endpoint_sg",
    ),
    (
        "an endpoint group may admit the subnet's range",
        "EndpointGroup.SecurityGroupIngress: [{IpProtocol: '-1', CidrIp: 10.0.0.0/16}]",
        "sts",
        "reachable vpce-interface",
    ),
    (
        "or a part of it that the workload may be outside of",
        "EndpointGroup.SecurityGroupIngress: [{IpProtocol: tcp, FromPort: '443', ToPort: '443', CidrIp: 10.0.1.0/25}]",
        "sts",
        "blocked vpce-interface endpoint_sg",
    ),
    (
        "without groups the endpoint has the VPC's default group, which admits itself alone",
        "Sts.SecurityGroupIds: null",
        "sts",
        "blocked vpce-interface endpoint_sg",
    ),
    (
        "a workload in the default group is a member of it",
        "{Sts.SecurityGroupIds: null, Notebook.SecurityGroupIds: [{'Fn::GetAtt': [Vpc, DefaultSecurityGroup]}]}",
        "sts",
        "reachable vpce-interface",
    ),
    ("without private DNS the public name is used", "Sts.PrivateDnsEnabled: false", "sts", "reachable nat"),
    (
        "which leads nowhere without NAT",
        "{Sts.PrivateDnsEnabled: null, PrivateRoute: null}",
        "sts",
        "blocked vpce-interface private_dns",
    ),
    (
        "private DNS needs DNS host names in the VPC",
        "{Vpc.EnableDnsHostnames: null, PrivateRoute: null}",
        "sts",
        "blocked vpce-interface private_dns",
    ),
    ("without DNS support no name resolves at all", "Vpc.EnableDnsSupport: 'false'", "kms", "blocked none private_dns"),
    (
        "a private hosted zone with an alias to the endpoint is as good",
        "{Sts.PrivateDnsEnabled: false, PrivateRoute: null, Zone: {Type: AWS::Route53::HostedZone, Properties: {Name: sts.eu-west-1.amazonaws.com, VPCs: [{VPCId: {Ref: Vpc}, VPCRegion: eu-west-1}]}}, Alias: {Type: AWS::Route53::RecordSet, Properties: {HostedZoneId: {Ref: Zone}, Name: sts.eu-west-1.amazonaws.com, Type: A, AliasTarget: {DNSName: {'Fn::Select': [1, {'Fn::Split': [':', {'Fn::Select': [0, {'Fn::GetAtt': [Sts, DnsEntries]}]}]}]}, HostedZoneId: Z1}}}}",
        "sts",
        "reachable vpce-interface",
    ),
    (
        "a zone of another service is not",
        "{Sts.PrivateDnsEnabled: false, PrivateRoute: null, Zone: {Type: AWS::Route53::HostedZone, Properties: {Name: logs.eu-west-1.amazonaws.com, VPCs: [{VPCId: {Ref: Vpc}, VPCRegion: eu-west-1}]}}, Alias: {Type: AWS::Route53::RecordSet, Properties: {HostedZoneId: {Ref: Zone}, Name: logs.eu-west-1.amazonaws.com, Type: A, AliasTarget: {DNSName: {'Fn::Select': [0, {'Fn::GetAtt': [Sts, DnsEntries]}]}, HostedZoneId: Z1}}}}",
        "sts",
        "blocked vpce-interface private_dns",
    ),
    (
        "an endpoint in another subnet of the VPC serves all of it",
        "Sts.SubnetIds: [{Ref: Public}]",
        "sts",
        "reachable vpce-interface",
    ),
    ("CloudFormation's default type is Gateway", "Sts.VpcEndpointType: null", "sts", "reachable nat"),
    (
        "an endpoint policy that allows nothing stops it",
        "Sts.PolicyDocument: {Statement: [{Effect: Deny, Principal: '*', Action: '*', Resource: '*'}]}",
        "sts",
        "blocked vpce-interface endpoint_policy",
    ),
    (
        "one that allows something is noted",
        "Sts.PolicyDocument: {Statement: [{Effect: Allow, Principal: '*', Action: 'sts:GetCallerIdentity', Resource: '*'}]}",
        "sts",
        "reachable vpce-interface",
    ),
    (
        "an endpoint whose service is a parameter may serve it",
        "{PrivateRoute: null, Sts.ServiceName: {Ref: Elsewhere}}",
        "kms",
        "unverified unknown",
    ),
    ("S3 takes the gateway endpoint of the route table rather than NAT", "", "s3", "reachable vpce-gateway"),
    ("and NAT where the endpoint is not on the table", "S3.RouteTableIds: [{Ref: PublicTable}]", "s3", "reachable nat"),
    (
        "and nothing where there is neither",
        "{PrivateRoute: null, S3.RouteTableIds: [{Ref: PublicTable}]}",
        "s3",
        "blocked none route",
    ),
    (
        "an S3 interface endpoint serves only the inbound resolver by default",
        "{PrivateRoute: null, S3.RouteTableIds: null, S3.VpcEndpointType: Interface, S3.PrivateDnsEnabled: true, S3.SubnetIds: [{Ref: Private}], S3.SecurityGroupIds: [{Ref: EndpointGroup}]}",
        "s3",
        "blocked vpce-interface private_dns",
    ),
    (
        "and everybody with private DNS for all resolvers",
        "{PrivateRoute: null, S3.RouteTableIds: null, S3.VpcEndpointType: Interface, S3.PrivateDnsEnabled: true, S3.SubnetIds: [{Ref: Private}], S3.SecurityGroupIds: [{Ref: EndpointGroup}], S3.DnsOptions: {PrivateDnsOnlyForInboundResolverEndpoint: AllResolvers}}",
        "s3",
        "reachable vpce-interface",
    ),
    (
        "a rule to the prefix list of S3 is enough for the gateway endpoint",
        "WorkGroup.SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, DestinationPrefixListId: pl-6da54004}]",
        "s3",
        "reachable vpce-gateway",
    ),
    (
        "a rule to the VPC's range is not",
        "WorkGroup.SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16}]",
        "s3",
        "blocked vpce-gateway security_group",
    ),
    (
        "a rule to some public addresses leaves a service open",
        "WorkGroup.SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 52.0.0.0/8}]",
        "kms",
        "unverified nat",
    ),
    (
        "a bucket of the templates is reached as S3",
        "Bucket: {Type: AWS::S3::Bucket}",
        "Bucket",
        "reachable vpce-gateway",
    ),
    ("a host name of the service is the service", "", "sts.eu-west-1.amazonaws.com", "reachable vpce-interface"),
    (
        "through a transit gateway nothing is known",
        "{PrivateRoute.NatGatewayId: null, PrivateRoute.TransitGatewayId: tgw-1}",
        "kms",
        "unverified tgw",
    ),
]

GROUPS = [
    ("no egress rule means that everything may leave", "", "internet", "reachable nat"),
    ("an empty list is the same", "WorkGroup.SecurityGroupEgress: []", "internet", "reachable nat"),
    (
        "a separate egress rule takes the default away",
        "Rule: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: {Ref: WorkGroup}, IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}}",
        "internet",
        "blocked nat security_group",
    ),
    (
        "inline and separate rules add up",
        "{WorkGroup.SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}], Rule: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: {'Fn::GetAtt': [WorkGroup, GroupId]}, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}}}",
        "internet",
        "reachable nat",
    ),
    (
        "the CDK's placeholder allows nothing",
        "WorkGroup.SecurityGroupEgress: [{IpProtocol: icmp, FromPort: 252, ToPort: 86, CidrIp: 255.255.255.255/32}]",
        "internet",
        "blocked nat security_group",
    ),
    (
        "protocol -1 may be a number, and its ports do not count",
        "WorkGroup.SecurityGroupEgress: [{IpProtocol: -1, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}]",
        "internet",
        "reachable nat",
    ),
    (
        "protocol 6 is TCP, and ports may be text",
        "WorkGroup.SecurityGroupEgress: [{IpProtocol: '6', FromPort: '400', ToPort: '500', CidrIp: 0.0.0.0/0}]",
        "internet",
        "reachable nat",
    ),
    (
        "UDP is not TCP",
        "WorkGroup.SecurityGroupEgress: [{IpProtocol: udp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]",
        "internet",
        "blocked nat security_group",
    ),
    (
        "IPv6 rules do not count for IPv4",
        "WorkGroup.SecurityGroupEgress: [{IpProtocol: '-1', CidrIpv6: '::/0'}]",
        "internet",
        "blocked nat security_group",
    ),
    (
        "two halves of the internet are all of it",
        "WorkGroup.SecurityGroupEgress: [{IpProtocol: '-1', CidrIp: 0.0.0.0/1}, {IpProtocol: '-1', CidrIp: 128.0.0.0/1}]",
        "internet",
        "reachable nat",
    ),
    (
        "some of the internet is not the internet",
        "WorkGroup.SecurityGroupEgress: [{IpProtocol: '-1', CidrIp: 52.0.0.0/8}]",
        "internet",
        "blocked nat security_group",
    ),
    (
        "a rule whose range is a parameter may be the one",
        "WorkGroup.SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: {Ref: Elsewhere}}]",
        "internet",
        "unverified nat",
    ),
    (
        "on another port it is not",
        "WorkGroup.SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: {Ref: Elsewhere}}]",
        "internet",
        "blocked nat security_group",
    ),
    (
        "a group that is not in the templates may let it out",
        "Notebook.SecurityGroupIds: [sg-1]",
        "internet",
        "unverified nat",
    ),
    (
        "several groups add up",
        "{Shut: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: {Ref: Vpc}, SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}]}}, Notebook.SecurityGroupIds: [{Ref: Shut}, {Ref: WorkGroup}]}",
        "internet",
        "reachable nat",
    ),
    (
        "a rule to the endpoint's group lets out to the endpoint",
        "Only: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: {Ref: WorkGroup}, IpProtocol: tcp, FromPort: 443, ToPort: 443, DestinationSecurityGroupId: {Ref: EndpointGroup}}}",
        "sts",
        "reachable vpce-interface",
    ),
    (
        "and not to the internet",
        "Only: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: {Ref: WorkGroup}, IpProtocol: tcp, FromPort: 443, ToPort: 443, DestinationSecurityGroupId: {Ref: EndpointGroup}}}",
        "internet",
        "blocked nat security_group",
    ),
    ("members of one group need a rule to reach each other", "", "self", "blocked local security_group"),
    (
        "which admits the group to itself",
        "Rule: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: {Ref: WorkGroup}, IpProtocol: '-1', SourceSecurityGroupId: {Ref: WorkGroup}}}",
        "self",
        "reachable local",
    ),
    (
        "on all TCP ports",
        "Rule: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: {Ref: WorkGroup}, IpProtocol: tcp, FromPort: 8192, ToPort: 65535, SourceSecurityGroupId: {Ref: WorkGroup}}}",
        "self",
        "blocked local security_group",
    ),
    (
        "that are asked about",
        "Rule: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: {Ref: WorkGroup}, IpProtocol: tcp, FromPort: 8192, ToPort: 65535, SourceSecurityGroupId: {Ref: WorkGroup}}}",
        "self:8192-65535",
        "reachable local",
    ),
    (
        "be it by the subnet's range",
        "WorkGroup.SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 0, ToPort: 65535, CidrIp: 10.0.1.0/24}]",
        "self",
        "reachable local",
    ),
    (
        "and egress to the group where egress is limited",
        "{WorkGroup.SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}], Rule: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: {Ref: WorkGroup}, IpProtocol: '-1', SourceSecurityGroupId: {Ref: WorkGroup}}}}",
        "self",
        "blocked local security_group",
    ),
    (
        "a blocked group is told although the route is not known",
        "{PrivateAssociation.RouteTableId: {Ref: Elsewhere}, WorkGroup.SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 10.0.0.0/16}]}",
        "internet",
        "blocked unknown security_group",
    ),
]

ACLS = [
    ("the default ACL lets everything through", "", "internet", "reachable nat"),
    ("an ACL without entries lets nothing through", ACL % "Private", "internet", "blocked nat nacl"),
    ("one that allows everything stops nothing", ACL % "Private" + OPEN_ACL, "internet", "reachable nat"),
    (
        "replies must come back",
        ACL % "Private"
        + entry("Out", 100, "allow", egress=True)
        + entry("In", 100, "allow", egress=False, low=443, high=443),
        "internet",
        "blocked nat nacl",
    ),
    (
        "to all of 1024-65535",
        ACL % "Private"
        + entry("Out", 100, "allow", egress=True)
        + entry("In", 100, "allow", egress=False, low=32768, high=65535),
        "internet",
        "blocked nat nacl",
    ),
    (
        "the first entry that matches decides",
        ACL % "Private" + OPEN_ACL + entry("Deny", 50, "deny", egress=True, low=443, high=443),
        "internet",
        "blocked nat nacl",
    ),
    (
        "a later one does not",
        ACL % "Private" + OPEN_ACL + entry("Deny", 150, "deny", egress=True, low=443, high=443),
        "internet",
        "reachable nat",
    ),
    (
        "a deny of another port does not",
        ACL % "Private" + OPEN_ACL + entry("Deny", 50, "deny", egress=True, low=22, high=22),
        "internet",
        "reachable nat",
    ),
    (
        "a deny of some addresses is no deny of the internet",
        ACL % "Private" + OPEN_ACL + entry("Deny", 50, "deny", egress=True, cidr="8.8.8.0/24"),
        "internet",
        "reachable nat",
    ),
    (
        "but of those addresses",
        ACL % "Private" + OPEN_ACL + entry("Deny", 50, "deny", egress=True, cidr="8.8.8.0/24"),
        "8.8.8.0/23",
        "blocked nat nacl",
    ),
    (
        "and a service may be among them",
        ACL % "Private" + OPEN_ACL + entry("Deny", 50, "deny", egress=True, cidr="52.0.0.0/8"),
        "kms",
        "unverified nat",
    ),
    ("the ACL of the NAT gateway's subnet counts", ACL % "Public", "internet", "blocked nat nacl"),
    (
        "it must let the request in from the workload",
        ACL % "Public"
        + entry("Out", 100, "allow", egress=True)
        + entry("In", 100, "allow", egress=False, low=1024, high=65535),
        "internet",
        "blocked nat nacl",
    ),
    ("within one subnet no ACL is asked", ACL % "Private", "sts", "reachable vpce-interface"),
    (
        "between two subnets it is",
        "Sts.SubnetIds: [{Ref: Public}]" + ACL % "Private",
        "sts",
        "blocked vpce-interface nacl",
    ),
    ("a gateway endpoint is outside of the subnet", ACL % "Private", "s3", "blocked vpce-gateway nacl"),
    (
        "an entry that is a parameter leaves it open",
        ACL % "Private" + OPEN_ACL + entry("Deny", 50, "deny", egress=True, cidr="{Ref: Elsewhere}"),
        "internet",
        "unverified nat",
    ),
    (
        "groups stop before ACLs",
        "EndpointGroup.SecurityGroupIngress: []\nSts.SubnetIds: [{Ref: Public}]" + ACL % "Private",
        "sts",
        "blocked vpce-interface endpoint_sg",
    ),
    (
        "an entry in the VPC's default ACL counts for subnets without association",
        "Deny: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: {'Fn::GetAtt': [Vpc, DefaultNetworkAcl]}, RuleNumber: 50, Protocol: -1, RuleAction: deny, Egress: true, CidrBlock: 0.0.0.0/0}}",
        "internet",
        "blocked nat nacl",
    ),
]
# fmt: on


@pytest.mark.parametrize(
    ("changes", "destination", "expected"),
    [pytest.param(*row[1:], id=row[0]) for row in (*ROUTES, *RANGES, *SERVICES, *GROUPS, *ACLS)],
)
def test_a_private_notebook(asker, changes, destination, expected):
    """Each sentence holds for a notebook without direct internet access in the base network, changed in one place."""
    path = asker.reach(changes, "Notebook", destination)
    assert " ".join(filter(None, (path.verdict, path.via, path.blocked_by))) == expected, (path, path.why, path.hops)
    assert path.why
    if path.verdict == "unverified":
        assert path.declare, path.why
