/**
 * Two pictures held against each other: side by side, under a curtain, blinking, or as their difference.
 *
 *   new reporter.FigureDuel({ onMode, onClose }).open([{href, label}, {href, label}], mode)
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { make } = reporter.elements;

  const MODES = { side: "Side by side", curtain: "Curtain", blink: "Blink", difference: "Difference" };
  const BLINK_MS = 700;

  class Duel {
    /** @param {{onMode?: (mode: string) => void, onClose?: () => void}} [listeners] */
    constructor({ onMode = () => undefined, onClose = () => undefined } = {}) {
      this.onMode = onMode;
      this.stage = make("div", { className: "duel" });
      this.curtain = make("input", { type: "range", min: 0, max: 100, value: 50 });
      this.curtain.setAttribute("aria-label", "Curtain");
      this.names = make("b", { className: "ell" });
      const modes = Object.keys(MODES).map((mode) => this.modeButton(mode));
      const seg = make("span", { className: "seg" }, ...modes);
      seg.setAttribute("role", "group");
      const close = make("button", { className: "btn plain", textContent: "Close", onclick: () => this.dialog.close() });
      const header = make("header", {}, this.names, make("span", { className: "spacer" }), seg, this.curtain, close);
      this.dialog = make("dialog", { className: "lightbox" }, header, this.stage);
      this.dialog.setAttribute("aria-label", "Two figures compared");
      this.modes = modes;
      this.curtain.oninput = () => this.draw();
      this.dialog.onclose = () => {
        this.stop();
        onClose();
      };
      this.dialog.onkeydown = (event) => {
        if (event.key === " " && this.mode === "blink") this.swap(event);
      };
    }

    modeButton(mode) {
      const button = make("button", { textContent: MODES[mode], onclick: () => this.choose(mode) });
      button.dataset.mode = mode;
      return button;
    }

    /** @param {string} [mode]  side, curtain, blink or difference */
    open(pair, mode = "side") {
      this.images = pair.map(({ href, label }) => make("img", { src: href, alt: label, onload: (event) => this.sharpen(event.target) }));
      this.names.textContent = pair.map(({ label }) => label).join("  |  ");
      this.stage.replaceChildren(...this.images);
      if (!this.dialog.isConnected) document.body.append(this.dialog);
      if (!this.dialog.open) this.dialog.showModal();
      this.choose(mode in MODES ? mode : "side");
    }

    choose(mode) {
      this.stop();
      this.mode = mode;
      for (const button of this.modes) button.setAttribute("aria-pressed", button.dataset.mode === mode);
      this.curtain.hidden = mode !== "curtain";
      this.stage.className = `duel ${mode === "side" ? "side-by-side" : mode}`;
      const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      if (mode === "blink" && !isCalm) this.timer = setInterval(() => this.swap(), BLINK_MS);
      this.draw();
      this.onMode(mode);
    }

    swap(event) {
      event?.preventDefault();
      this.stage.classList.toggle("second");
    }

    draw() {
      const [, second] = this.images;
      second.style.clipPath = this.mode === "curtain" ? `inset(0 0 0 ${this.curtain.value}%)` : "";
    }

    /** Pictures of few pixels show them as they are. */
    sharpen(image) {
      image.classList.toggle("pixels", image.naturalWidth * 2 <= image.clientWidth);
    }

    stop() {
      clearInterval(this.timer);
      this.stage.classList.remove("second");
    }
  }

  reporter.FigureDuel = Duel;
})((globalThis.reporter = globalThis.reporter || {}));
