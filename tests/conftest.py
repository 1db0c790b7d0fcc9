"""What all tests share."""

from __future__ import annotations

import fcntl
import os
import sys
from pathlib import Path

import pytest

from tools.reference import AGNOSTIC, in_process_of_its_own

# The CDK runs on Node.js; the one of this environment comes first, so that an old one of the machine is not used (and
# prints no banner).
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

REGIONS = ("us-east-1", "eu-west-1", "ap-northeast-1", "cn-north-1", "us-gov-west-1")


@pytest.fixture(scope="session")
def assemblies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference app, synthesized once for all tests and all workers of a run, and judged by all packs.

    The folder holds one assembly for any commercial or GovCloud region (`agnostic`), and one for each of five regions.
    """
    own = tmp_path_factory.getbasetemp()
    root = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = root / "reference-assemblies"
    with (root / "reference-assemblies.lock").open("w") as lock:
        # The workers are processes: the first one synthesizes, the others wait for it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / REGIONS[-1]).exists():
            in_process_of_its_own(folder, REGIONS)
    return folder


@pytest.fixture(scope="session")
def assembly(assemblies: Path) -> Path:
    """The assembly that any commercial or GovCloud region can take."""
    return assemblies / AGNOSTIC


@pytest.fixture(scope="session")
def chromium():
    """A real browser for pages and pictures."""
    from browser import launched

    with launched() as browser:
        yield browser
