/**
 * Where texts stand beside a plot: ticks of logarithmic axes and of times, and names at the ends of lines.
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

  const [SECOND, MINUTE, HOUR, DAY] = [1e3, 6e4, 36e5, 864e5];

  /** Distances that people count time in, and what is printed at such ticks (of d3-time-format). */
  const CLOCKS = [
    { format: "%H:%M:%S", steps: [1, 2, 5, 10, 15, 30].map((n) => n * SECOND) },
    { format: "%H:%M", steps: [1, 2, 5, 10, 15, 30].map((n) => n * MINUTE) },
    { format: "%H:%M", steps: [1, 2, 3, 6, 12].map((n) => n * HOUR) },
    { format: "%-d %b", steps: [1, 2, 5, 10].map((n) => n * DAY) },
  ];
  /** Of months, which are of unequal length. */
  const MONTHS = [1, 2, 3, 6, 12, 24, 60, 120];
  const MONTH_MS = 30.4 * DAY;
  const FINEST = "%H:%M:%S.%L";
  const WITH_DAY = "%-d %b %H:%M";
  /** Of a time that stands alone. */
  const ALONE = "%-d %b %Y %H:%M";
  const MOST_TIMES = 6;

  /**
   * Ticks of an axis of times.
   *
   * @param {number} low  milliseconds since 1970
   * @param {number} high
   * @returns {{ticks: number[] | null, format: string}}  no ticks where the two are one
   */
  function timeTicks(low, high) {
    const span = high - low;
    if (!(span > 0)) return { ticks: null, format: ALONE };
    const isRoomy = (step) => span / step <= MOST_TIMES;
    if (!isRoomy(10 * DAY)) return monthTicks(low, high, MONTHS.find((n) => isRoomy(n * MONTH_MS)) || MONTHS[MONTHS.length - 1]);
    const clock = CLOCKS.find(({ steps }) => isRoomy(steps[steps.length - 1])) || CLOCKS[CLOCKS.length - 1];
    const isFine = span < SECOND * 2;
    const step = isFine ? 10 ** Math.ceil(Math.log10(span / MOST_TIMES)) : clock.steps.find(isRoomy);
    const ticks = [];
    for (let at = Math.ceil(low / step) * step; at <= high; at += step) ticks.push(at);
    const isOverDays = clock.format !== "%-d %b" && Math.floor(low / DAY) !== Math.floor(high / DAY);
    return { ticks, format: isFine ? FINEST : isOverDays ? WITH_DAY : clock.format };
  }

  /** The first of every so many months, counted from the year 0. */
  function monthTicks(low, high, stride) {
    const start = new Date(low);
    const first = Math.floor((start.getUTCFullYear() * 12 + start.getUTCMonth()) / stride) * stride;
    const ticks = [];
    for (let month = first, at = low; at <= high; month += stride) ticks.push((at = Date.UTC(Math.floor(month / 12), month % 12)));
    return { ticks: ticks.filter((at) => at >= low && at <= high), format: stride % 12 ? "%b %Y" : "%Y" };
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

  reporter.ticks = { logTicks, timeTicks, spread };
  if (typeof module === "object") module.exports = reporter.ticks;
})((globalThis.reporter = globalThis.reporter || {}));
