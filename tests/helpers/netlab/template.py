"""A network as a CloudFormation template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netlab.parts import GROUP, LIST

if TYPE_CHECKING:
    from netlab.parts import Acl, Endpoint, Group, Nat, Net, Route, Rule, Server, Table, Vpc, Workload

ROLE = "arn:aws:iam::111122223333:role/workload"
TRANSIT = "tgw-0a1b2c3d4e5f60718"
_OTHER_SIDE = {
    True: ("CidrIp", "DestinationSecurityGroupId", "DestinationPrefixListId"),
    False: ("CidrIp", "SourceSecurityGroupId", "SourcePrefixListId"),
}


def template(net: Net, scripts: dict[str, str]) -> dict[str, Any]:
    """The template; `scripts` holds the lifecycle scripts of notebooks by their names."""
    resources: dict[str, Any] = {}
    for vpc in net.vpcs:
        resources.update(_vpc(vpc, net))
    for table in net.tables:
        resources.update(_table(table))
    for acl in net.acls:
        resources.update(_acl(acl))
    for subnet in net.subnets:
        resources.update(_subnet(subnet, net))
    for group in net.groups:
        resources.update(_group(group, net))
    for nat in net.nats:
        resources.update(_nat(nat))
    for peering in net.peerings:
        resources[peering.name] = _resource(
            "EC2::VPCPeeringConnection", VpcId=_ref(peering.one), PeerVpcId=_ref(peering.other)
        )
    for endpoint in net.endpoints:
        resources[endpoint.name] = _endpoint(endpoint)
    for server in net.servers:
        resources.update(_server(server))
    for name, blocks in net.lists:
        entries = [{"Cidr": block} for block in blocks]
        resources[name] = _resource(
            "EC2::PrefixList", PrefixListName=name, AddressFamily="IPv4", MaxEntries=len(entries), Entries=entries
        )
    for workload in net.workloads:
        resources.update(_workload(workload, scripts.get(workload.name, "")))
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}


def _ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def _id(group: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [group, "GroupId"]}


def _resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {
        "Type": f"AWS::{kind}",
        "Properties": {name: value for name, value in properties.items() if value is not None},
    }


def _vpc(vpc: Vpc, net: Net) -> dict[str, Any]:
    primary, *added = vpc.cidrs
    found = {
        vpc.name: _resource(
            "EC2::VPC", CidrBlock=primary, EnableDnsSupport=vpc.dns_support, EnableDnsHostnames=vpc.dns_hostnames
        )
    }
    for number, block in enumerate(added):
        found[f"{vpc.name}Block{number}"] = _resource("EC2::VPCCidrBlock", VpcId=_ref(vpc.name), CidrBlock=block)
    if vpc.gateway:
        found[f"{vpc.name}Igw"] = {"Type": "AWS::EC2::InternetGateway"}
    if vpc.gateway == "attached":
        found[f"{vpc.name}Attachment"] = _resource(
            "EC2::VPCGatewayAttachment", VpcId=_ref(vpc.name), InternetGatewayId=_ref(f"{vpc.name}Igw")
        )
    tables = [_ref(table.name) for table in net.tables if table.vpc == vpc.name and table.s3]
    if tables:
        found[f"{vpc.name}S3"] = _resource(
            "EC2::VPCEndpoint",
            VpcId=_ref(vpc.name),
            ServiceName={"Fn::Sub": "com.amazonaws.${AWS::Region}.s3"},
            RouteTableIds=tables,
        )
    return found


def _table(table: Table) -> dict[str, Any]:
    found = {table.name: _resource("EC2::RouteTable", VpcId=_ref(table.vpc))}
    for number, route in enumerate(table.routes):
        found[f"{table.name}Route{number}"] = _resource(
            "EC2::Route", RouteTableId=_ref(table.name), **_destination(route), **_target(route, table)
        )
    return found


def _destination(route: Route) -> dict[str, Any]:
    if route.destination.startswith(LIST):
        return {"DestinationPrefixListId": _ref(route.destination[1:])}
    return {"DestinationCidrBlock": route.destination}


def _target(route: Route, table: Table) -> dict[str, Any]:
    if route.kind == "igw":
        return {"GatewayId": _ref(f"{table.vpc}Igw")}
    if route.kind == "tgw":
        return {"TransitGatewayId": TRANSIT}
    name = {"nat": "NatGatewayId", "instance": "InstanceId", "pcx": "VpcPeeringConnectionId"}[route.kind]
    return {name: _ref(route.target)}


def _acl(acl: Acl) -> dict[str, Any]:
    found = {}
    reference: dict[str, Any] = {"Fn::GetAtt": [acl.vpc, "DefaultNetworkAcl"]}
    if not acl.default:
        found[acl.name] = _resource("EC2::NetworkAcl", VpcId=_ref(acl.vpc))
        reference = _ref(acl.name)
    for number, entry in enumerate(acl.entries):
        ports = {"From": entry.low, "To": entry.high} if entry.protocol in ("6", "17") else None
        found[f"{acl.name}Entry{number}"] = _resource(
            "EC2::NetworkAclEntry", NetworkAclId=reference, RuleNumber=entry.number, Egress=entry.egress, CidrBlock=entry.cidr,
            RuleAction="allow" if entry.allow else "deny", Protocol=int(entry.protocol), PortRange=ports,
        )  # fmt: skip
    return found


def _subnet(subnet: Any, net: Net) -> dict[str, Any]:
    found = {
        subnet.name: _resource(
            "EC2::Subnet", VpcId=_ref(subnet.vpc), CidrBlock=subnet.cidr, AvailabilityZone=f"eu-west-1{subnet.zone}"
        )
    }
    if subnet.table is not None:
        found[f"{subnet.name}Table"] = _resource(
            "EC2::SubnetRouteTableAssociation", SubnetId=_ref(subnet.name), RouteTableId=_ref(subnet.table)
        )
    if subnet.acl is not None and not next(acl for acl in net.acls if acl.name == subnet.acl).default:
        found[f"{subnet.name}Acl"] = _resource(
            "EC2::SubnetNetworkAclAssociation", SubnetId=_ref(subnet.name), NetworkAclId=_ref(subnet.acl)
        )
    return found


def _separate(rule: Rule, group: Group, net: Net) -> bool:
    """Is a rule a resource of its own? It has to be where groups would refer to each other in a circle."""
    names = [each.name for each in net.groups]
    return rule.separate or (rule.other.startswith(GROUP) and names.index(rule.other[1:]) >= names.index(group.name))


def _group(group: Group, net: Net) -> dict[str, Any]:
    inline = {
        egress: [
            _rule(rule, egress=egress)
            for rule in (group.egress if egress else group.ingress)
            if not _separate(rule, group, net)
        ]
        for egress in (False, True)
    }
    found = {
        group.name: _resource(
            "EC2::SecurityGroup", VpcId=_ref(group.vpc), GroupDescription=group.name,
            SecurityGroupIngress=inline[False] or None, SecurityGroupEgress=inline[True] or None,
        )
    }  # fmt: skip
    for egress, rules in ((False, group.ingress), (True, group.egress)):
        kind = "EC2::SecurityGroupEgress" if egress else "EC2::SecurityGroupIngress"
        for number, rule in enumerate(rules):
            if _separate(rule, group, net):
                name = f"{group.name}{'Egress' if egress else 'Ingress'}{number}"
                found[name] = _resource(kind, GroupId=_id(group.name), **_rule(rule, egress=egress))
    return found


def _rule(rule: Rule, *, egress: bool) -> dict[str, Any]:
    body: dict[str, Any] = {"IpProtocol": rule.protocol}
    if rule.protocol != "-1":
        body |= {"FromPort": rule.low, "ToPort": rule.high}
    by_cidr, by_group, by_list = _OTHER_SIDE[egress]
    if rule.other.startswith(GROUP):
        return body | {by_group: _id(rule.other[1:])}
    if rule.other.startswith(LIST):
        return body | {by_list: _ref(rule.other[1:])}
    return body | {by_list if rule.other.startswith("pl-") else by_cidr: rule.other}


def _nat(nat: Nat) -> dict[str, Any]:
    if nat.kind == "instance":
        return {
            nat.name: _resource(
                "EC2::Instance", SubnetId=_ref(str(nat.subnet)), SecurityGroupIds=[_id(group) for group in nat.groups],
                SourceDestCheck=not nat.forwards,
            )
        }  # fmt: skip
    if nat.kind == "regional":
        return {nat.name: _resource("EC2::NatGateway", VpcId=_ref(nat.vpc), AvailabilityMode="regional")}
    if nat.kind == "private":
        return {nat.name: _resource("EC2::NatGateway", SubnetId=_ref(str(nat.subnet)), ConnectivityType="private")}
    return {nat.name: _resource("EC2::NatGateway", SubnetId=_ref(str(nat.subnet)), AllocationId="eipalloc-1")}


def _endpoint(endpoint: Endpoint) -> dict[str, Any]:
    return _resource(
        "EC2::VPCEndpoint", VpcId=_ref(endpoint.vpc), ServiceName={"Fn::Sub": f"com.amazonaws.${{AWS::Region}}.{endpoint.service}"},
        VpcEndpointType="Interface", PrivateDnsEnabled=endpoint.private_dns, SubnetIds=[_ref(subnet) for subnet in endpoint.subnets],
        SecurityGroupIds=[_id(group) for group in endpoint.groups] or None,
    )  # fmt: skip


def _server(server: Server) -> dict[str, Any]:
    groups = [_id(group) for group in server.groups]
    if server.mount:
        return {
            "Files": {"Type": "AWS::EFS::FileSystem"},
            server.name: _resource(
                "EFS::MountTarget",
                FileSystemId=_ref("Files"),
                SubnetId=_ref(server.subnet),
                SecurityGroups=groups or None,
            ),
        }
    return {server.name: _resource("EC2::Instance", SubnetId=_ref(server.subnet), SecurityGroupIds=groups)}


def _workload(workload: Workload, script: str) -> dict[str, Any]:
    groups = [_id(group) for group in workload.groups]
    if workload.kind == "model":
        vpc = {"Subnets": [_ref(subnet) for subnet in workload.subnets], "SecurityGroupIds": groups}
        return {
            workload.name: _resource(
                "SageMaker::Model", ExecutionRoleArn=ROLE, VpcConfig=vpc, EnableNetworkIsolation=workload.isolated
            )
        }
    if workload.kind == "notebook":
        return _notebook(workload, groups, script)
    return {}


def _notebook(workload: Workload, groups: list[Any], script: str) -> dict[str, Any]:
    config = f"{workload.name}Config"
    found = {
        workload.name: _resource(
            "SageMaker::NotebookInstance", InstanceType="ml.t3.medium", RoleArn=ROLE, SecurityGroupIds=groups or None,
            DirectInternetAccess="Enabled" if workload.direct else "Disabled",
            SubnetId=_ref(workload.subnets[0]) if workload.subnets else None,
            LifecycleConfigName={"Fn::GetAtt": [config, "NotebookInstanceLifecycleConfigName"]} if script else None,
        )
    }  # fmt: skip
    if script:
        found[config] = _resource(
            "SageMaker::NotebookInstanceLifecycleConfig", OnStart=[{"Content": {"Fn::Base64": script}}]
        )
    return found
