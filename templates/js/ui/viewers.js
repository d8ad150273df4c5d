/**
 * Texts that are too long for a page: the lines that follow arrive when they are asked for.
 *
 * They are HTML that the builder escaped and coloured, one line after the other.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  function append(viewer, lines) {
    const list = viewer.querySelector(".lines");
    for (const line of lines.split("\n")) {
      const row = document.createElement("span");
      row.innerHTML = line;
      row.append("\n");
      list.append(row);
    }
    list.focus({ preventScroll: true });
  }

  for (const button of document.querySelectorAll("[data-rest]")) {
    button.onclick = async () => {
      button.disabled = true;
      try {
        append(button.closest(".viewer"), await reporter.load(button.dataset.rest, button.dataset.restName));
        button.remove();
      } catch (error) {
        button.disabled = false;
        reporter.announce(error.message);
      }
    };
  }
})((globalThis.reporter = globalThis.reporter || {}));
