import base64, hashlib, hmac, json, time

def take(headers, body, secret):  # body: the bytes as they came
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [part.removeprefix("v1,") for part in headers["webhook-signature"].split(" ")]
    genuine = any(hmac.compare_digest(expected, each) for each in given)
    fresh = abs(time.time() - int(headers["webhook-timestamp"])) <= 300
    return json.loads(body) if genuine and fresh else None  # None: answer 401
