"use strict";
const assert = require("node:assert/strict");
const path = require("node:path");
const { test } = require("node:test");
const { mutualInformation, spearman } = require("../../templates/js/lib/association.js");
const { bestSoFar, paretoFront, staircase } = require("../../templates/js/lib/frontier.js");
const { contourLines, levels, smooth, smoothAt, widthFor } = require("../../templates/js/lib/surface.js");
const { boxOf, groupsOf } = require("../../templates/js/lib/relation_groups.js");
const brushes = require("../../templates/js/lib/brushes.js");
const choices = require("../../templates/js/lib/relation_choices.js");
const look = require("../../templates/js/lib/relation_look.js");
const makers = require("../../templates/js/lib/relation_makers.js");
const { jitter, scaleOf, thinned } = require("../../templates/js/lib/relation_points.js");
const { readField, kindOf } = require("../../templates/js/lib/fields.js");
const { Columns } = require("../../templates/js/lib/columns.js");
const cases = require(path.join(__dirname, "..", "shared", "relation_cases.json"));

const numbers = (values) => Float64Array.from(values, (value) => value ?? NaN);

function near(found, expected, what) {
  if (expected === null) assert.ok(Number.isNaN(found), `${what}: ${found} instead of NaN`);
  else assert.ok(Math.abs(found - expected) < 1e-9, `${what}: ${found} instead of ${expected}`);
}

for (const one of cases.association) {
  test(`rank correlation and mutual information as scipy and scikit-learn: ${one.name}`, () => {
    const [a, b] = [numbers(one.a), numbers(one.b)];
    const found = spearman(a, b);
    for (const name of ["rho", "low", "high"]) near(found[name], one[name], name);
    assert.equal(found.n, one.n);
    const information = mutualInformation(a, b, { isCategoryA: one.is_category_a, isCategoryB: one.is_category_b });
    near(information.nats, one.nats, "nats");
    near(information.adjusted, one.adjusted, "adjusted");
  });
}

for (const one of cases.fronts) {
  test(`Pareto front: ${one.name}`, () => {
    assert.deepEqual(paretoFront(numbers(one.x), numbers(one.y), one.sense_x, one.sense_y), one.front);
  });
}

test("the line through a front bounds what was reached, in every direction", () => {
  const points = [{ x: 1, y: 5 }, { x: 3, y: 2 }];
  assert.deepEqual(staircase(points, "min"), [points[0], { x: 3, y: 5 }, points[1]]);
  assert.deepEqual(staircase(points, "max"), [points[0], { x: 1, y: 2 }, points[1]]);
});

for (const one of cases.best_so_far) {
  test(`best so far: ${one.name}`, () => {
    assert.deepEqual(bestSoFar(numbers(one.x), numbers(one.y), one.sense), { order: one.order, best: one.best, records: one.records });
  });
}

for (const one of cases.boxes) {
  test(`quartiles as numpy's, whiskers as Tukey's: ${one.values}`, () => {
    const found = boxOf(one.values);
    for (const name of ["low", "q1", "median", "q3", "high"]) near(found[name], one[name], name);
  });
}

test("a landscape is the weighted mean of its points, and blank where none is near", () => {
  const { x, y, z, width } = cases.smoothed;
  near(widthFor(x.length), width, "width");
  for (const { at, value } of cases.smoothed.cases) near(smoothAt(...at, { x, y, z }, width), value, String(at));
  const lone = smooth({ x: [0, 0, 0], y: [0, 0, 0.01], z: [1, 2, 3] }, 11);
  assert.ok(Number.isNaN(lone[120]) && !Number.isNaN(lone[0]));
});

