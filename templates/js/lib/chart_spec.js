/**
 * A chart as a Vega-Lite specification with its data in it: to be opened in any Vega editor, and
 * changed there.
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./chart_identity.js");
    require("./detail.js");
    require("./scales.js");
    require("./smooth.js");
    require("./ticks.js");
    require("./twin.js");
  }

  const SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json";
  const SIZE = { width: 640, height: 320 };
  const FACET_SIZE = { width: 280, height: 180 };
  const FACET_COLUMNS = 3;
  /** A whole line, where a scale wants a pattern. */
  const WHOLE = [1, 0];
  const BAND_OPACITY = 0.18;
  const ID_DIGITS = 8;

  /** Names of lines, told apart where several have the same. */
  function namesOf(lines) {
    const seen = new Map();
    for (const { name } of lines) seen.set(name, (seen.get(name) || 0) + 1);
    return lines.map(({ id, name }) => (seen.get(name) > 1 ? `${name} (${id.slice(0, ID_DIGITS)})` : name));
  }

  const patternOf = (dash) => (dash ? reporter.chartIdentity.DASHES[dash] : WHOLE);

  const finite = (value) => (Number.isFinite(value) ? value : null);

  /** What is seen of a line, point by point, with one on either side; what is not finite breaks it. */
  function rowsOf(line, run, look, window) {
    const isNarrow = line.y instanceof Float32Array;
    const drawn = line.isSmooth ? line.y : reporter.smoothLine(line, look);
    const [start, end] = window ? reporter.detail.inside(line.x, window) : [0, line.x.length];
    const rows = [];
    for (let i = Math.max(0, start - 1); i < Math.min(end + 1, line.x.length); i++) {
      const logged = finite(reporter.twin.shortest(line.y[i], isNarrow));
      const y = drawn === line.y ? logged : finite(drawn[i]);
      const row = { run, x: line.x[i], y: look.y === "log" && !(y > 0) ? null : y };
      if (drawn !== line.y) row.logged = logged;
      if (line.low) Object.assign(row, { low: finite(line.low[i]), high: finite(line.high[i]), n: line.n[i] });
      rows.push(row);
    }
    return rows;
  }

  function xOf({ xTitle, xKind, window, lines }, look) {
    const domain = window ? { domain: window } : {};
    if (xKind === "wall") {
      const ends = window || reporter.scales.extent(lines.flatMap(({ x }) => Array.from(x)));
      const { format } = reporter.ticks.timeTicks(...(ends || [0, 0]));
      return { field: "x", type: "temporal", title: xTitle, scale: { type: "utc", ...domain }, axis: { format } };
    }
    const isMetric = (xKind || "").startsWith("metrics.");
    const type = look.x === "log" ? (isMetric ? "log" : "symlog") : "linear";
    return { field: "x", type: "quantitative", title: xTitle, scale: { type, nice: false, zero: false, ...domain } };
  }

  function yOf({ metric, unit, range }, look) {
    const [low, high] = range || [];
    const ends = { ...(low === null || low === undefined ? {} : { domainMin: low }), ...(high === null || high === undefined ? {} : { domainMax: high }) };
    const scale = look.y === "log" ? { type: "log", nice: false, ...ends } : { zero: false, ...ends };
    return { field: "y", type: "quantitative", title: unit ? `${metric} (${unit})` : metric, scale };
  }

  /**
   * @param {object} data  of a chart as it is drawn: lines against their axis
   * @param {object} look  of reporter.chartLook
   * @param {string[]} colors  of runs, the first at 0
   * @returns {object}
   */
  function lineChart(data, look, colors) {
    const names = namesOf(data.lines);
    const rows = (line) => rowsOf(line, names[data.lines.indexOf(line)], look, data.window);
    const [x, y] = [xOf(data, look), yOf(data, look)];
    const scale = { domain: names, range: data.lines.map(({ color }) => colors[color - 1]) };
    const color = { field: "run", type: "nominal", title: null, scale };
    const dash = { field: "run", type: "nominal", legend: null, scale: { domain: names, range: data.lines.map(({ dash: at }) => patternOf(at)) } };
    const tooltip = [{ field: "run" }, { ...x, scale: undefined, axis: undefined }, { ...y, scale: undefined }];
    const band = { mark: { type: "area", opacity: BAND_OPACITY, clip: true }, encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color } };
    const line = { mark: { type: "line", clip: true }, encoding: { x, y, color, strokeDash: dash, tooltip } };
    const layer = data.lines.some(({ low }) => low) ? [band, line] : [line];
    if (data.facets) return faceted(data, rows, layer);
    return { $schema: SCHEMA, title: data.metric, ...SIZE, data: { values: data.lines.flatMap(rows) }, layer };
  }

  /** A plot for each value of what the chart is split by. */
  function faceted({ metric, facets }, rows, layer) {
    const values = facets.flatMap(({ title, lines }) => lines.flatMap(rows).map((row) => ({ ...row, part: title })));
    const facet = { field: "part", type: "nominal", title: null, sort: facets.map(({ title }) => title) };
    return { $schema: SCHEMA, title: metric, data: { values }, facet, columns: FACET_COLUMNS, spec: { ...FACET_SIZE, layer } };
  }

  /** @param {{bars: object[], metric: string, unit: string}} data @param {string[]} colors @returns {object} */
  function barChart({ bars, metric, unit }, colors) {
    const names = namesOf(bars);
    const values = bars.map(({ value }, i) => ({ run: names[i], value: finite(value) }));
    const scale = { domain: names, range: bars.map(({ color }) => colors[color - 1]) };
    return {
      $schema: SCHEMA,
      title: metric,
      width: SIZE.width,
      data: { values },
      mark: "bar",
      encoding: {
        y: { field: "run", type: "nominal", title: null, sort: null },
        x: { field: "value", type: "quantitative", title: unit || metric },
        color: { field: "run", type: "nominal", legend: null, scale },
      },
    };
  }

  reporter.chartSpec = { lineChart, barChart };
  if (typeof module === "object") module.exports = reporter.chartSpec;
})((globalThis.reporter = globalThis.reporter || {}));
