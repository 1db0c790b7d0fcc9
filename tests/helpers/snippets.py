"""The fenced blocks of the project's pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
# A rule's page is made of its examples, which have tests of their own.
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(path for path in ROOT.glob("docs/**/*.md") if path.parent.name != "rules" or path.name == "README.md"),
    ]
)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Snippet(NamedTuple):
    """One fenced block: where it stands and what it says."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def place(self) -> str:
        """Page and line, for test ids and messages."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def snippets(language: str) -> list[Snippet]:
    """All blocks of the language, in the order of the pages."""
    return [
        Snippet(page, page.read_text().count("\n", 0, match.start()) + 1, match[1], match[2])
        for page in PAGES
        for match in _FENCE.finditer(page.read_text())
        if match[1] == language
    ]


def commands() -> list[tuple[str, str]]:
    """Place and command line of each prompt in the console blocks, continued lines joined, comments left out."""
    found = []
    for block in snippets("console"):
        for line in block.text.replace("\\\n", " ").splitlines():
            if line.startswith("$ "):
                found.append((block.place, re.sub(r"\s+#\s.*$", "", line[2:]).strip()))
    return found
