"use strict";
const test = require("node:test");
const assert = require("node:assert/strict");
const { Sheet, search, order, toCsv, numberOf } = require("../../templates/js/lib/data_table.js");
const join = require("../../templates/js/lib/table_join.js");

const column = (name, type) => ({ name, type, numeric: /^(u?int|float)/.test(type) });

const sheet = new Sheet({
  columns: [column("word", "text"), column("score", "float"), column("n", "int64")],
  cells: [["cat", "Dog", "cat 10", null], ["0.50", NaN, 0.125, ""], [3, 20, "100", null]],
});
const ALL = [0, 1, 2, 3];

test("cells read with the decimals of their column, whole numbers as they are", () => {
  assert.deepEqual(sheet.read(1, 0), { text: "0.500", exact: "0.50" });
  assert.deepEqual(sheet.read(1, 2), { text: "0.125", exact: "" });
  assert.equal(sheet.read(1, 1).text, "NaN");
  assert.equal(sheet.read(2, 2).text, "100");
  assert.deepEqual(sheet.read(0, 3), { text: "–", exact: "", isMissing: true });
});

test("numbers sort as numbers, texts as people do, what is missing last in both directions", () => {
  assert.deepEqual(order(sheet, ALL, 2, false), [0, 1, 2, 3]);
  assert.deepEqual(order(sheet, ALL, 2, true), [2, 1, 0, 3]);
  assert.deepEqual(order(sheet, ALL, 1, false), [2, 0, 1, 3]);
  assert.deepEqual(order(sheet, ALL, 1, true), [0, 2, 1, 3]);
  assert.deepEqual(order(sheet, ALL, 0, false), [0, 2, 1, 3]);
});

test("rows are saved as CSV that runs nothing", () => {
  const made = new Sheet({ columns: [column("=a", "text"), column("n", "int")], cells: [["=1+1", "x,\"y\"", null], [-5, "-6", null]] });
  assert.equal(toCsv(made, [1, 0, 2]), "'=a,n\r\n\"x,\"\"y\"\"\",-6\r\n'=1+1,-5\r\n,\r\n");
});

test("infinities are numbers however they are written", () => {
  assert.deepEqual(["inf", "-Infinity", "+inf", "", "x"].map(numberOf), [Infinity, -Infinity, Infinity, NaN, NaN]);
});

test("words, phrases and conditions find rows", () => {
  const found = { "": ALL, cat: [0, 2], "CAT 10": [2], '"cat 10"': [2], "word:dog": [1], "n>3": [1, 2], "n>=3 cat": [0, 2], "word!=cat": [1, 2, 3], "score<=0.5": [0, 2], "none:such": [] };
  for (const [typed, rows] of Object.entries(found)) assert.deepEqual(search(sheet, typed), rows, typed);
});

const said = (outputs, ids = ["1", "2", "2"]) =>
  new Sheet({ columns: [column("id", "int"), column("output", "text")], cells: [ids, outputs] });
const two = [said(["a", "b", "c"]), said(["a", "x", "y"], ["2", "1", "2"])];

test("inputs are columns that say the same row by row, or have the same different values", () => {
  assert.deepEqual(join.inputs([said(["a", "b"], ["1", "2"]), said(["c", "d"], ["2", "1"])]), ["id"]);
  assert.deepEqual(join.inputs([said(["1", "0", "0"], ["1", "2", "3"]), said(["0", "0", "1"], ["1", "2", "3"])]), ["id"]);
  assert.deepEqual(join.inputs([said(["a"], ["1"]), said(["a", "a"], ["1", "1"])]), []);
});

test("rows of runs are matched by what they have in common", () => {
  const rows = join.join(two, ["id"]);
  assert.deepEqual(rows.map(({ key, rows: at }) => [key, at]), [[["1"], [[0], [1]]], [["2"], [[1, 2], [0, 2]]]]);
  assert.equal(join.shownText(two, rows[0], 1, "output"), "x");
  assert.deepEqual(rows.map((row) => join.differs(two, row, "output")), [true, true]);
});

test("without common inputs rows stand by their number", () => {
  const apart = [said(["a"], ["1"]), said(["b", "c"], ["5", "6"])];
  assert.deepEqual(join.suggest(apart), { by: [], show: "output" });
  const rows = join.join(apart, []);
  assert.deepEqual(rows.map(({ key, rows: at }) => [key[0], at.map((found) => found?.[0])]), [["1", [0, 0]], ["2", [, 1]]]);
  assert.equal(join.shownText(apart, rows[1], 0, "output"), undefined);
});

test("tables that say the same are compared by what models say", () => {
  assert.deepEqual(join.suggest([said(["a"], ["1"]), said(["a"], ["1"])]), { by: ["id"], show: "output" });
  assert.deepEqual(join.suggest([]), { by: [], show: "" });
});

test("the mean of numbers and of booleans", () => {
  const marks = new Sheet({ columns: [column("ok", "bool"), column("s", "float"), column("t", "text")], cells: [["True", false, null], [1, "", 2], ["a", "b", "c"]] });
  assert.deepEqual(["ok", "s", "t", "none"].map((name) => join.mean(marks, name)), [0.5, 1.5, null, null]);
});
