"""An emulated AWS on a free port of this machine: moto's server, and the SageMaker resource types that moto's CloudFormation lacks.

moto skips a type that it does not know without a word. What is missing for our stacks is registered here as moto models, each in the module
of its noun; what stays unknown is asked for by `unsupported` and named by the deployment's report, never counted as made.
"""

from __future__ import annotations

import logging
import os
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import Self

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from moto.server import ThreadedMotoServer

ACCOUNT = "123456789012"
# moto finds a template's bucket by the host name, which works with this name and not with 127.0.0.1.
HOST = "localhost"


@lru_cache(maxsize=1)
def register() -> None:
    """Teach moto the resource types and API operations of this package; calling it again changes nothing."""
    from moto.cloudformation import parsing
    from moto.core.common_models import CloudFormationModel

    from local_deployment.emulator import (
        completed,
        custom_resources,
        deletion,
        notebooks,
        passive,
        routing,
        security_groups,
        studio,
        studio_api,
    )

    for part in (studio_api, notebooks, completed, deletion):
        part.install()
    models = (*studio.MODELS, *security_groups.MODELS, *routing.MODELS, *passive.MODELS, *custom_resources.MODELS)
    # moto looks for direct subclasses of its model class alone; ours have a common base of their own.
    parsing.get_model_list = lambda: [*CloudFormationModel.__subclasses__(), *models]  # type: ignore[assignment]
    parsing.get_model_map.cache_clear()
    parsing.get_name_type_map.cache_clear()
    by_prefix = parsing.resource_class_from_type

    def by_name(resource_type: str) -> type[CloudFormationModel]:
        # moto takes every custom resource for one that a container answers.
        known: type[CloudFormationModel] = parsing.get_model_map().get(resource_type) or by_prefix(resource_type)
        return known

    parsing.resource_class_from_type = by_name


def unsupported(resource_types: Iterable[str]) -> list[str]:
    """Return those of the CloudFormation types that the emulator does not make."""
    from moto.cloudformation import parsing

    known = parsing.get_model_map()
    return sorted({name for name in resource_types if name not in known})


class Emulator:
    """moto's server while a ``with`` block runs, always stopped at its end.

    Attributes:
        endpoint: the URL to use as ``AWS_ENDPOINT_URL``.
        environment: variables for child processes: the endpoint, a region, and credentials that mean nothing anywhere.

    """

    running: ClassVar[str] = ""
    """The endpoint of the emulator that runs; custom resources call it from within."""

    def __init__(self, region: str = "us-east-1") -> None:
        self.region = region
        self.endpoint = ""
        self._server: ThreadedMotoServer | None = None
        self._quiet = warnings.catch_warnings()

    @property
    def environment(self) -> dict[str, str]:
        """Variables that lead AWS clients to the emulator and to nothing else."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "emulated",
            "AWS_SECRET_ACCESS_KEY": "emulated",
            "AWS_SESSION_TOKEN": "emulated",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def __enter__(self) -> Self:
        # moto still uses deprecated calls, and warns of each resource type that it lacks; those are asked for by `unsupported`, and named once.
        self._quiet.__enter__()
        warnings.simplefilter("ignore")
        logging.getLogger("moto").setLevel(logging.ERROR)
        # One line for each of some thousand requests would hide everything else.
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        from moto.server import ThreadedMotoServer

        register()
        self._server = ThreadedMotoServer(ip_address=HOST, port=0, verbose=False)
        self._server.start()
        _, port = self._server.get_host_and_port()
        self.endpoint = Emulator.running = f"http://{HOST}:{port}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.stop()
        self._quiet.__exit__(kind, error, trace)
