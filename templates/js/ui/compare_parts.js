/**
 * The way past a long table of the compare page: a button for each part below that has something to say.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined" || document.documentElement.dataset.page !== "compare") return;

  const { make } = reporter.elements;

  const way = document.querySelector("[data-role=compare-parts]");
  const sections = [...document.querySelectorAll("main > section.sect")];

  const headingOf = (section) => section.querySelector("h2");

  function go(section) {
    const heading = headingOf(section);
    heading.tabIndex = -1;
    section.scrollIntoView({ block: "start" });
    heading.focus({ preventScroll: true });
  }

  function draw() {
    const shown = sections.filter((section) => !section.hidden && headingOf(section));
    way.hidden = !shown.length;
    if (way.textContent === shown.map((section) => headingOf(section).textContent).join("")) return;
    way.replaceChildren(...shown.map((section) => make("button.btn.plain.small", { textContent: headingOf(section).textContent, onclick: () => go(section) })));
  }

  const observer = new MutationObserver(draw);
  for (const section of sections) observer.observe(section, { attributeFilter: ["hidden"], childList: true });
  reporter.comparePage.join({ draw });
})((globalThis.reporter = globalThis.reporter || {}));
