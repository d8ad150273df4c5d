/**
 * The keyboard in the grid: one tab stop, arrows move a roving focus over cells and headers.
 *
 * Place -1 is the header row, column 0 the name, column -1 in the header the box that selects all.
 * A cell that is scrolled out of the document keeps its turn: the scroller holds the focus for it.
 *
 * @typedef {object} GridActions
 * @property {(row: number) => void} toggle
 * @property {(from: number, to: number) => void} extend  Shift with an arrow
 * @property {(row: number) => void} open
 * @property {(row: number, isOpen: boolean) => boolean | undefined} fold  whether there was something to fold
 * @property {() => void} selectAll
 * @property {() => void} clear  Esc, where nothing else is open
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

  /** Steps of place and column; `page` is a screenful, `last` the far end. */
  const MOVES = {
    ArrowUp: () => [-1, 0],
    ArrowDown: () => [1, 0],
    ArrowLeft: ({ forward }) => [0, -forward],
    ArrowRight: ({ forward }) => [0, forward],
    PageUp: ({ page }) => [-page, 0],
    PageDown: ({ page }) => [page, 0],
    Home: ({ isFar }) => [isFar ? -Infinity : 0, -Infinity],
    End: ({ isFar }) => [isFar ? Infinity : 0, Infinity],
  };

  class GridKeys {
    /** @param {import("./grid.js").Grid} grid @param {GridActions} actions */
    constructor(grid, actions) {
      Object.assign(this, { grid, actions });
      this.active = { place: 0, column: 0 };
      this.holdsFocus = false;
      this.stop = null;
      const { table, scroller } = grid;
      scroller.tabIndex = -1;
      table.querySelectorAll("button, input").forEach((inner) => (inner.tabIndex = -1));
      table.addEventListener("focusin", (event) => this.enter(event.target));
      scroller.addEventListener("focusout", (event) => this.leave(event.relatedTarget));
      scroller.addEventListener("keydown", (event) => this.press(event));
      addEventListener("pointerdown", (event) => {
        if (!scroller.contains(event.target)) this.holdsFocus = false;
      });
    }

    enter(target) {
      const at = this.grid.placeOf(target);
      if (!at) return;
      const isBox = at.place < 0 && target.matches("input");
      this.active = isBox ? { place: -1, column: -1 } : at;
      this.holdsFocus = true;
      this.moveStop(this.targetOf(this.active));
    }

    leave(next) {
      if (next && !this.grid.scroller.contains(next)) this.holdsFocus = false;
    }

    /** What takes the focus of a cell: in headers the control inside. */
    targetOf({ place, column }) {
      const cell = this.grid.cellAt(place, Math.max(0, column));
      if (!cell || place >= 0) return cell;
      return cell.querySelector(column < 0 ? "input" : "button");
    }

    /** Only one element of the grid is reached with Tab. */
    moveStop(target) {
      if (this.stop && this.stop !== target) this.stop.tabIndex = -1;
      this.stop = target;
      if (target) target.tabIndex = 0;
    }

    /** After each drawing: the stop exists, and the focus is not lost. */
    settle() {
      const last = this.grid.source.rows().length - 1;
      this.active.place = Math.min(this.active.place, last);
      const target = this.targetOf(this.active);
      const first = this.grid.body.querySelector("td[aria-colindex]");
      this.moveStop(target || first || this.targetOf({ place: -1, column: 0 }));
      if (!this.holdsFocus) return;
      const focused = document.activeElement;
      if (target && (focused === document.body || focused === this.grid.scroller)) target.focus({ preventScroll: true });
      else if (focused === document.body) this.grid.scroller.focus({ preventScroll: true });
    }

    /** The row the focus is on, or -1. */
    get row() {
      return this.active.place < 0 ? -1 : this.grid.source.rows()[this.active.place];
    }

    press(event) {
      const isCommand = event.ctrlKey || event.metaKey;
      if (event.altKey) return;
      if (!isCommand && !event.shiftKey && this.folds(event)) event.preventDefault();
      else if (event.key in MOVES) this.move(event, MOVES[event.key](this.frame(isCommand)));
      else if (event.key === "Escape") this.actions.clear();
      else if (isCommand && event.key.toLowerCase() === "a") this.act(event, () => this.actions.selectAll());
      else if (!isCommand && this.row >= 0) this.pressOnRow(event);
    }

    /** As in every tree: forward unfolds, back folds; on the name only, beside it they move. */
    folds(event) {
      if (this.row < 0 || this.active.column !== 0 || !/^Arrow(Left|Right)$/.test(event.key)) return false;
      const { forward } = this.frame(false);
      return this.actions.fold(this.row, (event.key === "ArrowRight") === forward > 0) === true;
    }

    frame(isFar) {
      const isReversed = getComputedStyle(this.grid.table).direction === "rtl";
      return { forward: isReversed ? -1 : 1, page: this.grid.pageSize, isFar };
    }

    pressOnRow(event) {
      if (event.target.matches("a, input")) return;
      if (event.key === " ") this.act(event, () => this.actions.toggle(this.row));
      if (event.key === "Enter") this.act(event, () => this.actions.open(this.row));
    }

    act(event, what) {
      event.preventDefault();
      what();
    }

    move(event, [down, across]) {
      event.preventDefault();
      const from = this.row;
      const last = this.grid.source.rows().length - 1;
      const place = clamp(this.active.place + down, down === -Infinity ? 0 : -1, last);
      const leftmost = place < 0 && across === -1 ? -1 : 0;
      const column = clamp(this.active.column + across, leftmost, this.grid.columns.length);
      this.go({ place, column });
      if (event.shiftKey && down && from >= 0 && this.row >= 0) this.actions.extend(from, this.row);
    }

    /** @param {{place: number, column: number}} at */
    go(at) {
      this.active = at;
      this.holdsFocus = true;
      this.grid.reveal(at.place, at.column);
      const target = this.targetOf(at);
      this.moveStop(target);
      target?.focus({ preventScroll: true });
    }
  }

  reporter.GridKeys = GridKeys;
})((globalThis.reporter = globalThis.reporter || {}));
