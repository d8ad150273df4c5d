/**
 * What lies over the axes of parallel coordinates: drag over an axis to filter, drag its name to move it.
 *
 *   const axes = new reporter.ParallelAxes(box, handlers)
 *   axes.show({mount, area, toX, axes, floor, brushOf})   after each drawing
 *
 * By keyboard: the ends of a filter are sliders; left and right move an axis whose name has the focus,
 * Delete takes it away. Knows nothing of tables: `handlers` has brush(id, brush | null), order(ids).
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { make } = reporter.elements;

  /** A pointer that moved less has clicked. */
  const CLICK_PX = 4;
  const GRIP_PX = 26;
  /** An end as near to the axis' is open: nothing beyond it is left out. */
  const OPEN = 0.006;
  const STEP = 0.02;
  const NAME_PX = 26;

  const clamp = (share) => Math.max(0, Math.min(1, share));
  const px = (value) => `${value}px`;

  class Axis {
    constructor(owner, axis, place) {
      Object.assign(this, { owner, axis, place, id: axis.field.id });
      const { title } = axis.field;
      this.band = make("div.axis-brush", { hidden: true });
      this.ends = [0, 1].map((end) => this.slider(end, title));
      this.grip = make("div.axis-grip", {}, this.band, ...this.ends);
      this.name = make("button.axis-name", { "data-axis": this.id, "aria-label": `${title}: move with left and right, take away with Delete`, title: `${title}: drag to move` });
      this.grip.addEventListener("pointerdown", (event) => this.startBrush(event));
      this.name.addEventListener("pointerdown", (event) => this.startMove(event));
      this.name.addEventListener("keydown", (event) => this.pressName(event));
    }

    slider(end, title) {
      const word = ["lowest", "highest"][end];
      const made = make("span.axis-end", { role: "slider", tabIndex: 0, "aria-label": `${title}, ${word}`, "aria-orientation": "vertical", "aria-valuemin": "0", "aria-valuemax": "100", "data-end": String(end) });
      made.addEventListener("keydown", (event) => this.pressEnd(event, end));
      return made;
    }

    get x() {
      return this.owner.area.left + this.owner.toX(this.place);
    }

    draw() {
      const { top } = this.owner.area;
      const height = this.owner.area.height / (1 - this.owner.floor);
      Object.assign(this.grip.style, { left: px(this.x - GRIP_PX / 2), top: px(top), height: px(height), width: px(GRIP_PX) });
      const room = Math.min(150, this.owner.room);
      Object.assign(this.name.style, { left: px(this.x - room / 2), top: px(top - 10 - NAME_PX), width: px(room), height: px(NAME_PX), translate: "" });
      this.shares = this.sharesOf(this.owner.brushOf(this.id));
      this.drawBand();
    }

    drawBand() {
      const [low, high] = this.shares ?? [0, 1];
      this.band.hidden = !this.shares;
      this.grip.classList.toggle("brushed", Boolean(this.shares));
      Object.assign(this.band.style, { bottom: `${low * 100}%`, top: `${(1 - high) * 100}%` });
      [low, high].forEach((share, end) => {
        this.ends[end].style.bottom = `${share * 100}%`;
        this.ends[end].setAttribute("aria-valuenow", String(Math.round(share * 100)));
        this.ends[end].setAttribute("aria-valuetext", this.textAt(share));
      });
    }

    textAt(share) {
      const { field, back } = this.axis;
      if (field.kind === "category") return field.categories[Math.round(back(share))] ?? "";
      return field.kind === "time" ? reporter.format.time(back(share)) : reporter.format.number(Number(back(share).toPrecision(4)));
    }

    /* Values and shares of the axis */

    sharesOf(brush) {
      if (!brush) return null;
      const { field, at } = this.axis;
      if (brush.any) return this.sharesOfValues(brush.any);
      return brush.range.map((end, i) => (Number.isFinite(end) ? clamp(at(end / field.factor)) : i));
    }

    sharesOfValues(values) {
      const { field, at } = this.axis;
      const places = values.map((text) => field.categories.indexOf(text)).filter((place) => place >= 0);
      const half = 0.5 / field.categories.length;
      return places.length ? [clamp(at(Math.min(...places)) - half), clamp(at(Math.max(...places)) + half)] : [0, 0];
    }

    brushAt([low, high]) {
      const { field, at, back } = this.axis;
      if (field.kind === "category") return { any: field.categories.filter((_, place) => at(place) >= low && at(place) <= high) };
      const precise = (share) => (field.kind === "time" ? Math.round(back(share)) : Number((back(share) * field.factor).toPrecision(4)));
      return { range: [low <= OPEN ? -Infinity : precise(low), high >= 1 - OPEN ? Infinity : precise(high)] };
    }

    commit(shares) {
      const [low, high] = shares ?? [0, 1];
      const isWhole = !shares || (low <= OPEN && high >= 1 - OPEN);
      const brush = isWhole ? null : this.brushAt(shares);
      this.owner.handlers.brush(this.id, brush && brush.any?.length === 0 ? null : brush);
    }

    /* Pointer */

    shareOf(event) {
      const { top, height } = this.grip.getBoundingClientRect();
      return clamp(1 - (event.clientY - top) / height);
    }

    startBrush(event) {
      if (event.button !== 0) return;
      event.preventDefault();
      const end = event.target.dataset.end;
      const from = end === undefined || !this.shares ? this.shareOf(event) : this.shares[1 - Number(end)];
      const start = event.clientY;
      let moved = false;
      const move = (moving) => {
        moved ||= Math.abs(moving.clientY - start) > CLICK_PX;
        if (!moved) return;
        const to = this.shareOf(moving);
        this.shares = [Math.min(from, to), Math.max(from, to)];
        this.drawBand();
      };
      this.follow(event, this.grip, move, () => this.commit(moved ? this.shares : null));
    }

    startMove(event) {
      if (event.button !== 0) return;
      const start = event.clientX;
      let way = 0;
      const move = (moving) => {
        way = moving.clientX - start;
        this.name.style.translate = `${way}px 0`;
      };
      this.follow(event, this.name, move, () => {
        this.name.style.translate = "";
        if (Math.abs(way) > CLICK_PX) this.owner.moveTo(this.place, this.x + way);
      });
    }

    follow(event, element, move, done) {
      element.setPointerCapture(event.pointerId);
      const end = () => {
        element.removeEventListener("pointermove", move);
        element.removeEventListener("pointercancel", end);
        done();
      };
      element.addEventListener("pointermove", move);
      element.addEventListener("pointerup", end, { once: true });
      element.addEventListener("pointercancel", end);
    }

    /* Keyboard */

    pressEnd(event, end) {
      const way = { ArrowUp: STEP, ArrowRight: STEP, ArrowDown: -STEP, ArrowLeft: -STEP, PageUp: 5 * STEP, PageDown: -5 * STEP }[event.key];
      const jump = { Home: 0, End: 1 }[event.key];
      if (event.key === "Delete" || event.key === "Backspace") this.commit(null);
      else if (way === undefined && jump === undefined) return;
      else {
        const shares = [...(this.shares ?? [0, 1])];
        shares[end] = clamp(jump ?? shares[end] + way);
        this.shares = shares.sort((a, b) => a - b);
        this.drawBand();
        this.commit(this.shares);
      }
      event.preventDefault();
    }

    pressName(event) {
      const { ids } = this.owner;
      const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (way) this.owner.reorder(this.place, Math.max(0, Math.min(ids.length - 1, this.place + way)));
      else if (event.key === "Delete" || event.key === "Backspace") this.owner.handlers.order(ids.filter((id) => id !== this.id));
      else return;
      event.preventDefault();
    }
  }

  class ParallelAxes {
    constructor(box, handlers) {
      this.box = box;
      this.handlers = handlers;
      this.layer = make("div.axis-layer");
      this.axes = [];
      box.append(this.layer);
    }

    get ids() {
      return this.axes.map(({ id }) => id);
    }

    /** Pixels from one axis to the next. */
    get room() {
      return this.axes.length > 1 ? this.toX(1) - this.toX(0) : 120;
    }

    show({ mount, area, toX, axes, floor, brushOf }) {
      const style = { left: px(mount.offsetLeft), top: px(mount.offsetTop), width: px(mount.offsetWidth), height: px(mount.offsetHeight) };
      Object.assign(this, { area, toX, floor, brushOf });
      Object.assign(this.layer.style, style);
      const focus = this.focused();
      this.axes = axes.map((axis, place) => new Axis(this, axis, place));
      this.layer.replaceChildren(...this.axes.flatMap(({ grip, name }) => [name, grip]));
      for (const axis of this.axes) axis.draw();
      this.restore(focus);
    }

    focused() {
      const axis = this.axes.find(({ grip, name }) => grip.contains(document.activeElement) || name === document.activeElement);
      return axis && { id: axis.id, end: document.activeElement.dataset.end };
    }

    restore(focus) {
      const axis = focus && this.axes.find(({ id }) => id === focus.id);
      if (axis) (focus.end === undefined ? axis.name : axis.ends[Number(focus.end)]).focus();
    }

    moveTo(from, x) {
      const places = this.axes.map((axis) => axis.x);
      const nearest = places.reduce((best, at, i) => (Math.abs(at - x) < Math.abs(places[best] - x) ? i : best), 0);
      this.reorder(from, nearest);
    }

    reorder(from, to) {
      if (from === to) return;
      const ids = [...this.ids];
      ids.splice(to, 0, ...ids.splice(from, 1));
      this.handlers.order(ids);
    }

    release() {
      this.layer.remove();
    }
  }

  reporter.ParallelAxes = ParallelAxes;
})((globalThis.reporter = globalThis.reporter || {}));
