NOW=$(date +%s)
SIGNATURE=$(printf %s "$NOW.$BODY" | openssl dgst -sha256 -hmac "$LEADS_SECRET" -binary | od -An -v -tx1 | tr -d ' \n')
