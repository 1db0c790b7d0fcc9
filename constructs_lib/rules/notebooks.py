"""Notebook instances: what their own settings must say."""

from __future__ import annotations

from constructs_lib.assembly import NotApplicable, NotVisible
from constructs_lib.rules._rule import API, CLOUDFORMATION, GUIDE, SECURITY_HUB, Severity, advice, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from constructs_lib.network import Network, Notebook, SecurityGroup, Vpc
    from constructs_lib.rules._rule import Findings

_CREATE = f"{API}/API_CreateNotebookInstance.html"
_RESOURCE = f"{CLOUDFORMATION}/aws-resource-sagemaker-notebookinstance.html"
_INTERNET = f"{GUIDE}/appendix-notebook-and-internet-access.html"
_CONTROLS = f"{SECURITY_HUB}/sagemaker-controls.html"
_MOST_GROUPS = 5


@rule(
    "SMN-NB-01",
    statement="A notebook instance without direct internet access must have a subnet.",
    severity=Severity.ERROR,
    source=_CREATE,
    fix="Set SubnetId and SecurityGroupIds, or set DirectInternetAccess to Enabled.",
    at="SubnetId",
)
def closed_notebook_has_subnet(notebook: Notebook, network: Network) -> Findings:
    if notebook.subnet_given:
        if _surely_direct(notebook):
            raise NotApplicable
    elif notebook.direct_internet_access:
        raise NotApplicable
    else:
        yield "DirectInternetAccess is Disabled, but no SubnetId is set, so the API rejects the notebook"


def _surely_direct(notebook: Notebook) -> bool:
    try:
        return notebook.direct_internet_access
    except NotVisible:
        return False


@rule(
    "SMN-NB-02",
    statement="Security groups of a notebook instance go together with a subnet: they must belong to the VPC of that subnet.",
    severity=Severity.WARNING,
    source=_CREATE,
    fix="Add the SubnetId, or drop the SecurityGroupIds.",
    at="SecurityGroupIds",
)
def groups_come_with_subnet(notebook: Notebook, network: Network) -> Findings:
    if not notebook.groups_given:
        raise NotApplicable
    if not notebook.subnet_given:
        yield "SecurityGroupIds are set without a SubnetId"


@rule(
    "SMN-NB-03",
    statement="A notebook instance in a subnet should name its security groups, so that its traffic is under the owner's control.",
    severity=Severity.WARNING,
    source=_CREATE,
    fix="Pass at least one security group in SecurityGroupIds.",
    at="SecurityGroupIds",
)
def subnet_comes_with_groups(notebook: Notebook, network: Network) -> Findings:
    if not notebook.subnet_given:
        raise NotApplicable
    if not notebook.groups_given:
        yield "SubnetId is set without SecurityGroupIds"


@rule(
    "SMN-NB-07",
    statement="Direct internet access should be off; it is on unless it is turned off.",
    severity=Severity.WARNING,
    source=_CONTROLS,
    fix="Set DirectInternetAccess to Disabled and attach the notebook to a VPC, or acknowledge that it is public.",
    at="DirectInternetAccess",
    related=("SageMaker.1", "sagemaker-notebook-no-direct-internet-access", "AwsSolutions-SM3", "CKV_AWS_122"),
)
def no_direct_internet_access(notebook: Notebook, network: Network) -> Findings:
    if notebook.direct_internet_access:
        given = notebook.given("DirectInternetAccess")
        yield "DirectInternetAccess is Enabled" if given else "DirectInternetAccess is not set, and so Enabled"


@rule(
    "SMN-NB-08",
    statement="A notebook instance should be attached to a VPC of the account.",
    severity=Severity.WARNING,
    source=_CONTROLS,
    fix="Set SubnetId and SecurityGroupIds; CloudFormation then replaces the notebook and its volume.",
    at="SubnetId",
    related=(
        "SageMaker.2",
        "sagemaker-notebook-instance-inside-vpc",
        "AwsSolutions-SM1",
        "KICS 9c7028d9-04c2-45be-b8b2-1188ccaefb36",
    ),
)
def notebook_in_vpc(notebook: Notebook, network: Network) -> Findings:
    if not notebook.subnet_given:
        yield "no SubnetId is set, so the notebook runs in the network that SageMaker manages"


@rule(
    "SMN-NB-12",
    statement="Users should not be root on a notebook instance: root can change its routes and mount whatever it reaches.",
    severity=Severity.WARNING,
    source=_CONTROLS,
    fix="Set RootAccess to Disabled; lifecycle configurations run as root all the same.",
    at="RootAccess",
    related=("SageMaker.3", "sagemaker-notebook-instance-root-access-check"),
)
def no_root_access(notebook: Notebook, network: Network) -> Findings:
    if notebook.root_access:
        yield "RootAccess is Enabled" if notebook.given("RootAccess") else "RootAccess is not set, and so Enabled"


