/** A file of a data directory that cannot be trusted. Nothing was changed; the message says what to do next. */
export class DamagedFile extends Error {
  readonly path: string;
  readonly line: number;
  /** What is wrong with the line. */
  readonly what: string;

  /**
   * @param what what is wrong with the line
   * @param advice what whoever started the server can do about it
   */
  constructor(path: string, line: number, what: string, advice: string) {
    super(`${path}:${line}: ${what}. ${advice}`);
    this.name = 'DamagedFile';
    this.path = path;
    this.line = line;
    this.what = what;
  }
}
