@{imports}const body = JSON.stringify(@value);
@{prelude}const response = await fetch(@url, {
  method: "POST",
  headers: {
    "Content-Type": "application/json",
@{headers}  },
  body,
  signal: AbortSignal.timeout(30_000),
});
console.log(response.status, await response.text());
