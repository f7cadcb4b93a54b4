#!/usr/bin/env bash
set -euo pipefail

curl -sS -X POST @url \
@{headers}@{fields}
