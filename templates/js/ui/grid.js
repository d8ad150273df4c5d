/**
 * Draws a table of any size: only the rows and columns that can be seen are in the document.
 *
 * It stays a real <table role="grid">. Rows and columns that are scrolled away are replaced by one
 * empty row above and below and one empty cell at each side. Rows keep their elements while they
 * stay in sight, so that focus, hover and selection of text survive scrolling. What is drawn comes
 * from a source; this file knows no data file, no filter and no address.
 *
 * @typedef {object} GridSource
 * @property {() => Uint32Array} rows  in the order shown
 * @property {(row: number) => {id: string, name: string, href: string, state: string, color: number}} run
 * @property {(column: object, row: number) => import("../lib/cells.js").Cell} cell
 * @property {(row: number) => boolean | "mixed"} isSelected
 * @property {(row: number) => import("../lib/outline.js").Node | undefined} node  where it stands in an outline
 * @property {(drawn: HTMLTableRowElement, row: number) => void} mark  on each row that was drawn
 * @property {(column: object) => number | undefined} slot  how many digits have room beside each value of a column
 * @property {() => number} stuck  how many of the first rows stay at the top while the others scroll
 * @property {(id: string) => "ascending" | "descending" | "none"} sortOf
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { viewport, gridCells } = reporter;

  const LABEL_GAP_PX = 10;

  /** Columns that stay beside the name leave room for the others. */
  const MAX_FIXED_SHARE = 0.6;

  /** Rows that stay at the top leave room for the others. */
  const MAX_STUCK_SHARE = 0.4;

  /** More would make a browser hang, and nobody reads fifty sheets of rows. */
  const MAX_PRINTED_ROWS = 1000;

  class Grid {
    /**
     * @param {HTMLTableElement} table  with the builder's first rows
     * @param {HTMLElement} scroller
     * @param {GridSource} source
     */
    constructor(table, scroller, source) {
      Object.assign(this, { table, scroller, source });
      [this.groupRow, this.headRow] = table.tHead.rows;
      this.body = table.tBodies[0];
      this.colgroup = gridCells.element("colgroup");
      this.above = gridCells.padRow();
      this.below = gridCells.padRow();
      /** Rows in the document, by run. @type {Map<number, HTMLTableRowElement>} */
      this.drawn = new Map();
      this.rowHeight = parseFloat(getComputedStyle(table).getPropertyValue("--row"));
      this.builtColumns = [...this.headRow.cells].slice(1).map((cell) => cell.dataset.column);
      /** Beside the name; null before the first `setColumns`. */
      this.columns = null;
      this.span = { start: 0, end: 0 };
      this.range = { start: 0, end: 0 };
      /** How many of the first columns are to stay beside the name, and how many of them fit. */
      this.fixedWish = 0;
      this.fixed = 0;
      /** How many of the first rows stay at the top. */
      this.stuck = 0;
      this.isDue = false;
      /** Called after each drawing. */
      this.onDrawn = () => undefined;
      this.look();
      scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
      new ResizeObserver(() => this.resized()).observe(scroller);
      addEventListener("beforeprint", () => this.toPaper());
      addEventListener("afterprint", () => this.fromPaper());
    }

    /** Paper does not scroll: all columns are in the document, and all rows. */
    toPaper() {
      if (!this.columns) return;
      this.isOnPaper = true;
      const count = Math.min(this.source.rows().length, MAX_PRINTED_ROWS);
      this.seen = { ...this.seen, top: 0, left: 0, height: Math.max(1, count * this.rowHeight) };
      if (this.areWidthsStale || !this.offsets) this.measure();
      this.seen.width = this.nameWidth + this.offsets[this.columns.length];
      this.draw();
    }

    fromPaper() {
      this.isOnPaper = false;
      this.scrolled();
    }

    /* What is seen. The page is asked only when it has changed: asking in between would lay it out twice. */

    look() {
      const { scrollTop, scrollLeft, clientWidth, clientHeight } = this.scroller;
      this.seen = { top: scrollTop, left: Math.abs(scrollLeft), width: clientWidth, height: Math.min(clientHeight, innerHeight) };
    }

    scrolled() {
      this.look();
      this.schedule();
    }

    resized() {
      if (this.isOnPaper) return;
      const { width, height } = this.seen;
      this.look();
      if (!this.columns || (this.seen.width === width && this.seen.height === height)) return;
      this.areWidthsStale ||= this.seen.width !== width;
      this.draw();
      this.checkRowHeight();
    }

    /** The next drawing is seen from the first row. */
    toTop() {
      if (this.seen.top > 0) this.scroller.scrollTop = 0;
      this.seen.top = 0;
    }

    /* Columns */

    /**
     * @param {object[]} columns  beside the name
     * @param {() => number[]} widths  of name and columns; asked when they are needed
     */
    setColumns(columns, widths) {
      this.columns = columns;
      this.widths = widths;
      this.areCellsStale = true;
      this.areWidthsStale = true;
      this.isBuilt = false;
      this.table.setAttribute("aria-colcount", columns.length + 1);
    }

    /** Lay the columns out: they or the room have changed. */
    measure() {
      const [name, ...rest] = this.isBuilt ? this.builtWidths() : this.widths();
      this.nameWidth = name;
      this.drawnWidths = viewport.stretched(rest, this.seen.width - name, (i) => this.source.isSized?.(this.columns[i]));
      this.offsets = viewport.offsetsOf(this.drawnWidths);
      this.table.style.tableLayout = "fixed";
      const isStretched = Math.abs(name + this.offsets[rest.length] - this.seen.width) <= 1;
      this.table.style.width = isStretched ? "100%" : `${name + this.offsets[rest.length]}px`;
      this.isHeadStale = true;
      this.areWidthsStale = false;
      this.isBuilt = false;
      this.fixed = this.fittingBeside();
    }

    fittingBeside() {
      let count = Math.min(this.fixedWish, this.columns.length);
      while (count > 0 && this.nameWidth + this.offsets[count] > this.seen.width * MAX_FIXED_SHARE) count--;
      return count;
    }

    /** Widths that the browser gave to the builder's table: taking over must not move anything. */
    builtWidths() {
      return Array.from(this.headRow.cells, (cell) => cell.getBoundingClientRect().width);
    }

    /** Everything in the header may have changed: order, labels, columns. */
    redrawHead() {
      this.isHeadStale = true;
    }

    /** Widths of the empty cells at both sides of the drawn columns. */
    gaps() {
      const { start, end } = this.span;
      return [this.offsets[start] - this.offsets[this.fixed], this.offsets[this.columns.length] - this.offsets[end]];
    }

    /** @returns {boolean} whether rows hold other columns than before */
    drawColumns() {
      const span = this.visibleSpan();
      const isMoved = this.areCellsStale || span.start !== this.span.start || span.end !== this.span.end;
      if (!isMoved && !this.isHeadStale) return false;
      this.span = span;
      this.isHeadStale = false;
      this.areCellsStale = false;
      this.shownColumns = [...this.columns.slice(0, this.fixed), ...this.columns.slice(span.start, span.end)];
      [this.gapBefore, this.gapAfter] = this.gaps();
      this.drawColgroup();
      this.drawGroupRow();
      this.drawHeadRow();
      return isMoved;
    }

    /** The columns that can be seen beside those that stay. */
    visibleSpan() {
      const beside = this.offsets[this.fixed];
      const { start, end } = viewport.visibleColumns(this.offsets, this.seen.left + beside, this.seen.width - this.nameWidth - beside);
      const first = Math.max(start, this.fixed);
      return { start: first, end: Math.max(end, first) };
    }

    /** Which column the i-th of those shown is. */
    indexOf(i) {
      return i < this.fixed ? i : this.span.start + i - this.fixed;
    }

    /** Keep the cell of a column that stays where it is. */
    stay(cell, index) {
      const isFixed = index < this.fixed;
      cell.classList.toggle("fix", isFixed);
      cell.classList.toggle("edge", index === this.fixed - 1);
      if (isFixed || cell.style.length) cell.style.insetInlineStart = isFixed ? `${this.nameWidth + this.offsets[index]}px` : "";
    }

    /** How many cells a row has now, empty ones included. */
    get cellCount() {
      return 1 + this.shownColumns.length + (this.gapBefore > 0) + (this.gapAfter > 0);
    }

    drawColgroup() {
      const { start, end } = this.span;
      const beside = this.drawnWidths.slice(0, this.fixed);
      const widths = [this.nameWidth, ...beside, this.gapBefore, ...this.drawnWidths.slice(start, end), this.gapAfter];
      const cols = widths.filter((width) => width > 0).map((width) => {
        const col = gridCells.element("col");
        col.style.width = `${width}px`;
        return col;
      });
      this.colgroup.replaceChildren(...cols);
      if (!this.colgroup.isConnected) this.table.prepend(this.colgroup);
      for (const pad of [this.above, this.below]) pad.cells[0].colSpan = this.cellCount;
    }

    /** Whether a hairline stands before a column: it begins a group. */
    beginsGroup(index) {
      return index === 0 || this.columns[index - 1].group !== this.columns[index].group;
    }

    drawGroupRow() {
      const [beside, cells] = [this.groupHeads(0, this.fixed), this.groupHeads(this.fixed, this.shownColumns.length)];
      const before = gridCells.gapCells("th", this.gapBefore);
      this.groupRow.replaceChildren(this.groupRow.cells[0], ...beside, ...before, ...cells, ...gridCells.gapCells("th", this.gapAfter));
    }

    groupHeads(first, end) {
      const cells = [];
      for (let i = first; i < end; i++) {
        const { group } = this.shownColumns[i];
        if (i > first && this.shownColumns[i - 1].group === group) {
          cells.at(-1).colSpan++;
          continue;
        }
        const cell = gridCells.element("th", this.beginsGroup(this.indexOf(i)) ? "g1" : "");
        cell.append(this.groupLabel(group));
        this.stay(cell, this.indexOf(i));
        if (i < this.fixed) cell.firstChild.style.insetInlineStart = "";
        cells.push(cell);
      }
      return cells;
    }

    /** It stays in sight while any column of its group does: it sticks beside the name. */
    groupLabel(group) {
      const label = gridCells.element("span", "", group === "Metrics" && this.columns.every(({ word }) => !word) ? "Metrics, last value" : group);
      label.style.insetInlineStart = `${this.nameWidth + this.offsets[this.fixed] + LABEL_GAP_PX}px`;
      return label;
    }

    drawHeadRow() {
      const focused = this.headRow.contains(document.activeElement) && document.activeElement.closest("th").dataset.column;
      const name = this.headRow.cells[0];
      name.setAttribute("aria-colindex", 1);
      name.setAttribute("aria-sort", this.source.sortOf(name.dataset.column));
      const cells = this.shownColumns.map((column, i) => {
        const index = this.indexOf(i);
        const cell = gridCells.headCell(column, index, this.cellClass(column, index), this.source.sortOf(column.id), this.source.slot?.(column));
        this.stay(cell, index);
        return cell;
      });
      const before = gridCells.gapCells("th", this.gapBefore);
      const beside = cells.splice(0, this.fixed);
      this.headRow.replaceChildren(name, ...beside, ...before, ...cells, ...gridCells.gapCells("th", this.gapAfter));
      if (focused) this.headOf(focused)?.querySelector("button").focus({ preventScroll: true });
    }

    headOf(id) {
      return [...this.headRow.cells].find((cell) => cell.dataset.column === id);
    }

    cellClass(column, index) {
      return (column.isNumeric ? "num" : "txt") + (this.beginsGroup(index) ? " g1" : "");
    }

    /* Rows */

    /** Draw at the next frame. */
    schedule() {
      if (this.isDue) return;
      this.isDue = true;
      requestAnimationFrame(() => {
        this.isDue = false;
        this.draw();
      });
    }

    /** Draw what is seen now. */
    draw() {
      if (!this.seen.height || !this.columns) return;
      if (!this.above.isConnected && this.adopt()) return;
      if (this.areWidthsStale) this.measure();
      const isMoved = this.drawColumns();
      const rows = this.source.rows();
      this.stuck = this.fittingAbove();
      const { start, end } = viewport.visibleRows({ ...this.seen, rowHeight: this.rowHeight, count: rows.length });
      this.range = { start: Math.max(start, this.stuck), end: Math.max(end, this.stuck) };
      const places = [...Array(this.stuck).keys()];
      for (let place = this.range.start; place < this.range.end; place++) places.push(place);
      const spare = this.takeSpare(places.map((place) => rows[place]));
      const elements = places.map((place) => this.drawRow(rows[place], place, spare, isMoved));
      this.place(elements);
      this.finish();
    }

    /** Rows that stay at the top, as far as there is room. On paper nothing scrolls. */
    fittingAbove() {
      const room = Math.floor((this.seen.height * MAX_STUCK_SHARE) / this.rowHeight);
      return this.isOnPaper ? 0 : Math.min(this.source.stuck?.() ?? 0, room);
    }

    /** Keep a row at the top, below the header and those before it. */
    stick(drawn, place) {
      const isStuck = place < this.stuck;
      if (isStuck === drawn.classList.contains("stuck") && !isStuck) return;
      drawn.classList.toggle("stuck", isStuck);
      drawn.style.setProperty("--stuck-at", isStuck ? `${this.headHeight + place * this.rowHeight}px` : "");
    }

    /**
     * Take over the builder's table when it already says what should be seen: then nothing is drawn
     * until something changes.
     *
     * @returns {boolean}
     */
    adopt() {
      const built = [...this.body.rows];
      const rows = this.source.rows();
      const isSame =
        this.seen.top === 0 &&
        !this.source.stuck?.() &&
        this.builtColumns.join("\n") === this.columns.map(({ id }) => id).join("\n") &&
        built.length <= rows.length &&
        built.every(({ dataset }, i) => dataset.runId === this.source.run(rows[i]).id);
      if (!isSame) return false;
      built.forEach((drawn, i) => this.adoptRow(drawn, rows[i]));
      this.range = { start: 0, end: built.length };
      this.span = { start: 0, end: this.columns.length };
      this.areCellsStale = false;
      this.isBuilt = true;
      this.place(built);
      this.finish();
      return true;
    }

    adoptRow(built, row) {
      built.querySelectorAll("a, input").forEach((inner) => (inner.tabIndex = -1));
      [...built.cells].forEach((cell, column) => {
        cell.tabIndex = -1;
        cell.setAttribute("aria-colindex", column + 1);
      });
      this.markSelected(built, row);
      this.drawn.set(row, built);
    }

    /** Elements of rows that left the view, to be used again. */
    takeSpare(rows) {
      const wanted = new Set(rows);
      const spare = [];
      for (const [row, drawn] of this.drawn) {
        if (wanted.has(row)) continue;
        this.drawn.delete(row);
        drawn.remove();
        spare.push(drawn);
      }
      return spare;
    }

    drawRow(row, place, spare, isMoved) {
      let drawn = this.drawn.get(row);
      if (!drawn) {
        drawn = spare.pop() || gridCells.makeRow();
        this.drawn.set(row, drawn);
        gridCells.fillName(drawn, this.source.run(row));
        this.fillCells(drawn, row);
      } else if (isMoved) this.fillCells(drawn, row);
      this.markSelected(drawn, row);
      gridCells.markNode(drawn, this.source.node(row));
      this.source.mark(drawn, row);
      this.stick(drawn, place);
      drawn.setAttribute("aria-rowindex", place + 2);
      return drawn;
    }

    fillCells(drawn, row) {
      const isGapped = this.gapBefore > 0;
      gridCells.fitCells(drawn, this.cellCount);
      if (isGapped) gridCells.fillGap(drawn.cells[1 + this.fixed]);
      if (this.gapAfter > 0) gridCells.fillGap(drawn.cells[this.cellCount - 1]);
      this.shownColumns.forEach((column, i) => {
        const index = this.indexOf(i);
        const isBare = column.isNumeric && !column.isText;
        const cell = drawn.cells[1 + i + (i >= this.fixed && isGapped)];
        gridCells.fillCell(cell, index, this.cellClass(column, index), isBare, this.source.cell(column, row));
        this.stay(cell, index);
      });
    }

    markSelected(drawn, row) {
      gridCells.markSelected(drawn, this.source.isSelected(row));
    }

    /** What rows say has changed, and not only which rows are seen: they are made anew at the next drawing. */
    forget(isStale = () => true) {
      for (const [row, drawn] of this.drawn) {
        if (!isStale(row)) continue;
        this.drawn.delete(row);
        drawn.remove();
      }
    }

    /** Show what is selected, without filling any cell anew. */
    drawSelection() {
      for (const [row, drawn] of this.drawn) this.markSelected(drawn, row);
    }

    /** Put row elements in order, moving only those that are out of place. */
    place(elements) {
      const { start, end } = this.range;
      this.above.cells[0].style.height = `${(start - this.stuck) * this.rowHeight}px`;
      this.below.cells[0].style.height = `${(this.source.rows().length - end) * this.rowHeight}px`;
      const wanted = [...elements.slice(0, this.stuck), this.above, ...elements.slice(this.stuck), this.below];
      wanted.forEach((child, i) => {
        if (this.body.children[i] !== child) this.body.insertBefore(child, this.body.children[i] || null);
      });
      while (this.body.children.length > wanted.length) this.body.lastChild.remove();
    }

    finish() {
      this.table.setAttribute("aria-rowcount", this.source.rows().length + 1);
      this.table.classList.add("drawn");
      this.onDrawn();
    }

    /** Rows are as high as the style sheet says, which depends on the screen. */
    checkRowHeight() {
      const height = this.drawn.values().next().value?.getBoundingClientRect().height;
      if (!height || Math.abs(height - this.rowHeight) < 0.01) return;
      this.rowHeight = height;
      this.draw();
    }

    /* Places */

    /** The height of the sticky header, which covers rows below it. */
    get headHeight() {
      return this.table.tHead.offsetHeight;
    }

    /** Scroll until a cell can be seen; column 0 is the name. */
    reveal(place, column) {
      const { scroller } = this;
      if (place >= this.stuck) {
        const start = (place - this.stuck) * this.rowHeight;
        const room = scroller.clientHeight - this.headHeight - this.stuck * this.rowHeight;
        scroller.scrollTop = viewport.scrollInto(scroller.scrollTop, room, start, start + this.rowHeight);
      }
      if (column > this.fixed) {
        const sign = getComputedStyle(scroller).direction === "rtl" ? -1 : 1;
        const beside = this.offsets[this.fixed];
        const width = scroller.clientWidth - this.nameWidth - beside;
        const [start, end] = [this.offsets[column - 1] - beside, this.offsets[column] - beside];
        scroller.scrollLeft = sign * viewport.scrollInto(Math.abs(scroller.scrollLeft), width, start, end);
      }
      this.look();
      this.draw();
    }

    /** The element of a cell, if it is drawn; place -1 is the header, column 0 the name. */
    cellAt(place, column) {
      const row = place < 0 ? this.headRow : this.drawn.get(this.source.rows()[place]);
      return row && [...row.cells].find((cell) => Number(cell.getAttribute("aria-colindex")) === column + 1);
    }

    /** Where an element stands; null outside rows. */
    placeOf(target) {
      const cell = target.closest("th[aria-colindex], td[aria-colindex]");
      if (!cell || !this.table.contains(cell)) return null;
      return { place: Number(cell.parentNode.getAttribute("aria-rowindex")) - 2, column: Number(cell.getAttribute("aria-colindex")) - 1 };
    }

    /** The run of the row that an element stands in, or -1. */
    rowOf(target) {
      const at = this.placeOf(target);
      return at && at.place >= 0 ? this.source.rows()[at.place] : -1;
    }

    /** How many whole rows are seen at once. */
    get pageSize() {
      return Math.max(1, Math.floor((this.scroller.clientHeight - this.headHeight) / this.rowHeight) - this.stuck - 1);
    }
  }

  reporter.Grid = Grid;
})((globalThis.reporter = globalThis.reporter || {}));
