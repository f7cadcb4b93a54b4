// Small comforts of the console: copying, saying what went wrong, and keys. Every page works without this file.
(() => {
  "use strict";
  const said = document.getElementById("said");
  let quietAt;

  function say(text) {
    if (!said) return;
    clearTimeout(quietAt);
    said.textContent = text;
    quietAt = setTimeout(() => { said.textContent = ""; }, 6000);
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = button.dataset.copy || button.parentElement.querySelector("pre").textContent;
    try {
      await navigator.clipboard.writeText(text);
      say("Copied.");
    } catch {
      say("The browser does not let this page copy. Select the text and copy it.");
    }
  });

  // An open menu closes when one clicks elsewhere.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.who[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 401) {
      location.reload(); // signed out meanwhile: the page itself leads to the sign-in
    } else if (status === 429) {
      say("Too many requests. Wait a moment.");
    } else {
      say("That did not work (" + status + "). Reload the page and try again.");
    }
  });
  document.addEventListener("htmx:sendError", () => say("The gateway does not answer. It is tried again."));

  // "/" goes to the search; j and k walk through a list, Enter opens.
  const rows = () => [...document.querySelectorAll("[data-keys] tbody tr")];
  function walk(step) {
    const all = rows();
    if (!all.length) return;
    const now = all.findIndex((row) => row.classList.contains("here"));
    const next = all[Math.min(all.length - 1, Math.max(0, now + step))];
    all.forEach((row) => row.classList.toggle("here", row === next));
    next.scrollIntoView({ block: "nearest" });
    const link = next.querySelector("a");
    if (link) link.focus({ preventScroll: true });
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "/") {
      event.preventDefault();
      document.getElementById("find")?.focus();
    } else if (event.key === "j") {
      walk(1);
    } else if (event.key === "k") {
      walk(-1);
    } else if (event.key === "x") {
      document.querySelector("[data-keys] tr.here [name=ids]")?.click();
    }
  });

  // Where the eye is, the walk goes on from there: also after a click or the Tab key.
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-keys] tbody tr");
    if (row) rows().forEach((each) => each.classList.toggle("here", each === row));
  });

  // All boxes of a list at once, and how many are ticked.
  function tally() {
    const ticked = document.querySelectorAll("[name=ids]:checked").length;
    for (const place of document.querySelectorAll("[data-picked]")) {
      place.dataset.text ??= place.textContent;
      place.textContent = ticked ? ticked + " selected:" : place.dataset.text;
    }
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]")) {
      document.querySelectorAll("[name=ids]").forEach((box) => { box.checked = event.target.checked; });
    }
    if (event.target.matches("[data-pick-all], [name=ids]")) tally();
  });

  // Nobody looks at a hidden tab: what asks by itself waits until somebody does.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && (event.detail.elt.getAttribute("hx-trigger") || "").startsWith("every")) event.preventDefault();
  });
  window.consoleSay = say;
})();
