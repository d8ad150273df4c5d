/**
 * Columns that the page makes from histories: the mean of a metric's last points, its value at the
 * best step of another metric, its line.
 *
 *   metrics:last10.loss            mean of the last 10 points of loss
 *   metrics:at:val_loss.loss       loss where val_loss is best; also at_min and at_max
 *   metrics:spark.loss             the line of loss, ordered by its last value
 *
 * Histories in data files keep at most some thousand points a run: what was found in a thinned one
 * is an estimate, and says so. This file knows no file and no element.
 *
 * @typedef {object} Derivation
 * @property {"last" | "at" | "spark" | "aggregate"} what
 * @property {string} key  of the metric
 * @property {number} [count]  points that the mean is of
 * @property {string} [other]  key of the metric whose best step is meant
 * @property {string} [step]  the aggregate of `other` that is the step
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./arrays.js");
    require("./columns.js");
    require("./downsample.js");
  }
  const { arrays, aggregateOf, AGGREGATES } = reporter;

  const STEPS = { at: "best_step", at_min: "min_step", at_max: "max_step" };
  const STEP_WORDS = { best_step: "at best", min_step: "at min", max_step: "at max" };
  const MAX_LAST = 1000;

  /** The box of a line, and its points: one for each two pixels, as site/sparkline.py has it. */
  const BOX = { width: 84, height: 20, margin: 1.5, points: 42 };

  const quoted = (key) => key.replace(/%/g, "%25").replace(/\./g, "%2E");
  const unquoted = (text) => text.replace(/%2E/g, ".").replace(/%25/g, "%");

  const ids = {
    last: (key, count) => `metrics:last${count}.${key}`,
    at: (key, other, how = "at") => `metrics:${how}:${quoted(other)}.${key}`,
    spark: (key) => `metrics:spark.${key}`,
    aggregate: (key, name) => (name ? `metrics:${name}.${key}` : `metrics.${key}`),
  };

  /** @param {string} id @returns {Derivation | null}  null for ids that mean nothing here */
  function parse(id) {
    const name = aggregateOf(id);
    const key = id.slice(id.indexOf(".") + 1);
    if (AGGREGATES.has(name)) return { what: "aggregate", key };
    if (name === "spark") return { what: "spark", key };
    const [, digits] = /^last([1-9][0-9]{0,3})$/.exec(name) || [];
    if (digits && digits <= MAX_LAST) return { what: "last", key, count: Number(digits) };
    const [, how, other] = /^(at|at_min|at_max):(.+)$/s.exec(name) || [];
    return how ? { what: "at", key, other: unquoted(other), step: STEPS[how] } : null;
  }

  /** What a heading says beside the metric's name. */
  function wordOf(derivation) {
    if (derivation.what === "spark") return "line";
    if (derivation.what === "last") return `mean of last ${derivation.count}`;
    return `${STEP_WORDS[derivation.step]} ${derivation.other}`;
  }

  /** Numbers of last points that are offered; any other can be asked for. */
  const LAST_COUNTS = [5, 10, 50, 100];

  /** More metrics at whose best step another may be read are found by the address. */
  const MAX_OTHERS = 40;

  /**
   * What a column of a metric can show, in groups.
   *
   * @param {{key: string, direction: string}} metric
   * @param {{key: string, direction: string}[]} others  metrics at whose best step it may be read
   * @returns {{label: string, items: [string, string][]}[]}  ids of columns, and the words for them
   */
  function choices({ key, direction }, others) {
    const isOffered = ([name]) => direction || !name.startsWith("best");
    const aggregates = [...AGGREGATES].filter(isOffered).map(([name, words]) => [ids.aggregate(key, name), words]);
    const worded = (id) => [id, wordOf(parse(id))];
    const directed = [...others].sort((a, b) => Boolean(b.direction) - Boolean(a.direction));
    const steps = directed.filter((other) => other.key !== key).slice(0, MAX_OTHERS).flatMap((other) => stepIds(key, other));
    return [
      { label: "", items: [[ids.aggregate(key, ""), "last"], ...aggregates, worded(ids.spark(key))] },
      { label: "Mean of the last points", items: LAST_COUNTS.map((count) => worded(ids.last(key, count))) },
      ...(steps.length ? [{ label: "At the step of another metric", items: steps.map(worded) }] : []),
    ];
  }

  /** Without a declared direction either end may be the best. */
  function stepIds(key, { key: other, direction }) {
    return (direction ? ["at"] : ["at_min", "at_max"]).map((how) => ids.at(key, other, how));
  }

  const isWhole = (series) => series.logged <= series.y.length;

  /**
   * @param {import("./series.js").Series} series
   * @param {number} count
   * @returns {{value: number, isExact: boolean} | null}  null without points
   */
  function meanOfLast(series, count) {
    const last = series.y.subarray(-count);
    if (!last.length) return null;
    return { value: last.reduce((sum, y) => sum + y, 0) / last.length, isExact: isWhole(series) };
  }

  /**
   * The last value at a step, or before it where none was logged at it.
   *
   * @param {import("./series.js").Series} series
   * @param {number} step
   * @returns {{value: number, isExact: boolean} | null}  null when nothing was logged by then
   */
  function valueAt(series, step) {
    const after = arrays.lowerBound(series.x, step + 1);
    if (after === 0 || Number.isNaN(step)) return null;
    return { value: series.y[after - 1], isExact: isWhole(series) || series.x[after - 1] === step };
  }

  /**
   * A column of numbers as columns.js takes it.
   *
   * @param {string} id
   * @param {number} n  rows
   * @param {Map<number, {value: number, isExact: boolean}>} found  by row
   * @param {object} said  label, unit, direction, description
   */
  function payloadOf(id, n, found, said) {
    const values = new Float64Array(n);
    const missing = new Uint8Array(Math.ceil(n / 8)).fill(255);
    const estimated = new Set();
    for (const [row, { value, isExact }] of found) {
      values[row] = value;
      missing[row >> 3] &= ~(1 << (row & 7));
      if (!isExact) estimated.add(row);
    }
    return { id, kind: "number", word: wordOf(parse(id)), values, missing: found.size === n ? undefined : missing, estimated, ...said };
  }

  function finitePoints({ x, y }) {
    const kept = reporter.downsample(x, y, BOX.points);
    const points = Array.from(kept, (i) => [x[i], y[i]]).filter(([, value]) => Number.isFinite(value));
    const isFlat = points.length && points[0][0] === points.at(-1)[0];
    return isFlat ? points.map(([, value], i) => [i, value]) : points;
  }

  /** Maps values onto pixels; equal ones into the middle. Halves, so that no difference overflows. */
  function scale(values, size) {
    const low = values.reduce((least, value) => Math.min(least, value / 2), Infinity);
    const high = values.reduce((most, value) => Math.max(most, value / 2), -Infinity);
    if (low === high) return () => size / 2;
    return (value) => BOX.margin + ((value / 2 - low) / (high - low)) * (size - 2 * BOX.margin);
  }

  /**
   * @param {import("./series.js").Series} series
   * @returns {string}  path of a line in a box of 84 by 20; "" below two finite points
   */
  function sparkPath(series) {
    const points = finitePoints(series);
    if (points.length < 2) return "";
    const across = scale(points.map(([x]) => x), BOX.width);
    const up = scale(points.map(([, y]) => y), BOX.height);
    const tenths = (pixels) => Math.round(pixels * 10) / 10;
    return `M${points.map(([x, y]) => `${tenths(across(x))} ${tenths(BOX.height - up(y))}`).join("L")}`;
  }

  reporter.derived = { MAX_LAST, ids, parse, wordOf, choices, meanOfLast, valueAt, payloadOf, sparkPath };
  if (typeof module === "object") module.exports = reporter.derived;
})((globalThis.reporter = globalThis.reporter || {}));
