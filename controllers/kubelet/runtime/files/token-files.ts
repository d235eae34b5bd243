/** Tokens of the service account in volumes of a pod: k8s.io/kubernetes/pkg/kubelet/token. */
import type { Clock } from '../../../../server/base/clock.ts';
import type { Frozen } from '../../../../server/base/freeze.ts';
import type { ServiceAccountTokenProjection } from '../../../../server/kube/types.gen.ts';
import type { IssuedToken, PodSources, TokenWish } from './sources.ts';

type Wanted = Frozen<ServiceAccountTokenProjection>;

const DEFAULT_SECONDS = 3600;
/** A token is renewed when this much of its time is over, and daily. */
const RENEWED_AFTER = 0.8;
const RENEWED_AFTER_MS = 24 * 60 * 60 * 1000;

interface Held extends IssuedToken {
  readonly renewMs: number;
}

/** The tokens of one pod, each asked for when it is needed first. */
export class TokenFiles {
  readonly #sources: Pick<PodSources, 'token'>;
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();
  readonly #asked = new Map<string, Promise<void>>();

  constructor(sources: Pick<PodSources, 'token'>, clock: Clock) {
    this.#sources = sources;
    this.#clock = clock;
  }

  /** Resolves when there is a token that is good for some time. @throws ApiError when there is none at all */
  async prepare(wanted: Wanted): Promise<void> {
    if (!this.#isDue(wanted)) return;
    try {
      await this.#ask(wanted);
    } catch (error) {
      const held = this.#held.get(keyOf(wanted));
      if (!held || this.#clock.now() >= held.expiresMs) throw error;
    }
  }

  /** The latest token, if there is one yet. A fresh one is asked for in time, for the next who looks. */
  current(wanted: Wanted): IssuedToken | undefined {
    const held = this.#held.get(keyOf(wanted));
    // Whoever needs it finds the old one so long as it is good.
    if (held && this.#isDue(wanted)) this.#ask(wanted).catch(() => undefined);
    return held;
  }

  #isDue(wanted: Wanted): boolean {
    const held = this.#held.get(keyOf(wanted));
    return !held || this.#clock.now() >= held.renewMs;
  }

  /** Many who look at once ask once. */
  #ask(wanted: Wanted): Promise<void> {
    const key = keyOf(wanted);
    const asked = this.#asked.get(key);
    if (asked) return asked;
    const asking = this.#renew(wanted).finally(() => this.#asked.delete(key));
    this.#asked.set(key, asking);
    return asking;
  }

  async #renew(wanted: Wanted): Promise<void> {
    const { audience, expirationSeconds = DEFAULT_SECONDS } = wanted;
    const wish: TokenWish = { expirationSeconds, ...(audience && { audience }) };
    const issued = await this.#sources.token(wish);
    const nowMs = this.#clock.now();
    const renewMs = nowMs + Math.min((issued.expiresMs - nowMs) * RENEWED_AFTER, RENEWED_AFTER_MS);
    this.#held.set(keyOf(wanted), { ...issued, renewMs });
  }
}

/** Volumes that ask for the same get the same token. */
const keyOf = ({ audience = '', expirationSeconds = DEFAULT_SECONDS }: Wanted): string =>
  `${expirationSeconds} ${audience}`;
