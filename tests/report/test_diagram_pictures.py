"""The pictures of the docs: each pattern as `sagemaker-network diagram` draws it from the reference app, current and whole."""

from __future__ import annotations

import pytest
from browser import misplaced

from tools.pictures import pictures
from tools.reference import ROOT

PICTURES = ROOT / "docs" / "pictures"
NAMES = sorted(path.name for path in PICTURES.glob("*.svg"))


@pytest.fixture(scope="module")
def drawn(assembly):
    """File name to SVG, drawn now."""
    return pictures(assembly)


def test_the_pictures_are_current(drawn):
    """`make docs` has been run since the app or the drawing changed; every pattern has its picture, and no picture is left over."""
    there = {path.name: path.read_text(encoding="utf-8") for path in PICTURES.glob("*.svg")}
    assert sorted(there) == sorted(drawn)
    assert [name for name, text in drawn.items() if there[name] != text] == []


def test_the_pictures_are_the_same_each_time(assembly, drawn):
    """Drawn twice, byte for byte the same: else nobody could tell whether the docs are current."""
    assert pictures(assembly) == drawn


@pytest.mark.parametrize("name", NAMES)
def test_nothing_overlaps_or_is_cut_off(name, chromium):
    """In a real browser, every node stands in its box, every text in its node, and no two of them overlap."""
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    page.goto((PICTURES / name).as_uri())
    assert misplaced(page) == []
    page.close()
