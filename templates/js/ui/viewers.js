/**
 * Texts: the lines that a page is too small for arrive when they are asked for, and every line can be
 * linked to: a click on its number puts file and line into the address.
 *
 * Lines that arrive are HTML that the builder escaped and coloured, one after the other.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { view } = reporter;

  /** What the number of a line takes, at most; the style sheet says how wide it is. */
  const NUMBER_PX = 56;

  function append(viewer, lines) {
    const list = viewer.querySelector(".lines:not(.tail)") || viewer.insertBefore(Object.assign(document.createElement("pre"), { className: "lines" }), viewer.firstChild);
    for (const line of lines.split("\n")) {
      const row = document.createElement("span");
      row.innerHTML = line;
      row.append("\n");
      list.append(row);
    }
    return list;
  }

  async function showRest(button) {
    button.disabled = true;
    try {
      const list = append(button.closest(".viewer"), await reporter.load(button.dataset.rest, button.dataset.restName));
      button.remove();
      return list;
    } catch (error) {
      button.disabled = false;
      reporter.announce(error.message);
      return null;
    }
  }

  /* Numbers of lines */

  const firstOf = (list) => Number(list.dataset.first || 1);

  function mark(row) {
    for (const other of document.querySelectorAll(".lines > .marked")) other.classList.remove("marked");
    row?.classList.add("marked");
  }

  function choose(event) {
    const row = event.target.closest(".lines > span");
    if (!row || event.clientX - row.getBoundingClientRect().left > NUMBER_PX || getSelection().toString()) return;
    const list = row.parentElement;
    const file = list.closest(".preview")?.querySelector("header bdi")?.textContent;
    if (!file || !firstOf(list)) return;
    const line = firstOf(list) + [...list.children].indexOf(row);
    const isMarked = row.classList.contains("marked");
    mark(isMarked ? null : row);
    view.set(isMarked ? { file: null, line: null } : { file, line: String(line) });
    if (!isMarked) reporter.announce(`Line ${line}: the address leads here.`);
  }

  function rowOf(viewer, line) {
    const lists = [...viewer.querySelectorAll(".lines")].filter(firstOf);
    const list = lists.find((candidate) => line >= firstOf(candidate) && line < firstOf(candidate) + candidate.children.length);
    return list?.children[line - firstOf(list)];
  }

  /** Open the file that the address names, at its line. */
  async function follow() {
    const line = Number(view.get("line"));
    if (!line && reporter.isFileOpen(view.get("file"))) return;
    const preview = view.get("file") && (await reporter.openFile(view.get("file")));
    if (!preview) return;
    const button = preview.querySelector("[data-rest]");
    if (line && !rowOf(preview, line) && button) await showRest(button);
    const row = line ? rowOf(preview, line) : null;
    mark(row);
    (row || preview).scrollIntoView({ block: row ? "center" : "start" });
  }

  reporter.onAdded((root) => {
    for (const button of root.querySelectorAll("[data-rest]")) button.onclick = async () => (await showRest(button))?.focus({ preventScroll: true });
    for (const list of root.querySelectorAll(".lines.tail")) {
      if (firstOf(list)) list.style.counterReset = `line ${firstOf(list) - 1}`;
      list.classList.toggle("unnumbered", !firstOf(list));
    }
  });

  document.addEventListener("click", choose);
  view.subscribe((_, changed) => (changed.includes("file") || changed.includes("line")) && follow());
  follow();
})((globalThis.reporter = globalThis.reporter || {}));
