# One image for every process and command of the product (see image/entry-names.ts):
#
#   docker build --target service   --tag video-to-mp3:0.2.0 .
#   docker build --target converter --tag video-to-mp3-converter:0.2.0 .
#
# It needs BuildKit, and nothing but the base image, npm's registry and Debian's mirror. Behind a
# proxy with a certificate of its own: --secret id=ca,src=/etc/ssl/certs/ca-certificates.crt.
ARG BASE_IMAGE=node:24-bookworm-slim

# Compiles the processes and bundles the operator's page.
FROM ${BASE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
# No script of a package runs: bcrypt brings its binary, and `node` is the base image's own.
RUN --mount=type=secret,id=ca --mount=type=cache,target=/cache \
    if [ -f /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi; \
    npm ci --cache /cache --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build

# Our own part. Every time is set to SOURCE_DATE_EPOCH, and no mode comes from the checkout's umask:
# the same inputs make the same layers.
FROM build AS application
ARG SOURCE_DATE_EPOCH=0
RUN mkdir -p /image/app && cp -R package.json LICENSE dist /image/app/ && cd /image/app/dist \
    && cp -R /build/auth/migrations auth/ && cp /build/pipeline/media/launch-limited.sh pipeline/media/ \
    && rm -rf local *.tsbuildinfo && find . -name '*.map' -delete \
    && chmod -R u=rwX,go=rX /image \
    && find /image -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +

FROM ${BASE_IMAGE} AS dependencies
ARG SOURCE_DATE_EPOCH=0
WORKDIR /image/app
COPY package.json package-lock.json ./
# Types, maps and manuals are read by people and compilers only; licences stay.
RUN --mount=type=secret,id=ca --mount=type=cache,target=/cache \
    if [ -f /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi; \
    npm ci --cache /cache --ignore-scripts --omit=dev --no-audit --no-fund \
    && find node_modules -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' \
      -o -name '*.map' -o -name '*.md' -o -name '*.tsbuildinfo' \) -delete \
    && rm -rf node_modules/bcrypt/prebuilds/darwin-* node_modules/bcrypt/prebuilds/win32-* \
    && rm package.json package-lock.json \
    && find node_modules -depth -type d -empty -delete \
    && find /image -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +

# The base with an init process, and without what has nothing to do at run time: npm and its kin,
# and the right to become root, as no file is setuid.
FROM ${BASE_IMAGE} AS system
ARG SOURCE_DATE_EPOCH=0
RUN touch /dev/shm/before \
    && apt-get update -qq && apt-get install -qq --yes --no-install-recommends tini \
    && rm -rf /usr/local/lib/node_modules /usr/local/include/node /opt/yarn* \
    && (cd /usr/local/bin && rm -f npm npx corepack yarn yarnpkg) \
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
    && mkdir /app && install -d -o node -g node /work \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/cache/ldconfig \
      /var/lib/dpkg/*-old /var/log/* /tmp/* ~/.npm \
    && find / -xdev -newer /dev/shm/before -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +

# As one layer: what was removed is really gone, and removing leaves no time behind.
FROM scratch AS runtime
COPY --from=system / /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin NODE_ENV=production
WORKDIR /app
USER 1000:1000
ENTRYPOINT ["/usr/bin/tini", "--", "node", "--max-semi-space-size=1", "/app/dist/image/start.js"]
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 \
  CMD ["node", "/app/dist/image/start.js", "health"]

# ffmpeg lies below the application, so that a new version of ours is a few megabytes to pull. The
# graphics drivers, a third of it all, would be opened for a display only; dpkg's list stays true.
FROM runtime AS media
ARG SOURCE_DATE_EPOCH=0
USER root
RUN touch /dev/shm/before \
    && apt-get update -qq && apt-get install -qq --yes --no-install-recommends ffmpeg \
    && dpkg --purge --force-depends libgl1-mesa-dri libllvm15 libz3-4 \
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/cache/ldconfig \
      /var/cache/fontconfig /var/lib/dpkg/*-old /var/log/* /tmp/* \
    && find / -xdev -newer /dev/shm/before -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
USER 1000:1000

# gateway, auth, notification, relay, and the commands. What names one build comes last: a new version
# begins with the layers of the one before.
FROM runtime AS service
COPY --from=dependencies /image /
COPY --from=application /image /
ARG VERSION=0.2.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="video-to-mp3" \
      org.opencontainers.image.description="Event-driven video-to-MP3 service over RabbitMQ" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

# The same with ffmpeg, for the converter.
FROM media AS converter
COPY --from=dependencies /image /
COPY --from=application /image /
ARG VERSION=0.2.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="video-to-mp3-converter" \
      org.opencontainers.image.description="Event-driven video-to-MP3 service over RabbitMQ" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
