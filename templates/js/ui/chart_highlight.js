/**
 * One run raised everywhere: its row in the table, its name in the legend, its line in every chart.
 *
 *   reporter.chartHighlight.attach(box, chart)   after a chart was drawn; `chart` as chart_hover.js takes it
 *   reporter.chartHighlight.detach(box)
 *   reporter.chartHighlight.raise(ids)           ids of runs, or null for none
 *   reporter.chartHighlight.subscribe(act)       act(ids) after it changed
 *
 * The drawing stays as it is: a veil lies over the plot, and the lines are drawn once more above it.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { nearestStep, readout } = reporter.readout;

  const SVG = "http://www.w3.org/2000/svg";

  /** A line further from the pointer is not meant. */
  const REACH_PX = 14;
  /** A line that is raised for a moment needs no more. */
  const MOST_POINTS = 800;

  const charts = new Map();
  const listeners = new Set();
  let raised = null;

  const isSame = (one, other) => one === other || (one && other && one.size === other.size && [...one].every((id) => other.has(id)));

  function raise(ids) {
    const next = ids && ids.size ? ids : null;
    if (isSame(raised, next)) return;
    raised = next;
    for (const chart of charts.values()) chart.show(raised);
    for (const listener of listeners) listener(raised);
  }

  /* A chart */

  const idsOf = (line) => (line.members ? line.members.map(({ id }) => id) : [line.id]);

  /** The lines that ids raise: a group's own when all of its runs are meant, else those runs'. */
  function linesOf(curve, ids) {
    const { line } = curve;
    const own = idsOf(line).filter((id) => ids.has(id));
    if (!own.length) return [];
    if (!line.members || own.length === line.members.length) return [{ ...line, y: curve.y }];
    return line.members.filter(({ id }) => ids.has(id)).map((member) => ({ ...member, color: line.color, dash: line.dash }));
  }

  class Overlay {
    constructor(box, chart) {
      Object.assign(this, chart);
      this.box = box;
      this.layer = null;
      this.move = (event) => this.point(event);
      this.leave = () => raise(null);
      box.addEventListener("pointermove", this.move);
      box.addEventListener("pointerleave", this.leave);
      this.show(raised);
    }

    show(ids) {
      this.layer?.remove();
      const lines = ids ? this.curves.flatMap((curve) => linesOf(curve, ids)) : [];
      if (!lines.length) return;
      this.layer = document.createElementNS(SVG, "svg");
      const { left, top, width, height } = this.area;
      this.layer.setAttribute("class", "raised-lines");
      this.layer.setAttribute("aria-hidden", "true");
      Object.assign(this.layer.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
      this.layer.append(...lines.map((line) => this.path(line)));
      this.mount.append(this.layer);
    }

    path(line) {
      const path = document.createElementNS(SVG, "path");
      let isDown = false;
      let text = "";
      for (const i of reporter.downsample(line.x, line.y, MOST_POINTS)) {
        const [x, y] = [this.toX(line.x[i]), Number.isFinite(line.y[i]) ? this.toY(line.y[i]) : NaN];
        if (Number.isFinite(x + y)) text += `${isDown ? "L" : "M"}${x.toFixed(1)},${y.toFixed(1)}`;
        isDown = Number.isFinite(x + y);
      }
      path.setAttribute("d", text);
      path.setAttribute("stroke-dasharray", reporter.chartIdentity.DASHES[line.dash].join(" "));
      path.style.stroke = this.colors[line.color - 1];
      return path;
    }

    /** The line under the pointer. */
    point({ clientX, clientY }) {
      if (this.pending) return;
      this.pending = requestAnimationFrame(() => {
        this.pending = 0;
        if (charts.get(this.box) === this) raise(this.nearest(clientX, clientY));
      });
    }

    nearest(clientX, clientY) {
      const corner = this.mount.getBoundingClientRect();
      const [x, y] = [clientX - corner.left - this.area.left, clientY - corner.top - this.area.top];
      if (this.curves.length < 2 || x < 0 || x > this.area.width) return null;
      const step = nearestStep(this.curves, this.fromX(x));
      const [row] = step === null ? [] : readout(this.curves, step, this.toY, y, 1).rows;
      return row && Math.abs(row.px - y) <= REACH_PX ? new Set(idsOf(row.curve.line)) : null;
    }

    remove() {
      cancelAnimationFrame(this.pending);
      this.layer?.remove();
      this.box.removeEventListener("pointermove", this.move);
      this.box.removeEventListener("pointerleave", this.leave);
    }
  }

  function detach(box) {
    charts.get(box)?.remove();
    charts.delete(box);
  }

  function attach(box, chart) {
    detach(box);
    charts.set(box, new Overlay(box, chart));
  }

  reporter.chartHighlight = { attach, detach, raise, subscribe: (listener) => void listeners.add(listener) };

  /* The table */

  /** Rows under the pointer or in focus raise their lines; lines raise their rows. */
  class RaisedRows {
    constructor(table) {
      this.table = table;
      this.ids = null;
      const body = table.element.tBodies[0];
      body.addEventListener("pointerover", (event) => charts.size && this.from(event.target));
      body.addEventListener("pointerleave", () => raise(null));
      table.element.addEventListener("focusin", (event) => charts.size && this.from(event.target));
      table.element.addEventListener("focusout", () => raise(null));
      reporter.chartHighlight.subscribe((ids) => {
        this.ids = ids;
        for (const row of body.rows) if (row.cells.length) this.mark(row, table.grid.rowOf(row.cells[0]));
      });
    }

    from(target) {
      const line = this.table.grid.rowOf(target);
      raise(line < 0 ? null : new Set(Array.from(this.table.rowsOf(line), (row) => this.table.idOf(row))));
    }

    mark(drawn, line) {
      const isRaised = Boolean(this.ids) && line >= 0 && Array.from(this.table.rowsOf(line)).some((row) => this.ids.has(this.table.idOf(row)));
      drawn.classList.toggle("raised", isRaised);
    }
  }

  reporter.tables.begun.then((table) => table.join(new RaisedRows(table)));
})((globalThis.reporter = globalThis.reporter || {}));
