import { defineConfig } from 'vitest/config';

// Nothing has to be said; without a file of its own, vitest would take one of a folder above.
export default defineConfig({});
