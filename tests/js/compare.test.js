"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { createCells } = require("../../templates/js/lib/cells.js");
const { Columns } = require("../../templates/js/lib/columns.js");
const { findRuns, compareRuns, change } = require("../../templates/js/lib/compare.js");

const pack = (t, typed) => ({ t, b: Buffer.from(typed.buffer).toString("base64") });
const numbers = (id, values, more = {}) => ({ id, kind: "number", values: pack("f64", Float64Array.from(values)), ...more });

function texts(id, values) {
  const dictionary = [...new Set(values.filter((value) => value !== null))];
  const codes = values.map((value) => (value === null ? 0 : dictionary.indexOf(value) + 1));
  return { id, kind: "text", codes: pack("u8", Uint8Array.from(codes)), dictionary };
}

/** A table of runs whose ids repeat one digit: "1111…", "2222…". */
function makeColumns(digits, ...columns) {
  const bytes = Uint8Array.from(digits.flatMap((digit) => Array(16).fill(digit * 17)));
  const made = new Columns();
  made.add({ n: digits.length, columns: [{ id: "attributes.run_id", kind: "id", values: pack("u8", bytes) }, ...columns] });
  return made;
}

const cellOf = createCells({ newestMs: null });
const runsOf = (columns) => Array.from({ length: columns.n }, (_, row) => ({ id: String(row), experiment: "1", columns, row }));

function onlyRow(columns, baseline = 0) {
  return compareRuns(runsOf(columns), baseline, cellOf)[0].rows[0];
}

test("runs are found by whole ids and by prefixes, in the order they were named", () => {
  const tables = [
    { experiment: "1", columns: makeColumns([1, 2]) },
    { experiment: "2", columns: makeColumns([10]) },
  ];
  const { runs, missing } = findRuns(["AAAAAAAA", "1".repeat(32), "ffffffff", "2222", "aaaaaaaa"], tables);
  assert.deepEqual(runs.map((run) => [run.id.slice(0, 2), run.experiment, run.row]), [["aa", "2", 0], ["11", "1", 0]]);
  assert.deepEqual(missing, ["ffffffff", "2222"]);
});

test("a run named twice stands once", () => {
  const { runs } = findRuns(["11111111", "1".repeat(32)], [{ experiment: "1", columns: makeColumns([1]) }]);
  assert.equal(runs.length, 1);
});

test("metrics come first, then params, tags and what is known of the run", () => {
  const columns = makeColumns(
    [1, 2],
    texts("attributes.user", ["ana", "ben"]),
    texts("tags.team", ["x", "x"]),
    texts("params.lr", ["1e-3", "1e-2"]),
    numbers("metrics.loss", [0.5, 0.4]),
    numbers("metrics:min.loss", [0.1, 0.1]),
  );
  const sections = compareRuns(runsOf(columns), 0, cellOf);
  assert.deepEqual(sections.map(({ title, rows, nDiffering }) => [title, rows.length, nDiffering]), [
    ["Metrics", 1, 1],
    ["Params", 1, 1],
    ["Tags", 1, 0],
    ["Run", 1, 1],
  ]);
});

test("params stay as logged; not logged differs from empty", () => {
  const row = onlyRow(makeColumns([1, 2, 3], texts("params.note", ["1e-3", "", null])));
  assert.deepEqual(row.cells.map((cell) => cell.text), ["1e-3", '""', "–"]);
  assert.deepEqual(row.cells.map((cell) => cell.exact), ["1e-3", "", ""]);
  assert.deepEqual(row.cells.map((cell) => cell.mark), ["", "", "na"]);
  assert.deepEqual(row.cells.map((cell) => cell.isDifferent), [false, true, true]);
  assert.ok(row.differs);
});

test("empty against not logged alone is a difference", () => {
  assert.ok(onlyRow(makeColumns([1, 2], texts("params.note", ["", null]))).differs);
});

test("a metric says how far it lies from the baseline and whether that is better", () => {
  const row = onlyRow(makeColumns([1, 2, 3], numbers("metrics.loss", [0.1084, 0.0979, 0.1392], { direction: "min" })));
  assert.equal(row.arrow, "↓");
  assert.deepEqual(row.cells.map(({ text, delta, percent, verdict }) => [text, delta, percent, verdict]), [
    ["0.1084", "", "", ""],
    ["0.0979", "−0.0105", "−9.7%", "up"],
    ["0.1392", "+0.0308", "+28.4%", "dn"],
  ]);
});

test("the baseline is any of the runs", () => {
  const row = onlyRow(makeColumns([1, 2], numbers("metrics.acc", [0.5, 0.75], { direction: "max" })), 1);
  assert.equal(row.cells[0].verdict, "dn");
  assert.equal(row.cells[1].delta, "");
});

test("NaN and infinities have no difference", () => {
  const row = onlyRow(makeColumns([1, 2, 3], numbers("metrics.loss", [0.5, NaN, Infinity])));
  assert.deepEqual(row.cells.map((cell) => cell.text), ["0.500", "NaN", "+∞"]);
  assert.deepEqual(row.cells.map((cell) => cell.mark), ["", "nan", "nan"]);
  assert.deepEqual(row.cells.map((cell) => cell.delta), ["", "", ""]);
});

test("NaN everywhere is no difference", () => {
  assert.ok(!onlyRow(makeColumns([1, 2], numbers("metrics.loss", [NaN, NaN]))).differs);
});

test("runs of experiments with other columns stand side by side", () => {
  const runs = [...runsOf(makeColumns([1], texts("params.lr", ["1"]))), ...runsOf(makeColumns([2], texts("params.k", ["5"])))];
  const [params] = compareRuns(runs, 0, cellOf);
  assert.deepEqual(params.rows.map((row) => [row.key, row.cells.map((cell) => cell.text)]), [
    ["lr", ["1", "–"]],
    ["k", ["–", "5"]],
  ]);
});

test("a change is modest about what it cannot say", () => {
  assert.deepEqual(change(1, 1), { delta: "0", percent: "", verdict: "" });
  assert.deepEqual(change(1, 0), { delta: "+1", percent: "", verdict: "" });
  assert.equal(change(2, -1, {}).percent, "+300%");
  assert.equal(change(1.0001, 1).percent, "~0%");
  assert.deepEqual(change(95.88, 96.79, { decimals: 2, unit: "%", direction: "max" }), { delta: "−0.91 pt", percent: "", verdict: "dn" });
});
