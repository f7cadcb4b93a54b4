#!/usr/bin/env bash
set -euo pipefail

BODY=@body
@{prelude}
curl -sS -X POST @url \
  -H 'Content-Type: application/json' \
@{headers}  --data-binary "$BODY"
