// What the captcha of another service needs beside its own script: a new answer for a page that was gone back to,
// and for reCAPTCHA version 3 the answer itself, asked for at the moment of sending.
(() => {
  const { sitekey, action } = document.currentScript.dataset;
  const form = document.querySelector("form");
  const name = "g-recaptcha-response";
  const patience = 3000; // milliseconds

  // An answer is good for one enquiry, and browsers keep the page as it was left.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const service of [window.turnstile, window.hcaptcha, window.grecaptcha]) {
      try {
        service?.reset?.();
      } catch {
        // There is no widget of this service on the page.
      }
    }
  });

  if (!action) return;
  form.addEventListener("submit", (event) => {
    const { grecaptcha } = window;
    if (!grecaptcha) return; // blocked, or away: the enquiry goes without
    event.preventDefault();
    form.querySelector(`input[name="${name}"]`)?.remove();
    const token = new Promise((resolve, reject) => {
      grecaptcha.ready(() => grecaptcha.execute(sitekey, { action }).then(resolve, reject));
    });
    const late = new Promise((resolve) => setTimeout(resolve, patience, ""));
    Promise.race([token, late])
      .catch(() => "")
      .then((value) => {
        const input = document.createElement("input");
        Object.assign(input, { type: "hidden", name, value });
        form.append(input);
        form.submit();
      });
  });
})();
