"""From paths to an :class:`Input`: template files, folders of them, and cloud assemblies."""

from __future__ import annotations

import gc
import os
from types import MappingProxyType

from constructs_lib.assembly.errors import InputError, nearest
from constructs_lib.assembly.group import Group, Input
from constructs_lib.assembly.limits import check_depth
from constructs_lib.assembly.nested import Source, link
from constructs_lib.assembly.read import parse, read_file, read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

_SUFFIXES = (".json", ".yaml", ".yml", ".template")
_SIGNS = ("Resources", "AWSTemplateFormatVersion")
_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__"})
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def load(
    paths: Sequence[str],
    *,
    parameters: Mapping[str, str] = _NOTHING,
    region: str | None = None,
    defaults: bool = False,
    context: Mapping[str, Any] = _NOTHING,
    progress: Callable[[int, int], None] | None = None,
    lenient: bool = False,
) -> Input:
    """Read cloud assembly folders, template files and folders of templates.

    The stacks of an assembly are grouped by stage, account and region; a folder is one group, and so are the files given by name.
    ``parameters`` decide parameters, ``region`` is where stacks without a region go, ``defaults`` lets undecided parameters take their default,
    ``context`` is CDK context besides that in ``cdk.context.json`` and ``cdk.json``. ``progress`` is called with files read and files in all.
    ``lenient`` lets parameters be given that no template has, and folders be without a template.
    In a folder, files that are no templates are skipped and counted, and unreadable templates are left for :attr:`Input.errors`.
    A file that is there twice, given twice or by a link, is read once.

    :raises InputError: a file given by name cannot be read or is no template, a folder has none, or a parameter is in no template.
    """
    collecting = gc.isenabled()
    gc.disable()  # documents are trees: looking for garbage in them takes a third of the time and finds none
    try:
        return _load(paths, _Groups(parameters, region, defaults, lenient=lenient), dict(context), _Reading(progress))
    finally:
        if collecting:
            gc.enable()


def _load(paths: Sequence[str], groups: _Groups, contexts: dict[str, Any], reading: _Reading) -> Input:
    paths = list(dict.fromkeys(paths))
    batches = [
        batch
        for path in paths
        if os.path.isdir(path)
        for batch in reading.folder(path, contexts, may_be_empty=groups.lenient)
    ]
    files = [path for path in paths if not os.path.isdir(path)]
    named = [source for path in reading.told(files) if (source := reading.named(path)) and reading.first(path)]
    if named:
        groups.add("templates", named, None)
    for name, sources in batches:
        groups.add(name, sources, reading.errors)
    return groups.input(reading, contexts)


def from_documents(
    documents: Mapping[str, Mapping[str, Any]],
    *,
    parameters: Mapping[str, str] = _NOTHING,
    region: str | None = None,
    account: str | None = None,
    stack_names: Mapping[str, str] = _NOTHING,
    defaults: bool = False,
    context: Mapping[str, Any] = _NOTHING,
) -> Input:
    """Return templates that are in memory, each under its name, as an input of one group; arguments as for :func:`load`.

    ``stack_names`` gives stack names by template name.
    """
    sources = []
    for name, document in documents.items():
        check_depth(name, document)
        sources.append(Source(name, document, stack_name=stack_names.get(name), account=account))
    groups = _Groups(parameters, region, defaults)
    groups.add("templates", sources, None)
    return groups.input(_Reading(None), context)


