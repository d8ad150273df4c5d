/**
 * What stands under the pointer in an experiment chart: a run with its exact values, or a group. A click
 * keeps it, with what can be done with the run.
 *
 *   reporter.relationTip.attach(box, {mount, points, areas, pick, tellRun, tellRow, actions})   replaces the last one of the box
 *   reporter.relationTip.detach(box)
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { make } = reporter.elements;

  /** How far from a point the pointer still means it; fingers are less precise. */
  const NEAR_PX = { mouse: 14, pen: 18, touch: 28 };
  const GAP_PX = 14;

  /** What lies over a chart and has an answer of its own to a click. */
  const OTHERS = ".axis-grip, .axis-name";

  const tip = make("div.tip.chart-tip.relation-tip", { hidden: true, role: "status" });
  let pinnedBy = null;

  function place(x, y) {
    const { width, height } = tip.getBoundingClientRect();
    const left = x + GAP_PX + width > innerWidth ? Math.max(4, x - GAP_PX - width) : x + GAP_PX;
    const top = Math.max(4, Math.min(y + GAP_PX, innerHeight - height - 4));
    tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  function hide() {
    tip.hidden = true;
    pinnedBy = null;
    tip.classList.remove("pinned");
  }

  function fill({ title, color, entries }, actions) {
    const head = make("div.tip-name", {}, ...(color ? [make(`span.sw.k${color}`)] : []), make("b", {}, make("bdi", { textContent: title })));
    const table = make("table", {}, make("tbody", {}, ...entries.map(([name, value]) => make("tr", {}, make("td", { textContent: name }), make("td.num", { textContent: value })))));
    tip.replaceChildren(head, table, ...(actions.length ? [make("div.row.tip-actions", {}, ...actions)] : []));
  }

  class Hover {
    constructor(box, about) {
      Object.assign(this, { box, ...about });
      this.mount.addEventListener("pointermove", (event) => event.pointerType !== "touch" && this.move(event));
      this.mount.addEventListener("pointerleave", () => pinnedBy || hide());
      this.mount.addEventListener("click", (event) => this.click(event));
    }

    /** What the pointer means: a drawn thing, else the nearest point. */
    find(event) {
      const bounds = this.mount.getBoundingClientRect();
      const at = [event.clientX - bounds.left, event.clientY - bounds.top];
      if (this.pick) return this.pick(...at);
      return this.nearest(...at, NEAR_PX[event.pointerType] ?? NEAR_PX.mouse) ?? this.inside(...at);
    }

    nearest(x, y, reach) {
      let best = null;
      let least = reach * reach;
      for (const point of this.points()) {
        const distance = (point.left - x) ** 2 + (point.top - y) ** 2;
        if (distance < least) [least, best] = [distance, point.row];
      }
      return best;
    }

    inside(x, y) {
      return this.areas?.().find(({ left, right, top, bottom }) => x >= left && x <= right && y >= top && y <= bottom)?.row ?? null;
    }

    tell(event, row, isPinned) {
      const told = row.run === undefined ? this.tellRow(row) : this.tellRun(row.run);
      fill(told, isPinned && row.run !== undefined ? this.actions(row.run, hide) : []);
      tip.hidden = false;
      tip.classList.toggle("pinned", isPinned);
      place(event.clientX, event.clientY);
    }

    move(event) {
      if (pinnedBy) return;
      const row = this.find(event);
      this.mount.classList.toggle("pointing", row?.run !== undefined);
      if (row) this.tell(event, row, false);
      else hide();
    }

    click(event) {
      if (event.target.closest(OTHERS)) return;
      const row = this.find(event);
      hide();
      if (!row) return;
      this.tell(event, row, true);
      pinnedBy = this;
    }
  }

  const hovers = new WeakMap();

  document.addEventListener("keydown", (event) => event.key === "Escape" && pinnedBy && hide());
  document.addEventListener("pointerdown", (event) => pinnedBy && !tip.contains(event.target) && hide());
  document.addEventListener("scroll", () => !tip.hidden && hide(), { capture: true, passive: true });

  reporter.relationTip = {
    attach(box, about) {
      if (!tip.isConnected) document.body.append(tip);
      const hover = hovers.get(box);
      if (hover?.mount === about.mount) Object.assign(hover, about);
      else hovers.set(box, new Hover(box, about));
    },
    detach(box) {
      if (pinnedBy?.box === box) hide();
      hovers.delete(box);
    },
    hide,
  };
})((globalThis.reporter = globalThis.reporter || {}));