@rule(
    "SMN-NB-13",
    statement="A notebook instance should require version 2 of the instance metadata service.",
    severity=Severity.INFO,
    source=_RESOURCE,
    fix='Set InstanceMetadataServiceConfiguration.MinimumInstanceMetadataServiceVersion to "2".',
    at="InstanceMetadataServiceConfiguration.MinimumInstanceMetadataServiceVersion",
)
def metadata_service_version_2(notebook: Notebook, network: Network) -> Findings:
    version = notebook.text("InstanceMetadataServiceConfiguration", "MinimumInstanceMetadataServiceVersion")
    if version is None:
        yield "no minimum version of the instance metadata service is set, so version 1 is allowed"
    elif version != "2":
        yield f"version {version} of the instance metadata service is allowed"


@rule(
    "SMN-NB-14",
    statement="A notebook instance has at most five security groups.",
    severity=Severity.ERROR,
    source=_RESOURCE,
    fix="Leave at most five groups, and join the rules of the others.",
    at="SecurityGroupIds",
)
def at_most_five_groups(notebook: Notebook, network: Network) -> Findings:
    if not notebook.groups_given:
        raise NotApplicable
    count = notebook.count("SecurityGroupIds")
    if count > _MOST_GROUPS:
        yield f"{count} security groups are set, the maximum is {_MOST_GROUPS}"


@rule(
    "SMN-NB-15",
    statement="The subnet and the security groups of a notebook instance must belong to one VPC.",
    severity=Severity.ERROR,
    source=_CREATE,
    fix="Use security groups of the subnet's VPC.",
    at="SecurityGroupIds",
)
def subnet_and_groups_in_one_vpc(notebook: Notebook, network: Network) -> Findings:
    if notebook.subnet is None or not notebook.groups_given:
        raise NotApplicable
    vpc = notebook.subnet.vpc
    for group in notebook.security_groups:
        try:
            if not _is_in(group, vpc):
                home = group.vpc.label if group.vpc else "the account's default VPC"
                yield f"subnet {notebook.subnet.label} is in {vpc.label}, but security group {group.label} is in {home}"
        except NotVisible as unknown:
            yield unknown


def _is_in(group: SecurityGroup, vpc: Vpc) -> bool:
    """Whether the group belongs to the VPC; one without VpcId belongs to the account's default VPC."""
    if group.vpc is not None:
        return group.vpc.is_surely(vpc)
    if vpc.imported:
        raise NotVisible(
            f"whether VPC {vpc.label} is the account's default VPC, to which security group {group.label} belongs",
            "give the group a VpcId",
        )
    return False


@rule(
    "SMN-NB-18",
    statement="A change of subnet, security groups, direct internet access, platform or key replaces a notebook instance and its volume; "
    "with a name of its own, which the new one would have to share, the update fails.",
    severity=Severity.INFO,
    source=_RESOURCE,
    fix="Leave NotebookInstanceName out, or choose a new name together with each such change.",
    at="NotebookInstanceName",
)
def no_fixed_name(notebook: Notebook, network: Network) -> Findings:
    if notebook.given("NotebookInstanceName"):
        yield (
            "the notebook has a fixed name, so a later change of SubnetId, SecurityGroupIds, DirectInternetAccess, PlatformIdentifier "
            "or KmsKeyId fails unless the name changes too"
        )


@rule(
    "SMN-NB-19",
    statement="The subnet of a dual-stack notebook instance must have an IPv6 range.",
    severity=Severity.ERROR,
    source=_CREATE,
    fix="Give the subnet an IPv6 CIDR block, or set IpAddressType to ipv4.",
    at="IpAddressType",
)
def dual_stack_subnet_has_ipv6(notebook: Notebook, network: Network) -> Findings:
    if (notebook.ip_address_type or "").lower() != "dualstack" or notebook.subnet is None:
        raise NotApplicable
    if not notebook.subnet.has_ipv6:
        yield f"subnet {notebook.subnet.label} has no IPv6 CIDR block"


advice(
    "SMN-NB-20",
    statement="Dedicated tenancy is documented as an obstacle for training, compilation and VpcOnly domains only: "
    "a notebook instance in a VPC of dedicated tenancy is not reported.",
    severity=Severity.INFO,
    source=_INTERNET,
    fix="Nothing to do.",
)
