/** Packed arrays, bitmaps and the search in sorted arrays. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const path = require("node:path");

const arrays = require(path.join(__dirname, "../../templates/js/lib/arrays.js"));

/** What the builder writes. */
function pack(t, typed) {
  return { t, b: Buffer.from(typed.buffer, typed.byteOffset, typed.byteLength).toString("base64") };
}

test("every type comes back bit for bit", () => {
  const cases = {
    f64: new Float64Array([0.1, -0, NaN, Infinity, -Infinity, 5e-324]),
    f32: new Float32Array([0.5, NaN, -Infinity]),
    i32: new Int32Array([-2147483648, 7]),
    u32: new Uint32Array([4294967295, 0]),
    u16: new Uint16Array([65535]),
    u8: new Uint8Array([0, 255]),
  };
  for (const [t, typed] of Object.entries(cases)) {
    const decoded = arrays.decode(pack(t, typed));
    assert.equal(decoded.constructor, typed.constructor);
    assert.deepEqual(decoded, typed);
  }
});

test("an empty array is empty", () => {
  assert.equal(arrays.decode({ t: "f64", b: "" }).length, 0);
});

test("an unknown type is named", () => {
  assert.throws(() => arrays.decode({ t: "f16", b: "" }), /f16/);
});

test("bits are read from the low end of each byte", () => {
  const bitmap = new Uint8Array([0b00000101, 0b10000000]);
  const set = Array.from({ length: 16 }, (_, i) => i).filter((i) => arrays.hasBit(bitmap, i));
  assert.deepEqual(set, [0, 2, 15]);
});

test("places in a sorted array", () => {
  const rows = new Uint32Array([3, 5, 9]);
  assert.deepEqual([0, 3, 4, 9, 10].map((row) => arrays.lowerBound(rows, row)), [0, 0, 1, 2, 3]);
  assert.deepEqual([3, 4, 9, 10].map((row) => arrays.indexOfSorted(rows, row)), [0, -1, 2, -1]);
  assert.equal(arrays.indexOfSorted(new Uint32Array(0), 1), -1);
});

test("hex digits keep their leading zeros", () => {
  assert.equal(arrays.hex(new Uint8Array([9, 0, 10, 255]), 1, 3), "000aff");
});
