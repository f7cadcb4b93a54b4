"""How each language of the samples writes a text, a value, a header and a variable."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """One language."""

    title: str
    folder: str
    suffix: str
    highlight: str
    file_name: str
    run: str
    text: Callable[[str], str]
    literal: Callable[[Any], str]
    fields: Callable[[Mapping[str, str]], str]  # of a form: names and expressions
    header: str
    basic: str
    environment: str
    variables: Mapping[str, str]
    encoders: Mapping[str, str]  # of a signature, by signature_encoding
    plus: str = " + "
    imports: Mapping[str, str] = field(default_factory=dict)
    open_header: str = ""  # for one that holds no secret, where that is written differently
    prefix: str = ""  # of the files that compute a signature


def _json_text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _json_literal(value: Any) -> str:
    """Good as Python too: a sample holds texts, lists and objects alone."""
    return json.dumps(value, ensure_ascii=False, indent=4)


def _node_literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _php_text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _php_literal(value: Any, indent: str = "") -> str:
    inner = indent + "    "
    if isinstance(value, Mapping):
        lines = [
            f"{inner}{_php_text(name)} => {_php_literal(each, inner)},\n" for name, each in value.items()
        ]
        return "[\n" + "".join(lines) + indent + "]"
    if isinstance(value, list):
        return "[\n" + "".join(f"{inner}{_php_literal(each, inner)},\n" for each in value) + indent + "]"
    return _php_text(str(value))


def _csharp_text(value: str) -> str:
    """A verbatim text: only a quotation mark means something in it."""
    return '@"' + value.replace('"', '""') + '"'


def _lines(pattern: str) -> Callable[[Mapping[str, str]], str]:
    def fields(named: Mapping[str, str]) -> str:
        return "".join(pattern.format(name=name, value=value) for name, value in named.items())

    return fields


def _curl_fields(named: Mapping[str, str]) -> str:
    lines = [
        f'  --data-urlencode "{name}={value}"'
        if value.startswith("$")
        else f"  --data-urlencode {shlex.quote(f'{name}={shlex.split(value)[0]}')}"
        for name, value in named.items()
    ]
    return " \\\n".join(lines)


def _curl_fields_by_pipe(named: Mapping[str, str]) -> str:
    lines = [
        f'  --data-urlencode {name}@<(printf %s "{value}")'
        if value.startswith("$")
        else _curl_fields({name: value})
        for name, value in named.items()
    ]
    return " \\\n".join(lines)


def _braced(pattern: str, open_: str, close: str) -> Callable[[Mapping[str, str]], str]:
    fields = _lines(pattern)
    return lambda named: f"{open_}\n{fields(named)}{close}"


CURL = Dialect(
    title="curl",
    folder="curl",
    suffix=".sh",
    highlight="bash",
    file_name="send-lead.sh",
    run="bash send-lead.sh",
    text=shlex.quote,
    literal=_json_literal,
    fields=_curl_fields,
    header='  -H "{name}: {value}" \\',
    basic='  -u {user}"{secret}" \\',
    environment="${}",
    variables=MappingProxyType({"signature": "$SIGNATURE", "now": "$NOW", "id": "$ID"}),
    encoders=MappingProxyType({"hex": r"od -An -v -tx1 | tr -d ' \n'", "base64": "base64 -w0"}),
)
# The same where other users of the machine can read its command lines: what is secret comes through a pipe.
SHARED_CURL = replace(
    CURL,
    header="  -H @<(printf '%s\\n' \"{name}: {value}\") \\",
    basic='  -H @<(printf \'Authorization: Basic %s\\n\' "$(printf %s {user}"{secret}" | base64 -w0)") \\',
    open_header=CURL.header,
    fields=_curl_fields_by_pipe,
    prefix="shared-",
)
PYTHON = Dialect(
    title="Python",
    folder="python",
    suffix=".py",
    highlight="python",
    file_name="send_lead.py",
    run="python send_lead.py",
    text=_json_text,
    literal=_json_literal,
    fields=_braced('    "{name}": {value},\n', "{", "}"),
    header='        "{name}": {value},',
    basic='        "Authorization": "Basic " + base64.b64encode(({user} + {secret}).encode()).decode(),',
    environment='os.environ["{}"]',
    variables=MappingProxyType({"signature": "signature", "now": "now", "id": "message_id"}),
    encoders=MappingProxyType(
        {"hex": "digest.hexdigest()", "base64": "base64.b64encode(digest.digest()).decode()"}
    ),
    imports=MappingProxyType(
        {
            "basic": "import base64\n",
            "hmac-hex": "import hashlib\nimport hmac\n",
            "hmac-base64": "import base64\nimport hashlib\nimport hmac\n",
            "stripe": "import hashlib\nimport hmac\nimport time\n",
            "standard-webhooks": "import base64\nimport hashlib\nimport hmac\nimport time\n",
        }
    ),
)
PHP = Dialect(
    title="PHP",
    folder="php",
    suffix=".php",
    highlight="php",
    file_name="send_lead.php",
    run="php send_lead.php",
    text=_php_text,
    literal=_php_literal,
    fields=_braced("    '{name}' => {value},\n", "[", "]"),
    header="    '{name}: ' . {value},",
    basic="    'Authorization: Basic ' . base64_encode({user} . {secret}),",
    environment="getenv('{}')",
    variables=MappingProxyType({"signature": "$signature", "now": "$now", "id": "$id"}),
    encoders=MappingProxyType(
        {
            "hex": "hash_hmac('sha256', $body, getenv('LEADS_SECRET'))",
            "base64": "base64_encode(hash_hmac('sha256', $body, getenv('LEADS_SECRET'), true))",
        }
    ),
    plus=" . ",
)
_CRYPTO = 'import { createHmac } from "node:crypto";\n\n'
NODE = Dialect(
    title="Node",
    folder="node",
    suffix=".mjs",
    highlight="js",
    file_name="send-lead.mjs",
    run="node send-lead.mjs",
    text=_json_text,
    literal=_node_literal,
    fields=_braced('  "{name}": {value},\n', "{", "}"),
    header='    "{name}": {value},',
    basic='    "Authorization": "Basic " + Buffer.from({user} + {secret}).toString("base64"),',
    environment="process.env.{}",
    variables=MappingProxyType({"signature": "signature", "now": "String(now)", "id": "id"}),
    encoders=MappingProxyType({"hex": "hex", "base64": "base64"}),
    imports=MappingProxyType(
        dict.fromkeys(("hmac-hex", "hmac-base64", "stripe", "standard-webhooks"), _CRYPTO)
    ),
)
CSHARP = Dialect(
    title="C#",
    folder="csharp",
    suffix=".cs",
    highlight="csharp",
    file_name="SendLead.cs",
    run="dotnet run",
    text=_csharp_text,
    literal=_json_literal,
    fields=_lines('            {{ "{name}", {value} }},\n'),
    header='        request.Headers.TryAddWithoutValidation("{name}", {value});',
    basic="        var login = Encoding.UTF8.GetBytes({user} + {secret});\n"
    '        request.Headers.TryAddWithoutValidation("Authorization", "Basic " + Convert.ToBase64String(login));',
    environment='Environment.GetEnvironmentVariable("{}")',
    variables=MappingProxyType({"signature": "signature", "now": "now", "id": "id"}),
    encoders=MappingProxyType(
        {
            "hex": 'BitConverter.ToString(digest).Replace("-", "").ToLowerInvariant()',
            "base64": "Convert.ToBase64String(digest)",
        }
    ),
)
DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {"curl": CURL, "python": PYTHON, "php": PHP, "node": NODE, "csharp": CSHARP}
)
