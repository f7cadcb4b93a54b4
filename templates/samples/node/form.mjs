const fields = @value;
const response = await fetch(@url, {
  method: "POST",
  body: new URLSearchParams(fields),
  signal: AbortSignal.timeout(30_000),
});
console.log(response.status, await response.text());
