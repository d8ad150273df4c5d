/**
 * From the series of runs to the rows that a line chart's data sets take.
 *
 * Lines are smoothed, cut to what can be drawn and broken where a value is missing; what is left out
 * is counted. This file knows neither Vega nor elements. Names of fields are those of
 * reporter/charts/metrics.py.
 *
 * @typedef {object} Line
 * @property {string} id  of the run
 * @property {string} name
 * @property {number} color  1 to 8
 * @property {number} dash  0 to 2
 * @property {string} status
 * @property {ArrayLike<number>} x  ascending
 * @property {ArrayLike<number>} y  may hold NaN and infinities
 * @property {boolean} [isSmooth]  already
 * @property {ArrayLike<number>} [low]  of the band around it, NaN where there is none
 * @property {ArrayLike<number>} [high]
 * @property {{id: string, x: ArrayLike<number>, y: ArrayLike<number>}[]} [ghosts]  runs that are shown behind it
 * @property {Line[]} [members]  the runs it stands for, when they are several: they end, fail and log NaN
 *
 * @typedef {object} PlotOptions
 * @property {number} smooth  weight of the past, 0 to 0.99
 * @property {boolean} [smoothsByX]  whether the past loses its weight by distance in x, not by point
 * @property {boolean} isLog  of y
 * @property {[number, number] | null} [window]  the part of x that is seen; null: all
 * @property {[number | null, number | null] | null} [range]  ends of y that were asked for
 * @property {boolean} [hasOutliers]  whether runs far off the others are to be on the scale
 * @property {boolean} [cutsOutliers]  whether the scale is to hold the middle of all points only
 * @property {number} widthPx
 * @property {string[]} colors  of runs, the first at 0
 * @property {Object<string, string>} marks  colour of the cross at the end of a run, by its state
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./chart_identity.js");
    require("./detail.js");
    require("./downsample.js");
    require("./outliers.js");
    require("./smooth.js");
  }

  /** Rows of one chart: what Vega draws within a few frames. A narrow chart needs fewer. */
  const MAX_ROWS = 10000;
  const ROWS_PER_PIXEL = 16;

  /** Lines of one chart; more cannot be told apart, and each needs some points. */
  const MAX_LINES = 200;

  /** Above this many lines the raw ones behind the smoothed would hide them. */
  const MAX_GHOSTS = 50;

  const LEAST_POINTS = 8;
  const POINTS_PER_PIXEL = 2;

  const LINE = { width: 1.6, opacity: 1 };
  const GHOST = { width: 1, opacity: 0.28 };

  /** Beyond so many heights of the plot a line need not go: a canvas counts in 32 bits. */
  const BEYOND = 1e4;

  /** Two strokes, in a square from -1 to 1. */
  const CROSS = "M-1,-1L1,1M-1,1L1,-1";

  /** How many points each line may have. */
  function pointsPerLine(nLines, hasGhosts, widthPx) {
    const rows = Math.min(MAX_ROWS, widthPx * ROWS_PER_PIXEL);
    const share = Math.floor(rows / Math.max(1, nLines * (hasGhosts ? 2 : 1)));
    return Math.max(LEAST_POINTS, Math.min(share, Math.round(widthPx * POINTS_PER_PIXEL)));
  }

  /** What is not positive has no place on a logarithmic axis. */
  function keepPositive(y) {
    const kept = Float64Array.from(y);
    let dropped = 0;
    for (let i = 0; i < kept.length; i++) {
      if (!(kept[i] <= 0) || kept[i] === -Infinity) continue;
      kept[i] = NaN;
      dropped += 1;
    }
    return { kept, dropped };
  }

  /**
   * What of a line is seen: `drawn` with a point on either side that leads out of the window, `near`
   * without.
   */
  function cut(line, y, window) {
    if (!window) return { drawn: { line, y }, near: { line, y } };
    const [start, end] = reporter.detail.inside(line.x, window);
    const part = (from, to) => {
      const [x, raw, steps, low, high, n] = [line.x, line.y, line.steps, line.low, line.high, line.n].map((array) => array && array.slice(from, to));
      return { line: { ...line, x, y: raw, steps, low, high, n }, y: y.slice(from, to) };
    };
    return { drawn: part(Math.max(0, start - 1), end + 1), near: part(start, end) };
  }

  /** The rows of one line, thinned; a null y breaks it. */
  function rowsOf({ line, y }, look, cap) {
    const rows = [];
    for (const i of reporter.downsample(line.x, y, cap)) {
      rows.push({ x: line.x[i], y: Number.isFinite(y[i]) ? y[i] : null, at: i, ...look });
    }
    return rows;
  }

  /** The band around a line, at the places of its rows; null where there is none. */
  function bandOf({ line }, rows, { run, color }, floor) {
    return rows.map(({ x, at }) => {
      const isThere = Number.isFinite(line.low[at]) && Number.isFinite(line.high[at]) && line.high[at] >= floor;
      return { x, low: isThere ? Math.max(line.low[at], floor) : null, high: isThere ? line.high[at] : null, run, color };
    });
  }

  /** The least value above zero that lines or their bands have: where bands end on a logarithmic axis. */
  function leastPositive(lines) {
    let least = Infinity;
    for (const { y, low = [], high = [] } of lines) {
      for (const values of [y, low, high]) for (let i = 0; i < values.length; i++) if (values[i] > 0 && values[i] < least) least = values[i];
    }
    return least;
  }

  /** Points between two breaks, which no line shows. */
  function isolated(rows) {
    const isBreak = (row) => !row || row.y === null;
    return rows.filter((row, i) => row.y !== null && isBreak(rows[i - 1]) && isBreak(rows[i + 1]));
  }

  function lastFinite(y) {
    let i = y.length - 1;
    while (i >= 0 && !Number.isFinite(y[i])) i -= 1;
    return i;
  }

  /** What of a line is no number, by name. */
  function breaksOf(y) {
    const kinds = new Set();
    for (let i = 0; i < y.length; i++) if (!Number.isFinite(y[i])) kinds.add(Number.isNaN(y[i]) ? "NaN" : "∞");
    return [...kinds];
  }

  /** A mark beyond the scale becomes a tick at the top edge; lines leave the plot, but not for ever. */
  function keepNear(plot, { low, high }, isTold) {
    const reach = (high - low) * BEYOND;
    const isOff = ({ y }) => y < low || y > high;
    if (isTold) for (const { x, stroke } of plot.dots.filter(isOff)) plot.breaks.push({ x, color: stroke });
    plot.dots = plot.dots.filter((dot) => !isOff(dot));
    const near = (y) => (y === null ? null : Math.min(Math.max(y, low - reach), high + reach));
    for (const point of plot.points) point.y = near(point.y);
    for (const band of plot.bands) [band.low, band.high] = [near(band.low), near(band.high)];
  }

  /** Least and greatest value that is seen; null when they are one. */
  function seenEnds({ points, bands }, [from, to]) {
    let [low, high] = [Infinity, -Infinity];
    const see = (x, y) => {
      if (y === null || x < from || x > to) return;
      if (y < low) low = y;
      if (y > high) high = y;
    };
    for (const point of points) see(point.x, point.y);
    for (const band of bands) for (const y of [band.low, band.high]) see(band.x, y);
    return low < high ? { low, high } : null;
  }

  /** The ends of y: those asked for, else those of most runs, else those of what is seen. */
  function endsOf(plot, { window, range, isLog }) {
    const found = plot.scale || (window && seenEnds(plot, window)) || { low: null, high: null };
    const [low, high] = range || [null, null];
    const isMeant = (end) => end !== null && !(isLog && end <= 0);
    return { low: isMeant(low) ? low : found.low, high: isMeant(high) ? high : found.high, isExact: isMeant(low) || isMeant(high) };
  }

  /** What most lines span, where some are far off: of groups, what most of their runs do. */
  function scaleOf(curves, { isLog, hasOutliers, cutsOutliers }) {
    if (cutsOutliers) return reporter.findMiddle(curves.map(({ y }) => y));
    if (hasOutliers) return null;
    return reporter.findOutliers(curves.flatMap(({ line, y }) => (line.members ? line.members.map((member) => member.y) : [y])), isLog);
  }

  /**
   * @param {Line[]} lines
   * @param {PlotOptions} options
   * @returns {{points: object[], bands: object[], breaks: object[], dots: object[], dropped: number, broken: number, curves: object[], scale: object | null, ends: object}}
   *   `scale`: {low, high, count} where runs off the others are left out of the scale, else null;
   *   `ends`: {low, high, isExact} of y, null for those of the points;
   *   `dropped`: points left out of a logarithmic axis; `broken`: runs with NaN or infinities, which
   *   of these `breakKinds` says;
   *   `curves`: for each line what is seen of it, in full: {line, y, end}, `end` the place of its last
   *   finite value or -1
   */
  function plotLines(lines, look) {
    const { smooth, isLog, widthPx, colors, marks, window = null } = look;
    const plot = { points: [], bands: [], breaks: [], dots: [], dropped: 0, broken: 0, breakKinds: [], curves: [], scale: null };
    const visible = (y) => (isLog ? keepPositive(y) : { kept: y, dropped: 0 });
    const isSeen = ({ x }) => !window || (x >= window[0] && x <= window[1]);
    const floor = isLog ? leastPositive(lines.flatMap((line) => [line, ...(line.members || [])])) : -Infinity;

    const hasRaw = smooth > 0 && lines.length <= MAX_GHOSTS;
    const ghostsOf = (line) => line.ghosts || (hasRaw && !line.isSmooth ? [line] : []);
    const nRows = lines.reduce((n, line) => n + 1 + (line.low ? 1 : 0) + ghostsOf(line).length, 0);
    const cap = pointsPerLine(nRows, false, widthPx);

    function addGhost(ghost, color) {
      const { drawn } = cut(ghost, visible(ghost.y).kept, window);
      plot.points.push(...rowsOf(drawn, { color, ...GHOST, dash: [], run: `${ghost.id} raw` }, cap));
    }

    /** Where a run logged what cannot be drawn, and where it failed. `y` is what is drawn of it. */
    function addMarks(run, y, color) {
      const { drawn, near } = cut(run, y, window);
      const rows = rowsOf(drawn, {}, cap).filter(isSeen);
      for (const { x, at } of rows) if (!Number.isFinite(drawn.line.y[at])) plot.breaks.push({ x, color });
      const kinds = breaksOf(near.line.y);
      plot.broken += kinds.length > 0 ? 1 : 0;
      for (const kind of kinds) if (!plot.breakKinds.includes(kind)) plot.breakKinds.push(kind);
      const end = lastFinite(y);
      if (marks[run.status] && end >= 0 && isSeen({ x: run.x[end] })) {
        plot.dots.push({ x: run.x[end], y: y[end], shape: CROSS, fill: "transparent", stroke: marks[run.status] });
      }
    }

    function addLine(line, color) {
      const { kept } = visible(line.isSmooth ? line.y : reporter.smoothLine(line, look));
      const seen = cut(line, kept, window);
      const appearance = { run: line.id, color, dash: reporter.chartIdentity.DASHES[line.dash], ...LINE };
      const rows = rowsOf(seen.drawn, appearance, cap);
      plot.dropped += visible(seen.near.line.y).dropped;
      plot.curves.push({ line: seen.near.line, y: seen.near.y, end: lastFinite(seen.near.y) });
      plot.points.push(...rows);
      if (line.low) plot.bands.push(...bandOf(seen.drawn, rows, appearance, floor));
      for (const row of isolated(rows).filter(isSeen)) plot.dots.push({ x: row.x, y: row.y, shape: "circle", fill: color, stroke: color });
      if (line.members) for (const member of line.members) addMarks(member, visible(member.y).kept, color);
      else addMarks(line, kept, color);
    }

    for (const line of lines) for (const ghost of ghostsOf(line)) addGhost(ghost, colors[line.color - 1]);
    for (const line of lines) addLine(line, colors[line.color - 1]);
    plot.scale = scaleOf(plot.curves, look);
    plot.ends = endsOf(plot, look);
    if (plot.ends.low !== null && plot.ends.high !== null) keepNear(plot, plot.ends, Boolean(plot.scale) && !plot.ends.isExact);
    return plot;
  }

  reporter.plot = { plotLines, scaleOf, pointsPerLine, MAX_LINES };
  if (typeof module === "object") module.exports = reporter.plot;
})((globalThis.reporter = globalThis.reporter || {}));
