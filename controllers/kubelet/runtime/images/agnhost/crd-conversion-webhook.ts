/** A webhook that converts the custom resource of an example: test/images/agnhost/crd-conversion-webhook. */
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { readFlags } from '../flags.ts';
import { klog, quoted } from '../go-program.ts';
import { type HttpCall, sendText } from '../http-server.ts';
import { serveSecretly } from './serve-secretly.ts';

type Custom = Readonly<Record<string, unknown>>;

interface ConversionReview {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly request?: {
    readonly uid?: string;
    readonly desiredAPIVersion?: string;
    readonly objects?: readonly Custom[];
  };
}

/** An object that cannot be converted. */
class Unconvertible extends Error {}

const V1 = 'stable.example.com/v1';
const V2 = 'stable.example.com/v2';
const VERSIONS = new Set(['apiextensions.k8s.io/v1', 'apiextensions.k8s.io/v1beta1']);

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

/** Between `hostPort` of version 1 and `host` and `port` of version 2. @throws Unconvertible */
function converted(object: Custom, to: string): Custom {
  const { apiVersion: from, ...rest } = object;
  if (from === to) throw new Unconvertible(`conversion from a version to itself should not call the webhook: ${to}`);
  if (from !== V1 && from !== V2) throw new Unconvertible(`unexpected conversion version ${quoted(String(from))}`);
  if (to !== V1 && to !== V2) throw new Unconvertible(`unexpected conversion version ${quoted(to)}`);
  if (from === V1) {
    const { hostPort, ...others } = rest;
    if (hostPort === undefined) return { ...rest, apiVersion: to };
    const parts = shown(hostPort).split(':');
    if (parts.length !== 2) throw new Unconvertible(`invalid hostPort value \`${shown(hostPort)}\``);
    return { ...others, host: parts[0], port: parts[1], apiVersion: to };
  }
  const { host, port, ...others } = rest;
  if (host === undefined && port === undefined) return { ...rest, apiVersion: to };
  return { ...others, hostPort: `${shown(host)}:${shown(port)}`, apiVersion: to };
}

function responseTo({
  uid = '',
  desiredAPIVersion = '',
  objects = [],
}: NonNullable<ConversionReview['request']>): object {
  try {
    const convertedObjects = objects.map((object) => converted(object, desiredAPIVersion));
    return { uid, convertedObjects, result: { metadata: {}, status: 'Success' } };
  } catch (error) {
    if (!(error instanceof Unconvertible)) throw error;
    const result = { metadata: {}, status: 'Failure', message: error.message };
    return { uid, convertedObjects: null, result };
  }
}

async function convert(process: Process, call: HttpCall): Promise<void> {
  const fail = async (text: string): Promise<void> => {
    await klog(process, 'E', 'framework.go:138', text);
    sendText(call, `${text}\n`, 400);
  };
  const { 'content-type': type = '', accept = '' } = call.request.headers;
  // Upstream's also reads and writes YAML, which no API server sends.
  if (type !== 'application/json') return fail(`invalid Content-Type header \`${type}\``);
  if (accept !== '' && !/(?:application\/(?:json|\*)|\*\/\*)/.test(accept))
    return fail(`invalid accept header \`${accept}\``);
  const text = (await call.body()).toString();
  let review: ConversionReview;
  try {
    review = JSON.parse(text) as ConversionReview;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return fail(`failed to deserialize body (${text}) with error json parse error: ${error.message}`);
  }
  const { apiVersion, kind, request } = review ?? {};
  if (kind !== 'ConversionReview' || typeof apiVersion !== 'string' || !VERSIONS.has(apiVersion) || !request)
    return fail(`Unsupported group version kind: ${String(apiVersion)}, Kind=${String(kind)}`);
  const response = responseTo(request);
  const nothing = { uid: '', desiredAPIVersion: '', objects: null };
  sendText(call, `${JSON.stringify({ kind, apiVersion, request: nothing, response })}\n`, 200, 'application/json');
}

/** Serves `/crdconvert`. */
export const crdConversionWebhook: Program = (process, args) => {
  const { flags } = readFlags(args, { 'tls-cert-file': '', 'tls-private-key-file': '', port: 443 });
  return serveSecretly(process, flags, 'config.go:48', async (call) => {
    if (call.path === '/readyz') return sendText(call, 'ok');
    if (call.path === '/crdconvert') return convert(process, call);
    return sendText(call, '404 page not found\n', 404);
  });
};
