/** Free text: the short way finds what filter.js says it should. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const { load, numbers, texts, sparse, ids } = require("./payloads.js");

const { Columns, query } = load(
  "quantity", "pattern", "names", "tree", "grammar", "query", "filter", "columns", "search",
);

const N = 6;
const columns = new Columns();
columns.add({
  n: N,
  columns: [
    ids(["7f3a", "007f", "ffff", "0000", "7f3b", "abcd"].map((head) => head.padEnd(32, "0"))),
    texts("attributes.run_name", ["mlp-1", "MLP-2", "cnn", "学習率", "İstanbul", "0.125x"]),
    texts("attributes.status", ["finished", "failed", "finished", "killed", "running", "finished"], { kind: "status" }),
    numbers("attributes.start_time", [0, 86400000, 86400001, 2 * 86400000, 1e12, 1.1e12], { kind: "time" }),
    numbers("attributes.duration", [125, 125, 125, 125, 125, 125], { kind: "duration" }),
    numbers("attributes.has_page", [77, 77, 77, 77, 77, 77]),
    texts("params.lr", ["0.125", "0.12", "1e-3", null, "", "12"]),
    sparse(texts, "tags.team", [null, "mlp fans", null, null, "blue", null]),
    numbers("metrics.loss", [0.125, -0.129, 0.13, NaN, null, Infinity]),
    numbers("metrics:min.loss", [555, 555, 555, 555, 555, 555]),
    sparse(numbers, "metrics.rare", [null, 12.5, null, 0, null, null]),
  ],
});

const words = ["mlp", "MLP", "0.12", "0.13", "12", "0", "7f3a", "7f", "7f3b000", "1970-01-02", "1970-01", "failed"];
const more = ["学習", "blue", "fans", "x", "zzz", "125", "555", "77", "istanbul", "nan", "1e-3", "-0.12", "İ", "."];

function found(text, withContains) {
  const api = columns.queryApi();
  if (!withContains) delete api.contains;
  const predicate = query.compile({ type: "text", text }, api);
  return Array.from({ length: N }, (_, row) => row).filter(predicate);
}

for (const word of [...words, ...more]) {
  test(`"${word}" is found where filter.js finds it`, () => assert.deepEqual(found(word, true), found(word, false)));
}

test("what is found", () => {
  assert.deepEqual(found("mlp", true), [0, 1]);
  assert.deepEqual(found("0.12", true), [0, 1, 5]);
  assert.deepEqual(found("7f3a", true), [0]);
  assert.deepEqual(found("1970-01-02", true), [1, 2]);
  assert.deepEqual(found("555", true), []);
  assert.deepEqual(found("77", true), []);
});

test("words side by side must all be there, in any column", () => {
  const { tree } = query.parse("mlp failed");
  const predicate = query.compile(tree, columns.queryApi());
  assert.deepEqual([0, 1, 2, 3, 4, 5].filter(predicate), [1]);
});
