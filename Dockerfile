# The gateway in a container: built from this tree, run as a user without rights, with nothing to write to but /data.
# docs/container.md says how it is run.

FROM node:24.21.0-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# No script of a package is run; the Node of this image takes the place of the one that npm would bring.
RUN npm ci --include=dev --ignore-scripts --no-audit --no-fund
COPY . .
RUN node scripts/build.mjs --force && node scripts/lay-out-image.mjs /image

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production REPRISE_HOST=0.0.0.0 REPRISE_PORT=8787 REPRISE_DATA=/data
# Belongs to root: whoever breaks into the gateway cannot change it.
COPY --from=build /image /app
RUN install --directory --owner=1000 --group=1000 --mode=0700 /data
# A reprise.yaml that is put here is read.
WORKDIR /etc/reprise
VOLUME /data
EXPOSE 8787
USER 1000:1000
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.REPRISE_PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["serve"]
