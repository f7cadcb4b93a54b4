SIGNATURE=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "$LEADS_SECRET" -binary | @{encode})
