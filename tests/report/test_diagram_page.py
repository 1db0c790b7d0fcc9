"""The page in a real browser: it renders, paths can be chosen by pointer and keyboard, and it is readable, dark and light, on screen and paper."""

from __future__ import annotations

import pytest
import yaml
from browser import contrasts, misplaced
from drawings import IMPORTED, NETWORK, hostile, large

from constructs_lib.assembly import from_documents
from constructs_lib.report import diagram

LAPTOP = {"width": 1280, "height": 800}
TEMPLATES = {
    "small": lambda: {"t": yaml.safe_load(NETWORK)},
    "imported": lambda: {"t": yaml.safe_load(IMPORTED)},
    "hostile": hostile,
    "large": large,
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The address of each page."""
    folder = tmp_path_factory.mktemp("pages")
    for name, documents in TEMPLATES.items():
        given = documents()
        text = diagram.render(from_documents(given, defaults=True), from_documents(given), "x.html")
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in TEMPLATES}


@pytest.fixture
def opened(chromium):
    """Open a page; nothing may be complained about or asked for."""
    wrong = []
    contexts = []

    def open_page(url, **options):
        context = chromium.new_context(viewport=LAPTOP, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: (wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on(
            "request",
            lambda request: request.url.split("#")[0] in (url.split("#")[0], "data:,") or wrong.append(request.url),
        )
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def link(page, destination):
    """The link of a path in the first table."""
    row = page.locator(".matrix").first.locator("tr", has=page.locator("th", has_text=destination))
    return row.locator("a").first


def lit(page, selector):
    """The titles of what is highlighted."""
    return page.eval_on_selector_all(
        f".picture {selector}.on",
        "all => all.map((one) => [...one.querySelectorAll('text')].map((text) => text.textContent).join(' ').trim())",
    )


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_renders_and_nothing_overlaps(pages, opened, name, scheme):
    """Whatever the templates hold: pictures whole, no error, no request, no dialog, no need to scroll sideways."""
    page = opened(pages[name], color_scheme=scheme)
    assert misplaced(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator(".matrix a").count() >= 6


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(pages, opened, scheme):
    """Text stands out from what is behind it by 4.5 to 1 at least, in pictures, tables and findings."""
    page = opened(pages["small"], color_scheme=scheme)
    link(page, "sts").click()
    assert contrasts(page, 4.5) == []


def test_choosing_a_path_shows_its_hops_and_lights_its_way(pages, opened):
    """A click shows the verdict, the reason and the hops, and highlights nodes, rows and lines; another one takes their place."""
    page = opened(pages["small"])
    assert page.locator(".path:visible").count() == 0
    link(page, "sts").click()
    article = page.locator(".path:visible")
    assert article.locator("h4").inner_text() == "Notebook → sts"
    assert article.locator(".verdict").inner_text() == "✕ blocked: endpoint's security group"
    assert "Closed" in article.locator(".why").inner_text()
    assert article.locator(".hop").first.inner_text().startswith("interface Notebook")
    assert article.locator(".hop.stop").count() == 1
    assert lit(page, ".edge") == ["", "✕ endpoint's security group"]
    assert lit(page, ".row") == ["sts"]
    assert page.url.endswith(f"#{article.get_attribute('id')}")
    link(page, "internet").click()
    assert page.locator(".path:visible h4").inner_text() == "Notebook → internet"
    assert sorted(title.split(" ")[-1] for title in lit(page, ".node")) == [
        "Igw",
        "Internet",
        "Nat",
        "Notebook",
        "Notebook",
    ]
    assert page.locator(".matrix a[aria-current]").count() == 1


def test_what_is_not_on_the_way_fades(pages, opened):
    """The lines of other paths can still be seen, but stand back."""
    page = opened(pages["small"])
    link(page, "sts").click()
    # The page's policy forbids what wait_for_function does, so the end of the transition is waited for here.
    faded = "one => Number(getComputedStyle(one).opacity)"
    for _ in range(100):
        if page.eval_on_selector(".picture .edge:not(.on)", faded) < 0.3:
            break
        page.wait_for_timeout(50)
    assert page.eval_on_selector(".picture .edge:not(.on)", faded) < 0.3
    assert page.eval_on_selector(".picture .edge.on", "one => getComputedStyle(one).opacity") == "1"


def test_a_line_of_the_picture_chooses_its_paths(pages, opened):
    """A click on a line chooses the first of its paths, a second click the next."""
    page = opened(pages["small"])
    line = page.locator(".picture .edge.reachable").first
    numbers = line.get_attribute("data-answers").split(" ")
    for number in (*numbers, numbers[0]):
        line.locator("polygon").dispatch_event("click")
        assert page.locator(".path:visible").get_attribute("data-answer") == number


def test_everything_works_by_keyboard(pages, opened):
    """One tabulator stop in the table; arrows move, Enter chooses, Escape clears; the focus can always be seen."""
    page = opened(pages["small"])
    stops = []
    for _ in range(40):
        page.keyboard.press("Tab")
        stops.append(
            page.evaluate("document.activeElement.className || document.activeElement.getAttribute('href') || ''")
        )
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert (
            outline == "0px"
            if page.evaluate("document.activeElement === document.body")
            else int(outline.removesuffix("px")) >= 3
        )
        if page.evaluate("!!document.activeElement.closest('.matrix')"):
            break
    assert stops[:3] == ["#network-p0", "#findings", "#cost"]
    assert "scroll" in stops
    first = page.evaluate("document.activeElement.dataset.answer")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator(".path:visible").get_attribute("data-answer") != first
    assert page.evaluate("document.activeElement.getAttribute('aria-current')") == "true"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert page.locator(".path:visible").get_attribute("data-answer") == first
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.dataset.answer") == first
    page.keyboard.press("Escape")
    assert page.locator(".path:visible").count() == 0
    assert page.locator(".picture .on").count() == 0
    page.keyboard.press("Tab")
    assert not page.evaluate("!!document.activeElement.closest('.matrix')")


def test_screen_readers_are_told(pages, opened):
    """Pictures, links, tables and what changes have names; each cell says workload, destination and verdict."""
    page = opened(pages["small"])
    assert page.locator(".picture").get_attribute("role") == "img"
    assert page.locator(".picture").get_attribute("aria-label") == "Network picture: t: VPC Vpc"
    assert link(page, "sts").get_attribute("aria-label") == "Notebook to sts: blocked: endpoint's security group"
    assert page.locator(".details").get_attribute("aria-live") == "polite"
    assert page.locator("th:not([scope])").count() == 0
    assert page.evaluate("document.documentElement.lang") == "en"


def test_a_link_to_a_path_opens_it(pages, opened):
    """The address names the path, so that it can be passed on."""
    page = opened(f"{pages['small']}#path-1")
    assert page.locator(".path:visible").get_attribute("data-answer") == "1"
    assert page.locator(".picture .edge.on").count() > 0


def test_without_scripts_the_links_still_show_their_path(pages, opened):
    """Where scripts are off, a link leads to its hops."""
    page = opened(pages["small"], java_script_enabled=False)
    link(page, "sts").click()
    assert page.locator(".path:visible h4").inner_text() == "Notebook → sts"


def test_picture_table_and_hops_fit_a_laptop(pages, opened):
    """With a path chosen, its line in the table, its picture and its first hops are in view together, in letters of nine pixels or more."""
    page = opened(pages["small"])
    page.locator(".network").first.evaluate("one => one.scrollIntoView()")
    link(page, "internet").click()
    for selector in (".picture", ".matrix a[aria-current]", ".path.shown h4", ".path.shown .hop"):
        box = page.locator(selector).first.bounding_box()
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= LAPTOP["width"]
        assert box["y"] + min(box["height"], 60) <= LAPTOP["height"]
    assert page.evaluate(
        "[...document.querySelectorAll('.picture text')].filter(t => t.textContent.trim()).every(t => t.getBoundingClientRect().height >= 9)"
    )


def test_a_large_app_stays_legible(pages, opened):
    """Six networks, one with a hundred subnets: each a picture of its own, of a size that can be read."""
    page = opened(pages["large"])
    sizes = page.eval_on_selector_all(
        ".picture", "all => all.map((one) => [+one.getAttribute('width'), +one.getAttribute('height')])"
    )
    assert len(sizes) == 6
    assert max(width for width, _ in sizes) <= 1800
    assert max(height for _, height in sizes) <= 2000


def test_paper_has_everything(pages, opened):
    """Printed, every path is there in full, and nothing is hidden behind a scroll bar."""
    page = opened(pages["small"])
    page.emulate_media(media="print")
    assert page.locator(".path:visible").count() == page.locator(".path").count() > 0
    assert page.evaluate(
        "[...document.querySelectorAll('.scroll')].every(one => one.scrollHeight <= one.clientHeight + 2)"
    )
