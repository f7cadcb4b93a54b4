<?php
function take(array $headers, string $body, string $secret): ?array {
    $signed = $headers['webhook-id'] . '.' . $headers['webhook-timestamp'] . '.' . $body;
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret));
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', $signed, $key, true));
    $genuine = false;
    foreach (explode(' ', $headers['webhook-signature']) as $given) {
        $genuine = hash_equals($expected, $given) || $genuine;
    }
    $fresh = abs(time() - (int) $headers['webhook-timestamp']) <= 300;
    return $genuine && $fresh ? json_decode($body, true) : null;  // null: answer 401
}
