/**
 * Named views of an experiment: plain links that carry a view's state. This marks the one that is
 * seen, and lets a click on a tab lead out of it.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  /** What a view does not say: two readers of one view may choose different themes. */
  const OWN = "theme";

  const { parse, change, differing } = reporter.state;

  /** The state that the page is in. */
  const seen = () => change(parse(location.hash), { [OWN]: null });

  function start() {
    const links = [...document.querySelectorAll(".views [data-role=view]")];
    if (!links.length) return;

    const isSeen = (link) => !differing(parse(link.hash), seen()).length;
    const mark = () => links.forEach((link) => (isSeen(link) ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));

    /** A tab shows all runs again: what the view had set is taken out of the address. */
    function leave() {
      const link = links.find(isSeen);
      if (!link) return;
      const names = Object.keys(parse(link.hash)).filter((name) => name !== "tab");
      reporter.view.set(Object.fromEntries(names.map((name) => [name, null])));
    }

    document.querySelector("[data-role=tabs]").addEventListener("click", leave, { capture: true });
    reporter.view.onWrite(mark);
    mark();
  }

  document.addEventListener("DOMContentLoaded", start);
})((globalThis.reporter = globalThis.reporter || {}));
