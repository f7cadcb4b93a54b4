// The sums of the savings page, and its form, sent with fetch.
const rupees = new Intl.NumberFormat("en-IN", { style: "currency", currency: "INR", maximumFractionDigits: 0 });
const PER_UNIT = 7.5; // rupees
const UNITS_PER_KW = 120; // a month
const PRICES = { 1: 75_000, 2: 135_000, 3: 195_000, 4: 245_000, 5: 295_000, 6: 345_000, 8: 440_000, 10: 535_000 };

const element = (id) => document.querySelector(`#${id}`);

function estimate(bill) {
  const sizes = Object.keys(PRICES).map(Number);
  const wanted = (bill * 0.9) / (UNITS_PER_KW * PER_UNIT);
  const size = sizes.find((each) => each >= wanted) ?? sizes.at(-1);
  const price = PRICES[size] - Math.min(size * 30_000, size >= 3 ? 78_000 : 60_000);
  const saved = Math.min(size * UNITS_PER_KW * PER_UNIT, bill * 0.9);
  return { size, price, saved, years: price / saved / 12 };
}

function show() {
  const bill = Number(element("bill").value);
  const { size, price, saved, years } = estimate(bill);
  element("amount").value = rupees.format(bill);
  element("size").textContent = `${size} kW`;
  element("price").textContent = rupees.format(price);
  element("saved").textContent = rupees.format(saved);
  element("years").textContent = `${years.toFixed(1)} years`;
  element("message").value = `Bill ${bill} a month, ${size} kW, ${price} after subsidy`;
}

const form = element("estimate");
const told = element("told");
const newKey = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
let key = newKey(); // one key per fill: a double click or a second try stays one lead

function tell(text, { bad = false } = {}) {
  told.textContent = text;
  told.classList.toggle("bad", bad);
  element("whatsapp").setAttribute("aria-invalid", String(bad));
}

async function send(event) {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await fetch("http://127.0.0.1:8000/forms/website", {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    const body = await answer.json();
    if (answer.ok || answer.status === 422) key = newKey();
    if (!answer.ok) return tell((body.errors ?? [body]).map((problem) => problem.detail).join(" "), { bad: true });
    const known = body.dialer?.lead_id ? `, in the call centre under number ${body.dialer.lead_id}` : "";
    tell(`Thank you. Your reference is ${body.lead.id.slice(-6)}${known}. We call you soon.`);
    form.reset();
    show();
  } catch {
    tell("There is no connection. Nothing is lost: please send it again.", { bad: true });
  } finally {
    button.disabled = false;
  }
}

element("bill").addEventListener("input", show);
form.addEventListener("submit", send);
show();
