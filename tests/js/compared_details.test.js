/** Environment and packages as rows, and which texts two runs have. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const { load } = require("./payloads.js");
const { comparedDetails } = load("compared_details");

const shard = {
  values: ["reporter.python", "3.11", "3.12", "reporter.packages", "numpy==2.0 scipy==1.14", "numpy==2.1 torch", "config.yaml", "lines-1", "lines-2", "x.txt"],
  runs: { aa: [[0, 1, 3, 4], [6, 7]], ab: [[0, 2, 3, 5], [6, 8, 9, 7]], ac: [[0, 1, 3, 4], []] },
};
const of = (id) => comparedDetails.decode(shard, id);

test("a run is found by the beginning of its id", () => {
  assert.equal(comparedDetails.fileOf({ digits: 1, files: { a: "one" } }, "ab"), "one");
  assert.equal(comparedDetails.fileOf({ digits: 0, files: { "": "all" } }, "ab"), "all");
  assert.equal(comparedDetails.fileOf({ digits: 1, files: { a: "one" } }, "bb"), undefined);
});

test("a run of which nothing is known", () => {
  assert.deepEqual([of("zz").tags.size, comparedDetails.decode(undefined, "aa").texts.size], [0, 0]);
});

test("environment and packages are rows, with what differs", () => {
  const sections = comparedDetails.sections([[of("aa")], [of("ab")]], 0);
  const said = sections.map(({ title, nDiffering, rows }) => [title, nDiffering, rows.map(({ label, cells }) => [label, ...cells.map(({ text }) => text)])]);
  assert.deepEqual(said, [
    ["Environment", 1, [["Python", "3.11", "3.12"]]],
    ["Packages that were imported", 3, [["numpy", "2.0", "2.1"], ["scipy", "1.14", "–"], ["torch", "–", '""']]],
  ]);
  assert.deepEqual(sections[0].rows[0].cells.map(({ isDifferent }) => isDifferent), [false, true]);
});

test("a group says what its runs agree in, and how many values there are where they do not", () => {
  const [environment, packages] = comparedDetails.sections([[of("aa"), of("ac")], [of("aa"), of("ab")]], 0);
  assert.deepEqual(environment.rows[0].cells.map(({ text, exact }) => [text, exact]), [["3.11", "3.11"], ["2 values", "3.11\n3.12"]]);
  assert.ok(packages.rows.every(({ differs }) => differs));
});

test("a run that recorded no packages is no difference", () => {
  const [, packages] = comparedDetails.sections([[of("aa"), of("zz")], [of("zz")], [of("ac")]], 0);
  assert.deepEqual(packages.rows.map(({ differs, cells }) => [differs, ...cells.map(({ text, isDifferent }) => `${text} ${isDifferent}`)]), [
    [false, "2.0 false", "– false", "2.0 false"],
    [false, "1.14 false", "– false", "1.14 false"],
  ]);
});

test("texts by name, and whether both have the same", () => {
  assert.deepEqual(comparedDetails.texts(of("aa"), of("ab")), [
    { name: "config.yaml", before: "lines-1", after: "lines-2", differs: true },
    { name: "x.txt", before: undefined, after: "lines-1", differs: true },
  ]);
  assert.deepEqual(comparedDetails.texts(of("aa"), of("aa")).map(({ differs }) => differs), [false]);
});
