// reCAPTCHA version 3 gives its token at the moment of sending. Without it, or when it is slow, the form goes anyway.
(() => {
  const { sitekey, action } = document.currentScript.dataset;
  const form = document.querySelector("form");
  const name = "g-recaptcha-response";
  const patience = 3000; // milliseconds

  form.addEventListener("submit", (event) => {
    const { grecaptcha } = window;
    if (!grecaptcha) return;
    event.preventDefault();
    form.querySelector(`input[name="${name}"]`)?.remove(); // of a page that was gone back to: it is spent
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
