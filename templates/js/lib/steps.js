/**
 * Steps of a series of pictures: which one is shown for a step, and where playing goes next.
 *
 * Pure arithmetic; knows no element.
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") require("./arrays.js");
  const { lowerBound } = reporter.arrays;

  /**
   * @param {number[]} steps  ascending, not empty
   * @param {number} wanted
   * @returns {number}  place of the nearest, the earlier of two equally near
   */
  function nearestPlace(steps, wanted) {
    const above = lowerBound(steps, wanted);
    if (above === 0) return 0;
    if (above === steps.length) return above - 1;
    return steps[above] - wanted < wanted - steps[above - 1] ? above : above - 1;
  }

  /** The place that playing shows next: round and round. */
  const nextPlace = (place, count) => (place + 1) % count;

  /**
   * Pictures to ask for before they are wanted: those around the one that is shown.
   * @returns {number[]}  places
   */
  function neighbours(place, count) {
    return [place + 1, place - 1].filter((near) => near >= 0 && near < count);
  }

  reporter.steps = { nearestPlace, nextPlace, neighbours };
  if (typeof module === "object") module.exports = reporter.steps;
})((globalThis.reporter = globalThis.reporter || {}));
