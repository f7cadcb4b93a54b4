"""`app` for any WSGI server, from the settings in the environment; `gateway serve` does without this."""

import os

from gateway import logs
from gateway.app import create_app
from gateway.config import load_config
from gateway.settings import Settings

_settings = Settings.from_env(os.environ)
_config = load_config(_settings.config, os.environ)
logs.configure(
    level=_settings.log_level,
    style=_settings.log_format,
    secrets=_config.secrets | {_settings.secret_key, _settings.metrics_token},
)
app = create_app(_settings, _config)
app.extensions["gateway"].delivery.start()
