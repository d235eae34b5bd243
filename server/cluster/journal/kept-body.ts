import { LIMITS } from '../../kube/limits.ts';
import type { Body } from '../../pipeline/request.ts';

/** The body of a request: as it was sent, and as the server understood it. */
export class KeptBody {
  /** Whether it was larger than what is kept. */
  isTooLarge = false;
  #sent: Buffer | undefined;
  #told: string | undefined;

  /** How much of the memory it takes. */
  get byteLength(): number {
    return (this.#sent?.length ?? 0) + (this.#told?.length ?? 0);
  }

  /** What was sent; an object of a client in the same process is JSON. */
  get sent(): Buffer | undefined {
    return this.#sent;
  }

  take(body: Body): void {
    if ('object' in body && body.object === undefined) return;
    // A copy: what comes from a socket may be a small part of a large buffer.
    const bytes = Buffer.from('object' in body ? JSON.stringify(body.object) : body.bytes);
    this.isTooLarge = bytes.length > LIMITS.journaledBodyBytes;
    if (!this.isTooLarge) this.#sent = bytes;
  }

  /** Takes what the server has made of it. The first value stays. */
  tell(value: unknown): void {
    if (this.#told !== undefined) return;
    const text = JSON.stringify(value);
    if (text.length > LIMITS.journaledBodyBytes) this.isTooLarge = true;
    else this.#told = text;
  }

  /** What the server has made of it. */
  object(): unknown {
    return this.#told === undefined ? undefined : (JSON.parse(this.#told) as unknown);
  }

  /** Makes room for newer ones. */
  forget(): void {
    this.isTooLarge = true;
    this.#sent = undefined;
    this.#told = undefined;
  }
}
