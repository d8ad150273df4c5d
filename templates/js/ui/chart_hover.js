/**
 * Reading values off charts: one cursor over all of them, and what the lines under it are.
 *
 * Elements of our own above the canvas: what Vega would do costs as much as drawing everything again.
 * A chart hands in what the cursor needs to know of it; `area` is {left, top, width, height} of the
 * plot in pixels from the mount's corner, the other pixels count from the area's corner.
 *
 * @typedef {object} ReadableLines
 * @property {HTMLElement} mount
 * @property {object} area
 * @property {string} xTitle
 * @property {string} xKind  charts with the same one share the cursor
 * @property {number} xUnit  how much of what charts share is one of x: milliseconds of a minute
 * @property {string} unit
 * @property {object[]} curves  of plotLines
 * @property {string[]} colors
 * @property {(x: number) => number} toX  value to pixels
 * @property {(y: number) => number} toY
 * @property {(px: number) => number} fromX
 *
 * @typedef {object} ReadableBars
 * @property {HTMLElement} mount
 * @property {object} area
 * @property {string} metric
 * @property {string} unit
 * @property {object[]} bars  runs with a value, from top to bottom
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { nearestStep, readout, exactValue, around, exactTexts, headOf } = reporter.readout;
  const { format } = reporter;
  const { make } = reporter.elements;

  const MOST_ROWS = 8;
  /** Of the tooltip from the cursor. */
  const GAP_PX = 14;

  /** By plotbox. @type {Map<HTMLElement, LineReader | BarReader>} */
  const readers = new Map();

  const isInside = (area, x, y) => x >= 0 && x <= area.width && y >= 0 && y <= area.height;

  /* What can be read */

  class LineReader {
    /** @param {ReadableLines} chart */
    constructor(chart) {
      this.chart = chart;
      this.mount = chart.mount;
      this.line = make("div.cursor");
      this.line.style.height = `${chart.area.height}px`;
      this.dots = Array.from({ length: MOST_ROWS }, () => make("div.cursor-dot"));
      this.layer = make("div.cursor-layer", {}, this.line, ...this.dots);
      this.layer.hidden = true;
      this.mount.append(this.layer);
    }

    /** What stands at a place of the plot, as a tooltip says it; null when nothing does. */
    read(x, y) {
      const { chart } = this;
      const step = isInside(chart.area, x, y) ? nearestStep(chart.curves, chart.fromX(x)) : null;
      if (step === null) return null;
      const { rows, more } = this.show(step, y, chart.curves);
      const values = rows.map(({ curve, at }) => exactValue(curve, at));
      const raws = rows.map(({ curve, at }) => exactValue({ line: curve.line, y: curve.line.y }, at));
      const texts = exactTexts(values);
      return {
        step: step * chart.xUnit,
        ids: new Set(rows.map((row) => row.curve.line.id)),
        head: headOf(chart.xKind, chart.xTitle, step),
        unit: chart.unit,
        rows: rows.map((row, i) => ({ ...row.curve.line, value: values[i], text: texts[i], aside: this.asideOf(row, step, values[i], raws[i]) })),
        more,
      };
    }

    /** What is to be known beside a value: its band, what was logged where it was smoothed, where it stands. */
    asideOf({ curve, at, x }, step, value, raw) {
      const band = around(curve, at);
      const asides = [band, curve.line.n && `n = ${curve.line.n[at]}`];
      if (!curve.line.members && !Object.is(raw, value)) asides.push(`logged ${exactTexts([raw])[0]}`);
      if (x !== step) asides.push(`at ${headOf(this.chart.xKind, "", x).trim()}`);
      return asides.filter(Boolean).join(" · ");
    }

    /** Put the cursor where another chart has it, and dots on the same runs. */
    follow(step, ids) {
      this.show(step / this.chart.xUnit, null, this.chart.curves.filter(({ line }) => ids.has(line.id)));
    }

    show(step, cursorPx, curves) {
      const { chart } = this;
      const px = chart.toX(step);
      const read = readout(curves, step, chart.toY, cursorPx, MOST_ROWS);
      this.layer.hidden = !(px >= -1 && px <= chart.area.width + 1);
      this.move(this.line, px, 0);
      this.dots.forEach((dot, i) => this.showDot(dot, read.rows[i]));
      return read;
    }

    showDot(dot, row) {
      dot.hidden = !row || !Number.isFinite(row.px);
      if (dot.hidden) return;
      this.move(dot, this.chart.toX(row.x), row.px);
      dot.style.backgroundColor = this.chart.colors[row.curve.line.color - 1];
    }

    move(element, x, y) {
      const { left, top } = this.chart.area;
      element.style.transform = `translate(${left + x}px, ${top + y}px)`;
    }

    hide() {
      this.layer.hidden = true;
    }

    remove() {
      this.layer.remove();
    }
  }

  /** Of a bar for several runs: what is around its value, and how many they are. */
  function barAside({ value, low, high, n, members }) {
    if (!members) return "";
    return [around({ line: { low: [low], high: [high] }, y: [value] }, 0), `n = ${n}`].filter(Boolean).join(" · ");
  }

  class BarReader {
    /** @param {ReadableBars} chart */
    constructor(chart) {
      this.chart = chart;
      this.mount = chart.mount;
    }

    read(x, y) {
      const { area, bars, metric, unit } = this.chart;
      const bar = isInside(area, Math.max(0, x), y) ? bars[Math.floor((y / area.height) * bars.length)] : null;
      return bar ? { head: metric, unit, rows: [{ ...bar, text: exactTexts([bar.value])[0], aside: barAside(bar) }], more: 0 } : null;
    }

    hide() {}

    remove() {}
  }

  /* The tooltip */

  const tip = make("div.tip.chart-tip");
  tip.hidden = true;

  function tipRow({ color, dash, name, value, text, aside }, unit) {
    const label = make("span.tip-name", {}, make(`span.sw.dash${dash}`), make("bdi.ell", {}, name));
    const cells = [make("td", {}, label), make(Number.isFinite(value) ? "td.num" : "td.num.nan", {}, text)];
    if (unit) cells.push(make("td.tip-unit.muted", {}, unit));
    if (aside) cells.push(make("td.tip-aside.muted", {}, aside));
    return make(`tr.k${color}`, {}, ...cells);
  }

  function fillTip({ head, unit, rows, more }) {
    const table = make("table", {}, ...rows.map((row) => tipRow(row, unit)));
    const rest = more ? [make("div.muted", {}, `+${format.count(more)} more`)] : [];
    tip.replaceChildren(make("b", {}, head), table, ...rest);
  }

  /** Beside the cursor, on the side that has room, or else below or above: never under it. */
  function placeTip(x, y) {
    const { width, height } = tip.getBoundingClientRect();
    const hasRoom = x + GAP_PX + width <= innerWidth;
    const isBeside = hasRoom || x - GAP_PX - width >= 0;
    const isBelow = y + GAP_PX + height <= innerHeight;
    const beside = hasRoom ? x + GAP_PX : x - GAP_PX - width;
    const left = isBeside ? beside : Math.max(0, (innerWidth - width) / 2);
    const level = Math.max(GAP_PX, Math.min(y - height / 2, innerHeight - GAP_PX - height));
    const top = isBeside ? level : isBelow ? y + GAP_PX : y - GAP_PX - height;
    tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  /* The pointer */

  let pending = 0;
  let pointer = null;
  /** The plotbox whose tooltip stays. */
  let pinned = null;

  /** What lies under a place of the screen: pixels from the corner of the plot. */
  function placeIn(box, { x, y }) {
    const reader = readers.get(box);
    if (!reader) return null;
    const corner = reader.mount.getBoundingClientRect();
    const { left, top } = reader.chart.area;
    return { reader, x: x - corner.left - left, y: y - corner.top - top };
  }

  function readPointer() {
    const place = placeIn(pointer.box, pointer);
    const read = place?.reader.read(place.x, place.y);
    return read && { ...read, reader: place.reader };
  }

  function share({ reader, step, ids }) {
    for (const other of readers.values()) {
      if (other !== reader && other.chart.xKind === reader.chart.xKind) other.follow(step, ids);
    }
  }

  /** Pictures logged by step go with the cursor, and the cursor with them: see player.js. */
  function tellStep({ reader, step }) {
    if (reader.chart.xKind === "step") reporter.tellStep?.(step, "chart", Boolean(pinned));
  }

  document.addEventListener("reporter:step", ({ detail: { step, from } }) => {
    if (from === "chart" || pinned || pointer) return;
    for (const reader of readers.values()) {
      if (step === null) reader.hide();
      else if (reader.chart.xKind === "step" && reader.follow) reader.show(step / reader.chart.xUnit, null, reader.chart.curves);
    }
  });

  function update() {
    pending = 0;
    if (pinned || hover.isHeld) return;
    const read = pointer && readPointer();
    tip.hidden = !read;
    if (!read) return hideCursors();
    if (read.step !== undefined) share(read);
    if (read.step !== undefined) tellStep(read);
    fillTip(read);
    placeTip(pointer.x, pointer.y);
  }

  function hideCursors() {
    for (const reader of readers.values()) reader.hide();
  }

  function leave() {
    pointer = null;
    if (pinned) return;
    tip.hidden = true;
    hideCursors();
  }

  function follow(event) {
    pointer = { box: event.currentTarget, x: event.clientX, y: event.clientY };
    pending ||= requestAnimationFrame(update);
  }

  /* A click pins what is read, so that the pointer is free to mark and copy it */

  function pin(event) {
    pointer = { box: event.currentTarget, x: event.clientX, y: event.clientY };
    update();
    if (tip.hidden) return;
    pinned = pointer.box;
    const read = readPointer();
    if (read?.step !== undefined) tellStep(read);
    const { x, y } = tip.getBoundingClientRect();
    tip.classList.add("pinned");
    tip.style.transform = `translate(${Math.round(x + scrollX)}px, ${Math.round(y + scrollY)}px)`;
    tip.append(closer);
  }

  function release() {
    if (!pinned) return;
    pinned = null;
    tip.classList.remove("pinned");
    leave();
  }

  const closer = make("button.icon.tip-close", { title: "Release (Esc)", "aria-label": "Release", onclick: release }, "×");

  function click(event) {
    if (event.button || event.target.closest(".twin, button, a, input")) return;
    if (pinned) event.stopPropagation();
    const wasHere = pinned === event.currentTarget;
    release();
    if (!wasHere) pin(event);
  }

  addEventListener("click", (event) => !tip.contains(event.target) && !readers.has(event.target.closest?.(".plotbox")) && release());
  addEventListener("keydown", (event) => event.key === "Escape" && release());

  function attach(box, reader) {
    detach(box);
    if (!tip.isConnected) document.body.append(tip);
    readers.set(box, reader);
    box.onpointermove = follow;
    box.onpointerleave = leave;
    box.onclick = click;
  }

  function detach(box) {
    readers.get(box)?.remove();
    readers.delete(box);
    if (pinned === box) release();
    if (pointer?.box === box) leave();
    box.onpointermove = box.onpointerleave = box.onclick = null;
  }

  addEventListener("scroll", () => pointer && leave(), { passive: true, capture: true });

  /** Where an event is, in the chart that it is in: {chart, x, y, isInside}; null in none. */
  function placeOf({ target, clientX, clientY }) {
    const box = target.closest?.(".plotbox");
    const place = target.closest?.("button, a, input, .twin") ? null : placeIn(box, { x: clientX, y: clientY });
    if (!place) return null;
    const { reader, x, y } = place;
    return { chart: reader.chart, x, y, isInside: isInside(reader.chart.area, x, y) };
  }

  const hover = (reporter.chartHover = {
    placeOf,
    /** What is drawn in a plotbox, as it was handed in. */
    chartOf: (box) => readers.get(box)?.chart,
    /** While it is, nothing is read: something else has the pointer. */
    isHeld: false,
    leave,
    /** Let a chart be read; again after it was drawn anew. @param {HTMLElement} box  the plotbox */
    attachLines: (box, chart) => attach(box, new LineReader(chart)),
    attachBars: (box, chart) => attach(box, new BarReader(chart)),
    detach,
  });
})((globalThis.reporter = globalThis.reporter || {}));
