/**
 * Elements as scripts make them.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const SVG = "http://www.w3.org/2000/svg";

  /** Lines of icons, 15 by 15. */
  const ICONS = {
    close: "M4 4l7 7M11 4l-7 7",
    download: "M7.5 2v7M4.5 6.5l3 3 3-3M2.5 12.5h10",
    enlarge: "M9 2.5h3.5V6M6 12.5H2.5V9M12.5 2.5L9 6M2.5 12.5L6 9",
    find: "M6.5 2a4.5 4.5 0 100 9 4.5 4.5 0 000-9zM10 10l3.2 3.2",
    larger: "M3 7.5h9M7.5 3v9",
    move: "M5.5 3.5v0M9.5 3.5v0M5.5 7.5v0M9.5 7.5v0M5.5 11.5v0M9.5 11.5v0",
    next: "M5.5 3.5l4 4-4 4",
    pin: "M5 2.5h5M6 2.5v4L4 9h7L9 6.5v-4M7.5 9v4",
    previous: "M9.5 3.5l-4 4 4 4",
    range: "M3 2v11M1.5 4L3 2l1.5 2M1.5 11L3 13l1.5-2M7 4.5h6M7 7.5h6M7 10.5h6",
    smaller: "M3 7.5h9",
    table: "M2.5 3h10v9h-10zM2.5 6h10M2.5 9h10M6.5 6v6",
  };

  /**
   * An element with its children; names of properties that begin with "data-" or "aria-" are attributes.
   *
   * @param {string} tag  "button.btn.plain"
   * @param {object} [properties]
   * @param {...(Node | string)} children
   */
  function make(tag, properties = {}, ...children) {
    const [name, ...classes] = tag.split(".");
    const made = document.createElement(name);
    if (classes.length) made.className = classes.join(" ");
    if (name === "button") made.type = "button";
    for (const [key, value] of Object.entries(properties)) {
      if (key.includes("-") || key === "role") made.setAttribute(key, value);
      else made[key] = value;
    }
    made.append(...children);
    return made;
  }

  /** An icon as the templates draw them. @param {keyof typeof ICONS} name */
  function icon(name) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 15 15");
    svg.setAttribute("class", "i");
    svg.setAttribute("aria-hidden", "true");
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", ICONS[name]);
    svg.append(line);
    return svg;
  }

  /** A button with an icon alone, which says in words what it does. */
  function iconButton(name, label, properties = {}) {
    return make("button.icon", { title: label, "aria-label": label, ...properties }, icon(name));
  }

  reporter.elements = { make, icon, iconButton };
})((globalThis.reporter = globalThis.reporter || {}));
