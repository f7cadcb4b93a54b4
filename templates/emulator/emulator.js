// Renews the living part of the page every two seconds, while somebody looks at it.
(() => {
  const live = document.getElementById("live");
  const renew = async () => {
    if (document.hidden || live.contains(document.activeElement)) return;
    try {
      const answer = await fetch(live.dataset.source);
      if (answer.ok) {
        const fresh = await answer.text();
        if (!live.contains(document.activeElement) && live.innerHTML !== fresh) live.innerHTML = fresh;
      }
      document.body.classList.toggle("lost", !answer.ok);
    } catch {
      document.body.classList.add("lost");
    }
  };
  setInterval(renew, 2000);
  document.addEventListener("visibilitychange", renew);
})();
