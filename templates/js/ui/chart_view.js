/**
 * One chart on the screen: a compiled specification, rows, and Vega's view in a box.
 *
 *   const view = new reporter.ChartView(box, spec)
 *   await view.show({points: […]}, {x_title: "step"})
 *   view.scale("x")(12)   where a value stands, in pixels from the left edge of view.area
 *   view.release()        gives back the canvas and everything that Vega holds
 *
 * Knows nothing of runs, metrics or files.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const THEMES = { light: "light", dark: "dark" };
  const EXPORT_SCALE = 2;

  /** Charts load nothing, and follow links only to the web. */
  const LOADER = {
    load: (uri) => Promise.reject(new Error(`A chart of a report loads nothing: ${uri}`)),
    sanitize(uri, { context } = {}) {
      const isAllowed = context === "href" ? /^https?:/i.test(uri) : /^data:image\//i.test(uri);
      if (!isAllowed) return Promise.reject(new Error(`Not followed: ${uri}`));
      return Promise.resolve(context === "href" ? { href: uri, target: "_blank", rel: "noopener noreferrer" } : { href: uri });
    },
  };

  /** The theme that is seen; paper is light. */
  function theme() {
    if (matchMedia("print").matches) return THEMES.light;
    const chosen = document.documentElement.dataset.theme;
    return THEMES[chosen] || (matchMedia("(prefers-color-scheme: dark)").matches ? THEMES.dark : THEMES.light);
  }

  class ChartView {
    /**
     * @param {HTMLElement} box  its size is the chart's
     * @param {object} spec  of Vega
     * @param {string} description  for those who do not see it
     */
    constructor(box, spec, description) {
      this.box = box;
      this.mount = document.createElement("div");
      this.mount.className = "plot";
      box.append(this.mount);
      this.view = new vega.View(vega.parse(spec), { renderer: "canvas", container: this.mount, hover: false, loader: LOADER, logLevel: 0 });
      this.view.description(description);
    }

    /** What the box has room for; `paper` goes over it. */
    get size() {
      if (this.paper) return this.paper;
      const style = getComputedStyle(this.box);
      return {
        width: this.box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight),
        height: this.box.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom),
      };
    }

    /**
     * @param {Object<string, object[]>} rows  by data set; those not named keep theirs
     * @param {Object<string, unknown>} signals
     * @param {number} [height]  in pixels, if less than the box has
     */
    async show(rows, signals, height = this.size.height) {
      for (const [name, value] of Object.entries(signals)) this.view.signal(name, value);
      for (const [name, found] of Object.entries(rows)) this.view.data(name, found);
      this.drawnFor = this.size;
      this.view.width(this.drawnFor.width).height(height);
      await this.view.runAsync();
    }

    /** Lay out once more: texts at the end of bars do not shrink with the axis that makes room for them. */
    async settle() {
      await this.view.resize().runAsync();
    }

    /** Whether nothing has been drawn yet. */
    get isNew() {
      return !this.drawnFor;
    }

    /** Whether the box has another size than it had. */
    get isStale() {
      if (this.paper) return false;
      const { width, height } = this.size;
      const isShown = this.box.clientWidth > 0;
      return isShown && Boolean(this.drawnFor) && (this.drawnFor.width !== width || this.drawnFor.height !== height);
    }

    /** The plot within its axes, in pixels from the mount's corner. */
    get area() {
      const [left, top] = this.view.origin();
      const padding = this.view.padding();
      return { left: left + padding.left, top: top + padding.top, width: this.scale("x").range()[1], height: Math.max(...this.scale("y").range()) };
    }

    scale(name) {
      return this.view.scale(name);
    }

    toCanvas() {
      return this.view.toCanvas(EXPORT_SCALE);
    }

    toSvg() {
      return this.view.toSVG();
    }

    release() {
      this.view.finalize();
      this.mount.remove();
    }
  }

  reporter.ChartView = ChartView;
  reporter.chartTheme = theme;
})((globalThis.reporter = globalThis.reporter || {}));
