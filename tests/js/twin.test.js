"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { twinOf, toCsv, barTwinOf, barsToCsv } = require("../../templates/js/lib/twin.js");

const makeLine = (name, y) => ({ id: "0f".repeat(16), name, logged: 9, x: Array.from(y, (_, i) => i * 2), y });

test("one line is a table of its points", () => {
  const { heads, rows } = twinOf({ lines: [makeLine("a", [1, NaN])], metric: "loss", xTitle: "epoch" });
  assert.deepEqual(heads, ["epoch", "loss"]);
  assert.deepEqual(rows, [{ line: null, numbers: [0, 1] }, { line: null, numbers: [2, NaN] }]);
});

test("several lines are what each comes to", () => {
  const lines = [makeLine("a", [3, 1, NaN]), makeLine("b", [NaN])];
  const { heads, rows } = twinOf({ lines, metric: "loss", xTitle: "step" });
  assert.equal(heads.length, 6);
  assert.deepEqual(rows[0], { line: lines[0], numbers: [9, 4, NaN, 1, 3] });
  assert.deepEqual(rows[1].numbers, [9, 0, NaN, null, null]);
});

test("a file holds every point, exactly", () => {
  const csv = toCsv({ lines: [makeLine("a", [0.1, Infinity]), makeLine('b,"', [-1e-7])], metric: "val,loss", xTitle: "step" });
  const id = "0f".repeat(16);
  const lines = [`${id},a,0,0.1`, `${id},a,2,inf`, `${id},"b,""",0,-1e-7`];
  assert.equal(csv, ['run_id,run_name,step,"val,loss"', ...lines, ""].join("\r\n"));
});

test("bars as table and file", () => {
  const bars = [{ id: "ff", name: "=1+1", value: NaN }];
  assert.deepEqual(barTwinOf(bars, "f1"), { heads: ["run", "f1"], rows: [{ line: bars[0], numbers: [NaN] }] });
  assert.equal(barsToCsv(bars, "f1"), "run_id,run_name,f1\r\nff,'=1+1,NaN\r\n");
});

test("a 32-bit value reads as it was logged", () => {
  const logged = [0.1, 1 / 3, 16777215, 1e-12, 3.4e38, NaN];
  const values = twinOf({ lines: [makeLine("a", Float32Array.from(logged))], metric: "loss", xTitle: "step" }).rows.map((row) => row.numbers[1]);
  assert.deepEqual(values, [0.1, 0.33333334, 16777215, 1e-12, 3.4e38, NaN]);
});

test("only what is seen is told, with its step and its time of day", () => {
  const line = { ...makeLine("a", [1, 2, 3]), x: [0, 1000, 2500], steps: [0, 10, 20] };
  const data = { lines: [line], metric: "loss", xTitle: "time (UTC)", xKind: "wall", window: [500, 2500] };
  assert.deepEqual(twinOf(data), {
    heads: ["time (UTC)", "step", "loss"],
    rows: [{ line: null, numbers: ["1970-01-01T00:00:01.000Z", 10, 2] }, { line: null, numbers: ["1970-01-01T00:00:02.500Z", 20, 3] }],
  });
  assert.match(toCsv(data), /^run_id,run_name,time \(UTC\),step,loss\r\n(0f)+,a,1970-01-01T00:00:01.000Z,10,2\r\n/);
  const nothing = twinOf({ ...data, lines: [line, line], window: [5000, 6000] });
  assert.deepEqual(nothing.rows[0].numbers, [9, null, null, null, null]);
});

test("groups are told with their bands", () => {
  const group = { ...makeLine("lr 1", [1, 2]), low: [0.5, NaN], high: [1.5, NaN], n: [3, 1], members: [{}] };
  const csv = toCsv({ lines: [group], metric: "loss", xTitle: "step", xKind: "step" });
  assert.equal(csv, "group,step,loss,low,high,n\r\nlr 1,0,1,0.5,1.5,3\r\nlr 1,2,2,NaN,NaN,1\r\n");
});
