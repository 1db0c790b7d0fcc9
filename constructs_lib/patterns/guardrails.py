"""Guardrails: nobody starts SageMaker workloads outside the networks that they were given."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs_lib.patterns import guardrail_statements as write
from constructs_lib.patterns.acknowledgements import WILDCARD_RULE, Overrides, acknowledge, checked_overrides, for_packs
from constructs_lib.patterns.checked import checked
from constructs_lib.patterns.errors import listed
from constructs_lib.patterns.guardrail_attachment import attach, bound, claim
from constructs_lib.patterns.guardrail_networks import allowed_ids, foundations
from constructs_lib.patterns.presigned import OpenFrom

if TYPE_CHECKING:
    from constructs_lib.patterns.training import PrivateTrainingJobNetwork

MANAGED_POLICY_CHARACTERS = 6144
"""White space does not count. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
SERVICE_CONTROL_POLICY_CHARACTERS = 5120
"""https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html"""
# The longest that the deployment can put in place of a token: of ids of subnets, groups and endpoints, those of subnets are the longest; of ARNs,
# those of roles, whose names have up to 64 characters.
_LONGEST_ID = len("subnet-0123456789abcdef0")
_LONGEST_NAME = 64
_LONGEST_ARN = len("arn:aws-us-gov:iam::123456789012:role/") + _LONGEST_NAME
_TOKEN = re.compile(r"\$\{Token\[([^\]]*)\]\}")
_BOUNDARY_REASONS = dict.fromkeys(
    (
        f"{WILDCARD_RULE}[Action::*]",
        f"{WILDCARD_RULE}[Resource::*]",
        *for_packs("IAMPolicyNoStatementsWithAdminAccess", ""),
        *for_packs("IAMPolicyNoStatementsWithFullAccess", ""),
    ),
    "a permissions boundary grants nothing: it limits what other policies of the role grant, and this one takes away only what it denies",
)
_ADMIN_ALLOW = {"Sid": "EverythingNotDenied", "Effect": "Allow", "Action": "*", "Resource": "*"}


class GuardrailForm(Enum):
    """What the guardrails become."""

    MANAGED_POLICY = "managed policy"
    """One or more customer-managed policies of denies, for roles, users and groups beside what allows them."""
    PERMISSIONS_BOUNDARY = "permissions boundary"
    """One policy that allows everything but what is denied; a role has only one boundary, so it cannot be split."""
    SERVICE_CONTROL_POLICY = "service control policy"
    """Documents for AWS Organizations; they hold for every principal of an account, so name who is exempt."""


