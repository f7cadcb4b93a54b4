// enquiry.js
const form = document.querySelector("#enquiry");
const status = form.querySelector("[role=status]");
const newKey = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
let key = newKey(); // one key per fill: a double click or a second try stays one lead

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  status.textContent = "Sending …";
  try {
    const answer = await fetch("@{form_url}", {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    const body = await answer.json();
    if (answer.ok) {
      // body.lead.id is our reference; body.dialer?.lead_id the dialer's, once it has answered
      status.textContent = `Thank you. Your reference: ${body.lead.id.slice(-6)}`;
      form.reset();
    } else {
      // body.errors names each field that needs attention
      status.textContent = (body.errors ?? [body]).map((problem) => problem.detail).join(" ");
    }
    if (answer.ok || answer.status === 422) key = newKey();
  } catch {
    status.textContent = "No connection. Nothing is lost: please press Send again.";
  } finally {
    button.disabled = false;
  }
});
