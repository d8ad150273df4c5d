/** The table as files: exact for programs, readable for papers, text that was logged stays text. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const path = require("node:path");
const { load, numbers, texts, ids } = require("./payloads.js");
const latexCases = require(path.join(__dirname, "..", "shared", "latex_cases.json"));

const { Columns, takeaway, outline, createCells } = load("columns", "sort", "format", "rows", "cells", "groups", "statistics", "outline", "takeaway");

const columns = new Columns();
columns.add({
  n: 8,
  columns: [
    ids([0, 1, 2, 3, 4, 5, 6, 7].map((n) => String(n).padStart(32, "0"))),
    texts("attributes.run_name", ["a", "=cmd|x", "c_1", "d", "e", "f", "g", "h"]),
    texts("params.model", ["x", "x", "y", "y", "z", "z", "x", "y"]),
    texts("params.seed", ["0", "1", "0", "1", "0", "1", "2", "2"]),
    numbers("metrics.acc", [0.9, 0.91, 0.902, 0.903, 0.5, null, 0.905, 0.9025], { direction: "max" }),
    numbers("metrics.loss", [NaN, 1, Infinity, 2, null, null, null, null]),
    numbers("attributes.duration", [1000, 3000, 2000, 2000, 5, 5, 9, 9], { kind: "duration" }),
  ],
});
const at = (...names) => names.map((id) => columns.get(id));
const how = { cell: createCells({ newestMs: 0 }), idOf: (row) => columns.get("attributes.run_id").text(row), caption: "50 % of_all" };
const runs = [0, 1, 2].map((row) => ({ row, id: how.idOf(row), name: columns.get("attributes.run_name").text(row) }));

const grouped = new outline.GroupOutline(8, at("params.model"));
grouped.arrange({ shown: Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7), opened: new Set() });
const groupRecords = Array.from(grouped.order, (group) => {
  const rows = grouped.rowsOf(group);
  return {
    name: `model ${columns.get("params.model").text(rows[0])}`,
    id: "",
    row: rows[0],
    rows,
    figures: (column) => (column.kind === "number" || column.kind === "duration" ? grouped.figuresOf(column, 8 + group) : null),
    agrees: (column) => outline.agree(column, rows),
  };
});

test("runs as CSV: exact values, missing empty, formulas defused", () => {
  const lines = takeaway.toCsv(at("attributes.run_name", "params.model", "metrics.loss", "attributes.duration"), runs).split("\r\n");
  assert.equal(lines[0], "run_id,name,params.model,metrics.loss,attributes.duration_ms");
  assert.equal(lines[1], `${"0".repeat(32)},a,x,NaN,1000`);
  assert.equal(lines[2], `${"0".repeat(31)}1,'=cmd|x,x,1,3000`);
  assert.equal(lines[3].split(",")[3], "inf");
  assert.equal(lines[4], "");
});

test("groups as CSV: one row a group, each figure a column", () => {
  const [heads, first, , last] = takeaway.toCsv(at("params.model", "params.seed", "metrics.acc"), groupRecords).split("\r\n").map((line) => line.split(","));
  assert.deepEqual(heads.slice(0, 6), ["group", "n", "params.model", "params.seed", "metrics.acc:n", "metrics.acc"]);
  assert.deepEqual(first.slice(0, 5), ["model x", "3", "x", "", "3"]);
  assert.ok(Math.abs(Number(first[5]) - 0.905) < 1e-12);
  assert.equal(heads[7], "metrics.acc:ci95");
  assert.ok(Math.abs(Number(first[7]) - (4.302652729911275 * 0.005) / Math.sqrt(3)) < 1e-9);
  assert.deepEqual(last.slice(4), ["1", "0.5", "", "", "0.5", "0.5", "0.5"]);
});

test("JSON is JSON, whatever was logged", () => {
  const [first, second, third] = JSON.parse(takeaway.toJson(at("attributes.run_name", "params.seed", "metrics.loss"), runs, how));
  assert.deepEqual(first, { run_id: "0".repeat(32), name: "a", "params.seed": "0", "metrics.loss": "NaN" });
  assert.equal(second["metrics.loss"], 1);
  assert.equal(third["metrics.loss"], "inf");
  const group = JSON.parse(takeaway.toJson(at("params.seed", "metrics.acc"), groupRecords, how))[0];
  assert.deepEqual([group.n, group.run_ids.length, group["params.seed"], group["metrics.acc"].best], [3, 3, null, 0.91]);
});

test("LaTeX: mean ± margin, and in bold what the best does not exclude", () => {
  const tex = takeaway.toLatex(at("params.model", "params.seed", "metrics.acc"), groupRecords, { ...how, margin: "std" });
  assert.match(tex, /\\caption\{50 \\% of\\_all\. Mean \$\\pm\$ standard deviation\. Bold: the best, and what lies within/);
  assert.match(tex, /group & n & model & acc \$\\uparrow\$ \\\\/);
  assert.match(tex, /model x & \$3\$ & x & \$\\mathbf\{0\.905\} \\pm 0\.005\$ \\\\/);
  assert.match(tex, /model y & \$3\$ & y & \$\\mathbf\{0\.90[23]\} \\pm 0\.001\$/);
  assert.match(tex, /model z & \$2\$ & z & \$0\.500\$ \\\\/);
  assert.ok(!tex.includes("seed"), "seeds differ within groups");
  assert.equal(tex.split("\n").filter((line) => line.includes("rule")).length, 3);
});

test("bootstrap intervals go into every form of export", () => {
  const interval = () => ({ low: 0.9, high: 0.91, draws: 2000 });
  const records = groupRecords.map((record) => ({ ...record, figures: (column) => record.figures(column) && { ...record.figures(column), interval } }));
  const boot = { ...how, margin: "boot" };
  const tex = takeaway.toLatex(at("metrics.acc"), records, boot);
  assert.match(tex, /Mean \[95\\,\\% confidence interval \(percentile bootstrap\)\]\./);
  assert.match(tex, /model x & \$3\$ & \$\\mathbf\{0\.905\}\$ \[\$0\.900\$, \$0\.910\$\]/);
  assert.match(takeaway.toMarkdown(at("metrics.acc"), records, boot), /\*\*0\.905\*\* \(0\.900 – 0\.910\)/);
  const [head, first] = takeaway.toCsv(at("metrics.acc"), records, boot).split("\r\n");
  assert.ok(head.endsWith("metrics.acc:ci95_low,metrics.acc:ci95_high"));
  assert.ok(first.endsWith(",0.9,0.91"));
  assert.deepEqual(JSON.parse(takeaway.toJson(at("metrics.acc"), records, boot))[0]["metrics.acc"].ci95_high, 0.91);
  assert.ok(!takeaway.toCsv(at("metrics.acc"), groupRecords, how).includes("ci95_low"));
});

test("LaTeX of runs has no margins, and names what is not finite", () => {
  const tex = takeaway.toLatex(at("metrics.loss"), runs, how);
  assert.match(tex, /c\\_1 & \$\\infty\$/);
  assert.match(tex, /a & NaN/);
  assert.ok(!tex.includes("\\pm"));
});

test("LaTeX is escaped as the builder escapes it", () => {
  for (const { text, latex } of latexCases) assert.equal(takeaway.escapeLatex(text), latex);
});

test("Markdown: cells cannot end a cell, begin a link or a tag", () => {
  const hostile = [{ row: 0, id: "", name: "a|b [x](javascript:1) <img>\n**b**" }];
  const lines = takeaway.toMarkdown(at("params.model"), hostile, how).split("\n");
  assert.equal(lines.length, 4);
  assert.equal(lines[2], "| a\\|b \\[x\\](javascript:1) \\<img\\> \\*\\*b\\*\\* | x |");
  const group = takeaway.toMarkdown(at("metrics.acc"), groupRecords, { ...how, margin: "ci" }).split("\n");
  assert.equal(group[1], "| --- | --: | --: |");
  assert.equal(group[2], "| model x | 3 | **0.905** ± 0.012 |");
});

test("of two runs there is no interval: it excludes nothing, and nothing else is bold for it", () => {
  const two = groupRecords.map((record) => ({ ...record, rows: record.rows.subarray(0, 2) }));
  const small = new outline.GroupOutline(8, at("params.model"));
  small.arrange({ shown: Uint32Array.of(0, 1, 2, 3), opened: new Set() });
  const records = two.slice(0, 2).map((record, i) => ({ ...record, figures: (column) => small.figuresOf(column, 8 + small.order[i]) }));
  const tex = takeaway.toLatex(at("metrics.acc"), records, { ...how, margin: "ci" });
  assert.match(tex, /model x & \$2\$ & \$\\mathbf\{0\.905\}\$ /);
  assert.match(tex, /model y & \$2\$ & \$0\.90[23]\$ /);
});

test("a margin below the digits of its mean keeps one digit", () => {
  const tiny = groupRecords.map((record) => ({ ...record, figures: (column) => ({ ...record.figures(column), std: 0.0000213 }) }));
  assert.match(takeaway.toMarkdown(at("metrics.acc"), tiny, how), /0\.905\*\* ± 0\.00002 /);
});

test("LaTeX says what pdfLaTeX cannot set", () => {
  const named = (name) => takeaway.toLatex(at("metrics.acc"), [{ ...runs[0], name }], how);
  assert.match(named("実験"), /^%[^\n]*\n% Has letters beyond Latin/);
  assert.ok(!named("Überlauf – 3 µm").includes("beyond Latin"));
});

test("no rows are a table without rows", () => {
  for (const { write } of Object.values(takeaway.FORMATS)) assert.equal(typeof write(at("metrics.acc"), [], how), "string");
});

test("how far runs are from the baseline is a column of its own, with its sign", () => {
  const { delta } = load("delta");
  const measured = delta.withDeltas(at("attributes.run_name", "params.model", "metrics.acc", "metrics.loss", "attributes.duration"), 2);
  assert.deepEqual(measured.filter(({ of }) => of).map(({ id }) => id), ["metrics.acc:delta"], "only what the baseline has a number of");
  const five = [0, 4, 5].map((row) => ({ row, id: how.idOf(row), name: `r${row}` }));
  const lines = takeaway.toCsv(measured, five).split("\r\n");
  assert.equal(lines[0], "run_id,name,params.model,metrics.acc,metrics.acc:delta,metrics.loss,attributes.duration_ms");
  assert.equal(Number(lines[1].split(",")[4]), 0.9 - 0.902);
  assert.equal(lines[3].split(",")[4], "", "nothing was logged");
  const markdown = takeaway.toMarkdown(measured, five, how).split("\n");
  assert.equal(markdown[0], "| run | model | acc | Δ acc | loss | duration |");
  assert.match(markdown[3], /\| 0\.5\d* \| −0\.40\d* \|/);
  assert.match(takeaway.toMarkdown(measured, [{ row: 1, id: "", name: "b" }], how), /\| \+0\.00\d+ \|/);
  assert.match(takeaway.toLatex(measured, five, how), /& acc \$\\uparrow\$ & \$\\Delta\$ acc &/);
  assert.match(takeaway.toLatex(measured, five, how), /\$-0\.40\d*\$/);
});

test("groups are measured too: their mean moves, their spread stays", () => {
  const { delta } = load("delta");
  const [acc] = at("metrics.acc");
  const [group] = groupRecords;
  const figures = group.figures(acc);
  const moved = delta.shifted(figures, 0.9);
  assert.ok(Math.abs(moved.mean - (figures.mean - 0.9)) < 1e-12);
  assert.deepEqual([moved.std, moved.n], [figures.std, figures.n]);
});
