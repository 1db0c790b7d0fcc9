"""Cloud assemblies: what ``cdk synth`` leaves on disk, with its stages, nested stacks, acknowledgements and context.

Source: https://docs.aws.amazon.com/cdk/v2/guide/deploy.html (cloud assembly) and aws-cdk-lib's cloud-assembly-schema.
"""

from __future__ import annotations

import os

from constructs_lib.assembly.errors import InputError
from constructs_lib.assembly.nested import Source
from constructs_lib.assembly.read import parse, read_file, read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from constructs_lib.assembly.resource import Resource

#: The plugin's name in front of its rules, in acknowledgements and in the validation report.
PLUGIN = "SageMakerNetwork"
_VPC_LOOKUP = "vpc-provider:"


def read_manifest(folder: str) -> Mapping[str, Any] | None:
    """Return the manifest of a cloud assembly, or None where the folder is none; :class:`InputError` where it cannot be read."""
    file = os.path.join(folder, "manifest.json")
    try:
        manifest = read_file(file, file)
    except InputError:
        if os.path.exists(os.path.join(folder, "cdk.out")):
            raise
        return None
    if isinstance(manifest, dict) and isinstance(manifest.get("artifacts"), dict):
        return manifest
    return None


class Constructs:
    """What an assembly says of the constructs behind a stack's resources: their paths, and what was acknowledged on them.

    It stands in a file of its own, which is read when it is first asked for; where nothing in it is acknowledged, paths alone do that.
    """

    def __init__(self, folder: str, artifact: Mapping[str, Any], above: list[tuple[str, str, str]]) -> None:
        """Name the stack's artifact; ``above`` is what was acknowledged on its stage or the app."""
        self._folder = folder
        self._artifact = artifact
        self._above = above
        self._entries_read: Mapping[str, Any] | None = None
        self._paths: dict[tuple[str, str], str] | None = None
        self._reasons: dict[str, dict[str, str]] | None = None

    @property
    def acknowledged(self) -> dict[str, dict[str, str]]:
        """Rules with reasons, by the path of the construct that they are acknowledged on ("" is the app)."""
        if self._reasons is None:
            own: list[tuple[str, str, str]] = []
            for path, entry in _entries(self._entries(lambda text: f"{PLUGIN}::" in text)):
                if entry.get("type") == "aws:cdk:acknowledged-rules" and isinstance(entry.get("data"), dict):
                    own += _ours(path.strip("/"), entry["data"])
            self._reasons = {}
            for path, rule, reason in (*self._above, *own):
                self._reasons.setdefault(path, {})[rule] = reason
        return self._reasons

    def acknowledged_at(self, path: str) -> dict[str, str]:
        """Return the rules that are acknowledged at a construct or above it; the nearest reason counts."""
        found = dict(self.acknowledged.get("", {}))
        parts = path.split("/")
        for length in range(1, len(parts) + 1):
            found.update(self.acknowledged.get("/".join(parts[:length]), {}))
        return found

    def path(self, around: str | None, logical_id: str) -> str | None:
        """Return the path of the construct that made a resource of the stack, or of the nested stack whose resource has the path ``around``."""
        if self._paths is None:
            entries = self._entries(lambda _: True)
            ids = {
                path.strip("/"): entry["data"]
                for path, entry in _entries(entries)
                if entry.get("type") == "aws:cdk:logicalId"
            }
            nested = {home for path in ids if (home := _nested_stack(path)) is not None}
            self._paths = {(_home(path, nested), logical_id): path for path, logical_id in ids.items()}
        return self._paths.get(("" if around is None else _nested_stack(around) or around, logical_id))

    def _entries(self, wanted: Callable[[str], bool]) -> Mapping[str, Any]:
        """Return the metadata entries by construct path, which older assemblies have in the manifest; none where the text is not wanted."""
        if self._entries_read is not None:
            return self._entries_read
        entries = dict(self._artifact.get("metadata") or {})
        if name := self._artifact.get("additionalMetadataFile"):
            file = os.path.join(self._folder, str(name))
            text = read_text(file, file)
            if not wanted(text):
                return entries
            extra = parse(text, file)
            if isinstance(extra, dict):
                entries.update(extra)
        self._entries_read = entries
        return entries


