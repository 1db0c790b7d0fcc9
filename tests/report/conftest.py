"""What the tests of pages and pictures share."""

from __future__ import annotations

import pytest
from browser import launched


@pytest.fixture(scope="session")
def chromium():
    """A real browser for pages and pictures."""
    with launched() as browser:
        yield browser
