/**
 * What a chart draws of what was loaded: against which x, through which window, how fine.
 *
 *   const {data, look, more} = reporter.chartDetail.prepare(loaded, look, widthPx)
 *
 * `more` is null, or a promise of finer points or of another metric: ask again when it is there. What
 * has been read is drawn until then. A file that does not come leaves what is coarser, and is said.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { detail } = reporter;
  const { format } = reporter;

  /** Smoothing and matching want every point of every line, as long as they are no more than this. */
  const MOST_EXACT = 250000;

  /** From tier to tier, as reporter/site/curves/tiers.py has it: so many more points a tier may have than are asked for. */
  const GROWTH = 8;

  /** Files of finer points that are kept decoded, some 100 kB each, unless they were used just now. */
  const MOST_KEPT = 100;
  const JUST_NOW_MS = 30000;

  /* Files */

  class Files {
    constructor() {
      this.kept = new Map();
      this.failed = "";
    }

    /** What a file holds, if it is here; else it is asked for, and `wanted` gets a promise. */
    get(path, name, decode, wanted) {
      const id = `${path} ${decode.id}`;
      const kept = this.kept.get(id);
      if (kept?.value) {
        this.keep(id, kept.value);
        return kept.value;
      }
      if (kept?.failed) return null;
      const entry = kept || { promise: this.load(id, path, name, decode) };
      this.kept.set(id, entry);
      wanted.push(entry.promise);
      return null;
    }

    async load(id, path, name, decode) {
      try {
        this.keep(id, decode.act(await reporter.load(path, name)));
      } catch (error) {
        this.kept.set(id, { failed: true });
        this.failed = error.message;
      }
    }

    /** The last used stand last. */
    keep(id, value) {
      const now = performance.now();
      this.kept.delete(id);
      this.kept.set(id, { value, usedMs: now });
      for (const [oldest, { usedMs }] of this.kept) {
        if (this.kept.size <= MOST_KEPT || !(usedMs < now - JUST_NOW_MS)) break;
        this.kept.delete(oldest);
      }
    }
  }

  const files = new Files();
  const catalog = { experiments: [] };
  reporter.catalog.then((found) => Object.assign(catalog, found)).catch(() => undefined);

  function zoomIndex(experiment, wanted) {
    const found = catalog.experiments.find(({ id }) => id === experiment);
    if (!found?.zoom) return null;
    return files.get(`data/${found.zoom}`, `zoom/${experiment}`, { id: "", act: (index) => index }, wanted);
  }

  /** The series of one metric in one data file, by run. */
  function seriesIn(name, metric, x, wanted) {
    const act = (shard) => {
      const record = shard.metrics[metric];
      return new Map((record ? reporter.series.decodeSeries(record, () => true, x) : []).map((one) => [one.id, one]));
    };
    return files.get(`data/${name}.js`, `series/${name}`, { id: `${x} ${metric}`, act }, wanted);
  }

  /* Finer points */

  const filesOf = (index, metric, tier, id) => (index.metrics[metric] || []).find(([own, prefix]) => own === tier && id.startsWith(prefix))?.slice(2);

  /** Lines by what they were refined with. @type {WeakMap<object, {key: string, line: object}>} */
  const refined = new WeakMap();

  /** A line with those of its parts that are here; `read` is asked for what is missing. */
  function refine(line, tier, names, seen, read) {
    const known = refined.get(line);
    if (known?.key === `${tier} ${seen}`) return known.line;
    const parts = names.map((name, k) => (seen.includes(k) ? read(name) : undefined));
    const key = `${tier} ${seen.filter((k) => parts[k])}`;
    if (known?.key === key) return known.line;
    if (!parts.some(Boolean)) return line;
    const fine = detail.refine(line, parts);
    refined.set(line, { key, line: fine });
    return fine;
  }

  /**
   * @param {object} line  of the first tier
   * @param {string} metric
   * @param {string} x  "step" or "index": what its x is
   * @param {(series: object, caps: number[]) => {tier: number, stretch: [number, number] | null, points: number}} choose
   * @returns {{line: object, points: number}}  `points`: how many its tier has of all that were logged
   */
  function finer(line, metric, x, choose, wanted) {
    const whole = { line, points: line.x.length };
    if (line.x.length >= line.logged) return whole;
    const index = zoomIndex(line.experiment, wanted);
    if (!index) return whole;
    const { tier, stretch, points } = choose(line, index.caps);
    const names = tier && stretch ? filesOf(index, metric, tier, line.id) : null;
    if (!names) return whole;
    const seen = detail.partsOf(line.x.length, names.length, stretch);
    const fine = refine(line, tier, names, seen, (name) => seriesIn(name, metric, x, wanted)?.get(line.id));
    return fine === line ? whole : { line: fine, points };
  }

  /* Against what */

  const isClock = (kind) => kind === "time" || kind === "wall";

  function kindOf(data, look) {
    if (isClock(data.x === "time" ? "time" : look.axis) && data.lines.some(({ ms }) => !ms)) return data.x === "time" ? "step" : data.x;
    if (data.x === "time") return look.axis === "wall" ? "wall" : "time";
    if (isClock(look.axis)) return look.axis;
    return canBeMatched(data.x, metricOf(look.axis)) ? look.axis : data.x;
  }

  /** Metrics with steps and metrics without have no steps in common; then a chart keeps its axis. */
  function canBeMatched(x, other) {
    if (!other) return false;
    const card = [...document.querySelectorAll("[data-role=chart]")].find(({ dataset }) => dataset.metric === other);
    return (card?.dataset.x || "step") === x;
  }

  const metricOf = (kind) => (kind.startsWith("metrics.") ? kind.slice("metrics.".length) : "");

  /** Where the points of a series stand on an axis, as windows count it. */
  function placesOn(kind, line) {
    if (!isClock(kind) || !line.ms) return line.x;
    return kind === "wall" ? line.ms.map((ms) => ms + line.startMs) : line.ms;
  }

  /** Whether more points than can be drawn make another picture. */
  const isDemanding = (kind, look) => Boolean(look.smooth > 0 || metricOf(kind));

  /** How fine each line is to be. */
  function chooserOf(lines, kind, look, window, widthPx) {
    const total = lines.reduce((n, { logged }) => n + logged, 0);
    const wantsMany = isDemanding(kind, look);
    const wantsAll = wantsMany && total <= MOST_EXACT;
    const drawn = reporter.plot.pointsPerLine(lines.length, look.smooth > 0, widthPx);
    const want = wantsMany ? Math.max(drawn, MOST_EXACT / GROWTH / lines.length) : drawn;
    return (line, caps) => {
      const all = [0, line.x.length - 1];
      const stretch = wantsAll || metricOf(kind) ? all : detail.stretch(placesOn(kind, line), window);
      const share = stretch ? (stretch[1] - stretch[0]) / Math.max(1, all[1]) : 0;
      const size = { logged: line.logged, shown: line.x.length };
      return { stretch, ...detail.chooseTier(size, caps, share, wantsAll ? Infinity : want) };
    };
  }

  /** How coarse the coarsest line is, in words: only where somebody looks closely, and finer points are not to be had. */
  function coarseness(found, kind, look) {
    const caps = found.map(({ line }) => zoomIndex(line.experiment, [])?.caps.at(-1) || 0);
    const had = found.map(({ line, points }, i) => (isDemanding(kind, look) ? points : Math.max(points, Math.min(line.logged, caps[i]))));
    const worst = found.reduce((at, { line }, i) => (line.logged / had[i] > found[at].line.logged / had[at] ? i : at), 0);
    return found.length ? detail.everyNth(found[worst].line.logged, had[worst]) : "";
  }

  /* The other metric */

  function pairUp(data, metric, lines, choose, look, wanted) {
    const others = new Map();
    for (const experiment of new Set(lines.map((line) => line.experiment))) {
      const found = catalog.experiments.find(({ id }) => id === experiment);
      const ids = lines.filter((line) => line.experiment === experiment).map(({ id }) => id);
      for (const file of reporter.series.shardsOf(found?.series[metric] || [], ids)) {
        const series = seriesIn(file.replace(/\.js$/, ""), metric, data.x, wanted);
        for (const [id, one] of series || []) others.set(id, { ...one, experiment });
      }
    }
    for (const [id, one] of others) others.set(id, finer(one, metric, data.x, choose, wanted).line);
    return reporter.pairing.against({ ...data, lines }, metric, others, look.x === "log");
  }

  const plural = (n, one, many) => `${format.count(n)} ${n === 1 ? one : many}`;

  function notesOf(data, coarse) {
    const notes = [];
    if (data.unpaired) notes.push(`${plural(data.unpaired, "point", "points")} without ${data.xTitle} left out`);
    if (data.xDropped) notes.push(`${plural(data.xDropped, "point", "points")} at ${data.xTitle} ≤ 0 left out`);
    if (coarse) notes.push(coarse);
    if (files.failed) notes.push(files.failed);
    return notes;
  }

  /* A chart */

  function prepareLines(loaded, look, widthPx) {
    const kind = kindOf(loaded, look);
    const metric = metricOf(kind);
    const window = reporter.window.windowOf(look.zoom, kind);
    const isClose = Boolean(window || metric || look.smooth > 0);
    const wanted = [];
    const choose = isClose && chooserOf(loaded.lines, kind, look, window, widthPx);
    const found = isClose ? loaded.lines.map((line) => finer(line, loaded.metric, loaded.x, choose, wanted)) : loaded.lines.map((line) => ({ line, points: line.x.length }));
    const lines = found.map(({ line }) => line);
    let data = { ...loaded, lines, xKind: kind, xUnit: 1 };
    if (isClock(kind)) data = reporter.clock.against(data, kind);
    if (metric) data = pairUp(data, metric, lines, choose, look, wanted);
    const coarse = isClose && !wanted.length ? coarseness(found, kind, look) : "";
    return {
      data: { ...data, window: window && window.map((end) => end / data.xUnit), range: reporter.window.parse(look.ranges).get(loaded.metric) || null, notes: notesOf(data, coarse) },
      look: kind === "wall" ? { ...look, x: "linear" } : look,
      more: wanted.length ? Promise.all(wanted) : null,
    };
  }

  reporter.chartDetail = {
    /**
     * @param {object} loaded  of chartSource.load
     * @param {object} look  of chartLook
     * @param {number} widthPx
     */
    prepare: (loaded, look, widthPx) => (loaded.lines ? prepareLines(loaded, look, widthPx) : { data: loaded, look, more: null }),
  };
})((globalThis.reporter = globalThis.reporter || {}));