def _entries(entries: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, listed in entries.items():
        for entry in listed if isinstance(listed, list) else ():
            if isinstance(entry, dict):
                yield path, entry


def _nested_stack(path: str) -> str | None:
    """Return the path of the nested stack that the construct of a path is the resource of; None for all other constructs."""
    head, _, name = path.rpartition("/")
    if not name.endswith(".NestedStackResource") or not head.endswith(".NestedStack"):
        return None
    return head.removesuffix(".NestedStack")


def _home(path: str, nested: set[str]) -> str:
    """Return the path of the nested stack nearest around a construct; empty where it stands in the stack itself."""
    around = path
    while "/" in around:
        around = around.rpartition("/")[0]
        if around in nested:
            return around
    return ""


def _ours(path: str, data: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return path, rule and reason of the acknowledgements that are meant for these checks."""
    prefix = f"{PLUGIN}::"
    return [(path, name[len(prefix) :], str(reason)) for name, reason in data.items() if name.startswith(prefix)]


class Assembly:
    """A cloud assembly folder."""

    def __init__(self, folder: str, manifest: Mapping[str, Any]) -> None:
        """Read what was acknowledged on the app and its stages; the stacks are read by :meth:`batches`."""
        self.folder = folder
        self.manifest = manifest
        self.errors: list[InputError] = []
        self._above = _report(folder)

    def batches(self) -> list[tuple[str, list[Source]]]:
        """Return the stacks, grouped by stage, account and region; all of a stage's stacks of unknown account or region are one group."""
        batches: dict[tuple[str, str, str], list[Source]] = {}
        for stage, source in self._stacks(self.folder, self.manifest, self.folder, 0):
            known = source.account is not None and source.region is not None
            key = (stage, source.account or "", source.region or "") if known else (stage, "", "")
            batches.setdefault(key, []).append(source)
        return [(" ".join(part for part in key if part), sources) for key, sources in batches.items()]

    def _stacks(self, folder: str, manifest: Mapping[str, Any], stage: str, depth: int) -> Iterator[tuple[str, Source]]:
        for name, artifact in manifest["artifacts"].items():
            kind = artifact.get("type") if isinstance(artifact, dict) else None
            if kind not in ("aws:cloudformation:stack", "cdk:cloud-assembly"):
                continue
            properties = artifact.get("properties") or {}
            try:
                if kind == "aws:cloudformation:stack":
                    yield stage, self._stack(folder, name, artifact, properties)
                elif depth < 10:
                    inner = os.path.join(folder, str(properties.get("directoryName")))
                    found = _inner_manifest(inner, folder)
                    yield from self._stacks(
                        inner, found, f"{self.folder} {properties.get('displayName', name)}", depth + 1
                    )
            except InputError as error:
                self.errors.append(error)

    def _stack(self, folder: str, name: str, artifact: Mapping[str, Any], properties: Mapping[str, Any]) -> Source:
        template = str(properties.get("templateFile"))
        file = os.path.join(folder, template)
        account, region = _environment(str(artifact.get("environment", "")))
        assets = _Assets(folder, name)
        return Source(
            file,
            read_template(file),
            file=file,
            stack_name=str(properties.get("stackName", name)),
            region=region,
            account=account,
            assets=assets.find,
            constructs=Constructs(folder, artifact, self._above),
        )

    def context(self) -> dict[str, Any]:
        """Return the looked-up VPCs in ``cdk.context.json`` and ``cdk.json`` beside the assembly."""
        found: dict[str, Any] = {}
        beside = os.path.dirname(os.path.abspath(self.folder))
        for name in ("cdk.json", "cdk.context.json"):
            file = os.path.join(beside, name)
            if not os.path.isfile(file) or _VPC_LOOKUP not in (text := read_text(file, file)):
                continue
            content = parse(text, file)
            if name == "cdk.json":
                content = content.get("context") if isinstance(content, dict) else None
            if isinstance(content, dict):
                found.update({key: value for key, value in content.items() if key.startswith(_VPC_LOOKUP)})
        return found


def _inner_manifest(folder: str, outer: str) -> Mapping[str, Any]:
    manifest = read_manifest(folder)
    if manifest is None:
        raise InputError(folder, "", f"is not a cloud assembly, though {os.path.join(outer, 'manifest.json')} names it")
    return manifest


def read_template(file: str) -> Mapping[str, Any]:
    """Return a template that a manifest names."""
    document = read_file(file, file)
    if not isinstance(document, dict):
        raise InputError(file, "", "not a CloudFormation template: it is not an object")
    return document


def context_vpcs(context: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the VPCs in CDK context by their id."""
    return {
        value["vpcId"]: value
        for key, value in context.items()
        if key.startswith(_VPC_LOOKUP) and isinstance(value, dict) and isinstance(value.get("vpcId"), str)
    }


def _environment(text: str) -> tuple[str | None, str | None]:
    """Return account and region of "aws://account/region", None for what is not known."""
    account, _, region = text.removeprefix("aws://").partition("/")
    return (
        None if account in ("", "unknown-account") else account,
        None if region in ("", "unknown-region") else region,
    )


def _report(folder: str) -> list[tuple[str, str, str]]:
    """Return what was acknowledged on the app (path "") and on stages, which only the validation report tells."""
    file = os.path.join(folder, "validation-report.json")
    if not os.path.isfile(file) or '"suppressedViolations"' not in (text := read_text(file, file)):
        return []
    report = parse(text, file)
    found = []
    for plugin in report.get("pluginReports") or () if isinstance(report, dict) else ():
        for violation in plugin.get("suppressedViolations") or ():
            name = str(violation.get("acknowledgedId", ""))
            found += _ours(str(violation.get("acknowledgedAt", "")), {name: violation.get("reason", "")})
    return list(dict.fromkeys(found))


class _Assets:
    """The file assets of a stack, among them the templates of its nested stacks."""

    __slots__ = ("_files", "_folder", "_known", "_stack")

    def __init__(self, folder: str, stack: str) -> None:
        self._folder = folder
        self._stack = stack
        self._files: dict[str, str] | None = None
        self._known: dict[str, Source] = {}

    def find(self, url: str, resource: Resource) -> Source | None:
        """Return the template that a nested stack's URL, or its ``aws:asset:path``, leads to."""
        path = resource.metadata.get("aws:asset:path")
        name = (
            path
            if isinstance(path, str)
            else next((file for asset, file in self._listed().items() if asset in url), None)
        )
        if name is None:
            return None
        if name not in self._known:
            file = os.path.join(self._folder, name)
            if not os.path.isfile(file):
                return None
            self._known[name] = Source(file, read_template(file), file=file, assets=self.find)
        return self._known[name]

    def _listed(self) -> dict[str, str]:
        """Return the files of the asset manifest by the hash that their address holds."""
        if self._files is None:
            self._files = {}
            file = os.path.join(self._folder, f"{self._stack}.assets.json")
            content = read_file(file, file) if os.path.isfile(file) else {}
            for asset, entry in (content.get("files") or {}).items() if isinstance(content, dict) else ():
                path = entry.get("source", {}).get("path") if isinstance(entry, dict) else None
                if isinstance(path, str) and path.endswith(".json"):
                    self._files[asset] = path
        return self._files
