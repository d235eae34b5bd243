/** `pods/log`: pkg/registry/core/pod/rest/log.go, and what the kubelet makes of it. */
import type { Frozen } from '../../base/freeze.ts';
import { ApiError, badRequest } from '../../kube/api-error.ts';
import { type FieldProblem, forbiddenField, invalid, invalidObject } from '../../kube/field-problem.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { LogRequest } from '../../kube/node-connector.ts';
import type { ContainerStatus, Pod } from '../../kube/types.gen.ts';
import { parseGoTime, RFC3339 } from '../../schema/go-time.ts';
import { integerOf } from '../list-options.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { isTrue } from '../request-info.ts';
import { containerNameOf, containerStatusOf, podOf } from './pod-container.ts';

/** PodLogOptions. */
interface LogOptions {
  readonly container: string;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly sinceSeconds: number | undefined;
  readonly sinceMs: number | undefined;
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
  readonly stream: string | null;
}

/** In the order in which upstream reads them. @throws ApiError 400 */
function logOptionsOf(query: URLSearchParams): LogOptions {
  return {
    container: query.get('container') ?? '',
    follow: isTrue(query.get('follow')),
    previous: isTrue(query.get('previous')),
    sinceSeconds: integerOf(query, 'sinceSeconds'),
    sinceMs: timeOf(query.get('sinceTime') ?? ''),
    timestamps: isTrue(query.get('timestamps')),
    tailLines: integerOf(query, 'tailLines'),
    limitBytes: integerOf(query, 'limitBytes'),
    stream: query.get('stream'),
  };
}

function timeOf(text: string): number | undefined {
  // Old clients write what they do not have as JSON does.
  if (text === '' || text === 'null') return undefined;
  try {
    const { seconds, nanoseconds } = parseGoTime(text, RFC3339);
    return seconds * 1000 + Math.floor(nanoseconds / 1e6);
  } catch (error) {
    throw badRequest((error as Error).message);
  }
}

/** ValidatePodLogOptions; which of the two outputs is asked for needs a feature that is off by default. */
function problemsOf({ tailLines, limitBytes, sinceSeconds, sinceMs, stream }: LogOptions): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (tailLines !== undefined && tailLines < 0)
    problems.push(invalid('tailLines', tailLines, 'must be greater than or equal to 0'));
  if (limitBytes !== undefined && limitBytes < 1)
    problems.push(invalid('limitBytes', limitBytes, 'must be greater than 0'));
  if (sinceSeconds !== undefined && sinceMs !== undefined)
    problems.push(forbiddenField('[]', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  else if (sinceSeconds !== undefined && sinceSeconds < 1)
    problems.push(invalid('sinceSeconds', sinceSeconds, 'must be greater than 0'));
  if (stream !== null) problems.push(forbiddenField('stream', 'may not be specified'));
  return problems;
}

/** @throws ApiError 400, 404, 422 */
export function podLog(request: ApiRequest, env: PipelineEnv): ApiResponse {
  const options = logOptionsOf(request.query);
  const { namespace, name } = request.info;
  const problems = problemsOf(options);
  if (problems.length > 0) throw invalidObject({ group: '', kind: 'PodLogOptions' }, name, problems);
  const pod = podOf(request, env);
  const container = containerNameOf(pod, options.container);
  if (!pod.spec.nodeName) return { type: 'proxied', status: 204, headers: HEADERS, body: nothing() };
  const key = { namespace, name };
  const present = env.nodes.pod(key);
  const running = present ?? env.nodes.past?.(key);
  const hasFile = present?.hasLogFile?.(container, options.previous) ?? false;
  if (!running && pod.status.startTime === undefined) throw unknownToNode(name);
  if (!hasFile) checkHasLog(pod, container, options.previous);
  const controller = new AbortController();
  // While a container waits to begin anew, the run before is the last one.
  const isBetweenRuns = containerStatusOf(pod, container)?.state?.waiting !== undefined;
  const previous = options.previous && (hasFile || !isBetweenRuns);
  const wanted = { ...logRequestOf(options, env.clock.now()), previous, signal: controller.signal };
  return {
    type: 'proxied',
    status: 200,
    headers: { ...HEADERS, 'content-type': 'text/plain' },
    body: running?.logs?.(container, wanted) ?? nothing(),
    abort: () => controller.abort(),
    isStream: true,
  };
}

const HEADERS = { 'cache-control': 'no-cache, private' };

async function* nothing(): AsyncGenerator<Buffer> {
  // A container that has written nothing.
}

/** What becomes of the 404 of a kubelet that has not seen the pod yet. */
const unknownToNode = (name: string): ApiError =>
  new ApiError(404, 'NotFound', `the server could not find the requested resource ( pods/log ${name})`, {
    name,
    kind: 'pods/log',
  });

function logRequestOf(options: LogOptions, nowMs: number): Omit<LogRequest, 'signal'> {
  const { follow, previous, timestamps, sinceSeconds, tailLines, limitBytes } = options;
  const sinceMs = sinceSeconds === undefined ? options.sinceMs : nowMs - sinceSeconds * 1000;
  return {
    follow,
    previous,
    timestamps,
    ...(sinceMs !== undefined && { sinceMs }),
    ...(tailLines !== undefined && { tailLines }),
    ...(limitBytes !== undefined && { limitBytes }),
  };
}

/** validateContainerLogStatus of the kubelet. @throws ApiError 400 */
function checkHasLog(pod: Frozen<Pod>, container: string, previous: boolean): void {
  const problem = logProblem(containerStatusOf(pod, container), previous);
  if (!problem) return;
  const which = `container ${goQuote(container)} in pod ${goQuote(pod.metadata.name ?? '')}`;
  throw badRequest(problem.replace('%', which));
}

/** @returns a message in which % stands for the container */
function logProblem(status: Frozen<ContainerStatus> | undefined, previous: boolean): string | undefined {
  if (!status) return '% is not available';
  const { state, lastState } = status;
  const hasLast = (lastState?.terminated?.containerID ?? '') !== '';
  if (previous) return hasLast ? undefined : 'previous terminated % not found';
  if (state?.running) return undefined;
  if (state?.terminated) return hasLast || state.terminated.containerID ? undefined : '% is terminated';
  if (lastState?.terminated) return hasLast ? undefined : '% is terminated';
  return state?.waiting ? waitingProblem(state.waiting.reason ?? '') : '% is waiting to start - no logs yet';
}

function waitingProblem(reason: string): string {
  if (reason === 'ErrImagePull') return "% is waiting to start: image can't be pulled";
  if (reason === 'ImagePullBackOff') return '% is waiting to start: trying and failing to pull image';
  return `% is waiting to start: ${reason}`;
}
