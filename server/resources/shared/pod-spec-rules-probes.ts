/** Rules for probes and for what containers do when they start and stop. */
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { portNameProblems } from '../../kube/names.ts';
import type {
  ExecAction,
  GRPCAction,
  HTTPGetAction,
  Lifecycle,
  Probe,
  SleepAction,
  TCPSocketAction,
} from '../../kube/types.gen.ts';
import { portNumberProblems } from './name-rules.ts';
import { type IntOrString, negativeProblems } from './number-rules.ts';

const SCHEMES = ['HTTP', 'HTTPS'];
const HEADER_NAME = /^[-A-Za-z0-9]+$/;
const HEADER_RULE =
  "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex " +
  "used for validation is '[-A-Za-z0-9]+')";

/** Numbers and names of ports (ValidatePortNumOrName). */
export function portProblems(path: string, port: IntOrString): FieldProblem[] {
  if (typeof port === 'number') return portNumberProblems(path, port);
  return portNameProblems(port).map((detail) => invalid(path, port, detail));
}

function httpProblems(http: Frozen<HTTPGetAction>, path: string): FieldProblem[] {
  const { path: target = '', port, scheme = '', httpHeaders = [] } = http;
  return [
    ...(target === '' ? [required(`${path}.path`)] : []),
    ...portProblems(`${path}.port`, port),
    ...(SCHEMES.includes(scheme) ? [] : [notSupported(`${path}.scheme`, scheme, SCHEMES)]),
    ...httpHeaders
      .filter(({ name }) => !HEADER_NAME.test(name))
      .map(({ name }) => invalid(`${path}.httpHeaders`, name, HEADER_RULE)),
  ];
}

function sleepProblems(
  { seconds }: Frozen<SleepAction>,
  graceSeconds: number | undefined,
  path: string,
): FieldProblem[] {
  if (graceSeconds === undefined || (seconds >= 0 && seconds <= graceSeconds)) return [];
  const detail = `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`;
  return [invalid(path, seconds, detail)];
}

/** The ways to act on a container; one of them at a time. */
interface Handler {
  readonly exec?: Frozen<ExecAction>;
  readonly httpGet?: Frozen<HTTPGetAction>;
  readonly tcpSocket?: Frozen<TCPSocketAction>;
  readonly grpc?: Frozen<GRPCAction>;
  readonly sleep?: Frozen<SleepAction>;
}

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

function handlerProblems(handler: Handler, graceSeconds: number | undefined, path: string): FieldProblem[] {
  const [first, ...others] = HANDLERS.filter((name) => handler[name] !== undefined);
  if (first === undefined) return [required(path, 'must specify a handler type')];
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  const at = `${path}.${first}`;
  const problems: FieldProblem[] = [];
  if (exec) problems.push(...(exec.command?.length ? [] : [required(`${at}.command`)]));
  else if (httpGet) problems.push(...httpProblems(httpGet, at));
  else if (tcpSocket) problems.push(...portProblems(`${at}.port`, tcpSocket.port));
  else if (grpc) problems.push(...portNumberProblems(`${at}.port`, grpc.port));
  else if (sleep) problems.push(...sleepProblems(sleep, graceSeconds, at));
  return [
    ...problems,
    ...others.map((name) => forbiddenField(`${path}.${name}`, 'may not specify more than 1 handler type')),
  ];
}

/** Rules for `postStart` and `preStop`. */
export function lifecycleProblems(
  lifecycle: Frozen<Lifecycle> | undefined,
  graceSeconds: number | undefined,
  path: string,
): FieldProblem[] {
  const { postStart, preStop } = lifecycle ?? {};
  return [
    ...(postStart ? handlerProblems(postStart, graceSeconds, `${path}.postStart`) : []),
    ...(preStop ? handlerProblems(preStop, graceSeconds, `${path}.preStop`) : []),
  ];
}

const COUNTS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;

/** Rules for one of the three probes. */
export function probeProblems(
  kind: 'liveness' | 'readiness' | 'startup',
  probe: Frozen<Probe> | undefined,
  graceSeconds: number | undefined,
  path: string,
): FieldProblem[] {
  if (!probe) return [];
  const problems = handlerProblems(probe, graceSeconds, path);
  for (const field of COUNTS) problems.push(...negativeProblems(`${path}.${field}`, probe[field]));
  const { terminationGracePeriodSeconds: grace, successThreshold } = probe;
  const at = `${path}.terminationGracePeriodSeconds`;
  if (grace !== undefined && grace <= 0) problems.push(invalid(at, grace, 'must be greater than 0'));
  if (kind === 'readiness') {
    if (grace !== undefined) problems.push(invalid(at, grace, 'must not be set for readinessProbes'));
  } else if (successThreshold !== 1) problems.push(invalid(`${path}.successThreshold`, successThreshold, 'must be 1'));
  return problems;
}
