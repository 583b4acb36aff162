/* Runs before the first paint, so that a chosen theme never flashes. */
(function () {
  "use strict";
  try {
    var theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") document.documentElement.setAttribute("data-theme", theme);
  } catch (error) { /* storage is off: the system's theme holds */ }
})();
