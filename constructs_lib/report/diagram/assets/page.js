"use strict";
(() => {
  document.documentElement.classList.add("js");
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const links = new Map(all(".matrix a[data-answer]").map((link) => [link.dataset.answer, link]));

  function clear() {
    all(".on").forEach((one) => one.classList.remove("on"));
    all(".chosen").forEach((one) => one.classList.remove("chosen"));
    all(".path.shown").forEach((one) => one.classList.remove("shown"));
    all(".matrix a[aria-current]").forEach((one) => one.removeAttribute("aria-current"));
  }

  function choose(number, into) {
    const article = document.getElementById("path-" + number);
    if (!article) return;
    clear();
    article.classList.add("shown");
    const link = links.get(number);
    if (link) {
      link.setAttribute("aria-current", "true");
      roam(link);
    }
    const drawn = all("[data-answers~='" + number + "']");
    drawn.forEach((one) => one.classList.add("on"));
    new Set(drawn.map((one) => one.closest(".picture"))).forEach((picture) => picture.classList.add("chosen"));
    const scroller = drawn.length && drawn[0].closest(".scroll");
    if (scroller && into) bring(scroller, drawn);
    history.replaceState(null, "", "#path-" + number);
  }

  // Scroll the picture, and only the picture, so that the path is in view.
  function bring(scroller, drawn) {
    const frame = scroller.getBoundingClientRect();
    const places = drawn.map((one) => one.getBoundingClientRect());
    const middle = (low, high) => (Math.min(...places.map(low)) + Math.max(...places.map(high))) / 2;
    scroller.scrollTop += middle((one) => one.top, (one) => one.bottom) - (frame.top + frame.bottom) / 2;
    scroller.scrollLeft += middle((one) => one.left, (one) => one.right) - (frame.left + frame.right) / 2;
  }

  // One stop for the tabulator key in each table; the arrow keys move within it.
  function roam(link) {
    all("a[data-answer]", link.closest("table")).forEach((one) => { one.tabIndex = one === link ? 0 : -1; });
  }

  function neighbour(link, key) {
    const cell = link.closest("td");
    const row = cell.parentElement;
    const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[key];
    if (!steps) return null;
    const rows = [...row.parentElement.children];
    let line = rows.indexOf(row) + steps[0];
    let column = cell.cellIndex + steps[1];
    while (rows[line] && rows[line].cells[column]) {
      const found = rows[line].cells[column].querySelector("a[data-answer]");
      if (found) return found;
      line += steps[0];
      column += steps[1];
    }
    return null;
  }

  all(".matrix").forEach((table) => {
    const first = table.querySelector("a[data-answer]");
    if (first) roam(first);
    table.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-answer]");
      if (!link) return;
      event.preventDefault();
      choose(link.dataset.answer, true);
    });
    table.addEventListener("keydown", (event) => {
      const link = event.target.closest("a[data-answer]");
      const next = link && neighbour(link, event.key);
      if (!next) return;
      event.preventDefault();
      roam(next);
      next.focus();
    });
  });

  // A line or node of the picture stands for several paths: each click chooses the next of them.
  all(".picture").forEach((picture) => picture.addEventListener("click", (event) => {
    const part = event.target.closest("[data-answers]");
    if (!part) return;
    const numbers = part.dataset.answers.split(" ");
    const now = document.querySelector(".path.shown");
    choose(numbers[(numbers.indexOf(now ? now.dataset.answer : "") + 1) % numbers.length], false);
  }));

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !document.querySelector(".path.shown")) return;
    clear();
    history.replaceState(null, "", location.pathname + location.search);
  });

  const asked = /^#path-(\d+)$/.exec(location.hash);
  if (asked) choose(asked[1], true);
})();
