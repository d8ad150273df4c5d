/**
 * A chart's data drawn in its box: which specification, which rows, which labels, what is said of it.
 *
 *   const drawing = new reporter.ChartDrawing(box, specs, data, look)
 *   await drawing.draw(look)    again after anything changed; makes a new view only if it must
 *   drawing.notices             what was left out or is broken, in words
 *   drawing.release()
 *
 * `look` is that of reporter.chartLook. Knows nothing of cards or files.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { format } = reporter;
  const { extent } = reporter.scales;

  const LABEL_FONT = "600 11px";
  const LABEL_GAP_PX = 12;
  /** Longer names take more of the plot than they are worth. */
  const LABEL_SHARE = 0.3;
  const MOST_LABELS = 6;

  /** A bar with its gap, at least and at most; and the axis below them. */
  const LEAST_BAR_PX = 18;
  const MOST_BAR_PX = 28;
  const AXIS_PX = 48;

  /** Colours of lines by their number: runs, shades, grey. */
  const LOOKS = ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "off"];

  /** Colours as the style sheet has them: it alone knows the theme's. */
  function readColors() {
    const style = getComputedStyle(document.documentElement);
    const token = (name) => style.getPropertyValue(`--${name}`).trim();
    return {
      runs: LOOKS.map(token),
      marks: { failed: token("bad"), unfinished: token("warn") },
    };
  }

  const plural = (n, one, many) => `${format.count(n)} ${n === 1 ? one : many}`;

  const context = document.createElement("canvas").getContext("2d");

  function widthOf(text) {
    context.font = `${LABEL_FONT} ${getComputedStyle(document.body).fontFamily}`;
    return context.measureText(text).width;
  }

  /** Cut in the middle until it fits. */
  function fit(text, mostPx) {
    let shown = text;
    for (let n = text.length - 1; n >= 3 && widthOf(shown) > mostPx; n--) shown = format.truncateMiddle(text, n);
    return shown;
  }

  /* Lines */

  function makeLabels(curves, colors, mostPx) {
    const ended = curves.filter(({ end }) => end >= 0);
    if (curves.length < 2 || curves.length > MOST_LABELS) return [];
    const names = reporter.groupCells.tellingNames(ended.map(({ line }) => line.name));
    return ended.map(({ line, y, end }, i) => ({ text: fit(names[i], mostPx), color: colors[line.color - 1], value: y[end], top: 0 }));
  }

  function placeLabels(labels, scale, height) {
    const wanted = labels.map(({ value }) => scale(value));
    const tops = reporter.ticks.spread(wanted, LABEL_GAP_PX, 0, height);
    return labels.map(({ text, color }, i) => ({ text, color, top: tops[i] })); // new rows: Vega marks those it has seen
  }

  /** Two points that span the same axes as all of them. */
  function corners(points, bands) {
    const x = extent(points.map((point) => point.x));
    const y = extent([...points.map((point) => point.y), ...bands.flatMap(({ low, high }) => [low, high])].filter((value) => value !== null));
    return x && y ? [0, 1].map((i) => ({ x: x[i], y: y[i], run: "", color: "transparent", dash: [], width: 0, opacity: 0 })) : [];
  }

  function lineNotices({ dropped, broken, breakKinds, scale }, { lines, cut, notes = [] }) {
    const notices = [];
    if (scale) notices.push(`${format.count(scale.count)} ${scale.unit ? `${scale.unit} ` : ""}off the scale`);
    if (cut) notices.push(cut);
    if (broken) notices.push(`${lines.length === 1 && !lines[0].members ? "has" : `${format.count(broken)} with`} ${breakKinds.join(" or ")}`);
    if (dropped) notices.push(`${plural(dropped, "point", "points")} ≤ 0 left out`);
    return [...notices, ...notes];
  }

  async function showLines(drawing, look, colors) {
    const { data, view } = drawing;
    const { width } = view.size;
    const { window, range } = data;
    const plot = reporter.plot.plotLines(data.lines, { ...look, window, range, isLog: look.y === "log", widthPx: width, colors: colors.runs, marks: colors.marks });
    const { points, bands, breaks, dots, curves } = plot;
    const signals = reporter.scales.signalsOf(plot, data, look);
    /* Axes and labels take their room first, from two points: all of them would be drawn twice. */
    const labels = data.isFacet ? [] : makeLabels(curves, colors.runs, width * LABEL_SHARE);
    if (view.isNew || labels.length) await view.show({ points: corners(points, bands), bands: [], breaks: [], dots: [], labels }, signals);
    const placed = labels.length ? placeLabels(labels, view.scale("y"), view.area.height) : [];
    await view.show({ points, bands, breaks, dots, labels: placed }, signals);
    drawing.plot = plot;
    drawing.notices = lineNotices(plot, data);
    const [x, y] = [view.scale("x"), view.scale("y")];
    const readable = { mount: view.mount, area: view.area, xTitle: data.xTitle, xKind: data.xKind, xUnit: data.xUnit, unit: data.unit, curves, colors: colors.runs, toX: x, toY: y, fromX: x.invert };
    reporter.chartHover.attachLines(drawing.box, readable);
    reporter.chartHighlight.attach(drawing.box, readable);
  }

  /* Bars */

  function barNotices({ bars, broken, left }, { direction, isGrouped }) {
    const notices = [];
    const noun = isGrouped ? ["group", "groups"] : ["run", "runs"];
    if (left) notices.push(`${direction ? "best" : "largest"} ${bars.length} of ${plural(bars.length + left, ...noun)}`);
    if (broken) notices.push(`${format.count(broken)} with NaN`);
    return notices;
  }

  /** A value, and what is around it where it is one of several runs. */
  function barText({ value, low, high }, decimals) {
    const text = format.number(value, decimals);
    if (!Number.isFinite(low) || !Number.isFinite(high)) return text;
    const around = reporter.readout.around({ line: { low: [low], high: [high] }, y: [value] }, 0);
    return around.startsWith("±") ? `${text} ±${format.number((high - low) / 2, decimals)}` : `${text}  ${format.number(low, decimals)} – ${format.number(high, decimals)}`;
  }

  async function showBars(drawing, look, colors) {
    const { data, view } = drawing;
    const { height } = view.size;
    const room = Math.max(1, Math.floor((height - AXIS_PX) / LEAST_BAR_PX));
    const chosen = reporter.bars.chooseBars(data.bars, data.direction, Math.min(room, data.top || room));
    const decimals = format.columnDecimals(chosen.bars.map(({ value }) => value));
    const points = chosen.bars.map((bar) => ({
      label: bar.label,
      value: bar.value,
      color: colors.runs[bar.color - 1],
      text: barText(bar, decimals),
      edge: Math.max(0, bar.value),
    }));
    await view.show({ points }, { x_title: data.unit }, Math.min(height, AXIS_PX + points.length * MOST_BAR_PX));
    await view.settle();
    drawing.notices = barNotices(chosen, data);
    reporter.chartHover.attachBars(drawing.box, { mount: view.mount, area: view.area, metric: data.metric, unit: data.unit, bars: chosen.bars });
  }

  /* Either */

  function styleOf(kind, look) {
    if (kind === "bar") return "bar";
    return `line-${look.y}${look.x === "log" ? "-x-log" : ""}`;
  }

  class ChartDrawing {
    /**
     * @param {HTMLElement} box
     * @param {object} specs  by style and theme
     * @param {object} data  of reporter.chartSource.load, with `xTitle`
     */
    constructor(box, specs, data) {
      Object.assign(this, { box, specs, data, view: null, made: "", notices: [] });
    }

    /** A view is made for one style and one theme. */
    prepare(look) {
      const style = styleOf(this.data.kind, look);
      const theme = reporter.chartTheme();
      if (this.made === `${style} ${theme}`) return;
      this.release();
      this.view = new reporter.ChartView(this.box, this.specs[style][theme], this.description());
      this.made = `${style} ${theme}`;
    }

    description() {
      const { metric, xTitle, kind, total } = this.data;
      return kind === "bar" ? `${metric} of ${plural(total, "run", "runs")}` : `${metric} against ${xTitle}, ${plural(total, "run", "runs")}`;
    }

    async draw(look) {
      this.prepare(look);
      await (this.data.kind === "bar" ? showBars : showLines)(this, look, (this.colors = readColors()));
    }

    release() {
      reporter.chartHover.detach(this.box);
      reporter.chartHighlight.detach(this.box);
      this.view?.release();
      this.view = null;
      this.made = "";
    }
  }

  Object.assign(reporter, { ChartDrawing, chartNotices: lineNotices });
})((globalThis.reporter = globalThis.reporter || {}));
