"""Notebook instances and what their lifecycle scripts do to their routes."""

from __future__ import annotations

import re
from base64 import b64decode

from constructs_lib.assembly import NotVisible, Text, Unknown, fact
from constructs_lib.network.addresses import Range
from constructs_lib.network.groups import SecurityGroup
from constructs_lib.network.iam import Role
from constructs_lib.network.subnets import Subnet
from constructs_lib.network.things import Thing
from constructs_lib.network.vantage import ATTACHED, BOTH, MANAGED, REFUSED, Rerouted, Vantage, modes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from constructs_lib.network.vpc import Vpc

#: What our own scripts say about themselves: `# sagemaker-network: routes 10.0.0.0/16`, `# sagemaker-network: proxy http://proxy:3128`.
_MARK = r"(?m)^[ \t]*#[ \t]*sagemaker-network:[ \t]*(\w+)[ \t]+(.*)$"
#: Commands that change routes; where one stands in a script that does not say what it does, its routes are not known.
_ROUTING = r"\b(?:ip\s+(?:-\d\s+)?r(?:oute|ule|o)?\s+(?:add|replace|change|append|del|delete)|route\s+(?:add|del)|nmcli\b.*route)"
_ROUTE_ADD = r"\broute\s+add\s+-net\s+(?P<net>\d+(?:\.\d+){3})(?:/(?P<length>\d+)|\s+netmask\s+(?P<mask>\d+(?:\.\d+){3}))\s+gw\s+\S+\s+(?:dev\s+)?(?P<device>\w+)"
_IP_ROUTE = r"\bip\s+(?:-4\s+)?route\s+(?:add|replace|append)\s+(?P<net>\d+(?:\.\d+){3}/\d+)\s+(?:via\s+\S+\s+)?dev\s+(?P<device>\w+)"
#: How the customer's interface is called on Amazon Linux 1 and 2.
_CUSTOMER_INTERFACE = "eth2"


class LifecycleConfig(Thing):
    """A notebook lifecycle configuration."""

    types = ("AWS::SageMaker::NotebookInstanceLifecycleConfig",)
    noun = "lifecycle configuration"

    @fact
    def scripts(self) -> tuple[tuple[str, str], ...]:
        """Each script with its hook, `OnCreate` or `OnStart`; `${...}` stands for what is not known of it.

        Raises:
            NotVisible: A script as a whole is not in the templates.
        """
        places = [(hook, index) for hook in ("OnCreate", "OnStart") for index in range(len(self.entries(hook)))]
        return tuple((hook, self._script(hook, index)) for hook, index in places)

    def _script(self, hook: str, index: int) -> str:
        value = self.get(hook, index, "Content")
        if value.__class__ is Text:
            return str(value)
        if isinstance(value, Unknown):
            encoded = value.key[1] if value.kind == "base64" else None  # type: ignore[index]
            if encoded.__class__ is Text:
                return str(encoded)
            raise self.hidden(value, hook, index, "Content")
        return decoded(str(value or ""))

    @fact
    def attached_routes(self) -> tuple[Range, ...]:
        """The ranges that its scripts send through the customer's interface at each start.

        Raises:
            NotVisible: A script changes routes in a way that it does not say.
        """
        found: list[Range] = []
        for _, script in self.scripts:
            marked = [match[2] for match in re.finditer(_MARK, script) if match[1] == "routes"]
            found += (
                [self._parsed(text) for marks in marked for text in marks.split()] if marked else self._added(script)
            )
        return tuple(dict.fromkeys(found))

    def _parsed(self, text: str) -> Range:
        try:
            return Range.parse(text)
        except ValueError as error:
            raise NotVisible(f"the routes of lifecycle configuration {self.id}: {error}") from None

    def _added(self, script: str) -> list[Range]:
        """The routes that plain commands add, where each is written out and names the customer's interface."""
        plain = [match for pattern in (_ROUTE_ADD, _IP_ROUTE) for match in re.finditer(pattern, _code(script))]
        if len(plain) != len(re.findall(_ROUTING, _code(script))) or any(
            match["device"] != _CUSTOMER_INTERFACE for match in plain
        ):
            raise Rerouted(
                f"the routes that lifecycle configuration {self.id} adds",
                "say them in the script: # sagemaker-network: routes 10.0.0.0/16",
            )
        return [self._parsed(_block(match)) for match in plain]

    @fact
    def proxy(self) -> str | None:
        """The HTTP proxy that its scripts say they set up, such as `http://10.0.0.9:3128`."""
        for _, script in self.scripts:
            for match in re.finditer(_MARK, script):
                if match[1] == "proxy":
                    return match[2].strip()
        return None


def _code(script: str) -> str:
    """A script without its comments."""
    return "\n".join(line for line in script.splitlines() if not line.lstrip().startswith("#"))


def _block(match: re.Match[str]) -> str:
    parts = match.groupdict()
    if parts.get("mask"):
        bits = int.from_bytes(bytes(int(part) & 255 for part in parts["mask"].split(".")), "big").bit_count()
        return f"{parts['net']}/{bits}"
    return f"{parts['net']}/{parts['length']}" if parts.get("length") else parts["net"]


