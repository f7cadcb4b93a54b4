<?php
// A program as they were written for the dialer's document. Since it was moved, its address is another,
// and where it is given one, its key stands among the parameters.

$address = $argv[1];
$login = isset($argv[2]) && $argv[2] !== '' ? array('key' => $argv[2]) : array();

function get($address, $parameters) {
    return json_decode(file_get_contents($address . '?' . http_build_query($parameters)));
}

function post($address, $parameters) {
    $request = array(
        'method' => 'POST',
        'header' => 'Content-Type: application/x-www-form-urlencoded',
        'content' => http_build_query($parameters),
    );
    return json_decode(file_get_contents($address, false, stream_context_create(array('http' => $request))));
}

function told($answer) {
    if (isset($answer->status) && !isset($answer->success)) {
        return $answer->message;
    }
    return $answer->success == 'true' ? $answer->data->{'Lead ID'} : $answer->message;
}

$lead = $login + array(
    'source' => 'website', 'action' => 'add_lead', 'custom_fields' => 'Y', 'list_id' => '25062018',
    'phone_number' => '9876543210', 'MobileNo' => '9876543210', 'prospects_id' => 'php-1',
    'CustomerName' => 'राहुल शर्मा', 'LeadSource' => 'Website', 'CustomField1' => '', 'CustomField2' => '',
);
$one = array('phone_number' => '9876543211', 'list_id' => '25062018', 'CustomerName' => 'Asha');
$bad = array('phone_number' => 'none', 'list_id' => '25062018', 'CustomerName' => 'Ravi');
$several = $login + array(
    'source' => 'website', 'action' => 'add_multi_lead', 'custom_fields' => 'Y',
    'multi_leads' => json_encode(array($one, $bad)),
);
$call = $login + array(
    'source' => 'crm', 'action' => 'manual_dial', 'agent_user' => 'agent1', 'value' => '9876543212',
    'phone_code' => '', 'search' => 'YES', 'preview' => 'NO', 'focus' => 'YES', 'prospects_id' => 'php-2',
);

$leads = post($address, $several);
echo json_encode(array(
    'get' => told(get($address, $lead)),
    'post' => told(post($address, array('phone_number' => '9876543213', 'prospects_id' => 'php-3') + $lead)),
    'refused' => told(post($address, array('list_id' => '12') + $lead)),
    'several' => array(told($leads->{'lead 1'}), told($leads->{'lead 2'})),
    'call' => post($address, $call)->message,
    'busy' => post($address, array('agent_user' => 'agent2') + $call)->message,
    'no action' => told(post($address, array('action' => '') + $lead)),
));
