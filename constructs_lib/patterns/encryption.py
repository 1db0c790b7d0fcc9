"""The customer-managed key of a pattern: the user's, or a new one with rotation."""

from __future__ import annotations

from aws_cdk import aws_kms as kms
from constructs import Construct


def encryption_key(scope: Construct, construct_id: str, *, given: kms.IKey | None = None, description: str) -> kms.IKey:
    """The given key, or a new symmetric key that rotates every year.

    A new key has the CDK's key policy: the account's IAM policies decide who uses it. SageMaker needs no statement of
    its own there, because it works through grants that it makes in the name of whoever creates the resource. Its
    removal policy is the CDK's (retained), and changes as that of any key does: ``key.apply_removal_policy(...)`` or
    ``cdk.RemovalPolicies.of(scope).destroy()``.

    Args:
        scope: where a new key is made.
        construct_id: its id there.
        given: the user's key; default: a new one.
        description: what the key is for, shown in the KMS console.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest-nbi.html
    """
    if given is not None:
        return given
    return kms.Key(scope, construct_id, description=description, enable_key_rotation=True)
