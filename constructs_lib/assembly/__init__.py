"""Templates as resources with their references followed: what stands left of this package sees neither ``Ref`` nor ``Fn::``."""

from __future__ import annotations

from constructs_lib.assembly.errors import InputError, NotApplicable, NotVisible, nearest
from constructs_lib.assembly.facts import fact, fact_of
from constructs_lib.assembly.group import Group, Input
from constructs_lib.assembly.load import from_documents, load
from constructs_lib.assembly.resource import Resource
from constructs_lib.assembly.template import Template
from constructs_lib.assembly.values import Pseudo, Reference, Text, Unknown, known, references, unknowns
from constructs_lib.assembly.worlds import DIVIDED, Branch, World, believe, explore, undivided


def declarations_schema() -> str:
    """Return the JSON Schema of what templates may declare under ``Metadata.SageMakerNetwork``."""
    from constructs_lib.assembly.declarations import declarations_schema as schema

    return schema()


__all__ = [
    "DIVIDED",
    "Branch",
    "Group",
    "Input",
    "InputError",
    "NotApplicable",
    "NotVisible",
    "Pseudo",
    "Reference",
    "Resource",
    "Template",
    "Text",
    "Unknown",
    "World",
    "believe",
    "declarations_schema",
    "explore",
    "fact",
    "fact_of",
    "from_documents",
    "known",
    "load",
    "nearest",
    "references",
    "undivided",
    "unknowns",
]
