"""Models and endpoint configurations."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, Unknown, fact
from constructs_lib.network.iam import Role
from constructs_lib.network.jobs import Job
from constructs_lib.network.vantage import Vantage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Model(Job):
    """A model, whose containers answer requests."""

    types = ("AWS::SageMaker::Model",)
    noun = "model"
    network_path = ()

    @fact
    def containers(self) -> tuple[dict[str, Any], ...]:
        """Its container definitions, the primary one first."""
        bodies = [self.known("PrimaryContainer"), *self.entries("Containers")]
        return _objects(self, bodies, "Containers")

    @fact
    def repository_access_vpc(self) -> bool:
        """Does it pull an image through the VPC (`RepositoryAccessMode` is Vpc)?"""
        return bool(self.private_images)

    @fact
    def private_images(self) -> tuple[Any, ...]:
        """The images that it pulls through the VPC.

        Raises:
            NotVisible: None surely is one, and one may be.
        """
        found, hidden = [], None
        for body in self.containers:
            try:
                if self._image_config(body, "RepositoryAccessMode") == "Vpc":
                    found.append(body.get("Image"))
            except NotVisible as reason:
                hidden = hidden or reason
        if hidden is not None and not found:
            raise hidden
        return tuple(found)

    @fact
    def registry_auth(self) -> bool:
        """Does its registry ask a Lambda function for credentials?"""
        return any(bool(self._image_config(body, "RepositoryAuthConfig")) for body in self.containers)

    def _image_config(self, container: dict[str, Any], name: str) -> Any:
        """A setting of a container's image, or None."""
        config = container.get("ImageConfig") or {}
        if config.__class__ is not dict:
            raise self.hidden(config, "ImageConfig")
        value = config.get(name)
        if isinstance(value, Unknown):
            raise self.hidden(value, "ImageConfig", name)
        return value

    @fact
    def role(self) -> Role | None:
        """Its execution role."""
        return self.thing(Role, "ExecutionRoleArn")  # type: ignore[no-any-return]


class EndpointConfig(Job):
    """An endpoint configuration: which models answer; with a `VpcConfig` of its own for inference components."""

    types = ("AWS::SageMaker::EndpointConfig",)
    noun = "endpoint configuration"
    network_path = ()

    @fact
    def variants(self) -> tuple[dict[str, Any], ...]:
        """Its production variants, the shadow ones after them."""
        found = [*self.entries("ProductionVariants"), *self.entries("ShadowProductionVariants")]
        return _objects(self, found, "ProductionVariants")

    @fact
    def models(self) -> tuple[tuple[int, Model], ...]:
        """The models of the templates that its variants name, with the variant's number.

        Raises:
            NotVisible: One is not in the templates.
        """
        found = []
        for index, variant in enumerate(self.variants):
            name = variant.get("ModelName")
            if name in (None, ""):
                continue
            model = self.network.named(Model, name, "ModelName")
            if model is None or model.imported:
                raise NotVisible(
                    f"model {name} is not defined in the templates",
                    "check the stack that defines it along with this one",
                )
            found.append((index, model))
        return tuple(found)

    @fact
    def role(self) -> Role | None:
        """The execution role of its inference components."""
        return self.thing(Role, "ExecutionRoleArn")  # type: ignore[no-any-return]

    @fact
    def vantage(self) -> Vantage:
        """Where its containers stand: its models', where its variants name any."""
        return self.vantages[0]

    @fact
    def vantages(self) -> tuple[Vantage, ...]:
        """The place of its own, for inference components; else that of each model that its variants name."""
        if self.vpc_config_given or not self.models:
            return (self.own_vantage(),)
        places = [model.vantage for _, model in self.models]
        return tuple(
            Vantage(
                self.network, self.id, one.mode, one.subnets, one.groups, isolated=one.isolated, workload=one.workload
            )
            for one in places
        )


def _objects(thing: Job, bodies: list[Any], *path: str) -> tuple[dict[str, Any], ...]:
    """The objects of a list; one that is not known stops all questions about the list."""
    for body in bodies:
        if isinstance(body, Unknown):
            raise thing.hidden(body, *path)
    return tuple(body for body in bodies if body.__class__ is dict)
