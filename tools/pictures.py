"""The picture of each pattern for the docs, as `sagemaker-network diagram` draws it from the reference app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.assembly import load
from constructs_lib.report.diagram import svg
from constructs_lib.report.diagram.build import pictures as drawn

if TYPE_CHECKING:
    from pathlib import Path


def pictures(assembly: Path) -> dict[str, str]:
    """Return file name to SVG, one for each stack of the assembly that has a workload."""
    found = {}
    for picture in drawn(load([str(assembly)], defaults=True)):
        if picture.answers:
            (stack,) = picture.stacks
            found[f"{stack}.svg"] = svg.render([picture])
    return found
