/** Verdicts in words, and the small drawings beside them. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const path = require("node:path");
const { load } = require("./payloads.js");
const table = require(path.join(__dirname, "..", "shared", "verdict_cases.json"));
const { contrast, verdict, graph } = load("contrast", "verdict", "graph");

for (const { base, values, how, wanted } of table) {
  test(`in words: ${wanted.short} ${how.name}`, () => {
    const found = contrast.contrast(base, values, how.direction);
    assert.deepEqual(verdict.tell(found, how), wanted);
  });
}

test("an interval drawing keeps 0 in sight and everything inside", () => {
  const rows = [{ value: 0.3, low: 0.1, high: 0.5 }, { value: NaN, low: NaN, high: NaN }];
  const plan = graph.forest(rows, { width: 400, labelPx: 100, zero: true });
  assert.ok(plan.zero > 100 && plan.zero < plan.rows[0].from && plan.rows[0].to < 400);
  assert.ok(plan.ticks.some(({ text }) => text === "0"));
  assert.ok(plan.ticks.every(({ at }) => at >= 100 && at <= 400));
  assert.ok(Number.isNaN(plan.rows[1].at));
});

test("round ticks", () => {
  assert.deepEqual(graph.niceTicks(0, 1), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(graph.niceTicks(-3, 7), [-2, 0, 2, 4, 6]);
  assert.deepEqual(graph.niceTicks(2, 2), [2]);
});

test("profiles are taken a little beyond all values", () => {
  const scores = graph.profileScores([1, 2, 3], 5);
  assert.equal(scores.length, 5);
  assert.ok(scores[0] < 1 && scores.at(-1) > 3);
  assert.deepEqual(graph.profileScores([2, 2]), [1, 2, 3]);
  const plan = graph.profiles([{ shares: [1, 0.5, 0], low: [1, 0, 0], high: [1, 1, 0] }], [0, 1, 2], 300);
  assert.match(plan.lines[0].line, /^M40\.0,8\.0H[\d.]+V[\d.]+H280\.0V206\.0$/);
  assert.match(plan.lines[0].band, /Z$/);
});
