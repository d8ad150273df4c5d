"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { twinOf, toCsv, barTwinOf, barsToCsv } = require("../../templates/js/lib/twin.js");

const makeLine = (name, y) => ({ id: "0f".repeat(16), name, logged: 9, x: Array.from(y, (_, i) => i * 2), y });

test("one line is a table of its points", () => {
  const { heads, rows } = twinOf([makeLine("a", [1, NaN])], "loss", "epoch");
  assert.deepEqual(heads, ["epoch", "loss"]);
  assert.deepEqual(rows, [{ line: null, numbers: [0, 1] }, { line: null, numbers: [2, NaN] }]);
});

test("several lines are what each comes to", () => {
  const lines = [makeLine("a", [3, 1, NaN]), makeLine("b", [NaN])];
  const { heads, rows } = twinOf(lines, "loss", "step");
  assert.equal(heads.length, 6);
  assert.deepEqual(rows[0], { line: lines[0], numbers: [9, 4, NaN, 1, 3] });
  assert.deepEqual(rows[1].numbers, [9, 0, NaN, null, null]);
});

test("a file holds every point, exactly", () => {
  const csv = toCsv([makeLine("a", [0.1, Infinity]), makeLine('b,"', [-1e-7])], "val,loss", "step");
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
  const values = twinOf([makeLine("a", Float32Array.from(logged))], "loss", "step").rows.map((row) => row.numbers[1]);
  assert.deepEqual(values, [0.1, 0.33333334, 16777215, 1e-12, 3.4e38, NaN]);
});
