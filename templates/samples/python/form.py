import os

import requests  # pip install requests

fields = @value
response = requests.post(@url, data=fields, timeout=30)
print(response.status_code, response.text)
