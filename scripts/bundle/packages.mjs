// What of packages is not in the bundle, or not at each start.
import { resolve } from 'node:path';

/**
 * Fastify reads Node's HTTP/2 when it is read, and uses it for servers that it makes itself: here it never does.
 * Reading it takes some milliseconds of each start.
 */
const http2WhenUsed = {
  name: 'http2-when-used',
  setup(build) {
    build.onResolve({ filter: /^node:http2$/ }, ({ importer }) =>
      importer.includes('node_modules/fastify/') ? { path: resolve('scripts/bundle/http2-when-used.cjs') } : undefined,
    );
  },
};

/** Options of esbuild. */
export const OF_PACKAGES = {
  alias: {
    '@fastify/ajv-compiler': './scripts/bundle/left-out.cjs',
    '@fastify/fast-json-stringify-compiler': './scripts/bundle/left-out.cjs',
    duplexify: './scripts/bundle/left-out.cjs',
    semver: './scripts/bundle/locked-versions.cjs',
  },
  define: {
    // Optional packages of ws, which are not looked for: what is on the disk of a user is no part of the bundle.
    'process.env.WS_NO_BUFFER_UTIL': '"1"',
    'process.env.WS_NO_UTF_8_VALIDATE': '"1"',
  },
  plugins: [http2WhenUsed],
};
