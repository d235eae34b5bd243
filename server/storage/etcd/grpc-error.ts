/** The codes of gRPC that somebody here looks at. */
export const GRPC = { deadlineExceeded: 4, unavailable: 14, unauthenticated: 16 } as const;

/** A call that failed. */
export class GrpcError extends Error {
  readonly code: number;
  /** Whether the server cannot have seen the call. */
  readonly isUnsent: boolean;

  constructor(code: number, message: string, isUnsent = false) {
    super(message);
    this.name = 'GrpcError';
    this.code = code;
    this.isUnsent = isUnsent;
  }
}

/** What a server says of a call: nothing unless it has failed. @param message with percent signs, as it is sent */
export function errorOf(code: number, message: string): GrpcError | undefined {
  if (code === 0) return undefined;
  try {
    return new GrpcError(code, decodeURIComponent(message));
  } catch {
    return new GrpcError(code, message);
  }
}
