/**
 * How runs look in experiment charts: colours by a column or the run's own, sizes, and the legend that says so.
 *
 * `look` is {runs: 8 colours, ramp: colours from small to large, text, muted, surface}.
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./fields.js");
    require("./format.js");
  }

  /** Runs of a crowd have colours that tell nothing: the eighth part of them has the same. */
  const MOST_OWN_COLORS = 40;
  const MOST_CATEGORIES = 8;

  /** The palest steps of a ramp are no colours for a point or a line. */
  const FIRST_STEP = 2;

  /** Areas in square pixels, by how many points there are. */
  const AREAS = [
    [500, 46],
    [3000, 26],
    [Infinity, 13],
  ];
  const SMALL = 16;
  const LARGE = 260;
  const LEGEND_STEPS = 5;
  const SWATCH_AREA = 70;
  const GAP_PX = 16;
  const STEP_PX = 9;

  const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

  /** A colour of a ramp at a share of its length. */
  function onRamp(ramp, share) {
    const at = Math.max(0, Math.min(1, share)) * (ramp.length - 1);
    const below = Math.min(Math.floor(at), ramp.length - 2);
    const [from, to] = [channels(ramp[below]), channels(ramp[below + 1])];
    return `#${from.map((value, i) => Math.round(value + (to[i] - value) * (at - below)).toString(16).padStart(2, "0")).join("")}`;
  }

  /** Shares of numbers between their ends, 0 to 1; of a logarithmic field by ratio. */
  function shareOf(field) {
    const ends = reporter.fields.extent(field.numbers) ?? [0, 1];
    const at = (value) => (field.isLog ? Math.log(value) : value);
    const [low, high] = ends.map(at);
    return { ends, share: (value) => (high > low ? (at(value) - low) / (high - low) : 0.5) };
  }

  /** Deeper is better where a direction is known, else larger. */
  const turned = (share, sense) => (sense === "min" ? 1 - share : share);

  const printed = (field, value) => (field.kind === "time" ? reporter.format.time(value) : reporter.format.number(Number(value.toPrecision(4))));

  function byNumber(field, sense, look) {
    const ramp = look.ramp.slice(FIRST_STEP);
    const { ends, share } = shareOf(field);
    const steps = Array.from({ length: LEGEND_STEPS }, (_, i) => ({ color: onRamp(ramp, turned(i / (LEGEND_STEPS - 1), sense)), text: "", isStep: true }));
    const texts = ends.map((value) => printed(field, value));
    return {
      of: (place) => (Number.isNaN(field.numbers[place]) ? look.muted : onRamp(ramp, turned(share(field.numbers[place]), sense))),
      depth: (place) => turned(share(field.numbers[place]), sense),
      legend: [{ text: `${field.title} ${texts[0]}` }, ...steps, { text: texts[1] }],
    };
  }

  function byCategory(field, look) {
    const counts = new Map();
    for (const place of field.numbers) if (!Number.isNaN(place)) counts.set(place, (counts.get(place) ?? 0) + 1);
    const isMany = field.categories.length > MOST_CATEGORIES;
    const largest = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a)).slice(0, isMany ? MOST_CATEGORIES - 1 : MOST_CATEGORIES);
    const shown = largest.sort((a, b) => a - b);
    const colors = new Map(shown.map((place, i) => [place, look.runs[i]]));
    const legend = shown.map((place, i) => ({ color: look.runs[i], text: field.categories[place] || '""' }));
    const rest = field.categories.length - shown.length;
    return {
      of: (place) => colors.get(field.numbers[place]) ?? look.muted,
      legend: [{ text: field.title }, ...legend, ...(rest > 0 ? [{ color: look.muted, text: `${rest} more` }] : [])],
    };
  }

  /**
   * @param {import("./fields.js").Field | null} field
   * @param {ArrayLike<number>} rows
   * @param {"min"|"max"|""} sense
   * @param {object} look
   * @returns {{of: (place: number) => string, legend: object[], depth?: (place: number) => number}}
   */
  function colorsBy(field, rows, sense, look) {
    if (field) return field.kind === "category" ? byCategory(field, look) : byNumber(field, sense, look);
    const isOwn = rows.length <= MOST_OWN_COLORS;
    return { of: (place) => look.runs[isOwn ? rows[place] % look.runs.length : 0], legend: [] };
  }

  /** @returns {{of: (place: number) => number, legend: object[]}}  areas in square pixels */
  function sizesBy(field, n) {
    if (!field) return { of: () => AREAS.find(([most]) => n <= most)[1], legend: [] };
    const { ends, share } = shareOf(field);
    const areaAt = (part) => SMALL + (LARGE - SMALL) * part;
    const legend = [0, 1].map((part) => ({ isRound: true, area: areaAt(part), text: printed(field, ends[part]) }));
    return { of: (place) => (Number.isNaN(field.numbers[place]) ? SMALL : areaAt(share(field.numbers[place]))), legend: [{ text: field.title }, ...legend] };
  }

  /**
   * Rows of the data set `legend`: items side by side, as far as there is room.
   *
   * @param {object[]} items
   * @param {{muted: string}} look
   * @param {(text: string) => number} widthOf  in pixels
   * @param {number} mostPx
   */
  function legendRows(items, look, widthOf, mostPx) {
    let left = 0;
    const rows = [];
    for (const [i, item] of items.entries()) {
      if (!item.isStep && items[i - 1]?.isStep) left += STEP_PX;
      const { marks, width } = legendItem(item, left, look, widthOf);
      if (left + width > mostPx) break;
      rows.push(...marks);
      left += width;
    }
    return rows;
  }

  /** A mark and the text beside it. */
  function legendItem({ color, area = SWATCH_AREA, text, isStep, isRound }, left, look, widthOf) {
    const hasMark = Boolean(color) || isRound;
    const markPx = hasMark ? Math.max(STEP_PX, 2 * Math.sqrt(area / Math.PI)) : 0;
    const mark = { left: left + markPx / 2, color: isRound ? look.muted : color, area, text: "" };
    if (isStep) return { marks: [mark], width: STEP_PX };
    const words = { left: left + markPx + (hasMark ? GAP_PX / 4 : 0), color: "transparent", area: 0, text };
    return { marks: hasMark ? [mark, words] : [words], width: markPx + widthOf(text) + GAP_PX * 1.25 };
  }

  reporter.relationLook = { onRamp, shareOf, turned, colorsBy, sizesBy, legendRows, MOST_OWN_COLORS };
  if (typeof module === "object") module.exports = reporter.relationLook;
})((globalThis.reporter = globalThis.reporter || {}));
