"""What the gateway does, as gateway.toml says it: read and validated as a whole, every error with its key."""

from gateway.config.doubts import config_warnings
from gateway.config.load import load_config, parse_config
from gateway.config.model import (
    Auth,
    Batching,
    Callback,
    CallOnArrival,
    DialerConfig,
    Form,
    GatewayConfig,
    OnUnknown,
    Route,
    SourceConfig,
)
from gateway.config.problems import ConfigError, ConfigProblem

__all__ = [
    "Auth",
    "Batching",
    "CallOnArrival",
    "Callback",
    "ConfigError",
    "ConfigProblem",
    "DialerConfig",
    "Form",
    "GatewayConfig",
    "OnUnknown",
    "Route",
    "SourceConfig",
    "config_warnings",
    "load_config",
    "parse_config",
]
