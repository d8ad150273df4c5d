/**
 * Histories out of the data files: one record a metric, holding the series of many runs.
 *
 * This file knows nothing of runs' names, colours or elements.
 *
 * @typedef {object} SeriesRecord  as in a data file
 * @property {string} runs  base64, 16 bytes a run
 * @property {number[]} n  points logged
 * @property {number[]} offsets  where each run's points begin, and their number at the end
 * @property {{t: "range", start: number[], by: number[]} | import("./arrays.js").Packed} steps
 * @property {import("./arrays.js").Packed} values
 * @property {{start: number[], span: number[], by: import("./arrays.js").Packed} | {start: number[], ms: import("./arrays.js").Packed}} [times]  see payload.py
 * @property {SeriesRecord["steps"]} [places]  which of all logged points, where steps do not say it
 *
 * @typedef {object} Series
 * @property {string} id  of the run
 * @property {number} logged  points that were logged, of which those here were chosen
 * @property {Float64Array | Float32Array | Int32Array} x  ascending
 * @property {Float64Array | Float32Array} y  may hold NaN and infinities
 * @property {Float64Array | null} ms  when each point was logged, from the earliest one here on
 * @property {number | null} startMs  when that was, since 1970
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") require("./arrays.js");
  const { arrays } = reporter;

  const ID_BYTES = 16;

  /** The steps of a run, from a whole record's. */
  function stepReader(steps, offsets) {
    if (steps.t !== "range") {
      const all = arrays.decode(steps);
      return (run) => all.subarray(offsets[run], offsets[run + 1]);
    }
    return (run) => Float64Array.from({ length: offsets[run + 1] - offsets[run] }, (_, i) => steps.start[run] + steps.by[run] * i);
  }

  /** Places of points that all came with one step: evenly among those logged. */
  function countFrom(nShown, nLogged) {
    const by = nShown > 1 ? (nLogged - 1) / (nShown - 1) : 0;
    return Float64Array.from({ length: nShown }, (_, i) => Math.round(i * by));
  }

  const NO_TIMES = { ms: null, startMs: null };

  /** The way between points in parts of the whole, which wraps around. */
  function partReader({ start, span, by }, offsets) {
    const ways = arrays.decode(by);
    return (run) => {
      let place = 0;
      const ms = Float64Array.from(ways.subarray(offsets[run], offsets[run + 1]), (way) => {
        place = (place + way) & 0xffff;
        return Math.round((place / 0xffff) * span[run]);
      });
      return { ms, startMs: start[run] };
    };
  }

  /** The way between points in milliseconds: an odd number leads back. */
  function exactReader({ start, ms }, offsets) {
    const ways = arrays.decode(ms);
    return (run) => {
      let [at, first] = [0, 0];
      const found = Float64Array.from(ways.subarray(offsets[run], offsets[run + 1]), (way) => {
        at += way % 2 ? -(way + 1) / 2 : way / 2;
        first = Math.min(first, at);
        return at;
      });
      return { ms: first < 0 ? found.map((one) => one - first) : found, startMs: start[run] + first };
    };
  }

  /** When points were logged: milliseconds since the earliest one of a series, and when that was. */
  function timeReader(times, offsets) {
    if (!times) return () => NO_TIMES;
    return times.ms ? exactReader(times, offsets) : partReader(times, offsets);
  }

  /**
   * @param {SeriesRecord} record
   * @param {(id: string) => boolean} isWanted  by id of the run
   * @param {"step" | "index"} [x]  index: the metric was logged without steps
   * @returns {Series[]}  of the wanted runs
   */
  function decodeSeries(record, isWanted, x = "step") {
    const { offsets, n } = record;
    const ids = arrays.decodeBytes(record.runs);
    const values = arrays.decode(record.values);
    const stepsOf = stepReader(record.steps, offsets);
    const timesOf = timeReader(record.times, offsets);
    const placesOf = record.places ? stepReader(record.places, offsets) : (run) => countFrom(offsets[run + 1] - offsets[run], n[run]);
    const series = [];
    for (let run = 0; run < n.length; run++) {
      const id = arrays.hex(ids, run * ID_BYTES, ID_BYTES);
      if (!isWanted(id)) continue;
      const y = values.subarray(offsets[run], offsets[run + 1]);
      series.push({ id, logged: n[run], x: x === "index" ? placesOf(run) : stepsOf(run), y, ...timesOf(run) });
    }
    return series;
  }

  /**
   * The data files that hold the series of some runs.
   *
   * @param {[string, string][]} shards  (beginning of the run ids, file)
   * @param {Iterable<string> | null} ids  null: of all runs
   * @returns {string[]}
   */
  function shardsOf(shards, ids) {
    const wanted = ids && [...ids];
    const files = shards.filter(([prefix]) => !wanted || wanted.some((id) => id.startsWith(prefix))).map(([, file]) => file);
    return [...new Set(files)];
  }

  reporter.series = { decodeSeries, shardsOf };
  if (typeof module === "object") module.exports = reporter.series;
})((globalThis.reporter = globalThis.reporter || {}));
