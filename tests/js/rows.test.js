/** What a table shows, cell by cell, and what is taken away from it. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const { load, numbers, texts, ids } = require("./payloads.js");

const { Columns, rows, createCells } = load("columns", "sort", "format", "rows", "cells");

const columns = new Columns();
columns.add({
  n: 4,
  columns: [
    ids(["0a", "1b", "2c", "3d"].map((head) => head.padEnd(32, "0"))),
    texts("attributes.run_name", ["a", "=1+1", 'say "hi", all', "two\nlines\tand tab"]),
    texts("params.lr", ["-0.1", "+cmd|x", "", null]),
    texts("attributes.status", ["finished", "failed", "killed", "running"], { kind: "status" }),
    numbers("metrics.loss", [0.25, NaN, null, -Infinity], { direction: "min" }),
    numbers("metrics.acc", [0.5, 0.75, 0.75, null], { direction: "max" }),
    numbers("attributes.start_time", [0, 1, 2, null], { kind: "time" }),
    numbers("attributes.duration", [1500, null, 0, 9], { kind: "duration" }),
  ],
});
const all = [...columns.byId.values()];
const name = columns.get("attributes.run_name");

test("exports are exact and formulas stay text", () => {
  const csv = rows.toCsv([columns.get("attributes.run_id"), name, columns.get("params.lr")], [0, 1]).split("\r\n");
  assert.deepEqual(csv, [
    "attributes.run_id,attributes.run_name,params.lr",
    `0a${"0".repeat(30)},a,-0.1`,
    `1b${"0".repeat(30)},'=1+1,'+cmd|x`,
    "",
  ]);
});

test("csv quotes what needs quotes", () => {
  assert.equal(rows.toCsv([name], [2, 3]), 'attributes.run_name\r\n"say ""hi"", all"\r\n"two\nlines\tand tab"\r\n');
});

test("numbers, times and durations as pandas reads them", () => {
  const kept = all.filter(({ kind }) => ["number", "time", "duration"].includes(kind));
  assert.equal(
    rows.toTsv(kept, [0, 1, 2, 3]),
    [
      "metrics.loss\tmetrics.acc\tattributes.start_time\tattributes.duration_ms",
      "0.25\t0.5\t1970-01-01T00:00:00.000Z\t1500",
      "NaN\t0.75\t1970-01-01T00:00:00.001Z\t",
      "\t0.75\t1970-01-01T00:00:00.002Z\t0",
      "-inf\t\t\t9",
    ].join("\n"),
  );
});

test("a cell pasted into a spreadsheet is one cell", () => {
  assert.equal(rows.toTsv([name], [3]).split("\n").length, 2);
});

test("cells", () => {
  const cell = createCells({ newestMs: 5 });
  const said = (id, row) => Object.values(cell(columns.get(id), row));
  assert.deepEqual(said("metrics.loss", 0), ["0.250", "0.25", "best"]);
  assert.deepEqual(said("metrics.loss", 1), ["NaN", "NaN", "nan"]);
  assert.deepEqual(said("metrics.loss", 2), ["–", "", "na"]);
  assert.deepEqual(said("metrics.loss", 3), ["−∞", "-Infinity", "nan"]);
  assert.deepEqual([0, 1, 2, 3].map((row) => cell(columns.get("metrics.acc"), row).mark), ["", "best", "best", "na"]);
  assert.deepEqual(said("params.lr", 2), ['""', "", ""]);
  assert.deepEqual(said("attributes.status", 1), ["Failed", "Failed", ""]);
  assert.deepEqual(said("attributes.start_time", 1), ["1 Jan 00:00", "1970-01-01T00:00:00.001Z", ""]);
  assert.deepEqual(said("attributes.duration", 0), ["0:01", "1500 ms", ""]);
  assert.deepEqual(said("attributes.run_id", 1), ["1b000000", "1b".padEnd(32, "0"), ""]);
});

test("a commit shows its first digits, and what is no digest all of it", () => {
  const commits = new Columns();
  commits.add({ n: 2, columns: [texts("attributes.commit", ["fd1e64c5".padEnd(40, "0"), "release of Friday"])] });
  const said = (row) => createCells({ newestMs: 5 })(commits.get("attributes.commit"), row);
  assert.deepEqual(said(0), { text: "fd1e64c5", exact: "fd1e64c5".padEnd(40, "0"), mark: "" });
  assert.equal(said(1).text, "release of Friday");
});

test("a report without events formats its times with the year", () => {
  assert.equal(createCells({ newestMs: null })(columns.get("attributes.start_time"), 0).text, "1 Jan 1970 00:00");
});

test("a very long text is cut in the cell, not in its title", () => {
  const long = new Columns();
  long.add({ n: 1, columns: [texts("tags.note", ["x".repeat(5000)])] });
  const { text, exact } = createCells({ newestMs: null })(long.get("tags.note"), 0);
  assert.ok(text.length < 1000);
  assert.equal(exact.length, 5000);
});

test("filtering keeps the order, sorting keeps the filter", () => {
  const table = new rows.Rows(columns);
  table.sort([{ id: "attributes.start_time", descending: true }]);
  table.filter((row) => row !== 1);
  assert.deepEqual([...table.shown], [2, 0, 3]);
  table.sort([]);
  assert.deepEqual([...table.shown], [0, 2, 3]);
  table.filter(null);
  assert.equal(table.shown.length, 4);
});
