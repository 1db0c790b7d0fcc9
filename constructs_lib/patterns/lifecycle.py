"""Lifecycle configurations of notebooks and Studio apps: scripts joined in order, and within what the API takes.

The API takes 16,384 characters after Base64, so 12,288 bytes of script, for each of OnCreate and OnStart. What a script
holds that is only known at deployment (an id, a region) is counted at its longest.

Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_NotebookInstanceLifecycleHook.html
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import aws_cdk as cdk
from constructs import Construct

MAX_CHARACTERS = 16_384
MAX_BYTES = MAX_CHARACTERS // 4 * 3
MARK = "# sagemaker-network:"
"""Starts the lines that say what a script does to the network, such as ``# sagemaker-network: routes 10.0.0.0/16``:
they
follow the first line, and whoever judges the template reads them."""

_LONGEST_PSEUDO = {
    "AWS::AccountId": 12,
    "AWS::NoValue": 0,
    "AWS::Partition": len("aws-us-gov"),
    "AWS::Region": len("ap-northeast-1"),
    "AWS::StackId": 256,
    "AWS::StackName": 128,
    "AWS::URLSuffix": len("amazonaws.com.cn"),
}
_LONGEST_ID = {
    "AWS::EC2::SecurityGroup": 20,
    "AWS::EC2::Subnet": 24,
    "AWS::EC2::VPC": 21,
    "AWS::EC2::VPCEndpoint": 22,
    "AWS::EFS::AccessPoint": 22,
    "AWS::EFS::FileSystem": 20,
    "AWS::KMS::Key": 36,
    "AWS::S3::Bucket": 63,
    "AWS::SageMaker::NotebookInstance": 256,
}
_LONGEST_CIDR = len("255.255.255.255/32")
_LONGEST_PARAMETER = 4096
_LONGEST_UNKNOWN = 2048


@dataclass(frozen=True)
class LifecycleScript:
    """A script of the user's for the lifecycle configuration of a notebook or of Studio apps.

    Args:
        text: the script with its first line (``#!/bin/bash``, ``#!/usr/bin/env python3``, ...); without one, bash runs
            it. On a notebook it runs as root, whatever ``root_access`` is; in an app, as the app's user.
        longest: how many bytes a value that is only known at deployment can have: ``{bucket.bucket_name: 63}``.
            Default: none. Known without it: pseudo parameters, ids of the common resources, parameters with
            AllowedValues or MaxLength (else 4,096); any other value counts 2,048 bytes, the longest ARN.
    """

    text: str
    longest: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """One script of a lifecycle configuration, with the name under which its log lines and errors speak of it."""

    name: str
    script: LifecycleScript
    background: bool = False


def packaged(name: str, /, **variables: str) -> LifecycleScript:
    """A script of this package, with the variables that it reads at its top."""
    assignments = [f"{key}={shlex.quote(value)}" for key, value in variables.items()]
    return LifecycleScript("\n".join(["#!/bin/bash", *assignments, _compact(_text(f"{name}.sh"))]))


def user_parts(scripts: Sequence[str | LifecycleScript], argument: str, *, background: bool = False) -> list[Part]:
    """The user's scripts as parts, named after the argument and their place in it.

    Raises:
        ValueError: an empty script, which would do nothing without a word.
    """
    parts = []
    for place, given in enumerate(scripts):
        script = given if isinstance(given, LifecycleScript) else LifecycleScript(given)
        if not script.text.strip():
            raise ValueError(f"{argument}[{place}] is empty: give a script, or leave it out")
        parts.append(Part(f"{argument}-{place + 1}", script, background))
    return parts


def joined(
    scope: Construct, hook: str, parts: Sequence[Part], *, marks: Mapping[str, str] | None = None, root: str = ""
) -> str:
    """One script that runs the parts in order, each with its own interpreter, checked against the API's limit.

    Args:
        scope: whose stack the values belong to that are only known at deployment.
        hook: ``OnCreate`` or ``OnStart``.
        parts: the scripts, in order.
        marks: what the parts do to the network, for those who judge the template: ``{"routes": "10.0.0.0/16"}``.
        root: where the scripts and their logs stand, as the shell writes it. Default: the machine's own root.

    Raises:
        ValueError: longer than the API takes; the message has both numbers and the longest parts.
    """
    said = [f"{MARK} {what} {value}" for what, value in (marks or {}).items()]
    place = [f': "${{SAGEMAKER_NETWORK_ROOT:={root}}}"'] if root else []
    head = ["#!/bin/bash", *said, *place, f"HOOK={hook}", _compact(_text("runner.sh"))]
    pieces = [_piece(number, part) for number, part in enumerate(parts, start=1)]
    text = "\n".join([*head, *pieces, "run_all", ""])
    longest = {token: size for part in parts for token, size in part.script.longest.items()}
    size = longest_bytes(scope, text, longest)
    if size > MAX_BYTES:
        sizes = sorted(((longest_bytes(scope, part.script.text, longest), part.name) for part in parts), reverse=True)
        raise ValueError(
            f"the {hook} script of {scope.node.path} has {size} bytes, values known only at deployment counted at "
            f"their longest; the API takes {MAX_CHARACTERS} characters after Base64, so {MAX_BYTES} bytes (parts: "
            f"{', '.join(f'{name} {each}' for each, name in sizes)}): keep long scripts in S3 or on the volume and "
            "call them from a short one"
        )
    return text


def longest_bytes(scope: Construct, text: str, longest: Mapping[str, int]) -> int:
    """How many bytes (UTF-8) the text can have once it is deployed."""
    stack = cdk.Stack.of(scope)
    sizes = {
        _key(stack.resolve(token)): _longest_reference(token) for token in cdk.Tokenization.reverse_string(text).tokens
    }
    sizes |= {_key(stack.resolve(token)): size for token, size in longest.items()}
    return _size(stack.resolve(text), sizes)


def _size(value: Any, sizes: Mapping[str, int]) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, dict):
        if "Fn::Join" in value and isinstance(value["Fn::Join"][1], list):
            delimiter, pieces = value["Fn::Join"]
            return sum(_size(each, sizes) for each in pieces) + len(delimiter.encode()) * max(len(pieces) - 1, 0)
        if "Fn::If" in value:
            return max(_size(each, sizes) for each in value["Fn::If"][1:])
        if value.get("Ref") in _LONGEST_PSEUDO:
            return _LONGEST_PSEUDO[value["Ref"]]
    return sizes.get(_key(value), _LONGEST_UNKNOWN)


def _key(resolved: Any) -> str:
    return repr(resolved)


def _longest_reference(token: cdk.IResolvable) -> int:
    """What a reference to a resource or parameter of the app can be at its longest."""
    if not isinstance(token, cdk.Reference):
        return _LONGEST_UNKNOWN
    target = token.target
    if isinstance(target, cdk.CfnParameter):
        return _longest_parameter(target)
    if token.display_name.endswith("CidrBlock"):
        return _LONGEST_CIDR
    if token.display_name == "Ref" and isinstance(target, cdk.CfnResource):
        return _LONGEST_ID.get(target.cfn_resource_type, _LONGEST_UNKNOWN)
    return _LONGEST_UNKNOWN


def _longest_parameter(parameter: cdk.CfnParameter) -> int:
    if parameter.allowed_values:
        return max(len(str(each).encode()) for each in parameter.allowed_values)
    return int(parameter.max_length) * 4 if parameter.max_length is not None else _LONGEST_PARAMETER


def _text(name: str) -> str:
    text = files("constructs_lib.patterns").joinpath("scripts").joinpath(name).read_text(encoding="utf-8")
    return re.sub(r"^@([\w.]+)@$", lambda match: _compact(_text(match[1])), text, flags=re.MULTILINE)


def _compact(text: str) -> str:
    """Without comments and blank lines: they are for those who read the package, and the API counts each byte."""
    return "\n".join(line for line in text.splitlines() if line.strip() and not re.match(r"\s*#(\s|!|$)", line))


def _piece(number: int, part: Part) -> str:
    text = part.script.text if part.script.text.startswith("#!") else f"#!/bin/bash\n{part.script.text}"
    end = "END_OF_PART"
    while end in text:
        end += "_"
    name = f"{number:02}-{part.name}{'.background' if part.background else ''}"
    return f"add {name} <<'{end}'\n{text}\n{end}"
