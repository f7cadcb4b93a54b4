const now = Math.floor(Date.now() / 1000);
const signature = createHmac("sha256", process.env.LEADS_SECRET).update(`${now}.${body}`).digest("hex");
