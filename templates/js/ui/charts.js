/**
 * The chart cards of a page: drawn when they come near the screen, let go when they are far from it.
 *
 *   reporter.charts.activate(part)   take over the cards in a part of the page, e.g. new ones
 *   reporter.charts.loadAll(), .toPaper(), .fromPaper()   see paper.js
 *
 * A card is <figure data-role="chart" data-state="idle|ready|error"> with a .plotbox in it; its other
 * handles are read by chart_source.js. What the table shows is asked for by
 * reporter.visibleRuns(experiment), if there is such a function, and again after "reporter:rows".
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  /** Cards are drawn within one height of the screen, and kept within three. */
  const NEAR = "100% 0px";
  const FAR = "300% 0px";

  /** What changes in bursts is waited for. */
  const REST_MS = 80;

  /** What a half and a third of a page's width hold at about their size. */
  const PAPER = { half: { width: 320, height: 180 }, third: { width: 220, height: 140 }, facet: { width: 200, height: 120 } };

  /** Files of histories that are read before anybody scrolls to their charts: some 200 kB each. */
  const MOST_AHEAD = 60;

  const pause = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

  /** In a tab that is not shown, a card is not far: it will be back. */
  const isLaidOut = (element) => element.offsetParent !== null;

  function note(text) {
    const element = document.createElement("p");
    element.className = "hole";
    element.textContent = text;
    return element;
  }

  /* One card */

  class Card {
    constructor(figure) {
      this.figure = figure;
      this.box = figure.querySelector(".plotbox");
      this.drawing = null;
      this.loaded = null;
      this.isNear = false;
    }

    get isLive() {
      return this.figure.isConnected;
    }

    /** Whether the runs it shows are the table's. */
    get followsTable() {
      return !this.figure.dataset.runId && !this.figure.dataset.runs;
    }

    /** How far it is from the screen, in pixels. */
    get distance() {
      const { top, bottom } = this.figure.getBoundingClientRect();
      return Math.max(0, top - innerHeight, -bottom);
    }

    load() {
      this.tools ??= new reporter.ChartTools(this.figure);
      this.loaded ??= Promise.all([reporter.chartSource.drawing(), reporter.chartSource.load(this.figure)]);
      return this.loaded;
    }

    async draw(look) {
      const loaded = this.loaded;
      try {
        const [specs, data] = await loaded;
        if (this.loaded !== loaded) return;
        const choice = this.choice(data);
        const picked = reporter.chartArrangement.pick({ ...data, xTitle: this.figure.dataset.xTitle || "step" }, choice);
        const detailed = reporter.chartDetail.prepare(picked, look, this.box.clientWidth);
        detailed.more?.then(() => this.loaded === loaded && ask(this));
        await this.show(specs, reporter.chartArrangement.arrange(detailed.data, detailed.look, choice), detailed.look);
        if (this.loaded === loaded) this.figure.dataset.state = "ready";
      } catch (error) {
        if (this.loaded === loaded) this.fail(error);
      }
    }

    /** How the page groups and colours what the table shows. */
    choice({ experiments }) {
      return (this.followsTable ? reporter.chartChoice?.of(experiments) : reporter.comparePage?.chartChoice()) || null;
    }

    async show(specs, data, look) {
      const Drawing = data.facets ? reporter.FacetDrawing : reporter.ChartDrawing;
      if (this.drawing && (this.drawing.source !== this.loaded || this.drawing.constructor !== Drawing)) this.clear();
      this.figure.classList.toggle("faceted", Boolean(data.facets));
      if (!data.total) this.box.append(note(`No run shown here logged ${data.metric}.`));
      else {
        this.drawing ??= Object.assign(new Drawing(this.box, specs, data), { source: this.loaded });
        this.drawing.data = data;
        this.look = look;
        await this.drawing.draw(look);
      }
      this.tools.update(data, this.drawing);
      this.say(this.drawing?.notices || []);
    }

    /** What is left out or broken, in the card's title line. */
    say(notices) {
      this.notice ??= this.makeNotice();
      this.notice.textContent = this.notice.title = notices.join(" · ");
    }

    makeNotice() {
      const notice = document.createElement("span");
      notice.className = "chart-notice";
      this.figure.querySelector("figcaption .spacer").after(notice);
      return notice;
    }

    clear() {
      this.drawing?.release();
      this.drawing = null;
      for (const hole of this.box.querySelectorAll(".hole")) hole.remove();
    }

    fail(error) {
      this.clear();
      this.loaded = null;
      this.box.append(note(error instanceof reporter.DataFileError ? error.message : `This chart cannot be drawn: ${error.message}`));
      this.figure.dataset.state = "error";
    }

    release() {
      this.clear();
      this.loaded = null;
      this.figure.dataset.state = "idle";
    }

    /** A vector drawing over the one on the screen, in the colours of now and of the size given. */
    async toPaper() {
      const isSplit = this.figure.classList.contains("faceted");
      this.drawing.view.paper = isSplit ? PAPER.facet : this.figure.closest(".three") ? PAPER.third : PAPER.half;
      await this.drawing.draw(this.look);
      const drawn = new DOMParser().parseFromString(await this.drawing.view.toSvg(), "image/svg+xml").documentElement;
      drawn.classList.add("on-paper");
      this.box.querySelector(".on-paper")?.remove();
      this.box.append(document.adoptNode(drawn));
    }

    fromPaper() {
      this.box.querySelector(".on-paper")?.remove();
      if (this.drawing?.view) this.drawing.view.paper = null;
    }
  }

  /* All of them */

  /** By figure. @type {Map<HTMLElement, Card>} */
  const cards = new Map();
  const waiting = new Set();
  const readAheadFiles = new Set();
  let isDrawing = false;

  /** When the page was last scrolled. A drawing takes some frames, and a reader sees them missing. */
  let scrolledAt = -Infinity;
  const isScrolling = () => performance.now() - scrolledAt < REST_MS;
  addEventListener("scroll", () => (scrolledAt = performance.now()), { passive: true, capture: true });

  /** Draw what waits, the nearest to the screen first, one at a time and with room for the reader between. */
  async function drawWaiting() {
    if (isDrawing) return;
    isDrawing = true;
    while (waiting.size) {
      const card = [...waiting].reduce((a, b) => (b.distance < a.distance ? b : a));
      if (card.distance > 0 && isScrolling()) {
        await pause(REST_MS);
        continue;
      }
      waiting.delete(card);
      if (card.isLive && card.isNear) await card.draw(reporter.chartLook.get());
      await pause();
    }
    isDrawing = false;
    readAhead();
  }

  function ask(card) {
    card.load().then(
      () => {
        waiting.add(card);
        drawWaiting();
      },
      (error) => card.fail(error),
    );
  }

  function forget(card) {
    card.clear();
    for (const observer of [nearing, leaving]) observer.unobserve(card.figure);
    sizes.unobserve(card.box);
    cards.delete(card.figure);
  }

  /** Ask again for those that show something; the others are asked when they come near. */
  function refresh(isMeant = () => true) {
    for (const card of [...cards.values()]) {
      if (!card.isLive) forget(card);
      else if (isMeant(card) && card.isNear) ask(card);
      else if (isMeant(card) && card.drawing) card.release();
    }
  }

  function afterRest(act) {
    let timer;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(act, REST_MS);
    };
  }

  const nearing = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const card = cards.get(target);
        if (!card) continue;
        const isNews = isIntersecting && !card.isNear;
        card.isNear = isIntersecting;
        if (isNews && target.dataset.state !== "ready") ask(card);
      }
    },
    { rootMargin: NEAR },
  );

  const leaving = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) if (!isIntersecting && isLaidOut(target)) cards.get(target)?.release();
    },
    { rootMargin: FAR },
  );

  const sizes = new ResizeObserver(afterRest(() => refresh((card) => card.drawing?.view?.isStale)));

  function activate(part = document) {
    refresh(() => false);
    for (const figure of part.querySelectorAll("[data-role=chart]")) {
      if (cards.has(figure)) continue;
      const card = new Card(figure);
      cards.set(figure, card);
      nearing.observe(figure);
      leaving.observe(figure);
      sizes.observe(card.box);
      card.isNear = isLaidOut(figure) && card.distance <= innerHeight;
      if (card.isNear) ask(card); // now: an observer answers after the next frame
    }
  }

  function reload() {
    const following = [...cards.values()].filter((card) => card.followsTable);
    for (const card of following) if (card.loaded) card.loaded = null;
    refresh((card) => card.followsTable);
  }

  /* Paper */

  const shownCards = () => [...cards.values()].filter((card) => card.isLive && isLaidOut(card.figure));

  /** All at once: what is not here cannot be waited for, and must not keep the others from being drawn. */
  async function toPaper() {
    await Promise.all(shownCards().map((card) => onPaper(card).catch(() => undefined)));
  }

  async function onPaper(card) {
    if (!card.drawing?.view) {
      await card.load();
      await card.draw(reporter.chartLook.get());
    }
    if (card.drawing?.view) await card.toPaper();
  }

  /** Histories of charts further down are read while nothing else is to be done: paper waits for no file. */
  async function readAhead() {
    const idle = globalThis.requestIdleCallback || ((act) => setTimeout(act, REST_MS));
    for (const card of shownCards()) {
      await new Promise((resolve) => idle(resolve));
      if (readAheadFiles.size >= MOST_AHEAD || waiting.size) return;
      for (const file of await reporter.chartSource.filesOf(card.figure)) {
        if (readAheadFiles.size >= MOST_AHEAD || readAheadFiles.has(file)) continue;
        readAheadFiles.add(file);
        await reporter.load(`data/${file}`, `series/${file.replace(/\.js$/, "")}`).catch(() => undefined);
      }
    }
  }

  function fromPaper() {
    for (const card of cards.values()) card.fromPaper();
    refresh();
  }

  /** Draw every card of the part that is shown, as far as they can be. */
  async function loadAll() {
    for (const card of shownCards().filter((card) => !card.drawing)) {
      await card.load().then(() => card.draw(reporter.chartLook.get()), (error) => card.fail(error));
    }
  }

  reporter.charts = { activate, toPaper, fromPaper, loadAll };

  reporter.whenReady(() => {
    activate();
    reporter.chartLook.subscribe(() => refresh());
    document.addEventListener("reporter:rows", afterRest(reload));
    document.addEventListener("reporter:theme", () => refresh());
    reporter.tables.begun.then(() => reporter.chartChoice?.subscribe(() => refresh((card) => card.followsTable)));
    new MutationObserver(() => refresh()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    for (const media of ["(prefers-color-scheme: dark)", "print"]) matchMedia(media).addEventListener("change", () => refresh());
  });
})((globalThis.reporter = globalThis.reporter || {}));
