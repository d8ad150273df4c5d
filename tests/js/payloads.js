/** Makes the data files' records from plain values, as reporter/site/payload.py does. */
"use strict";

const path = require("node:path");

const LIB = path.join(__dirname, "../../templates/js/lib");
const TYPES = { f64: Float64Array, u8: Uint8Array, u16: Uint16Array, u32: Uint32Array };

/** Load scripts of js/lib in the order given; each registers on the one global. */
function load(...names) {
  for (const name of names) require(path.join(LIB, `${name}.js`));
  return globalThis.reporter;
}

function pack(t, values) {
  const typed = TYPES[t].from(values);
  return { t, b: Buffer.from(typed.buffer).toString("base64") };
}

function bitmap(flags) {
  const bytes = new Uint8Array(Math.ceil(flags.length / 8));
  flags.forEach((flag, i) => flag && (bytes[i >> 3] |= 1 << (i & 7)));
  return Buffer.from(bytes).toString("base64");
}

/** A column of numbers, times or durations; null is what was not logged. */
function numbers(id, values, more = {}) {
  const missing = values.map((value) => value === null);
  return {
    id,
    kind: "number",
    values: pack("f64", values.map((value) => value ?? 0)),
    ...(missing.includes(true) ? { missing: bitmap(missing) } : {}),
    ...more,
  };
}

/** A column of texts or states. */
function texts(id, values, more = {}) {
  const dictionary = [...new Set(values.filter((value) => value !== null))];
  return { id, kind: "text", codes: pack("u16", values.map((value) => dictionary.indexOf(value) + 1)), dictionary, ...more };
}

/** The same column with entries only for the rows that have one. */
function sparse(make, id, values, more = {}) {
  const rows = values.flatMap((value, row) => (value === null ? [] : [row]));
  return { ...make(id, rows.map((row) => values[row])), ...more, rows: pack("u32", rows) };
}

function ids(values) {
  return { id: "attributes.run_id", kind: "id", values: { t: "u8", b: Buffer.from(values.join(""), "hex").toString("base64") } };
}

module.exports = { load, pack, numbers, texts, sparse, ids };
