/**
 * One experiment chart: its controls, its drawing, what is said of it. Which runs and which columns there
 * are is the board's business (relations.js).
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { relationMakers, relationChoices, relationFields, format } = reporter;
  const { make } = reporter.elements;

  const FONT = "11px";
  const LEGEND_LEFT_PX = 90;
  /** From one axis of parallel coordinates to the next. */
  const LEAST_AXIS_PX = 92;
  const context = document.createElement("canvas").getContext("2d");

  function widthOf(text) {
    context.font = `${FONT} ${getComputedStyle(document.body).fontFamily}`;
    return context.measureText(text).width;
  }

  class RelationCard {
    /** @param {object} board @param {object} kind  of the data file of experiment charts */
    constructor(board, kind) {
      Object.assign(this, { board, kind, view: null, made: "", isNear: false });
      this.notice = make("span.chart-notice");
      this.title = make("h3", { title: kind.note, textContent: kind.title });
      this.head = make("figcaption.ph", {}, this.title, this.notice, make("span.spacer"));
      this.fields = make("div.relation-fields");
      this.box = make("div.plotbox");
      this.note = make("p.relation-note.muted", { textContent: kind.note });
      this.figure = make(`figure.panel.card.relation.${kind.width}`, { "data-role": "relation", "data-kind": kind.name, "data-state": "idle", "aria-label": kind.title }, this.head, this.note, this.fields, this.box);
      this.tools = new reporter.ChartTools(this.figure);
    }

    /* Choices */

    chosen(name) {
      return this.board.choices.get(`${this.kind.name}.${name}`);
    }

    choose(name, value) {
      this.board.choose(`${this.kind.name}.${name}`, value);
    }

    /** The column of a slot; a list of them where it takes many. */
    idOf(slot) {
      return this.chosen(slot.name) ?? relationChoices.defaultOf(slot, this.board.known);
    }

    idsOf(slot) {
      return relationChoices.splitList(this.idOf(slot));
    }

    /** Undefined where the data decide. */
    wish({ name, is_on: isOn }) {
      const chosen = this.chosen(name);
      return chosen ? chosen === "on" : isOn ?? undefined;
    }

    isOn(option) {
      return this.wish(option) ?? this.last?.options?.[option.name] ?? false;
    }

    /** Every column that the chart needs, by id. */
    wanted() {
      return this.kind.slots.flatMap((slot) => (slot.takes === "many" ? this.idsOf(slot) : [this.idOf(slot)])).filter(Boolean);
    }

    senseOf(slot, field) {
      if (!field) return "";
      return this.chosen(`${slot.name}.sense`) ?? this.board.senseOf(field.id, field.direction);
    }

    /* Controls */

    drawFields(slots) {
      const focused = this.fields.contains(document.activeElement) && document.activeElement.dataset.slot;
      const parts = this.kind.slots.filter((slot) => this.kind.slots.length > 1 || slot.default !== "goal").map((slot) => this.control(slot, slots[slot.name]));
      const options = this.kind.options.map((option) => relationFields.toggle(option.label, option.note, this.isOn(option), () => this.choose(option.name, this.isOn(option) ? "off" : "on"), { "data-slot": option.name }));
      this.fields.replaceChildren(...parts, ...options);
      this.fields.hidden = !this.fields.children.length;
      if (focused) this.fields.querySelector(`[data-slot="${focused}"]`)?.focus();
    }

    control(slot, field) {
      const act = (value) => this.choose(slot.name, value || (slot.default ? null : ""));
      if (slot.takes === "many") return make("label.row.muted", {}, relationFields.adder(this.board, slot, this.idsOf(slot), (value) => this.choose(slot.name, value)));
      const label = make("label.row.muted", {}, slot.label, relationFields.picker(this.board, slot, this.idOf(slot), act));
      return make("span.row", {}, label, ...this.scaleToggle(slot, field), ...this.senseToggle(slot, field));
    }

    scaleToggle(slot, field) {
      const scales = this.kind.axes[slot.axis] || [];
      const isPositive = field?.kind === "number" && (reporter.fields.extent(field.numbers) ?? [0])[0] > 0;
      if (!scales.includes("log") || !isPositive || this.kind.options.some((option) => option.name === "zero" && this.isOn(option))) return [];
      const drawn = this.last?.scales?.[Object.keys(this.kind.axes).indexOf(slot.axis)];
      const isLog = (drawn ?? (field.isLog ? "log" : "linear")) === "log";
      return [relationFields.toggle("log", `Logarithmic ${slot.axis}`, isLog, () => this.choose(`${slot.name}.scale`, isLog ? "linear" : "log"), { "data-slot": `${slot.name}.scale` })];
    }

    /** A front needs to know what is better on both of its axes. */
    senseToggle(slot, field) {
      const front = this.kind.options.find(({ name }) => name === "front");
      if (!front || !this.isOn(front) || !slot.axis || field?.kind !== "number") return [];
      const sense = this.senseOf(slot, field) || "min";
      const [text, other] = relationFields.SENSES[sense];
      return [make("button.btn.small", { textContent: text, title: `Other direction of ${field.title}`, "data-slot": `${slot.name}.sense`, onclick: () => this.choose(`${slot.name}.sense`, other) })];
    }

    /* Drawing */

    read() {
      const rows = this.rows();
      const slots = {};
      for (const slot of this.kind.slots) {
        const read = (id) => this.board.read(id, rows);
        slots[slot.name] = slot.takes === "many" ? this.idsOf(slot).map(read).filter(Boolean) : read(this.idOf(slot));
      }
      return { rows, slots };
    }

    /** Parallel coordinates keep what the brushes leave out as their ground. */
    rows() {
      return this.kind.maker === "parallel" ? this.board.ground() : this.board.rows();
    }

    /** Why nothing can be drawn; "" when it can. */
    lack({ rows, slots }) {
      if (!rows.length) return "No run to show: the filter of the table leaves none.";
      for (const slot of this.kind.slots) {
        const field = slots[slot.name];
        if (slot.default === "" || (Array.isArray(field) && field.length)) continue;
        if (field && !Array.isArray(field)) {
          if (field.numbers.every(Number.isNaN)) return `No run shown here has ${field.title}.`;
          continue;
        }
        if (slot.default === "goal") return "No run logged a metric. Log one, then build again.";
        return this.idOf(slot) ? `There is no column ${relationFields.titleOf(this.board.table.columns, this.idOf(slot))}.` : "This chart needs params that differ between the runs. Log them with log_params, or choose another column.";
      }
      return "";
    }

    make({ rows, slots }) {
      const lack = this.lack({ rows, slots });
      if (lack) return { empty: lack };
      const bySlot = (prefix) => Object.fromEntries(this.kind.slots.map(({ name, axis }) => [prefix === "scale" ? axis : name, this.chosen(`${name}.${prefix}`)]));
      const senses = Object.fromEntries(this.kind.slots.filter(({ takes }) => takes !== "many").map((slot) => [slot.name, this.senseOf(slot, slots[slot.name])]));
      const shown = this.board.shownSet();
      return relationMakers[this.kind.maker]({
        rows,
        slots,
        senses,
        widthOf,
        options: Object.fromEntries(this.kind.options.map((option) => [option.name, this.wish(option)])),
        scales: bySlot("scale"),
        look: this.board.look(),
        params: () => this.board.params(rows),
        built: this.board.built(slots.x?.id),
        isFiltered: rows.length < this.board.table.columns.n,
        isIn: (row) => shown.has(row),
        width: Math.max(120, this.box.clientWidth - LEGEND_LEFT_PX),
      });
    }

    async draw() {
      this.isStale = false;
      const turn = (this.turn = (this.turn ?? 0) + 1);
      try {
        await this.board.bring(this.wanted());
        if (turn !== this.turn) return;
        const found = this.read();
        const made = this.make(found);
        this.last = made;
        this.drawFields(found.slots);
        if (made.empty) this.empty(made.empty);
        else await this.show(made, found);
        if (turn === this.turn) this.figure.dataset.state = made.empty ? "empty" : "ready";
      } catch (error) {
        this.empty(error instanceof reporter.DataFileError ? error.message : `This chart cannot be drawn: ${error.message}`);
        this.figure.dataset.state = "error";
      }
    }

    empty(text) {
      this.release();
      this.box.style.height = "";
      this.figure.classList.add("is-empty");
      this.box.append(make("p.hole", { textContent: text }));
      this.notice.textContent = "";
      this.made = "";
    }

    prepare(scales) {
      const variant = this.kind.variants[scales.join("-")];
      const theme = reporter.chartTheme();
      const name = `${scales.join("-")} ${theme}`;
      if (this.made === name && this.view) return variant;
      this.release();
      this.figure.classList.remove("is-empty");
      this.view = new reporter.ChartView(this.box, variant[theme], this.kind.title);
      this.made = name;
      return variant;
    }

    async show(made, found) {
      const variant = this.prepare(made.scales);
      this.box.style.height = made.height ? `${made.height}px` : "";
      this.found = found;
      this.view.view.description(`${this.kind.title}: ${this.titlesOf(found).join(", ")}; ${format.count(made.n)} runs`);
      this.widen(made);
      await this.view.show(made.data, made.signals);
      this.notice.textContent = this.notice.title = [...made.notices, `n ${format.count(made.n)}`].join(" · ");
      this.overlay(made);
      this.attachTip(made, found);
      this.tools.update(reporter.relationTwin(this, made, variant), { view: this.view });
    }

    /** Axes that would stand too close get more room than the screen has: the box scrolls. */
    widen({ axes = [] }) {
      this.view.paper = null;
      const { size } = this.view;
      const width = axes.length * LEAST_AXIS_PX;
      if (width > size.width) this.view.paper = { ...size, width };
    }

    titlesOf({ slots }) {
      return Object.values(slots).flat().filter(Boolean).map(({ title }) => title);
    }

    overlay(made) {
      if (this.kind.maker !== "parallel") return;
      const slot = this.kind.slots.find(({ takes }) => takes === "many");
      this.axes ??= new reporter.ParallelAxes(this.box, {
        brush: (id, brush) => this.board.brushing.set(id, brush),
        order: (ids) => this.choose(slot.name, relationChoices.joinList(ids)),
      });
      const { view } = this;
      this.axes.show({ mount: view.mount, area: view.area, toX: view.scale("x"), axes: made.axes, floor: made.signals.at_least, brushOf: (id) => this.board.brushing.of(id) });
    }

    attachTip(made, { slots }) {
      const columns = [...new Map(Object.values(slots).flat().filter(Boolean).map((field) => [field.id, field])).values()];
      reporter.relationTip.attach(this.box, { mount: this.kind.maker === "parallel" ? this.axes.layer : this.view.mount, ...reporter.relationTargets(this.view, this.kind.maker, made), ...this.board.tell(columns) });
    }

    release() {
      reporter.relationTip.detach(this.box);
      this.axes?.release();
      this.axes = null;
      this.view?.release();
      this.view = null;
      for (const hole of this.box.querySelectorAll(".hole")) hole.remove();
    }
  }

  reporter.RelationCard = RelationCard;
})((globalThis.reporter = globalThis.reporter || {}));
