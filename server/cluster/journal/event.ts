/** A request as upstream's audit log tells it: `audit.k8s.io/v1` Event, without kind and apiVersion. */
export interface RequestEvent {
  readonly level: 'Metadata' | 'Request';
  readonly auditID: string;
  /** `RequestReceived` while nobody has answered, `ResponseStarted` while a watch or a session goes on. */
  readonly stage: 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete';
  /** Path and query as they were sent. */
  readonly requestURI: string;
  readonly verb: string;
  readonly user: EventUser;
  /** Whom the sender acted as. */
  readonly impersonatedUser?: EventUser;
  readonly sourceIPs: readonly string[];
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly resource: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
    readonly apiGroup?: string;
    readonly apiVersion: string;
    readonly resourceVersion?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: {
    readonly code: number;
    readonly status?: string;
    readonly reason?: string;
    readonly message?: string;
  };
  /** Kept at the level `request` only. */
  readonly requestObject?: unknown;
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface EventUser {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}
