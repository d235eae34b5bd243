/** `pods/exec`, `pods/attach` and `pods/portforward`: pkg/registry/core/pod/rest/subresources.go, and the kubelet. */

import type { Frozen } from '../../base/freeze.ts';
import { decided } from '../../base/undecided.ts';
import { badRequest, forbidden, internalError, notImplemented } from '../../kube/api-error.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { RunningPod } from '../../kube/node-connector.ts';
import type { SessionOffer } from '../../kube/stream-session.ts';
import type { Pod } from '../../kube/types.gen.ts';
import { accessOf } from '../identity.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { containerNameOf, containerStatusOf, podOf } from './pod-container.ts';
import { forwardPorts } from './port-forward.ts';
import { type CommandOptions, commandSession } from './remote-command.ts';

/** PodExecOptions, PodAttachOptions and PodPortForwardOptions; what is false or empty is left out. */
export interface ConnectOptions {
  readonly container?: string;
  readonly command?: readonly string[];
  readonly stdin?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  readonly tty?: boolean;
  readonly ports?: readonly number[] | null;
}

/** @throws ApiError 400, 403, 404, 501 */
export async function connectPod(
  request: ApiRequest,
  subresource: string,
  options: ConnectOptions,
  env: PipelineEnv,
): Promise<ApiResponse> {
  await checkMayCreate(request, env);
  const pod = podOf(request, env);
  const { name } = request.info;
  const isForward = subresource === 'portforward';
  const container = isForward ? '' : containerNameOf(pod, options.container ?? '');
  if (!pod.spec.nodeName) throw badRequest(`pod ${name} does not have a host assigned`);
  if (!request.isUpgrade) throw badRequest('Upgrade request required');
  const running = env.nodes.pod({ namespace: request.info.namespace, name });
  if (isForward) return running ? session(forwardPorts(pod, running, options.ports ?? [])) : unknownToNode(pod);
  return command(pod, running, container, subresource, options);
}

/** A GET is authorized as such, and has to be allowed to create besides: a WebSocket cannot be opened by a POST. */
async function checkMayCreate(request: ApiRequest, { authorizer }: PipelineEnv): Promise<void> {
  const { info, user, query } = request;
  if (info.verb === 'create') return;
  const question = { ...accessOf(info, user, query), verb: 'create' };
  const { allowed, reason, error } = await decided(() => authorizer.authorize(question));
  if (allowed) return;
  if (error !== undefined) throw internalError(error);
  throw forbidden({ group: info.group, resource: info.resource }, info.name, reason);
}

const session = (offer: SessionOffer): ApiResponse => ({ type: 'session', status: 101, offer });

/** What the kubelet says in plain text, and the API server passes on as it is. */
function kubeletError(status: number, text: string): ApiResponse {
  return { type: 'bytes', status, mediaType: 'text/plain; charset=utf-8', body: text };
}

const isFinished = ({ status: { phase } }: Frozen<Pod>): boolean => phase === 'Succeeded' || phase === 'Failed';

/** A kubelet forgets the sandbox of a pod that has ended, and knows nothing of one that it has not seen yet. */
function unknownToNode(pod: Frozen<Pod>): ApiResponse {
  const { name, namespace } = pod.metadata;
  return isFinished(pod)
    ? kubeletError(500, `pod not found (${goQuote(`${name}_${namespace}`)})`)
    : kubeletError(404, 'pod does not exist');
}

function command(
  pod: Frozen<Pod>,
  running: RunningPod | undefined,
  container: string,
  subresource: string,
  options: ConnectOptions,
): ApiResponse {
  const { stdin = false, stdout = false, tty = false } = options;
  // A terminal has one output only.
  const stderr = options.stderr === true && !tty;
  if (!stdin && !stdout && !stderr) return kubeletError(400, 'you must specify at least 1 of stdin, stdout, stderr');
  if (!running && !isFinished(pod)) return kubeletError(404, 'pod does not exist');
  if (!running || !containerStatusOf(pod, container)?.state?.running) return notRunning(pod, container, subresource);
  const wanted: CommandOptions = { stdin, stdout, stderr, tty };
  if (subresource === 'exec') {
    if (!running.exec) throw notImplemented('pods/exec');
    const begin = running.exec.bind(running, container, options.command ?? []);
    return session(commandSession(wanted, begin, { failure: 'error executing command in container', tellsExit: true }));
  }
  if (!running.attach) throw notImplemented('pods/attach');
  // Whether a program has a terminal was settled when it began; a client may do without.
  const { containers, ephemeralContainers, initContainers } = pod.spec;
  const specs = [...(containers ?? []), ...(ephemeralContainers ?? []), ...(initContainers ?? [])];
  const joined = { ...wanted, tty: tty && specs.some(({ name, tty: has }) => name === container && has) };
  const begin = running.attach.bind(running, container);
  return session(commandSession(joined, begin, { failure: 'error attaching to container', tellsExit: false }));
}

function notRunning(
  { metadata: { name, namespace } }: Frozen<Pod>,
  container: string,
  subresource: string,
): ApiResponse {
  return subresource === 'exec'
    ? kubeletError(500, `container not found (${goQuote(container)})`)
    : kubeletError(500, `container ${container} not found in pod ${name}_${namespace}`);
}
