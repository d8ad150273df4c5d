/**
 * Which part of a large table is drawn: sizes and scroll positions in, index ranges out.
 *
 * All lengths are in CSS pixels. This file knows no element.
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") require("./arrays.js");
  const { lowerBound } = reporter.arrays;

  /** Drawn beyond each edge, so that a slow frame while scrolling shows no gap. */
  const EXTRA_ROWS = 6;
  const EXTRA_PX = 160;

  /** @typedef {{start: number, end: number}} Range  end not included */

  /**
   * @param {object} view
   * @param {number} view.top  scrolled down by
   * @param {number} view.height  of what is seen
   * @param {number} view.rowHeight
   * @param {number} view.count  rows in all
   * @returns {Range}
   */
  function visibleRows({ top, height, rowHeight, count }) {
    const first = Math.floor(top / rowHeight) - EXTRA_ROWS;
    const last = Math.ceil((top + height) / rowHeight) + EXTRA_ROWS;
    const end = Math.min(count, Math.max(0, last));
    return { start: Math.min(Math.max(0, first), end), end };
  }

  /**
   * @param {ArrayLike<number>} widths
   * @returns {Float64Array}  where each begins, and the end of the last
   */
  function offsetsOf(widths) {
    const offsets = new Float64Array(widths.length + 1);
    for (let i = 0; i < widths.length; i++) offsets[i + 1] = offsets[i] + widths[i];
    return offsets;
  }

  /**
   * @param {Float64Array} offsets
   * @param {number} left  scrolled by
   * @param {number} width  of what is seen beside the pinned column
   * @returns {Range}
   */
  function visibleColumns(offsets, left, width) {
    const count = offsets.length - 1;
    const first = lowerBound(offsets, left - EXTRA_PX) - 1;
    const last = lowerBound(offsets, left + width + EXTRA_PX);
    return { start: Math.max(0, Math.min(first, count)), end: Math.min(count, last) };
  }

  /**
   * Share the room that is left over, in proportion, as a table of automatic layout does.
   *
   * @param {number[]} widths
   * @param {number} room
   * @param {(i: number) => boolean} [isKept]  whether a width is as somebody chose it
   * @returns {number[]}
   */
  function stretched(widths, room, isKept = () => false) {
    const kept = widths.reduce((sum, width, i) => sum + (isKept(i) ? width : 0), 0);
    const others = widths.reduce((sum, width) => sum + width, 0) - kept;
    if (kept + others >= room || others === 0) return widths;
    return widths.map((width, i) => (isKept(i) ? width : (width * (room - kept)) / others));
  }

  /**
   * How far to scroll so that a span is seen whole, or its start if it is too long.
   *
   * @param {number} position  scrolled by now
   * @param {number} size  of what is seen
   * @param {number} start  of the span
   * @param {number} end  of the span
   * @returns {number}
   */
  function scrollInto(position, size, start, end) {
    if (start < position || end - start > size) return start;
    return end > position + size ? end - size : position;
  }

  reporter.viewport = { visibleRows, visibleColumns, offsetsOf, stretched, scrollInto };
  if (typeof module === "object") module.exports = reporter.viewport;
})((globalThis.reporter = globalThis.reporter || {}));
