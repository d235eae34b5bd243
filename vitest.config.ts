import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need Go modules, and a command of their own: npm run test:operators.
    exclude: [...configDefaults.exclude, 'test/operators/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Loading the server anew for each of hundreds of files would take longer than the tests themselves. Files leave
    // nothing behind in modules, in the environment or in the working directory.
    isolate: false,
  },
});
