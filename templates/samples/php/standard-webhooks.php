$id = @{message};
$now = (string) time();
$secret = base64_decode(preg_replace('/^whsec_/', '', getenv('LEADS_SECRET')));
$signature = base64_encode(hash_hmac('sha256', "$id.$now.$body", $secret, true));
