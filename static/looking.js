/* Countersign: tells how long what a person is asked was in view, and which evidence they opened.
   Change Managers see it, to learn whether evidence reaches people. Without this file it is not known. */
(function () {
  "use strict";
  const EVERY = 5000;   /* ms between two reports of the time */
  const READ = 1000;    /* ms for which a piece of evidence must be in view */
  let area = null, since = 0, spent = 0, watcher = null;
  const told = new Set(), waiting = new Map();

  function count() {
    const now = performance.now();
    if (since) spent += now - since;
    since = document.visibilityState === "visible" ? now : 0;
  }
  function tell(opened) {
    count();
    if (!area || (!opened && spent < 1000)) return;
    const seconds = Math.floor(spent / 1000);
    spent -= seconds * 1000;
    const body = new URLSearchParams({ seconds, opened: opened || "", shown: area.dataset.shown || "", csrfmiddlewaretoken: document.body.dataset.csrf || "" });
    fetch(area.dataset.looks, { method: "POST", body, keepalive: true, credentials: "same-origin" }).catch(() => {});
  }
  function opened(name) {
    if (!name || told.has(name)) return;
    told.add(name);
    tell(name);
  }
  function folded(element) {
    const details = element.querySelector("details");
    return details && !details.open;
  }
  function seen(entries) {
    for (const entry of entries) {
      const element = entry.target;
      clearTimeout(waiting.get(element));
      if (entry.isIntersecting && !folded(element)) waiting.set(element, setTimeout(() => opened(element.dataset.evidence), READ));
    }
  }
  function begin() {
    const there = document.querySelector("[data-looks]");
    /* On a phone the list hides the preview of its first row: what is not in view is not looked at. */
    const found = there && there.getClientRects().length ? there : null;
    if (found === area) return;
    if (area) tell();
    if (watcher) watcher.disconnect();
    area = found;
    since = spent = 0;
    told.clear();
    if (!area) return;
    count();
    watcher = new IntersectionObserver(seen, { rootMargin: "-10% 0px -10% 0px" });
    for (const element of area.querySelectorAll("[data-evidence]")) {
      if (element.tagName !== "A") watcher.observe(element);
      for (const fold of element.querySelectorAll("details")) fold.addEventListener("toggle", () => { if (fold.open) opened(element.dataset.evidence); });
    }
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-evidence]");
    if (link && area && area.contains(link)) opened(link.dataset.evidence);
  });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") tell(); else count(); });
  addEventListener("pagehide", () => tell());
  document.addEventListener("htmx:afterSettle", begin);
  setInterval(() => tell(), EVERY);
  begin();
})();
