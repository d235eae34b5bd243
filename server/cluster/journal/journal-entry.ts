import { rfc3339Micro } from '../../base/clock.ts';
import type { KubeObject, User } from '../../kube/object.ts';
import { auditEvent, type NamedObject, namedObject } from '../../pipeline/audit/audit-event.ts';
import type { AuditIds } from '../../pipeline/audit/audit-ids.ts';
import { outcomeOf } from '../../pipeline/audit/audit-record.ts';
import { decisionNotes } from '../../pipeline/audit/decision-notes.ts';
import { sourceAddresses } from '../../pipeline/audit/source-addresses.ts';
import type { Decision } from '../../pipeline/identity.ts';
import type { RequestNote } from '../../pipeline/journal/request-journal.ts';
import type { ApiRequest, ApiResponse, Peer } from '../../pipeline/request.ts';
import { requestInfo } from '../../pipeline/request-info.ts';
import type { RequestEvent } from './event.ts';
import { KeptBody } from './kept-body.ts';
import { endsLater, whenOver } from './when-over.ts';

/** What entries are written into. */
export interface Book {
  readonly keepsBodies: boolean;
  /** On the clock of the cluster, and on that of the machine. */
  readonly beganAtMs: number;
  readonly realBeganAtMs: number;
  /** On the clock of the cluster, since then. */
  elapsedMs(): number;
  /** The same text as one that an entry already has, if there is one: clients send theirs with every request. */
  shared(text: string): string;
  /** Told when an answer has begun. */
  tell(entry: JournalEntry): void;
}

const TEST_ID = 'x-test-id';
const OWN_TEST_ID = 'fauxkube-test-id';

/** What most requests have nothing of: entries are many, and small. */
interface RareFacts {
  testId?: string | undefined;
  forwardedFor?: string | undefined;
  realIp?: string | undefined;
  itemCount?: number;
  isPage?: boolean;
  body?: KeptBody;
  isBroken?: boolean;
  annotations?: ReadonlyMap<string, string>;
  named?: NamedObject;
  outcome?: ApiResponse;
}

const NOTHING: RareFacts = Object.freeze({});
const NO_INFO = requestInfo('', '', new URLSearchParams());
const NO_PEER: Peer = { address: '' };

/**
 * What is kept of one request. Every request of a client makes one: it refers to what is there anyway, and the Event is
 * made when somebody asks for it.
 *
 * The journal takes those that it has forgotten, and that nobody else has seen, for later requests: what lives as long
 * as an entry, but not for ever, is what collecting garbage costs most for.
 */
export class JournalEntry implements RequestNote {
  sequence = 0;
  /** Whether a part of the server asked. */
  isOwn = false;
  /** The newest revision when it came: a write that answers with no newer one has changed nothing. */
  revisionBefore = 0;
  keepsBodies = false;
  info = NO_INFO;
  method = '';
  rawQuery = '';
  userAgent = '';
  /** Of a body. */
  contentType: string | undefined;
  /** Undefined until the answer has begun. */
  status: number | undefined;
  /** Of the object that was answered. */
  revision: number | undefined;
  #path = '';
  #peer: Peer = NO_PEER;
  readonly #book: Book;
  /** Since the beginning of the book: small numbers take no room of their own. */
  #receivedMs = 0;
  #realMs = 0;
  #startedMs: number | undefined;
  #endedMs: number | undefined;
  #rare = NOTHING;
  /** The name of what was created: the server may have made it up. */
  #madeName = '';
  /** Until it is answered. */
  #request: ApiRequest | undefined;
  /** A number takes less room than a text. */
  #auditIds: AuditIds | undefined;
  #auditCount = 0;
  #auditId: string | undefined;
  #user: User | undefined;
  #sender: User | undefined;
  #decision: Decision | undefined;
  /** Whether the answer goes on after it has begun: its end may be told more than once. */
  #endsLater = false;
  /** Somebody besides the journal may have it. */
  #isShown = false;

  constructor(book: Book) {
    this.#book = book;
  }

