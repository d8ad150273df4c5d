/**
 * How large an enlarged picture is shown: steps, and which picture comes next.
 *
 * Pure arithmetic; knows no element.
 */
(function (reporter) {
  "use strict";

  /** Steps that people know from their browser and image viewer; 1 is one picture pixel a CSS pixel. */
  const STEPS = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8];

  /**
   * The scale at which a picture fits a stage; never above 1, except that a tiny picture (an MNIST
   * digit) is enlarged by a whole number, so that its pixels stay squares.
   *
   * @param {{width: number, height: number}} picture
   * @param {{width: number, height: number}} stage
   * @returns {number}
   */
  function fit(picture, stage) {
    if (!picture.width || !picture.height) return 1;
    const scale = Math.min(stage.width / picture.width, stage.height / picture.height);
    const isTiny = Math.max(picture.width, picture.height) <= 128;
    if (scale <= 1 || !isTiny) return Math.min(scale, 1);
    return Math.min(8, Math.max(1, Math.floor(scale)));
  }

  /**
   * @param {number} scale
   * @param {1 | -1} direction
   * @returns {number}  the next step that way; the same scale at the end
   */
  function step(scale, direction) {
    const beyond = direction > 0 ? STEPS.filter((s) => s > scale * 1.01) : STEPS.filter((s) => s < scale * 0.99);
    if (!beyond.length) return scale;
    return direction > 0 ? beyond[0] : beyond[beyond.length - 1];
  }

  const LEAST = STEPS[0];
  const MOST = STEPS[STEPS.length - 1];

  /** A scale between the least and the most there are: what fingers ask for. */
  const bounded = (scale) => Math.min(MOST, Math.max(LEAST, scale));

  /**
   * How far to scroll so that what was under a point stays under it.
   *
   * @param {number} scrolled  before
   * @param {number} at  of the point from the stage's edge, in pixels
   * @param {number} ratio  of the sizes after and before
   * @returns {number}
   */
  const keep = (scrolled, at, ratio) => (scrolled + at) * ratio - at;

  /** Distance and middle of two fingers. @param {{x: number, y: number}[]} fingers */
  function spread([a, b]) {
    return { distance: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  }

  /** @returns {string}  "50 %" with a thin gap, as units are set */
  const percent = (scale) => `${Math.round(scale * 100)}\u2009%`;

  /**
   * @param {number} at
   * @param {number} by
   * @param {number} count
   * @returns {number}  the place `by` further on, round and round
   */
  const turn = (at, by, count) => (count ? (((at + by) % count) + count) % count : 0);

  reporter.zoom = { fit, step, bounded, keep, spread, percent, turn };
  if (typeof module === "object") module.exports = reporter.zoom;
})((globalThis.reporter = globalThis.reporter || {}));
