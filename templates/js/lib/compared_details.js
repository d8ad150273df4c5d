/**
 * Surroundings side by side: environment and packages of runs as rows of the comparison, and which
 * texts two of them have. What the data files hold is said in reporter/site/details.py. No element.
 *
 * @typedef {object} Details
 * @property {Map<string, string>} tags
 * @property {Map<string, string>} texts  what a text is called, and the data file that holds it
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") require("./format.js");
  const { format } = reporter;

  /** Of tags whose values are lists of packages. */
  const PACKAGES = { "reporter.packages": "Packages that were imported", "reporter.installed": "Packages that were installed" };

  const LABELS = {
    "mlflow.source.git.branch": "git branch",
    "mlflow.source.git.dirty": "uncommitted changes",
    "mlflow.source.git.repoURL": "git repository",
    "mlflow.source.type": "source type",
    "reporter.command": "command",
    "reporter.python": "Python",
  };

  const NONE = Object.freeze({ tags: new Map(), texts: new Map() });

  function pairs(places, values) {
    const found = new Map();
    for (let i = 0; i < places.length; i += 2) found.set(values[places[i]], values[places[i + 1]]);
    return found;
  }

  /** Which data file holds a run's details. @param {{digits: number, files: Object<string, string>}} index */
  const fileOf = (index, id) => index.files[id.slice(0, index.digits)];

  /** @param {{values: string[], runs: Object<string, number[][]>} | undefined} shard @returns {Details} */
  function decode(shard, id) {
    const record = shard?.runs[id];
    return record ? { tags: pairs(record[0], shard.values), texts: pairs(record[1], shard.values) } : NONE;
  }

  /** `name==version` words; what has no version has an empty one. */
  function packagesOf(text = "") {
    return new Map(text.split(/\s+/).filter(Boolean).map((word) => [word.split("==")[0], word.split("==").slice(1).join("==")]));
  }

  /* Rows, as compare.js makes them */

  const plain = (text) => ({ text: text === "" ? '""' : text, exact: text, mark: "" });
  const missing = { text: format.MISSING, exact: "", mark: "na" };

  /** What the runs of a set say together; of none nothing is known. @param {(string | undefined)[]} said */
  function cellOf(said) {
    const distinct = [...new Set(said)];
    if (!said.length) return { ...missing, isUnknown: true };
    if (distinct.length === 1) return distinct[0] === undefined ? missing : plain(distinct[0]);
    return { text: `${distinct.length} values`, exact: distinct.map((value) => value ?? format.MISSING).join("\n"), mark: "na" };
  }

  const isSame = (cell, other) => cell.exact === other.exact && cell.mark === other.mark;

  function rowOf(key, label, said, baseline) {
    const cells = said.map(cellOf);
    const known = cells.filter(({ isUnknown }) => !isUnknown);
    const isOther = (cell) => !cell.isUnknown && !cells[baseline].isUnknown && !isSame(cell, cells[baseline]);
    return {
      id: `surroundings.${key}`, key, label, role: "surroundings", unit: "", arrow: "", description: key,
      differs: known.some((cell) => !isSame(cell, known[0])),
      cells: cells.map((cell) => ({ ...cell, isDifferent: isOther(cell), delta: "", percent: "", verdict: "" })),
    };
  }

  function sectionOf(title, rows) {
    return { role: "surroundings", title, rows, nDiffering: rows.filter(({ differs }) => differs).length };
  }

  /** Names in the order in which any run has them. */
  const namesIn = (maps) => [...new Set(maps.flatMap((map) => [...map.keys()]))];

  function environment(details, baseline) {
    const keys = namesIn(details.flat().map(({ tags }) => tags)).filter((key) => !(key in PACKAGES));
    return sectionOf("Environment", keys.map((key) => rowOf(key, LABELS[key] ?? key, details.map((own) => own.map(({ tags }) => tags.get(key))), baseline)));
  }

  function packages(tag, title, details, baseline) {
    const known = new Map();
    const read = ({ tags }) => {
      const text = tags.get(tag);
      if (!known.has(text)) known.set(text, packagesOf(text));
      return known.get(text);
    };
    const found = details.map((own) => own.filter(({ tags }) => tags.has(tag)).map(read)); // of the others nothing is known
    const names = namesIn(found.flat()).sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
    return sectionOf(title, names.map((name) => rowOf(name, name, found.map((own) => own.map((one) => one.get(name))), baseline)));
  }

  /**
   * @param {Details[][]} details  of each set those of its runs
   * @param {number} baseline
   * @returns {{role: string, title: string, rows: object[], nDiffering: number}[]}
   */
  function sections(details, baseline) {
    const lists = Object.entries(PACKAGES).map(([tag, title]) => packages(tag, title, details, baseline));
    return [environment(details, baseline), ...lists].filter(({ rows }) => rows.length);
  }

  /**
   * The texts that one of two runs has, and whether the other has the same.
   *
   * @param {Details} before
   * @param {Details} after
   * @returns {{name: string, before: string | undefined, after: string | undefined, differs: boolean}[]}  data files
   */
  function texts(before, after) {
    return namesIn([before.texts, after.texts]).sort().map((name) => {
      const [one, other] = [before.texts.get(name), after.texts.get(name)];
      return { name, before: one, after: other, differs: one !== other };
    });
  }

  reporter.comparedDetails = { fileOf, decode, sections, texts, NONE };
  if (typeof module === "object") module.exports = reporter.comparedDetails;
})((globalThis.reporter = globalThis.reporter || {}));
