// Keeps what changes by itself quiet: a hidden tab asks nothing, nobody who writes is disturbed, ages count on.
// What was opened stays open. Without this file the page is as it was when it came.
(() => {
  "use strict";
  let offset = 0; // seconds the gateway's clock is ahead of ours
  let opened = [];
  const live = () => document.querySelector("[data-live]");

  function isBusy(part) {
    const here = document.activeElement;
    const writes = part.contains(here) && here.matches("input:not([type=hidden]), textarea, select");
    return document.hidden || writes || part.querySelector("details.ask[open]") !== null;
  }

  function length(seconds) {
    if (seconds < 1) return "";
    const steps = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
    const place = steps.findIndex(([size]) => seconds >= size);
    const [size, unit] = steps[place];
    const whole = Math.floor(seconds / size);
    const below = steps[place + 1];
    const rest = below ? Math.floor((seconds - whole * size) / below[0]) : 0;
    return whole + " " + unit + (rest ? " " + rest + " " + below[1] : "");
  }

  function age() {
    const now = Date.now() / 1000 + offset;
    for (const each of document.querySelectorAll("time[data-ago]")) {
      const seconds = now - Date.parse(each.dateTime) / 1000;
      const text = length(Math.abs(seconds));
      const isDue = each.dataset.due !== undefined;
      const over = isDue ? "in a moment" : text === "" ? "just now" : text + " ago";
      const shown = seconds > 0 || text === "" ? over : "in " + text;
      if (each.textContent !== shown) each.textContent = shown;
    }
  }

  function begin() {
    const part = live();
    if (part) offset = Number(part.dataset.now) - Date.now() / 1000;
    age();
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    const part = live();
    if (event.target === part && isBusy(part)) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", () => {
    opened = [...document.querySelectorAll("[data-live] details[open][id]")].map((each) => each.id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
    begin();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && live()) window.htmx?.trigger(live(), "wake");
  });
  setInterval(() => { if (!document.hidden) age(); }, 1000);
  begin();
})();
