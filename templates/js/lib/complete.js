/**
 * What may follow in the search box: reporter.query.complete(text, caret, known).
 *
 *   -> [{insert, label, detail, from, to}]   best first; `insert` replaces the text from `from` to `to`
 *
 * `known` is the api of filter.js: keys come from columns(), values from the dictionaries. What
 * stands before the caret is cut into tokens, and the last few of them tell whether a key, an
 * operator or a value is due: a parser would refuse the unfinished text that completion is for.
 */
(function (reporter) {
  "use strict";

  const { ATTRIBUTES, GROUPS, MLFLOW_ATTRIBUTES, attributeName, head } = reporter.names;
  const { columnIds, printKey, printValue } = reporter.tree;
  const { Reader, QueryError, SPACE } = reporter.grammar;

  const MOST = 50;
  const MOST_WEIGHED = 1000;

  /** Quoted text (perhaps unfinished), a sign, or a run of anything else. */
  const TOKEN = new RegExp(
    `(?<quoted>(["'\`])(?:(?!\\2).|\\2\\2)*\\2?)|(?<sign>[<>!=]=?|<>|[(),])|(?<word>[^${SPACE}()<>!=,"'\`]+)`,
    "gs",
  );
  /** What stands at the place of an error. */
  const TYPED = new RegExp(`^[^${SPACE}()<>!=,"']*`);
  /** Columns that nobody asks for by name. */
  const UNOFFERED = /^attributes\.(has_page|parent|artifact_uri)$|:(min|max|mean|best|best_step|count)$/;
  const DETAILS = { params: "param", metrics: "metric", tags: "tag", attributes: "attribute", datasets: "data set" };
  const NUMBER_OPERATORS = ["=", "!=", "<", "<=", ">", ">=", "IN (", "BETWEEN", "IS NULL", "IS NOT NULL"];
  const TEXT_OPERATORS = ["=", "!=", "LIKE", "ILIKE", "RLIKE", "IN (", "NOT IN (", "<", ">"].concat(
    ["IS NULL", "IS NOT NULL"],
  );
  const STATUSES = ["FINISHED", "FAILED", "KILLED", "RUNNING", "UNFINISHED", "SCHEDULED"];

  const isOperator = (token) =>
    token !== undefined && token.kind !== "quoted" && /^([<>!=]=?|<>|[ir]?like|between)$/i.test(token.text);
  const isConnective = (token) =>
    token === undefined || token.text === "(" || /^(and|or|not)$/i.test(token.text);

  const unquoted = (text) => text.replace(/["'`]/g, "").toLowerCase();

  function tokens(text) {
    return Array.from(text.matchAll(TOKEN), ({ 0: token, index, groups }) => ({
      text: token,
      from: index,
      to: index + token.length,
      kind: groups.quoted ? "quoted" : groups.sign ? "sign" : "word",
    }));
  }

  /** Put a name and its quotes together again: params. and `learning rate` are two tokens. */
  function joined(list) {
    const keys = [];
    for (const token of list) {
      const before = keys.at(-1);
      const follows = before && before.to === token.from && before.text.endsWith(".");
      if (follows && token.kind === "quoted") {
        keys[keys.length - 1] = { ...before, text: before.text + token.text, to: token.to };
      } else keys.push(token);
    }
    return keys;
  }

  function readKey(text) {
    try {
      const reader = new Reader(text);
      const key = reader.key();
      return reader.isAtEnd() ? key : null;
    } catch (error) {
      if (error instanceof QueryError) return null;
      throw error;
    }
  }

  /** The token before the list of values that these tokens end in; undefined outside a list. */
  function beforeList(list) {
    for (let i = list.length - 1; i > 1; i--) {
      const { kind, text } = list[i];
      if (text === "(") return /^in$/i.test(list[i - 1].text) ? skipNot(list, i - 2) : undefined;
      if (text !== "," && (kind === "sign" || isConnective(list[i]))) return undefined;
    }
    return undefined;
  }

  const skipNot = (list, i) => (i > 0 && /^not$/i.test(list[i].text) ? list[i - 1] : list[i]);

  /**
   * Tell what is due after these tokens.
   * @returns {{due: "key" | "more" | "nothing"} | {due: "operator" | "value", key: Key}}
   */
  function expectation(list) {
    const last = list.at(-1);
    const listed = beforeList(list);
    if (isConnective(last) && !listed) return { due: "key" };
    const keyToken = isOperator(last) ? skipNot(list, list.length - 2) : listed;
    if (keyToken && (isOperator(last) || /^[(,]$/.test(last.text))) {
      const key = readKey(keyToken.text);
      return key ? { due: "value", key } : { due: "nothing" };
    }
    const key = !listed && isConnective(list.at(-2)) ? readKey(last.text) : null;
    return key ? { due: "operator", key } : { due: "more" };
  }

  // Candidates ----------------------------------------------------------------------------------

  /** The shortest text that means the column: its bare name when nothing else is called so. */
  function keyText(id, ids) {
    const group = head(id);
    const name = id.slice(group.length + 1);
    const bare = { group: "", name, aggregate: "" };
    const others = columnIds(bare).filter((each) => each !== id && ids.has(each));
    const isFree = group === "attributes" ? !GROUPS.has(name) : !attributeName(name);
    if (group === "attributes" && (MLFLOW_ATTRIBUTES.has(name) || (isFree && others.length === 0))) return name;
    if (group !== "attributes" && isFree && others.length === 0) return printKey(bare);
    return printKey({ group, name, aggregate: "" });
  }

  function keyCandidates(known, typed) {
    const ids = new Set(known.columns().filter((id) => !UNOFFERED.test(id) && DETAILS[head(id)]));
    const isQualified = typed.includes(".") && GROUPS.has(head(typed));
    return Array.from(ids, (id) => {
      const group = head(id);
      const name = id.slice(group.length + 1);
      const isWhole = isQualified || group === "datasets";
      // Written when it is offered: of 12,000 columns twelve are.
      const write = () => (isWhole ? printKey({ group, name, aggregate: "" }) : keyText(id, ids));
      return { get insert() { return write(); }, label: id, name, detail: DETAILS[group] };
    });
  }

  function columnOf(key, known) {
    return columnIds(key)
      .map((id) => known.column(id))
      .find((column) => column !== null);
  }

  function operatorCandidates(key, known) {
    const column = columnOf(key, known);
    const isNumeric = column
      ? ["number", "time", "duration"].includes(column.kind)
      : key.group === "metrics" || /^(time|duration)$/.test(ATTRIBUTES.get(key.name) ?? "");
    const operators = isNumeric ? NUMBER_OPERATORS : TEXT_OPERATORS;
    return operators.map((insert) => ({ insert, label: insert, detail: "" }));
  }

  /** Write a value as one types it: numbers as they are, text in quotes. */
  function valueText(text) {
    const isNumber = reporter.quantity.readNumber(text) !== null && /^[0-9.eE+-]+$/.test(text);
    return isNumber ? text : printValue(text);
  }

  /** Values that contain what was typed; a dictionary may hold 100,000. */
  function valueCandidates(key, known, typed) {
    const column = columnOf(key, known);
    const texts = column?.kind === "status" ? STATUSES : (column?.dictionary ?? []);
    const wanted = unquoted(typed);
    const found = [];
    for (let i = 0; i < texts.length && found.length < MOST_WEIGHED; i++) {
      const label = texts[i];
      if (label.toLowerCase().includes(wanted)) found.push({ insert: valueText(label), label, detail: "" });
    }
    return found;
  }

  function moreCandidates(known, typed) {
    const words = ["AND", "OR"].map((insert) => ({ insert, label: insert, detail: "" }));
    return [...words, ...keyCandidates(known, typed)];
  }

  // Choosing ------------------------------------------------------------------------------------

  /** 0: the name begins with what was typed, 1: with its group it does, 2: it contains it, 3: no. */
  function rank({ label, name = label }, typed) {
    if (name.toLowerCase().startsWith(typed)) return 0;
    if (label.toLowerCase().startsWith(typed)) return 1;
    return name.toLowerCase().includes(typed) ? 2 : 3;
  }

  function chosen(candidates, typed, from, to) {
    const wanted = unquoted(typed);
    const byRank = [[], [], [], []];
    for (const candidate of candidates) byRank[rank(candidate, wanted)].push(candidate);
    const found = [];
    for (const { insert, label, detail } of byRank.slice(0, 3).flat()) {
      if (insert !== typed) found.push({ insert, label, detail, from, to });
      if (found.length === MOST) break;
    }
    return found;
  }

  /** `key:val` is a token of its own: what follows the colon is a value. */
  function tokenValue(token, known) {
    const colon = token.kind === "word" ? token.text.lastIndexOf(":") : -1;
    const key = colon > 0 ? readKey(token.text.slice(0, colon).replace(/^-/, "")) : null;
    if (!key || !columnOf(key, known)) return null;
    const typed = token.text.slice(colon + 1);
    const candidates = valueCandidates(key, known, typed).map((each) => ({
      ...each,
      insert: /^[^\s()=<>"'`]+$/.test(each.label) ? each.label : `"${each.label.replaceAll('"', '""')}"`,
    }));
    return chosen(candidates, typed, token.from + colon + 1, token.to);
  }

  /**
   * Propose what may stand at the caret.
   * @param {string} text  of the search box
   * @param {number} caret  in UTF-16 units, as selectionStart
   * @param {{columns: () => string[], column: (id: string) => object | null}} known  see filter.js
   * @returns {{insert: string, label: string, detail: string, from: number, to: number}[]}
   */
  function complete(text, caret, known) {
    const list = joined(tokens(text.slice(0, caret)));
    const isTouching = list.length > 0 && list.at(-1).to === caret && list.at(-1).kind !== "sign";
    const token = isTouching ? list.pop() : { text: "", from: caret, to: caret, kind: "word" };
    const valueOfToken = tokenValue(token, known);
    if (valueOfToken) return valueOfToken;
    const { due, key } = expectation(list);
    const dash = due !== "value" && token.text.startsWith("-") ? 1 : 0;
    const typed = token.text.slice(dash);
    const candidates = {
      key: () => keyCandidates(known, typed),
      operator: () => [...operatorCandidates(key, known), ...moreCandidates(known, typed)],
      value: () => valueCandidates(key, known, typed),
      more: () => moreCandidates(known, typed),
      nothing: () => [],
    }[due]();
    return chosen(candidates, typed, token.from + dash, token.to);
  }

  /**
   * What a message proposes instead of what was typed: the key it says is near.
   * @param {string} text  of the search box
   * @param {{message: string, position: number, end?: number}} said  an error, or a note
   * @returns {{insert: string, from: number, to: number} | null}
   */
  function correction(text, { message, position, end }) {
    const [, near] = /Did you mean (.+)\?$/s.exec(message) ?? [];
    if (!near) return null;
    const word = TYPED.exec(text.slice(position))[0];
    if (end === undefined) return { insert: near, from: position, to: position + word.length };
    const group = GROUPS.get(head(text.slice(position, end))) ?? "";
    return { insert: printKey({ group, name: near, aggregate: "" }), from: position, to: end };
  }

  reporter.query = Object.assign(reporter.query || {}, { complete, correction });
  if (typeof module === "object") module.exports = reporter.query;
})((globalThis.reporter = globalThis.reporter || {}));
