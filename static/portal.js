/* Countersign: what pages do beyond links and forms. Every page works without this file.
   Hooks are data attributes; nothing here signs, rejects or changes a record. */
(function () {
  "use strict";
  const root = document.documentElement;
  const SPRITE = document.currentScript.dataset.icons;
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const one = (selector, within) => (within || document).querySelector(selector);

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }
  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", SPRITE + "#i-" + name);
    svg.append(use);
    return svg;
  }
  function read(name) { try { return localStorage.getItem(name); } catch (error) { return null; } }
  function keep(name, value) {
    try { value === null ? localStorage.removeItem(name) : localStorage.setItem(name, value); } catch (error) { /* off */ }
  }
  function announce(text) {
    const live = one("#live");
    if (live) { live.textContent = ""; setTimeout(() => { live.textContent = text; }, 100); }
  }

  /* ------------------------------------------------------------- theme */
  const THEMES = { "": "As the system", light: "Light", dark: "Dark" };
  const isDark = () => {
    const chosen = root.getAttribute("data-theme");
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };
  function showTheme() {
    for (const button of all("[data-theme-toggle]")) {
      button.hidden = false;
      button.setAttribute("aria-label", isDark() ? "Switch to light theme" : "Switch to dark theme");
      button.replaceChildren(icon(isDark() ? "sun" : "moon"));
    }
    for (const item of all("[data-theme-item]")) item.hidden = false;
    for (const name of all("[data-theme-name]")) name.textContent = THEMES[root.getAttribute("data-theme") || ""];
  }
  function setTheme(theme) {
    theme ? root.setAttribute("data-theme", theme) : root.removeAttribute("data-theme");
    keep("theme", theme || null);
    showTheme();
    announce("Theme: " + THEMES[theme || ""]);
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showTheme);

  /* ------------------------------------------- menus made of <details> */
  function closeMenus(except) {
    for (const menu of all("details.pop[open]")) if (menu !== except) menu.open = false;
  }
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.pop")));

  /* ----------------------------------------------------------- dialogs */
  function openDialog(title, ...content) {
    const close = make("button", { class: "icon-btn", type: "button", "aria-label": "Close" }, icon("x"));
    const head = make("div", { class: "dialog-head dialog-row" }, make("h2", { id: "dialog-title" }, title), close);
    const dialog = make("dialog", { class: "dialog", "aria-labelledby": "dialog-title" }, head, ...content);
    close.addEventListener("click", () => dialog.close());
    return show(dialog);
  }
  function show(dialog) {
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    document.body.append(dialog);
    dialog.showModal();
    return dialog;
  }

  /* ------------------------------------------------- keys and their help */
  const singleKeys = () => read("single-keys") !== "off";
  function showKeySwitches(within) {
    for (const label of all("[data-keys-switch]", within)) {
      label.hidden = false;
      const box = one("[data-keys-single]", label);
      box.checked = singleKeys();
      box.addEventListener("change", () => { keep("single-keys", box.checked ? null : "off"); showKeyName(); });
    }
  }
  function showKeyName() {
    for (const name of all("[data-keys-name]")) name.textContent = singleKeys() ? "Single keys on" : "Single keys off";
  }
  async function openHelp() {
    const address = "/help/keyboard/";
    try {
      const answer = await fetch(address);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const body = make("div", { class: "dialog-body" }, ...one("[data-keys]", page).childNodes);
      const foot = make("div", { class: "dialog-foot" }, make("a", { href: "/help/" }, "Help with the portal"));
      openDialog("Keyboard shortcuts", body, foot);
      showKeySwitches(body);
    } catch (error) { location.assign(address); }
  }
  function goTo(name) {
    const link = one('[data-page="' + name + '"]');
    if (link) location.assign(link.href);
  }
  function moveInRows(step) {
    const rows = all("[data-rows]").flatMap((list) => all("tr, li, [data-row]", list)).filter((row) => one("a[href]", row));
    const inside = rows.findIndex((row) => row.contains(document.activeElement));
    const here = inside < 0 ? rows.findIndex((row) => row.matches("[aria-current=true]")) : inside;
    const next = rows[here < 0 ? (step > 0 ? 0 : rows.length - 1) : here + step];
    if (next) one("a[href]", next).focus();
  }
  let afterG = 0;
  const KEYS = {
    "/": () => { const box = all("[data-key-search]").find((input) => input.offsetParent); if (box) box.focus(); },
    "?": openHelp,
    j: () => moveInRows(1),
    k: () => moveInRows(-1),
    s: () => { const link = all("[data-key-decide]").find((each) => each.offsetParent); if (link) link.click(); },
    g: () => { afterG = Date.now(); },
  };
  const AFTER_G = { i: "inbox", c: "changes", a: "calendar" };
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (!one("dialog[open]")) openPalette();
      return;
    }
    if (event.key === "Escape") {
      const menu = one("details.pop[open]");
      if (menu) { closeMenus(); one("summary", menu).focus(); }
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && event.target.closest("[data-rows]") && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      moveInRows(step);
      return;
    }
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]") || !singleKeys()) return;
    const follows = Date.now() - afterG < 1500 && AFTER_G[event.key];
    if (follows) { afterG = 0; goTo(follows); return; }
    if (KEYS[event.key]) { event.preventDefault(); KEYS[event.key](); }
  });

  /* ----------------------------------------------------------- palette */
  function destinations() {
    const seen = new Map();
    for (const link of all(".nav-main a, .acct a, .foot a, [data-palette]")) {
      const text = Array.from(link.childNodes, (node) => (node.nodeType === 3 ? node.data : "")).join("").trim() || link.textContent.trim();
      if (text && !seen.has(link.href)) seen.set(link.href, text);
    }
    return Array.from(seen, ([href, text]) => ({ href, text }));
  }
  function openPalette() {
    const pages = destinations();
    if (!pages.length) return;
    const input = make("input", { type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-label": "Go to", autocomplete: "off", placeholder: "Go to a page, or search changes" });
    const list = make("ul", { class: "options-in", id: "palette-list", role: "listbox", "aria-label": "Results" });
    const foot = make("p", { class: "palette-foot" }, make("span", {}, make("kbd", {}, "↑"), " ", make("kbd", {}, "↓"), " choose"), make("span", {}, make("kbd", {}, "Enter"), " open"));
    const dialog = make("dialog", { class: "dialog options palette", "aria-label": "Go to" }, make("div", { class: "palette-in" }, icon("search"), input, make("kbd", {}, "Esc")), list, foot);
    const search = one("form[role=search]");
    let at = 0;
    const options = () => all("[role=option]", list);
    function choose(index) {
      const found = options();
      at = found.length ? (index + found.length) % found.length : 0;
      found.forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
      if (found[at]) { input.setAttribute("aria-activedescendant", found[at].id); found[at].scrollIntoView({ block: "nearest" }); }
    }
    function fill() {
      const words = input.value.trim();
      const hits = pages.filter((page) => page.text.toLowerCase().includes(words.toLowerCase()));
      if (words && search) hits.push({ href: search.action + "?q=" + encodeURIComponent(words), text: "Search changes for “" + words + "”", icon: "search" });
      list.replaceChildren(...hits.map((hit, i) => {
        const option = make("li", { role: "option", id: "palette-" + i, "aria-selected": "false", "data-href": hit.href }, icon(hit.icon || "arrow-right"), make("span", {}, hit.text));
        option.addEventListener("click", () => location.assign(hit.href));
        return option;
      }));
      choose(0);
    }
    input.addEventListener("input", fill);
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); choose(at + (event.key === "ArrowDown" ? 1 : -1)); }
      if (event.key === "Enter" && options()[at]) { event.preventDefault(); location.assign(options()[at].dataset.href); }
    });
    show(dialog);
    fill();
    input.focus();
  }

  /* --------------------------------------------- htmx: token and focus */
  document.addEventListener("htmx:configRequest", (event) => {
    if (document.body.dataset.csrf) event.detail.headers["X-CSRFToken"] = document.body.dataset.csrf;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const target = event.detail.elt;
    const errors = one("[data-error-summary]", target) || (target.matches("[data-error-summary]") && target);
    const focus = errors || one("[data-focus]", target);
    if (!focus) return;
    if (!focus.hasAttribute("tabindex")) focus.setAttribute("tabindex", "-1");
    focus.focus();
    if (!errors) announce(focus.textContent.trim());
  });
  document.addEventListener("htmx:sendError", () => {
    openDialog("The portal does not answer", make("p", { class: "dialog-body" }, "Look at your connection and try again. Nothing was changed."));
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status >= 500) openDialog("The portal failed", make("p", { class: "dialog-body" }, "This is our fault, not yours. Nothing half-done was kept. Try again."));
  });

  /* ---------------------------------------------------- session warning */
  const WARN_BEFORE = 120;
  function watchSession() {
    const seconds = Number(document.body.dataset.sessionSeconds);
    if (!seconds) return;
    const end = Date.now() + seconds * 1000;
    setTimeout(() => warn(end), Math.min(Math.max(seconds - WARN_BEFORE, 0) * 1000, 2147483647));
  }
  function warn(end) {
    const stay = make("button", { class: "btn btn-primary btn-decide", type: "button" }, "Stay signed in");
    const text = make("p", {}, "You have been here for a while. Soon you will be signed out. What you wrote so far stays in the form until then.");
    const dialog = openDialog("You will be signed out in 2 minutes", make("div", { class: "dialog-body" }, text), make("div", { class: "dialog-foot" }, stay));
    const leave = setTimeout(() => location.assign("/accounts/login/?ended=1&next=" + encodeURIComponent(location.pathname + location.search)), end - Date.now());
    stay.addEventListener("click", async () => {
      const answer = await fetch("/session/", { method: "POST", headers: { "X-CSRFToken": document.body.dataset.csrf } });
      if (!answer.ok) return;
      clearTimeout(leave);
      dialog.close();
      watchSession();
    });
    stay.focus();
  }

  /* ------------------------------------------------------- small things */
  document.addEventListener("click", (event) => {
    const target = event.target;
    if (target.closest("[data-theme-toggle]")) setTheme(isDark() ? "light" : "dark");
    if (target.closest("[data-theme-cycle]")) {
      const order = ["", "light", "dark"];
      setTheme(order[(order.indexOf(root.getAttribute("data-theme") || "") + 1) % 3]);
    }
    if (target.closest("[data-dismiss]")) target.closest(".toast-c").remove();
    if (target.closest("[data-print]")) print();
    if (target.closest("[data-help]") && !event.ctrlKey && !event.metaKey) { event.preventDefault(); openHelp(); }
  });
  for (const label of all("[data-show-password]")) {
    label.hidden = false;
    const box = one("input", label);
    box.addEventListener("change", () => {
      for (const input of all("input[autocomplete=current-password], input[autocomplete=new-password], input[type=password]")) input.type = box.checked ? "text" : "password";
    });
  }
  for (const button of all("[data-dismiss], [data-print]")) button.hidden = false;
  const said = all("[data-messages] .toast-c > div").map((message) => message.textContent.trim()).join(" ");
  if (said) announce(said);
  const errors = one("[data-error-summary]");
  if (errors) errors.focus();
  showTheme();
  showKeyName();
  showKeySwitches();
  watchSession();
})();
