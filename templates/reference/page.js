// Sends what a reader filled in, with the key of this page, and shows the answer as it came.
const key = document.getElementById("key");

function filled(form, place) {
  const inputs = [...form.querySelectorAll(`[data-place="${place}"]`)];
  return inputs.filter(input => input.value).map(input => [input.dataset.name, input.value]);
}

function addressOf(form) {
  let path = form.dataset.path;
  for (const [name, value] of filled(form, "path")) path = path.replace("{" + name + "}", encodeURIComponent(value));
  const query = new URLSearchParams(filled(form, "query")).toString();
  return query ? `${path}?${query}` : path;
}

function bodyOf(form) {
  const text = form.elements.body?.value ?? "";
  if (form.dataset.type !== "application/x-www-form-urlencoded") return text;
  const lines = text.split("\n").filter(line => line.includes("="));
  return new URLSearchParams(lines.map(line => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

function requestOf(form) {
  const headers = new Headers(filled(form, "header"));
  if (form.dataset.key && key.value) headers.set("X-Api-Key", key.value.trim());
  const request = {method: form.dataset.method, headers, credentials: "omit", cache: "no-store", redirect: "manual"};
  if (!form.dataset.type) return request;
  headers.set("Content-Type", form.dataset.type);
  return {...request, body: bodyOf(form)};
}

function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function show(form, title, ...texts) {
  const place = form.querySelector(".doc-answer");
  const heading = document.createElement("h5");
  heading.textContent = title;
  const blocks = texts.filter(Boolean).map(text => {
    const block = document.createElement("pre");
    block.tabIndex = 0;
    block.setAttribute("role", "region");
    block.setAttribute("aria-label", title);
    block.textContent = text;
    return block;
  });
  place.replaceChildren(heading, ...blocks);
  place.hidden = false;
}

async function send(form) {
  const missing = [...form.querySelectorAll('[data-place="path"]')].find(input => !input.value);
  if (missing) {
    show(form, `Fill in ${missing.dataset.name} first.`);
    missing.focus();
    return;
  }
  if (form.dataset.key === "needed" && !key.value) {
    show(form, "Put your API key in first: it stands at the top of this page.");
    return;
  }
  show(form, "Sending …");
  try {
    const response = await fetch(addressOf(form), requestOf(form));
    const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    show(form, `${response.status} ${response.statusText}`, readable(await response.text()), headers);
  } catch {
    show(form, "No answer came. Is the network there?");
  }
}

document.addEventListener("submit", event => {
  event.preventDefault();
  const button = event.target.querySelector("button");
  if (button.disabled) return;
  button.disabled = true;
  send(event.target).finally(() => { button.disabled = false; });
});
