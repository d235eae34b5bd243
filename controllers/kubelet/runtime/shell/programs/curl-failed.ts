/** How curl ends, and what it says. */
export class CurlFailed extends Error {
  readonly code: number;

  constructor(code: number, text: string) {
    super(text);
    this.code = code;
  }
}
