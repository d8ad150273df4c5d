/**
 * What a picture of a chart says besides the drawing, since it will stand without its page: the title
 * above it, and below it which line is which. Pure: measures texts by the function it is given.
 *
 * @typedef {object} Entry
 * @property {string} name
 * @property {string} color
 * @property {number[]} dash
 */
(function (reporter) {
  "use strict";

  const PAD = 10;
  const TITLE_PX = 24;
  const ROW_PX = 17;
  const SAMPLE_PX = 18;
  const GAP_PX = 5;
  const APART_PX = 16;
  const MOST_ENTRIES = 40;

  /** From left to right in rows, each name after its sample. */
  function rowsOf(entries, width, widthOf) {
    let [left, row] = [PAD, 0];
    return entries.map(({ name, color, dash }) => {
      const textPx = Math.min(widthOf(name), width - 2 * PAD - SAMPLE_PX - GAP_PX);
      const full = (color ? SAMPLE_PX + GAP_PX : 0) + textPx;
      if (left > PAD && left + full > width - PAD) [left, row] = [PAD, row + 1];
      const placed = { name, color, dash, left, textLeft: left + (color ? SAMPLE_PX + GAP_PX : 0), samplePx: color ? SAMPLE_PX : 0, row };
      left += full + APART_PX;
      return placed;
    });
  }

  /**
   * @param {{title: string, aside: string, entries: Entry[], width: number, height: number}} drawing
   * @param {(text: string) => number} widthOf
   * @returns {{width: number, height: number, plotTop: number, titleTop: number, asideLeft: number, entries: object[]}}
   *   baselines in pixels; `entries` with `left`, `textLeft`, `samplePx` and `baseline`
   */
  function frame({ title, aside, entries, width, height }, widthOf) {
    const listed = entries.slice(0, MOST_ENTRIES);
    const more = entries.length - listed.length;
    const placed = rowsOf(more > 0 ? [...listed, { name: `+${more} more`, color: "", dash: [] }] : listed, width, widthOf);
    const nRows = placed.length ? placed[placed.length - 1].row + 1 : 0;
    const bottom = TITLE_PX + height;
    return {
      width,
      height: bottom + (nRows ? nRows * ROW_PX + PAD : 0),
      plotTop: TITLE_PX,
      titleTop: TITLE_PX - 8,
      titleLeft: PAD,
      asideLeft: aside ? PAD + widthOf(title) * 1.15 + 12 : 0,
      entries: placed.map((entry) => ({ ...entry, baseline: bottom + entry.row * ROW_PX + 12 })),
    };
  }

  reporter.pictureFrame = { frame };
  if (typeof module === "object") module.exports = reporter.pictureFrame;
})((globalThis.reporter = globalThis.reporter || {}));
