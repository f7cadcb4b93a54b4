import { useRef, useState } from "react";

const newKey = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;

export default function EnquiryForm() {
  const [result, setResult] = useState({ state: "ready", problems: [] });
  const key = useRef(newKey()); // one key per fill: a double click or a second try stays one lead

  async function send(event) {
    event.preventDefault();
    const typed = Object.fromEntries(new FormData(event.currentTarget));
    setResult({ state: "sending", problems: [] });
    try {
      const answer = await fetch("@{form_url}", {
        method: "POST",
        headers: { Accept: "application/json", "Content-Type": "application/json", "Idempotency-Key": key.current },
        body: JSON.stringify(typed),
      });
      const body = await answer.json();
      if (answer.ok || answer.status === 422) key.current = newKey();
      // body.lead.id is our reference; body.dialer?.lead_id the dialer's, once it has answered
      if (answer.ok) setResult({ state: "sent", lead: body.lead, dialer: body.dialer, problems: [] });
      else setResult({ state: "refused", problems: body.errors ?? [body] });
    } catch {
      setResult({ state: "refused", problems: [{ detail: "No connection. Please press Send again." }] });
    }
  }

  if (result.state === "sent") {
    return <p role="status">Thank you. Your reference: {result.lead.id.slice(-6)}</p>;
  }
  return (
    <form onSubmit={send}>
@{fields}
      {result.problems.map((problem, index) => <p role="alert" key={index}>{problem.detail}</p>)}
      <button disabled={result.state === "sending"}>Send</button>
    </form>
  );
}
