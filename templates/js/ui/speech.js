/**
 * What the table tells those who do not see it: another order, how many runs are selected, what was
 * opened. The count of rows says itself. A part of runs_table.js.
 *
 *   table.tell("3 runs selected")   read out when nothing more comes for a moment
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { format, sort } = reporter;
  const { make } = reporter.elements;

  /** Shift and an arrow select run after run: only the last count is worth hearing. */
  const REST_MS = 400;

  class Speech {
    /** @param {object} table  see runs_table.js */
    constructor(table) {
      this.table = table;
      this.element = make("p.vh", { role: "status", "data-role": "spoken" });
      table.root.append(this.element);
      this.selected = table.selection.size;
      table.tell = (text) => this.tell(text);
    }

    tell(text) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => (this.element.textContent = text), REST_MS);
    }

    orderText() {
      const { columns, rows } = this.table;
      const name = (id) => [columns.get(id)?.label ?? id, columns.get(id)?.word].filter(Boolean).join(" ");
      const said = rows.keys.map(({ id, descending }) => `${name(id)}, ${descending ? "descending" : "ascending"}`);
      return said.length ? `Sorted by ${said.join("; then ")}` : "Not sorted";
    }

    /** After each change of what the table shows. */
    drawn() {
      const { size } = this.table.selection;
      const order = sort.printSort(this.table.rows.keys);
      if (order !== this.keys && this.keys !== undefined) this.tell(this.orderText());
      if (size !== this.selected) this.tell(size ? `${format.count(size)} ${size === 1 ? "run" : "runs"} selected` : "No run selected");
      this.keys = order;
      this.selected = size;
    }
  }

  reporter.tables.begun.then((table) => {
    const speech = new Speech(table);
    table.join({ drawn: () => speech.drawn() });
  });
})((globalThis.reporter = globalThis.reporter || {}));
