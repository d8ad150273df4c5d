/**
 * The row of controls of an experiment chart: which columns, which scales, which options. What is chosen
 * is told to the owner; what stands at first comes from lib/relation_choices.js.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { relationChoices } = reporter;
  const { make } = reporter.elements;

  /** A longer list is not read: columns that the table shows are always in it. */
  const MOST_LISTED = 150;
  const AGGREGATES = [
    ["best", "best"],
    ["min", "min"],
    ["max", "max"],
    ["mean", "mean"],
  ];
  const SENSES = { min: ["↓ less is better", "max"], max: ["↑ more is better", "min"] };

  /** Metrics that have aggregates. */
  const withSeries = (experiment) => new Set((experiment.aggregates || []).flatMap(([, ...keys]) => keys));

  function titleOf(columns, id) {
    const column = columns.get(id);
    if (column) return [column.label, column.word].filter(Boolean).join(" ");
    return id.slice(id.indexOf(".") + 1);
  }

  function listed(columns, shownIds, accepts) {
    const found = relationChoices.usable(columns).filter(accepts);
    const shown = new Set(shownIds);
    return [...found.filter(({ id }) => shown.has(id)), ...found.filter(({ id }) => !shown.has(id))];
  }

  function optionGroup(label, options, total) {
    const left = total - options.length;
    const more = left > 0 ? [make("option", { disabled: true, textContent: `${left} more: show them in the table first` })] : [];
    return make("optgroup", { label }, ...options, ...more);
  }

  const option = (value, textContent, selected) => make("option", { value, textContent, selected });

  /** All columns that a slot takes, in groups. */
  function groupsFor(table, experiment, slot, chosen) {
    const { columns } = table;
    const accepts = (column) => (slot.takes === "number" && slot.default !== "time" ? reporter.fields.kindOf(column) === "number" : slot.axis !== "y" || column.kind !== "time");
    const all = listed(columns, table.shownIds, accepts);
    const group = (name) => {
      const found = all.filter((column) => column.group === name);
      return optionGroup(name === "Metrics" ? "Metrics, last value" : name, found.slice(0, MOST_LISTED).map(({ id, label }) => option(id, label, id === chosen)), found.length);
    };
    const series = withSeries(experiment);
    const metrics = all.filter(({ group: name, key }) => name === "Metrics" && series.has(key));
    const aggregates = AGGREGATES.map(([name, word]) => {
      const found = name === "best" ? metrics.filter(({ direction }) => direction) : metrics;
      return optionGroup(`Metrics, ${word}`, found.slice(0, MOST_LISTED).map(({ key }) => option(`metrics:${name}.${key}`, `${key} ${word}`, `metrics:${name}.${key}` === chosen)), found.length);
    });
    return [group("Metrics"), ...aggregates, group("Params"), group("Run"), group("Tags")].filter(({ children }) => children.length);
  }

  /** A list that is filled when somebody opens it: pages may have thousands of columns. */
  function picker(owner, slot, chosen, act) {
    const none = slot.default === "" ? [option("", slot.name === "color" ? "as in the table" : "none", !chosen)] : [];
    const select = make("select", { "aria-label": slot.label, "data-slot": slot.name, onchange: () => act(select.value) });
    const fill = () => {
      if (select.dataset.filled === String(owner.table.columns.byId.size)) return;
      select.dataset.filled = String(owner.table.columns.byId.size);
      const groups = groupsFor(owner.table, owner.experiment, slot, chosen);
      const isListed = groups.some((group) => [...group.children].some(({ value }) => value === chosen));
      select.replaceChildren(...none, ...(chosen && !isListed ? [option(chosen, titleOf(owner.table.columns, chosen), true)] : []), ...groups);
      select.value = chosen;
    };
    select.append(...none, ...(chosen ? [option(chosen, titleOf(owner.table.columns, chosen), true)] : []));
    for (const name of ["pointerdown", "focus", "keydown"]) select.addEventListener(name, fill);
    return select;
  }

  const toggle = (text, title, isPressed, act, data = {}) => make("button.btn.small", { textContent: text, title, "aria-pressed": String(isPressed), onclick: act, ...data });

  /** The list of axes: another one is added at the end, the name of each takes it away. */
  function adder(owner, slot, ids, act) {
    const select = picker(owner, { ...slot, label: "Add an axis", default: "x" }, "", (id) => id && !ids.includes(id) && act(relationChoices.joinList([...ids, id])));
    select.prepend(option("", "Add an axis", true));
    return select;
  }

  reporter.relationFields = { picker, adder, toggle, titleOf, withSeries, SENSES };
})((globalThis.reporter = globalThis.reporter || {}));
