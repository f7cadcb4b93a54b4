// Inside a frame: tells the page around it how high the form is, and leads to the first problem.
(() => {
  const main = document.querySelector("main");
  // To whatever page is around us: only listed sites may frame this page, and a height is no secret.
  const tell = (message) => parent.postMessage(message, "*");
  const measure = () => tell({ height: Math.ceil(main.getBoundingClientRect().height) });

  new ResizeObserver(measure).observe(main);
  document.querySelector("[aria-invalid]")?.focus();
})();
