# syntax=docker/dockerfile:1

# Two images from one file:
#   docker build -t fabwright .                       what the action uses
#   docker build -t fabwright --target browser .      with Chromium, for tests in a browser

FROM rust:1.95-slim-bookworm AS builder
WORKDIR /build
# tree-sitter and the TLS library have C in them.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends gcc libc6-dev \
 && rm -rf /var/lib/apt/lists/*
COPY . .
RUN cargo build --release --locked --bin fabwright

FROM python:3.11-slim-bookworm AS runtime
ARG UV_VERSION=0.13.9
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates git \
 && rm -rf /var/lib/apt/lists/* \
 && pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore "uv==${UV_VERSION}"
COPY --from=builder /build/target/release/fabwright /usr/local/bin/fabwright
LABEL org.opencontainers.image.title="Fabwright" \
      org.opencontainers.image.description="Keeps a Flask-AppBuilder application in step with its database, one pull request at a time" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
# The runner's workspace belongs to another user and is written to: the action has to be root.
USER root
ENTRYPOINT ["/usr/local/bin/fabwright"]

FROM runtime AS browser
RUN apt-get update \
 && apt-get install --yes --no-install-recommends chromium fonts-dejavu-core \
 && rm -rf /var/lib/apt/lists/*

# The last stage is what a build without a target gives.
FROM runtime
