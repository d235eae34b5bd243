import type { Process } from '../../../machine/process.ts';
import type { Program } from '../../../machine/program.ts';
import { readFlags } from '../../flags.ts';
import { klog } from '../../go-program.ts';
import { type HttpCall, sendText } from '../../http-server.ts';
import { serveSecretly } from '../serve-secretly.ts';
import {
  addLabel,
  admitConfigMaps,
  admitCustomResource,
  admitDefinition,
  admitPods,
  denyAttaching,
  mutateConfigMaps,
  mutateCustomResource,
  mutatePods,
  mutatePodsSidecar,
} from './handlers.ts';
import { type ReviewedRequest, refused, reviewAnswer, type Verdict } from './review.ts';

const DELAY_MS = 5000;

/** @returns undefined for a handler that never answers */
type Handler = (
  request: ReviewedRequest,
  process: Process,
  sidecarImage: string,
) => Verdict | undefined | Promise<Verdict | undefined>;

const HANDLERS: Readonly<Record<string, Handler>> = {
  '/always-allow-delay-5s': async (_request, process) => {
    await process.sleep(DELAY_MS);
    return { allowed: true, result: { message: 'this webhook allows all requests' } };
  },
  '/always-deny': () => refused('this webhook denies all requests'),
  '/add-label': addLabel,
  '/pods': admitPods,
  '/pods/attach': denyAttaching,
  '/mutating-pods': mutatePods,
  '/mutating-pods-sidecar': (request, _process, image) => mutatePodsSidecar(request, image),
  '/configmaps': admitConfigMaps,
  '/mutating-configmaps': mutateConfigMaps,
  '/custom-resource': admitCustomResource,
  '/mutating-custom-resource': mutateCustomResource,
  '/crd': admitDefinition,
};

const VERSIONS = new Set(['admission.k8s.io/v1', 'admission.k8s.io/v1beta1']);

/** Answers AdmissionReviews, differently at each path. */
export const webhook: Program = async (process, args) => {
  const spec = { 'tls-cert-file': '', 'tls-private-key-file': '', port: 443, 'sidecar-image': '', v: 0 } as const;
  const { flags } = readFlags(args, spec);
  const tells = (text: string): Promise<void> | undefined =>
    flags.v >= 2 ? klog(process, 'I', 'main.go:117', text) : undefined;
  return serveSecretly(process, flags, 'config.go:34', async (call) => {
    if (call.path === '/readyz') return sendText(call, 'ok');
    const handler = Object.hasOwn(HANDLERS, call.path) ? HANDLERS[call.path] : undefined;
    if (!handler) return sendText(call, '404 page not found\n', 404);
    const { 'content-type': type = '' } = call.request.headers;
    if (type !== 'application/json') {
      await klog(process, 'E', 'main.go:113', `contentType=${type}, expect application/json`);
      return sendText(call, '');
    }
    const body = (await call.body()).toString();
    await tells(`handling request: ${body}`);
    await answer(process, call, body, handler, flags['sidecar-image'], tells);
  });
};

async function answer(
  process: Process,
  call: HttpCall,
  body: string,
  handler: Handler,
  sidecarImage: string,
  tells: (text: string) => Promise<void> | undefined,
): Promise<void> {
  const fail = async (text: string): Promise<void> => {
    await klog(process, 'E', 'main.go:123', text);
    sendText(call, `${text}\n`, 400);
  };
  let review: { readonly apiVersion?: unknown; readonly kind?: unknown; readonly request?: ReviewedRequest };
  try {
    review = JSON.parse(body) as typeof review;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return fail(`Request could not be decoded: couldn't get version/kind; json parse error: ${error.message}`);
  }
  const { apiVersion, kind, request } = review ?? {};
  if (typeof apiVersion !== 'string' || kind !== 'AdmissionReview' || !VERSIONS.has(apiVersion) || !request)
    return fail(`Request could not be decoded: no kind "${String(kind)}" is registered for "${String(apiVersion)}"`);
  const verdict = await handler(request, process, sidecarImage);
  if (verdict === undefined) {
    await process.sleep(Number.POSITIVE_INFINITY);
    return;
  }
  if (verdict === 'hangs up') {
    // Go's server catches what its handler stumbles over, and closes the connection.
    call.request.socket.destroy();
    return;
  }
  const text = reviewAnswer(apiVersion, request.uid ?? '', verdict);
  await tells(`sending response: ${text}`);
  sendText(call, text, 200, 'application/json');
}
