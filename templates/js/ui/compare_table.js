/**
 * The table of the compare page when many stand in it: only the columns in sight are elements.
 *
 * Up to some thirty columns are plain cells. Beyond, every column has one width, and what lies to
 * the left and right of the screen is a single cell of as many columns; scrolling draws again.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { make } = reporter.elements;

  const MOST_PLAIN = 24;

  /** Wide enough for a value and how far it is from the baseline. */
  const WIDTH_PX = 210;
  const NAME_PX = 220;

  /** Drawn beyond either edge, so that a small scroll draws nothing. */
  const MARGIN = 4;

  /** A range of the columns, and how a row is made of it. */
  class Window {
    constructor(count, from, to) {
      Object.assign(this, { count, from, to });
    }

    /** @param {(i: number) => HTMLElement} make_ @param {"td"|"th"} tag @returns {HTMLElement[]} */
    cells(make_, tag) {
      const cells = Array.from({ length: this.to - this.from }, (_, i) => make_(this.from + i));
      const gap = (n) => (n > 0 ? [make(tag, { colSpan: n, "aria-hidden": "true" })] : []);
      return [...gap(this.from), ...cells, ...gap(this.count - this.to)];
    }
  }

  function colgroup(count) {
    const name = make("col");
    const columns = make("col", { span: count });
    name.style.width = `${NAME_PX}px`;
    columns.style.width = `${WIDTH_PX}px`;
    return make("colgroup", {}, name, columns);
  }

  function inSight(box, count) {
    const first = Math.floor(box.scrollLeft / WIDTH_PX) - MARGIN;
    const last = Math.ceil((box.scrollLeft + box.clientWidth) / WIDTH_PX) + MARGIN;
    return new Window(count, Math.max(0, first), Math.min(count, last));
  }

  const isBeyond = (shown, wanted) => wanted.from < shown.from || wanted.to > shown.to;

  /**
   * @param {HTMLElement} box  that scrolls
   * @param {number} count  of columns
   * @param {(columns: Window) => HTMLElement[]} makeParts  head and bodies
   */
  function draw(box, count, makeParts) {
    box.onscroll = null;
    if (count <= MOST_PLAIN) {
      box.replaceChildren(make("table.compare", {}, ...makeParts(new Window(count, 0, count))));
      return;
    }
    const table = make("table.compare.many", { "aria-colcount": String(count + 1) });
    table.style.width = `${NAME_PX + count * WIDTH_PX}px`;
    let shown = inSight(box, count);
    const fill = () => table.replaceChildren(colgroup(count), ...makeParts(shown));
    fill();
    box.replaceChildren(table);
    let isWaiting = false;
    const look = () => {
      isWaiting = false;
      const wanted = inSight(box, count);
      const tight = new Window(count, Math.min(count, wanted.from + MARGIN), Math.max(0, wanted.to - MARGIN));
      if (!isBeyond(shown, tight)) return;
      shown = wanted;
      fill();
    };
    look();
    box.onscroll = () => {
      if (!isWaiting) requestAnimationFrame(look);
      isWaiting = true;
    };
  }

  reporter.compareTable = { draw };
})((globalThis.reporter = globalThis.reporter || {}));
