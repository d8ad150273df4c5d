/**
 * Which runs the charts of the page draw: those that the table shows, or those selected in it, without
 * the ones whose colour was switched off. A part of runs_table.js.
 *
 *   reporter.visibleRuns(experiment)   rows in the table's order; null when the table says nothing
 *   "reporter:rows"                    an event on the document: ask again
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { format } = reporter;
  const { make } = reporter.elements;

  const ID_DIGITS = 8;
  const MAX_IN_ADDRESS = 200;
  const TITLE = "Hide in charts (H)";

  class Sight {
    /** @param {object} table  see runs_table.js */
    constructor(table) {
      this.table = table;
      this.hidden = new reporter.Selection(table.columns.n);
      this.last = "";
      table.element.addEventListener("click", (event) => event.target.matches("td .sw") && this.toggle(table.grid.rowOf(event.target)));
      reporter.onKey?.("h", () => table.keys.holdsFocus && table.keys.row >= 0 && this.toggle(table.keys.row));
      const charts = document.querySelector("[data-panel=charts] .charts-section");
      this.note = charts && make("p.muted", { "data-role": "charts-rows", role: "status", hidden: true });
      charts?.before(this.note);
      this.offerCharts();
      reporter.visibleRuns = (experiment) => (experiment === table.experiment ? this.rows() : null);
    }

    /** Charts draw what is selected: the bar of the selection leads there. */
    offerCharts() {
      const tab = document.querySelector("[data-tab=charts]");
      if (!tab) return;
      const show = make("button.btn", { textContent: "Charts of these", "data-role": "show-charts", onclick: () => (tab.click(), tab.focus()) });
      this.table.role("compare").after(show);
    }

    /** A run, or all runs of a group. */
    toggle(line) {
      const rows = this.table.rowsOf(line);
      this.toggleRows(rows, rows.length === 1 ? this.table.nameOf(rows[0]) : `${format.count(rows.length)} runs`);
    }

    /** @param {ArrayLike<number>} rows @param {string} what  they are called */
    toggleRows(rows, what) {
      const isHidden = this.hidden.stateOf(rows) !== true;
      this.hidden.putAll(rows, isHidden);
      reporter.announce(`${what} ${isHidden ? "hidden in" : "back in"} charts`);
      this.table.grid.draw();
      const ids = Array.from(this.hidden.rows(), (row) => this.table.idOf(row).slice(0, ID_DIGITS));
      this.table.writeView({ hide: ids.length && ids.length <= MAX_IN_ADDRESS ? ids : null });
      this.tell();
    }

    readView(names = ["hide"]) {
      if (!names.includes("hide")) return;
      const ids = new Set(reporter.view.get("hide") || []);
      const rows = [];
      for (let row = 0; ids.size && row < this.table.columns.n; row++) if (ids.has(this.table.idOf(row).slice(0, ID_DIGITS))) rows.push(row);
      this.hidden.replace(rows);
    }

    /** On each row that is drawn. */
    mark(drawn, line) {
      const swatch = drawn.cells[0].firstChild.children[1];
      const state = this.hidden.size ? this.hidden.stateOf(this.table.rowsOf(line)) : false;
      drawn.classList.toggle("unseen", state === true);
      swatch.title = state === true ? "Show in charts (H)" : TITLE;
    }

    rows() {
      const { selection, bar, rows } = this.table;
      const isPlain = !selection.size && !this.hidden.size && !rows.predicate && this.table.isDefaultSort && !this.table.isArranged;
      if (isPlain) return null;
      const wanted = selection.size ? bar.ordered() : this.table.sequence();
      return this.hidden.size ? wanted.filter((row) => !this.hidden.has(row)) : wanted;
    }

    drawn() {
      this.tell();
    }

    /** The charts ask again only when they would get other runs. */
    tell() {
      const rows = this.rows();
      const now = rows ? `${rows.length} ${digest(rows)}` : "";
      if (now === this.last) return;
      this.last = now;
      this.say(rows);
      document.dispatchEvent(new CustomEvent("reporter:rows"));
    }

    say(rows) {
      if (!this.note) return;
      const { selection, columns } = this.table;
      const all = format.count(columns.n);
      this.note.hidden = !rows || rows.length === columns.n;
      if (!this.note.hidden) this.note.textContent = `${format.count(rows.length)} of ${all} runs, as ${selection.size ? "selected" : "filtered"} in the table`;
    }
  }

  /** A number that differs when the rows or their order do (FNV-1a). */
  function digest(rows) {
    let hash = 2166136261;
    for (let i = 0; i < rows.length; i++) hash = Math.imul(hash ^ rows[i], 16777619);
    return hash >>> 0;
  }

  reporter.tables.begun.then((table) => table.join((table.sight = new Sight(table))));
})((globalThis.reporter = globalThis.reporter || {}));