test("contour lines cross a slope where it has their height", () => {
  const size = 5;
  const slope = Float64Array.from({ length: size * size }, (_, i) => (i % size) / (size - 1));
  const lines = contourLines(slope, size, 0.4);
  assert.equal(lines.length, size - 1);
  for (const [x, , x2] of lines) assert.ok(Math.abs(x - 0.4) < 1e-12 && Math.abs(x2 - 0.4) < 1e-12);
  assert.deepEqual(levels(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
});

/* A table */

const text = (id, texts, more) => {
  const dictionary = [...new Set(texts.filter((one) => one !== null))];
  return { id, kind: "text", codes: Uint8Array.from(texts, (one) => (one === null ? 0 : dictionary.indexOf(one) + 1)), dictionary, ...more };
};
const number = (id, values, more) => ({ id, kind: "number", values: Float64Array.from(values, (one) => one ?? 0), missing: Uint8Array.of(values.reduce((bits, one, i) => (one === null ? bits | (1 << i) : bits), 0)), ...more });

function makeColumns() {
  const columns = new Columns();
  columns.add({
    n: 8,
    columns: [
      text("attributes.run_name", ["a", "b", "c", "d", "e", "f", "g", "h"]),
      text("params.lr", ["1e-4", "1e-3", "1e-2", "1e-1", "1e-4", null, "1e-3", "1e-2"]),
      text("params.opt", ["sgd", "adam", "sgd", "adam", "sgd", "adam", "sgd", "adam"]),
      text("params.depth", ["1", "2", "3", "4", "1", "2", "3", "4"]),
      number("metrics.loss", [0.9, 0.5, 0.4, 0.8, 1, 0.3, NaN, null], { direction: "min" }),
      { id: "attributes.duration", kind: "duration", values: Float64Array.from([1, 2, 3, 4, 5, 6, 7, 8], (s) => s * 60000) },
      { id: "attributes.start_time", kind: "time", values: Float64Array.from([1, 2, 3, 4, 5, 6, 7, 8], (s) => s * 1e12) },
    ],
  });
  return columns;
}

const ROWS = Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7);
const LOOK = { runs: ["#000001", "#000002", "#000003", "#000004", "#000005", "#000006", "#000007", "#000008"], ramp: ["#000000", "#111111", "#222222", "#888888", "#ffffff"], text: "t", muted: "m", faint: "f", surface: "s", positive: "p", negative: "n", line: "l", onDeep: "d", onPale: "e" };

function context(slots, more = {}) {
  const columns = makeColumns();
  const read = (id) => id && readField(columns.get(id), ROWS);
  const fields = Object.fromEntries(Object.entries(slots).map(([name, id]) => [name, Array.isArray(id) ? id.map(read) : read(id)]));
  return { rows: ROWS, slots: fields, options: {}, scales: {}, senses: {}, look: LOOK, widthOf: (one) => one.length * 6, width: 600, isIn: () => true, params: () => ({ read: ["params.lr", "params.opt", "params.depth"].map(read), left: 0 }), ...more };
}

test("params that are numbers are numbers, and what is missing is counted", () => {
  const columns = makeColumns();
  const lr = readField(columns.get("params.lr"), ROWS);
  assert.deepEqual([lr.kind, lr.isLog, lr.missing], ["number", true, 1]);
  assert.equal(kindOf(columns.get("params.opt")), "category");
  const loss = readField(columns.get("metrics.loss"), ROWS);
  assert.deepEqual([loss.missing, loss.broken, loss.isLog], [1, 1, false]);
  const duration = readField(columns.get("attributes.duration"), ROWS);
  assert.deepEqual([duration.title, duration.factor, duration.numbers[1]], ["duration (min)", 60000, 2]);
});

test("spans of times are told as times", () => {
  const start = Date.UTC(2026, 10, 21, 4);
  const times = { kind: "time", isLog: false, numbers: Float64Array.from({ length: 80 }, (_, i) => start + i * 6e5) };
  assert.equal(groupsOf(times).groups[0].label, "21 Nov 2026 04:00 – 21 Nov 2026 05:38");
});

test("few values are groups of their own, many numbers become spans", () => {
  const columns = makeColumns();
  assert.deepEqual(groupsOf(readField(columns.get("params.opt"), ROWS)).groups.map(({ label, places }) => [label, places]), [["adam", [1, 3, 5, 7]], ["sgd", [0, 2, 4, 6]]]);
  const many = { kind: "number", isLog: false, numbers: Float64Array.from({ length: 80 }, (_, i) => i) };
  const { groups, isSpans } = groupsOf(many);
  assert.ok(isSpans);
  assert.deepEqual([groups.length, groups[0].places.length, groups[7].places.length], [8, 10, 10]);
  const names = { kind: "category", categories: Array.from({ length: 20 }, (_, i) => `n${i}`), numbers: Float64Array.from({ length: 21 }, (_, i) => i % 20) };
  assert.deepEqual([groupsOf(names).groups.length, groupsOf(names).left], [12, 8]);
});

test("a scatter has a point for each run with both, and says who is missing", () => {
  const made = makers.scatter(context({ x: "params.lr", y: "metrics.loss", color: null, size: null }, { options: { front: true }, senses: { x: "min", y: "min" } }));
  assert.deepEqual(made.scales, ["log", "linear"]);
  assert.deepEqual(made.data.points.map(({ run }) => run), [0, 1, 2, 3, 4]);
  assert.deepEqual(made.data.best.map(({ run }) => run), [0, 1, 2]);
  assert.deepEqual(made.notices, ["3 on the front", "1 run without lr", "1 run without loss", "1 run with NaN loss"]);
  assert.deepEqual(made.data.points.map(({ color }) => color), LOOK.runs.slice(0, 5));
});

test("a scale that was chosen holds where it can", () => {
  const of = (chosen) => makers.scatter(context({ x: "params.lr", y: "metrics.loss" }, { scales: { x: chosen } })).scales[0];
  assert.deepEqual([of("linear"), of("log"), of(undefined)], ["linear", "log", "log"]);
});

test("categories keep their order whatever the order of the runs", () => {
  const made = makers.scatter(context({ x: "params.opt", y: "metrics.loss" }));
  assert.deepEqual(made.data.order.map(({ x }) => x), ["adam", "sgd"]);
});

test("parallel coordinates: a place on each axis, below it without a value; brushes leave a ground", () => {
  const made = makers.parallel(context({ axes: ["params.lr", "params.opt", "metrics.loss"], color: "metrics.loss" }, { isIn: (row) => row !== 0, senses: { color: "min" } }));
  const line = (run) => made.data.lines.filter((row) => row.run === run).map(({ at }) => Number(at.toFixed(3)));
  assert.deepEqual(line(1), [0.333, 0.25, 0.286]);
  assert.deepEqual(line(5), [-0.12, 0.25, 0]);
  assert.deepEqual([...new Set(made.data.context.map(({ run }) => run))], [0]);
  assert.equal(made.signals.at_least, -0.12);
  assert.ok(made.notices.includes("7 of 8 runs inside"));
});

test("means of runs that lie far apart stand on the scale of the means", () => {
  const spread = [0.0001, 0.9, 0.0002, 0.8, 0.0003, 0.7];
  const x = { kind: "number", id: "metrics.m", title: "m", isLog: true, numbers: Float64Array.from([...spread, ...spread]), missing: 0, broken: 0 };
  const group = { kind: "category", id: "params.p", title: "p", categories: ["a", "b"], numbers: Float64Array.from([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]), missing: 0, broken: 0 };
  const rows = Uint32Array.from({ length: 12 }, (_, i) => i);
  const of = (scales) => makers.means(context({}, { rows, slots: { x, group }, options: { zero: false }, scales }));
  assert.deepEqual(of({}).scales, ["linear"]);
  const log = of({ x: "log" });
  assert.deepEqual(log.scales, ["log"]);
  assert.ok(log.data.groups[0].n === 6 && log.data.groups[0].mean > 0.39);
});

test("means carry n and Student's interval; one run has none", () => {
  const made = makers.means(context({ x: "metrics.loss", group: "params.lr" }));
  const [first, second] = made.data.groups;
  assert.deepEqual([first.label, first.n, first.mean], ["0.0001", 2, 0.95]);
  near(first.high - first.mean, 12.706204736432095 * 0.05, "interval");
  assert.deepEqual([second.n, second.low], [1, null]);
});

test("a heat map has a cell for each pair that has runs", () => {
  const made = makers.heat(context({ value: "metrics.loss", x: "params.opt", y: "params.depth" }, { senses: { value: "min" } }));
  assert.deepEqual(made.data.cells.map(({ x, y, n, mean }) => [x, y, n, mean]), [["sgd", "1", 2, 0.95], ["adam", "2", 2, 0.4], ["sgd", "3", 1, 0.4], ["adam", "4", 1, 0.8]]);
  assert.ok(made.signals.is_reversed);
});

test("too few runs are told, not drawn", () => {
  assert.match(makers.contour(context({ value: "metrics.loss", x: "params.opt", y: "params.depth" })).empty, /fewer/);
  const few = context({ x: "metrics.loss" }, { params: () => ({ read: [], left: 0 }) });
  assert.match(makers.correlation(few).empty, /at least 5 runs/);
  assert.match(makers.importance({ ...few, built: null }).empty, /scikit-learn/);
});

test("rankings go by size, with n and the params that are no numbers said", () => {
  const made = makers.correlation(context({ x: "metrics.loss" }));
  assert.deepEqual(made.data.bars.map(({ label }) => label).sort(), ["depth", "lr"]);
  assert.ok(made.notices.includes("1 param that is no number left out"));
  const built = { metric: "loss", n: 20, score: 0.7, params: [{ label: "lr", value: 0.2, std: 0.1 }, { label: "opt", value: 0.9, std: 0.1 }] };
  assert.deepEqual(makers.importance({ ...context({ x: "metrics.loss" }), built }).data.bars.map(({ label }) => label), ["opt", "lr"]);
});

test("no chart draws more than about ten thousand marks", () => {
  const n = 30000;
  const rows = Uint32Array.from({ length: n }, (_, i) => i);
  const field = (id) => ({ id, label: id, title: id, kind: "number", isLog: false, missing: 0, broken: 0, categories: [], numbers: Float64Array.from(rows, (i) => (i * 7919) % n), exact: String, direction: "min", factor: 1 });
  const [x, y, value] = ["x", "y", "value"].map(field);
  const base = { ...context({}), rows };
  const made = [makers.scatter({ ...base, slots: { x, y } }), makers.progress({ ...base, slots: { x, y } }), makers.parallel({ ...base, slots: { axes: [x, y, value], color: value } }), makers.boxes({ ...base, slots: { x, group: y } }), makers.contour({ ...base, slots: { x, y, value } })];
  for (const { data, notices } of made) {
    assert.ok(Object.values(data).reduce((sum, list) => sum + list.length, 0) <= 11000);
    assert.ok(notices.some((text) => / of 30,000 runs/.test(text)), notices.join());
  }
});

test("of too many places every so many stay; jitter is a run's own and stays within its room", () => {
  assert.deepEqual(thinned([0, 1, 2, 3, 4, 5, 6], 3), [0, 3, 6]);
  assert.deepEqual(thinned([4, 2], 3), [4, 2]);
  for (let row = 0; row < 500; row++) assert.ok(Math.abs(jitter(row)) <= 0.5 && jitter(row) === jitter(row));
});

test("a logarithmic scale is refused to what is not positive", () => {
  const field = { kind: "number", isLog: false, numbers: Float64Array.of(0, 1, 10) };
  assert.equal(scaleOf(field, "log"), "linear");
  assert.equal(scaleOf({ ...field, kind: "time" }, "log"), "time");
});

/* Links */

test("brushes go into an address and come back", () => {
  const list = [{ id: "params.lr", range: [0.001, Infinity] }, { id: "metrics:best.a:b", range: [-Infinity, 2] }, { id: "params.opt", any: ["ad|am:x", "", "日"] }];
  assert.deepEqual(brushes.parse(brushes.print(list)), list);
  assert.deepEqual(brushes.parse(["nonsense", "range:..:"]), []);
  assert.deepEqual(list.map(brushes.describe), ["≥ 0.001", "≤ 2", "ad|am:x or  or 日"]);
});

test("brushes tell runs by numbers and by texts; a run without a value is outside", () => {
  const columns = makeColumns();
  const inside = (list) => Array.from(ROWS).filter(brushes.predicate(list, (id) => columns.get(id)) ?? (() => true));
  assert.deepEqual(inside([{ id: "params.lr", range: [0.001, 0.01] }]), [1, 2, 6, 7]);
  assert.deepEqual(inside([{ id: "params.lr", range: [-Infinity, Infinity] }]), [0, 1, 2, 3, 4, 6, 7]);
  assert.deepEqual(inside([{ id: "params.lr", range: [0.001, 0.01] }, { id: "params.opt", any: ["adam"] }]), [1, 7]);
  assert.deepEqual(inside([{ id: "params.not_here", range: [1, 2] }]), Array.from(ROWS));
  assert.equal(brushes.predicate([], () => undefined), null);
});

test("choices go into an address and come back", () => {
  const chosen = new Map([["goal", "metrics:best.a,b"], ["scatter.x", "params.a:b"], ["parallel.axes", choices.joinList(["params.a|b", "metrics.c"])]]);
  assert.deepEqual(choices.parse(choices.print(chosen)), chosen);
  assert.deepEqual(choices.splitList(chosen.get("parallel.axes")), ["params.a|b", "metrics.c"]);
});

test("what is shown at first: the leading metric, the params that say most, two that runs have together", () => {
  const columns = makeColumns();
  assert.equal(choices.defaultGoal(columns, new Set(["loss"])), "metrics:best.loss");
  assert.equal(choices.defaultGoal(columns, new Set()), "metrics.loss");
  const says = { lr: 0.2, opt: 0.5, depth: NaN };
  const tells = ({ key }) => says[key];
  const params = choices.rankedParams(columns, tells);
  assert.deepEqual(params.map(({ key }) => key), ["opt", "lr", "depth"]);
  const known = { goal: "metrics.loss", time: "", params, tells, together: (a, b) => (b.key === "depth" ? 1 : 0) };
  const of = (slot) => choices.defaultOf({ takes: "any", ...slot }, known);
  assert.equal(of({ default: "param" }), "params.opt");
  assert.equal(of({ default: "param", takes: "number" }), "params.lr");
  assert.equal(of({ default: "param2" }), "params.depth");
  assert.equal(of({ default: "params" }), "params.opt|params.lr|params.depth|metrics.loss");
});

/* Looks */

test("colours: deeper is better, categories have the palette, a crowd has one", () => {
  const columns = makeColumns();
  const loss = readField(columns.get("metrics.loss"), ROWS);
  const colors = look.colorsBy(loss, ROWS, "min", LOOK);
  assert.equal(colors.of(5), "#ffffff");
  assert.equal(colors.of(6), LOOK.muted);
  const opt = look.colorsBy(readField(columns.get("params.opt"), ROWS), ROWS, "", LOOK);
  assert.deepEqual([opt.of(0), opt.of(1)], [LOOK.runs[1], LOOK.runs[0]]);
  const crowd = look.colorsBy(null, Uint32Array.from({ length: 100 }, (_, i) => i), "", LOOK);
  assert.equal(crowd.of(3), LOOK.runs[0]);
});

test("a legend ends where there is no more room", () => {
  const items = Array.from({ length: 50 }, (_, i) => ({ color: "#000000", text: `value ${i}` }));
  const rows = look.legendRows(items, LOOK, (one) => one.length * 6, 300);
  assert.ok(rows.length > 2 && rows.every(({ left }) => left < 300));
});
