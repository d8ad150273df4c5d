/**
 * A chart's data drawn in its box: which specification, which rows, which labels, what is said of it.
 *
 *   const drawing = new reporter.ChartDrawing(box, specs, data, look)
 *   await drawing.draw(look)    again after anything changed; makes a new view only if it must
 *   drawing.notices             what was left out or is broken, in words
 *   drawing.release()
 *
 * `look` is {x: "linear"|"log", y: "linear"|"log", smooth: 0…0.99}. Knows nothing of cards or files.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { format } = reporter;

  const LABEL_FONT = "600 11px";
  const LABEL_GAP_PX = 12;
  const LABEL_MARGIN_PX = 8;
  /** Longer names take more of the plot than they are worth. */
  const LABEL_SHARE = 0.3;
  const MOST_LABELS = 6;

  const BAR_PX = 18;
  const AXIS_PX = 44;

  /** Colours as the style sheet has them: it alone knows the theme's. */
  function readColors() {
    const style = getComputedStyle(document.documentElement);
    const token = (name) => style.getPropertyValue(`--${name}`).trim();
    return {
      runs: Array.from({ length: 8 }, (_, i) => token(`c${i + 1}`)),
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
    return ended.map(({ line, y, end }) => ({ text: fit(line.name, mostPx), color: colors[line.color - 1], value: y[end] }));
  }

  function placeLabels(labels, scale, height) {
    const wanted = labels.map(({ value }) => scale(value));
    const tops = reporter.ticks.spread(wanted, LABEL_GAP_PX, 0, height);
    return labels.map((label, i) => ({ ...label, top: tops[i] }));
  }

  function ends(curves) {
    const xs = curves.flatMap(({ line: { x } }) => (x.length ? [x[0], x[x.length - 1]] : []));
    return xs.length ? [Math.min(...xs), Math.max(...xs)] : [0, 0];
  }

  function lineNotices({ dropped, broken }, { total, lines }) {
    const notices = [];
    if (total > lines.length) notices.push(`${lines.length} of ${plural(total, "run", "runs")}`);
    if (broken) notices.push(lines.length === 1 ? "has NaN" : `${plural(broken, "run", "runs")} with NaN`);
    if (dropped) notices.push(`${plural(dropped, "point", "points")} ≤ 0 left out`);
    return notices;
  }

  async function showLines(drawing, look, colors) {
    const { data, view } = drawing;
    const { width } = view.size;
    const plot = reporter.plot.plotLines(data.lines, { smooth: look.smooth, isLog: look.y === "log", widthPx: width, colors: colors.runs, marks: colors.marks });
    const { points, breaks, dots, curves } = plot;
    const labels = makeLabels(curves, colors.runs, width * LABEL_SHARE);
    const right = labels.length ? LABEL_MARGIN_PX + Math.ceil(Math.max(...labels.map(({ text }) => widthOf(text)))) : view.padding.right;
    const signals = { x_title: data.xTitle };
    if (look.x === "log") signals.x_ticks = reporter.ticks.logTicks(...ends(curves));
    await view.show({ points, breaks, dots, labels: [] }, signals, { right });
    if (labels.length) await view.show({ labels: placeLabels(labels, view.scale("y"), view.area.height) }, {}, { right });
    drawing.notices = lineNotices(plot, data);
    const [x, y] = [view.scale("x"), view.scale("y")];
    reporter.chartHover.attachLines(drawing.box, { mount: view.mount, area: view.area, xTitle: data.xTitle, unit: data.unit, curves, colors: colors.runs, toX: x, toY: y, fromX: x.invert });
  }

  /* Bars */

  function barNotices({ bars, broken, left }, { direction }) {
    const notices = [];
    if (left) notices.push(`${direction ? "best" : "largest"} ${bars.length} of ${plural(bars.length + left, "run", "runs")}`);
    if (broken) notices.push(`${plural(broken, "run", "runs")} with NaN`);
    return notices;
  }

  async function showBars(drawing, look, colors) {
    const { data, view } = drawing;
    const room = Math.max(1, Math.floor((view.size.height - AXIS_PX) / BAR_PX));
    const chosen = reporter.bars.chooseBars(data.bars, data.direction, room);
    const points = chosen.bars.map(({ label, value, color }) => ({ label, value, color: colors.runs[color - 1] }));
    await view.show({ points }, { x_title: data.unit });
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
      await (this.data.kind === "bar" ? showBars : showLines)(this, look, readColors());
    }

    release() {
      reporter.chartHover.detach(this.box);
      this.view?.release();
      this.view = null;
      this.made = "";
    }
  }

  reporter.ChartDrawing = ChartDrawing;
})((globalThis.reporter = globalThis.reporter || {}));
