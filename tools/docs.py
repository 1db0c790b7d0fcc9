"""``make docs``: write the generated pages; ``--check`` only says which of them are not current."""

from __future__ import annotations

import sys
from pathlib import Path

from tools import rule_pages

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def generated() -> dict[Path, str]:
    """Return every generated page with its text."""
    return {DOCS / "rules" / name: text for name, text in rule_pages.pages().items()}


def outdated() -> list[Path]:
    """Return the pages that differ from what would be generated, and those that no rule has any more."""
    pages = generated()
    stray = set((DOCS / "rules").glob("*.md")) - set(pages)
    return sorted([path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text] + list(stray))


def main() -> int:
    """Write what is outdated, or list it."""
    changed = outdated()
    if "--check" in sys.argv[1:]:
        for path in changed:
            print(f"not current: {path.relative_to(ROOT)}; run make docs")
        return 1 if changed else 0
    pages = generated()
    for path in changed:
        if path in pages:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages[path], encoding="utf-8")
        else:
            path.unlink()
    print(f"{len(pages)} pages, {len(changed)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
