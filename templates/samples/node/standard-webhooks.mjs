const id = @{message};
const now = Math.floor(Date.now() / 1000);
const secret = Buffer.from(process.env.LEADS_SECRET.replace(/^whsec_/, ""), "base64");
const signature = createHmac("sha256", secret).update(`${id}.${now}.${body}`).digest("base64");
