# syntax=docker/dockerfile:1

# Two images from one file:
#   docker build -t fabwright .                       what the action uses
#   docker build -t fabwright --target browser .      with Chromium, for tests in a browser
#
# The tags name a version of Rust, of Python and of Debian each. A release pins them by digest:
#   docker build --build-arg RUST_IMAGE=rust:1.95-slim-bookworm@sha256:… --build-arg PYTHON_IMAGE=…

ARG RUST_IMAGE=rust:1.95-slim-bookworm
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${RUST_IMAGE} AS builder
WORKDIR /build
# tree-sitter and the TLS library have C in them.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends gcc libc6-dev \
 && rm -rf /var/lib/apt/lists/*
COPY . .
# The same sources give the same binary: no path of this machine, no clock.
ARG SOURCE_DATE_EPOCH=0
ENV SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH} RUSTFLAGS="--remap-path-prefix=/build=. --remap-path-prefix=/usr/local/cargo=cargo"
RUN cargo build --release --locked --bin fabwright

# The binary alone, so that it can also come from outside: --build-context binary=FOLDER
FROM scratch AS binary
COPY --from=builder /build/target/release/fabwright /fabwright

FROM ${PYTHON_IMAGE} AS runtime
ARG UV_VERSION=0.13.9
# A check starts throw-away servers of the application's own dialect from these binaries; none of them runs otherwise.
# MariaDB refuses to run as root, and its user comes with a package that is not needed otherwise; what reads its options
# is among the programs of its client. The packages would make a cluster of their own, which is left out, and so is
# PostgreSQL's compiler, which only pays on queries that run for long.
RUN mkdir -p /etc/postgresql-common \
 && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf \
 && apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
      ca-certificates git mariadb-client-core mariadb-server-core postgresql-15 \
 && useradd --system --no-create-home --shell /usr/sbin/nologin mysql \
 && rm -rf /var/lib/apt/lists/* /var/lib/mysql /var/log/*.log /var/log/apt /var/cache/* \
      /usr/lib/postgresql/*/lib/llvmjit* /usr/lib/postgresql/*/lib/bitcode /usr/lib/*/libLLVM-* \
 && pip install --no-cache-dir --no-compile --disable-pip-version-check --root-user-action=ignore "uv==${UV_VERSION}"
COPY --from=binary /fabwright /usr/local/bin/fabwright
LABEL org.opencontainers.image.title="Fabwright" \
      org.opencontainers.image.description="Keeps a Flask-AppBuilder application in step with its database, one pull request at a time" \
      org.opencontainers.image.source="https://github.com/fabwright/fabwright" \
      org.opencontainers.image.documentation="https://github.com/fabwright/fabwright/blob/main/docs/action.md" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
# The runner's workspace belongs to another user and is written to: the action has to be root.
USER root
ENTRYPOINT ["/usr/local/bin/fabwright"]

FROM runtime AS browser
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium-headless-shell fonts-dejavu-core \
 && rm -rf /var/lib/apt/lists/* /var/cache/*

# The last stage is what a build without a target gives.
FROM runtime
