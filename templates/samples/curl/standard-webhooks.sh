ID=@{message}
NOW=$(date +%s)
SECRET=$(printf %s "${LEADS_SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \n')
SIGNATURE=$(printf %s "$ID.$NOW.$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$SECRET" -binary | base64 -w0)
