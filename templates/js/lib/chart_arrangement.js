/**
 * From the series of runs to the lines of a chart: groups, looks, the best ones, one plot or several.
 *
 * What the reader chose comes in as functions of a run's row in its table; this file knows neither
 * columns nor elements.
 *
 * @typedef {object} Choice
 * @property {((row: number, line: object) => number) | null} groupOf  null: every run is a line
 * @property {((group: number) => {id: string, name: string, color: number, dash: number})} [groupLook]
 * @property {import("./chart_groups.js").Band} band
 * @property {boolean} hasGhosts  whether the runs of a group are drawn behind it
 * @property {((row: number) => {color: number, dash: number}) | null} colorOf
 * @property {((row: number) => number) | null} dashOf
 * @property {{placeOf: (row: number) => number, title: (place: number) => string} | null} facet
 * @property {number} top  0: all
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./format.js");
    require("./smooth.js");
    require("./chart_groups.js");
    require("./chart_identity.js");
    require("./plot.js");
  }
  const { chartGroups, chartIdentity, format } = reporter;

  /** More plots of one chart are too small to be read. */
  const MOST_FACETS = 12;

  const plural = (n, one) => `${format.count(n)} ${one}${n === 1 ? "" : "s"}`;

  /** Items by a key, in the order in which keys are met. */
  function bucketed(items, keyOf) {
    const buckets = new Map();
    for (const item of items) {
      const key = keyOf(item);
      if (!buckets.has(key)) buckets.set(key, []);
      buckets.get(key).push(item);
    }
    return buckets;
  }

  function withLooks(lines, { colorOf, dashOf }) {
    if (!colorOf && !dashOf) return lines;
    return lines.map((line) => ({ ...line, ...colorOf?.(line.row, line), ...(dashOf && { dash: dashOf(line.row) }) }));
  }

  /** What all of some runs agree on, else the first look is none of theirs. */
  function sharedLook(members, look, { colorOf, dashOf }) {
    const [first] = members;
    const agree = (name) => members.every((member) => member[name] === first[name]);
    const color = colorOf ? (agree("color") ? first.color : chartIdentity.NONE) : look.color;
    const byDash = dashOf || colorOf ? first.dash : look.dash;
    return { color, dash: (dashOf || colorOf) && !agree("dash") ? 0 : byDash };
  }

  function groupLine(members, look, choice, window) {
    const combined = chartGroups.combine(members, choice.band, window);
    const isShownByRuns = choice.hasGhosts || (members.length > 1 && !chartGroups.hasBand(combined));
    return {
      ...combined,
      ...look,
      ...sharedLook(members, look, choice),
      row: members[0].row,
      status: "",
      isSmooth: true,
      members,
      size: members.length,
      logged: combined.x.length,
      ghosts: isShownByRuns ? members : [],
    };
  }

  /** A mean of smoothed runs is a smoothed mean, and so is its band. */
  const smoothed = (lines, look) => (look.smooth > 0 ? lines.map((line) => ({ ...line, y: reporter.smoothLine(line, look) })) : lines);

  /** One line a group; a group that is split over plots is a line in each. */
  function grouped(lines, look, choice, window) {
    const { groupOf, groupLook, facet } = choice;
    const keyOf = (line) => `${groupOf(line.row, line)} ${facet ? facet.placeOf(line.row) : ""}`;
    const buckets = [...bucketed(smoothed(lines, look), keyOf).values()];
    return buckets
      .map((members) => ({ group: groupOf(members[0].row, members[0]), members }))
      .sort((a, b) => a.group - b.group)
      .map(({ group, members }) => groupLine(members, groupLook(group), choice, window));
  }

  /** One bar a group: the mean or median of its runs, and what is around it. */
  function barsOf(bars, choice) {
    return [...bucketed(bars, ({ row }) => choice.groupOf(row))].map(([group, members]) => {
      const look = choice.groupLook(group);
      const values = Float64Array.from(members, ({ value }) => value).filter(Number.isFinite);
      const [value, low, high] = chartGroups.atStep(values, choice.band);
      return { ...look, ...sharedLook(members, look, choice), row: group, status: "", value, low, high, n: values.length, members };
    });
  }

  /** The lines that are drawn, and what to say of those that are not. */
  function chosen(lines, noun, { top, direction }) {
    const { MAX_LINES } = reporter.plot;
    const most = Math.min(top || MAX_LINES, MAX_LINES);
    if (lines.length <= most) return { lines, cut: "" };
    const isRanked = top > 0 && top <= MAX_LINES;
    const kept = isRanked ? chartIdentity.best(lines, most, direction) : lines.slice(0, most);
    const word = isRanked ? (direction ? "best " : "first ") : "";
    return { lines: kept, cut: `${word}${most} of ${plural(lines.length, noun)}` };
  }

  /** One plot for each value, in the order of the values; what was not logged is last. */
  function facetsOf(lines, { placeOf, title }) {
    const buckets = [...bucketed(lines, ({ row }) => placeOf(row))];
    const order = (place) => (place < 0 ? Infinity : place);
    buckets.sort(([a], [b]) => order(a) - order(b) || 0);
    const facets = buckets.map(([place, own]) => ({ title: title(place), lines: own }));
    return { facets: facets.slice(0, MOST_FACETS), more: Math.max(0, facets.length - MOST_FACETS) };
  }

  /**
   * Which runs a chart draws, and how they look: before finer points of them are asked for.
   *
   * @param {object} data  of a chart: {lines, total, direction, …}, or {bars, …}
   * @param {Choice | null} choice  null: runs as they are
   * @returns {object}  the same; `cut` says what is left out
   */
  function pick(data, choice) {
    if (!data.lines) return choice ? { ...data, bars: withLooks(data.bars, choice), top: choice.top } : data;
    const looked = choice ? withLooks(data.lines, choice) : data.lines;
    if (choice?.groupOf) return { ...data, lines: looked, cut: "" };
    const { lines, cut } = chosen(looked, "run", { top: choice?.top || 0, direction: data.direction });
    return { ...data, lines: [...lines].sort((a, b) => a.row - b.row), cut };
  }

  /**
   * The lines of the runs that were picked, in the order of the table.
   *
   * @param {object} data  of `pick`, against its axis; `window`: the ends of x that are seen
   * @param {{smooth: number}} look
   * @param {Choice | null} choice
   * @returns {object}  the same; `notes` say what else there is to know, `facets` has {title, lines} of each plot
   */
  function arrange(data, look, choice) {
    if (!choice) return data;
    if (!data.lines) return choice.groupOf ? { ...data, bars: barsOf(data.bars, choice), isGrouped: true } : data;
    const groups = choice.groupOf ? groupsOf(data, look, choice) : data;
    if (!choice.facet || !groups.lines.length) return groups;
    const { facets, more } = facetsOf(groups.lines, choice.facet);
    return { ...groups, facets, notes: [...(groups.notes || []), ...(more ? [`${plural(more, "plot")} more`] : [])] };
  }

  function groupsOf(data, look, choice) {
    const all = grouped(data.lines, look, choice, data.window);
    const { lines, cut } = chosen(all, "group", { top: choice.top, direction: data.direction });
    const isExact = lines.every((line) => line.isExact || line.size === 1);
    return { ...data, lines, cut, isGrouped: true, band: choice.band, notes: [...(data.notes || []), ...(isExact ? [] : ["≈ interpolated"])] };
  }

  reporter.chartArrangement = { pick, arrange };
  if (typeof module === "object") module.exports = reporter.chartArrangement;
})((globalThis.reporter = globalThis.reporter || {}));
