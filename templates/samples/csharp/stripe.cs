        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString();
        byte[] digest;
        using (var hmac = new HMACSHA256(Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable("LEADS_SECRET"))))
        {
            digest = hmac.ComputeHash(Encoding.UTF8.GetBytes(now + "." + body));
        }
        var signature = BitConverter.ToString(digest).Replace("-", "").ToLowerInvariant();
