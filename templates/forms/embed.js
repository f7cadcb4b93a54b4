// Sends a website's own form in the background, or puts the hosted form into a place of the page.
// It runs inside a function of its own, after solve.js and after `settings`: the source's name, its allowed_origins,
// whether it wants proof of work, and the words by language. What is served is its small copy, embed.min.js
// (tests/browser/minify.js), under 6 KB with the words.
// No inline code, no eval, no HTML made from text, no cookie: the strictest policy lets it run.

// Milliseconds for one answer.
const PATIENCE = 30000;
// Retries after 1, 2, 4, 8 and 16 seconds.
const RETRIES = 5;
// Seconds; a server that asks for more gets the enquiry when the visitor tries again.
const LONGEST_PAUSE = 60;

const [source, origins, proof, texts] = settings;
const {src} = document.querySelector(`script[src*="/${source}/embed.js"]`);
const door = src.replace(/\/embed\.js.*/, "");
const home = new URL(door).origin;
const readable = [home, ...origins].includes(location.origin);
let notes = 0;

const make = (name, properties) => Object.assign(document.createElement(name), properties);
// Without the country: forms name their languages so.
const languageOf = place => (place.closest("[lang]")?.lang || "en").split("-")[0].toLowerCase();
// What the page says itself, in data-sent and the like, goes before our words.
const say = (place, key) => place.dataset[key] || (texts[languageOf(place)] || texts.en)[key];
const fire = (place, type, detail) =>
  place.dispatchEvent(new CustomEvent(`lead:${type}`, {detail, bubbles: true, cancelable: true}));

// Until the seconds are over or the network is back, whichever comes first; without a network, until it is back.
const rest = seconds => new Promise(done => {
  addEventListener("online", done);
  if (navigator.onLine) setTimeout(done, seconds * 1000);
});

// -- a form of the website's own

