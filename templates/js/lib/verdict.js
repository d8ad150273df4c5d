/**
 * Whether a difference is real, in words: short, with its interval and n, and never more than that.
 *
 * The twin of reporter/site/verdicts.py; tests/shared/verdict_cases.json holds the words together.
 *
 * @typedef {object} Told
 * @property {string} question  "Is hidden 128 better?"
 * @property {string} short  "Probably."
 * @property {string} text  the rest
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./format.js");
    require("./contrast.js");
  }
  const { format, contrast } = reporter;

  const { ENOUGH_RUNS, LEAST_RUNS } = contrast;

  /** From the least of which anything is claimed to the most that are few. */
  const COUNTS = { 3: "Three", 4: "Four", 5: "Five", 6: "Six", 7: "Seven", 8: "Eight", 9: "Nine" };

  const isFew = ({ n, nBase }) => Math.min(n, nBase) < ENOUGH_RUNS;

  const SHORT = {
    few: () => "No claim.",
    constant: () => "No claim.",
    open: () => "Not shown.",
    unclear: () => "Unclear.",
    better: (found) => (isFew(found) ? "Probably." : "Yes, as far as these runs tell."),
    worse: (found) => (isFew(found) ? "Probably worse." : "No, it is worse."),
    other: (found) => (isFew(found) ? "Probably." : "Yes, as far as these runs tell."),
  };

  /** A p of 0.0004 is told as a bound: its digits mean nothing. */
  function pText(p) {
    if (Number.isNaN(p)) return "not defined";
    return p < 0.001 ? "p < 0.001" : `p = ${format.number(p, p < 0.1 ? 3 : 2)}`;
  }

  /** Digits that tell the ends of the interval apart from the difference. */
  const decimalsOf = ({ difference, low, high }) => format.columnDecimals([difference, low, high].filter(Number.isFinite));

  function question(name, direction) {
    return direction ? `Is ${name} better?` : `Is ${name} different?`;
  }

  function meanText(found, unit) {
    const decimals = decimalsOf(found);
    const size = format.number(Math.abs(found.difference), decimals) + (unit ? ` ${unit}` : "");
    const side = found.difference < 0 ? "lower" : "higher";
    if (found.difference === 0) return "The means are equal";
    return `The mean is ${size} ${side}`;
  }

  function intervalText(found) {
    const decimals = decimalsOf(found);
    const sign = (value) => (value > 0 ? "+" : "") + format.number(value, decimals);
    return `95% CI ${sign(found.low)} to ${sign(found.high)} (bootstrap, ${format.count(found.draws)} draws, seed 0)`;
  }

  function closing(found) {
    const { n, nBase } = found;
    if (!isFew(found)) return "";
    return `${COUNTS[Math.min(n, nBase)]} runs ${n === nBase ? "a side" : "on one side"} is few: do not claim more than the interval.`;
  }

  const REASONS = {
    few: ({ n, nBase }) => `A comparison needs ${LEAST_RUNS} runs a side, and here are ${n} against ${nBase}.`,
    constant: () => "All runs of each side have one value, so nothing is known of how much they scatter. Were they repetitions with the same seed?",
    open: () => "These runs do not tell the two apart.",
    unclear: () => "The interval and the test do not agree.",
  };

  /**
   * @param {import("./contrast.js").Contrast} found
   * @param {{name: string, direction: "min"|"max"|"", unit?: string, p?: number, compared?: number}} how
   *   `p`: adjusted for `compared` comparisons
   * @returns {Told & {claim: string}}
   */
  function tell(found, { name, direction, unit = "", p = found.p, compared = 1 }) {
    const claim = contrast.claim(found, direction, p);
    const parts = REASONS[claim] ? [REASONS[claim](found)] : [];
    if (claim !== "few" && claim !== "constant") {
      parts.push(`${meanText(found, unit)}, ${intervalText(found)}.`);
      parts.push(`Welch t: ${pText(p)}${compared > 1 ? ` (Holm, ${compared} comparisons)` : ""}.`);
      const chance = direction ? "beats a run of the baseline" : "has a larger value than one of the baseline";
      parts.push(`Chance that a run of it ${chance}: ${format.number(found.improvement, 2)}.`);
      parts.push(closing(found));
    }
    return { claim, question: question(name, direction), short: SHORT[claim](found), text: parts.filter(Boolean).join(" ") };
  }

  reporter.verdict = { tell, pText };
  if (typeof module === "object") module.exports = reporter.verdict;
})((globalThis.reporter = globalThis.reporter || {}));
