/** What an installation brings with it: a change of this list is a decision. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly hasInstallScript?: boolean;
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> };
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };

const installed = Object.entries(lock.packages).filter(
  ([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional,
);
const nameOf = (path: string): string => path.replace(/^.*node_modules\//, '');

/** By the package that needs them. */
const NEEDED = {
  '@fastify/websocket':
    'duplexify end-of-stream fastify-plugin inherits once readable-stream safe-buffer stream-shift ws',
  '@michaelhomer/jqjs': '',
  commander: '',
  croner: '',
  'dns-packet': '@leichtgewicht/ip-codec',
  fastify:
    '@fastify/ajv-compiler @fastify/deepmerge @fastify/error @fastify/fast-json-stringify-compiler ' +
    '@fastify/forwarded @fastify/merge-json-schemas @fastify/proxy-addr abstract-logging ajv ajv-formats avvio ' +
    'cookie dequal fast-decode-uri-component fast-deep-equal fast-json-stringify fast-querystring fast-uri fastq ' +
    'find-my-way ipaddr.js json-schema-ref-resolver json-schema-traverse light-my-request process-warning ' +
    'require-from-string ret reusify rfdc safe-regex2 secure-json-parse semver set-cookie-parser string_decoder ' +
    'toad-cache util-deprecate wrappy',
  jose: '',
  lowdb: 'steno',
  pino:
    '@pinojs/redact atomic-sleep on-exit-leak-free pino-abstract-transport pino-std-serializers ' +
    'quick-format-unescaped real-require safe-stable-stringify sonic-boom split2 thread-stream',
  re2js: '',
  unbash: '',
  ws: '',
  yaml: '',
};

describe('the packages of an installation', () => {
  it('are those of this list', () => {
    const listed = Object.entries(NEEDED).flatMap(([name, others]) => [name, ...others.split(' ').filter(Boolean)]);
    const found = new Set(installed.map(([path]) => nameOf(path)));
    expect([...found].sort()).toEqual([...new Set(listed)].sort());
  });

  it('are asked for by exact versions', () => {
    expect(Object.keys(manifest.dependencies).sort()).toEqual(Object.keys(NEEDED).sort());
    for (const [name, version] of Object.entries(manifest.dependencies))
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('have integrity hashes, and run nothing when they are installed', () => {
    for (const [path, { integrity, hasInstallScript }] of installed) {
      expect(integrity, path).toMatch(/^sha512-/);
      expect(hasInstallScript, path).toBeUndefined();
    }
  });
});
