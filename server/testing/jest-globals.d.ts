/** What the kit for jest uses of the module that jest puts into its sandbox. */
declare module '@jest/globals' {
  type Hook = (run: () => Promise<void>, timeoutMs?: number) => void;
  export const beforeAll: Hook;
  export const beforeEach: Hook;
  export const afterEach: Hook;
  export const afterAll: Hook;
  export const expect: { extend(matchers: object): void };
}
