"""Files as they were at a git revision."""

from __future__ import annotations

import os

from constructs_lib.assembly import InputError

_GIT_SECONDS = 60


def write_revision(revision: str, path: str, folder: str) -> str:
    """Write `path` as it was at the revision into the folder, and return where it is there.

    Raises:
        InputError: There is no such revision, or the path did not exist at it.
    """
    start = path if os.path.isdir(path) else os.path.dirname(path) or "."
    commit = _git(start, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        raise InputError(revision, "", f"there is no such file or folder, and no such git revision of {path}")
    # `git archive` gives the folder that it runs in, with names that start there.
    name = "." if os.path.isdir(path) else os.path.basename(path)
    archive = _git(start, "archive", "--format=tar", commit.decode().strip(), "--", name)
    if archive is None:
        raise InputError(revision, "", f"{path} did not exist at that revision")
    _unpack(archive, folder)
    return os.path.normpath(os.path.join(folder, name))


def _unpack(archive: bytes, folder: str) -> None:
    """Write the plain files of an archive; names that would lead out of the folder, and links, are left out."""
    import io
    import tarfile

    os.makedirs(folder)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            if content is None or os.path.isabs(member.name) or ".." in member.name.split("/"):
                continue
            place = os.path.join(folder, member.name)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "wb") as file:
                file.write(content.read())


def _git(folder: str, *arguments: str) -> bytes | None:
    """Return what git prints, or None where it fails or is not there."""
    import subprocess

    try:
        done = subprocess.run(  # noqa: S603 - the revision follows --end-of-options, the name is taken literally
            ["git", "-C", folder, *arguments],  # noqa: S607 - the user's git
            capture_output=True,
            timeout=_GIT_SECONDS,
            check=False,
            env={**os.environ, "GIT_LITERAL_PATHSPECS": "1"},
        )
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