class _Reading:
    """What is found on the way: skipped files and errors."""

    def __init__(self, progress: Callable[[int, int], None] | None) -> None:
        self.progress = progress
        self.skipped: list[str] = []
        self.errors: list[InputError] = []
        self._seen: set[str] = set()
        self._folders: dict[str, str] = {}

    def first(self, path: str) -> bool:
        """Tell whether a file or folder is seen for the first time, whatever it was called."""
        folder, name = os.path.split(path)
        # Links are rare, and to follow every folder on the way takes longer than to read a template.
        whole = name in ("", ".", "..") or os.path.islink(path)
        real = os.path.realpath(path) if whole else os.path.join(self._real(folder), name)
        known = real in self._seen
        self._seen.add(real)
        return not known

    def _real(self, folder: str) -> str:
        found = self._folders.get(folder)
        if found is None:
            found = self._folders[folder] = os.path.realpath(folder)
        return found

    def named(self, path: str) -> Source:
        """Return the template in a file that was given by name."""
        document = read_file(path, path)
        if not _is_template(document):
            raise InputError(
                path, "", "not a CloudFormation template: it has neither Resources nor AWSTemplateFormatVersion"
            )
        return Source(path, document, file=path)

    def folder(
        self, path: str, contexts: dict[str, Any], *, may_be_empty: bool = False
    ) -> list[tuple[str, list[Source]]]:
        """Return the templates below a folder as one batch, and those of cloud assemblies in it as theirs."""
        batches: list[tuple[str, list[Source]]] = []
        files: list[str] = []
        skipped, errors = len(self.skipped), len(self.errors)
        known = False
        for folder, folders, names in os.walk(path, onerror=self._unreadable):
            folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED_FOLDERS)
            if "manifest.json" in names and (found := self._assembly(folder, contexts)) is not None:
                batches += found
                known = True  # also one without stacks
                folders.clear()
                continue
            listed = [os.path.join(folder, name) for name in sorted(names) if name.endswith(_SUFFIXES)]
            new = [file for file in listed if self.first(file)]
            known = known or len(new) < len(listed)
            files += new
        sources = [source for file in self.told(files) if (source := self._found(file)) is not None]
        if not (sources or known or may_be_empty or len(self.errors) > errors):
            raise InputError(path, "", f"no CloudFormation template in it{_skipped(len(self.skipped) - skipped)}")
        return batches + ([(path, sources)] if sources else [])

    def _unreadable(self, error: OSError) -> None:
        """Keep a folder that cannot be listed as an error: nobody knows what is in it."""
        reason = (error.strerror or str(error)).lower()
        self.errors.append(InputError(str(error.filename), "", f"cannot be read: {reason}"))

    def told(self, files: Sequence[str]) -> Iterator[str]:
        """Yield the files, telling how far it is."""
        for number, file in enumerate(files):
            if self.progress is not None:
                self.progress(number, len(files))
            yield file
        if self.progress is not None and files:
            self.progress(len(files), len(files))

    def _assembly(self, folder: str, contexts: dict[str, Any]) -> list[tuple[str, list[Source]]] | None:
        """Return the stacks of a cloud assembly in batches, or None where the folder is none."""
        from constructs_lib.assembly.cloud import Assembly, read_manifest

        manifest = read_manifest(folder)
        if manifest is None:
            return None
        if not self.first(folder):
            return []
        assembly = Assembly(folder, manifest)
        contexts.update(assembly.context())
        batches = assembly.batches()
        self.errors += assembly.errors
        for _, sources in batches:
            for source in sources:
                self.first(source.path)
        return batches

    def _found(self, file: str) -> Source | None:
        """Return the template in a file that was come across, or None after counting it as skipped or broken."""
        text = ""
        document: Any = None
        try:
            text = read_text(file, file)
            if any(sign in text for sign in _SIGNS):
                document = parse(text, file)
        except InputError as error:
            if _looks_like_template(file, text):
                self.errors.append(error)
            else:
                self.skipped.append(file)
            return None
        if not _is_template(document):
            self.skipped.append(file)
            return None
        return Source(file, document, file=file)


def _is_template(document: Any) -> bool:
    return isinstance(document, dict) and any(sign in document for sign in _SIGNS)


def _skipped(count: int) -> str:
    return f" ({count} file{'' if count == 1 else 's'} without resources skipped)" if count else ""


def _looks_like_template(file: str, text: str) -> bool:
    """Whether a file that cannot be read was meant to be a template."""
    if not text:
        try:
            with open(file, "rb") as stream:
                text = stream.read(65536).decode("utf-8", "replace")
        except PermissionError:
            return True  # nobody knows what is in it
        except OSError:
            return False
    return any(f'"{sign}"' in text or text.startswith(f"{sign}:") or f"\n{sign}:" in text for sign in _SIGNS)


class _Groups:
    """Makes groups of what was read, all under the same parameters, region and defaults."""

    def __init__(
        self, parameters: Mapping[str, str], region: str | None, defaults: bool, *, lenient: bool = False
    ) -> None:
        self.parameters = parameters
        self.lenient = lenient
        self.region = region
        self.defaults = defaults
        self.groups: list[Group] = []

    def add(self, name: str, sources: Sequence[Source], errors: list[InputError] | None) -> None:
        """Add a group; templates that are not valid are left for ``errors``, or raised where there is none."""
        group = Group(name, decided=self.parameters, defaults=self.defaults)
        for source in sources:
            source.region = source.region or self.region
        link(group, sources, errors)
        self.groups.append(group)

    def input(self, reading: _Reading, context: Mapping[str, Any]) -> Input:
        """Return all groups as the input."""
        if not self.lenient:
            _check_parameters(self.parameters, self.groups)
        if context:
            from constructs_lib.assembly.cloud import context_vpcs

            for group in self.groups:
                group.context_vpcs = context_vpcs(context)
        return Input(self.groups, skipped=reading.skipped, errors=reading.errors)


def _check_parameters(parameters: Mapping[str, str], groups: Sequence[Group]) -> None:
    """Raise :class:`InputError` for a parameter that no template has."""
    names = {name for group in groups for name in group.parameters}
    for name in parameters:
        if name not in names:
            raise InputError("--parameter", "", f'no template has a parameter "{name}"{nearest(name, names)}')
