now = str(int(time.time()))
digest = hmac.new(os.environ["LEADS_SECRET"].encode(), f"{now}.".encode() + body, hashlib.sha256)
signature = digest.hexdigest()
