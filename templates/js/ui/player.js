/**
 * Images that were logged by key and step, as one picture with a slider. All players of a page move
 * together, each to its own nearest step, and with the cursor of its charts: what belongs to one step
 * is seen at once.
 *
 * They tell each other by an event on the document, `reporter:step`, whose detail is
 * {step, from, isChosen}: `from` is "chart", "player" or "figures", `isChosen` false while something is
 * only pointed at. A step of null takes the cursor away.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { nearestPlace, nextPlace, neighbours } = reporter.steps;

  /** Between two pictures of a player that plays: long enough to see what changes. */
  const PLAY_MS = 300;

  reporter.tellStep = (step, from, isChosen = true) => {
    document.dispatchEvent(new CustomEvent("reporter:step", { detail: { step, from, isChosen } }));
  };

  class Player {
    constructor(element) {
      this.slider = element.querySelector("input");
      this.output = element.querySelector("output");
      this.button = element.querySelector("[data-role=play-steps]");
      this.list = element.querySelector("details");
      this.frames = [...element.querySelectorAll("[data-step]")].map((link) => ({
        step: Number(link.dataset.step),
        href: () => reporter.files.of(link),
        src: () => (link.dataset.src ? reporter.files.url(sitePath(link.dataset.src)) : reporter.files.of(link)),
      }));
      const figure = element.closest("figure");
      this.picture = figure.querySelector(".picture img");
      this.opener = figure.querySelector(".picture");
      this.place = this.frames.length - 1;
      this.list.hidden = true;
      this.slider.addEventListener("input", () => this.choose(Number(this.slider.value)));
      this.slider.addEventListener("blur", () => reporter.tellStep(null, "player"));
      element.addEventListener("pointerleave", () => this.timer || reporter.tellStep(null, "player"));
      if (this.button) this.button.onclick = () => this.play(!this.timer);
      if (this.list.dataset.late) element.addEventListener("pointerenter", () => this.complete(), { once: true });
      if (this.list.dataset.late) this.slider.addEventListener("focus", () => this.complete(), { once: true });
    }

    /** All pictures of a long series, of which the page has a choice. */
    complete() {
      const { late, lateName } = this.list.dataset;
      this.whole ??= reporter.load(late, lateName).then((rows) => {
        const shown = this.frames[this.place].step;
        this.frames = rows.map(([step, href, src]) => ({ step, href: () => reporter.files.url(sitePath(href)), src: () => reporter.files.url(sitePath(src)) }));
        this.slider.max = this.frames.length - 1;
        this.place = nearestPlace(this.steps(), shown);
        this.slider.value = this.place;
      }, (error) => reporter.announce(error.message));
      return this.whole;
    }

    steps() {
      return this.frames.map(({ step }) => step);
    }

    choose(place) {
      const { step } = this.frames[place];
      this.show(place);
      reporter.tellStep(step, "player");
    }

    follow(step) {
      const place = nearestPlace(this.steps(), step);
      if (place !== this.place) this.show(place);
    }

    show(place) {
      const { step, href, src } = this.frames[place];
      this.place = place;
      this.slider.value = place;
      this.slider.setAttribute("aria-valuetext", `step ${step}`);
      this.output.textContent = `step ${step}`;
      this.picture.loading = "eager";
      this.picture.src = src();
      this.opener.href = href();
      if (this.opener.dataset.file) delete this.opener.dataset.file;
      for (const near of neighbours(place, this.frames.length)) new Image().src = this.frames[near].src();
    }

    async play(isPlaying) {
      clearInterval(this.timer);
      this.timer = 0;
      this.button.setAttribute("aria-pressed", isPlaying);
      if (!isPlaying) return;
      if (this.list.dataset.late) await this.complete();
      this.timer = setInterval(() => {
        if (this.slider.isConnected) this.choose(nextPlace(this.place, this.frames.length));
        else this.play(false);
      }, PLAY_MS);
    }
  }

  /** An address that the page's HTML has, as a path from the site's root. */
  const sitePath = (href) => decodeURIComponent(href.replace(/^(\.\.\/)+/, ""));

  const players = [];

  reporter.onAdded((root) => {
    for (const element of root.querySelectorAll("[data-role=player]")) players.push(new Player(element));
  });

  document.addEventListener("reporter:step", ({ detail }) => {
    if (detail.step !== null) for (const player of players) player.follow(detail.step);
  });
})((globalThis.reporter = globalThis.reporter || {}));
