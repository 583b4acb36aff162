/* Countersign: dragging a change on the calendar. A drop opens the form that moves it, with the new time filled in:
   the same form, and so the same questions, as the link "Move" gives. Nothing is moved here. */
(function () {
  "use strict";
  const ROW = 17; // a half hour of the week, in pixels, as css/calendar.css draws it
  const HALF_HOUR = 30;
  const DAY = 86400000;
  let held = null; // what is dragged: its address, the day it was taken from, and how far below its top

  function days(from, to) {
    return Math.round((Date.parse(to) - Date.parse(from)) / DAY);
  }
  function at(day, row) {
    const minutes = Math.max(0, Math.min(47, row)) * HALF_HOUR;
    return day + "T" + String(Math.floor(minutes / 60)).padStart(2, "0") + ":" + String(minutes % 60).padStart(2, "0");
  }
  function placeOf(event) {
    return event.target.closest("[data-day], [data-from]");
  }
  /* The day under the pointer: the cell's own, or in a lane the day of its fortnight. */
  function dayAt(place, x) {
    if (place.dataset.day) return place.dataset.day;
    const box = place.getBoundingClientRect();
    const step = Math.max(0, Math.min(13, Math.floor(((x - box.left) / box.width) * 14)));
    return new Date(Date.parse(place.dataset.from) + step * DAY).toISOString().slice(0, 10);
  }

  for (const link of document.querySelectorAll("[data-move]")) {
    link.draggable = true;
    link.addEventListener("dragstart", (event) => {
      const place = placeOf(event);
      if (!place) return;
      const top = link.getBoundingClientRect().top;
      held = { url: link.dataset.move, day: dayAt(place, event.clientX), below: event.clientY - top };
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", link.dataset.move);
    });
    link.addEventListener("dragend", () => { held = null; });
  }
  document.addEventListener("dragover", (event) => {
    if (held && placeOf(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const place = placeOf(event);
    if (!held || !place) return;
    event.preventDefault();
    const day = dayAt(place, event.clientX);
    if (place.matches(".day-h")) {
      const row = Math.round((event.clientY - held.below - place.getBoundingClientRect().top) / ROW);
      location.assign(held.url + "?at=" + at(day, row));
    } else if (day !== held.day) {
      location.assign(held.url + "?by=" + days(held.day, day));
    }
  });
})();
