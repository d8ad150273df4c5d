/**
 * What is seen of all charts of a page: scales, smoothing, and which cards. It is in the address.
 *
 *   reporter.chartLook.get()            {axis, x, y, smooth, smoothsByX, hasOutliers, cutsOutliers, zoom, ranges}
 *   reporter.chartLook.subscribe(act)   after it changed
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const MOST_SMOOTH = 0.99;
  const NAMES = ["axis", "x", "y", "smooth", "ema", "outliers", "zoom", "yr"];

  /** Values of buttons that an address need not name. */
  const PLAIN = new Set(["linear", "step", "point", "runs"]);
  const AXES = new Set(["time", "wall"]);

  const listeners = new Set();

  const scale = (name) => (reporter.view.get(name) === "log" ? "log" : "linear");

  /** "step", "time", "wall", or a metric: "metrics.val_loss". */
  function axis() {
    const wanted = reporter.view.get("axis") || "";
    return AXES.has(wanted) || wanted.startsWith("metrics.") ? wanted : "step";
  }

  function outliers() {
    const wanted = reporter.view.get("outliers");
    return wanted === "shown" || wanted === "points" ? wanted : "runs";
  }

  function smooth() {
    const wanted = Number(reporter.view.get("smooth"));
    return wanted > 0 ? Math.min(wanted, MOST_SMOOTH) : 0;
  }

  /** While the slider is dragged the address stays: browsers limit how often it may change. */
  let dragged = null;

  const get = () => ({
    axis: axis(),
    x: scale("x"),
    y: scale("y"),
    smooth: dragged ?? smooth(),
    ema: reporter.view.get("ema") === "x" ? "x" : "point",
    smoothsByX: reporter.view.get("ema") === "x",
    outliers: outliers(),
    hasOutliers: outliers() === "shown",
    cutsOutliers: outliers() === "points",
    zoom: reporter.view.get("zoom"),
    ranges: reporter.view.get("yr"),
  });

  function tell() {
    for (const listener of listeners) listener();
  }

  reporter.chartLook = { get, subscribe: (listener) => void listeners.add(listener) };

  /* Find a chart */

  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  function matches(metric, wanted) {
    const name = metric.toLowerCase();
    return wanted.every((word) => name.includes(word));
  }

  /** Hide the cards whose metric lacks one of the words; say how many are left. */
  function find(panel, text, status) {
    const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
    const cards = all("[data-role=chart]", panel);
    for (const card of cards) card.hidden = !matches(card.dataset.metric, wanted);
    for (const section of all(".charts-section", panel)) section.hidden = !section.querySelector("[data-role=chart]:not([hidden])");
    const left = cards.filter((card) => !card.hidden).length;
    status.textContent = wanted.length ? `${left} of ${cards.length} charts` : "";
  }

  /* The toolbar */

  class Toolbar {
    constructor(element) {
      this.element = element;
      this.panel = element.parentElement;
      this.finder = element.querySelector("[data-act=find]");
      this.slider = element.querySelector("[data-act=smooth]");
      this.output = element.querySelector("output");
      this.status = element.querySelector("[data-part=found]");
      this.metric = element.querySelector("[data-act=axis-metric]");
      this.kernel = element.querySelector("[data-part=ema]");
      this.unzoom = element.querySelector("[data-act=unzoom]");
      element.addEventListener("click", (event) => this.press(event.target.closest("[data-value]")));
      this.finder.oninput = () => this.change({ find: this.finder.value.trim() || null });
      this.slider.oninput = () => this.drag(this.slider.value / 100);
      this.slider.onchange = () => this.drop();
      this.offer(all("[data-role=chart][data-kind=line]").map(({ dataset }) => dataset.metric));
      this.metric.onchange = () => this.change({ axis: this.metric.value ? `metrics.${this.metric.value}` : null });
      this.outliers = element.querySelector("[data-act=outliers]");
      this.outliers.onchange = () => this.change({ outliers: PLAIN.has(this.outliers.value) ? null : this.outliers.value });
      this.unzoom.onclick = () => reporter.view.set({ zoom: null, yr: null }, { pushes: true });
      element.hidden = false;
      this.show();
    }

    press(button) {
      if (button) this.change({ [button.dataset.act]: PLAIN.has(button.dataset.value) ? null : button.dataset.value });
    }

    /** Metrics to choose as x. */
    offer(metrics) {
      for (const metric of new Set(metrics)) this.metric.append(new Option(metric, metric));
    }

    drag(weight) {
      dragged = weight;
      this.show();
      tell();
    }

    drop() {
      const weight = get().smooth;
      dragged = null;
      this.change({ smooth: weight ? String(weight) : null });
    }

    change(changes) {
      reporter.view.set(changes);
    }

    show() {
      const look = get();
      for (const button of all("[data-value]", this.element)) button.setAttribute("aria-pressed", String(look[button.dataset.act] === button.dataset.value));
      const metric = look.axis.startsWith("metrics.") ? look.axis.slice("metrics.".length) : "";
      if (metric && ![...this.metric.options].some(({ value }) => value === metric)) this.offer([metric]);
      this.metric.value = metric;
      this.outliers.value = look.outliers;
      this.metric.classList.toggle("chosen", metric !== "");
      this.kernel.hidden = !(look.smooth > 0);
      this.unzoom.hidden = !look.zoom && !look.ranges;
      this.slider.value = Math.round(look.smooth * 100);
      this.output.textContent = String(look.smooth);
      const text = reporter.view.get("find") || "";
      if (this.finder.value.trim() !== text) this.finder.value = text;
      find(this.panel, text, this.status);
    }
  }

  reporter.whenReady(() => {
    const toolbars = all("[data-role=charts-toolbar]").map((element) => new Toolbar(element));
    reporter.view.subscribe((_, names) => {
      for (const toolbar of toolbars) toolbar.show();
      if (names.some((name) => NAMES.includes(name))) tell();
    });
  });
})((globalThis.reporter = globalThis.reporter || {}));
