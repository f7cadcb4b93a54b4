NOW=$(date +%s)
SIGNATURE=$(printf %s "$NOW.$BODY" | perl -MDigest::SHA=hmac_sha256_hex -0777 -ne 'print hmac_sha256_hex($_, $ENV{LEADS_SECRET})')
