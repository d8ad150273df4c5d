/**
 * How the columns of the table stand: fixed ones, order, widths, shades and lines in cells.
 *
 * A part of runs_table.js. In the address: `fix` are columns that stay beside the name, `heat` those
 * that are shaded by value, `w` widths ("120:metrics.loss"); the order is that of `cols`.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { columnLayout, derived } = reporter;

  class ColumnLayout {
    /** @param {object} table  see runs_table.js */
    constructor(table) {
      this.table = table;
      this.fixed = new Set();
      this.shaded = new Set();
      this.widths = new Map();
      this.lines = new Map();
      const plain = table.cell;
      table.cell = (column, row) => this.dressed(column, row, plain(column, row));
    }

    /* Address */

    readView(names = ["fix", "heat", "w"]) {
      if (!["fix", "heat", "w"].some((name) => names.includes(name))) return;
      const { view } = reporter;
      this.fixed = new Set(view.get("fix"));
      this.shaded = new Set(view.get("heat"));
      this.widths = columnLayout.parseWidths(view.get("w") || []);
      this.show();
    }

    write() {
      const list = (items) => (items.length ? items : null);
      this.table.writeView({ fix: list([...this.fixed]), heat: list([...this.shaded]), w: list(columnLayout.printWidths(this.widths)) });
    }

    show() {
      const { table } = this;
      table.widths.chosen = this.widths;
      table.showColumns(table.shownIds);
      table.grid.forget();
      table.grid.draw();
    }

    changed() {
      this.show();
      this.write();
    }

    /* What parts do: see runs_table.js */

    /** @param {object[]} columns  in the order of the address */
    arrangeColumns(columns) {
      const byId = new Map(columns.map((column) => [column.id, column]));
      const arranged = columnLayout.fixedFirst([...byId.keys()], this.fixed).map((id) => byId.get(id));
      this.table.grid.fixedWish = arranged.filter(({ id }) => this.fixed.has(id)).length;
      return arranged;
    }

    /* Changes */

    /** Ids in the order in which they are seen. */
    get order() {
      return columnLayout.fixedFirst(this.table.shownIds, this.fixed);
    }

    reorder(ids) {
      this.table.chooseColumns(ids);
    }

    move(id, by) {
      this.reorder(columnLayout.movedBy(this.order, id, by));
      const place = this.table.grid.columns.findIndex((column) => column.id === id) + 1;
      reporter.announce(`Column ${place} of ${this.table.grid.columns.length}`);
    }

    toggle(set, id) {
      if (!set.delete(id)) set.add(id);
      this.changed();
    }

    resize(id, px) {
      this.widths.set(id, columnLayout.clamped(px));
      this.show();
    }

    resizeBy(id, by) {
      this.resize(id, this.widthOf(id) + by);
      this.write();
    }

    fit(id) {
      this.widths.delete(id);
      this.changed();
    }

    widthOf(id) {
      const { grid } = this.table;
      return grid.drawnWidths[grid.columns.findIndex((column) => column.id === id)];
    }

    /** @param {string} from @param {string} to  another value of the same metric, in the same place */
    async replace(from, to) {
      await this.table.supply.make(to);
      for (const set of [this.fixed, this.shaded]) if (set.delete(from)) set.add(to);
      this.widths.delete(from);
      this.write();
      this.reorder(this.order.filter((id) => id !== to).map((id) => (id === from ? to : id)));
    }

    async insertBehind(id, added) {
      await this.table.supply.make(added);
      this.reorder(this.order.flatMap((one) => (one === id ? [one, added] : [one])));
    }

    hide(id) {
      this.reorder(this.order.filter((one) => one !== id));
    }

    /* Cells */

    dressed(column, row, cell) {
      const line = column.aggregate === "spark" ? { spark: this.lineOf(column, row) } : {};
      if (!this.shaded.has(column.id)) return column.aggregate === "spark" ? { ...cell, ...line } : cell;
      const shade = this.shadeOf(column, row);
      return { ...cell, ...line, mark: shade ? `${cell.mark} h${shade}` : cell.mark };
    }

    shadeOf(column, row) {
      const ranked = this.table.rows.ranksOf(column.id);
      return ranked ? columnLayout.shadeOf(ranked.ranks[row], ranked.size, column.direction) : 0;
    }

    /* Lines: histories are read for rows that are seen */

    lineOf({ key }, row) {
      if (!this.lines.has(key)) this.lines.set(key, { known: new Map(), wanted: new Set() });
      const { known, wanted } = this.lines.get(key);
      if (known.has(row)) return known.get(row);
      if (!wanted.size) setTimeout(() => this.readLines(key));
      wanted.add(row);
      return "";
    }

    async readLines(key) {
      const { known, wanted } = this.lines.get(key);
      const { table } = this;
      const rows = [...wanted];
      const ids = rows.map((row) => table.idOf(row));
      await table.supply.readHistories(key, ids, (one, row) => known.has(row) || known.set(row, derived.sparkPath(one)));
      wanted.clear();
      for (const row of rows) if (!known.has(row)) known.set(row, "");
      table.grid.areCellsStale = true;
      table.grid.schedule();
    }
  }

  reporter.tables.begun.then((table) => {
    const layout = new ColumnLayout(table);
    table.layout = layout;
    table.join({ readView: (names) => layout.readView(names), columns: (columns) => layout.arrangeColumns(columns) });
  });
})((globalThis.reporter = globalThis.reporter || {}));
