/**
 * What is done with selected runs: boxes in the table, the bar below it, compare, copy, clear.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  /** More lines than this tell nothing on the compare page, and addresses have their limits. */
  const MAX_COMPARED = 200;

  class SelectionBar {
    /**
     * @param {HTMLElement} root  the element with data-role=runs
     * @param {import("../lib/selection.js").Selection} selection
     * @param {object} table
     * @param {() => Uint32Array} table.shown  rows in the order shown
     * @param {(row: number) => string} table.idOf
     * @param {() => void} table.onChange  the selection is another one
     * @param {() => void} table.onCopy
     * @param {(view: object) => object} table.compared  what the compare page is asked for, given the first runs
     */
    constructor(root, selection, table) {
      const role = (name) => root.querySelector(`[data-role=${name}]`);
      Object.assign(this, { selection, table, bar: role("selection"), all: role("select-all") });
      this.count = role("selection-count");
      this.compare = role("compare");
      this.all.addEventListener("change", () => this.selectShown(this.all.checked));
      role("copy-selection").addEventListener("click", () => table.onCopy());
      role("clear-selection").addEventListener("click", () => this.clear());
      reporter.onKey?.("c", () => this.selection.size && this.compare.click());
    }

    /** A box was clicked, or Space pressed on a row. */
    toggle(row, isRange) {
      if (isRange && this.selection.anchor >= 0) this.selection.extend(this.table.shown(), row);
      else this.selection.toggle(row);
      this.changed();
    }

    /** Shift and an arrow: both rows and what lies between are selected. */
    extend(from, to) {
      if (this.selection.anchor < 0 || !this.selection.has(from)) {
        this.selection.put(from, true);
        this.selection.anchor = from;
      }
      this.selection.extend(this.table.shown(), to);
      this.changed();
    }

    /** Every row that the filter shows. */
    selectShown(isSelected) {
      this.selection.putAll(this.table.shown(), isSelected);
      this.changed();
    }

    clear() {
      this.selection.clear();
      this.changed();
    }

    changed() {
      this.show();
      this.table.onChange();
    }

    /** Selected rows in the order shown, then those that the filter hides. */
    ordered() {
      const shown = this.table.shown().filter((row) => this.selection.has(row));
      if (shown.length === this.selection.size) return shown;
      const seen = new Set(shown);
      return Uint32Array.from([...shown, ...this.selection.rows().filter((row) => !seen.has(row))]);
    }

    show() {
      const { size } = this.selection;
      const shown = this.table.shown();
      const selected = this.selection.countIn(shown);
      this.all.checked = selected > 0 && selected === shown.length;
      this.all.indeterminate = selected > 0 && selected < shown.length;
      this.all.setAttribute("aria-label", `Select all ${shown.length} runs`);
      this.bar.hidden = size === 0;
      if (size) this.showBar(size, size - selected);
    }

    showBar(size, hidden) {
      const count = reporter.format.count(size);
      this.count.textContent = `${count} ${size === 1 ? "run" : "runs"} selected${hidden ? `, ${reporter.format.count(hidden)} hidden` : ""}`;
      const ids = Array.from(this.ordered().subarray(0, MAX_COMPARED), (row) => this.table.idOf(row));
      this.compare.href = reporter.files.page("compare.html", this.table.compared({ runs: ids }));
      this.compare.title = size > MAX_COMPARED ? `Compare the first ${MAX_COMPARED}` : "";
    }
  }

  reporter.SelectionBar = SelectionBar;
})((globalThis.reporter = globalThis.reporter || {}));
