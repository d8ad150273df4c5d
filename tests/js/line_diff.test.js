/** Lines that were added and taken away: the shortest way from one text to the other. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const { load } = require("./payloads.js");
const { lineDiff, draws } = load("draws", "line_diff");

const said = (before, after) => lineDiff.compare(before, after).map(({ sign, text }) => sign + text);

/** One of the two texts, out of what was said of both. */
const side = (lines, sign) => lines.filter((line) => line.sign === " " || line.sign === sign).map(({ text }) => text);

test("a line that is another, one that is new, one that is gone", () => {
  assert.deepEqual(said("a\nb\nc\n", "a\nx\nc\nd\n"), [" a", "-b", "+x", " c", "+d"]);
  assert.deepEqual(said("a\nb\n", "b\n"), ["-a", " b"]);
});

test("equal texts, empty texts, another end of lines", () => {
  assert.deepEqual(said("a\nb", "a\r\nb\r\n"), [" a", " b"]);
  assert.deepEqual(said("", ""), []);
  assert.deepEqual(said("", "a"), ["+a"]);
  assert.deepEqual(said("a", ""), ["-a"]);
});

test("Myers' own example takes five edits", () => {
  const lines = lineDiff.compare("a\nb\nc\na\nb\nb\na", "c\nb\na\nb\na\nc");
  assert.deepEqual(lineDiff.count(lines), { added: 2, removed: 3 });
});

/** The length of the longest common subsequence, by the table. */
function common(a, b) {
  const table = Array.from({ length: a.length + 1 }, () => new Array(b.length + 1).fill(0));
  for (let i = 1; i <= a.length; i++) for (let j = 1; j <= b.length; j++) table[i][j] = a[i - 1] === b[j - 1] ? table[i - 1][j - 1] + 1 : Math.max(table[i - 1][j], table[i][j - 1]);
  return table[a.length][b.length];
}

test("of two hundred pairs both texts come back, by the fewest edits", () => {
  const next = draws.places(1, 4);
  const length = draws.places(2, 14);
  for (let i = 0; i < 200; i++) {
    const [a, b] = [0, 1].map(() => Array.from({ length: length() }, () => "wxyz"[next()]));
    const lines = lineDiff.compare(a.join("\n"), b.join("\n"));
    assert.deepEqual([side(lines, "-"), side(lines, "+")], [a, b]);
    assert.equal(lines.filter(({ sign }) => sign === " ").length, common(a, b));
  }
});

test("texts with nothing in common are one change, however long", () => {
  const many = (word) => Array.from({ length: 6000 }, (_, i) => `${word} ${i}`).join("\n");
  const started = performance.now();
  assert.deepEqual(lineDiff.count(lineDiff.compare(many("a"), many("b"))), { added: 6000, removed: 6000 });
  assert.ok(performance.now() - started < 5000);
});

test("hunks have three lines around, and meet", () => {
  const text = Array.from({ length: 30 }, (_, i) => `line ${i + 1}`);
  const other = text.map((line, i) => (i === 4 || i === 9 || i === 25 ? `${line}!` : line));
  const found = lineDiff.hunks(lineDiff.compare(text.join("\n"), other.join("\n")));
  assert.deepEqual(found.map((hunk) => [hunk.old, hunk.new, hunk.lines.length]), [[2, 2, 14], [23, 23, 8]]);
  assert.deepEqual(found[1].lines.map(({ sign }) => sign).join(""), "   -+   ");
});

test("a change of the first line is a hunk too", () => {
  assert.deepEqual(lineDiff.hunks(lineDiff.compare("a\nb", "x\nb")), [{ old: 1, new: 1, lines: [{ sign: "-", text: "a" }, { sign: "+", text: "x" }, { sign: " ", text: "b" }] }]);
});
