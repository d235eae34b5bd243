# Builds fauxkube and leaves only what runs: Node, the bundle and the data beside it.
FROM node:20-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY server ./server
COPY controllers ./controllers
RUN npm ci

FROM node:20-slim
WORKDIR /fauxkube
COPY --from=build /src/package.json ./package.json
COPY --from=build /src/dist ./dist
COPY fixtures ./fixtures
COPY LICENSE README.md CHANGELOG.md ./
RUN mkdir -p /data /kubeconfigs && chown node:node /data /kubeconfigs
USER node
# Flags as variables, so that `docker run fauxkube start --nodes 5` keeps them.
ENV NODE_ENV=production \
    FAUXKUBE_HOST=0.0.0.0 \
    FAUXKUBE_INSECURE_BIND=proxy,ingress \
    FAUXKUBE_KUBECONFIG=/kubeconfigs/host
EXPOSE 6443 6480
HEALTHCHECK --interval=2s --timeout=2s --start-period=5s --retries=15 \
  CMD ["node", "dist/cli.js", "wait", "--timeout", "1"]
ENTRYPOINT ["node", "dist/cli.js"]
CMD ["start"]
