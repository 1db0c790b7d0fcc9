"""A report in a file, whole or not at all."""

from __future__ import annotations

import os
from stat import S_IMODE, S_ISREG


def write(text: str, path: str) -> None:
    """Write the text to a file so that a reader sees the old file or the new one, never a part.

    A link is followed; what is no regular file, such as `/dev/stdout`, is written to as it is.

    Raises:
        OSError: It cannot be written; a file that was there is as it was.
    """
    path = os.path.realpath(path)
    mode = None
    if os.path.exists(path):
        mode = os.stat(path).st_mode
        if not S_ISREG(mode):
            with open(path, "w", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write(text)
            return
    part = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.{os.getpid()}.part")
    try:
        with open(part, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
        if mode is not None:
            os.chmod(part, S_IMODE(mode))
        os.replace(part, path)
    except BaseException:
        if os.path.exists(part):
            os.remove(part)
        raise
