"""What the notebooks with an interface in a VPC share: security groups, connections and mounted file systems."""

from __future__ import annotations

import re
from collections.abc import Sequence

import aws_cdk as cdk
import jsii
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from constructs import IConstruct

from constructs_lib.patterns.acknowledgements import Overrides
from constructs_lib.patterns.checked import checked
from constructs_lib.patterns.endpoint_group import separate_rules
from constructs_lib.patterns.lifecycle import Part, packaged
from constructs_lib.patterns.notebook_instance import NotebookInstance
from constructs_lib.patterns.notebook_options import MAX_SECURITY_GROUPS, NotebookSettings

_MOUNT_PATH = re.compile(r"(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")


@jsii.implements(ec2.IConnectable)
class VpcNotebookInstance(NotebookInstance):
    """A notebook instance with an interface in a subnet of a VPC.

    Attributes:
        subnet: the subnet of its interface.
    """

    subnet: ec2.ISubnet

    def _make_in_vpc(
        self,
        settings: NotebookSettings,
        *,
        vpc: ec2.IVpc,
        subnet: ec2.ISubnet,
        security_groups: Sequence[ec2.ISecurityGroup] | None,
        direct_internet_access: bool,
        allow_all_outbound: bool,
        reasons: Overrides,
    ) -> None:
        """Make the parts, attached to a subnet."""
        _check_groups(security_groups)
        self._make(settings, direct_internet_access=direct_internet_access, vpc_attached=True, reasons=reasons)
        self.subnet = subnet
        self._mounts: dict[str, Part] = {}
        self.security_groups = list(
            security_groups or [self._security_group(vpc, allow_all_outbound=allow_all_outbound)]
        )
        self._connections = ec2.Connections(security_groups=self.security_groups)
        self.notebook_instance.subnet_id = subnet.subnet_id
        self.notebook_instance.security_group_ids = [group.security_group_id for group in self.security_groups]

    @property
    def connections(self) -> ec2.Connections:
        """What may talk with the notebook, and with what it may: ``notebook.connections.allow_to(database, port)``."""
        return self._connections

    @checked()
    def mount(self, file_system: efs.IFileSystem, path: str, *, read_only: bool = False) -> None:
        """Mount an EFS file system at every start, and open TCP 2049 between its security group and the notebook's
        (SMN-NB-21).

        The file system needs a mount target in the VPC. One that does not answer leaves the notebook starting, and a
        line in its log. Where the root directory of the file system still belongs to root, it is given to ec2-user, who
        works in the notebook.

        Args:
            file_system: the file system.
            path: where, an absolute path, such as ``/home/ec2-user/SageMaker/shared``.
            read_only: whether it is mounted for reading alone. Default: for reading and writing.

        Raises:
            ValueError: a path that is not absolute and plain, or is taken.

        Source: https://docs.aws.amazon.com/efs/latest/ug/mounting-fs-nfs-mount-settings.html
        """
        if not _MOUNT_PATH.fullmatch(path):
            raise ValueError(
                f"path is {path!r}: a mount point is an absolute path of letters, digits, '_', '-' and '.', such as "
                "'/home/ec2-user/SageMaker/shared'"
            )
        if path in self._mounts:
            raise ValueError(f"path is {path!r}, where a file system is mounted already: give each its own")
        self._open_nfs(file_system)
        stack = cdk.Stack.of(self)
        script = packaged(
            "mount",
            FILE_SYSTEM=file_system.file_system_id,
            HOST=f"{file_system.file_system_id}.efs.{stack.region}.{stack.url_suffix}",
            MOUNT_POINT=path,
            ACCESS="ro" if read_only else "rw",
        )
        self._mounts[path] = Part(f"mount-{len(self._mounts) + 1}", script)
        # The first start mounts it, so targets and rules come before the notebook.
        rules = separate_rules([*file_system.connections.security_groups, *self.security_groups])
        self.notebook_instance.node.add_dependency(file_system.mount_targets_available, *rules)
        self._update_lifecycle()

    def _open_nfs(self, file_system: efs.IFileSystem) -> None:
        """With the rules in the notebook's stack, which depends on the file system's; a group of a third stack takes them
        there, as that is rather a stack which the file system's depends on too.
        """
        what, stack = f"NFS from the notebook {self.node.path}", cdk.Stack.of(self).node.path
        for group in self.security_groups:
            if cdk.Stack.of(group).node.path == stack:
                group.connections.allow_to_default_port(file_system, what)
            else:
                file_system.connections.allow_default_port_from(group, what)

    def _security_group(self, vpc: ec2.IVpc, *, allow_all_outbound: bool) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=vpc,
            description=f"Notebook {self.node.path}, admits nothing by itself",
            allow_all_outbound=allow_all_outbound,
        )

    def _construct_parts(self) -> list[Part]:
        return list(self._mounts.values())

    def _uses(self) -> list[IConstruct]:
        return [*super()._uses(), self.subnet]


def _check_groups(groups: Sequence[ec2.ISecurityGroup] | None) -> None:
    if groups is None:
        return
    if not groups:
        raise ValueError(
            "security_groups is empty: give 1 to 5 groups, or leave it out for a group of its own (SMN-NB-03)"
        )
    if len(groups) > MAX_SECURITY_GROUPS:
        raise ValueError(
            f"security_groups has {len(groups)} groups: a notebook takes at most {MAX_SECURITY_GROUPS} (SMN-NB-14)"
        )
