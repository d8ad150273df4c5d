/**
 * Filters drawn over the axes of charts: they hold for the table, and with it for every chart. A part of
 * runs_table.js. In the address: `brush`, see lib/brushes.js.
 *
 *   table.brushing.of("params.lr")             what is filtered of a column, or undefined
 *   table.brushing.set("params.lr", {range: [0.01, 0.1]})   null takes it away
 *   table.brushing.base()                      rows that the query alone shows, in the table's order
 *   table.brushing.chips()                     an element that shows them, with a button to remove each
 *   "reporter:brushes"                         an event on the document: they are others now
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { brushes } = reporter;
  const { make } = reporter.elements;

  class Brushing {
    /** @param {object} table  see runs_table.js */
    constructor(table) {
      Object.assign(this, { table, list: [], query: null, shown: [] });
      table.role("chips").after(this.chips());
      table.role("clear-query").addEventListener("click", () => this.list.length && this.replace([]));
    }

    /* Filter */

    /** What the query lets pass, and of that what is inside of all brushes. */
    sieve(predicate) {
      this.query = predicate;
      const inside = brushes.predicate(this.list, (id) => this.table.columns.get(id));
      if (!inside || !predicate) return inside || predicate;
      return (row) => predicate(row) && inside(row);
    }

    base() {
      const { order } = this.table.rows;
      return this.query ? order.filter(this.query) : order;
    }

    of(id) {
      return this.list.find((brush) => brush.id === id);
    }

    set(id, brush) {
      this.replace(brushes.replace(this.list, id, brush));
      const label = this.labelOf(id);
      reporter.announce(brush ? `${label} ${brushes.describe({ id, ...brush })}: ${this.table.rows.shown.length} runs` : `${label} is not filtered`);
    }

    replace(list) {
      this.list = list;
      this.apply();
      this.table.writeView({ brush: list.length ? brushes.print(list) : null });
    }

    apply() {
      this.table.search.apply();
      this.table.rowsChanged();
      this.show();
    }

    readView(names = ["brush"]) {
      if (!names.includes("brush")) return;
      this.list = brushes.parse(reporter.view.get("brush") || []);
      if (!this.list.length && !this.isRead) return;
      this.isRead = true;
      this.apply();
      this.columnsCome().then(() => this.apply());
    }

    /** Columns of later files, and those that are only made when asked for. */
    async columnsCome() {
      await this.table.completed;
      await Promise.all(this.list.map(({ id }) => this.table.supply?.make(id)));
    }

    /* What is seen of them */

    drawn() {
      const { rows, columns } = this.table;
      if (rows.shown.length || !this.list.length) return;
      this.table.role("no-match-text").textContent = `None of ${columns.n} runs is inside of what was marked on the axes of charts.`;
    }

    labelOf(id) {
      const column = this.table.columns.get(id);
      return column ? [column.label, column.word].filter(Boolean).join(" ") : id;
    }

    chips() {
      const chips = make("span.chips", { "data-role": "brushes" });
      this.shown.push(chips);
      this.fill(chips);
      return chips;
    }

    show() {
      for (const chips of this.shown) this.fill(chips);
      document.dispatchEvent(new CustomEvent("reporter:brushes"));
    }

    fill(chips) {
      chips.replaceChildren(...this.list.map((brush) => this.chip(brush)));
    }

    chip(brush) {
      const label = this.labelOf(brush.id);
      const remove = make("button", { textContent: "×", "aria-label": `Remove filter on ${label}`, onclick: () => this.set(brush.id, null) });
      return make("span.chip", { title: "Marked on an axis of a chart" }, make("span", {}, make("bdi", { textContent: label }), ` ${brushes.describe(brush)}`), remove);
    }
  }

  reporter.tables.begun.then((table) => {
    table.brushing = new Brushing(table);
    table.join(table.brushing);
  });
})((globalThis.reporter = globalThis.reporter || {}));
