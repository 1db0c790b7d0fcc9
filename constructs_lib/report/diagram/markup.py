"""HTML as text: elements whose attributes are escaped, and text that is."""

from __future__ import annotations

from html import escape

from constructs_lib.report.diagram.names import clean


def text(words: object) -> str:
    """Return text as HTML: escaped, without characters that no page may hold."""
    return escape(clean(words))


def joined(*parts: str) -> str:
    """Return parts of a page below each other."""
    return "\n".join(part for part in parts if part)


def element(tag: str, *content: str, **attributes: object) -> str:
    """Return an element.

    Args:
        tag: Its name.
        content: What it holds, as HTML.
        attributes: Its attributes, escaped here; `cls` is `class`, `_` becomes `-`; True is an attribute without value, False and None none.

    """
    said = ""
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        key = "class" if name == "cls" else name.replace("_", "-")
        said += f" {key}" if value is True else f' {key}="{text(value)}"'
    return f"<{tag}{said}>{''.join(content)}</{tag}>"
