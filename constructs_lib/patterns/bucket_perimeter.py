"""Buckets that are reached through the S3 endpoints of given networks and in no other way.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies-vpc-endpoint.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias
from weakref import WeakKeyDictionary

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import IConstruct

from constructs_lib.patterns.errors import differ, listed, require_type
from constructs_lib.patterns.stacks import built_upon, same_stack

Administrator: TypeAlias = "str | iam.IRole | iam.IUser"

_BOOTSTRAP_ROLES = ("cfn-exec-role", "deploy-role", "file-publishing-role")
_AUTO_DELETE = "Custom::S3AutoDeleteObjectsCustomResourceProvider"
# As aws:PrincipalArn writes principals: a role is never an assumed one there. None of them stands for everybody.
_PRINCIPAL_ARN = re.compile(r"arn:[^:*?]+:(iam::\d{12}:(root|(role|user)/[^*?].*)|sts::\d{12}:federated-user/[^*?].*)")


class _Perimeter:
    """The statement of one bucket, to which networks are added."""

    def __init__(self, bucket: s3.IBucket) -> None:
        self._endpoints: dict[str, None] = {}
        self._administrators = dict.fromkeys(_always_let_in(bucket))
        self._statement = iam.PolicyStatement(
            sid="OnlyFromSageMakerNetworks",
            effect=iam.Effect.DENY,
            principals=[iam.StarPrincipal()],
            actions=["s3:*"],
            resources=[bucket.bucket_arn, bucket.arn_for_objects("*")],
            # One of the keys is true where an AWS service comes for itself, or in the name of somebody who may; absent, they let nobody in.
            conditions={"BoolIfExists": {"aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false"}},
        )
        if not bucket.add_to_resource_policy(self._statement).statement_added:
            raise ValueError(
                f"bucket {bucket.node.path} is brought in from elsewhere, so its policy cannot be changed from here: "
                "call only_from_here in the app that makes it, or write the statement into its policy there"
            )

    def let_in(self, endpoint_id: str, administrators: Sequence[str]) -> None:
        """Let in who comes through this endpoint, too, and these principals."""
        self._endpoints[endpoint_id] = None
        self._administrators.update(dict.fromkeys(administrators))
        # Whoever comes through none of the endpoints is kept out: the negated comparison also holds where the key is absent.
        self._statement.add_condition("StringNotEquals", {"aws:SourceVpce": list(self._endpoints)})
        self._statement.add_condition("ArnNotLike", {"aws:PrincipalArn": list(self._administrators)})


_PERIMETERS: WeakKeyDictionary[IConstruct, dict[str, _Perimeter]] = WeakKeyDictionary()
"""By app, path of the bucket."""


def keep_to_endpoint(
    bucket: s3.IBucket,
    network: IConstruct,
    endpoint_id: str,
    *,
    uses: Sequence[IConstruct] | None,
    reachable: Sequence[s3.IBucket] | None,
    administrators: Sequence[Administrator],
) -> None:
    """Deny a bucket to all who do not come through the endpoint; through any of them, where it is called for several.

    Args:
        bucket: a bucket of this app.
        network: the network of the endpoint.
        endpoint_id: an S3 endpoint.
        uses: what the endpoint is made from; None for one that the app does not make.
        reachable: the only buckets that the endpoint's own policy lets through; None: it may be any.
        administrators: further principals who are let in from anywhere.

    Raises:
        TypeError: not a bucket, or not a principal.
        ValueError: a bucket that is brought in; one in another region, out of reach, or in a stack that the endpoint's depends on; an ARN that is none, or stands for everybody.
    """
    if not hasattr(bucket, "bucket_arn"):
        raise TypeError(f"bucket is {bucket!r}: give a bucket of this app")
    _require_reachable(bucket, reachable)
    arns = [_arn(each) for each in administrators]
    theirs, region = bucket.env.region, cdk.Stack.of(network).region
    if differ(theirs, region):
        raise ValueError(
            f"bucket {bucket.node.path} is in {theirs} and the S3 endpoint in {region}: an endpoint serves its own region alone, so "
            "nobody would reach the bucket (SMN-S3-10)"
        )
    if uses is not None:
        _require_later(bucket, network, uses)
    perimeters = _PERIMETERS.setdefault(bucket.node.root, {})
    if bucket.node.path not in perimeters:
        perimeters[bucket.node.path] = _Perimeter(bucket)
    perimeters[bucket.node.path].let_in(endpoint_id, arns)


def _always_let_in(bucket: s3.IBucket) -> list[str]:
    """The root user, without whom nobody could mend the policy, what deploys the bucket and empties it, and service-linked roles.

    Those belong to AWS services, which alone can take them on: what records the bucket's configuration or looks for what is shared.
    """
    stack = cdk.Stack.of(bucket)
    users = f"arn:{stack.partition}:iam::{stack.account}"
    roles = [f"{users}:role/cdk-*-{role}-{stack.account}-{stack.region}" for role in _BOOTSTRAP_ROLES]
    emptying = stack.node.try_find_child(_AUTO_DELETE)
    if isinstance(emptying, cdk.CustomResourceProviderBase) and bucket.node.try_find_child(
        "AutoDeleteObjectsCustomResource"
    ):
        roles.append(emptying.role_arn)
    return [f"{users}:root", f"{users}:role/aws-service-role/*", *roles]


def _arn(administrator: Administrator) -> str:
    for name in ("role_arn", "user_arn"):
        if hasattr(administrator, name):
            arn: str = getattr(administrator, name)
            return arn
    allowed = "list roles, users, or their ARNs, such as 'arn:aws:iam::111122223333:role/admin'"
    require_type("administrators", administrator, str, allowed)
    if not cdk.Token.is_unresolved(administrator) and not _PRINCIPAL_ARN.fullmatch(str(administrator)):
        raise ValueError(f"administrators has {administrator!r}: {allowed}")
    return str(administrator)


def _require_later(bucket: s3.IBucket, network: IConstruct, uses: Sequence[IConstruct]) -> None:
    if not same_stack(bucket, network) and built_upon(uses, bucket):
        theirs, ours = cdk.Stack.of(bucket).node.path, cdk.Stack.of(network).node.path
        raise ValueError(
            f"bucket {bucket.node.path} is in stack {theirs}, which {ours} with the S3 endpoint depends on, and its policy would make {theirs} "
            f"depend on {ours} in turn: make the bucket in {ours} or in a later stack"
        )


def _require_reachable(bucket: s3.IBucket, reachable: Sequence[s3.IBucket] | None) -> None:
    if reachable is not None and bucket.bucket_arn not in [each.bucket_arn for each in reachable]:
        names = listed(each.node.path for each in reachable)
        raise ValueError(
            f"bucket {bucket.node.path} is not among the network's buckets ({names}), so its S3 endpoint refuses it and the bucket everything "
            "else: add it to buckets"
        )
