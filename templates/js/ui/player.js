/**
 * Images that were logged by key and step, as one picture with a slider. All players of a page move
 * together, each to its own nearest step, so that what belongs to one step is seen at once.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  class Player {
    constructor(element) {
      this.slider = element.querySelector("input");
      this.output = element.querySelector("output");
      this.links = [...element.querySelectorAll("[data-step]")];
      this.steps = this.links.map((link) => Number(link.dataset.step));
      const figure = element.closest("figure");
      this.picture = figure.querySelector(".picture img");
      this.opener = figure.querySelector(".picture");
      element.querySelector("details").hidden = true;
      this.slider.addEventListener("input", () => this.onMove(this.steps[Number(this.slider.value)]));
    }

    /** @param {number} step */
    show(step) {
      const place = reporter.wall.nearest(this.steps, step);
      const href = reporter.files.of(this.links[place]);
      this.slider.value = place;
      this.slider.setAttribute("aria-valuetext", `step ${this.steps[place]}`);
      this.output.textContent = `step ${this.steps[place]}`;
      this.picture.src = href;
      this.opener.href = href;
    }
  }

  const players = [...document.querySelectorAll("[data-role=player]")].map((element) => new Player(element));
  for (const player of players) player.onMove = (step) => players.forEach((other) => other.show(step));
})((globalThis.reporter = globalThis.reporter || {}));
