"""What can go wrong while a template is read, and while a fact is looked up in it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class InputError(Exception):
    """The input cannot be read: ``str()`` is one line, "file: place: reason"."""

    def __init__(self, file: str, place: str, reason: str) -> None:
        """Keep the parts; control characters from the input are escaped, so that the message stays one line."""
        self.file = file
        self.place = place
        self.reason = reason
        text = ": ".join(part for part in (file, place, reason) if part)
        super().__init__("".join(c if c.isprintable() else repr(c)[1:-1] for c in text))

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes with the parts rather than with the joined text."""
        return InputError, (self.file, self.place, self.reason)


class NotVisible(Exception):
    """A rule asked for a fact that the templates do not hold; its result is *unverified*.

    ``what`` names the fact in words, ``declare`` says how to make it known.
    """

    def __init__(self, what: str, declare: str = "") -> None:
        """Keep both texts; ``str()`` is ``what``."""
        super().__init__(what)
        self.what = what
        self.declare = declare


class NotApplicable(Exception):
    """A rule does not concern this resource: no result."""


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the hint for a misspelt name: ``', did you mean "x"?'``, or nothing where no name is near."""
    import difflib

    folded = {known.lower(): known for known in names}
    close = difflib.get_close_matches(name.lower(), list(folded), n=1, cutoff=0.6)
    return f', did you mean "{folded[close[0]]}"?' if close else ""
