"""The flowcharts, drawn by Mermaid itself in a real browser, within the limits that code forges leave as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from drawings import IMPORTED, NETWORK, hostile, large

from constructs_lib.assembly import from_documents
from constructs_lib.report import diagram

MERMAID = Path(__file__).resolve().parents[2] / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"
DRAW = """async (text) => {
  mermaid.initialize({ startOnLoad: false });
  await mermaid.parse(text);
  const { svg } = await mermaid.render("drawn", text);
  document.body.innerHTML = svg;
  const all = (selector) => [...document.querySelectorAll(selector)];
  return { labels: all(".node .nodeLabel").map((one) => one.innerText), arrows: all(".flowchart-link").length,
           boxes: all(".cluster").length, scripts: all("svg script, svg img").length };
}"""
ARROW = re.compile(r"\w+ (-->|---|-\.-x|-\.-o)(\||\s)")
TEMPLATES = {
    "small": lambda: {"t": yaml.safe_load(NETWORK)},
    "several": lambda: {"a": yaml.safe_load(NETWORK), "b": yaml.safe_load(NETWORK)},
    "imported": lambda: {"t": yaml.safe_load(IMPORTED)},
    "hostile": hostile,
    "large": large,
    "nothing": lambda: {"t": {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}},
}


@pytest.fixture(scope="module")
def draw(chromium):
    """Draw a flowchart; nothing may be asked for from outside."""
    asked = []
    page = chromium.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.add_script_tag(content=MERMAID.read_text(encoding="utf-8"))
    yield lambda text: page.evaluate(DRAW, text)
    page.close()
    assert asked == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_mermaid_draws_it(draw, name):
    """Each arrow and each box of the text stands in the drawing, names as they are, and nothing of them is run."""
    documents = TEMPLATES[name]()
    text = diagram.render(from_documents(documents, defaults=True), from_documents(documents), "x.mmd")
    drawn = draw(text)
    lines = [line.strip() for line in text.splitlines()]
    assert drawn["boxes"] == sum(line.startswith("subgraph ") for line in lines)
    assert drawn["arrows"] == sum(bool(ARROW.match(line)) for line in lines)
    assert drawn["scripts"] == 0
    assert sorted(words(label) for label in drawn["labels"]) == sorted(
        words(re.sub(r"#(\d+);", lambda number: chr(int(number[1])), label.replace("<br/>", " ")))
        for line in lines
        if not line.startswith("subgraph ")
        for label in re.findall(r'(?:\["|\(\(")(.*?)"', line)
    )


def words(label):
    """A label without its line breaks."""
    return " ".join(label.split())
