/**
 * The elements of the grid's rows and headings, as fragments/runs_table.html.j2 makes them.
 *
 * Everything logged enters as text. This file knows neither rows nor columns that are out of sight.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  /** Names longer than this are cut in their middle; the tail stays. As in macros.html.j2. */
  const LONG_NAME = 12;
  const TAIL = 8;

  const SVG = "http://www.w3.org/2000/svg";

  const ARROWS = { min: "↓", max: "↑", "": "" };

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  /** All rows are of one height: what a name has of line breaks and tabs is space. */
  const oneLine = (name) => name.trim().replace(/\s+/g, " ") || name;

  /** The two parts of a name: what may be cut, and what must stay. */
  function nameParts(name) {
    const letters = Array.from(oneLine(name));
    if (letters.length <= LONG_NAME) return [element("span", "ell", letters.join(""))];
    const tail = letters.splice(-TAIL).join("");
    return [element("span", "ell", letters.join("")), element("span", "tail", tail)];
  }

  function nameElement(run) {
    const made = element(run.href ? "a" : "span", "mid");
    made.dir = "auto";
    made.title = run.name;
    if (run.href) {
      made.href = run.href;
      made.tabIndex = -1;
    }
    made.append(...nameParts(run.shortName ?? run.name));
    if (run.count) made.append(element("span", "count", `n = ${reporter.format.count(run.count)}`));
    return made;
  }

  /** Takes the place of rows that are scrolled away. */
  function padRow() {
    const row = element("tr", "pad");
    row.setAttribute("aria-hidden", "true");
    row.append(element("td"));
    return row;
  }

  /** Takes the place of headings that are scrolled away; none where there are none. */
  function gapCells(tag, width) {
    if (!(width > 0)) return [];
    const gap = element(tag, "gap");
    gap.setAttribute("aria-hidden", "true");
    return [gap];
  }

  function headButton({ id, label, word, unit, direction, description }) {
    const button = element("button");
    button.type = "button";
    button.tabIndex = -1;
    button.title = description || id;
    button.append(element("bdi", "", label));
    if (word) button.append(" ", element("span", "u", word));
    if (unit) button.append(" ", element("span", "u", unit));
    if (direction) button.append(" ", element("span", "dir", ARROWS[direction]));
    return button;
  }

  /** For the mouse; keys do the same, and say so in the list of keys. */
  function headHandle(className) {
    const handle = element("span", className);
    handle.setAttribute("aria-hidden", "true");
    return handle;
  }

  /** The line of a history, in place of its last value. */
  function sparkElement(path) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "spark");
    svg.setAttribute("viewBox", "0 0 84 20");
    svg.setAttribute("aria-hidden", "true");
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  /** @param {number} [slot]  digits that have room beside each value: the heading stands above the values */
  function headCell(column, index, className, sorted, slot) {
    const cell = element("th", className);
    cell.setAttribute("role", "columnheader");
    cell.scope = "col";
    cell.dataset.column = column.id;
    cell.setAttribute("aria-sort", sorted);
    cell.setAttribute("aria-colindex", index + 2);
    const button = headButton(column);
    if (slot) {
      cell.classList.add("slotted");
      button.style.marginInlineEnd = `calc(${slot}ch + 6px)`;
    }
    cell.append(button, headHandle("more"), headHandle("grip"));
    return cell;
  }

  /** A row with its name cell: box, colour, state, name. */
  function makeRow() {
    const row = element("tr");
    const name = element("td", "name");
    name.setAttribute("aria-colindex", 1);
    name.tabIndex = -1;
    const box = element("input");
    box.type = "checkbox";
    box.tabIndex = -1;
    const swatch = element("span", "sw");
    swatch.setAttribute("aria-hidden", "true");
    const parts = element("div");
    parts.append(box, swatch, element("span", "st"), element("span", "mid"));
    name.append(parts);
    row.append(name);
    return row;
  }

  function fillName(row, run) {
    if (run.id) row.dataset.runId = run.id;
    else delete row.dataset.runId;
    const [box, swatch, status, name] = row.cells[0].firstChild.children;
    const word = run.state.charAt(0).toUpperCase() + run.state.slice(1);
    box.setAttribute("aria-label", `Select ${run.name}`);
    swatch.className = `sw k${run.color}`;
    swatch.hidden = !run.color;
    status.hidden = !run.state;
    status.className = `st st-${run.state} icon-only`;
    status.title = word;
    status.textContent = word;
    name.replaceWith(nameElement(run));
  }

  /** Give a row as many cells as it needs. */
  function fitCells(row, wanted) {
    while (row.cells.length > wanted) row.lastChild.remove();
    while (row.cells.length < wanted) {
      const cell = element("td");
      cell.tabIndex = -1;
      row.append(cell);
    }
  }

  function fillGap(cell) {
    cell.className = "gap";
    cell.style.insetInlineStart = "";
    cell.replaceChildren();
    cell.removeAttribute("title");
    cell.removeAttribute("aria-colindex");
    cell.setAttribute("aria-hidden", "true");
  }

  /** What stands beside a value, in a slot of its own so that values line up. */
  function asideElement({ text, mark, width }) {
    const made = element("span", mark, text);
    if (width) made.style.minWidth = `${width}ch`;
    return made;
  }

  /** @param {boolean} isBare  digits need no element of their own to be kept apart from other scripts */
  function fillCell(cell, index, className, isBare, { text, exact, mark, aside, spark }) {
    cell.className = mark ? `${className} ${mark}` : className;
    cell.setAttribute("aria-colindex", index + 2);
    cell.removeAttribute("aria-hidden");
    if (exact) cell.title = exact;
    else cell.removeAttribute("title");
    if (spark) cell.replaceChildren(sparkElement(spark), element("span", "vh", text));
    else if (aside) cell.replaceChildren(element("bdi", "", text), asideElement(aside));
    else if (isBare || cell.childElementCount > 1) cell.replaceChildren(isBare ? text : element("bdi", "", text));
    else if (cell.firstElementChild?.matches("bdi")) cell.firstElementChild.textContent = text;
    else cell.replaceChildren(element("bdi", "", text));
  }

  /** @param {boolean | "mixed"} state */
  function markSelected(row, state) {
    const box = row.cells[0].firstChild.firstChild;
    row.classList.toggle("sel", state === true);
    row.setAttribute("aria-selected", state === true);
    box.checked = state === true;
    box.indeterminate = state === "mixed";
  }

  function foldButton() {
    const button = element("button", "fold");
    button.type = "button";
    button.tabIndex = -1;
    button.dataset.role = "fold";
    button.setAttribute("aria-hidden", "true");
    return button;
  }

  /** Where a row stands in an outline, if the table has one. The mark to click comes last in its cell, the style puts it first. */
  function markNode(row, node) {
    const parts = row.cells[0].firstChild;
    const button = parts.querySelector("[data-role=fold]");
    row.classList.toggle("heading", Boolean(node?.isHeading));
    if (!node) {
      button?.remove();
      row.removeAttribute("aria-level");
      row.removeAttribute("aria-expanded");
      return;
    }
    if (!button) parts.append(foldButton());
    row.setAttribute("aria-level", node.level);
    if (node.isOpen === null) row.removeAttribute("aria-expanded");
    else row.setAttribute("aria-expanded", node.isOpen);
  }

  reporter.gridCells = { element, padRow, gapCells, headCell, makeRow, fillName, fitCells, fillGap, fillCell, markSelected, markNode };
})((globalThis.reporter = globalThis.reporter || {}));
