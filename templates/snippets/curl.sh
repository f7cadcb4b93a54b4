curl -sS '@{form_url}' -H 'Accept: application/json' \
@{fields}
