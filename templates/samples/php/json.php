<?php
$body = json_encode(@value);
@{prelude}$headers = [
    'Content-Type: application/json',
@{headers}];
$context = stream_context_create(['http' => [
    'method' => 'POST',
    'header' => $headers,
    'content' => $body,
    'timeout' => 30,
    'ignore_errors' => true,
]]);
$answer = file_get_contents(@url, false, $context);
if ($answer === false) {
    fwrite(STDERR, "No answer came. Send the same request again.\n");
    exit(1);
}
echo $http_response_header[0], "\n", $answer, "\n";
