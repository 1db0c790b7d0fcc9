"""Studio domains, their user profiles, spaces and apps, and the servers that apps talk to."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, fact
from constructs_lib.network.groups import SecurityGroup
from constructs_lib.network.iam import Role
from constructs_lib.network.subnets import Subnet
from constructs_lib.network.things import Thing
from constructs_lib.network.vantage import ATTACHED, FILES_ONLY, Vantage, modes_of
from constructs_lib.network.vpc import Vpc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

VPC_ONLY = "VpcOnly"


class Domain(Thing):
    """A Studio domain."""

    types = ("AWS::SageMaker::Domain",)
    noun = "domain"

    @fact
    def vpc_only(self) -> bool:
        """Does all its traffic take the VPC (`AppNetworkAccessType`, default PublicInternetOnly)?"""
        return self.one_of("AppNetworkAccessType", words=("PublicInternetOnly", VPC_ONLY)) == VPC_ONLY

    @property
    def vpc_given(self) -> bool:
        """Is `VpcId` set?"""
        return self.given("VpcId")

    @fact
    def vpc(self) -> Vpc | None:
        """Its VPC."""
        return self.thing(Vpc, "VpcId")  # type: ignore[no-any-return]

    @property
    def subnets_given(self) -> bool:
        """Is `SubnetIds` set?"""
        return self.given("SubnetIds")

    @fact
    def subnets(self) -> tuple[Subnet, ...]:
        """Its subnets; apps may be placed in any of them."""
        return self.things(Subnet, "SubnetIds")

    @fact
    def security_groups(self) -> tuple[SecurityGroup, ...]:
        """The groups of all its users' apps (`DefaultUserSettings.SecurityGroups`)."""
        return self.things(SecurityGroup, "DefaultUserSettings", "SecurityGroups")

    @fact
    def space_groups(self) -> tuple[SecurityGroup, ...]:
        """The groups of apps in shared spaces (`DefaultSpaceSettings.SecurityGroups`)."""
        return self.things(SecurityGroup, "DefaultSpaceSettings", "SecurityGroups")

    @fact
    def domain_groups(self) -> tuple[SecurityGroup, ...]:
        """The groups between the domain and its apps (`DomainSettings.SecurityGroupIds`)."""
        return self.things(SecurityGroup, "DomainSettings", "SecurityGroupIds")

    @fact
    def user_profiles(self) -> tuple[UserProfile, ...]:
        """Its user profiles in the templates."""
        return tuple(self.network.pointing(UserProfile, self, "DomainId"))

    @fact
    def spaces(self) -> tuple[Space, ...]:
        """Its spaces in the templates."""
        return tuple(self.network.pointing(Space, self, "DomainId"))

    @fact
    def apps(self) -> tuple[App, ...]:
        """Its apps in the templates."""
        return tuple(self.network.pointing(App, self, "DomainId"))

    @fact
    def auth_mode(self) -> str:
        """`IAM` or `SSO`."""
        return str(self.text("AuthMode", default=""))

    @fact
    def role(self) -> Role | None:
        """Its users' execution role."""
        return self.thing(Role, "DefaultUserSettings", "ExecutionRole")  # type: ignore[no-any-return]

    @property
    def rstudio(self) -> bool:
        """Has it RStudio?"""
        return self.given("DomainSettings", "RStudioServerProDomainSettings")

    @fact
    def service_managed_groups(self) -> bool:
        """Does SageMaker manage the groups between apps (`AppSecurityGroupManagement` is Service)?"""
        return self.one_of("AppSecurityGroupManagement", words=("Customer", "Service")) == "Service"

    @fact
    def dual_stack(self) -> bool:
        """Have its apps IPv6 addresses too?"""
        return str(self.text("DomainSettings", "IpAddressType", default="ipv4")).lower() == "dualstack"

    @fact
    def home_efs(self) -> bool:
        """Has it a home file system (`HomeEfsFileSystemCreation`, default Enabled)?"""
        return self.one_of("HomeEfsFileSystemCreation", words=("Enabled", "Disabled")) == "Enabled"

    def app_groups(self, profile: UserProfile | None = None) -> tuple[SecurityGroup, ...]:
        """The groups that sit on one app of a user: the domain's and the profile's together."""
        own = () if profile is None else profile.security_groups
        return tuple(dict.fromkeys([*self.security_groups, *own]))

    @fact
    def vantage(self) -> Vantage:
        """Where its users' apps stand."""
        return self.place(self.id, self.security_groups, self)

    @property
    def vantages(self) -> tuple[Vantage, ...]:
        """The same, as a tuple of one."""
        return (self.vantage,)

    def place(self, id: str, groups: Iterable[SecurityGroup], workload: Thing) -> Vantage:  # noqa: A002
        """Where apps with these groups stand."""
        modes, undecided = modes_of(lambda: self.vpc_only, ATTACHED, FILES_ONLY)
        return Vantage(
            self.network,
            id,
            modes,
            self.subnets,
            tuple(groups),
            undecided=undecided,
            dual_stack=self.dual_stack,
            studio=self,
            workload=workload,
        )


