"""Rules about models whose image comes from a private registry, and about the roles that models and jobs in a VPC run with."""

from __future__ import annotations

from functools import partial

from constructs_lib.assembly import NotVisible, Unknown
from constructs_lib.network import Policy, registry_of, roles_of
from constructs_lib.rules._groups import listed
from constructs_lib.rules._jobs import groups_admit, require_vpc, without_service
from constructs_lib.rules._rule import API, GUIDE, NotApplicable, Severity, rule
from constructs_lib.rules._studio import each
from constructs_lib.services import LAMBDA

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from constructs_lib.network import Model, Network, Role
    from constructs_lib.rules._rule import Findings

_NETWORK_ACTIONS = (
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeVpcs",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
)
#: What attaches policies to roles, and the property that names these.
_ATTACHING = (("AWS::IAM::Policy", "Roles"), ("AWS::IAM::ManagedPolicy", "Roles"), ("AWS::IAM::RolePolicy", "RoleName"))
_HOSTING_ACTION = "ec2:DescribeVpcEndpoints"
_OF_AWS = ":iam::aws:policy/"
#: Managed policies of AWS that grant all of these.
_SUFFICIENT = frozenset({"AmazonSageMakerFullAccess", "AmazonEC2FullAccess", "PowerUserAccess", "AdministratorAccess"})
#: How those begin that surely grant none; what is in any other is not in the templates.
_WITHOUT_EC2 = ("AmazonS3", "CloudWatchLogs", "AmazonEC2ContainerRegistry", "AmazonDynamoDB", "AmazonSageMakerReadOnly")


@rule(
    "SMN-HOST-05",
    statement="A model whose image is in a private Docker registry needs a VPC configuration that leads to the registry.",
    severity=Severity.ERROR,
    source=f"{API}/API_ImageConfig.html",
    fix="Give the model a VpcConfig whose subnets reach the registry.",
    at="VpcConfig",
    related=("SageMaker.16", "sagemaker-model-private-registry-required"),
)
def private_registry_needs_a_vpc(model: Model, network: Network) -> Findings:
    given = model.vpc_config_given
    try:
        if not model.repository_access_vpc:
            raise NotApplicable
    except NotVisible:
        if not given:
            raise
    if not given:
        yield "RepositoryAccessMode is Vpc, but the model has no VpcConfig"


@rule(
    "SMN-HOST-10",
    statement="The group of a private Docker registry admits the groups of the model, and where the registry asks for credentials the subnets have a way "
    "to the AWS Lambda function that provides them.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/your-algorithms-containers-inference-private.html",
    fix="Admit the group of the model on TCP 443 in the group of the registry, and add an interface endpoint for AWS Lambda.",
    at="VpcConfig",
)
def model_reaches_its_registry(model: Model, network: Network) -> Findings:
    require_vpc(model)
    if not model.repository_access_vpc:
        raise NotApplicable
    if model.registry_auth:
        yield from without_service(model, network, LAMBDA, "AWS Lambda, which provides the registry's credentials")
    yield from each(model.private_images, partial(_refused, model))


def _refused(model: Model, image: Any) -> Findings:
    """Say why the registry of an image does not let the model in."""
    senders = model.security_groups
    who = listed(sender.label for sender in senders)
    registry = registry_of(model, image)
    groups = registry.security_groups if registry is not None else ()
    if not groups:
        raise NotVisible(
            f"whether the registry of image {_shown(image)} admits {who} on TCP 443, as its security group is not in the templates",
            "put the stack that defines it into the input, or acknowledge the rule",
        )
    if not groups_admit(groups, senders, model.subnets, 443, 443):
        names = listed(group.label for group in groups)
        yield f"the registry's {'group' if len(groups) == 1 else 'groups'} {names} {'does' if len(groups) == 1 else 'do'} not admit {who} on TCP 443"


def _shown(image: Any) -> str:
    return image.what if isinstance(image, Unknown) else str(image)


@rule(
    "SMN-HOST-07",
    statement="A custom execution role of a model, job or cluster in a VPC needs the EC2 permissions with which SageMaker makes its network interfaces "
    "there; one for hosting also ec2:DescribeVpcEndpoints.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/host-vpc.html",
    fix="Allow the missing actions on all resources, or attach AmazonSageMakerFullAccess.",
)
def role_may_make_network_interfaces(role: Role, network: Network) -> Findings:
    users = list(_users(role, network))
    if not users:
        raise NotApplicable
    hosting = any(user in network.models or user in network.endpoint_configs for user in users)
    needed = (*_NETWORK_ACTIONS, _HOSTING_ACTION) if hosting else _NETWORK_ACTIONS
    managed = [arn.rpartition("/")[2] for arn in role.managed_arns if _OF_AWS in arn]
    if any(name in _SUFFICIENT for name in managed):
        return
    missing = [action for action in needed if not _allowed(role, action)]
    opaque = [*role.unknown_policies, *(name for name in managed if not name.startswith(_WITHOUT_EC2))]
    if missing and opaque:
        raise NotVisible(
            f"whether {listed(opaque)} allows {listed(missing)}",
            "put the policy into the input, or acknowledge the rule",
        )
    if missing:
        _require_no_other_policy(role, missing, network)
        yield f"the role does not allow {listed(missing)}, which {listed(user.id for user in users)} in a VPC needs"


def _require_no_other_policy(role: Role, actions: Sequence[str], network: Network) -> None:
    """Return where no policy of the templates may be attached to the role and allow some of these actions.

    Raises:
        NotVisible: The roles of such a policy are a parameter, an import or alike.
    """
    for kind, name in _ATTACHING:
        for policy, reason in network.perhaps_pointing(kind, role, name):
            statements = network.of(Policy, policy.resource).statements
            if any(statement.allows(action) for statement in statements for action in actions):
                raise reason


def _users(role: Role, network: Network) -> Iterator[Any]:
    """What runs in a VPC with this role."""
    things = (
        *network.models,
        *network.endpoint_configs,
        *network.processing_jobs,
        *network.job_definitions,
        *network.monitoring_schedules,
        *network.clusters,
    )
    for thing in things:
        overrides = any(group.override_given for group in getattr(thing, "instance_groups", ()))
        if getattr(thing, "inline", True) and (thing.vpc_config_given or overrides) and role in roles_of(thing):
            yield thing


def _allowed(role: Role, action: str) -> bool:
    """Allowed by some statement, and denied by none that has no condition."""
    return any(one.allows(action) for one in role.statements) and not any(
        one.denies(action) and not one.conditions for one in role.statements
    )
