/**
 * Zoom: drag over a stretch of x, double-click for all of it. All charts with the same x follow, for
 * what is seen is in the address.
 *
 * Listens to the page, so that no chart needs to know of it.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  /** A shorter way is a click. */
  const LEAST_PX = 5;

  const { window: windows } = reporter;

  /** What a reader looks at in units of addresses: time in milliseconds. */
  const inUnits = ({ fromX, xUnit = 1 }, px) => fromX(px) * xUnit;

  function zoom(kind, ends) {
    reporter.view.set({ zoom: windows.change(reporter.view.get("zoom"), kind, ends) }, { pushes: true });
  }

  class Brush {
    constructor(event, { chart, x }) {
      Object.assign(this, { chart, start: x, reach: x, origin: event.clientX, pointer: event.pointerId });
      this.band = document.createElement("div");
      this.band.className = "zoom-band";
      this.listeners = { pointermove: (moved) => this.move(moved), pointerup: (up) => this.drop(up), pointercancel: () => this.end(), keydown: (key) => key.key === "Escape" && this.end() };
      for (const [name, act] of Object.entries(this.listeners)) addEventListener(name, act);
    }

    get isDrag() {
      return this.band.isConnected;
    }

    move(event) {
      if (event.pointerId !== this.pointer) return;
      const by = event.clientX - this.origin;
      if (!this.isDrag && Math.abs(by) < LEAST_PX) return;
      const { mount, area } = this.chart;
      if (!this.isDrag) {
        mount.append(this.band);
        reporter.chartHover.leave();
        reporter.chartHover.isHeld = true;
      }
      this.reach = Math.min(Math.max(this.start + by, 0), area.width);
      const [left, right] = [this.start, this.reach].sort((a, b) => a - b);
      Object.assign(this.band.style, { left: `${area.left + left}px`, top: `${area.top}px`, width: `${right - left}px`, height: `${area.height}px` });
    }

    drop(event) {
      if (event.pointerId !== this.pointer) return;
      const { chart, isDrag } = this;
      this.end();
      if (!isDrag) return;
      const seen = inUnits(chart, chart.area.width) - inUnits(chart, 0);
      const ends = windows.dragged(chart.xKind, inUnits(chart, this.start), inUnits(chart, this.reach), seen);
      if (ends) zoom(chart.xKind, ends);
      ignoreClick();
    }

    end() {
      this.band.remove();
      reporter.chartHover.isHeld = false;
      for (const [name, act] of Object.entries(this.listeners)) removeEventListener(name, act);
    }
  }

  /** The click that ends a drag is none. */
  function ignoreClick() {
    const stop = (event) => event.stopPropagation();
    addEventListener("click", stop, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", stop, { capture: true }));
  }

  /** Where an event is in a chart that can be zoomed; null elsewhere. */
  const placeOf = (event) => {
    const place = reporter.chartHover.placeOf(event);
    return place?.chart.xKind && place.isInside ? place : null;
  };

  addEventListener("pointerdown", (event) => {
    const place = event.button === 0 && event.isPrimary ? placeOf(event) : null;
    if (place) new Brush(event, place);
  });

  addEventListener("dblclick", (event) => {
    const place = placeOf(event);
    if (!place) return;
    const { xKind } = place.chart;
    if (windows.windowOf(reporter.view.get("zoom"), xKind)) zoom(xKind, null);
  });
})((globalThis.reporter = globalThis.reporter || {}));
