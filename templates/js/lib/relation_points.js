/**
 * Rows of experiment charts in which every run is a mark of its own: scatter, parallel coordinates, best
 * so far. See relation_makers.js for what a maker gets and gives.
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./relation_look.js");
    require("./frontier.js");
    require("./ticks.js");
    require("./surface.js");
  }
  const { fields, relationLook, frontier } = reporter;

  /** Marks that a chart draws at most. */
  const MOST_POINTS = 10000;
  const JITTER_PX = 22;
  const CROWD = 1000;

  const count = (n) => reporter.format.count(n);

  /** Every so many places, so that no more than `most` are left. */
  function thinned(places, most) {
    const stride = Math.ceil(places.length / most) || 1;
    return stride === 1 ? places : places.filter((_, i) => i % stride === 0);
  }

  const sampleNotice = (shown, all) => (shown < all ? [`${count(shown)} of ${count(all)} runs drawn`] : []);

  /** The same for a run in every drawing: -0.5 to 0.5. */
  const jitter = (row) => (Math.imul(row + 1, 2654435761) >>> 0) / 2 ** 32 - 0.5;

  /** The scale of an axis: as chosen where it can be, else as the values ask for. */
  function scaleOf(field, chosen) {
    if (field.kind !== "number") return field.kind;
    const isPositive = (fields.extent(field.numbers) ?? [0])[0] > 0;
    if (chosen === "log" && isPositive) return "log";
    if (chosen === "linear") return "linear";
    return field.isLog ? "log" : "linear";
  }

  function ticksOf(field, scale) {
    const ends = fields.extent(field.numbers);
    return scale === "log" && ends ? reporter.ticks.logTicks(...ends) : null;
  }

  /** Signals of the axis of x, which alone may be one of times. */
  function signalsOfX(field, scale) {
    if (scale !== "time") return { x_title: field.title, x_ticks: ticksOf(field, scale) };
    const { ticks, format } = reporter.ticks.timeTicks(...(fields.extent(field.numbers) ?? [0, 0]));
    return { x_title: `${field.title} (UTC)`, x_ticks: ticks, x_format: format };
  }

  const valueOf = (field, place) => (field.kind === "category" ? field.categories[field.numbers[place]] || '""' : field.numbers[place]);

  /** Places in which all fields have a value that can stand on their scales. */
  function complete(rows, wanted) {
    const places = [];
    for (let place = 0; place < rows.length; place++) if (wanted.every(({ numbers }) => !Number.isNaN(numbers[place]))) places.push(place);
    return places;
  }

  const twinOf = (rows, columns) => ({ heads: ["run", ...columns.map(({ title }) => title)], rows: Array.from(rows, (row) => ({ run: row, texts: columns.map(({ exact }) => exact(row)) })) });

  /** Rows that settle the order of categories, on either axis. */
  function orderOf(x, y, places) {
    const values = (field) => (field.kind === "category" ? field.categories.map((text) => text || '""') : [field.numbers[places[0]]]);
    const [across, up] = [values(x), values(y)];
    if (!places.length || Math.max(across.length, up.length) === 1) return [];
    return Array.from({ length: Math.max(across.length, up.length) }, (_, i) => ({ x: across[Math.min(i, across.length - 1)], y: up[Math.min(i, up.length - 1)] }));
  }

  /* Scatter */

  function frontOf(places, x, y, senses) {
    const at = ({ numbers }) => Float64Array.from(places, (place) => numbers[place]);
    const front = frontier.paretoFront(at(x), at(y), senses.x || "min", senses.y || "min");
    return front.map((i) => places[i]);
  }

  function scatter({ rows, slots, options, scales, senses, look, widthOf, width }) {
    const { x, y, color, size } = slots;
    const all = complete(rows, [x, y]);
    const places = thinned(all, MOST_POINTS);
    const [scaleX, scaleY] = [scaleOf(x, scales.x), scaleOf(y, scales.y)];
    const colors = relationLook.colorsBy(color, rows, senses.color, look);
    const sizes = relationLook.sizesBy(size, places.length);
    const canFront = options.front && x.kind === "number" && y.kind === "number";
    const front = canFront ? frontOf(all, x, y, senses) : [];
    const inFront = new Set(front);
    const opacity = canFront ? 0.45 : places.length > CROWD ? 0.5 : 0.85;
    const mark = (place) => ({
      x: valueOf(x, place),
      y: valueOf(y, place),
      run: rows[place],
      color: colors.of(place),
      area: sizes.of(place),
      opacity: inFront.has(place) ? 1 : opacity,
      shift_x: jitter(rows[place]) * JITTER_PX,
      shift_y: jitter(rows[place] + 7) * JITTER_PX,
    });
    const corners = frontier.staircase(front.map((place) => ({ x: x.numbers[place], y: y.numbers[place] })), senses.x || "min");
    const cannot = options.front && !canFront ? ["a Pareto front needs numbers on both axes"] : [];
    return {
      data: {
        order: orderOf(x, y, places),
        points: places.map(mark),
        front: corners.map((corner, order) => ({ ...corner, order, color: look.muted })),
        best: front.map((place) => ({ ...mark(place), area: sizes.of(place) + 40, ink: look.text })),
        legend: relationLook.legendRows([...colors.legend, ...sizes.legend], look, widthOf, width),
      },
      signals: { ...signalsOfX(x, scaleX), y_title: y.title, y_ticks: ticksOf(y, scaleY) },
      scales: [scaleX, scaleY],
      notices: [...(canFront ? [`${count(front.length)} on the front`] : []), ...cannot, ...sampleNotice(places.length, all.length), ...[x, y].flatMap(fields.lacks)],
      twin: twinOf(canFront ? front.map((place) => rows[place]) : all.map((place) => rows[place]), [x, y, color, size].filter(Boolean)),
      n: all.length,
    };
  }

  /* Best so far */

  function progress({ rows, slots, scales, senses, look }) {
    const { x, y } = slots;
    const { order, best, records } = frontier.bestSoFar(x.numbers, y.numbers, senses.y || "min");
    const drawn = thinned(order, MOST_POINTS);
    const setsRecord = new Set(records);
    const scaleX = x.kind === "time" ? "time" : "linear";
    const scaleY = scaleOf(y, scales.y);
    const colors = relationLook.colorsBy(null, rows, "", look);
    const at = (place) => ({ x: x.numbers[place], y: y.numbers[place], run: rows[place] });
    const last = order.length ? [{ x: x.numbers[order[order.length - 1]], y: best[best.length - 1], run: rows[records[records.length - 1]], ink: look.text }] : [];
    const bestRow = records.length ? rows[records[records.length - 1]] : -1;
    const since = order.length - 1 - order.indexOf(records[records.length - 1]);
    const points = drawn.map((place) => ({ ...at(place), color: colors.of(place), opacity: setsRecord.has(place) ? 1 : 0.45 }));
    return {
      data: { points, best: [...records.map((place) => ({ ...at(place), ink: look.text })), ...last], records: records.map((place) => ({ ...at(place), ink: look.text })) },
      signals: { ...signalsOfX(x, scaleX), y_title: y.title, y_ticks: ticksOf(y, scaleY) },
      scales: [scaleX, scaleY],
      notices: [...(bestRow >= 0 ? [`best ${reporter.format.number(Number(best[best.length - 1].toPrecision(5)))}, ${since === 0 ? "by the last run" : `${count(since)} ${since === 1 ? "run" : "runs"} ago`}`] : []), ...sampleNotice(drawn.length, order.length), ...fields.lacks(y), ...fields.lacks(x)],
      twin: { heads: ["run", x.title, y.title, "best so far"], rows: order.map((place, i) => ({ run: rows[place], texts: [x.exact(rows[place]), y.exact(rows[place]), String(best[i])] })) },
      n: order.length,
    };
  }

  /* Parallel coordinates */

  const MOST_TICKS = 5;
  const MOST_LABEL_CHARS = 16;
  /** Where runs without a value pass: below the axis. */
  const FLOOR = -0.12;

  /** Where the values of a field stand on its axis, 0 to 1, and what is written beside it. */
  function axisOf(field) {
    if (field.kind === "category") return categoryAxis(field);
    const ends = fields.extent(field.numbers) ?? [0, 1];
    const [low, high] = ends;
    const at = (value) => (high === low ? 0.5 : field.isLog ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low));
    const back = (share) => (field.isLog ? low * (high / low) ** share : low + (high - low) * share);
    const inner = (field.isLog ? reporter.ticks.logTicks(low, high) : reporter.surface.levels(low, high, MOST_TICKS)) || [];
    const print = field.kind === "time" ? (value) => reporter.format.time(value).slice(0, 12) : (value) => reporter.format.number(Number(value.toPrecision(3)));
    const shown = high === low ? [low] : [...ends, ...inner.filter((value) => at(value) > 0.08 && at(value) < 0.92)];
    return { field, ends, at, back, ticks: (field.kind === "time" ? ends : shown).map((value) => ({ at: at(value), text: print(value) })) };
  }

  function categoryAxis(field) {
    const n = field.categories.length;
    const at = (place) => (place + 0.5) / n;
    const every = Math.ceil(n / 14);
    const cut = (text) => (text.length > MOST_LABEL_CHARS ? reporter.format.truncateMiddle(text, MOST_LABEL_CHARS) : text || '""');
    const ticks = field.categories.map((text, place) => ({ at: at(place), text: cut(text) })).filter((_, place) => place % every === 0);
    return { field, ends: [0, n - 1], at, back: (share) => share * n - 0.5, ticks };
  }

  function lineOf(axes, place, row, color, more) {
    return axes.map(({ field, at }, axis) => ({ axis, at: Number.isNaN(field.numbers[place]) ? FLOOR : at(field.numbers[place]), run: row, color, ...more }));
  }

  /**
   * `rows` are all runs that the query shows, `isIn` tells those that the brushes leave: the others stay
   * as a faint ground, and axes keep their ends.
   */
  function parallel({ rows, isIn, slots, senses, look, widthOf, width }) {
    const axes = slots.axes.map(axisOf);
    const { color } = slots;
    const colors = relationLook.colorsBy(color, rows, senses.color, look);
    const most = Math.floor(MOST_POINTS / Math.max(1, axes.length));
    const places = Array.from(rows, (_, place) => place);
    const inside = places.filter((place) => isIn(rows[place]));
    const outside = thinned(places.filter((place) => !isIn(rows[place])), Math.floor(most / 4));
    const drawn = thinned(inside, most - outside.length);
    if (colors.depth) drawn.sort((a, b) => (colors.depth(a) || -1) - (colors.depth(b) || -1));
    const opacity = drawn.length > 400 ? 0.25 : drawn.length > 80 ? 0.5 : 0.85;
    const ground = { ground: look.surface };
    const isKnown = (place) => !color || !Number.isNaN(color.numbers[place]);
    const hasGaps = slots.axes.some(({ missing, broken }) => missing + broken > 0);
    const ticksOfAxis = ({ ticks, field }) => (field.missing + field.broken > 0 ? [...ticks, { at: FLOOR, text: "–" }] : ticks);
    return {
      data: {
        context: outside.flatMap((place) => lineOf(axes, place, rows[place], look.faint)),
        lines: drawn.flatMap((place) => lineOf(axes, place, rows[place], isKnown(place) ? colors.of(place) : look.faint, { opacity })),
        axes: axes.map(({ field }, axis) => ({ axis, name: reporter.format.truncateMiddle(field.title, Math.max(6, Math.floor(width / axes.length / 7))) })),
        ticks: axes.flatMap((one, axis) => ticksOfAxis(one).map((tick) => ({ axis, ...tick, ...ground }))),
        legend: relationLook.legendRows(colors.legend, look, widthOf, width),
      },
      signals: { at_least: hasGaps ? FLOOR : 0 },
      scales: [],
      axes,
      notices: [...sampleNotice(drawn.length, inside.length), ...(inside.length < rows.length ? [`${count(inside.length)} of ${count(rows.length)} runs inside`] : []), ...slots.axes.flatMap(fields.lacks)],
      twin: twinOf(inside.map((place) => rows[place]), slots.axes),
      n: inside.length || rows.length,
    };
  }

  reporter.relationPoints = { MOST_POINTS, thinned, jitter, scaleOf, ticksOf, complete, twinOf, sampleNotice, makers: { scatter, progress, parallel } };
  if (typeof module === "object") module.exports = reporter.relationPoints;
})((globalThis.reporter = globalThis.reporter || {}));
