"""A real Chromium for the tests of pages and pictures, and what it says about where things stand in them."""

from __future__ import annotations

import os
from contextlib import contextmanager
from shutil import which

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def _missing(reason):
    """Skip, or fail where a browser is a must."""
    if os.environ.get("REQUIRE_CHROMIUM") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def launched():
    """The browser named by CHROMIUM, or found on PATH; skipped where there is none, or failed where REQUIRE_CHROMIUM is 1."""
    executable = os.environ.get("CHROMIUM") or next((found for name in NAMES if (found := which(name))), None)
    if executable is None:
        _missing("there is no Chromium: install Debian's chromium, or name one with CHROMIUM")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("there is no Playwright: pip install playwright")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield browser
        browser.close()


def misplaced(page):
    """What is cut off, leaves the box or node that it belongs to, or lies on something else, in words; one pixel is forgiven."""
    return page.evaluate(_MISPLACED)


_MISPLACED = """() => {
  const found = [];
  const near = 1;
  const name = (one) => (one.closest("g[id]") || one).textContent.trim().replace(/\\s+/g, " ").slice(0, 60) || one.tagName;
  const rect = (one) => one.getBoundingClientRect();
  const inside = (a, b) => a.left >= b.left - near && a.right <= b.right + near && a.top >= b.top - near && a.bottom <= b.bottom + near;
  const apart = (a, b) => a.left >= b.right - near || b.left >= a.right - near || a.top >= b.bottom - near || b.top >= a.bottom - near;
  const pairs = (list, check) => list.forEach((a, i) => list.slice(i + 1).forEach((b) => check(a, b)));
  const pictures = [...document.querySelectorAll(".picture")];
  if (!pictures.length) found.push("no picture");
  for (const picture of pictures) {
    const all = (selector) => [...picture.querySelectorAll(selector)].filter((one) => one.tagName !== "text" || one.textContent.trim());
    const frame = rect(picture);
    all("text, .node > path, .cluster > path").filter((one) => !inside(rect(one), frame)).forEach((one) => found.push("cut off: " + name(one)));
    const nodes = all(".node:not(.junction)").map((node) => ({ node, box: rect(node.querySelector(":scope > path, :scope > polygon")) }));
    if (!nodes.length) found.push("an empty picture");
    pairs(nodes, (a, b) => apart(a.box, b.box) || found.push("nodes overlap: " + name(a.node) + " | " + name(b.node)));
    for (const { node, box } of nodes) {
      [...node.querySelectorAll("text")].filter((one) => !inside(rect(one), box)).forEach((one) => found.push("text leaves its node: " + one.textContent));
      pairs([...node.querySelectorAll("text")], (a, b) => apart(rect(a), rect(b)) || found.push("texts overlap: " + a.textContent + " | " + b.textContent));
    }
    const boxes = all(".cluster:not(.frame)").map((box) => ({ box, own: rect(box.querySelector("path")) }));
    pairs(boxes, (a, b) => apart(a.own, b.own) || inside(a.own, b.own) || inside(b.own, a.own) || found.push("boxes overlap: " + a.box.id + " | " + b.box.id));
    for (const { own } of boxes) {
      for (const { node, box } of nodes) if (!apart(box, own) && !inside(box, own)) found.push("node leaves its box: " + name(node));
    }
    const headings = all(".heading:not(.frame)");
    if (headings.length !== boxes.length) found.push("boxes without heading");
    headings.forEach((heading, number) => {
      for (const text of all(".heading text").filter((one) => heading.contains(one))) {
        if (!inside(rect(text), boxes[number].own)) found.push("heading leaves its box: " + text.textContent);
        for (const { node, box } of nodes) if (!apart(rect(text), box)) found.push("heading on a node: " + text.textContent + " | " + name(node));
      }
    });
    const texts = [...all(".heading text"), ...all(".edge text")];
    pairs(texts, (a, b) => apart(rect(a), rect(b)) || found.push("labels overlap: " + a.textContent + " | " + b.textContent));
    const headed = all(".heading:not(.frame) text").map((text) => ({ text, box: rect(text) }));
    const within = (point, box) => point.x > box.left + 2 && point.x < box.right - 2 && point.y > box.top + 2 && point.y < box.bottom - 2;
    for (const line of all(".edge > path")) {
      const points = [];
      for (let at = 0; at <= line.getTotalLength(); at += 4) points.push(line.getPointAtLength(at).matrixTransform(line.getScreenCTM()));
      for (const { text, box } of headed) if (points.some((point) => within(point, box))) found.push("line through a heading: " + text.textContent);
      for (const { node, box } of nodes) if (points.filter((point) => within(point, box)).length > 2) found.push("line through a node: " + name(node));
    }
    for (const text of all(".edge text")) {
      for (const { node, box } of nodes) if (!apart(rect(text), box)) found.push("label on a node: " + text.textContent + " | " + name(node));
    }
  }
  return found;
}"""


def contrasts(page, least):
    """Texts whose colour stands out less than `least` to 1 from what is painted behind them, in words."""
    return page.evaluate(_CONTRASTS, least)


_CONTRASTS = """(least) => {
  const parse = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((m, n) => n - m); return (x + 0.05) / (y + 0.05); };
  const solid = (colour) => colour.length === 3 || colour[3] > 0.99;
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length && solid(colour)) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const check = (what, colour, back) => { const got = ratio(parse(colour), back); if (got < least) found.push(what.slice(0, 40) + ": " + got.toFixed(2)); };
  for (const one of document.querySelectorAll("h1, h2, h3, h4, p, th, td a, dt, dd, span, a, code, b, li, small, summary")) {
    if (one.closest("svg") || !one.textContent.trim() || !one.getClientRects().length) continue;
    check(one.textContent.trim(), getComputedStyle(one).color, behind(one));
  }
  for (const picture of document.querySelectorAll(".picture")) {
    for (const node of picture.querySelectorAll(".node")) {
      const shape = node.querySelector(":scope > path");
      if (shape) for (const text of node.querySelectorAll("text")) check(text.textContent, getComputedStyle(text).fill, parse(getComputedStyle(shape).fill));
    }
    for (const text of picture.querySelectorAll(".edge text, .heading text")) {
      if (text.textContent.trim()) check(text.textContent, getComputedStyle(text).fill, parse(getComputedStyle(text).stroke));
    }
  }
  return found;
}"""