class SageMakerGuardrails(Construct):
    """Denies SageMaker workloads outside the given networks, in the form of IAM policies.

    Denied are: notebook instances with direct internet access or root access; Studio domains that are not VpcOnly; notebooks, models, jobs, job
    definitions and clusters without subnets or without security groups, or with any that are not among the given ones.

    Transform, labeling, compilation and other jobs carry no network in the request and cannot be governed this way: a transform job runs in the
    network of its model, which is governed; the others are listed in the project's page about guardrails.

    Args:
        networks: training job networks whose subnets and groups are allowed. Default: none.
        subnets: more subnets that are allowed, for notebooks and domains. Default: none.
        security_groups: more groups that are allowed. Default: none.
        form: what to make. Default: GuardrailForm.MANAGED_POLICY.
        network_isolation: deny containers with a network of their own (also to S3). Default: False.
        inter_container_encryption: deny distributed jobs that talk in clear text. Default: False.
        volume_keys: deny volumes that are not encrypted by one of these keys. Default: any key.
        presigned_urls: places from which presigned URLs may be asked for; see :class:`PresignedUrls`. Default: anywhere.
        exempt_principals: ARNs, with wildcards, of principals that nothing is denied to, such as those of a platform team. Default: none.
        acknowledgements: your own reasons for what a permissions boundary acknowledges of cdk-nag, because it allows what it does not deny; or
            None to withdraw. Default: the construct's reasons.

    Attributes:
        managed_policies: the policies, for MANAGED_POLICY and PERMISSIONS_BOUNDARY; as many as the limit of 6,144 characters asks for.
        documents: all documents, whatever the form; with values that are known at deployment only in their places.

    Raises:
        ValueError: no subnets or no groups at all; more than fit into a permissions boundary; an argument that is wrong in itself.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html
    """

    @checked("form")
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        networks: Sequence[PrivateTrainingJobNetwork] = (),
        subnets: Sequence[ec2.ISubnet] = (),
        security_groups: Sequence[ec2.ISecurityGroup] = (),
        form: GuardrailForm = GuardrailForm.MANAGED_POLICY,
        network_isolation: bool = False,
        inter_container_encryption: bool = False,
        volume_keys: Sequence[kms.IKey] = (),
        presigned_urls: PresignedUrls | None = None,
        exempt_principals: Sequence[str] = (),
        acknowledgements: Overrides | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        if not isinstance(form, GuardrailForm):
            raise TypeError(
                f"form is {form!r}: give a value of GuardrailForm ({listed(each.name for each in GuardrailForm)})"
            )
        subnet_ids, group_ids = allowed_ids(networks, subnets, security_groups)
        statements = [
            *write.notebook_statements(),
            *write.domain_statements(),
            *write.network_statements(subnet_ids, group_ids),
            *(write.isolation_statements() if network_isolation else []),
            *(write.encryption_statements() if inter_container_encryption else []),
            *(write.volume_key_statements([key.key_arn for key in volume_keys]) if volume_keys else []),
            *(presigned_urls.statements() if presigned_urls else []),
        ]
        for statement in statements if exempt_principals else ():
            _exempt(statement, exempt_principals)
        self._reasons = _BOUNDARY_REASONS if form is GuardrailForm.PERMISSIONS_BOUNDARY else {}
        self._overrides = checked_overrides(
            acknowledgements, list(dict.fromkeys(rule.partition("[")[0] for rule in self._reasons))
        )
        self.form = form
        self._allowed = frozenset([*subnet_ids, *group_ids])
        places = presigned_urls.places if presigned_urls else ()
        self._uses = [*foundations(networks), *subnets, *security_groups, *volume_keys, *places]
        self.documents = self._documents(statements)
        self.managed_policies: list[iam.ManagedPolicy] = []
        if form is not GuardrailForm.SERVICE_CONTROL_POLICY:
            for place, document in enumerate(self.documents):
                self._make_policy("Resource" if place == 0 else f"Resource{place + 1}", document)

    def attach_to(self, *principals: iam.IRole | iam.IUser | iam.IGroup) -> None:
        """Attach the guardrails to roles, users or groups; as their permissions boundary where that is the form.

        Args:
            principals: made in this app or brought in; a boundary only for roles and users that are made in it.

        Raises:
            TypeError: not a role, user or group.
            ValueError: the form is a service control policy, which AWS Organizations attaches to accounts; a principal of another account; one
                that has other guardrails already; one that takes no boundary.
        """
        if self.form is GuardrailForm.SERVICE_CONTROL_POLICY:
            raise ValueError(
                "form is SERVICE_CONTROL_POLICY: AWS Organizations attaches it to accounts and units, not to roles; choose another form"
            )
        for principal in principals:
            if self.form is GuardrailForm.PERMISSIONS_BOUNDARY:
                bound(principal, self.managed_policies[0], uses=self._uses)
            else:
                attach(principal, self.managed_policies, uses=self._uses)
            claim(principal, self, self._allowed)

    def _documents(self, statements: Sequence[write.Statement]) -> list[dict[str, Any]]:
        if self.form is GuardrailForm.PERMISSIONS_BOUNDARY:
            document = _document([_ADMIN_ALLOW, *statements])
            if length(document) > MANAGED_POLICY_CHARACTERS:
                raise ValueError(
                    f"the permissions boundary would have {length(document):,} characters and IAM allows {MANAGED_POLICY_CHARACTERS:,}: a role has only "
                    "one, so allow fewer subnets and groups, or use GuardrailForm.MANAGED_POLICY"
                )
            return [document]
        limit = (
            SERVICE_CONTROL_POLICY_CHARACTERS
            if self.form is GuardrailForm.SERVICE_CONTROL_POLICY
            else MANAGED_POLICY_CHARACTERS
        )
        return _split(statements, limit)

    def _make_policy(self, construct_id: str, document: Mapping[str, Any]) -> None:
        policy = iam.ManagedPolicy(
            self,
            construct_id,
            description="Keeps SageMaker workloads within the networks that were given to them",
            document=iam.PolicyDocument(
                statements=[iam.PolicyStatement.from_json(statement) for statement in document["Statement"]],
                minimize=False,
            ),
        )
        resource = policy.node.default_child
        assert isinstance(resource, iam.CfnManagedPolicy)
        acknowledge(resource, self._reasons, self._overrides)
        self.managed_policies.append(policy)


