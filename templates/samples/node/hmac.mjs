const signature = createHmac("sha256", process.env.LEADS_SECRET).update(body).digest("@{encode}");
