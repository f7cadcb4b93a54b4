# One image; the command chooses what it is: serve (default), worker, emulator, migrate, check, …
#
#   docker build -t lead-gateway .
#   docker run --read-only --tmpfs /tmp -v leads:/var/lib/gateway -v ./gateway.toml:/etc/gateway/gateway.toml:ro \
#     -e GATEWAY_SECRET_KEY_FILE=/run/secrets/secret_key -p 127.0.0.1:8000:8000 lead-gateway
#
# Run `migrate` once before the first `serve` and after each update. Pin the base image by digest where you build.

FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/gateway \
 && /opt/gateway/bin/pip install --no-cache-dir --require-hashes --requirement requirements.lock \
 && python -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir --require-hashes --requirement requirements-build.lock
COPY pyproject.toml README.md CHANGELOG.md gateway.toml ./
COPY gateway gateway
COPY templates templates
COPY demo demo
RUN /opt/build/bin/python -m hatchling build --target wheel \
 && /opt/gateway/bin/pip install --no-cache-dir --no-deps --no-index dist/*.whl

FROM python:3.11-slim
COPY --from=build /opt/gateway /opt/gateway
RUN mkdir -p /var/lib/gateway /etc/gateway && chown 10001:10001 /var/lib/gateway
ENV PATH=/opt/gateway/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    GATEWAY_HOST=0.0.0.0 \
    GATEWAY_PORT=8000 \
    GATEWAY_CONFIG=/etc/gateway/gateway.toml \
    GATEWAY_DATABASE_URL=sqlite:////var/lib/gateway/gateway.db \
    GATEWAY_STATE_DIR=/var/lib/gateway
USER 10001:10001
WORKDIR /var/lib/gateway
VOLUME /var/lib/gateway
EXPOSE 8000
# The worker has no port; run it with --no-healthcheck.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['GATEWAY_PORT'] + '/livez', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["gateway"]
CMD ["serve"]