class UserProfile(Thing):
    """A user profile of a domain."""

    types = ("AWS::SageMaker::UserProfile",)
    noun = "user profile"

    @fact
    def domain(self) -> Domain | None:
        """Its domain."""
        return self.thing(Domain, "DomainId")  # type: ignore[no-any-return]

    @property
    def groups_given(self) -> bool:
        """Has it groups of its own?"""
        return self.given("UserSettings", "SecurityGroups")

    @fact
    def security_groups(self) -> tuple[SecurityGroup, ...]:
        """Its own groups, which are added to the domain's."""
        return self.things(SecurityGroup, "UserSettings", "SecurityGroups")

    @fact
    def all_groups(self) -> tuple[SecurityGroup, ...]:
        """The groups of its apps: the domain's and its own."""
        return self.security_groups if self.domain is None else self.domain.app_groups(self)

    @fact
    def role(self) -> Role | None:
        """Its execution role; None where it has the domain's."""
        return self.thing(Role, "UserSettings", "ExecutionRole")  # type: ignore[no-any-return]

    @fact
    def vantage(self) -> Vantage:
        """Where its apps stand."""
        return domain_of(self).place(self.id, self.all_groups, self)

    @property
    def vantages(self) -> tuple[Vantage, ...]:
        """The same, as a tuple of one."""
        return (self.vantage,)


class Space(Thing):
    """A space of a domain: private to its owner, or shared."""

    types = ("AWS::SageMaker::Space",)
    noun = "space"

    @fact
    def domain(self) -> Domain | None:
        """Its domain."""
        return self.thing(Domain, "DomainId")  # type: ignore[no-any-return]

    @fact
    def sharing(self) -> str:
        """`Shared` or `Private`."""
        return str(self.text("SpaceSharingSettings", "SharingType", default="Shared"))

    @fact
    def owner(self) -> UserProfile | None:
        """The user profile that owns it, where it is in the templates."""
        name = self.get("OwnershipSettings", "OwnerUserProfileName")
        return profile_named(self.domain, name)

    @fact
    def remote_access(self) -> bool:
        """May an IDE connect from outside?"""
        return str(self.text("SpaceSettings", "RemoteAccess", default="DISABLED")).upper() == "ENABLED"

    @fact
    def security_groups(self) -> tuple[SecurityGroup, ...]:
        """The groups of its apps: the owner's in a private space, the domain's for spaces in a shared one."""
        if self.domain is None:
            return ()
        if self.sharing == "Private":
            return self.domain.app_groups(self.owner)
        return self.domain.space_groups

    @fact
    def vantage(self) -> Vantage:
        """Where its apps stand."""
        return domain_of(self).place(self.id, self.security_groups, self)

    @property
    def vantages(self) -> tuple[Vantage, ...]:
        """The same, as a tuple of one."""
        return (self.vantage,)


class App(Thing):
    """An app of a user profile or of a space."""

    types = ("AWS::SageMaker::App",)
    noun = "app"

    @fact
    def domain(self) -> Domain | None:
        """Its domain."""
        return self.thing(Domain, "DomainId")  # type: ignore[no-any-return]

    @fact
    def user_profile(self) -> UserProfile | None:
        """The user profile that it runs for, where it is in the templates."""
        return profile_named(self.domain, self.get("UserProfileName"))

    @fact
    def space(self) -> Space | None:
        """The space that it runs in, where it is in the templates."""
        name = self.get("SpaceName")
        if name in (None, "") or self.domain is None:
            return None
        return next((space for space in self.domain.spaces if _is_named(space, name, "SpaceName")), None)

    @fact
    def app_type(self) -> str:
        """`JupyterLab`, `CodeEditor`, `JupyterServer`, `KernelGateway`, ..."""
        return str(self.text("AppType", default=""))

    @fact
    def vantage(self) -> Vantage:
        """Where it stands."""
        domain = domain_of(self)
        groups = domain.app_groups(self.user_profile) if self.space is None else self.space.security_groups
        return domain.place(self.id, groups, self)

    @property
    def vantages(self) -> tuple[Vantage, ...]:
        """The same, as a tuple of one."""
        return (self.vantage,)


def domain_of(thing: UserProfile | Space | App) -> Domain:
    """The domain of something that must have one.

    Raises:
        NotVisible: It names none.
    """
    if thing.domain is None:
        raise NotVisible(f"the domain of {thing.noun} {thing.id}, which names none", f"give its DomainId to {thing.id}")
    return thing.domain


def _is_named(thing: Thing, name: object, prop: str) -> bool:
    """Does `name` (a reference or a text) mean this thing?"""
    resource = getattr(name, "resource", None)
    return resource is thing.resource if resource is not None else thing.get(prop) == name


def profile_named(domain: Domain | None, name: object) -> UserProfile | None:
    """Return the user profile of a domain that a name or reference means, where it is in the templates."""
    if domain is None or name in (None, ""):
        return None
    return next((profile for profile in domain.user_profiles if _is_named(profile, name, "UserProfileName")), None)


class MlflowServer(Thing):
    """An MLflow tracking server."""

    types = ("AWS::SageMaker::MlflowTrackingServer",)
    noun = "MLflow tracking server"


class MlflowApp(Thing):
    """An MLflow app."""

    types = ("AWS::SageMaker::MlflowApp",)
    noun = "MLflow app"


class PartnerApp(Thing):
    """A partner AI app."""

    types = ("AWS::SageMaker::PartnerApp",)
    noun = "partner app"
