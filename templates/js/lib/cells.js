/**
 * What a cell of the runs table says: the text shown, the exact value, and what marks it.
 *
 * The builder prints the first rows by the same rules. This file knows no element.
 *
 * @typedef {object} Cell
 * @property {string} text  "–" when nothing was logged
 * @property {string} exact  as logged, for the title; "" when nothing was
 * @property {"" | "na" | "nan" | "best"} mark  a CSS class
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./arrays.js");
    require("./format.js");
  }
  const { format } = reporter;

  const NOT_LOGGED = Object.freeze({ text: format.MISSING, exact: "", mark: "na" });
  const ID_DIGITS = 8;

  /** Columns of texts that hold digests: the first digits tell them apart. */
  const DIGESTS = new Set(["attributes.commit", "attributes.parent"]);
  const DIGEST = /^[0-9a-f]{32,64}$/;

  /** Far beyond what a cell can show; the whole text is in the title. */
  const MAX_SHOWN = 300;

  /** The numbers of a column, without what was not logged. */
  function loggedNumbers(column) {
    const { values, missing } = column;
    return missing === null ? values : values.filter((_, entry) => column.hasEntry(entry));
  }

  /** The best value of a metric with a direction; NaN when there is none. */
  function bestOf(numbers, direction) {
    if (!direction) return NaN;
    const sign = direction === "min" ? -1 : 1;
    let best = NaN;
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i];
      if (Number.isFinite(number) && !(number * sign <= best * sign)) best = number;
    }
    return best;
  }

  function capitalised(word) {
    return word.charAt(0).toUpperCase() + word.slice(1);
  }

  function textCell(text) {
    if (text === "") return { text: '""', exact: "", mark: "" };
    return { text: text.length > MAX_SHOWN ? text.slice(0, MAX_SHOWN) : text, exact: text, mark: "" };
  }

  function idCell(id) {
    return { text: id.slice(0, ID_DIGITS), exact: id, mark: "" };
  }

  function durationExact(durationMs) {
    return `${durationMs} ms`;
  }

  /**
   * @param {{newestMs: number | null}} report  time of its newest event
   * @returns {(column: import("./columns.js").Column, row: number) => Cell}
   */
  function createCells({ newestMs }) {
    const newest = newestMs === null ? NaN : newestMs;
    const yearOfNewest = new Date(newest).getUTCFullYear();
    const styles = new WeakMap();

    /** Precision and best value, found once a column. */
    function styleOf(column) {
      if (!styles.has(column)) {
        const numbers = loggedNumbers(column);
        styles.set(column, { decimals: format.columnDecimals(numbers), best: bestOf(numbers, column.direction) });
      }
      return styles.get(column);
    }

    function numberCell(column, number, row) {
      const { decimals, best } = styleOf(column);
      const mark = !Number.isFinite(number) ? "nan" : number === best ? "best" : "";
      const text = format.number(number, decimals);
      if (column.payload.estimated?.has(row)) return { text: `≈ ${text}`, exact: `about ${number}, from the points that charts show`, mark };
      return { text, exact: String(number), mark };
    }

    const byKind = {
      text: (column, row) => {
        const text = column.text(row);
        return DIGESTS.has(column.id) && DIGEST.test(text) ? idCell(text) : textCell(text);
      },
      status: (column, row) => textCell(capitalised(column.text(row))),
      number: (column, row) => numberCell(column, column.number(row), row),
      time: (column, row) => {
        const time = column.number(row);
        return { text: format.time(time, yearOfNewest), exact: format.timeExact(time), mark: "" };
      },
      duration: (column, row) => {
        const duration = column.number(row);
        return { text: format.duration(duration), exact: durationExact(duration), mark: "" };
      },
      id: (column, row) => idCell(column.text(row)),
    };

    return (column, row) => (column.has(row) ? byKind[column.kind](column, row) : NOT_LOGGED);
  }

  reporter.createCells = createCells;
  if (typeof module === "object") module.exports = { createCells };
})((globalThis.reporter = globalThis.reporter || {}));