function enhance(form) {
  const status = make("p", {className: "lead-status", tabIndex: -1});
  const prover = proof && proofs(`${door}/challenge`);
  const controls = () => [...form.elements];
  const tell = (key, ...more) => { status.textContent = [say(form, key), ...more].join(" "); };
  const marks = [];
  let busy = false;
  let last = {};

  status.setAttribute("role", "status");
  form.after(status);
  // The browser still judges what was typed, but its words go to the field.
  form.noValidate = true;
  if (prover) form.addEventListener("focusin", () => prover().catch(() => {}));

  form.addEventListener("submit", async event => {
    // A chosen file is for the server to refuse, with its page.
    if (event.defaultPrevented || controls().some(({type, value}) => type === "file" && value)) return;
    event.preventDefault();
    if (busy) return;
    const button = event.submitter || make("button");
    marks.splice(0).forEach(clear => clear());
    const wrong = controls().filter(each => each.willValidate && !each.checkValidity());
    if (wrong.length) {
      return report(wrong.map(each => ({field: each.name, code: "field.invalid", detail: each.validationMessage})));
    }
    // The same enquiry again, unanswered as far as we know, leaves as it left before: same key, same bytes, one lead.
    const body = read(button);
    const content = `${body}`;
    if (last.content !== content) last = {content, body, key: hex(crypto.getRandomValues(new Uint8Array(16)))};
    busy = button.disabled = true;
    tell("sending");
    const answer = await deliver(last);
    busy = button.disabled = false;
    if (!answer) return report([]);
    last = {};
    if (answer.lead && !answer.detail) return succeed(answer);
    // Kept, but nobody will call this number: the answer says it in the visitor's words.
    report(answer.errors || [], answer.lead && answer.detail);
  });

  function read({name, value}) {
    const body = new URLSearchParams(new FormData(form));
    const more = {_url: location.href, _language: languageOf(form), referrer: document.referrer, [name]: value};
    for (const each in more) if (each && more[each] && !body.has(each)) body.append(each, more[each]);
    return body;
  }

  async function deliver(enquiry) {
    const {body, key} = enquiry;
    for (let tries = 0; ; tries++) {
      let pause = 2 ** tries;
      try {
        if (prover && !body.has("altcha")) body.append("altcha", await prover(true));
        const answer = await fetch(door, {
          method: "POST",
          headers: {Accept: "application/json", "Idempotency-Key": key},
          body,
          signal: AbortSignal.timeout?.(PATIENCE),
        });
        if (answer.status < 500 && ![409, 429].includes(answer.status)) return await answer.json();
        pause = +answer.headers.get("Retry-After") || pause;
      } catch {
        // No network, no answer in time, or one that cannot be read: nobody knows, so ask again with the same key.
      }
      if (tries === RETRIES || pause > LONGEST_PAUSE) return;
      tell(navigator.onLine ? "waiting" : "offline");
      await rest(pause);
    }
  }

  function succeed({lead, dialer}) {
    status.textContent = "";
    // A listener that prevents the default shows the visitor something of its own.
    if (!fire(form, "success", {id: lead.id, leadId: dialer?.lead_id, status: lead.status})) return;
    const next = form.dataset.redirect || form.elements._next?.value;
    if (next && new URL(next, location).protocol.startsWith("http")) return location.assign(next);
    form.style.setProperty("display", "none", "important");
    status.textContent = say(form, "sent").replace("{reference}", lead.id.slice(-6));
    status.focus();
  }

  function report(problems, said) {
    const elsewhere = problems.filter(problem => !mark(problem)).map(problem => problem.detail);
    tell(problems.length ? "check" : "failed", ...elsewhere);
    if (said) status.textContent = said;
    (controls().find(isMarked) || status).focus();
    fire(form, "error", {problems});
  }

  function isMarked(control) {
    return control.matches("[aria-invalid=true]");
  }

  function mark({field, code, detail}) {
    const control = controls().find(({name, type}) => name === field && type !== "hidden")
      || code.startsWith("phone.") && form.querySelector("[type=tel]");
    if (!control || isMarked(control)) return control;
    const note = make("p", {className: "lead-message", id: `lead-${++notes}`, textContent: detail});
    note.style.cssText = "margin:.4em 0;padding-left:.5em;border-left:.25em solid #d92d20";
    const described = control.getAttribute("aria-describedby") || "";
    const describe = text => control.setAttribute("aria-describedby", text);
    const clear = () => {
      note.remove();
      control.removeAttribute("aria-invalid");
      describe(described);
    };
    (control.closest("label") || control).after(note);
    control.setAttribute("aria-invalid", true);
    describe(`${described} ${note.id}`.trim());
    marks.push(clear);
    control.addEventListener("input", clear, {once: true});
    return control;
  }
}

// -- the hosted form in a place of the page

function inject(place) {
  const asked = new URLSearchParams({embed: 1, lang: languageOf(place), page: location.href});
  const frame = make("iframe", {title: say(place, "frame"), src: `${door}?${asked}`});
  frame.style.cssText = "width:100%;height:36rem;border:0";
  place.append(frame);
  addEventListener("message", event => {
    if (event.origin !== home || event.source !== frame.contentWindow) return;
    const {height, detail} = event.data;
    if (height) frame.style.height = `${+height}px`;
    if (detail) fire(place, "success", detail);
  });
}

function scan() {
  for (const place of document.querySelectorAll("[data-lead-gateway]")) {
    // The mark is the element's own, so that a script line that stands twice does no harm.
    if (place.$lead || ![source, ""].includes(place.dataset.leadGateway)) continue;
    place.$lead = true;
    const isForm = place.matches("form");
    if (isForm) {
      // Where this script cannot help, the form works as forms do without scripts.
      place.setAttribute("action", door);
      place.setAttribute("method", "post");
    }
    if (!readable) console.warn(`lead-gateway: allowed_origins of ${source} lacks ${location.origin}`);
    else if (isForm) enhance(place);
    if (!isForm) inject(place);
  }
}

new MutationObserver(scan).observe(document, {childList: true, subtree: true});
scan();
