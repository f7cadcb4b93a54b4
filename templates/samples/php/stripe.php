$now = (string) time();
$signature = hash_hmac('sha256', "$now.$body", getenv('LEADS_SECRET'));
