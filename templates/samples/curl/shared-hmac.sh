SIGNATURE=$(printf %s "$BODY" | perl -MDigest::SHA=hmac_sha256 -0777 -ne 'print hmac_sha256($_, $ENV{LEADS_SECRET})' | @{encode})