def decoded(text: str) -> str:
    """Return a script in plain text, be it written in Base64 or not (`Fn::Base64` is resolved to what it encodes)."""
    if not text.startswith("#!") and re.fullmatch(r"[A-Za-z0-9+/\s]+={0,2}\s*", text):
        try:
            return b64decode(text, validate=False).decode()
        except ValueError:
            return text
    return text


class CodeRepository(Thing):
    """A code repository that SageMaker knows by name."""

    types = ("AWS::SageMaker::CodeRepository",)
    noun = "code repository"

    @fact
    def url(self) -> str | None:
        """Its address."""
        return self.text("GitConfig", "RepositoryUrl")


class Notebook(Thing):
    """A notebook instance."""

    types = ("AWS::SageMaker::NotebookInstance",)
    noun = "notebook"

    @fact
    def direct_internet_access(self) -> bool:
        """Has it SageMaker's own interface to the internet (`DirectInternetAccess`, default Enabled)?"""
        return self.one_of("DirectInternetAccess", words=("Enabled", "Disabled")) == "Enabled"

    @property
    def subnet_given(self) -> bool:
        """Is `SubnetId` set?"""
        return self.given("SubnetId")

    @fact
    def subnet(self) -> Subnet | None:
        """The subnet that it is attached to."""
        return self.thing(Subnet, "SubnetId")  # type: ignore[no-any-return]

    @property
    def groups_given(self) -> bool:
        """Is `SecurityGroupIds` set?"""
        return self.given("SecurityGroupIds")

    @fact
    def security_groups(self) -> tuple[SecurityGroup, ...]:
        """The groups of its customer interface, as they are named."""
        return self.things(SecurityGroup, "SecurityGroupIds")

    @fact
    def vpc(self) -> Vpc | None:
        """The VPC that it is attached to."""
        return None if self.subnet is None else self.subnet.vpc

    @fact
    def root_access(self) -> bool:
        """Has its user root access (`RootAccess`, default Enabled)?"""
        return self.one_of("RootAccess", words=("Enabled", "Disabled")) == "Enabled"

    @fact
    def lifecycle_config(self) -> LifecycleConfig | None:
        """Its lifecycle configuration."""
        return self.network.named(
            LifecycleConfig, self.get("LifecycleConfigName"), "NotebookInstanceLifecycleConfigName"
        )

    @fact
    def role(self) -> Role | None:
        """Its execution role."""
        return self.thing(Role, "RoleArn")  # type: ignore[no-any-return]

    @fact
    def code_repositories(self) -> tuple[tuple[str, str | CodeRepository], ...]:
        """Each repository with the property that names it: an address, or a `CodeRepository` of the templates."""
        values = [("DefaultCodeRepository", self.get("DefaultCodeRepository"))]
        listed = self.get("AdditionalCodeRepositories")
        values += [
            (f"AdditionalCodeRepositories.{index}", value)
            for index, value in enumerate(listed if listed.__class__ is list else ())
        ]
        return tuple((where, self._repository(value)) for where, value in values if value not in (None, ""))

    def _repository(self, value: Any) -> str | CodeRepository:
        found = self.network.named(CodeRepository, value, "CodeRepositoryName")
        return found if found is not None and not found.imported else str(value)

    @fact
    def ip_address_type(self) -> str:
        """`ipv4` or `dualstack`."""
        return str(self.text("IpAddressType", default="ipv4")).lower()

    @fact
    def vantage(self) -> Vantage:
        """Where it stands. Which of its interfaces takes what is told in `reach`."""
        direct, closed = (BOTH, ATTACHED) if self.subnet is not None else (MANAGED, REFUSED)
        return self._standing(*modes_of(lambda: self.direct_internet_access, direct, closed))

    @fact
    def closed_vantage(self) -> Vantage:
        """Where it stands if it has no direct internet access, be that known or not."""
        return self._standing((ATTACHED,))

    def _standing(self, modes: tuple[str, ...], undecided: NotVisible | None = None) -> Vantage:
        subnets = (self.subnet,) if self.subnet is not None else ()
        routes: tuple[Range, ...] = ()
        hidden: NotVisible | None = None
        proxy: str | None = None
        if self.lifecycle_config is not None:
            try:
                proxy = self.lifecycle_config.proxy
                routes = self.lifecycle_config.attached_routes
            except NotVisible as reason:
                hidden = reason
        return Vantage(
            self.network,
            self.id,
            modes,
            subnets,
            self._interface_groups(),
            undecided=undecided,
            routes=routes,
            hidden_routes=hidden,
            proxy=proxy,
            dual_stack=self.ip_address_type == "dualstack",
            workload=self,
        )

    @property
    def vantages(self) -> tuple[Vantage, ...]:
        """The same, as a tuple of one."""
        return (self.vantage,)

    def _interface_groups(self) -> tuple[SecurityGroup, ...]:
        """The groups of its customer interface: the VPC's default group where none is named."""
        if self.security_groups or self.subnet is None:
            return self.security_groups
        return (self.network.default_group(self.subnet.vpc),)
