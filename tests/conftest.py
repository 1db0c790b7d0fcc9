"""What all tests share."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

# The CDK runs on Node.js; the one of this environment comes first, so that an old one of the machine is not used (and
# prints no banner).
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture(scope="session")
def chromium():
    """A real browser for pages and pictures."""
    from browser import launched

    with launched() as browser:
        yield browser
