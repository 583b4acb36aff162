/* Countersign: draws the charts of a page. The table beside each says the same without this file.
   Nothing moves: a chart is drawn as it is, and again in other colours when the theme changes or the page is printed. */
(function () {
  "use strict";
  const CONFIG = { displayModeBar: false, doubleClick: false, responsive: true, scrollZoom: false };
  const PAPER = 620; /* pixels: A4 or Letter upright, less its margins and those of a card */
  const areas = Array.from(document.querySelectorAll("[data-chart]"));
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);

  /* Plotly takes colours alone, so each name of a token becomes the colour that it has here and now. */
  function coloured(value) {
    if (typeof value === "string" && value.startsWith("var(--")) {
      probe.style.color = value;
      return getComputedStyle(probe).color;
    }
    if (Array.isArray(value)) return value.map(coloured);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, coloured(each)]));
    }
    return value;
  }
  function draw(width) {
    for (const area of areas) {
      const { data, layout } = coloured(JSON.parse(document.getElementById(area.dataset.chart).textContent));
      area.closest("[hidden]")?.removeAttribute("hidden");
      Plotly.react(area, data, { ...layout, width }, CONFIG);
    }
  }
  new MutationObserver(() => draw()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw());
  /* The screen may be wider than paper, and what sticks out is cut off there. */
  addEventListener("beforeprint", () => { probe.style.colorScheme = "light"; draw(PAPER); });
  addEventListener("afterprint", () => {
    probe.style.colorScheme = "";
    draw();
    for (const area of areas) Plotly.relayout(area, { autosize: true }); // Plotly measures an area by itself once alone
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const area of areas) Plotly.Fx.unhover(area);
  });
  draw();
})();
