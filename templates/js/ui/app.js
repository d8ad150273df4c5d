/**
 * The shell of every page: theme, tabs, keys, copying, the artifact preview.
 *
 *   reporter.onKey("c", act)    a single key, when no field has focus and the reader allows such keys
 *   reporter.announce("Copied") a word at the foot of the page, read out by screen readers
 *   reporter.copy(text)         to the clipboard; resolves to whether it worked
 *
 * The first rows, the charts and the comparison have scripts of their own.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const root = document.documentElement;
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];

  /* Theme: the link first, then what this browser remembers, then the system (no attribute). */

  const systemTheme = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

  function applyTheme(theme) {
    if (theme === "dark" || theme === "light") root.dataset.theme = theme;
    else delete root.dataset.theme;
  }

  function toggleTheme() {
    const theme = (root.dataset.theme || systemTheme()) === "dark" ? "light" : "dark";
    applyTheme(theme);
    reporter.store("theme", theme);
    reporter.view.set({ theme });
  }

  applyTheme(reporter.view.get("theme") || reporter.stored("theme"));

  /* Words at the foot of the page */

  const TOAST_MS = 2400;
  let toastTimer;

  reporter.announce = (text) => {
    const toast = one("[data-role=toast]");
    toast.textContent = text;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => (toast.textContent = ""), TOAST_MS);
  };

  /** Where the clipboard is closed (plain HTTP), the old way: select a field and copy it. */
  function copyBySelection(text) {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "vh";
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  }

  reporter.copy = (text) => {
    if (!navigator.clipboard) return Promise.resolve(copyBySelection(text));
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => copyBySelection(text),
    );
  };

  function copyAndSay(text, what) {
    reporter.copy(text).then((copied) => reporter.announce(copied ? `${what} copied` : `The browser did not allow copying`));
  }

  /* Keys */

  const keys = new Map();
  reporter.onKey = (key, act) => void keys.set(key, act);

  const isField = (element) => element.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

  function pressKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (reporter.stored("letter-keys") === "off" || isField(event.target)) return;
    const act = keys.get(event.key.length === 1 ? event.key.toLowerCase() : event.key);
    if (!act) return;
    event.preventDefault();
    act(event);
  }

  /** The query, if it is on the page and can be seen; else the page that has one. */
  function find() {
    const query = one("[data-role=query]");
    if (!query) return one("[data-role=find]").click();
    if (query.closest("[data-panel]")) selectTab("runs");
    query.focus();
    query.select();
  }

  const follow = (role) => one(`[data-role=${role}]`)?.click();

  function startKeys() {
    addEventListener("keydown", pressKey);
    reporter.onKey("/", find);
    reporter.onKey("?", () => one("#help").togglePopover?.());
    if (root.dataset.page === "run") {
      reporter.onKey("j", () => follow("next-run"));
      reporter.onKey("k", () => follow("previous-run"));
      reporter.onKey("c", () => follow("compare"));
    }
    const box = one("[data-role=letter-keys]");
    box.checked = reporter.stored("letter-keys") !== "off";
    box.onchange = () => reporter.store("letter-keys", box.checked ? "on" : "off");
  }

  /* Tabs: links to parts of the page become tabs; arrows move, content follows. */

  const tabs = all("[data-tab]");
  const tabNames = tabs.map((tab) => tab.dataset.tab);

  function showTab(name) {
    const shown = tabNames.includes(name) ? name : tabNames[0];
    for (const tab of tabs) {
      const selected = tab.dataset.tab === shown;
      tab.setAttribute("aria-selected", selected);
      tab.tabIndex = selected ? 0 : -1;
      document.getElementById(tab.dataset.tab).hidden = !selected;
    }
  }

  /** Narrow screens have no room for all tabs: the chosen one comes to the middle. */
  function centreTab() {
    const tab = one("[data-tab][aria-selected=true]").getBoundingClientRect();
    const row = one(".tabs-row");
    row.scrollLeft += tab.left + tab.width / 2 - row.clientWidth / 2 - row.getBoundingClientRect().left;
  }

  function selectTab(name) {
    showTab(name);
    centreTab();
    if ((reporter.view.get("tab") || tabNames[0]) === name) return;
    reporter.view.set({ tab: name === tabNames[0] ? null : name }, { pushes: true });
  }

  const TAB_STEPS = { ArrowLeft: -1, ArrowRight: 1 };

  function moveTab(event) {
    const at = tabs.indexOf(event.target);
    const step = TAB_STEPS[event.key] * (getComputedStyle(root).direction === "rtl" ? -1 : 1);
    const ends = { Home: 0, End: tabs.length - 1 };
    const next = event.key in ends ? ends[event.key] : (at + step + tabs.length) % tabs.length;
    if (at < 0 || Number.isNaN(next)) return;
    event.preventDefault();
    selectTab(tabNames[next]);
    tabs[next].focus();
  }

  function startTabs() {
    if (!tabs.length) return;
    one("[data-role=tabs]").setAttribute("role", "tablist");
    for (const tab of tabs) {
      const panel = document.getElementById(tab.dataset.tab);
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", panel.id);
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      tab.onclick = (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        selectTab(tab.dataset.tab);
      };
    }
    one("[data-role=tabs]").addEventListener("keydown", moveTab);
    reporter.view.subscribe((view, names) => names.includes("tab") && showTab(view.tab));
    const plain = location.hash.slice(1);
    showTab(tabNames.includes(plain) ? plain : reporter.view.get("tab"));
    if (one("[data-tab][aria-selected=true]") !== tabs[0]) centreTab();
  }

  /* Run page */

  /** The script of the file tree comes after the first paint; until then it is remembered what was chosen. */
  function holdPreviews(event) {
    const link = event.target.closest("[data-preview]");
    if (!link || reporter.openFile || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    reporter.chosenEarly = link.dataset.path;
  }

  function startParams() {
    const button = one("[data-role=differing-params]");
    if (!button) return;
    const differing = all("[data-role=param]").map((row) => row.dataset.differs === "true");
    button.hidden = !differing.includes(true) || !differing.includes(false);
    button.onclick = () => {
      const pressed = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", pressed);
      one("[data-role=params]").classList.toggle("only-differing", pressed);
    };
  }

  function startCopies() {
    one("[data-role=copy-link]").onclick = () => copyAndSay(location.href, "Link");
    for (const button of all("[data-copy]")) {
      button.onclick = () => copyAndSay(document.getElementById(button.dataset.copy).textContent, "Text");
    }
  }

  /* What scrolls can be reached by keyboard, and only while it scrolls. */

  const SCROLLERS = "pre, .tw:not(.scroller), .scroll-y, .list, .tree > ul, .kv td.mono > bdi";

  function allowScrolling(element) {
    const scrolls = element.scrollHeight > element.clientHeight + 1 || element.scrollWidth > element.clientWidth + 1;
    const canScroll = scrolls && getComputedStyle(element).overflowY !== "visible";
    if (canScroll && !element.querySelector("a, button, input")) element.tabIndex = 0;
    else element.removeAttribute("tabindex");
  }

  function startScrollers() {
    const observer = new ResizeObserver((entries) => entries.forEach((entry) => allowScrolling(entry.target)));
    const LONG_CHARS = 200;
    for (const element of all(SCROLLERS)) {
      if (element.localName !== "bdi" || element.textContent.length > LONG_CHARS) observer.observe(element);
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    one("[data-role=theme-toggle]").onclick = toggleTheme;
    reporter.view.subscribe((view, names) => names.includes("theme") && applyTheme(view.theme));
    startKeys();
    startTabs();
    startCopies();
    startParams();
    document.addEventListener("click", holdPreviews);
    startScrollers();
    if (location.hash === "#query") find();
  });
})((globalThis.reporter = globalThis.reporter || {}));
