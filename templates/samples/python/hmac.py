digest = hmac.new(os.environ["LEADS_SECRET"].encode(), body, hashlib.sha256)
signature = @{encode}
