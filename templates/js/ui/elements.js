/**
 * Elements as scripts make them.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const SVG = "http://www.w3.org/2000/svg";

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

  /** An icon of 15 by 15, as the templates draw them. */
  function icon(path) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 15 15");
    svg.setAttribute("class", "i");
    svg.setAttribute("aria-hidden", "true");
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  reporter.elements = { make, icon };
})((globalThis.reporter ??= {}));
