"""Notebook instances: the repositories, scripts, file systems and clusters that they work with."""

from __future__ import annotations

from constructs_lib.assembly import NotApplicable, NotVisible
from constructs_lib.network import CodeRepository
from constructs_lib.rules._closed import if_closed
from constructs_lib.rules._egress import out_of_reach, unserved, visible_class
from constructs_lib.rules._groups import any_of, listed, named, peers_admitted
from constructs_lib.rules._rule import API, GUIDE, Finding, Severity, rule
from constructs_lib.rules._scripts import downloads, host_of, is_aws_host, is_public, mounts_nfs
from constructs_lib.services import GIT_CODECOMMIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs_lib.network import EmrCluster, Network, Notebook, SecurityGroup, Subnet, Vantage, Vpc
    from constructs_lib.rules._rule import Findings

_CODECOMMIT = "git-codecommit."
_NFS = 2049
_LIVY = 8998


@rule(
    "SMN-NB-16",
    statement="A notebook instance without a way to the internet cannot clone public Git repositories; CodeCommit needs its endpoint.",
    severity=Severity.WARNING,
    source=f"{API}/API_CreateNotebookInstance.html",
    fix="Mirror the repository to CodeCommit and add the git-codecommit endpoint, or route the subnet to a NAT gateway.",
    at="DefaultCodeRepository",
)
@if_closed
def repositories_are_reachable(notebook: Notebook, network: Network, place: Vantage) -> Findings:
    (subnet,) = place.subnets
    urls = [(where, url) for where, named_ in notebook.code_repositories if (url := _url(named_))]
    if not urls:
        raise NotApplicable
    if visible_class(subnet) == "nat":
        return
    for where, url in urls:
        try:
            reason = _unreached(place, subnet, network, host_of(url) or url)
        except NotVisible as unknown:
            yield unknown
            continue
        if reason:
            yield Finding(f"{url} cannot be reached: {reason}", at=where)


def _unreached(place: Vantage, subnet: Subnet, network: Network, host: str) -> str | None:
    if host.startswith(_CODECOMMIT):
        return unserved(place, subnet, network, GIT_CODECOMMIT)
    return out_of_reach(place, subnet, network, host)


def _url(repository: str | CodeRepository) -> str | None:
    """The URL of a repository on the internet or in CodeCommit.

    A literal name, which stands for one outside of the templates, has none; nor has a private host, or one that is not known.
    """
    url = repository.url if isinstance(repository, CodeRepository) else repository
    host = host_of(url) if url else None
    return url if host and (host.startswith(_CODECOMMIT) or (is_public(host) and not is_aws_host(host))) else None


@rule(
    "SMN-NB-17",
    statement="A lifecycle script that downloads from the internet fails, after five minutes, on a notebook instance without a way there.",
    severity=Severity.INFO,
    source=f"{GUIDE}/notebook-lifecycle-config.html",
    fix="Copy what the script loads to S3, or route the subnet to a NAT gateway.",
    at="LifecycleConfigName",
)
@if_closed
def scripts_download_from_reachable_hosts(notebook: Notebook, network: Network, place: Vantage) -> Findings:
    (subnet,) = place.subnets
    if notebook.lifecycle_config is None:
        raise NotApplicable
    loaded = dict.fromkeys(
        (hook, command, host)
        for hook, script in notebook.lifecycle_config.scripts
        for command, host in downloads(script)
    )
    if not loaded or visible_class(subnet) == "nat":
        return
    for hook, command, host in loaded:
        try:
            reason = out_of_reach(place, subnet, network, host)
        except NotVisible as unknown:
            yield unknown
            continue
        if reason:
            yield f"{hook} of {notebook.lifecycle_config.id} calls {command} on {host}, which cannot be reached: {reason}"