  /**
   * Takes down a request, and forgets what it was before.
   *
   * @param revision the newest one when it came
   */
  begin(request: ApiRequest, sequence: number, receivedMs: number, realMs: number, revision: number): void {
    const book = this.#book;
    this.sequence = sequence;
    this.#receivedMs = receivedMs;
    this.#realMs = realMs;
    this.revisionBefore = revision;
    this.keepsBodies = book.keepsBodies;
    const { info, path, query, method } = request;
    this.isOwn = request.isOwn ?? false;
    this.info = info;
    this.method = method;
    // Nearly always the same text, which others keep anyway.
    this.#path = path === info.path ? info.path : path;
    this.rawQuery = query.size === 0 ? '' : (request.rawQuery ?? query.toString());
    this.userAgent = book.shared(request.header('user-agent') ?? '');
    this.status = undefined;
    this.revision = undefined;
    this.#startedMs = undefined;
    this.#endedMs = undefined;
    this.#endsLater = false;
    const contentType = method === 'GET' ? undefined : request.header('content-type');
    this.contentType = contentType === undefined ? undefined : book.shared(contentType);
    this.#madeName = '';
    const testId = request.header(TEST_ID) ?? request.header(OWN_TEST_ID);
    const forwardedFor = request.header('x-forwarded-for');
    const realIp = request.header('x-real-ip');
    const isPlain = testId === undefined && forwardedFor === undefined && realIp === undefined;
    this.#rare = isPlain ? NOTHING : { testId, forwardedFor, realIp };
    this.#peer = request.peer;
    this.#auditIds = request.auditIds;
    this.#auditCount = request.auditCount ?? 0;
    this.#auditId = this.#auditIds ? undefined : request.auditId;
    this.#request = request;
    if (book.keepsBodies && method !== 'GET') this.#listenForBody(request);
  }

  /** Somebody keeps it: it stays what it is from now on. */
  show(): this {
    this.#isShown = true;
    return this;
  }

  /** Whether the journal may take it for another request once it has forgotten it: nobody will write to it any more. */
  get isSpare(): boolean {
    return this.#endedMs !== undefined && this.#rare === NOTHING && !this.#isShown && !this.#endsLater;
  }

  get testId(): string | undefined {
    return this.#rare.testId;
  }

  /** How many objects a list had. */
  get itemCount(): number | undefined {
    return this.#rare.itemCount;
  }

  /** Whether more followed. */
  get isPage(): boolean {
    return this.#rare.isPage ?? false;
  }

  get body(): KeptBody | undefined {
    return this.#rare.body;
  }

  get #facts(): RareFacts {
    if (this.#rare === NOTHING) this.#rare = {};
    return this.#rare;
  }

  get receivedAtMs(): number {
    return this.#book.beganAtMs + this.#receivedMs;
  }

  /** The same on the clock of the machine, which goes on where that of the cluster stands still. */
  get realAtMs(): number {
    return this.#book.realBeganAtMs + this.#realMs;
  }

  /** Whether nothing of the answer is to come any more. */
  get isOver(): boolean {
    return this.#endedMs !== undefined;
  }

  /** Who the request acts as. */
  get user(): User | undefined {
    const user = this.#request?.user ?? this.#user;
    return user?.name === '' ? undefined : user;
  }

  /** Who sent it: somebody else than `user` where that is whom they impersonate. */
  get sender(): User | undefined {
    return this.#request?.sender ?? this.#sender ?? this.user;
  }

  get namespace(): string {
    return this.info.namespace || this.#rare.named?.namespace || '';
  }

  get name(): string {
    return this.info.name || this.#rare.named?.name || this.#madeName;
  }

  get decision(): Decision | undefined {
    return this.#request?.decision ?? this.#decision;
  }

  get auditId(): string {
    return this.#auditIds?.text(this.#auditCount) ?? this.#auditId ?? `in-process-${this.sequence}`;
  }

  get requestUri(): string {
    return this.rawQuery === '' ? this.#path : `${this.#path}?${this.rawQuery}`;
  }

  /** Of a Status that was answered: `Conflict`. */
  get reason(): string {
    const { outcome } = this.#rare;
    const { reason = '' } = ((outcome && outcomeOf(outcome)) ?? {}) as { readonly reason?: string };
    return reason;
  }

