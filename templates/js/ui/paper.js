/**
 * Printing: the page in light colours, charts as vector drawings of a size that paper has, and all
 * rows of the table (grid.js). A browser asks for the page as it is when it is told to print, so
 * whatever has to be loaded first is loaded at Ctrl+P, before it is asked.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const root = document.documentElement;

  let chosen;
  let isPrinting = false;

  async function begin() {
    if (isPrinting) return;
    isPrinting = true;
    chosen = root.dataset.theme;
    root.dataset.theme = "light";
    await reporter.charts.toPaper();
  }

  function end() {
    if (!isPrinting) return;
    isPrinting = false;
    if (chosen) root.dataset.theme = chosen;
    else delete root.dataset.theme;
    reporter.charts.fromPaper();
  }

  /** Everything that a chart or a figure of this page needs, before the browser looks at it. */
  async function print() {
    reporter.announce("Preparing the page for print");
    await reporter.charts.loadAll();
    window.print();
  }

  reporter.print = print;

  addEventListener("beforeprint", begin);
  addEventListener("afterprint", end);
  addEventListener("keydown", (event) => {
    const isPrint = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "p";
    if (!isPrint) return;
    event.preventDefault();
    print().catch(() => window.print());
  });
})((globalThis.reporter = globalThis.reporter || {}));
