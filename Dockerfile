# A worker: polls the task queue of TEMPORAL_ADDRESS for the configuration mounted at /environments.
FROM node:20-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
COPY switcher/package.json switcher/
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:20-bookworm-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && install --directory --owner=node /environments
WORKDIR /app
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
USER node
VOLUME /environments
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["node", "dist/client/cli/main.js", "-C", "/environments", "doctor"]
ENTRYPOINT ["node", "dist/client/cli/main.js", "-C", "/environments"]
CMD ["worker"]
