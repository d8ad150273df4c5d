/** Which lines a chart draws of which runs: groups, looks, the best ones, several plots. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const { load } = require("./payloads.js");

const { chartArrangement } = load("draws", "statistics", "downsample", "outliers", "smooth", "columns", "sort", "groups", "outline", "chart_groups", "chart_identity", "plot", "chart_arrangement");
const { pick, arrange } = chartArrangement;

const LOOK = { smooth: 0 };
const makeLine = (row, y, changes = {}) => ({ id: `r${row}`, row, name: `run ${row}`, color: row + 1, dash: 0, status: "finished", x: y.map((_, i) => i), y, logged: y.length, ...changes });
const makeData = (lines, changes = {}) => ({ lines, total: lines.length, direction: "min", metric: "loss", ...changes });
const makeChoice = (changes = {}) => ({
  band: "range",
  hasGhosts: false,
  top: 0,
  groupOf: null,
  groupLook: (group) => ({ id: `g${group}`, name: `group ${group}`, color: group + 1, dash: 0 }),
  colorOf: null,
  dashOf: null,
  facet: null,
  ...changes,
});
const byTwo = { groupOf: (row) => row >> 1 };
const drawn = (data, choice, look = LOOK) => arrange(pick(data, choice), look, choice);

test("without a choice runs stay as they are, in the order of the table, no more than can be drawn", () => {
  const lines = Array.from({ length: 250 }, (_, i) => makeLine(249 - i, [i]));
  const { lines: kept, cut } = drawn(makeData(lines), null);
  assert.equal(kept.length, 200);
  assert.deepEqual([kept[0].row, kept[199].row], [50, 249]);
  assert.equal(cut, "200 of 250 runs");
});

test("a group is one line with a band, its members behind it", () => {
  const found = drawn(makeData([makeLine(0, [1, 3]), makeLine(1, [3, 5]), makeLine(2, [9, 9])]), makeChoice(byTwo));
  assert.deepEqual(found.lines.map(({ id, size, color }) => [id, size, color]), [["g0", 2, 1], ["g1", 1, 2]]);
  const [line] = found.lines;
  assert.deepEqual([[...line.y], [...line.low], [...line.high], [...line.n]], [[2, 4], [1, 3], [3, 5], [2, 2]]);
  assert.deepEqual(line.members.map(({ id }) => id), ["r0", "r1"]);
  assert.deepEqual(line.ghosts, []);
  assert.deepEqual(found.notes, []);
});

test("runs are shown where there is no band to show, and when asked for", () => {
  const data = makeData([makeLine(0, [1, 3]), makeLine(1, [3, 5])]);
  const ghosts = (changes) => drawn(data, makeChoice({ ...byTwo, ...changes })).lines[0].ghosts.length;
  assert.equal(ghosts({ band: "ci" }), 2);
  assert.equal(ghosts({ band: "std" }), 0);
  assert.equal(ghosts({ band: "std", hasGhosts: true }), 2);
});

test("what is smoothed are the runs, so that bands are smooth too", () => {
  const data = makeData([makeLine(0, [0, 8, 0]), makeLine(1, [4, 4, 4])]);
  const [smooth] = drawn(data, makeChoice(byTwo), { smooth: 0.9 }).lines;
  const [raw] = drawn(data, makeChoice(byTwo)).lines;
  assert.equal(smooth.isSmooth, true);
  assert.ok(smooth.high[1] < raw.high[1]);
  assert.equal(data.lines[0].y[1], 8);
});

test("the best runs by direction, the first without one", () => {
  const lines = [makeLine(0, [5]), makeLine(1, [2]), makeLine(2, [3])];
  const kept = (changes) => drawn(makeData(lines, changes), makeChoice({ top: 2 }));
  assert.deepEqual(kept().lines.map(({ row }) => row), [1, 2]);
  assert.equal(kept().cut, "best 2 of 3 runs");
  assert.deepEqual(kept({ direction: "max" }).lines.map(({ row }) => row), [0, 2]);
  assert.equal(kept({ direction: "" }).cut, "first 2 of 3 runs");
  assert.equal(drawn(makeData(lines), makeChoice({ top: 1, ...byTwo })).cut, "best 1 of 2 groups");
});

test("a group takes the colour that its runs agree on, else grey", () => {
  const data = makeData([makeLine(0, [1]), makeLine(1, [2]), makeLine(2, [3]), makeLine(3, [4])]);
  const { lines } = drawn(data, makeChoice({ ...byTwo, colorOf: (row) => ({ color: row < 2 ? 9 : row, dash: 0 }) }));
  assert.deepEqual(lines.map(({ color }) => color), [9, 16]);
  const dashed = drawn(data, makeChoice({ ...byTwo, dashOf: (row) => (row < 2 ? 2 : row % 2) }));
  assert.deepEqual(dashed.lines.map(({ color, dash }) => [color, dash]), [[1, 2], [2, 0]]);
});

test("plots are in the order of values, and a group that is split is a line in each", () => {
  const places = [1, 0, -1, 0];
  const facet = { placeOf: (row) => places[row], title: (place) => `value ${place}` };
  const data = makeData([0, 1, 2, 3].map((row) => makeLine(row, [row])));
  const { facets } = drawn(data, makeChoice({ ...byTwo, facet }));
  assert.deepEqual(facets.map(({ title, lines }) => [title, lines.map(({ id }) => id)]), [
    ["value 0", ["g0", "g1"]],
    ["value 1", ["g0"]],
    ["value -1", ["g1"]],
  ]);
});

test("more plots than can be read are counted", () => {
  const facet = { placeOf: (row) => row, title: String };
  const data = makeData(Array.from({ length: 15 }, (_, row) => makeLine(row, [row])));
  const { facets, notes } = drawn(data, makeChoice({ facet }));
  assert.equal(facets.length, 12);
  assert.deepEqual(notes, ["3 plots more"]);
});

test("values between points are said to be interpolated, and notes that were there stay", () => {
  const lines = [makeLine(0, [1, 2, 3]), makeLine(1, [1, 3], { x: [0, 2] })];
  assert.deepEqual(drawn(makeData(lines, { notes: ["every 4th point"] }), makeChoice(byTwo)).notes, ["every 4th point", "≈ interpolated"]);
});

test("bars stand for groups too, and keep to the finite", () => {
  const bar = (row, value) => ({ id: `r${row}`, row, name: `run ${row}`, color: 1, dash: 0, value });
  const { bars } = drawn({ bars: [bar(0, 1), bar(1, 3), bar(2, NaN)], total: 3 }, makeChoice(byTwo));
  assert.deepEqual(bars.map(({ name, value, low, high, n }) => [name, value, low, high, n]), [
    ["group 0", 2, 1, 3, 2],
    ["group 1", NaN, NaN, NaN, 0],
  ]);
});
