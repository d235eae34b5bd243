/** Lets somebody outside decide what users may do: plugin/pkg/authorizer/webhook. */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { RememberedAnswers } from '../../base/remembered-answers.ts';
import { foundAnswer, Undecided } from '../../base/undecided.ts';
import { RemoteFault, type RemoteWebhook } from '../../kube/remote-server.ts';
import { reviewAnswer } from '../../kube/review-answer.ts';
import type { SubjectAccessReviewSpec } from '../../kube/types.gen.ts';
import type { AccessRequest, Authorizer, Decision } from '../../pipeline/identity.ts';
import { isRememberable, REVIEW_GROUP, type ReviewVersion, reviewSpec, reviewText } from './access-review-text.ts';

/** Which questions a webhook is asked. */
export interface QuestionFilter {
  /** Whether a question is for the webhook, or why that cannot be told. */
  matches(spec: SubjectAccessReviewSpec): boolean | { readonly error: string };
}

export interface WebhookAuthorizerOptions {
  /** Unique in its chain. */
  readonly name: string;
  readonly webhook: RemoteWebhook;
  readonly version: ReviewVersion;
  readonly authorizedTtlMs: number;
  readonly unauthorizedTtlMs: number;
  /** What a failure means. */
  readonly failurePolicy: 'NoOpinion' | 'Deny';
  readonly filter?: QuestionFilter | undefined;
  /** By which answers grow old. */
  readonly clock: Clock;
  readonly log: Logger;
}

const NO_OPINION: Decision = { allowed: false, reason: '' };

/**
 * Knows what it has been told. For everything else it throws {@link Undecided}.
 *
 * @example
 * const decision = await decided(() => authorizer.authorize(question));
 */
/** How many answers are kept, as upstream keeps them. */
const ANSWERS_MAX = 8192;

export class WebhookAuthorizer implements Authorizer {
  readonly #options: WebhookAuthorizerOptions;
  readonly #remembered: RememberedAnswers<Decision>;

  constructor(options: WebhookAuthorizerOptions) {
    this.#options = options;
    this.#remembered = new RememberedAnswers(options.clock, ANSWERS_MAX);
  }

  authorize(request: AccessRequest): Decision {
    const { filter, name } = this.#options;
    const spec = reviewSpec(request);
    const matches = filter?.matches(spec) ?? true;
    if (matches === false) return NO_OPINION;
    if (matches !== true) return this.#failed(matches.error);
    const question = `${name} ${JSON.stringify(spec)}`;
    const known = (foundAnswer(question) as Decision | undefined) ?? this.#remembered.get(question);
    if (known) return known;
    throw new Undecided(question, async () => {
      const { decision, isAnswered } = await this.#ask(spec);
      const { authorizedTtlMs, unauthorizedTtlMs } = this.#options;
      const ttlMs = decision.allowed ? authorizedTtlMs : unauthorizedTtlMs;
      if (isAnswered && isRememberable(request)) this.#remembered.set(question, decision, ttlMs);
      return decision;
    });
  }

  async #ask(spec: SubjectAccessReviewSpec): Promise<{ decision: Decision; isAnswered: boolean }> {
    const { webhook, version, log, name } = this.#options;
    try {
      const response = await webhook.post(reviewText(spec, version));
      const { status } = reviewAnswer(response, { kind: 'SubjectAccessReview', group: REVIEW_GROUP, version });
      return { decision: decisionOf(status ?? {}), isAnswered: true };
    } catch (error) {
      const { message } = error as Error;
      if (!(error instanceof RemoteFault)) log.debug({ err: error }, 'an authorization webhook gave no review');
      log.error({ authorizer: name, why: message }, 'an authorization webhook could not be asked');
      return { decision: this.#failed(message), isAnswered: false };
    }
  }

  #failed(error: string): Decision {
    return { allowed: false, reason: '', error, ...(this.#options.failurePolicy === 'Deny' && { denied: true }) };
  }
}

interface ReviewStatus {
  readonly allowed?: boolean;
  readonly denied?: boolean;
  readonly reason?: string;
}

const BOTH = 'webhook subject access review returned both allow and deny response';

function decisionOf({ allowed, denied, reason = '' }: ReviewStatus): Decision {
  if (denied === true) return { allowed: false, denied: true, reason, ...(allowed === true && { error: BOTH }) };
  return { allowed: allowed === true, reason };
}
