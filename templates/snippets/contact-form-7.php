<?php
/* Plugin Name: Enquiries to the call centre. Save as wp-content/mu-plugins/enquiries.php */
add_action('wpcf7_before_send_mail', function ($form) {
    $submission = WPCF7_Submission::get_instance();
    if (!$submission) {
        return;
    }
    $fields = array_map(
        fn($value) => is_array($value) ? implode(', ', $value) : $value,
        $submission->get_posted_data()
    );
    $answer = wp_remote_post(@{php_form_url}, [
        'timeout' => 10,
        'headers' => [
            'Accept' => 'application/json',
            'Prefer' => 'wait=0', // the visitor need not wait for the dialer
        ],
        'body' => $fields + ['_url' => $submission->get_meta('url')],
    ]);
    if (is_wp_error($answer) || wp_remote_retrieve_response_code($answer) >= 300) {
        error_log('The enquiry of form ' . $form->id() . ' was not taken; Contact Form 7 still sends its mail.');
    }
});
