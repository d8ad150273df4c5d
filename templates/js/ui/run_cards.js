/**
 * Cards of a run's page: the search among packages, and the whole of an output that is too long for the page.
 *
 * Links to lines lead into folded cards: a card opens when the address names one of its lines.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  /* Packages */

  for (const input of document.querySelectorAll("[data-role=package-search]")) {
    const panel = input.closest("[data-role=packages]");
    const items = [...panel.querySelectorAll(".packages > li")];
    const count = panel.querySelector("[role=status]");
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let n = 0;
      for (const item of items) {
        const text = item.textContent.toLowerCase();
        item.hidden = !words.every((word) => text.includes(word));
        n += !item.hidden;
      }
      count.textContent = words.length ? `${n} of ${items.length}` : "";
    });
  }

  /* Output */

  /** Lines are HTML that the builder escaped and coloured. Errors and warnings keep their marks. */
  function showWhole(list, { first, lines }) {
    const { id } = list.dataset;
    const marked = new Map([...list.querySelectorAll(".error, .warning")].map((line) => [line.id, line.className]));
    const rows = lines.map((html, i) => {
      const line = document.createElement("span");
      const number = document.createElement("a");
      line.id = `${id}-${first + i}`;
      line.className = marked.get(line.id) || "";
      number.href = `#${line.id}`;
      number.textContent = first + i;
      number.tabIndex = -1;
      number.setAttribute("aria-hidden", "true");
      line.innerHTML = html;
      line.prepend(number);
      line.append("\n");
      return line;
    });
    const { scrollTop } = list;
    list.replaceChildren(...rows);
    list.scrollTop = scrollTop;
    list.focus({ preventScroll: true });
  }

  async function loadWhole(button) {
    button.disabled = true;
    try {
      const { whole, wholeName } = button.dataset;
      showWhole(button.closest("details").querySelector(".console"), await reporter.load(whole, wholeName));
      button.remove();
    } catch (error) {
      button.disabled = false;
      reporter.announce(error.message);
    }
  }

  for (const button of document.querySelectorAll("[data-whole]")) button.onclick = () => loadWhole(button);

  /** A link of the summary opens its file and does not fold the card. */
  for (const link of document.querySelectorAll("summary a")) link.addEventListener("click", (event) => event.stopPropagation());

  /** Show a line, also when it is one of those that are not in the page yet. @param {string} anchor */
  async function reveal(anchor) {
    const [, id] = /^(out\d*)-\d+$/.exec(anchor) || [];
    const list = id && document.querySelector(`.console[data-id="${id}"]`);
    if (!list) return;
    const card = list.closest("details");
    card.open = true;
    const whole = card.querySelector("[data-whole]");
    if (!document.getElementById(anchor) && whole) await loadWhole(whole);
    const line = document.getElementById(anchor);
    if (!line) return;
    line.scrollIntoView({ block: "center" });
    for (const other of document.querySelectorAll(".console > .aimed")) other.classList.remove("aimed");
    line.classList.add("aimed");
  }

  /** The line stands in the address beside all else that is seen. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".console a, .findings a, .to-output");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const anchor = link.hash.slice(1);
    reporter.view.set({ line: anchor });
    reveal(anchor);
  });

  const showAsked = () => reveal(reporter.view.get("line") || location.hash.slice(1));
  reporter.view.subscribe((_, names) => names.includes("line") && showAsked());
  showAsked();
})((globalThis.reporter = globalThis.reporter || {}));
