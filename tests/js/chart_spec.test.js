"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { lineChart, barChart } = require("../../templates/js/lib/chart_spec.js");

const COLORS = ["#111111", "#222222"];
const LOOK = { x: "linear", y: "linear", smooth: 0 };

function makeLine(y, changes = {}) {
  return { id: "ab".repeat(16), name: "a", color: 1, dash: 0, x: y.map((_, i) => i), y, ...changes };
}

const data = (lines, changes = {}) => ({ lines, metric: "loss", unit: "s", xTitle: "step", xKind: "step", ...changes });

test("every point that is drawn, as it was logged", () => {
  const { data: found, layer, title, $schema } = lineChart(data([makeLine([1, NaN, Infinity])]), LOOK, COLORS);
  assert.deepEqual(found.values, [{ run: "a", x: 0, y: 1 }, { run: "a", x: 1, y: null }, { run: "a", x: 2, y: null }]);
  assert.equal(title, "loss");
  assert.match($schema, /vega-lite/);
  assert.equal(layer.length, 1);
  assert.equal(layer[0].encoding.y.title, "loss (s)");
});

test("32-bit values have their own digits", () => {
  const { data: found } = lineChart(data([makeLine([0], { y: Float32Array.of(0.1) })]), LOOK, COLORS);
  assert.equal(found.values[0].y, 0.1);
});

test("lines of one name are told apart, in their own colours", () => {
  const lines = [makeLine([1]), makeLine([2], { id: "cd".repeat(16), color: 2, dash: 1 })];
  const { color, strokeDash } = lineChart(data(lines), LOOK, COLORS).layer[0].encoding;
  assert.deepEqual(color.scale, { domain: ["a (abababab)", "a (cdcdcdcd)"], range: COLORS });
  assert.deepEqual(strokeDash.scale.range[1], [6, 3]);
});

test("what is smoothed is told with what was logged", () => {
  const { values } = lineChart(data([makeLine([1, 3])]), { ...LOOK, smooth: 0.5 }, COLORS).data;
  assert.equal(values[1].logged, 3);
  assert.ok(values[1].y > 1 && values[1].y < 3);
});

test("axes are those of the chart", () => {
  const line = makeLine([1, 2, 0, 4, 5, 6]);
  const seen = lineChart(data([line], { window: [2, 3], range: [null, 9] }), { ...LOOK, x: "log", y: "log" }, COLORS);
  assert.deepEqual(seen.data.values.map(({ x, y }) => [x, y]), [[1, 2], [2, null], [3, 4], [4, 5]]);
  const { x, y } = seen.layer[0].encoding;
  assert.deepEqual(x.scale, { type: "symlog", nice: false, zero: false, domain: [2, 3] });
  assert.deepEqual(y.scale, { type: "log", nice: false, domainMax: 9 });
  const wall = lineChart(data([line], { xKind: "wall" }), LOOK, COLORS).layer[0].encoding.x;
  assert.deepEqual([wall.type, wall.scale.type], ["temporal", "utc"]);
  assert.equal(lineChart(data([line], { xKind: "metrics.lr" }), { ...LOOK, x: "log" }, COLORS).layer[0].encoding.x.scale.type, "log");
});

test("groups have their bands", () => {
  const group = makeLine([1, 2], { low: [0, NaN], high: [2, NaN], n: [3, 1], isSmooth: true });
  const { layer, data: found } = lineChart(data([group]), { ...LOOK, smooth: 0.9 }, COLORS);
  assert.equal(layer[0].mark.type, "area");
  assert.deepEqual(found.values, [{ run: "a", x: 0, y: 1, low: 0, high: 2, n: 3 }, { run: "a", x: 1, y: 2, low: null, high: null, n: 1 }]);
});

test("bars in the order of the chart", () => {
  const bars = [{ id: "ff", name: "b", color: 2, value: NaN }, { id: "ee", name: "a", color: 1, value: 2 }];
  const { data: found, encoding } = barChart({ bars, metric: "f1", unit: "" }, COLORS);
  assert.deepEqual(found.values, [{ run: "b", value: null }, { run: "a", value: 2 }]);
  assert.deepEqual(encoding.color.scale.range, ["#222222", "#111111"]);
  assert.equal(encoding.x.title, "f1");
});

test("a chart that is split is one in the file too, in the order of its parts", () => {
  const [one, other] = [makeLine([1, 2]), makeLine([3], { id: "cd".repeat(16), name: "b", color: 2 })];
  const facets = [{ title: "lr 0.1", lines: [other] }, { title: "lr 0.2", lines: [one] }];
  const spec = lineChart(data([one, other], { facets }), LOOK, COLORS);
  assert.deepEqual(spec.data.values.map(({ run, part }) => [run, part]), [["b", "lr 0.1"], ["a", "lr 0.2"], ["a", "lr 0.2"]]);
  assert.deepEqual(spec.facet.sort, ["lr 0.1", "lr 0.2"]);
  assert.equal(spec.spec.layer.length, 1);
});

test("times of the day have 24 hours", () => {
  const at = Date.UTC(2026, 10, 21, 13);
  const { layer } = lineChart(data([makeLine([1, 2], { x: [at, at + 36e5] })], { xKind: "wall" }), LOOK, COLORS);
  assert.equal(layer[0].encoding.x.axis.format, "%H:%M");
  assert.equal(layer[0].encoding.tooltip[1].axis, undefined);
});
