/**
 * Where the rows of an experiment chart stand on the screen, for whoever points at them; and the chart as a
 * table and as files.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { make } = reporter.elements;

  /** Longer tables are taken away, not read. */
  const MOST_ROWS = 500;

  /** @returns {{points: () => object[], areas?: () => object[]}}  in pixels from the corner of the view */
  function relationTargets(view, maker, made) {
    const { left, top } = view.area;
    const scale = (name) => {
      const to = view.scale(name);
      const half = to.bandwidth ? to.bandwidth() / 2 : 0;
      return (value) => to(value) + half;
    };
    const [x, y] = [scale("x"), scale("y")];
    const at = (row, px, py) => ({ row, left: left + px, top: top + py });
    const shifts = (row, of) => (Math.abs(row[of] || 0) ? row[of] : 0);
    const makers = {
      scatter: () => ({ points: () => made.data.points.map((row) => at(row, x(row.x) + (made.scales[0] === "category" ? shifts(row, "shift_x") : 0), y(row.y) + (made.scales[1] === "category" ? shifts(row, "shift_y") : 0))) }),
      progress: () => ({ points: () => made.data.points.map((row) => at(row, x(row.x), y(row.y))) }),
      contour: () => ({ points: () => made.data.points.map((row) => at(row, x(row.x), y(row.y))) }),
      boxes: () => ({ points: () => made.data.points.map((row) => at(row, x(row.x), y(row.label) + row.shift * view.scale("y").bandwidth())), areas: () => bands(made.data.groups, "label") }),
      parallel: () => ({ points: () => [], areas: undefined }),
      heat: () => ({ points: () => [], areas: () => made.data.cells.map((row) => box(row, x(row.x), y(row.y))) }),
    };
    const bands = (rows, name) => {
      const to = view.scale("y");
      return rows.map((row) => ({ row, left: 0, right: Infinity, top: top + to(row[name]), bottom: top + to(row[name]) + to.bandwidth() }));
    };
    const box = (row, px, py) => {
      const [w, h] = [view.scale("x").bandwidth() / 2, view.scale("y").bandwidth() / 2];
      return { row, left: left + px - w, right: left + px + w, top: top + py - h, bottom: top + py + h };
    };
    const targets = makers[maker]?.() ?? { points: () => [], areas: () => bands(made.data.groups ?? made.data.bars, "label") };
    const points = once(targets.points);
    if (maker === "parallel") return { points, areas: undefined, pick: lineFinder(view, made) };
    return { points, areas: targets.areas && once(targets.areas), pick: undefined };
  }

  function once(compute) {
    let found;
    return () => (found ??= compute());
  }

  const LINE_PX = 8;

  /** The line that passes nearest to the pointer, above or below. */
  function lineFinder(view, made) {
    const n = made.axes.length;
    return (x, y) => {
      const { left, top } = view.area;
      const toY = view.scale("y");
      const gap = n > 1 ? view.scale("x")(1) - view.scale("x")(0) : 0;
      const along = gap ? Math.max(0, Math.min(n - 1, (x - left) / gap)) : 0;
      const axis = Math.min(Math.floor(along), Math.max(0, n - 2));
      const [rows, share] = [made.data.lines, along - axis];
      let [best, least] = [null, LINE_PX];
      for (let first = 0; first < rows.length; first += n) {
        const [from, to] = [rows[first + axis].at, rows[first + Math.min(axis + 1, n - 1)].at];
        const distance = Math.abs(top + toY(from + (to - from) * share) - y);
        if (distance <= least) [least, best] = [distance, rows[first]];
      }
      return best;
    };
  }

  /* As a table, and as files */

  function nameCell(board, run) {
    const { name, href, color } = board.table.run(run);
    const label = href ? make("a", { href, textContent: name, dir: "auto" }) : make("bdi", { textContent: name });
    return make("th", { scope: "row" }, make("span.tip-name", {}, make(`span.sw.k${color}`), label));
  }

  function tableOf(board, { heads, rows }, title) {
    const hasRuns = rows[0]?.run !== undefined;
    const head = make("tr", {}, ...heads.map((textContent, i) => make(i || !hasRuns ? "th.num" : "th", { scope: "col", textContent })));
    const body = rows.slice(0, MOST_ROWS).map(({ run, texts }) => make("tr", {}, ...(run === undefined ? [] : [nameCell(board, run)]), ...texts.map((textContent) => make("td.num", { textContent, dir: "auto" }))));
    const left = rows.length - body.length;
    const more = left > 0 ? [make("p.muted", { textContent: `${left} more rows: download the CSV` })] : [];
    return make("div.twin", { tabIndex: 0, role: "region", "aria-label": `${title} as a table` }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...body)), ...more);
  }

  function csvOf(board, { heads, rows }) {
    const field = reporter.rows.csvField;
    const hasRuns = rows[0]?.run !== undefined;
    const first = hasRuns ? ["run_id", "run_name"] : [];
    const lines = rows.map(({ run, texts }) => [...(hasRuns ? [board.table.idOf(run), board.table.nameOf(run)] : []), ...texts].map(field).join(","));
    return `${[[...first, ...heads.slice(hasRuns ? 1 : 0)].map(field).join(","), ...lines].join("\r\n")}\r\n`;
  }

  /** Vega-Lite with its rows and its look: opens in any editor. */
  function liteOf(card, made, { lite }) {
    const titles = { x_title: made.signals.x_title ?? "", y_title: made.signals.y_title ?? "" };
    const spec = JSON.parse(JSON.stringify(lite), (key, value) => (key === "title" ? titles[value] ?? value : value));
    for (const param of spec.params ?? []) if (param.name in made.signals) param.value = made.signals[param.name];
    return JSON.stringify({ ...spec, config: card.board.configOf(reporter.chartTheme()), datasets: made.data }, null, 1);
  }

  /** What the buttons of a card ask for: see chart_tools.js. */
  function relationTwin(card, made, variant) {
    const { board, kind } = card;
    return { metric: kind.title, total: made.n, table: () => tableOf(board, made.twin, kind.title), csv: () => csvOf(board, made.twin), lite: () => liteOf(card, made, variant) };
  }

  Object.assign(reporter, { relationTargets, relationTwin });
})((globalThis.reporter = globalThis.reporter || {}));
