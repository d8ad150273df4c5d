/**
 * A list of any length whose rows are of one height: only those in sight are in the document.
 *
 * It is one stop of the Tab key. Up and down go from row to row, forward and back between the
 * controls of a row; a row that is scrolled away keeps its turn. What a row holds, and what its
 * controls do, is the business of who makes it.
 *
 * @typedef {object} TallListSource
 * @property {() => {key: string}[]} rows
 * @property {(row: object) => HTMLElement} make  its controls have names; the one named "box" is the usual stop
 * @property {(event: KeyboardEvent, row: object) => boolean} press  a key on a row: whether it was taken
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { viewport } = reporter;
  const { make } = reporter.elements;

  const USUAL = "box";

  class TallList {
    /** @param {string} label @param {TallListSource} source */
    constructor(label, source) {
      this.source = source;
      this.list = make("div.lines", { role: "list", "aria-label": label });
      this.element = make("div.tall", { tabIndex: -1 }, this.list);
      this.rows = [];
      /** Which control has the turn. */
      this.active = { place: 0, name: USUAL };
      this.element.addEventListener("scroll", () => this.schedule(), { passive: true });
      this.element.addEventListener("keydown", (event) => this.press(event));
      this.element.addEventListener("focusin", (event) => this.enter(event.target));
      new ResizeObserver(() => this.draw()).observe(this.element);
    }

    schedule() {
      if (this.isDue) return;
      this.isDue = true;
      requestAnimationFrame(() => {
        this.isDue = false;
        this.draw();
      });
    }

    /** The rows are others. The focus stays with what it was on, wherever that is now. */
    update() {
      const { key } = this.rows[this.active.place] ?? {};
      this.rows = this.source.rows();
      const place = this.rows.findIndex((row) => row.key === key);
      this.active.place = place < 0 ? Math.max(0, Math.min(this.active.place, this.rows.length - 1)) : place;
      this.draw();
    }

    /** Whether the focus is in it. */
    get hasFocus() {
      return this.element.contains(document.activeElement);
    }

    draw() {
      const { scrollTop, clientHeight } = this.element;
      if (!clientHeight) return;
      this.rowHeight = parseFloat(getComputedStyle(this.element).getPropertyValue("--line-height"));
      const { rowHeight, rows, hasFocus } = this;
      this.range = viewport.visibleRows({ top: scrollTop, height: clientHeight, rowHeight, count: rows.length });
      this.list.style.height = `${rows.length * rowHeight}px`;
      this.list.style.paddingTop = `${this.range.start * rowHeight}px`;
      this.list.replaceChildren(...rows.slice(this.range.start, this.range.end).map((row, i) => this.line(row, this.range.start + i)));
      this.giveTurn(hasFocus);
    }

    line(row, place) {
      const line = this.source.make(row);
      line.setAttribute("role", "listitem");
      line.setAttribute("aria-posinset", place + 1);
      line.setAttribute("aria-setsize", this.rows.length);
      line.dataset.place = place;
      for (const control of controlsOf(line)) control.tabIndex = -1;
      return line;
    }

    /** The element of a row, if it is in the document. */
    lineAt(place) {
      return this.list.children[place - this.range.start];
    }

    /** The control that has the turn, or else the usual one of its row. */
    target() {
      const controls = controlsOf(this.lineAt(this.active.place));
      return controls.find(({ name }) => name === this.active.name) ?? controls.find(({ name }) => name === USUAL) ?? controls[0];
    }

    giveTurn(takesFocus) {
      const target = this.target();
      const stop = target ?? controlsOf(this.list.firstElementChild).at(-1);
      if (stop) stop.tabIndex = 0;
      if (takesFocus) (target ?? this.element).focus({ preventScroll: true });
    }

    enter(target) {
      const line = target.closest("[data-place]");
      if (!line) return;
      for (const control of this.list.querySelectorAll("[tabindex='0']")) if (control !== target) control.tabIndex = -1;
      target.tabIndex = 0;
      this.active = { place: Number(line.dataset.place), name: target.name };
    }

    press(event) {
      const row = this.rows[this.active.place];
      if (!row) return;
      if (this.source.press(event, row)) return event.preventDefault();
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      const isSideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
      if (isSideways && event.target.type !== "number") this.step(event, event.key === "ArrowRight");
      else if (!event.target.matches("select, [type=number]")) this.move(event);
    }

    step(event, isRight) {
      const controls = controlsOf(this.lineAt(this.active.place));
      const isForward = isRight !== (getComputedStyle(this.element).direction === "rtl");
      const next = controls[controls.indexOf(event.target) + (isForward ? 1 : -1)];
      event.preventDefault();
      next?.focus();
    }

    move(event) {
      const { place } = this.active;
      const page = Math.max(1, Math.floor(this.element.clientHeight / this.rowHeight) - 1);
      const to = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: Infinity, PageDown: place + page, PageUp: place - page }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      this.go(to);
    }

    /** Bring a row into sight and give it the focus. */
    go(place) {
      const { element, rowHeight } = this;
      this.active.place = Math.max(0, Math.min(place, this.rows.length - 1));
      const start = this.active.place * rowHeight;
      element.scrollTop = viewport.scrollInto(element.scrollTop, element.clientHeight, start, start + rowHeight);
      this.draw();
      this.giveTurn(true);
    }

    /** The place of the row below a point, and whether the point is in its lower half. */
    placeAt(y) {
      const at = (y - this.list.getBoundingClientRect().top) / this.rowHeight;
      return { place: Math.max(0, Math.min(this.rows.length - 1, Math.floor(at))), isBehind: at % 1 > 0.5 };
    }
  }

  const controlsOf = (line) => (line ? [...line.querySelectorAll("button, input, select")] : []);

  reporter.TallList = TallList;
})((globalThis.reporter = globalThis.reporter || {}));
