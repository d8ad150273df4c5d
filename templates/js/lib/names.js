/**
 * The words of the filter language: the twin of reporter/search/names.py.
 *
 * Groups of keys, attributes, aggregates, and which known word a misspelled one is near to.
 */
(function (reporter) {
  "use strict";

  /** Each attribute of a run and the kind of comparison it takes. */
  const ATTRIBUTES = new Map([
    ["run_id", "text"],
    ["run_name", "text"],
    ["status", "status"],
    ["start_time", "time"],
    ["end_time", "time"],
    ["duration", "duration"],
    ["user", "text"],
    ["source", "text"],
    ["commit", "text"],
    ["experiment", "text"],
    ["experiment_id", "text"],
    ["artifact_uri", "text"],
    ["parent", "text"],
    ["note", "text"],
  ]);
  const ATTRIBUTE_ALIASES = { created: "start_time", user_id: "user", name: "run_name" };
  /** Names that MLflow takes for attributes when nothing stands before them. */
  const MLFLOW_ATTRIBUTES = new Set([
    ...["run_id", "run_name", "status", "user_id", "start_time", "end_time", "artifact_uri"],
    ...["created", "Created", "run name", "Run name", "Run Name"],
  ]);
  /** Every spelling of what may stand before the dot, and the one we print. */
  const GROUPS = new Map(
    [
      ["metrics", "metrics metric"],
      ["params", "params param parameters parameter"],
      ["tags", "tags tag"],
      ["attributes", "attributes attribute attr run"],
      ["datasets", "datasets dataset"],
    ].flatMap(([group, names]) => names.split(" ").map((name) => [name, group])),
  );
  const LONG_GROUPS = [...GROUPS.keys()].filter((name) => !/^(tags?|run|attr)$/.test(name));
  /** Letters from which on a word may hold two errors and still be recognised. */
  const LONG_WORD = 8;
  const DATASET_KEYS = ["name", "digest", "context"];
  const AGGREGATES = ["last", "min", "max", "mean", "best", "best_step", "count"];
  const KEYWORDS = new Set("AND OR NOT IN IS NULL LIKE ILIKE RLIKE BETWEEN".split(" "));

  /** Find an attribute by any spelling of its name; "" when there is none. */
  function attributeName(written) {
    const name = written.toLowerCase().replaceAll(" ", "_");
    const known = Object.hasOwn(ATTRIBUTE_ALIASES, name) ? ATTRIBUTE_ALIASES[name] : name;
    return ATTRIBUTES.has(known) ? known : "";
  }

  /** Count the letters to insert, delete or replace; letters in another order count once. */
  function distance(left, right) {
    const isSame = left.join() === right.join();
    if (!isSame && [...left].sort().join() === [...right].sort().join()) return 1;
    const row = Array.from({ length: right.length + 1 }, (_, j) => j);
    left.forEach((a, i) => {
      let previous = row[0];
      row[0] = i + 1;
      right.forEach((b, j) => {
        const replaced = previous + (a === b ? 0 : 1);
        previous = row[j + 1];
        row[j + 1] = Math.min(row[j + 1] + 1, row[j] + 1, replaced);
      });
    });
    return row[right.length];
  }

  /**
   * Find the known word that is a typing error away from this one.
   * @param {string} word
   * @param {Iterable<string>} known
   * @returns {string} the nearest, or "" when none is near
   */
  function nearest(word, known) {
    const letters = Array.from(word);
    let best = "";
    let least = (letters.length < LONG_WORD ? 1 : 2) + 1;
    for (const name of [...known].sort()) {
      const others = Array.from(name);
      if (Math.abs(others.length - letters.length) >= least) continue;
      const far = distance(letters, others);
      if (far < least) [best, least] = [name, far];
    }
    return best;
  }

  const head = (name) => name.split(".", 1)[0];

  function nearestGroup(name) {
    if (!name.includes(".")) return "";
    return GROUPS.get(nearest(head(name).toLowerCase(), LONG_GROUPS)) ?? "";
  }

  /** What a key is compared as: number, text, time, duration, status or, if bare, any. */
  function kindOf(key) {
    if (key.group === "metrics") return "number";
    if (key.group === "attributes") return ATTRIBUTES.get(key.name);
    return key.group ? "text" : "any";
  }

  reporter.names = {
    ATTRIBUTES,
    MLFLOW_ATTRIBUTES,
    GROUPS,
    DATASET_KEYS,
    AGGREGATES,
    KEYWORDS,
    attributeName,
    head,
    kindOf,
    nearest,
    nearestGroup,
  };
  if (typeof module === "object") module.exports = reporter.names;
})((globalThis.reporter = globalThis.reporter || {}));
