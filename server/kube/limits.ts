/**
 * Every bound on what a request may ask for, in one place. Values are kube-apiserver's own unless the comment says
 * otherwise.
 */
export const LIMITS = {
  /** Answers above this go compressed to whoever accepts it (defaultGzipThresholdBytes). */
  plainAnswerBytes: 128 * 1024,
  /** Largest request body (MaxRequestBodyBytes). */
  bodyBytes: 3 * 1024 * 1024,
  /** Largest answer of a webhook. Ours: upstream reads whatever comes. */
  outboundAnswerBytes: 16 * 1024 * 1024,
  /** All annotations of an object together (TotalAnnotationSizeLimitB). */
  annotationsBytes: 256 * 1024,
  /** How deep JSON and YAML may nest. Ours: Go stops at 10,000, which is more than a JavaScript stack carries. */
  jsonDepth: 1000,
  /** How deep YAML may nest in one line. Ours: its parser needs much more of the stack. */
  yamlDepth: 250,
  /** Operations of one JSON patch (maxJSONPatchOperations). */
  jsonPatchOperations: 10_000,
  /** How often one YAML document may use aliases. Ours: stops a document that expands without end. */
  yamlAliases: 100,
  /** Request line and headers together (net/http's DefaultMaxHeaderBytes). */
  headerBytes: 1024 * 1024,
  /** Events that a watcher may fall behind before it is ended. Ours. */
  watchBacklogBytes: 64 * 1024 * 1024,
  /** Objects of which one list, or the beginning of one watch, may leave bytes for the next reader. Ours. */
  keptAtOnce: 20_000,
  /** Threads for connections. Ours. */
  workers: 16,
  /** Events kept for watches that resume, unless the start says otherwise. Ours: upstream keeps five minutes. */
  retainedEvents: 20_000,
  /** How long events are kept for watches and for lists at a revision (etcd's compaction interval). */
  retainedEventsMs: 5 * 60 * 1000,
  /** The most that a start may ask for of both. Ours. */
  historyEvents: 10_000_000,
  historyMs: 7 * 24 * 60 * 60 * 1000,
  /** A watch without timeoutSeconds ends after this and up to as long again (MinRequestTimeout). */
  watchTimeoutMs: 30 * 60 * 1000,
  /** How long /readyz waits before it says no while the server begins. Ours: upstream says no, and is asked again. */
  readySoonMs: 100,
  /** How long the handshake of TLS may take, and the head of a request of HTTP/1.1 (ReadHeaderTimeout). */
  headMs: 32_000,
  /** How long a connection may be without a request (IdleTimeout). */
  idleMs: 90_000,
  /** How often connections are looked at: they have up to so much more time. Ours: upstream has timers for each. */
  lookMs: 1000,
  /** How long the preface of HTTP/2 may take, and the first frame behind it (prefaceTimeout, firstSettingsTimeout). */
  http2PrefaceMs: 10_000,
  http2FirstFrameMs: 2000,
  /** How long a connection of HTTP/2 is kept when everything has been said (goAwayTimeout). */
  http2GoodbyeMs: 1000,
  /** Requests of one connection of HTTP/2 at once (http2.defaultMaxStreams of Go's server). */
  http2Streams: 250,
  /** Of a body that comes over HTTP/2, what nobody has read yet; the same for its whole connection (Go's). */
  http2WindowBytes: 1024 * 1024,
  /** Requests that a client may take back before they are answered, besides as many as were answered. Ours. */
  http2Resets: 1000,
  /** Frames that a header block of HTTP/2 may come in. Ours. */
  http2HeaderFrames: 128,
  /** What a client may leave unread of answers to its frames, before its connection is ended. Ours. */
  http2UnreadBytes: 4 * 1024 * 1024,
  /** Streams that one SPDY connection may have open: those of thousands of forwarded connections. Ours. */
  streamsPerConnection: 10_000,
  /** Headers of one SPDY stream, decompressed, and a frame that has them. Ours: upstream takes a gigabyte. */
  streamHeaderBytes: 64 * 1024,
  /** What a stream keeps while its pod does not read; then the connection waits. Ours: upstream counts frames. */
  streamBacklogBytes: 256 * 1024,
  /** A message of a WebSocket that carries streams (golang.org/x/net/websocket's DefaultMaxPayloadBytes). */
  streamMessageBytes: 32 * 1024 * 1024,
  /** How long the streams of a command may take to be opened (DefaultStreamCreationTimeout). */
  streamCreationMs: 30_000,
  /** How long a client may take to end a connection that has been closed. Ours. */
  streamCloseMs: 10_000,
  /** Attempts of a PATCH that meets conflicts (MaxRetryWhenPatchConflicts). */
  patchRetries: 5,
  /** Lines of the journal before it is folded into the snapshot. Ours. */
  journalLines: 50_000,
  /** Bytes of the journal before it is folded into the snapshot. Ours. */
  journalBytes: 64 * 1024 * 1024,
  /**
   * How far revisions jump at a restart: more than one turn of the event loop can have used without keeping them.
   * Ours.
   */
  restartRevisions: 100_000,
  /**
   * How long a call to etcd may take, and how long what was written may take to come back by the watch. Ours:
   * upstream waits as long as the request may take, half a minute for writes.
   */
  etcdCallMs: 10_000,
  /** What etcd may send that is not taken yet: of one answer, and of all on a connection. Ours. */
  etcdWindowBytes: 16 * 1024 * 1024,
  /** Largest message of etcd (clientv3's defaultMaxCallRecvMsgSize). */
  etcdMessageBytes: 2 ** 31 - 1,
  /** Savepoints of one cluster. Ours. */
  savepoints: 1000,
  /** Largest snapshot that is taken over a socket: a cluster of 100,000 pods. Ours. */
  snapshotBytes: 512 * 1024 * 1024,
  /** Requests that the journal keeps, those of the server's own controllers apart. Ours. */
  journaledRequests: 10_000,
  /** The largest body of a request that it keeps, and all of them together. Ours. */
  journaledBodyBytes: 256 * 1024,
  journaledBodiesBytes: 64 * 1024 * 1024,
  /** Permissions that users are known to have used. Ours. */
  recordedPermissions: 10_000,
  /** How long somebody may wait for requests. Ours. */
  requestWaitMs: 10 * 60 * 1000,
  /** Somebody who waits for requests, at once. Ours. */
  requestWaiters: 1000,
  /** How long a client of the DNS server may be silent on a connection (RFC 7766 leaves it open). Ours. */
  dnsIdleMs: 10_000,
  /** How long a server outside of the cluster may take to accept a connection to a pod. Ours. */
  upstreamConnectMs: 10_000,
  /** Connections of one pod to such servers, and to functions that answer for it, at once. Ours. */
  answeredConnections: 1000,
  /** Kustomizations that lead from one to the next. Ours. */
  kustomizeDepth: 32,
  /** Files of one kustomization with its bases. Ours. */
  kustomizeFiles: 10_000,
  /** And how large they may be together. Ours. */
  kustomizeBytes: 64 * 1024 * 1024,
  /** What `helm template` may print, and how long it may take. Ours. */
  helmBytes: 64 * 1024 * 1024,
  helmMs: 120_000,
  /** Virtual clusters of one process. Ours. */
  virtualClusters: 1000,
  /** Rules for faults of one cluster at once. Ours. */
  faultRules: 1000,
  /** How long a fault may delay a request or an event. Ours. */
  faultDelayMs: 60 * 60 * 1000,
  /** How long a rule for faults may be good. Ours. */
  faultExpiryMs: 10 * 365 * 24 * 60 * 60 * 1000,
} as const;
