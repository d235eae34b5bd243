/** What a stream may send before its receiver tells it to go on, unless that said otherwise (draft 3.1, 2.6.8). */
export const WINDOW_BYTES = 64 * 1024;

/** The windows of those who send on one connection, and what waits for them to open. */
export class SendWindows {
  #isObeyed = false;
  #initialBytes = WINDOW_BYTES;
  #connectionBytes = WINDOW_BYTES;
  readonly #streamBytes = new Map<number, number>();
  #waiting: (() => void)[] = [];

  /**
   * Whether the other side keeps to windows. client-go does not: it neither looks at them nor opens any. Who does shows
   * it by the first frame about windows.
   */
  get isObeyed(): boolean {
    return this.#isObeyed;
  }

  open(streamId: number): void {
    this.#streamBytes.set(streamId, this.#initialBytes);
  }

  close(streamId: number): void {
    this.#streamBytes.delete(streamId);
    this.#wake();
  }

  /** @returns how many of the bytes may go now; they count as sent */
  take(streamId: number, bytes: number): number {
    const ofStream = this.#streamBytes.get(streamId) ?? 0;
    const taken = this.#isObeyed ? Math.max(0, Math.min(bytes, ofStream, this.#connectionBytes)) : bytes;
    this.#streamBytes.set(streamId, ofStream - taken);
    this.#connectionBytes -= taken;
    return taken;
  }

  /** Calls back once when a window has opened, or its stream is closed. */
  onOpened(opened: () => void): void {
    this.#waiting.push(opened);
  }

  /** The receiver has taken so many bytes. @param streamId 0 for the whole connection */
  update(streamId: number, bytes: number): void {
    this.#isObeyed = true;
    if (streamId === 0) this.#connectionBytes += bytes;
    else {
      const known = this.#streamBytes.get(streamId);
      if (known !== undefined) this.#streamBytes.set(streamId, known + bytes);
    }
    this.#wake();
  }

  /** The receiver has spoken of windows. */
  obey(): void {
    this.#isObeyed = true;
  }

  /** All streams, those that are open too, may send so much at first. */
  setInitial(bytes: number): void {
    this.#isObeyed = true;
    for (const [streamId, left] of this.#streamBytes)
      this.#streamBytes.set(streamId, left + bytes - this.#initialBytes);
    this.#initialBytes = bytes;
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const opened of waiting) opened();
  }
}
