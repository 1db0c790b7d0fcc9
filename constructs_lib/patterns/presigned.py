"""From where a presigned URL of a notebook or of Studio may be asked for and used.

IAM judges the conditions when the URL is made and again at each request and WebSocket frame that uses it.

Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/notebook-interface-endpoint.html,
https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html,
https://docs.aws.amazon.com/sagemaker/latest/dg/studio-interface-endpoint.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam

from constructs_lib.patterns.notebook_options import require_list

# Ranges that never arrive over the internet: private (RFC 1918), shared (RFC 6598), link-local, loopback and unique
# local ones.
_PRIVATE = tuple(
    ip_network(each)
    for each in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "127.0.0.0/8",
        "fc00::/7",
        "fe80::/10",
    )
)


@dataclass(frozen=True, kw_only=True)
class OpenFrom:
    """The places from which a presigned URL may be used; any one of them suffices.

    Args:
        page: the service of the page behind the URL: ``notebook``, ``studio``, or ``notebook or studio`` where either will do.
        ip_ranges: public ranges (CIDR) of clients that come over the internet (``aws:SourceIp``). Default: none.
        vpcs: VPCs whose interface endpoints the requests come through (``aws:SourceVpc``). Default: none.
        vpc_ip_ranges: private ranges of clients within those VPCs (``aws:VpcSourceIp``); only together with vpcs.
            Default: any address.
        vpc_endpoints: interface endpoints that the requests come through (``aws:SourceVpce``): those of the SageMaker
            API and of the page, because one request uses the first and the next the second. Default: none.

    Raises:
        ValueError: no place at all (SMN-IAM-01), a private range among ip_ranges (SMN-IAM-02), one endpoint of the two
            (SMN-IAM-03).
    """

    page: str
    ip_ranges: Sequence[str] = ()
    vpcs: Sequence[ec2.IVpc] = ()
    vpc_ip_ranges: Sequence[str] = ()
    vpc_endpoints: Sequence[ec2.IInterfaceVpcEndpoint] = ()

    def __post_init__(self) -> None:
        for name in ("ip_ranges", "vpcs", "vpc_ip_ranges", "vpc_endpoints"):
            require_list(name, getattr(self, name))
        if not (self.ip_ranges or self.vpcs or self.vpc_endpoints):
            raise ValueError(
                "ip_ranges, vpcs and vpc_endpoints are all empty: name at least one place that the presigned URL may "
                "be used from (SMN-IAM-01)"
            )
        for each in self.ip_ranges:
            _check_public(each)
        if self.vpc_ip_ranges and not self.vpcs:
            raise ValueError(
                f"vpc_ip_ranges is {list(self.vpc_ip_ranges)!r} without vpcs: private addresses mean something only "
                "within a VPC, so name it in vpcs (SMN-IAM-02)"
            )
        for each in self.vpc_ip_ranges:
            _range("vpc_ip_ranges", each)
        if self.vpc_endpoints:
            _check_endpoints(self.page, self.vpc_endpoints)

    def conditions(self) -> list[dict[str, dict[str, list[str]]]]:
        """One IAM condition block for each kind of place: statements are alternatives, keys within a block are not."""
        blocks: list[dict[str, dict[str, list[str]]]] = []
        if self.ip_ranges:
            blocks.append({"IpAddress": {"aws:SourceIp": list(self.ip_ranges)}})
        if self.vpcs:
            block = {"StringEquals": {"aws:SourceVpc": [vpc.vpc_id for vpc in self.vpcs]}}
            if self.vpc_ip_ranges:
                block["IpAddress"] = {"aws:VpcSourceIp": list(self.vpc_ip_ranges)}
            blocks.append(block)
        if self.vpc_endpoints:
            blocks.append({"StringEquals": {"aws:SourceVpce": [each.vpc_endpoint_id for each in self.vpc_endpoints]}})
        return blocks


def grant_presigned_url(
    grantee: iam.IGrantable, *, actions: Sequence[str], resource_arn: str, places: OpenFrom
) -> iam.Grant:
    """Allow the actions on one resource, from the given places only.

    It allows; it denies nothing that another policy of the grantee allows.

    Args:
        grantee: who opens the page.
        actions: the actions, such as ``sagemaker:CreatePresignedNotebookInstanceUrl``.
        resource_arn: the notebook or the user profile.
        places: from where.

    Raises:
        ValueError: a principal without policies of its own, such as an AWS service or an account.
    """
    grants = [
        iam.Grant.add_to_principal(
            grantee=grantee, actions=list(actions), resource_arns=[resource_arn], conditions=block
        )
        for block in places.conditions()
    ]
    grant = grants[0]
    for other in grants[1:]:
        grant = grant.combine(other)
    if not grant.success:
        principal = grantee.grant_principal
        who = principal.to_string() if isinstance(principal, iam.PrincipalBase) else principal
        raise ValueError(f"grantee is {who}, which policies cannot be attached to: give a role, a user or a group")
    return grant


def _range(argument: str, text: str) -> IPv4Network | IPv6Network | None:
    """The range, or None where it is known only at deployment."""
    if cdk.Token.is_unresolved(text):
        return None
    try:
        return ip_network(text)
    except ValueError as problem:
        raise ValueError(
            f"{argument} contains {text!r}, which is not a CIDR range ({problem}): write it as 203.0.113.0/24"
        ) from None


def _check_public(text: str) -> None:
    network = _range("ip_ranges", text)
    if network is None:
        return
    if network.prefixlen == 0:
        raise ValueError(
            f"ip_ranges contains {text!r}, which is every address: name the ranges that people come from (SMN-IAM-01)"
        )
    if any(_overlap(network, private) for private in _PRIVATE):
        raise ValueError(
            f"ip_ranges contains {text!r}, a private range, but aws:SourceIp is a public address, and through an "
            "interface endpoint it is not the client's: name the VPC in vpcs and the range in vpc_ip_ranges, or name "
            "vpc_endpoints (SMN-IAM-02)"
        )


def _overlap(one: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    return one.version == other.version and one.overlaps(other)


def _check_endpoints(page: str, endpoints: Sequence[ec2.IInterfaceVpcEndpoint]) -> None:
    """Both endpoints by their service names where these are known, else by their number."""
    names = [_service_name(each) for each in endpoints]
    needed = {("sagemaker.api",): "the SageMaker API", tuple(page.split(" or ")): f"the {page} page"}
    missing = [
        what
        for services, what in needed.items()
        if not any(name is not None and name.endswith(tuple(f".{each}" for each in services)) for name in names)
    ]
    if len(missing) > names.count(None):
        given = ", ".join(name or "an imported endpoint" for name in names)
        raise ValueError(
            f"vpc_endpoints lacks the endpoint of {' and that of '.join(missing)} (given: {given}): name both the "
            f"SageMaker API's and the {page} page's, or the presigned URL is made and then refused (SMN-IAM-03)"
        )


def _service_name(endpoint: ec2.IInterfaceVpcEndpoint) -> str | None:
    """The service that an endpoint of this app leads to; None for an imported one, or where the name is known only at
    deployment.
    """
    resource = endpoint.node.default_child
    if not isinstance(resource, ec2.CfnVPCEndpoint) or resource.service_name is None:
        return None
    resolved = cdk.Stack.of(resource).resolve(resource.service_name)
    if isinstance(resolved, dict) and isinstance(resolved.get("Fn::Join", [None, None])[1], list):
        return "".join(each if isinstance(each, str) else "*" for each in resolved["Fn::Join"][1])
    return resolved if isinstance(resolved, str) else None
