message_id = @{message}
now = str(int(time.time()))
secret = base64.b64decode(os.environ["LEADS_SECRET"].removeprefix("whsec_"))
digest = hmac.new(secret, f"{message_id}.{now}.".encode() + body, hashlib.sha256)
signature = base64.b64encode(digest.digest()).decode()
