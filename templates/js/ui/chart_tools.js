/**
 * The buttons of a chart card: its data as a table, more room, and files to take away.
 *
 *   const tools = new reporter.ChartTools(figure)
 *   tools.update(data, drawing)   whenever another data set or another view is shown
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { format } = reporter;
  const { make, iconButton } = reporter.elements;

  /** Until a browser has surely taken the file. */
  const KEEP_MS = 60000;

  function button(name, label, act) {
    return iconButton(name, label, { "data-act": name, onclick: act });
  }

  /* Files */

  function save(blob, name) {
    const link = make("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MS);
  }

  function toCsv(data) {
    const { metric, lines, bars, csv } = data;
    if (csv) return new Blob([csv()], { type: "text/csv" });
    const text = lines ? reporter.twin.toCsv(data) : reporter.twin.barsToCsv(bars, metric);
    return new Blob([text], { type: "text/csv" });
  }

  /* The table */

  function cell(number, decimals) {
    if (typeof number === "string") return make("td.num", {}, number);
    const kind = Number.isFinite(number) || number === null ? "num" : "num nan";
    return make("td", { className: kind, title: number === null ? "" : String(number) }, format.number(number, decimals));
  }

  function nameCell({ name, color, dash }) {
    const label = make("span.tip-name", {}, make(`span.sw.k${color}.dash${dash}`), make("bdi.ell", {}, name));
    return make("th", { scope: "row" }, label);
  }

  function twinTable({ heads, rows }, metric) {
    const columns = rows.length ? rows[0].numbers.map((_, i) => rows.map(({ numbers }) => numbers[i])) : [];
    const decimals = columns.map((column) => format.columnDecimals(column.filter(Number.isFinite)));
    const head = make("tr", {}, ...heads.map((text, i) => make("th", { scope: "col", className: i || !rows[0]?.line ? "num" : "" }, text)));
    const body = rows.map(({ line, numbers }) => make("tr", {}, ...(line ? [nameCell(line)] : []), ...numbers.map((number, i) => cell(number, decimals[i]))));
    const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
    return make("div.twin", { tabIndex: 0, role: "region", "aria-label": `${metric} as a table` }, table);
  }

  class ChartTools {
    /** @param {HTMLElement} figure */
    constructor(figure) {
      this.figure = figure;
      this.box = figure.querySelector(".plotbox");
      this.twin = null;
      this.showsTable = false;
      this.makeMenu();
      const icons = make(
        "span.icons",
        {},
        (this.tableButton = button("table", "Show as table", () => this.toggleTable())),
        (this.wideButton = button("enlarge", "Enlarge", () => this.toggleWide())),
        (this.menuButton = button("download", "Download", () => this.toggleMenu())),
        this.menu,
      );
      icons.prepend(...this.placing());
      this.tableButton.setAttribute("aria-pressed", "false");
      this.wideButton.setAttribute("aria-pressed", String(figure.classList.contains("wide")));
      this.menuButton.setAttribute("aria-expanded", "false");
      figure.querySelector("figcaption").append(icons);
      reporter.chartRange?.attach(figure, icons);
    }

    /** Buttons that say where the card stands, on pages where it may move. */
    placing() {
      return Object.entries(reporter.chartCards?.buttons(this.figure) || {}).map(([name, { label, act, isPressed, ready }]) => {
        const made = button(name, label, act);
        if (isPressed !== undefined) made.setAttribute("aria-pressed", String(isPressed));
        ready?.(made);
        return made;
      });
    }

    update(data, drawing) {
      this.data = data;
      this.drawing = drawing;
      this.liteItem ??= this.addItem("Vega-Lite", "vl.json", () => new Blob([this.lite()], { type: "application/json" }));
      if (this.showsTable) this.showTable();
    }

    lite() {
      const { data, drawing } = this;
      if (data.lite) return data.lite();
      const { lineChart, barChart } = reporter.chartSpec;
      const colors = (drawing.colors || drawing.parts[0].colors).runs;
      const spec = data.lines ? lineChart(data, reporter.chartLook.get(), colors) : barChart(data, colors);
      return JSON.stringify(spec);
    }

    /* Table */

    toggleTable() {
      this.showsTable = !this.showsTable;
      this.tableButton.setAttribute("aria-pressed", String(this.showsTable));
      if (this.showsTable) this.showTable();
      else this.hideTable();
    }

    hideTable() {
      this.twin?.remove();
      this.twin = null;
      this.figure.classList.remove("as-table");
    }

    showTable() {
      this.hideTable();
      if (!this.data?.total) return;
      const { lines, bars, metric, table } = this.data;
      this.twin = table ? table() : twinTable(lines ? reporter.twin.twinOf(this.data) : reporter.twin.barTwinOf(bars, metric), metric);
      this.figure.classList.add("as-table");
      this.box.append(this.twin);
    }

    /* Size */

    toggleWide() {
      const isWide = this.figure.classList.toggle("wide");
      this.wideButton.setAttribute("aria-pressed", String(isWide));
      reporter.chartCards?.widened(this.figure);
    }

    /* Files */

    makeMenu() {
      const items = { PNG: () => reporter.chartPicture.png(this.data, this.drawing), SVG: () => reporter.chartPicture.svg(this.data, this.drawing), CSV: () => toCsv(this.data) };
      this.menu = make("span.chart-menu", { hidden: true });
      for (const [kind, write] of Object.entries(items)) this.addItem(kind, kind.toLowerCase(), write);
      this.menu.addEventListener("focusout", (event) => this.isElsewhere(event.relatedTarget) && this.toggleMenu(false));
      this.menu.addEventListener("keydown", (event) => event.key === "Escape" && this.closeMenu());
    }

    addItem(label, ending, write) {
      const item = make("button", { "data-act": ending }, label);
      item.onclick = () => this.take(ending, write);
      this.menu.append(item);
      return item;
    }

    isElsewhere(element) {
      return !this.menu.contains(element) && element !== this.menuButton;
    }

    toggleMenu(isOpen = this.menu.hidden) {
      this.menu.hidden = !isOpen;
      this.menuButton.setAttribute("aria-expanded", String(isOpen));
      if (isOpen) this.menu.firstChild.focus();
    }

    closeMenu() {
      this.toggleMenu(false);
      this.menuButton.focus();
    }

    async take(kind, write) {
      this.closeMenu();
      if (!this.data || (!["csv", "vl.json"].includes(kind) && !this.drawing?.view)) return reporter.announce?.("The chart is not drawn yet");
      const thinned = kind === "csv" && this.data.lines?.some(({ logged, y }) => logged > y.length && !this.data.window);
      if (thinned) reporter.announce?.("The file holds the points that are drawn; zoom in for all of them");
      save(await write(), `${this.data.metric.replace(/[^\p{L}\p{N}._-]+/gu, "-")}.${kind}`);
    }
  }

  reporter.ChartTools = ChartTools;
})((globalThis.reporter = globalThis.reporter || {}));
