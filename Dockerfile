# One image for everything in the cloud: each function, the API, the worker of personal Telegram accounts. Terraform
# names the command of a service; without one the image serves the function that FUNCTION_TARGET names.
#
# The base is taken by its minor version: every build brings the newest patches of Debian and Python, the scan in
# cloudbuild.yaml judges them, and what is deployed is the digest of the result.
FROM python:3.13-slim AS packages
RUN python -m venv --without-pip /opt/venv
WORKDIR /build
COPY requirements.txt ./
# Wheels only, each known by its hash; pyaes is pure Python and is published as source alone.
RUN pip --python /opt/venv/bin/python install --disable-pip-version-check --no-cache-dir --no-compile \
      --require-hashes --only-binary :all: --no-binary pyaes --requirement requirements.txt
# Of the 600 discovery documents that Google's client brings (110 MB) the product reads Gmail's.
RUN find /opt/venv/lib -path '*/discovery_cache/documents/*.json' ! -name gmail.v1.json -delete
# Nothing changes in an image, so bytecode need not be compared with its source at every start.
RUN python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/venv/lib

FROM python:3.13-slim
RUN pip uninstall --yes --quiet --root-user-action ignore pip \
    && useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin parley
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY shared shared
COPY infra infra
COPY functions functions
COPY api api
RUN python -m compileall -q -j 0 --invalidation-mode unchecked-hash /app
# The functions' server (gunicorn) puts a socket into XDG_RUNTIME_DIR; the user has no home for it. What gRPC's core has
# to say is no JSON, and an error of a call says it again.
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    XDG_RUNTIME_DIR=/tmp \
    GRPC_VERBOSITY=NONE \
    PORT=8080
EXPOSE 8080
USER 10001
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Parley" \
      org.opencontainers.image.description="A customer-conversation desk" \
      org.opencontainers.image.revision="$REVISION"
CMD ["functions-framework"]
