/**
 * Rows of experiment charts, by name of the maker that a kind of chart asks for
 * (reporter/charts/relations). A maker gets
 *
 *   rows      the runs to show, in the table's order
 *   slots     by name the column that was chosen, read for these rows (fields.js); a list where many are
 *   options   by name whether they are on; undefined where the data decide
 *   scales    by axis "log" or "linear" where a reader chose one
 *   senses    by slot "min", "max" or ""
 *   look      colours, see relation_look.js
 *   params()  the columns to rank, read for these rows
 *   built     what the build computed about the metric, or null
 *   isFiltered   whether some runs are not among `rows`
 *   width, widthOf(text)   in pixels
 *
 * and gives data (rows by data set), signals, scales (of the axes, in the order of the kind), notices,
 * options (as the data decided), twin (the same as a table), n (runs shown), height where the number of rows settles it, and `empty`
 * instead of all of it: why there is nothing to draw, and what to do.
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./relation_points.js");
    require("./relation_groups.js");
    require("./association.js");
    require("./statistics.js");
  }
  const { fields, format, relationPoints, relationGroups, relationLook, association } = reporter;
  const { complete, scaleOf, ticksOf, thinned, jitter, twinOf, sampleNotice, MOST_POINTS } = relationPoints;

  const BAND_PX = 30;
  const FRAME_PX = 66;
  /** How much of a band points are spread over. */
  const SWARM = 0.8;

  /** Fewer runs make no box. */
  const LEAST_BOX = 5;

  const count = (n) => format.count(n);
  const heightOf = (n) => FRAME_PX + n * BAND_PX;
  /** Digits that tell means apart, three significant ones: more are noise. */
  const decimalsOf = (numbers) => format.columnDecimals(numbers.map((value) => Number(value.toPrecision(3))));
  const of = (numbers, places) => places.map((place) => numbers[place]);

  function groupNotices({ isSpans, left }) {
    return [isSpans && "values put into spans", left && `${count(left)} ${left === 1 ? "value" : "values"} with fewer runs left out`].filter(Boolean);
  }

  /** Groups of the rows that have both a value and a group. */
  function grouped(rows, value, group, most) {
    const found = relationGroups.groupsOf(group, most);
    const groups = found.groups.map(({ label, places }) => ({ label, places: places.filter((place) => !Number.isNaN(value.numbers[place])) }));
    return { ...found, groups: groups.filter(({ places }) => places.length) };
  }

  const nothing = (value, group) => ({ empty: `No run shown here has both ${value.title} and ${group.title}.` });

  /* Means */

  /** Bars begin at zero, so they tell something where means differ by a good part of their size. */
  function barsTell(described, { isLog }) {
    const [low, high] = fields.extent(described.map(({ mean }) => mean));
    return !isLog && low >= 0 && low < 0.8 * high;
  }

  /** What the axis spans: means and their intervals, which lie closer together than the runs. */
  function meansField(x, described) {
    const isPositive = fields.extent(x.numbers)[0] > 0;
    const ends = described.flatMap(({ n, mean, ci }) => (n > 1 ? [mean - ci, mean, mean + ci] : [mean]));
    const numbers = ends.filter((value) => value > 0 || !isPositive);
    const [low, high] = fields.extent(numbers);
    return { ...x, numbers, isLog: x.isLog && high >= 10 * low };
  }

  function means({ rows, slots, options, scales, look }) {
    const { x, group } = slots;
    const found = grouped(rows, x, group);
    if (!found.groups.length) return nothing(x, group);
    const described = found.groups.map(({ label, places }) => ({ label, ...reporter.statistics.describe(of(x.numbers, places)) }));
    const decimals = decimalsOf(described.map(({ mean }) => mean));
    const isZero = options.zero ?? barsTell(described, x);
    const shown = meansField(x, described);
    const wanted = isZero ? "zero" : scaleOf(shown, scales.x);
    const bars = described.map(({ label, n, mean, std, ci }) => {
      const hasInterval = n > 1;
      const [low, high] = hasInterval ? [mean - ci, mean + ci] : [null, null];
      const isOnScale = wanted !== "log" || low > 0;
      const text = `${format.number(mean, decimals)}${hasInterval ? ` ±${format.number(ci, decimals)}` : ""}  n ${count(n)}`;
      return { label, mean, n, std: hasInterval ? std : null, low: isOnScale ? low : null, high: isOnScale ? high : null, edge: Math.max(mean, (isOnScale && high) || mean, wanted === "zero" ? 0 : mean), text, color: look.runs[0], ink: look.text };
    });
    return {
      data: { groups: bars },
      signals: { x_title: x.title, y_title: group.title, x_ticks: ticksOf(shown, wanted) },
      scales: [wanted],
      options: { zero: isZero },
      height: heightOf(bars.length),
      notices: [...groupNotices(found), ...[x, group].flatMap(fields.lacks)],
      twin: { heads: [group.title, "n", "mean", "95 % ±", "std"], rows: described.map(({ label, n, mean, ci, std }) => ({ texts: [label, String(n), String(mean), n > 1 ? String(ci) : "", n > 1 ? String(std) : ""] })) },
      n: described.reduce((sum, { n }) => sum + n, 0),
    };
  }

  /* Boxes */

  function boxes({ rows, slots, scales, look }) {
    const { x, group } = slots;
    const found = grouped(rows, x, group);
    if (!found.groups.length) return nothing(x, group);
    const scale = scaleOf(x, scales.x);
    const all = found.groups.reduce((sum, { places }) => sum + places.length, 0);
    const share = Math.min(1, MOST_POINTS / all);
    const colors = relationLook.colorsBy(null, rows, "", look);
    const summaries = found.groups.map(({ label, places }) => ({ label, ...relationGroups.boxOf(of(x.numbers, places)) }));
    const named = (label, n) => `${label} (${count(n)})`;
    const points = found.groups.flatMap(({ label, places }) =>
      thinned(places, Math.ceil(places.length * share)).map((place) => ({ label: named(label, places.length), x: x.numbers[place], run: rows[place], shift: jitter(rows[place]) * SWARM, color: colors.of(place), opacity: all > 300 ? 0.5 : 0.8 })),
    );
    const drawn = summaries.filter(({ n }) => n >= LEAST_BOX).map((box) => ({ ...box, label: named(box.label, box.n), color: look.muted, ink: look.text }));
    return {
      data: { order: summaries.map(({ label, n }) => ({ label: named(label, n) })), groups: drawn, points },
      signals: { x_title: x.title, y_title: `${group.title} (n)`, x_ticks: ticksOf(x, scale) },
      scales: [scale],
      height: heightOf(summaries.length),
      notices: [...groupNotices(found), ...(drawn.length < summaries.length ? [`no box below ${LEAST_BOX} runs`] : []), ...sampleNotice(points.length, all), ...[x, group].flatMap(fields.lacks)],
      twin: { heads: [group.title, "n", "low", "q1", "median", "q3", "high"], rows: summaries.map(({ label, n, low, q1, median, q3, high }) => ({ texts: [label, ...[n, low, q1, median, q3, high].map(String)] })) },
      n: all,
    };
  }

  /* Heat map */

  const CELL_PX = 46;
  const AXIS_PX = 130;
  /** Where the ramp is so deep that texts turn. */
  const DEEP = 0.55;

  /** The groups that have one of some runs. */
  const withRuns = (found, places) => ({ ...found, groups: found.groups.filter((group) => group.places.some((place) => places.has(place))) });

  /** By place of a run the number of its group. */
  function groupByPlace(groups) {
    const found = new Map();
    groups.forEach((group, i) => group.places.forEach((place) => found.set(place, i)));
    return found;
  }

  function heat({ rows, slots, senses, look, width }) {
    const { x, y, value } = slots;
    const valued = new Set(complete(rows, [value, x, y]));
    const [across, down] = [x, y].map((field) => withRuns(relationGroups.groupsOf(field), valued));
    const columns = groupByPlace(across.groups);
    const lines = groupByPlace(down.groups);
    const cells = new Map();
    for (const place of valued) {
      if (!columns.has(place) || !lines.has(place)) continue;
      const key = lines.get(place) * across.groups.length + columns.get(place);
      if (!cells.has(key)) cells.set(key, []);
      cells.get(key).push(value.numbers[place]);
    }
    if (!cells.size) return { empty: `No run shown here has ${value.title}, ${x.title} and ${y.title}.` };
    const described = [...cells].sort(([a], [b]) => a - b).map(([key, numbers]) => ({ x: across.groups[key % across.groups.length].label, y: down.groups[Math.floor(key / across.groups.length)].label, ...reporter.statistics.describe(numbers) }));
    const [low, high] = fields.extent(described.map(({ mean }) => mean));
    const isReversed = senses.value === "min";
    const decimals = decimalsOf(described.map(({ mean }) => mean));
    const labels = (groups, i) => groups[Math.min(i, groups.length - 1)].label;
    const order = Array.from({ length: Math.max(across.groups.length, down.groups.length) }, (_, i) => ({ x: labels(across.groups, i), y: labels(down.groups, i) }));
    const hasTexts = (width - AXIS_PX) / across.groups.length >= CELL_PX;
    const depth = (mean) => relationLook.turned(high > low ? (mean - low) / (high - low) : 0.5, senses.value);
    return {
      data: { order, cells: described.map(({ x: column, y: line, mean, n, std, ci }) => ({ x: column, y: line, mean, n, std, ci, text: hasTexts ? `${format.number(mean, decimals)}\nn ${count(n)}` : "", ink: depth(mean) > DEEP ? look.onDeep : look.onPale })) },
      signals: { x_title: x.title, y_title: y.title, is_reversed: isReversed, low, high: high > low ? high : low + (Math.abs(low) || 1) * 1e-9 },
      scales: [],
      height: FRAME_PX + 34 + down.groups.length * 34,
      notices: [...groupNotices(across), ...groupNotices(down), ...[value, x, y].flatMap(fields.lacks)],
      twin: { heads: [x.title, y.title, "n", `mean ${value.title}`, "std"], rows: described.map(({ x: column, y: line, n, mean, std }) => ({ texts: [column, line, String(n), String(mean), n > 1 ? String(std) : ""] })) },
      n: described.reduce((sum, { n }) => sum + n, 0),
    };
  }

  /* Contour */

  const GRID = 61;
  /** Half a cell, and so much more that no line is seen between two. */
  const OVERLAP = 0.56;
  const LEVELS = 7;
  const MOST_SMOOTHED = 1000;
  const LEAST_SMOOTHED = 6;

  /** Why there is no landscape. */
  function flat(places, x, y) {
    const few = [x, y].find(({ numbers }) => new Set(of(numbers, places)).size < 3);
    const why = places.length < LEAST_SMOOTHED ? `here ${places.length === 1 ? "is" : "are"} ${places.length}` : few && `${few.title} has fewer`;
    return why ? `A landscape needs ${LEAST_SMOOTHED} runs that have all three values, and three different ones on each axis: ${why}.` : "";
  }

  function contour({ rows, slots, scales, senses, look }) {
    const { x, y, value } = slots;
    const places = complete(rows, [x, y, value]);
    const empty = flat(places, x, y);
    if (empty) return { empty };
    const [scaleX, scaleY] = [scaleOf(x, scales.x), scaleOf(y, scales.y)];
    const chosen = thinned(places, MOST_SMOOTHED);
    const along = (field, scale) => {
      const [low, high] = fields.extent(of(field.numbers, chosen)).map(scale === "log" ? Math.log : Number);
      return { share: (number) => ((scale === "log" ? Math.log(number) : number) - low) / (high - low), back: (share) => (scale === "log" ? Math.exp : Number)(low + share * (high - low)) };
    };
    const [atX, atY] = [along(x, scaleX), along(y, scaleY)];
    const grid = reporter.surface.smooth({ x: chosen.map((place) => atX.share(x.numbers[place])), y: chosen.map((place) => atY.share(y.numbers[place])), z: of(value.numbers, chosen) }, GRID);
    const ends = fields.extent(grid);
    const levels = reporter.surface.levels(...ends, LEVELS).filter((level) => level > ends[0] && level < ends[1]);
    const half = OVERLAP / (GRID - 1);
    const cells = Array.from(grid, (number, at) => {
      const [column, line] = [(at % GRID) / (GRID - 1), Math.floor(at / GRID) / (GRID - 1)];
      const [left, right, below, above] = [column - half, column + half, line - half, line + half].map((share) => Math.max(0, Math.min(1, share)));
      return { x: atX.back(left), x2: atX.back(right), y: atY.back(below), y2: atY.back(above), value: number };
    }).filter(({ value: number }) => !Number.isNaN(number));
    const lines = levels.flatMap((level) => reporter.surface.contourLines(grid, GRID, level)).map(([x1, y1, x2, y2]) => ({ x: atX.back(x1), y: atY.back(y1), x2: atX.back(x2), y2: atY.back(y2), ink: look.line }));
    return {
      data: { cells, lines, points: thinned(places, MOST_POINTS - cells.length - Math.min(lines.length, 4000)).map((place) => ({ x: x.numbers[place], y: y.numbers[place], run: rows[place], ink: look.text })) },
      signals: { x_title: x.title, y_title: y.title, x_ticks: ticksOf(x, scaleX), y_ticks: ticksOf(y, scaleY), is_reversed: senses.value === "min", low: ends[0], high: ends[1] },
      scales: [scaleX, scaleY],
      notices: [...(chosen.length < places.length ? [`smoothed over ${count(chosen.length)} of ${count(places.length)} runs`] : []), ...[value, x, y].flatMap(fields.lacks)],
      twin: twinOf(of(rows, places), [x, y, value]),
      n: places.length,
    };
  }

  /* Rankings */

  const MOST_BARS = 15;
  const DIGITS = 2;

  function ranking(found, { look, title, isSigned, notices, heads, n }) {
    const size = ({ value }) => (isSigned ? Math.abs(value) : value);
    const shown = [...found].sort((a, b) => size(b) - size(a)).slice(0, MOST_BARS);
    const bars = shown.map(({ label, value, low, high, n: pairs }) => ({
      label,
      value,
      low: Number.isFinite(low) ? low : null,
      high: Number.isFinite(high) ? high : null,
      edge: Math.max(0, value, Number.isFinite(high) ? high : value),
      text: format.number(Number(value.toFixed(DIGITS)), DIGITS),
      n: pairs,
      color: isSigned && value < 0 ? look.negative : look.positive,
      ink: look.text,
    }));
    const reach = Math.max(...bars.map(({ edge }) => edge), 0.1);
    const more = found.length - shown.length;
    return {
      data: { bars },
      signals: { x_title: title, y_title: "", low: isSigned ? -1 : Math.min(0, ...bars.map(({ value, low }) => Math.min(value, low ?? value))), high: isSigned ? 1 : reach },
      scales: [],
      height: heightOf(bars.length),
      notices: [...notices, ...(more > 0 ? [`${count(more)} more params say less`] : [])],
      twin: { heads, rows: found.map(({ label, n: pairs, value, low, high }) => ({ texts: [label, pairs === undefined ? "" : String(pairs), ...[value, low, high].map((one) => (Number.isFinite(one) ? String(one) : ""))] })) },
      n,
    };
  }

  const LEAST = association.LEAST_PAIRS;
  const refusal = (what) => ({ empty: `${what} needs at least ${LEAST} runs with a value, and a param that differs between them.` });

  function correlation({ rows, slots, params, look }) {
    const goal = slots.x;
    const { read, left } = params();
    const numeric = read.filter(({ kind, id }) => kind === "number" && id !== goal.id);
    const found = numeric.map((field) => {
      const { rho, low, high, n } = association.spearman(field.numbers, goal.numbers);
      return { label: field.title, value: rho, low, high, n };
    });
    const usable = found.filter(({ value }) => !Number.isNaN(value));
    if (!usable.length) return refusal("A rank correlation");
    const others = read.length - numeric.length;
    const notices = [others > 0 && `${count(others)} ${others === 1 ? "param that is no number" : "params that are no numbers"} left out`, left && `first ${read.length} params`, ...fields.lacks(goal)].filter(Boolean);
    return ranking(usable, { look, title: "Spearman's ρ", isSigned: true, notices, heads: ["param", "n", "ρ", "low", "high"], n: rows.length });
  }

  function information({ rows, slots, params, look }) {
    const goal = slots.x;
    const { read, left } = params();
    const found = read
      .filter(({ id }) => id !== goal.id)
      .map((field) => {
        const { adjusted, n } = association.mutualInformation(field.numbers, goal.numbers, { isCategoryA: field.kind === "category", isCategoryB: goal.kind === "category" });
        return { label: field.title, value: adjusted, n };
      });
    const usable = found.filter(({ value }) => !Number.isNaN(value));
    if (!usable.length) return refusal("Mutual information");
    const notices = [left && `first ${read.length} params`, ...fields.lacks(goal)].filter(Boolean);
    return ranking(usable, { look, title: "adjusted mutual information", notices, heads: ["param", "n", "adjusted MI", "", ""], n: rows.length });
  }

  /* Importance: computed by the build */

  function importance({ slots, built, isFiltered, look }) {
    const goal = slots.x;
    if (!built) return { empty: `The build computed no importance for ${goal.title}. It does so for the leading metric and one more that was declared, from 20 runs with params that differ, where scikit-learn is installed (pip install 'runpages[importance]').` };
    if (built.refused) return { empty: built.refused };
    const found = built.params.map(({ label, value, std }) => ({ label, value, low: value - std, high: value + std }));
    const notices = [`R² ${format.number(built.score, 2)} in cross-validation`, isFiltered && "over all runs, not filtered"].filter(Boolean);
    return ranking(found, { look, title: "rise of the error, share of variance", notices, heads: ["param", "", "importance", "low", "high"], n: built.n });
  }

  reporter.relationMakers = { ...relationPoints.makers, means, boxes, heat, contour, correlation, information, importance };
  if (typeof module === "object") module.exports = reporter.relationMakers;
})((globalThis.reporter = globalThis.reporter || {}));
