/**
 * The panel that copies and downloads what the table shows, with its first lines to look at.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { SidePanel, delta, takeaway, outline, format } = reporter;
  const { make } = reporter.elements;

  /** Records that are written for the preview, and characters of it that are shown. */
  const PREVIEWED = 12;
  const MAX_PREVIEW = 4000;
  const KEEP_MS = 60000;

  class TakeAway {
    /** @param {object} table  see runs_table.js @param {object} grouping */
    constructor(table, grouping) {
      Object.assign(this, { table, grouping });
      this.panel = new SidePanel(table.role("split"), { name: "take-away-panel", title: "Export", button: table.role("take-away"), onToggle: (isOpen) => isOpen && this.draw() });
      const again = () => this.draw();
      this.format = make("select", { "aria-label": "Format", onchange: again });
      for (const [value, { label }] of Object.entries(takeaway.FORMATS)) this.format.append(make("option", { value, textContent: label }));
      this.scope = make("select", { "aria-label": "Rows", onchange: again });
      this.differences = make("input", { type: "checkbox", checked: true, onchange: again });
      this.baseline = make("bdi");
      this.differ = make("label.row", { hidden: true }, this.differences, "Differences from ", this.baseline);
      this.preview = make("pre", { tabIndex: 0, "aria-label": "Preview" });
      const act = (name, what) => make("button.btn", { textContent: name, onclick: what });
      this.panel.body.append(
        make("h3", { textContent: "Format" }), this.format,
        make("h3", { textContent: "Rows" }), this.scope, this.differ,
        make("div.folds", {}, act("Copy", () => this.copy()), act("Download", () => this.download())),
        make("h3", { textContent: "Preview" }), this.preview,
      );
      reporter.onKey?.("d", () => this.panel.open(!this.panel.isOpen));
    }

    /** The rows or the selection have changed. */
    drawn() {
      if (this.panel.isOpen) this.draw();
    }

    scopes() {
      const { selection, rows } = this.table;
      const plural = (n, word) => `${format.count(n)} ${word}${n === 1 ? "" : "s"}`;
      const groups = this.grouping.arranged && !this.grouping.isTree ? this.grouping.outline.order.length : 0;
      return [
        ...(groups ? [["groups", `${plural(groups, "group")}, mean and spread`]] : []),
        ["shown", `${plural(rows.shown.length, "run")} shown`],
        ...(selection.size ? [["selected", `${plural(selection.size, "run")} selected`]] : []),
      ];
    }

    draw() {
      const scopes = this.scopes();
      const chosen = scopes.some(([value]) => value === this.scope.value) ? this.scope.value : scopes[0][0];
      this.scope.replaceChildren(...scopes.map(([value, textContent]) => make("option", { value, textContent })));
      this.scope.value = chosen;
      const { base } = this.table.pins;
      this.differ.hidden = base < 0;
      this.baseline.textContent = base < 0 ? "" : this.table.nameOf(base);
      const text = this.text(PREVIEWED);
      this.preview.textContent = text.slice(0, MAX_PREVIEW) + (text.length > MAX_PREVIEW ? "…" : "");
    }

    /* What is taken */

    /** @param {number} [most] */
    records(most = Infinity) {
      const { table, grouping } = this;
      if (this.scope.value === "groups") return Array.from(grouping.outline.order.slice(0, most), (group) => this.groupRecord(group));
      const rows = this.scope.value === "selected" ? table.bar.ordered() : table.pass("lifted", table.sequence());
      return Array.from(rows.slice(0, most), (row) => ({ name: table.nameOf(row), id: table.idOf(row), row }));
    }

    groupRecord(group) {
      const { table, grouping } = this;
      const line = grouping.outline.n + group;
      const { rows } = grouping.outline.node(line);
      const figuresOf = (column) => {
        const figures = grouping.outline.figuresOf(column.of ?? column, line);
        return column.of ? delta.shifted(figures, column.base) : figures;
      };
      const isFigure = (column) => column.kind === "number" || column.kind === "duration";
      return {
        name: grouping.run(line).name,
        id: "",
        row: rows[0],
        rows,
        figures: (column) => (isFigure(column) ? figuresOf(column) : null),
        agrees: (column) => outline.agree(column.of ?? column, rows),
      };
    }

    taken() {
      const columns = this.table.shownColumns();
      return this.differences.checked ? this.table.pass("exported", columns) : columns;
    }

    text(most) {
      const { table, grouping } = this;
      const how = {
        cell: table.cell,
        idOf: (row) => table.idOf(row),
        margin: ["ci", "boot"].includes(grouping.shown) ? grouping.shown : "std",
        caption: document.querySelector("h1")?.textContent.trim() || "Runs",
      };
      return takeaway.FORMATS[this.format.value].write(this.taken(), this.records(most), how);
    }

    copy() {
      reporter.copy(this.text()).then((isCopied) => reporter.announce(isCopied ? `${takeaway.FORMATS[this.format.value].label} copied` : "The browser did not allow copying"));
    }

    download() {
      const { type } = takeaway.FORMATS[this.format.value];
      const link = make("a", { href: URL.createObjectURL(new Blob([this.text()], { type })), download: `runs-${this.table.experiment.replace("*", "all")}.${this.format.value}` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MS);
    }
  }

  reporter.tables.begun.then((table) => {
    const grouping = table.parts.find((part) => part instanceof reporter.Grouping);
    table.join(new TakeAway(table, grouping));
  });
})((globalThis.reporter = globalThis.reporter || {}));
