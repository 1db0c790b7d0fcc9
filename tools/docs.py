"""``make docs``: write the generated pages; ``--check`` only says which of them are not current."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tools import acknowledgement_page, pictures, rule_pages
from tools.reference import AGNOSTIC, in_process_of_its_own

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def generated(assembly: Path) -> dict[Path, str]:
    """Return every generated page with its text.

    Args:
        assembly: the reference app's, with the report of all packs, as `tools.reference` writes it.

    """
    return {
        DOCS / "acknowledgements.md": acknowledgement_page.page(assembly),
        **{DOCS / "rules" / name: text for name, text in rule_pages.pages().items()},
        **{DOCS / "pictures" / name: text for name, text in pictures.pictures(assembly).items()},
    }


def outdated(pages: dict[Path, str]) -> list[Path]:
    """Return the pages that differ from what would be generated, and those that no rule has any more."""
    stray = {*(DOCS / "rules").glob("*.md"), *(DOCS / "pictures").glob("*.svg")} - set(pages)
    return sorted(
        [path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
        + list(stray)
    )


def main() -> int:
    """Write what is outdated, or list it."""
    with tempfile.TemporaryDirectory() as folder:
        in_process_of_its_own(Path(folder))
        pages = generated(Path(folder) / AGNOSTIC)
    changed = outdated(pages)
    if "--check" in sys.argv[1:]:
        for path in changed:
            print(f"not current: {path.relative_to(ROOT)}; run make docs")
        return 1 if changed else 0
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
