import { defineConfig } from 'vitest/config';

/** `npm run test:operators`: these tests need Go modules, which `npm test` does not download. */
export default defineConfig({
  test: { include: ['test/operators/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000, pool: 'forks' },
});
