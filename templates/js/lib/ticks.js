/**
 * Where texts stand beside a plot: ticks of a logarithmic axis of steps, and names at the ends of lines.
 */
(function (reporter) {
  "use strict";

  /** As many as an axis has room for. */
  const MOST_TICKS = 7;

  /** Multiples of each power of ten, from dense to sparse. */
  const MANTISSAS = [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 5], [1, 3], [1]];

  /** Multiples of every `stride`-th power of ten between two positive numbers. */
  function multiples(low, high, mantissas, stride) {
    const ticks = [];
    const first = Math.floor(Math.log10(low) / stride) * stride;
    for (let power = first; power <= Math.log10(high); power += stride) {
      for (const mantissa of mantissas) ticks.push(Number(`${mantissa}e${power}`));
    }
    return ticks.filter((tick) => tick >= low && tick <= high);
  }

  function positiveTicks(low, high) {
    for (const mantissas of MANTISSAS) {
      const ticks = multiples(low, high, mantissas, 1);
      if (ticks.length <= MOST_TICKS) return ticks;
    }
    const decades = Math.log10(high) - Math.log10(low);
    return multiples(low, high, [1], Math.ceil(decades / MOST_TICKS));
  }

  /**
   * Ticks of a logarithmic axis, or of one that is linear around zero and logarithmic beyond: round
   * numbers, and zero where it is on the axis.
   *
   * @param {number} low
   * @param {number} high  not less than `low`
   * @returns {number[] | null}  ascending, all between the two; null where they are too close for
   *   round numbers to tell anything, and on an axis that reaches below zero
   */
  function logTicks(low, high) {
    if (low < 0 || !Number.isFinite(high) || high <= 0) return null;
    const ticks = low === 0 ? [0, ...positiveTicks(Math.min(1, high), high)] : positiveTicks(low, high);
    return ticks.length > 1 ? ticks : null;
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
