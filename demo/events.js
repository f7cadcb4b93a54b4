// What embed.js tells a page, for its analytics; this website shows it at the foot of the page.
const shown = document.querySelector("#event");

document.addEventListener("lead:success", ({ detail }) => {
  const number = detail.leadId ? `Lead ID ${detail.leadId} in the dialer` : "no Lead ID yet";
  shown.textContent = `Event lead:success: enquiry ${detail.id.slice(-6)}, ${detail.status}, ${number}.`;
});

document.addEventListener("lead:error", ({ detail }) => {
  const codes = detail.problems.map(({ field, code }) => `${field} ${code}`).join(", ");
  shown.textContent = `Event lead:error: ${codes || "not sent"}.`;
});
