/**
 * Where texts stand beside a plot: ticks of a logarithmic axis of steps, and names at the ends of lines.
 */
(function (reporter) {
  "use strict";

  /** Below this ratio of ends, powers of ten would leave an axis with one tick or none. */
  const FEW_DECADES = 30;

  function multiples(most, mantissas) {
    const ticks = [];
    for (let power = 1; power <= most; power *= 10) for (const mantissa of mantissas) ticks.push(mantissa * power);
    return ticks;
  }

  /**
   * Ticks of an axis that is linear around zero and logarithmic beyond: zero, and powers of ten with
   * their doubles and halves where there are few.
   *
   * @param {number} low
   * @param {number} high  not less than `low`
   * @returns {number[]}  ascending, all between the two
   */
  function logTicks(low, high) {
    const size = Math.max(Math.abs(low), Math.abs(high));
    const isNarrow = low > 0 && high / low < FEW_DECADES;
    const positive = multiples(size, isNarrow || size < FEW_DECADES ? [1, 2, 5] : [1]);
    const all = [...positive.map((tick) => -tick).reverse(), 0, ...positive];
    return all.filter((tick) => tick >= low && tick <= high);
  }

  /**
   * Push texts apart that would overlap, each as little as can be.
   *
   * @param {number[]} wanted  where each should stand
   * @param {number} gap  least distance of two
   * @param {number} low
   * @param {number} high  none stands outside, unless there is no room for all
   * @returns {number[]}  in the order of `wanted`
   */
  function spread(wanted, gap, low, high) {
    /* Texts that touch form a block, which stands where its members want it on average: `sum` adds up
       where each of them would have the block begin. */
    const begin = ({ members, sum }) => Math.max(low, Math.min(sum / members.length, high - (members.length - 1) * gap));
    const overlap = (above, below) => begin(above) + above.members.length * gap > begin(below);
    const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b] || a - b);
    const blocks = [];
    for (const i of order) {
      let block = { members: [i], sum: wanted[i] };
      while (blocks.length && overlap(blocks[blocks.length - 1], block)) block = join(blocks.pop(), block, gap);
      blocks.push(block);
    }
    const places = new Array(wanted.length);
    for (const block of blocks) block.members.forEach((i, rank) => (places[i] = begin(block) + rank * gap));
    return places;
  }

  function join(above, below, gap) {
    const shift = above.members.length * below.members.length * gap;
    return { members: [...above.members, ...below.members], sum: above.sum + below.sum - shift };
  }

  reporter.ticks = { logTicks, spread };
  if (typeof module === "object") module.exports = reporter.ticks;
})((globalThis.reporter = globalThis.reporter || {}));
