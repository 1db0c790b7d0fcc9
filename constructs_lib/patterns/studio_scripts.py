"""Start-up scripts of Studio apps: one lifecycle configuration for each type of app, which ends within SageMaker's five minutes.

Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/studio-lifecycle-configurations.html,
https://docs.aws.amazon.com/sagemaker/latest/dg/studio-lifecycle-configurations-debug-timeout.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from constructs_lib.patterns.lifecycle import LifecycleScript, joined, user_parts
from constructs_lib.patterns.notebook_options import require_list

JUPYTER_LAB, CODE_EDITOR = "JupyterLab", "CodeEditor"
# Apps do not run as root; the home directory is on the volume of the space, so the log is still there after a restart.
_ROOT = "${HOME:-/tmp}/.sagemaker-network"
_NAME_LENGTH = 63


def start_scripts(
    scope: Construct,
    *,
    on_start_scripts: Sequence[str | LifecycleScript],
    background_scripts: Sequence[str | LifecycleScript],
) -> dict[str, str]:
    """Make the lifecycle configurations.

    Args:
        scope: the domain.
        on_start_scripts: run in order at each start of an app.
        background_scripts: started after them and not waited for.

    Returns:
        The ARN of the lifecycle configuration by type of app; nothing where there are no scripts.

    Raises:
        TypeError, ValueError: a text instead of a list, an empty script, or more than the API takes.
    """
    for name, given in (("on_start_scripts", on_start_scripts), ("background_scripts", background_scripts)):
        require_list(name, given)
    parts = user_parts(on_start_scripts, "on_start_scripts")
    parts += user_parts(background_scripts, "background_scripts", background=True)
    if not parts:
        return {}
    text = joined(scope, "OnStart", parts, root=_ROOT)
    return {each: _configuration(scope, each, text) for each in (JUPYTER_LAB, CODE_EDITOR)}


def _configuration(scope: Construct, app_type: str, text: str) -> str:
    # Nothing of it can be changed, and its name is taken until it is gone: each text has a name of its own.
    digest = hashlib.sha256(json.dumps(cdk.Stack.of(scope).resolve(text)).encode()).hexdigest()[:8]
    place = Construct(scope, f"{app_type}Start")
    name = cdk.Names.unique_resource_name(place, max_length=_NAME_LENGTH - len(digest) - 1, separator="-")
    configuration = sagemaker.CfnStudioLifecycleConfig(
        place,
        "Resource",
        studio_lifecycle_config_app_type=app_type,
        studio_lifecycle_config_name=f"{name}-{digest}".lower(),
        studio_lifecycle_config_content=cdk.Fn.base64(text),
    )
    # Its tags cannot be changed either: another tag of the app would replace it by one of the same name, which fails.
    configuration.add_property_deletion_override("Tags")
    return configuration.attr_studio_lifecycle_config_arn
