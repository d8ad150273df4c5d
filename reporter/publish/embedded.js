/**
 * Makes a report in one file work inside a frame that has its text instead of an address.
 *
 * Such a frame takes links to parts of a page for links into the page around it, so they are
 * followed here. Where it begins is an attribute of the document.
 */
(function () {
  "use strict";

  addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    location.hash = link.getAttribute("href");
  });
  if (location.hash.length < 2) location.hash = document.documentElement.dataset.start;
})();
