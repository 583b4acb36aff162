/* Countersign: completes the names of facts while a rule is written. The names are those that the page lists in full;
   without this file people copy them from there. The list is a listbox that the textarea points into, so that the
   focus and the caret stay in the text. */
(function () {
  "use strict";
  const MOST = 8;
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const read = (selector) => all(selector).map((row) => ({ name: row.querySelector("dt").textContent.trim(), means: row.querySelector("dd").textContent.trim() }));
  const facts = read("[data-fact]"), fields = read("[data-check-field]");
  const groups = new Set(facts.map((fact) => fact.name.split(".")[0]));
  const live = document.getElementById("live");

  /* What stands before the caret as far as it can be a name: its start, and the names that it can become. */
  function asked(area, whole) {
    const before = area.value.slice(0, area.selectionStart);
    const line = before.slice(before.lastIndexOf("\n") + 1);
    /* No fact is named in a text, in a remark, or in the value of an example. */
    if ((line.match(/"/g) || []).length % 2 || line.includes("//")) return null;
    if (area.dataset.facts === "example" && line.includes(":")) return null;
    const word = before.match(/[A-Za-z_][\w.]*$/);
    if (area.selectionStart !== area.selectionEnd || (!word && !whole)) return null;
    const typed = word ? word[0] : "";
    const dot = typed.indexOf(".");
    const element = dot > 0 && !groups.has(typed.slice(0, dot));
    const wanted = (element ? typed.slice(dot + 1) : typed).toLowerCase();
    if (!whole && !element && wanted.length < 2) return null;
    const from = element ? fields : facts;
    const starts = from.filter((one) => one.name.toLowerCase().startsWith(wanted));
    const holds = from.filter((one) => !starts.includes(one) && one.name.toLowerCase().includes(wanted));
    const found = [...starts, ...holds].slice(0, MOST);
    const done = found.length === 0 || (found[0].name.toLowerCase() === wanted && !whole);
    return done ? null : { start: before.length - typed.length + (element ? dot + 1 : 0), found, sure: starts.length > 0 };
  }

  function complete(area) {
    const list = document.createElement("ul");
    list.id = area.id + "-facts";
    list.className = "options completes";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Facts that fit");
    area.after(list);
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-haspopup", "listbox");
    let now = null, at = -1;

    function close() {
      now = null;
      at = -1;
      list.hidden = true;
      area.removeAttribute("aria-activedescendant");
      area.removeAttribute("aria-controls");
    }
    function choose(index) {
      const options = Array.from(list.children);
      at = (index + options.length) % options.length;
      options.forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
      area.setAttribute("aria-activedescendant", options[at].id);
      options[at].scrollIntoView({ block: "nearest" });
    }
    function take(index) {
      const one = now.found[index];
      area.setRangeText(one.name, now.start, area.selectionStart, "end");
      close();
      if (live) live.textContent = one.name + " is written.";
    }
    function option(one, i) {
      const item = document.createElement("li"), name = document.createElement("span"), means = document.createElement("small");
      item.id = list.id + "-" + i;
      item.setAttribute("role", "option");
      name.className = "mono wrap-any";
      name.textContent = one.name;
      means.textContent = one.means;
      item.append(name, means);
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); take(i); });
      return item;
    }
    function open(whole) {
      now = asked(area, whole);
      if (!now) { close(); return; }
      list.replaceChildren(...now.found.map(option));
      const wasHidden = list.hidden;
      list.hidden = false;
      if (wasHidden) list.scrollIntoView({ block: "nearest" });
      area.setAttribute("aria-controls", list.id);
      area.removeAttribute("aria-activedescendant");
      at = -1;
      /* Where a name only holds what was typed, Enter stays a new line until one is chosen. */
      if (now.sure) choose(0);
      if (live) live.textContent = now.found.length + (now.found.length === 1 ? " fact fits." : " facts fit.") + " Up and Down choose, Enter writes, Escape closes.";
    }
    const keys = {
      ArrowDown: () => choose(at + 1),
      ArrowUp: () => choose(at < 0 ? -1 : at - 1),
      Enter: () => take(at),
      Escape: close,
    };
    area.addEventListener("input", () => open(false));
    area.addEventListener("blur", close);
    area.addEventListener("click", close);
    area.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === " " && event.ctrlKey) { event.preventDefault(); open(true); return; }
      if (!now || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      if (keys[event.key] && (at >= 0 || event.key !== "Enter")) { event.preventDefault(); event.stopPropagation(); keys[event.key](); }
      else if (event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End") close();
    });
  }
  for (const area of all("textarea[data-facts]")) complete(area);
})();
