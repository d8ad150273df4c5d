/**
 * The runs table under a finger: a long press selects a run or opens the menu of a heading, and a box
 * may be missed by half a row. A part of runs_table.js.
 *
 * What a mouse does by hovering, a tap on what is always seen does: see the style sheet.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  /** As long as the systems themselves have it. */
  const LONG_MS = 500;

  /** A finger is not still. */
  const TREMBLE_PX = 10;

  class Touch {
    /** @param {object} table  see runs_table.js */
    constructor(table) {
      this.table = table;
      const { element } = table;
      element.addEventListener("pointerdown", (event) => this.press(event));
      for (const kind of ["pointermove", "pointerup", "pointercancel"]) addEventListener(kind, (event) => this.release(event));
      element.addEventListener("click", (event) => this.click(event), true);
      element.addEventListener("contextmenu", (event) => event.pointerType === "touch" && (event.preventDefault(), event.stopPropagation()), true);
    }

    press(event) {
      if (event.pointerType !== "touch" || !event.isPrimary) return;
      this.start = { x: event.clientX, y: event.clientY };
      this.isLong = false;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.hold(event.target), LONG_MS);
    }

    release(event) {
      if (!this.start) return;
      const isStill = event.type === "pointermove" && Math.hypot(event.clientX - this.start.x, event.clientY - this.start.y) <= TREMBLE_PX;
      if (isStill) return;
      clearTimeout(this.timer);
      this.start = null;
    }

    hold(target) {
      const { table } = this;
      const line = table.grid.rowOf(target);
      const head = target.closest("th[data-column]");
      const column = head && table.menu?.columnOf(head);
      if (line < 0 && !column) return;
      this.isLong = true;
      if (line >= 0) table.toggle(line, false);
      else table.menu.openFor(column);
    }

    /** The end of a long press is no tap; a tap beside a box is one on it, and one on a row shows its run. */
    click(event) {
      if (this.isLong) {
        this.isLong = false;
        return this.stop(event);
      }
      if (event.pointerType !== "touch" || event.target.closest("a, button, input, .sw")) return undefined;
      const line = this.table.grid.rowOf(event.target);
      if (line < 0) return undefined;
      this.stop(event);
      if (this.isOnBox(event)) return this.table.toggle(line, false);
      this.table.focusCell(event.target);
      return this.table.ask("open", line);
    }

    stop(event) {
      event.preventDefault();
      event.stopPropagation();
    }

    /** In the name's cell, from its edge to as far behind the box. */
    isOnBox({ target, clientX }) {
      const cell = target.closest("tbody td.name");
      if (!cell || target.matches("input, [data-role=fold]")) return false;
      const box = cell.querySelector("input").getBoundingClientRect();
      const { left, right } = cell.getBoundingClientRect();
      const isReversed = getComputedStyle(cell).direction === "rtl";
      const room = isReversed ? right - box.right : box.left - left;
      return isReversed ? clientX >= box.left - room / 2 : clientX <= box.right + room / 2;
    }
  }

  reporter.tables.begun.then((table) => new Touch(table));
})((globalThis.reporter = globalThis.reporter || {}));
