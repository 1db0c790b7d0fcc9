"""AWS CDK constructs for Amazon SageMaker AI networking, and the checks that go with them.

The names below are loaded when they are first used: importing this package alone starts neither jsii nor Node, so the command line, which
only reads templates, starts at once.
"""

from __future__ import annotations

from importlib import import_module

_HOMES = {
    "NoVpcNotebook": "patterns.notebooks",
    "VpcNotebookDirectInternet": "patterns.notebooks",
    "PrivateNotebook": "patterns.notebooks",
    "StudioDomain": "patterns.studio",
    "PublicInternetOnly": "patterns.access",
    "VpcOnly": "patterns.access",
    "AuthMode": "patterns.studio_settings",
    "CustomImage": "patterns.studio_settings",
    "DockerAccess": "patterns.studio_settings",
    "IdleShutdown": "patterns.studio_settings",
    "RStudio": "patterns.studio_settings",
    "PrivateTrainingJobNetwork": "patterns.training",
    "SageMakerGuardrails": "patterns.guardrails",
    "GuardrailForm": "patterns.guardrails",
    "PresignedUrls": "patterns.guardrails",
    "SageMakerDetector": "patterns.detector",
    "PrivateNetwork": "patterns.network",
    "ExistingEndpoint": "patterns.existing",
    "LifecycleScript": "patterns.lifecycle",
    "Egress": "patterns.egress",
    "NetworkChecks": "report.cdk",
    "Level": "report.cdk",
}

__all__ = [
    "AuthMode",
    "CustomImage",
    "DockerAccess",
    "Egress",
    "ExistingEndpoint",
    "GuardrailForm",
    "IdleShutdown",
    "Level",
    "LifecycleScript",
    "NetworkChecks",
    "NoVpcNotebook",
    "PresignedUrls",
    "PrivateNetwork",
    "PrivateNotebook",
    "PrivateTrainingJobNetwork",
    "PublicInternetOnly",
    "RStudio",
    "SageMakerDetector",
    "SageMakerGuardrails",
    "StudioDomain",
    "VpcNotebookDirectInternet",
    "VpcOnly",
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from constructs_lib.patterns.access import PublicInternetOnly, VpcOnly
    from constructs_lib.patterns.detector import SageMakerDetector
    from constructs_lib.patterns.egress import Egress
    from constructs_lib.patterns.existing import ExistingEndpoint
    from constructs_lib.patterns.guardrails import GuardrailForm, PresignedUrls, SageMakerGuardrails
    from constructs_lib.patterns.lifecycle import LifecycleScript
    from constructs_lib.patterns.network import PrivateNetwork
    from constructs_lib.patterns.notebooks import NoVpcNotebook, PrivateNotebook, VpcNotebookDirectInternet
    from constructs_lib.patterns.studio import StudioDomain
    from constructs_lib.patterns.studio_settings import AuthMode, CustomImage, DockerAccess, IdleShutdown, RStudio
    from constructs_lib.patterns.training import PrivateTrainingJobNetwork
    from constructs_lib.report.cdk import Level, NetworkChecks


def __getattr__(name: str) -> object:
    """Load a public name from its module on first use (PEP 562)."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