@rule(
    "SMN-NB-21",
    statement="To mount an EFS file system, a notebook instance must be in its VPC, and a mount target's security group must admit the "
    "notebook's on TCP 2049.",
    severity=Severity.INFO,
    source="https://docs.aws.amazon.com/efs/latest/ug/network-access.html",
    fix="Add an inbound rule for TCP 2049 from the notebook's security group to the mount target's.",
    at="LifecycleConfigName",
)
def mount_target_admits_notebook(notebook: Notebook, network: Network) -> Findings:
    if notebook.subnet is None or notebook.lifecycle_config is None:
        raise NotApplicable
    if not network.mount_targets:
        raise NotApplicable
    hidden: NotVisible | None = None
    try:
        if not any(mounts_nfs(script) for _, script in notebook.lifecycle_config.scripts):
            raise NotApplicable
    except NotVisible as reason:
        hidden = reason
    targets = [
        target for target in network.mount_targets if target.subnet and target.subnet.vpc.same_as(notebook.subnet.vpc)
    ]
    if not targets:
        raise NotApplicable
    if hidden:
        raise hidden
    if not any_of(
        *(lambda target=target: _admits(target.security_groups, notebook, _NFS) or None for target in targets)
    ):
        groups = dict.fromkeys(group for target in targets for group in target.security_groups)
        yield (
            f"no mount target ({listed(target.label for target in targets)}) admits TCP {_NFS} from the notebook: "
            f"{named(tuple(groups))} {'has' if len(groups) == 1 else 'have'} no rule for {named(notebook.security_groups)}"
        )


def _admits(receivers: Sequence[SecurityGroup], notebook: Notebook, port: int) -> bool:
    """Whether these groups admit the notebook on a TCP port, by its groups or by its subnet's range."""
    assert notebook.subnet is not None
    return peers_admitted(receivers, "ingress", notebook.security_groups, (notebook.subnet,), "tcp", port, port)


@rule(
    "SMN-NB-22",
    statement="A notebook instance reaches Livy on an EMR cluster of its own VPC, if the primary node's security group admits it on TCP 8998.",
    severity=Severity.INFO,
    source=f"{GUIDE}/nbi-lifecycle-config-emr.html",
    fix="Put notebook and cluster into one VPC and subnet, and admit TCP 8998 from the notebook's security group on the primary node's.",
    at="SecurityGroupIds",
)
def emr_admits_notebook(notebook: Notebook, network: Network) -> Findings:
    if not network.emr_clusters:
        raise NotApplicable
    for cluster in network.emr_clusters:
        try:
            if reason := _unreachable(cluster, notebook):
                yield reason
        except NotVisible as unknown:
            yield unknown


def _unreachable(cluster: EmrCluster, notebook: Notebook) -> str | None:
    if notebook.subnet is None:
        return f"EMR cluster {cluster.id} is in a VPC, the notebook in none"
    elsewhere: NotVisible | None = None
    try:
        if not notebook.subnet.vpc.same_as(_vpc_of(cluster)):
            return (
                f"EMR cluster {cluster.id} is in {_vpc_of(cluster).label}, the notebook in {notebook.subnet.vpc.label}"
            )
    except NotVisible as reason:
        elsewhere = reason
    if not cluster.primary_groups:
        raise NotVisible(
            f"the security group that EMR makes for the primary node of {cluster.id}",
            "name an EmrManagedMasterSecurityGroup",
        )
    if not _admits(cluster.primary_groups, notebook, _LIVY):
        return (
            f"{named(cluster.primary_groups)} of EMR cluster {cluster.id} "
            f"admit{'s' if len(cluster.primary_groups) == 1 else ''} no TCP {_LIVY} from {named(notebook.security_groups)}"
        )
    if elsewhere:
        raise elsewhere
    return None


def _vpc_of(cluster: EmrCluster) -> Vpc:
    """The VPC of a cluster.

    Raises:
        NotVisible: It is not in the templates.
    """
    if cluster.vpc is None:
        raise NotVisible(f"the VPC of EMR cluster {cluster.id}", "name its Ec2SubnetId")
    return cluster.vpc