  get isDeprecated(): boolean {
    return this.#rare.annotations?.has('k8s.io/deprecated') ?? false;
  }

  takeObject(object: KubeObject): void {
    this.#facts.named ??= namedObject(object);
    this.takeBody(object);
  }

  takeBody(value: unknown): void {
    if (this.keepsBodies) this.body?.tell(value);
  }

  answered(response: ApiResponse): ApiResponse {
    const request = this.#request;
    if (!request) return response;
    this.#request = undefined;
    this.#user = request.user;
    this.#sender = request.sender;
    this.#decision = request.decision;
    if (request.auditAnnotations) this.#facts.annotations = request.auditAnnotations;
    // As upstream tells of a handler that was broken off.
    const isBroken = response.type === 'hang-up';
    if (isBroken) this.#facts.isBroken = true;
    this.status = isBroken ? 500 : 'status' in response ? response.status : 200;
    let sent = response;
    this.#startedMs = this.#book.elapsedMs();
    if (endsLater(response)) {
      this.#endsLater = true;
      sent = whenOver(response, () => this.#end());
    } else this.#endedMs = this.#startedMs;
    if (response.type === 'object') {
      this.revision = response.object.revision;
      if (request.method === 'POST') this.#madeName = response.object.value.metadata.name ?? '';
    } else if (response.type === 'list') {
      this.#facts.itemCount = response.items.length;
      this.#facts.isPage = response.continue !== undefined;
    } else if (response.type === 'value' && 'kind' in response.value && response.value.kind === 'Status')
      this.#facts.outcome = response;
    this.#book.tell(this);
    return sent;
  }

  #end(): void {
    this.#endedMs ??= this.#book.elapsedMs();
  }

  /** As upstream's audit log would tell it. */
  event(): RequestEvent {
    const { status, sender, user, body } = this;
    const isEarly = status === undefined;
    const receivedAt = rfc3339Micro(this.receivedAtMs);
    const stageMs = this.#endedMs ?? this.#startedMs;
    const { outcome: refusal, named } = this.#rare;
    const outcome = refusal && outcomeOf(refusal);
    const event = auditEvent({
      level: this.keepsBodies ? 'Request' : 'Metadata',
      stage: isEarly ? 'RequestReceived' : this.#lastStage,
      auditId: this.auditId,
      requestUri: this.requestUri,
      info: this.info,
      sender,
      impersonated: user === sender ? undefined : user,
      sourceAddresses: this.#sourceAddresses(),
      userAgent: this.userAgent,
      named,
      answered: isEarly ? undefined : { status, ...(outcome && { outcome }) },
      requestObject: body?.object(),
      receivedAt,
      stageAt: stageMs === undefined ? receivedAt : rfc3339Micro(this.#book.beganAtMs + stageMs),
      annotations: this.#notes(),
    });
    return event as unknown as RequestEvent;
  }

  get #lastStage(): 'Panic' | 'ResponseComplete' | 'ResponseStarted' {
    if (this.#rare.isBroken) return 'Panic';
    return this.isOver ? 'ResponseComplete' : 'ResponseStarted';
  }

  #notes(): ReadonlyMap<string, string> {
    const notes = new Map(this.#rare.annotations);
    const { decision, testId } = this;
    if (decision) for (const [key, value] of decisionNotes(decision)) notes.set(key, value);
    if (testId !== undefined) notes.set('fauxkube.dev/test-id', testId);
    notes.set('fauxkube.dev/sequence', String(this.sequence));
    return notes;
  }

  #sourceAddresses(): string[] {
    const headers: Readonly<Record<string, string | undefined>> = {
      'x-forwarded-for': this.#rare.forwardedFor,
      'x-real-ip': this.#rare.realIp,
    };
    return sourceAddresses({ peer: this.#peer, header: (name) => headers[name] });
  }

  /** Bodies come from sockets, and only once. */
  #listenForBody(request: ApiRequest): void {
    const kept = new KeptBody();
    this.#facts.body = kept;
    const read = request.body.bind(request);
    request.body = async () => {
      const body = await read();
      kept.take(body);
      return body;
    };
  }
}
