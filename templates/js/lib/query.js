/**
 * The text of the search box read as a tree.
 *
 *   reporter.query.parse(text, known?) -> {ok: true, tree, mode: "filter" | "text", notes}
 *                                       | {ok: false, error: {message, position, expected}}
 *   reporter.query.print(tree) -> text
 *
 * What parses as a filter is one (mode "filter"). Anything else is read once more with what only
 * the box has (mode "text"): words and quoted texts that are looked for everywhere, `key:value`, `-`
 * before what must not match, and conditions side by side, all of which must hold. What fits
 * neither is an error, whose position counts UTF-16 units while the column in its message counts
 * characters. `known` (column ids, or the api of filter.js) only adds notes on keys that no column
 * has: {message, position, end}.
 */
(function (reporter) {
  "use strict";

  const { AGGREGATES, head, nearest } = reporter.names;
  const { print, printKey, columnIds } = reporter.tree;
  const { Reader, QueryError, CONDITION, SYMBOLS, SPACE } = reporter.grammar;

  const WORD = new RegExp(`[^${SPACE}()=<>"\`]*`, "y");

  /** Operators that are words, with what must follow; without it they are words to look for. */
  const WORD_OPERATOR = new RegExp(
    "^(not\\s+)?(in\\s*\\(|[ir]?like\\s*['\"%]|between\\s+\\S+\\s+and\\s)|^is\\s+(not\\s+)?null\\b",
    "i",
  );

  /** Reads what only the search box has, besides filters. */
  class BoxReader extends Reader {
    /** Conditions side by side must all hold. */
    hasAnother() {
      if (this.takeWord("AND")) return true;
      if (this.isAtEnd() || this.peek() === ")") return false;
      const start = this.at;
      const isOr = this.takeWord("OR");
      this.at = start;
      return !isOr;
    }

    takeNot() {
      if (this.takeWord("NOT")) return true;
      const isDash = this.peek() === "-" && !/^-(\s|$)/.test(this.text.slice(this.at, this.at + 2));
      if (isDash) this.at++;
      return isDash;
    }

    leaf() {
      const start = this.at;
      const keyCount = this.keys.length;
      const { key, error } = this.tryKey();
      if (this.isCompared()) {
        if (error) throw error;
        return this.condition(key);
      }
      if (key && this.isToken(key)) return { type: "has", key, value: this.tokenValue() };
      this.at = start;
      this.keys.length = keyCount;
      return this.freeText(error);
    }

    /** Read a key, or step over what should have been one. */
    tryKey() {
      const start = this.at;
      try {
        return { key: this.key() };
      } catch (error) {
        if (!(error instanceof QueryError)) throw error;
        this.at = start;
        this.run(WORD);
        return { error };
      }
    }

    aggregate() {
      const isOne = AGGREGATES.some((name) => this.text.startsWith(`:${name}`, this.at));
      return isOne ? super.aggregate() : "";
    }

    /** Look ahead for an operator: a sign, or a word with what must follow it. */
    isCompared() {
      const rest = this.text.slice(this.at).trimStart();
      return SYMBOLS.some((sign) => rest.startsWith(sign)) || WORD_OPERATOR.test(rest);
    }

    /** Look ahead for ":value", but leave clock times, addresses (s3://…) and drives (C:\…) alone. */
    isToken(key) {
      const isTime = key.group === "" && reporter.quantity.readNumber(key.name) !== null;
      return !isTime && /^:(?!\/\/|\\)[^\s()=<>]/.test(this.text.slice(this.at));
    }

    tokenValue() {
      this.at++;
      return this.isMark("'\"") ? this.quoted() : this.run(WORD);
    }

    /** Read a word or quoted text; a whole key such as params.lr is a filter not yet finished. */
    freeText(error) {
      if (this.isMark("'\"")) return { type: "text", text: this.quoted() };
      const start = this.at;
      const text = this.run(WORD);
      if (text === "" && error) throw error;
      if (text === "" || /^(and|or|not)$/i.test(text)) {
        this.at = start;
        this.fail(CONDITION);
      }
      if (/^(metrics|params|tags|attributes)\../.test(text)) {
        if (error) throw error;
        this.fail("a comparison such as = or LIKE");
      }
      if (!error && /^\D.*:$/su.test(text)) this.fail("a value after :", UNFINISHED_TOKEN);
      return { type: "text", text };
    }
  }

  /** Where somebody is still typing, or has typed a space. */
  const UNFINISHED_TOKEN = "It follows without a space; text that ends with a colon stands in quotes.";

  /** Say which keys no column has, and which bare keys several have. */
  function notesOf(keys, known) {
    const ids = new Set(Array.isArray(known) ? known : known.columns());
    const notes = [];
    for (const { key, position, end } of keys) {
      if (key.group === "attributes" || key.group === "datasets") continue;
      const wanted = columnIds(key);
      const found = wanted.filter((id) => ids.has(id) || id.startsWith("attributes."));
      if (found.length === 0) notes.push({ position, end, message: unknownMessage(key, ids) });
      else if (found.length > 1 && key.group === "") {
        const message = `${key.name} means ${found[0]} where a run has it, else ${found[1]}.`;
        notes.push({ position, end, message });
      }
    }
    return notes;
  }

  function unknownMessage(key, ids) {
    const groups = key.group ? [key.group] : ["params", "metrics", "tags"];
    const names = [...ids].filter((id) => groups.includes(head(id)));
    const near = nearest(key.name, names.map((id) => id.slice(id.indexOf(".") + 1)));
    const what = { params: "param", metrics: "metric", tags: "tag" }[key.group];
    const hint = near ? ` Did you mean ${near}?` : "";
    return `No run has a ${what ?? "param, metric or tag"} ${printKey(key)}.${hint}`;
  }

  function attempt(reader) {
    try {
      return { tree: reader.all(), keys: reader.keys };
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      return { error };
    }
  }

  /**
   * Read the text of the search box.
   * @param {string} text
   * @param {string[] | {columns: () => string[]}} [known]  for notes
   * @returns {{ok: true, tree: Tree, mode: "filter" | "text", notes: object[]}
   *   | {ok: false, error: {message: string, position: number, expected: string}}}
   */
  function parse(text, known) {
    const filter = attempt(new Reader(text));
    const read = filter.tree ? filter : attempt(new BoxReader(text));
    if (!read.tree) {
      const { message, position, expected } = read.error;
      return { ok: false, error: { message, position, expected } };
    }
    const notes = known ? notesOf(read.keys, known) : [];
    return { ok: true, tree: read.tree, mode: filter.tree ? "filter" : "text", notes };
  }

  reporter.query = Object.assign(reporter.query || {}, { parse, print });
  if (typeof module === "object") module.exports = reporter.query;
})((globalThis.reporter = globalThis.reporter || {}));
