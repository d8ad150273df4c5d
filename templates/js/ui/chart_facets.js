/**
 * One chart as several plots side by side, one for each value of a column, on the same axes.
 *
 * Takes the place of ChartDrawing (see there) where the data has `facets`.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { make } = reporter.elements;

  const GAP_PX = 8;
  const TITLE_PX = 18;
  const TEXT_PX = 11;
  /** Of canvases that a view gives, as chart_view.js makes them. */
  const CANVAS_SCALE = 2;

  /** Least and greatest of what the lines and their bands have; null where they are one. */
  function extent(arrays, isMeant) {
    let [low, high] = [Infinity, -Infinity];
    for (const values of arrays) {
      for (let i = 0; i < values.length; i++) {
        if (!isMeant(values[i])) continue;
        if (values[i] < low) low = values[i];
        if (values[i] > high) high = values[i];
      }
    }
    return low < high ? [low, high] : null;
  }

  /** What all plots have in common: the ends of both axes. */
  function sharedEnds({ lines, window, range }, look) {
    const isLog = look.y === "log";
    const drawn = lines.flatMap(({ y, low, high, ghosts = [] }) => [y, ...(low ? [low, high] : []), ...ghosts.map((ghost) => ghost.y)]);
    const scale = reporter.plot.scaleOf(lines.map((line) => ({ line, y: line.y })), { ...look, isLog });
    const ends = scale ? [scale.low, scale.high] : extent(drawn, (y) => Number.isFinite(y) && !(isLog && y <= 0));
    return {
      window: window || extent(lines.map(({ x }) => x), Number.isFinite),
      range: range ? range.map((end, i) => end ?? ends?.[i] ?? null) : ends,
    };
  }

  class FacetDrawing {
    constructor(box, specs, data) {
      Object.assign(this, { box, specs, data, parts: [], notices: [], view: null });
      this.grid = make("div.facets");
      box.append(this.grid);
    }

    /** As many boxes as there are plots. */
    fit() {
      const { facets } = this.data;
      for (const part of this.parts.splice(facets.length)) this.drop(part);
      while (this.parts.length < facets.length) this.parts.push(this.add());
      this.view ??= new FacetView(this);
    }

    add() {
      const title = make("figcaption.facet-title", { dir: "auto" });
      const box = make("div.plotbox");
      this.grid.append(make("div.facet", {}, title, box));
      return Object.assign(new reporter.ChartDrawing(box, this.specs, null), { title });
    }

    drop(part) {
      part.release();
      part.box.parentElement.remove();
    }

    async draw(look) {
      this.fit();
      const ends = sharedEnds(this.data, look);
      for (const [i, part] of this.parts.entries()) {
        const { title, lines } = this.data.facets[i];
        part.title.textContent = part.title.title = title;
        part.data = { ...this.data, ...ends, lines, facets: null, isFacet: true };
        await part.draw(look);
      }
      this.notices = reporter.chartNotices(this.counted(), this.data);
    }

    counted() {
      const sum = (countOf) => this.parts.reduce((total, { plot }) => total + countOf(plot), 0);
      const off = sum(({ scale }) => scale?.count || 0);
      const breakKinds = [...new Set(this.parts.flatMap(({ plot }) => plot.breakKinds))];
      return { breakKinds, scale: off ? { count: off } : null, broken: sum(({ broken }) => broken), dropped: sum(({ dropped }) => dropped) };
    }

    release() {
      for (const part of this.parts.splice(0)) this.drop(part);
      this.grid.remove();
      this.view = null;
    }
  }

  /** All plots of a chart, taken for one view. */
  class FacetView {
    constructor(drawing) {
      this.drawing = drawing;
    }

    get views() {
      return this.drawing.parts.map(({ view }) => view).filter(Boolean);
    }

    get isStale() {
      return this.views.some(({ isStale }) => isStale);
    }

    set paper(size) {
      for (const view of this.views) view.paper = size;
    }

    /** The plots in the columns in which they are seen: [left, top] of each, and the whole size. */
    layout(sizes, scale = 1) {
      const width = Math.max(...sizes.map((size) => size.width)) + GAP_PX * scale;
      const height = Math.max(...sizes.map((size) => size.height)) + (TITLE_PX + GAP_PX) * scale;
      const columns = Math.max(1, Math.min(sizes.length, Math.round((this.drawing.grid.clientWidth * scale) / width) || 1));
      const places = sizes.map((_, i) => [(i % columns) * width, Math.floor(i / columns) * height]);
      return { places, width: columns * width, height: Math.ceil(sizes.length / columns) * height };
    }

    async toSvg() {
      const drawn = await Promise.all(this.views.map((view) => view.toSvg()));
      const plots = drawn.map((text) => new DOMParser().parseFromString(text, "image/svg+xml").documentElement);
      const sizes = plots.map((plot) => ({ width: Number(plot.getAttribute("width")), height: Number(plot.getAttribute("height")) }));
      const { places, width, height } = this.layout(sizes);
      const whole = plots[0].cloneNode(false);
      for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` })) whole.setAttribute(name, value);
      plots.forEach((plot, i) => whole.append(this.titled(plot, places[i], i)));
      return new XMLSerializer().serializeToString(whole);
    }

    titled(plot, [left, top], i) {
      const group = document.createElementNS(plot.namespaceURI, "g");
      const title = document.createElementNS(plot.namespaceURI, "text");
      const { color, fontFamily } = getComputedStyle(this.drawing.parts[i].title);
      for (const [name, value] of Object.entries({ x: 4, y: TITLE_PX - 6, "font-size": TEXT_PX, "font-family": fontFamily, fill: color })) title.setAttribute(name, value);
      title.textContent = this.drawing.parts[i].title.textContent;
      group.setAttribute("transform", `translate(${left},${top})`);
      plot.setAttribute("y", TITLE_PX);
      group.append(title, plot);
      return group;
    }

    async toCanvas() {
      const plots = await Promise.all(this.views.map((view) => view.toCanvas()));
      const { places, width, height } = this.layout(plots, CANVAS_SCALE);
      const whole = make("canvas", { width, height });
      const context = whole.getContext("2d");
      plots.forEach((plot, i) => {
        const { color, fontFamily } = getComputedStyle(this.drawing.parts[i].title);
        Object.assign(context, { fillStyle: color, font: `${TEXT_PX * CANVAS_SCALE}px ${fontFamily}` });
        context.fillText(this.drawing.parts[i].title.textContent, places[i][0] + 4 * CANVAS_SCALE, places[i][1] + (TITLE_PX - 6) * CANVAS_SCALE);
        context.drawImage(plot, places[i][0], places[i][1] + TITLE_PX * CANVAS_SCALE);
      });
      return whole;
    }
  }

  reporter.FacetDrawing = FacetDrawing;
})((globalThis.reporter = globalThis.reporter || {}));
