/**
 * What a chart card shows: reads its handles, loads the data files they lead to, joins series and runs.
 *
 *   reporter.chartSource.load(figure)   resolves to {lines, total} or, for bars, {bars, total}
 *   reporter.chartSource.filesOf(figure)   resolves to the names of the files of its histories
 *   reporter.chartSource.drawing()      resolves to the compiled charts, once Vega's runtime is here too
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { decodeSeries, shardsOf } = reporter.series;

  const words = (text) => (text || "").split(/[\s,]+/).filter(Boolean);

  /* Runs of an experiment, from the first data file of its table */

  const indexes = new Map();

  class RunIndex {
    constructor(shard) {
      this.columns = new reporter.Columns();
      this.columns.add(shard);
      const ids = this.columns.get("attributes.run_id");
      this.rowOf = new Map();
      for (let row = 0; row < this.columns.n; row++) this.rowOf.set(ids.text(row), row);
    }

    describe(id) {
      const row = this.rowOf.get(id);
      const text = (name) => this.columns.get(`attributes.${name}`)?.text(row);
      return { id, row, name: text("run_name") || id.slice(0, 8), status: text("status") || "", ...reporter.chartIdentity.lookAt(row) };
    }
  }

  function tableFile(experiment, k) {
    return reporter.load(`data/${experiment.tables[k]}`, `runs/${experiment.id}/${k}`);
  }

  function indexOf(experiment) {
    if (!indexes.has(experiment.id)) {
      const index = tableFile(experiment, 0).then((shard) => new RunIndex(shard));
      index.catch(() => indexes.delete(experiment.id));
      indexes.set(experiment.id, index);
    }
    return indexes.get(experiment.id);
  }

  /** The table's column, from whichever of its data files holds it. */
  async function findColumn(experiment, index, id) {
    for (let k = 1; k < experiment.tables.length && !index.columns.get(id); k++) index.columns.add(await tableFile(experiment, k));
    return index.columns.get(id);
  }

  /* Which runs */

  /** Rows that the table shows, in its order; null when it says nothing. */
  function shownRows(experiment) {
    const shown = reporter.visibleRuns?.(experiment.id);
    if (!shown) return null;
    if (!(shown instanceof Uint8Array)) return Array.from(shown);
    return Array.from(shown.keys()).filter((row) => shown[row]);
  }

  /** Ids of the runs to draw, the most wanted first. */
  function chooseRuns(card, experiment, index) {
    const named = card.runs.filter((id) => index.rowOf.has(id));
    if (card.runs.length) return named;
    const ids = [...index.rowOf.keys()];
    const rows = shownRows(experiment);
    return rows ? rows.map((row) => ids[row]) : ids.reverse();
  }

  /* Lines */

  async function seriesOf(card, experiment, ids, isWanted) {
    const files = shardsOf(experiment.series[card.metric] || [], ids);
    const shards = await Promise.all(files.map((file) => reporter.load(`data/${file}`, `series/${file.replace(/\.js$/, "")}`)));
    return shards.flatMap((shard) => {
      const record = shard.metrics[card.metric];
      return record ? decodeSeries(record, isWanted, card.x) : [];
    });
  }

  /** A run's own page says how it looks, and spares it the table of all runs. */
  async function loadOwnLine(card, experiment) {
    const series = await seriesOf(card, experiment, [card.runId], (id) => id === card.runId);
    return series.map((one) => ({ ...one, experiment: experiment.id, name: card.metric, color: card.color, dash: 0, status: card.status }));
  }

  async function loadLines(card, experiment) {
    if (card.runId && card.color) return { lines: await loadOwnLine(card, experiment), total: 1 };
    const named = card.runId ? [card.runId] : card.runs;
    const [index, all] = await Promise.all([
      indexOf(experiment),
      named.length ? null : seriesOf(card, experiment, null, () => true),
    ]);
    const ids = chooseRuns({ ...card, runs: named }, experiment, index);
    const chosen = new Set(ids);
    const series = all || (await seriesOf(card, experiment, ids, (id) => chosen.has(id)));
    const byId = new Map(series.map((one) => [one.id, one]));
    const logged = ids.filter((id) => byId.has(id));
    return { lines: logged.map((id) => ({ ...byId.get(id), experiment: experiment.id, ...index.describe(id) })), total: logged.length };
  }

  /* Bars */

  async function loadBars(card, experiment) {
    const index = await indexOf(experiment);
    const column = await findColumn(experiment, index, `metrics.${card.metric}`);
    const ids = chooseRuns({ ...card, runs: card.runId ? [card.runId] : card.runs }, experiment, index);
    const bars = ids.map((id) => index.describe(id)).filter(({ row }) => column?.has(row));
    return { bars: bars.map((run) => ({ ...run, value: column.number(run.row) })), total: bars.length };
  }

  /* A card */

  /** What the handles of a card say. */
  function readCard({ dataset }) {
    return {
      metric: dataset.metric,
      kind: dataset.kind,
      x: dataset.x,
      experiments: words(dataset.experiment),
      runId: dataset.runId || "",
      runs: words(dataset.runs),
      color: Number(dataset.color) || 0,
      status: dataset.status || "",
    };
  }

  function join(parts) {
    const joined = { total: 0 };
    for (const { total, ...found } of parts) {
      joined.total += total;
      for (const [name, items] of Object.entries(found)) joined[name] = [...(joined[name] || []), ...items];
    }
    return joined;
  }

  async function load(figure) {
    const card = readCard(figure);
    const { experiments } = await reporter.catalog;
    const wanted = experiments.filter(({ id }) => card.experiments.includes(id));
    const loadOne = card.kind === "bar" ? loadBars : loadLines;
    const found = join(await Promise.all(wanted.map((experiment) => loadOne(card, experiment))));
    const definition = wanted.map((experiment) => experiment.definitions[card.metric]).find(Boolean) || {};
    return { ...card, unit: "", direction: "", ...definition, ...found };
  }

  /** The files of a chart's histories. */
  async function filesOf(figure) {
    const card = readCard(figure);
    const { experiments } = await reporter.catalog;
    const wanted = experiments.filter(({ id }) => card.experiments.includes(id));
    const ids = card.runId ? [card.runId] : card.runs.length ? card.runs : null;
    return wanted.flatMap(({ series }) => shardsOf(series[card.metric] || [], ids));
  }

  async function drawing() {
    const { charts, vega } = await reporter.catalog;
    const [specs] = await Promise.all([reporter.load(`data/${charts}`, "charts"), reporter.load(vega)]);
    return specs;
  }

  reporter.chartSource = { load, filesOf, drawing };
})((globalThis.reporter = globalThis.reporter || {}));