class PresignedUrls:
    """From where presigned URLs of notebooks and Studio may be asked for; from any one of the places.

    Presigned URLs of a domain in IAM Identity Center mode cannot be asked for at all: people come through its portal, so the condition has
    nothing to say there (SMN-DOM-25).

    Args:
        vpc_endpoints: interface endpoints: those of the SageMaker API and of the notebook page, the studio page or both, because one request
            uses the first and the next the second (SMN-IAM-03). Default: none.
        vpcs: VPCs that the call comes from, through an endpoint. Default: none.
        ip_ranges: public ranges (CIDR) of clients that come over the internet. Default: none.

    Attributes:
        places: the endpoints and VPCs.

    Raises:
        ValueError: no place at all, a private range (SMN-IAM-02), or one endpoint of the two.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/notebook-interface-endpoint.html

    """

    @checked()
    def __init__(
        self,
        *,
        vpc_endpoints: Sequence[ec2.IInterfaceVpcEndpoint] = (),
        vpcs: Sequence[ec2.IVpc] = (),
        ip_ranges: Sequence[str] = (),
    ) -> None:
        # Its checks are wanted; what it allows, the statement below denies everywhere else.
        OpenFrom(page="notebook or studio", vpc_endpoints=vpc_endpoints, vpcs=vpcs, ip_ranges=ip_ranges)
        self.places = (*vpc_endpoints, *vpcs)
        self._vpc_endpoints = [endpoint.vpc_endpoint_id for endpoint in vpc_endpoints]
        self._vpcs = [vpc.vpc_id for vpc in vpcs]
        self._ip_ranges = list(ip_ranges)

    def statements(self) -> list[write.Statement]:
        """Return what is denied."""
        return write.presigned_statements(vpc_endpoints=self._vpc_endpoints, vpcs=self._vpcs, ip_ranges=self._ip_ranges)


def length(document: Mapping[str, Any]) -> int:
    """Return the characters of a document as IAM counts them, with values that are known at deployment only taken at their longest."""
    return len(json.dumps(_at_longest(document), separators=(",", ":")).replace(" ", ""))


def _at_longest(value: Any, longest: int = _LONGEST_ID) -> Any:
    """The value with each token as long as it can be: what stands under a condition key that ends in ``Arn`` is an ARN, anything else an id."""
    if isinstance(value, Mapping):
        return {key: _at_longest(each, _LONGEST_ARN if key.endswith("Arn") else longest) for key, each in value.items()}
    if isinstance(value, list):
        return [_at_longest(each, longest) for each in value]
    if not isinstance(value, str):
        return value
    if _TOKEN.fullmatch(value):
        return "x" * longest
    # Within an ARN: a partition, an account, a region, or a name.
    return _TOKEN.sub(lambda token: "x" * (_LONGEST_ID if token[1].startswith("AWS") else _LONGEST_NAME), value)


def _document(statements: Sequence[write.Statement]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _exempt(statement: write.Statement, principals: Sequence[str]) -> None:
    condition = statement["Condition"]
    condition.setdefault("ArnNotLike", {})["aws:PrincipalArn"] = list(principals)


def _split(statements: Sequence[write.Statement], limit: int) -> list[dict[str, Any]]:
    """Put the statements into as few documents as keep within the limit, in order.

    A statement that is too long by itself, because of its list of values, cannot be split into two: each half would deny what the other allows.
    """
    documents: list[list[write.Statement]] = [[]]
    for statement in statements:
        alone = length(_document([statement]))
        if alone > limit:
            raise ValueError(
                f"the statement {statement['Sid']} would have {alone:,} characters and the limit is {limit:,}: a list of allowed values cannot be "
                f"split into two policies, because each would deny what the other allows; allow fewer, at most about {_fitting(statement, limit)}"
            )
        if length(_document([*documents[-1], statement])) > limit:
            documents.append([])
        documents[-1].append(statement)
    return [_document(each) for each in documents]


def _fitting(statement: write.Statement, limit: int) -> int:
    lists = [values for keys in statement["Condition"].values() for values in keys.values() if isinstance(values, list)]
    values = max(lists, key=len)
    taken = length({"": values})
    return math.floor((limit - length(_document([statement])) + taken) / (taken / len(values)))
