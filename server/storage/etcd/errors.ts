import { ApiError } from '../../kube/api-error.ts';
import { GRPC, GrpcError } from './grpc-error.ts';

const NAMES: Readonly<Record<number, string>> = {
  2: 'Unknown',
  3: 'InvalidArgument',
  7: 'PermissionDenied',
  8: 'ResourceExhausted',
  9: 'FailedPrecondition',
  [GRPC.unavailable]: 'Unavailable',
  [GRPC.unauthenticated]: 'Unauthenticated',
};

/** A failed call to etcd, as kube-apiserver answers it: 504 when no answer came in time, 500 for any other. */
export function answerOf(error: unknown): unknown {
  if (!(error instanceof GrpcError)) return error;
  const { code, message } = error;
  if (code === GRPC.deadlineExceeded) return timedOut();
  // Of its own errors etcd's client shows the message only.
  if (message.startsWith('etcdserver: ')) return new ApiError(500, '', message);
  return new ApiError(500, '', `rpc error: code = ${NAMES[code] ?? `Code(${code})`} desc = ${message}`);
}

export const timedOut = (): ApiError =>
  new ApiError(
    504,
    'Timeout',
    'Timeout: request did not complete within requested timeout - context deadline exceeded',
    {},
  );
