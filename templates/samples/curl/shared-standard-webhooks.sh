ID=@{message}
NOW=$(date +%s)
SIGNATURE=$(printf %s "$ID.$NOW.$BODY" | perl -MMIME::Base64 -MDigest::SHA=hmac_sha256 -0777 -ne '
  print encode_base64(hmac_sha256($_, decode_base64($ENV{LEADS_SECRET} =~ s/^whsec_//r)), "")')
