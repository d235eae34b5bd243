import { defineConfig } from '@playwright/test';

// A browser of the system, where there is one: `npx playwright install chromium` fetches Playwright's own.
const executablePath = process.env.CHROMIUM;

export default defineConfig({
  workers: 1,
  use: { browserName: 'chromium', launchOptions: { ...(executablePath && { executablePath }) } },
});
