/**
 * The ends of a chart's axes, to be typed: the way to zoom without a pointer, and the only one for y.
 *
 *   reporter.chartRange.attach(figure, icons)   adds its button to those of a card
 *
 * x is shared by all charts with the same one, y belongs to the metric. Both are in the address.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { window: windows } = reporter;
  const { make, iconButton } = reporter.elements;
  const LABELS = { x: ["x from", "x to"], y: ["y from", "y to"] };

  /** What a field says, in units of addresses; null when it says nothing, NaN when it is no number. */
  function read(text, kind, unit) {
    const said = text.trim().replace("\u2212", "-");
    if (!said) return null;
    if (kind !== "wall") return Number(said.replace(/,/g, "")) * unit;
    const isZoned = /(Z|UTC|[+-]\d\d:?\d\d)$/.test(said);
    return Date.parse(isZoned ? said.replace(/ ?UTC$/, "Z") : `${said}Z`);
  }

  function print(end, kind, unit) {
    if (end === null || end === undefined) return "";
    return kind === "wall" ? reporter.readout.headOf("wall", "", end).replace(" UTC", "") : String(Number((end / unit).toPrecision(12)));
  }

  class Range {
    constructor(figure, icons) {
      this.figure = figure;
      this.button = iconButton("range", "Range of the axes", { "aria-expanded": "false", "data-act": "range", onclick: () => this.toggle() });
      this.fields = { x: LABELS.x.map((label) => this.field(label)), y: LABELS.y.map((label) => this.field(label)) };
      const reset = make("button.btn", {}, "Show all");
      reset.onclick = () => this.reset();
      const line = (name) => make("span.row", {}, ...this.fields[name].map(({ parentElement }) => parentElement));
      this.form = make("form.chart-menu.chart-range", { hidden: true, noValidate: true }, line("x"), line("y"), make("span.row", {}, make("button.btn", { type: "submit" }, "Apply"), reset));
      this.form.onsubmit = (event) => this.apply(event);
      this.form.addEventListener("keydown", (event) => event.key === "Escape" && this.toggle(false));
      icons.prepend(this.button);
      icons.append(this.form);
    }

    field(label) {
      const input = make("input", { type: "text", "aria-label": label, autocomplete: "off", spellcheck: false });
      make("label", {}, label, " ", input);
      input.oninput = () => input.removeAttribute("aria-invalid");
      return input;
    }

    /** The axis that the chart stands on, as it is drawn now. */
    get axis() {
      const charts = [...this.figure.querySelectorAll(".plotbox")].map(reporter.chartHover.chartOf);
      const { xKind = "step", xUnit = 1 } = charts.find(Boolean) || {};
      return { kind: xKind, unit: xUnit };
    }

    toggle(isOpen = this.form.hidden) {
      this.form.hidden = !isOpen;
      this.button.setAttribute("aria-expanded", String(isOpen));
      if (!isOpen) return this.button.focus();
      this.fill();
      this.fields.x[0].focus();
    }

    fill() {
      const { kind, unit } = this.axis;
      const x = windows.parse(reporter.view.get("zoom")).get(kind) || [];
      const y = windows.parse(reporter.view.get("yr")).get(this.figure.dataset.metric) || [];
      this.fields.x.forEach((field, i) => (field.value = print(x[i], kind, unit)));
      this.fields.y.forEach((field, i) => (field.value = print(y[i], "", 1)));
    }

    /** Two ends, or null when they cannot be meant: then their fields say so. */
    ends(fields, kind, unit, needsBoth) {
      const ends = fields.map(({ value }) => read(value, kind, unit));
      const isOne = needsBoth && (ends[0] === null) !== (ends[1] === null);
      const isTurned = ends[0] !== null && ends[1] !== null && !(ends[0] < ends[1]);
      const isWrong = isOne || isTurned || ends.some(Number.isNaN);
      for (const field of fields) field.setAttribute("aria-invalid", String(isWrong));
      if (isWrong) fields.find((_, i) => Number.isNaN(ends[i]) || ends[i] === null || isTurned).focus();
      return isWrong ? null : ends;
    }

    apply(event) {
      event.preventDefault();
      const { kind, unit } = this.axis;
      const x = this.ends(this.fields.x, kind, unit, true);
      const y = this.ends(this.fields.y, "", 1, false);
      if (!x || !y) return reporter.announce?.("The first end of a range must be below the second");
      this.write(kind, x, y);
      this.toggle(false);
    }

    reset() {
      this.write(this.axis.kind, null, null);
      this.toggle(false);
    }

    write(kind, x, y) {
      const { get } = reporter.view;
      reporter.view.set({ zoom: windows.change(get("zoom"), kind, x), yr: windows.change(get("yr"), this.figure.dataset.metric, y) }, { pushes: true });
    }
  }

  reporter.chartRange = { attach: (figure, icons) => figure.dataset.kind === "line" && new Range(figure, icons) };
})((globalThis.reporter = globalThis.reporter || {}));
