<?php
$fields = @value;
$context = stream_context_create(['http' => [
    'method' => 'POST',
    'header' => 'Content-Type: application/x-www-form-urlencoded',
    'content' => http_build_query($fields),
    'timeout' => 30,
    'ignore_errors' => true,
]]);
$answer = file_get_contents(@url, false, $context);
if ($answer === false) {
    fwrite(STDERR, "No answer came. Send the same request again.\n");
    exit(1);
}
echo $http_response_header[0], "\n", $answer, "\n";
