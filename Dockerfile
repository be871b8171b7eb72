# Two stages: better-sqlite3 is compiled where there is a compiler, and runs where there is none.
FROM node:20-bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends g++ make python3 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json tsconfig.json ./
COPY bot bot
COPY connectors connectors
COPY queue queue
COPY store store
COPY manifest manifest
COPY test/tooling test/tooling
# `prepare` builds, so the sources are there first. What only a developer reads goes: typings, source maps,
# and the sources of what is compiled by now.
RUN npm ci && npm prune --omit=dev --ignore-scripts \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.[cm]ts' \) -delete \
  && rm -rf node_modules/better-sqlite3/deps node_modules/better-sqlite3/build/Release/obj*

FROM node:20-bookworm-slim
# Paths that keyturn.yaml names are not in here, so these win over its data_dir and key_dir.
ENV NODE_ENV=production KEYTURN_CONFIG=/config/keyturn.yaml KEYTURN_DATA_DIR=/data KEYTURN_KEY_DIR=/keys
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/manifest manifest
# Its own user, and folders that only it can read. Everything else in the image is root's.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin keyturn \
  && install -d -m 0700 -o keyturn -g keyturn /data /keys \
  && ln -s /app/dist/bot/cli/keyturn.js /usr/local/bin/keyturn
USER 10001
VOLUME ["/data", "/keys"]
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/bot/cli/keyturn.js", "serve"]
