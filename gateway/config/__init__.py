"""What the gateway does, as gateway.toml says it: read and validated as a whole, every error with its key."""

from gateway.config.model import (
    Auth,
    Batching,
    DialerConfig,
    Form,
    GatewayConfig,
    OnUnknown,
    Route,
    SourceConfig,
)

__all__ = [
    "Auth",
    "Batching",
    "DialerConfig",
    "Form",
    "GatewayConfig",
    "OnUnknown",
    "Route",
    "SourceConfig",
]
