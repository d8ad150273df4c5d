/**
 * The columns of the runs table: what the data files hold, decoded when first asked for.
 *
 * A row is a run's ordinal. A column keeps its values as typed arrays: numbers as they are, texts as
 * codes into a dictionary, and columns that few runs have as two short arrays (rows and values).
 * What is made of a metric beside its last value has the id "metrics:min.loss": the group before the
 * first point says what, so that a metric may be named "loss:min". The filter language and older
 * links say "metrics.loss:min". Such columns come when they are asked for: see `onAsked`.
 * This file knows nothing of formats, orders or elements.
 *
 * @typedef {"text"|"number"|"time"|"duration"|"id"|"status"} Kind
 *
 * @typedef {object} ColumnPayload  as in a data file
 * @property {string} id  "metrics.val_loss"
 * @property {Kind} kind
 * @property {string} [label]
 * @property {boolean} [differs]
 * @property {string} [unit]
 * @property {"min"|"max"|""} [direction]
 * @property {string} [description]
 * @property {import("./arrays.js").Packed | Float64Array} [values]  of number, time, duration and id (16 bytes a run)
 * @property {string} [missing]  base64 bitmap; a bit is set where nothing was logged
 * @property {import("./arrays.js").Packed} [codes]  of text and status; 0 = not logged
 * @property {string[]} [dictionary]
 * @property {import("./arrays.js").Packed} [rows]  ascending; only these runs have an entry
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./arrays.js");
    require("./quantity.js");
  }
  const { arrays, quantity } = reporter;

  const ID_BYTES = 16;
  const GROUPS = { attributes: "Run", params: "Params", metrics: "Metrics", tags: "Tags" };
  const NAME = "attributes.run_name";
  const HAS_PAGE = "attributes.has_page";
  const NEVER_OFFERED = new Set([NAME, HAS_PAGE, "attributes.parent"]);

  /** What of a metric a column shows, as its heading says it. */
  const AGGREGATES = new Map([
    ["best", "best"],
    ["best_step", "step of best"],
    ["min", "min"],
    ["min_step", "step of min"],
    ["max", "max"],
    ["max_step", "step of max"],
    ["mean", "mean"],
    ["count", "points"],
  ]);
  const SHORT_AGGREGATE = new RegExp(`^metrics\\.(.*):(${[...AGGREGATES.keys()].join("|")})$`, "s");

  /** "metrics:min.loss" for "metrics.loss:min"; any other id as it is. */
  function canonicalId(id) {
    return id.replace(SHORT_AGGREGATE, (_, key, name) => `metrics:${name}.${key}`);
  }

  /** "min" of "metrics:min.loss"; "" of every other id. */
  function aggregateOf(id) {
    return id.startsWith("metrics:") ? id.slice("metrics:".length, id.indexOf(".")) : "";
  }

  const decoded = (packed) => (ArrayBuffer.isView(packed) ? packed : arrays.decode(packed));

  /** A property computed when first read. */
  function lazily(target, name, compute) {
    Object.defineProperty(target, name, {
      configurable: true,
      get() {
        const value = compute();
        Object.defineProperty(target, name, { value });
        return value;
      },
    });
  }

  /** The number that each text of a dictionary stands for; null when one of them is none. */
  function numbersOf(dictionary) {
    const numbers = new Float64Array(dictionary.length);
    for (let i = 0; i < dictionary.length; i++) {
      const number = quantity.readNumber(dictionary[i]);
      if (number === null) return null;
      numbers[i] = number;
    }
    return dictionary.length ? numbers : null;
  }

  function bitsOf(missing) {
    if (!missing) return null;
    return ArrayBuffer.isView(missing) ? missing : arrays.decodeBytes(missing);
  }

  /** One column. Entries are its stored values; an entry is a row unless the column is sparse. */
  class Column {
    /**
     * @param {ColumnPayload} payload
     * @param {number} n  rows of the table
     */
    constructor(payload, n) {
      const point = payload.id.indexOf(".");
      this.id = payload.id;
      this.kind = payload.kind;
      this.key = payload.id.slice(point + 1);
      this.label = payload.label || this.key;
      this.aggregate = aggregateOf(payload.id);
      this.group = GROUPS[payload.id.slice(0, point).split(":")[0]] || "Run";
      this.differs = payload.differs !== false;
      this.unit = payload.unit || "";
      this.direction = payload.direction || "";
      this.description = payload.description || "";
      this.n = n;
      this.isSparse = Boolean(payload.rows);
      this.isText = payload.kind === "text" || payload.kind === "status";
      this.dictionary = payload.dictionary || [];
      lazily(this, "rows", () => (payload.rows ? decoded(payload.rows) : null));
      lazily(this, "values", () => decoded(this.isText ? payload.codes : payload.values));
      lazily(this, "missing", () => bitsOf(payload.missing));
      this.payload = payload;
      lazily(this, "entryNumbers", () => (this.isText && this.group !== "Run" ? numbersOf(this.dictionary) : null));
    }

    /** What of the metric it shows, in words; "" for its last value. */
    get word() {
      return this.payload.word ?? AGGREGATES.get(this.aggregate) ?? this.aggregate;
    }

    /** Whether values stand at the right of their cells. */
    get isNumeric() {
      return this.kind === "number" || this.kind === "duration" || (this.isText && this.entryNumbers !== null);
    }

    /** How many entries are stored. */
    get length() {
      return this.isSparse ? this.rows.length : this.n;
    }

    /** @returns {number} the row of an entry */
    rowOf(entry) {
      return this.isSparse ? this.rows[entry] : entry;
    }

    /** @returns {number} the entry of a row, or -1 when nothing was logged */
    entryOf(row) {
      const entry = this.isSparse ? arrays.indexOfSorted(this.rows, row) : row;
      return entry >= 0 && this.hasEntry(entry) ? entry : -1;
    }

    hasEntry(entry) {
      if (this.isText) return this.values[entry] !== 0;
      return this.missing === null || !arrays.hasBit(this.missing, entry);
    }

    /** @returns {boolean} whether something was logged (a logged NaN or "" was) */
    has(row) {
      return this.entryOf(row) >= 0;
    }

    /** @returns {number} of number, time and duration; NaN when nothing was logged, or NaN was */
    number(row) {
      const entry = this.entryOf(row);
      return entry < 0 ? NaN : this.values[entry];
    }

    /** @returns {string|null} of text, status and id; null when nothing was logged */
    text(row) {
      const entry = this.entryOf(row);
      if (entry < 0) return null;
      if (this.kind === "id") return arrays.hex(this.values, entry * ID_BYTES, ID_BYTES);
      return this.dictionary[this.values[entry] - 1];
    }
  }

  /** What filter.js asks of a column: see the top of that file. */
  function asQueried(column) {
    const queried = {
      kind: column.kind,
      has: (row) => column.has(row),
      number: (row) => column.number(row),
      text: (row) => column.text(row),
    };
    if (column.isSparse || column.kind === "id" || column.missing !== null) return queried;
    if (!column.isText) return Object.assign(queried, { values: column.values });
    return Object.assign(queried, { dictionary: column.dictionary, codes: column.values });
  }

  /** All columns of one table, in the order of the data files. */
  class Columns {
    constructor() {
      /** Rows of the table; 0 before the first data file. */
      this.n = 0;
      /** @type {Map<string, Column>} */
      this.byId = new Map();
      this.queried = new Map();
      /** Ids of columns of metrics that are not here and were asked for. @type {Set<string>} */
      this.asked = new Set();
      /** Called when one more was asked for. */
      this.onAsked = () => undefined;
    }

    /** @param {{n: number, columns: ColumnPayload[]}} shard */
    add(shard) {
      this.n = shard.n;
      /** Of a table of several experiments: each run's place in its own. @type {Uint32Array | undefined} */
      this.ordinals = shard.ordinals;
      for (const payload of shard.columns) {
        this.byId.set(payload.id, new Column(payload, shard.n));
        this.queried.delete(payload.id);
      }
    }

    /** @param {string} id  by any spelling @returns {Column | undefined}  undefined until it is here */
    get(id) {
      const found = this.byId.get(id);
      if (found || !id.startsWith("metrics")) return found;
      const meant = canonicalId(id);
      if (!this.byId.has(meant)) this.ask(meant);
      return this.byId.get(meant);
    }

    ask(id) {
      if (!aggregateOf(id) || this.asked.has(id)) return;
      this.asked.add(id);
      this.onAsked(id);
    }

    /** Columns that a person may choose beside the name: no aggregates, nothing internal. */
    offered() {
      return [...this.byId.values()].filter(({ id }) => !NEVER_OFFERED.has(id) && !this.isAggregate(id));
    }

    /** Columns in which free text is looked for. */
    searched() {
      return [...this.byId.values()].filter(({ id }) => id !== HAS_PAGE && !this.isAggregate(id));
    }

    /** Whether the column is something else of a metric that has a column of its own. */
    isAggregate(id) {
      return aggregateOf(id) !== "";
    }

    /** What reporter.query.compile asks for; see the top of filter.js. */
    queryApi() {
      return {
        columns: () => [...this.byId.keys()],
        column: (id) => {
          const column = this.get(id);
          if (!column) return null;
          if (!this.queried.has(column.id)) this.queried.set(column.id, asQueried(column));
          return this.queried.get(column.id);
        },
        contains: (text) => reporter.search.contains(this, text),
      };
    }
  }

  const exported = { Column, Columns, NAME, HAS_PAGE, AGGREGATES, aggregateOf, canonicalId };
  Object.assign(reporter, exported);
  if (typeof module === "object") module.exports = exported;
})((globalThis.reporter = globalThis.reporter || {}));
