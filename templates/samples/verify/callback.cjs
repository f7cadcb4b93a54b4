const { createHmac, timingSafeEqual } = require("node:crypto");

function take(headers, body, secret) {  // body: a Buffer, as it came
  const head = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(head).update(body).digest();
  const genuine = headers["webhook-signature"].split(" ").some((part) => {
    const given = Buffer.from(part.replace(/^v1,/, ""), "base64");
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  const fresh = Math.abs(Date.now() / 1000 - Number(headers["webhook-timestamp"])) <= 300;
  return genuine && fresh ? JSON.parse(body) : null;  // null: answer 401
}
