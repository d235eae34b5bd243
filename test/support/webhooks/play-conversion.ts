import type { ConversionCase } from '../../golden/record/conversions/conversion-case.ts';
import { bodyOf, NAMESPACE, Normalizer, type RecordedStep, requestOf, type Step, warningTexts } from '../exchanges.ts';
import { type ConversionRequest, conversionServer, type Json } from './conversion-server.ts';
import type { Player, RecordedCase } from './play.ts';

/** What is written there is known a moment later. */
const SETTLING = /^\/apis\/(?:apiextensions|admissionregistration)\.k8s\.io\//;
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const properties = (field: string): Json => ({
  spec: {
    type: 'object',
    properties: {
      [field]: { type: 'integer', minimum: 0 },
      replicas: { type: 'integer' },
      color: { type: 'string', default: field },
    },
  },
  status: { type: 'object', properties: { ready: { type: 'integer' } } },
});

const version = (name: string, field: string): Json => ({
  name,
  served: true,
  storage: name === 'v1',
  schema: { openAPIV3Schema: { type: 'object', properties: properties(field) } },
  selectableFields: [{ jsonPath: `.spec.${field}` }],
  additionalPrinterColumns: [{ name: field, type: 'integer', jsonPath: `.spec.${field}` }],
  subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.ready' } },
});

/** `gizmos` with the versions `v1` and `v2`, between which a webhook converts. */
export function convertedGizmos(group: string, webhook: Json, clientConfig: Json): Json {
  const { clientConfig: own = {}, ...others } = webhook as { clientConfig?: Json };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `gizmos.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'gizmos', kind: 'Gizmo' },
      versions: [version('v1', 'size'), version('v2', 'length')],
      conversion: {
        strategy: 'Webhook',
        webhook: { conversionReviewVersions: ['v1'], clientConfig: { ...clientConfig, ...own }, ...others },
      },
    },
  };
}

/** Registers the definition of a case, lets happen what happens, and tells what came of it. */
export async function playConversion(one: ConversionCase, player: Player): Promise<RecordedCase> {
  const { namespace } = player;
  const group = `${namespace}.example.com`;
  const server = await conversionServer();
  const normalizer = new Normalizer(namespace);
  // Ports are chosen anew each time, and revisions depend on what else happens.
  const withoutPorts = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value ?? null)
        .replaceAll(`:${server.port}`, ':<port>')
        .replaceAll(/revision=\d+/g, 'revision=<n>')
        .replaceAll(/"continue":"[^"]+"/g, '"continue":"<token>"'),
    ) as unknown;
  const withServer = (body: object | string | undefined): object | string | undefined =>
    body &&
    (JSON.parse(
      JSON.stringify(body).replaceAll('$PORT', String(server.port)).replaceAll('$CA', server.caBundle),
    ) as object);
  const send = async (step: Step): Promise<RecordedStep> => {
    const { path, headers } = requestOf(step, namespace);
    const isList = Array.isArray(step.body);
    const type = isList ? 'application/json-patch+json' : headers[0]?.[1];
    const told = withServer(bodyOf(step, namespace));
    const { status, body, warnings } = await player.ask(step.method, path, told, type, step.table);
    const texts = warningTexts(warnings);
    const answer = normalizer.answer(withoutPorts(body), step.without, step.managers);
    return { ...step, status, ...(texts.length > 0 && { warnings: texts }), answer };
  };
  try {
    const clientConfig = { url: `https://127.0.0.1:${server.port}/convert`, caBundle: server.caBundle };
    const definition = JSON.stringify(convertedGizmos(group, (one.webhook ?? {}) as Json, clientConfig))
      .replaceAll('$PORT', String(server.port))
      .replaceAll(NAMESPACE, namespace);
    const { status, body } = await player.ask('POST', DEFINITIONS, JSON.parse(definition) as object, undefined);
    if (status !== 201) throw new Error(`${one.name}: ${JSON.stringify(body)}`);
    await player.settle();
    const steps: RecordedStep[] = [];
    for (const act of one.acts) {
      if ('webhook' in act) server.behaviour = inNamespace(act.webhook, namespace);
      else if ('stop' in act) await server[Symbol.asyncDispose]();
      else steps.push(await send(act));
      if ('method' in act && SETTLING.test(act.path)) await player.settle();
    }
    // Upstream converts what is written at once; here it waits for somebody who wants to see it.
    const ofFirst = server.received.filter(({ body }) => nameOf(body) === 'a');
    const received = ofFirst.slice(0, 1).map(({ path, headers, body: review }) => ({
      path,
      headers: { accept: headers.accept, 'content-type': headers['content-type'] },
      review: normalizer.answer(withoutPorts(review), [], true),
    }));
    const admitted = server.received.filter(({ path }) => path.startsWith('/admit'));
    const told = admitted.map(({ path, body }) => ({ path, review: normalizer.answer(withoutPorts(body), [], true) }));
    return { name: one.name, steps, received: [...received, ...told] };
  } finally {
    await player.ask('DELETE', `${DEFINITIONS}/gizmos.${group}`, undefined, undefined);
    await server[Symbol.asyncDispose]();
  }
}

function nameOf(review: Json): unknown {
  const [object] = (review as { request: ConversionRequest }).request.objects ?? [];
  return (object?.metadata as Json | undefined)?.name;
}

/** Behaviours that name a group name that of their case. */
function inNamespace<T extends object>(behaviour: T & { twist?: unknown }, namespace: string): T {
  const { twist } = behaviour as { twist?: (object: Json) => unknown };
  if (!twist) return behaviour;
  const named = (object: Json): unknown =>
    JSON.parse(JSON.stringify(twist(object)).replaceAll(NAMESPACE, namespace)) as unknown;
  return { ...behaviour, twist: named };
}
