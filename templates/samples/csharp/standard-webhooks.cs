        var id = @{message};
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString();
        var secret = Environment.GetEnvironmentVariable("LEADS_SECRET").Replace("whsec_", "");
        byte[] digest;
        using (var hmac = new HMACSHA256(Convert.FromBase64String(secret)))
        {
            digest = hmac.ComputeHash(Encoding.UTF8.GetBytes(id + "." + now + "." + body));
        }
        var signature = Convert.ToBase64String(digest);
