// Puts a proof of work into the hosted form: begun at the first touch, waited for when the form is sent.

for (const form of document.querySelectorAll("form[data-challenge]")) {
  const proof = proofs(form.dataset.challenge);
  const field = Object.assign(document.createElement("input"), {type: "hidden", name: "altcha"});
  let state = "filling";

  form.addEventListener("focusin", () => proof().catch(() => {}));
  form.addEventListener("submit", async event => {
    // Once proved the form goes through, and a second click does not.
    if (state === "proved") {
      state = "sent";
      return;
    }
    event.preventDefault();
    if (state !== "filling") return;
    state = "proving";
    // Without a proof the enquiry is judged by its other marks; it is never held up.
    field.value = await proof(true).catch(() => "");
    if (field.value) form.append(field);
    state = "proved";
    // Not at once: while the first submit is under way a browser ignores a second.
    setTimeout(() => form.requestSubmit(event.submitter));
  });
  // Back from the next page: a proof is good for one enquiry.
  addEventListener("pageshow", event => {
    if (!event.persisted) return;
    field.remove();
    state = "filling";
  });
}
