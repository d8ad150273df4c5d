/**
 * Packed arrays of the data files: {"t": "f64", "b": "<base64, little-endian>"} to typed arrays.
 *
 * Every browser of today runs on little-endian machines, so bytes are viewed as they are. This file
 * knows nothing of what an array means.
 */
(function (reporter) {
  "use strict";

  /**
   * @typedef {object} Packed
   * @property {"f64"|"f32"|"i32"|"u32"|"u16"|"u8"} t
   * @property {string} b  base64
   *
   * @typedef {Float64Array|Float32Array|Int32Array|Uint32Array|Uint16Array|Uint8Array} TypedArray
   */

  const TYPES = {
    f64: Float64Array,
    f32: Float32Array,
    i32: Int32Array,
    u32: Uint32Array,
    u16: Uint16Array,
    u8: Uint8Array,
  };

  function bytesByHand(text) {
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  }

  /**
   * @param {string} text  base64
   * @returns {Uint8Array}
   */
  function decodeBytes(text) {
    return Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : bytesByHand(text);
  }

  /**
   * @param {Packed} packed
   * @returns {TypedArray}
   */
  function decode(packed) {
    const Type = TYPES[packed.t];
    if (!Type) throw new TypeError(`unknown array type ${packed.t}`);
    const bytes = decodeBytes(packed.b);
    return new Type(bytes.buffer, bytes.byteOffset, bytes.byteLength / Type.BYTES_PER_ELEMENT);
  }

  /**
   * @param {Uint8Array} bitmap  bit i & 7 of byte i >> 3
   * @param {number} i
   * @returns {boolean}
   */
  function hasBit(bitmap, i) {
    return ((bitmap[i >> 3] >> (i & 7)) & 1) === 1;
  }

  /**
   * @param {ArrayLike<number>} sorted  ascending
   * @param {number} wanted
   * @returns {number}  where `wanted` is, or -1
   */
  function indexOfSorted(sorted, wanted) {
    const at = lowerBound(sorted, wanted);
    return at < sorted.length && sorted[at] === wanted ? at : -1;
  }

  /**
   * @param {ArrayLike<number>} sorted  ascending
   * @param {number} wanted
   * @returns {number}  the first place whose value is not less than `wanted`
   */
  function lowerBound(sorted, wanted) {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle] < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

  /**
   * @param {Uint8Array} bytes
   * @param {number} start
   * @param {number} length  in bytes
   * @returns {string}  hex digits
   */
  function hex(bytes, start, length) {
    let text = "";
    for (let i = start; i < start + length; i++) text += HEX[bytes[i]];
    return text;
  }

  reporter.arrays = { decode, decodeBytes, hasBit, indexOfSorted, lowerBound, hex };
  if (typeof module === "object") module.exports = reporter.arrays;
})((globalThis.reporter = globalThis.reporter || {}));
