"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { decodeSeries, shardsOf } = require("../../templates/js/lib/series.js");

const base64 = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString("base64");
const packed = (t, array) => ({ t, b: base64(array) });

const A = "00112233445566778899aabbccddeeff";
const B = "ffeeddccbbaa99887766554433221100";

function makeRecord(changes = {}) {
  return {
    runs: Buffer.from(A + B, "hex").toString("base64"),
    n: [3, 20],
    offsets: [0, 3, 5],
    steps: { t: "range", start: [0, 10], by: [5, 1] },
    values: packed("f32", Float32Array.of(1, NaN, 3, 4, Infinity)),
    ...changes,
  };
}

const every = () => true;

test("series of all runs, with steps from start and distance", () => {
  const [a, b] = decodeSeries(makeRecord(), every);
  assert.equal(a.id, A);
  assert.equal(a.logged, 3);
  assert.deepEqual([...a.x], [0, 5, 10]);
  assert.deepEqual([...a.y], [1, NaN, 3]);
  assert.equal(b.id, B);
  assert.deepEqual([...b.x], [10, 11]);
  assert.deepEqual([...b.y], [4, Infinity]);
});

test("steps as they are", () => {
  for (const [t, Type] of [["i32", Int32Array], ["f64", Float64Array]]) {
    const steps = packed(t, Type.of(-1, 2, 7, 0, 2));
    const [a, b] = decodeSeries(makeRecord({ steps }), every);
    assert.deepEqual([...a.x], [-1, 2, 7]);
    assert.deepEqual([...b.x], [0, 2]);
  }
});

test("only the wanted runs", () => {
  const found = decodeSeries(makeRecord(), (id) => id === B);
  assert.deepEqual(found.map(({ id }) => id), [B]);
});

test("points logged without steps are counted, evenly among those logged", () => {
  const [a, b] = decodeSeries(makeRecord({ steps: { t: "range", start: [0, 0], by: [0, 0] } }), every, "index");
  assert.deepEqual([...a.x], [0, 1, 2]);
  assert.deepEqual([...b.x], [0, 19]);
});

test("a run without points", () => {
  const record = makeRecord({ n: [0, 5], offsets: [0, 0, 5], steps: { t: "range", start: [0, 0], by: [0, 1] } });
  const [a, b] = decodeSeries(record, every);
  assert.equal(a.y.length, 0);
  assert.deepEqual([...b.x], [0, 1, 2, 3, 4]);
});

test("data files that hold the runs' series, each once", () => {
  const shards = [["0", "a.js"], ["1", "a.js"], ["ff", "b.js"]];
  assert.deepEqual(shardsOf(shards, null), ["a.js", "b.js"]);
  assert.deepEqual(shardsOf(shards, [A]), ["a.js"]);
  assert.deepEqual(shardsOf(shards, [A, B]), ["a.js", "b.js"]);
  assert.deepEqual(shardsOf([["", "all.js"]], [B]), ["all.js"]);
  assert.deepEqual(shardsOf(shards, []), []);
});

test("times are summed up from the way between points, also backwards", () => {
  const by = packed("u16", Uint16Array.of(0, 65535, 32768, 0, 65535));
  const [a, b] = decodeSeries(makeRecord({ times: { start: [7, 8], span: [1000, 65535], by } }), every);
  assert.deepEqual([...a.ms], [0, 1000, 500]);
  assert.deepEqual([...b.ms], [0, 65535]);
  assert.equal(decodeSeries(makeRecord(), every)[0].ms, null);
});

test("times to the millisecond, also those that run back", () => {
  const times = { start: [1000, 50], ms: packed("u16", Uint16Array.of(0, 400, 101, 0, 3)) };
  const [a, b] = decodeSeries(makeRecord({ times }), every);
  assert.deepEqual([[...a.ms], a.startMs], [[0, 200, 149], 1000]);
  assert.deepEqual([[...b.ms], b.startMs], [[2, 0], 48]);
});

test("points without steps stand where they say", () => {
  const places = packed("i32", Int32Array.of(0, 1, 2, 3, 19));
  const [, b] = decodeSeries(makeRecord({ places }), every, "index");
  assert.deepEqual([...b.x], [3, 19]);
});
