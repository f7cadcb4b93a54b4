import json
import os
@{imports}
import requests  # pip install requests

body = json.dumps(@value).encode()
@{prelude}response = requests.post(
    @url,
    data=body,
    headers={
        "Content-Type": "application/json",
@{headers}    },
    timeout=30,
)
print(response.status_code, response.text)
