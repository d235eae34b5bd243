import { expect, test } from 'vitest';
import { isSource, lineProblems, type SourceFile, writtenFiles } from './tree.ts';

/** What has to be passed in, and what to use instead. Dates that are made of a given time are fine. */
const BANNED: readonly { readonly what: RegExp; readonly instead: string; readonly inTests: boolean }[] = [
  {
    what: /\bDate\.now\b|\bnew Date\(\)/,
    instead: 'take a Clock from server/base/clock.ts and ask it for now()',
    inTests: true,
  },
  {
    what: /\bset(Timeout|Interval)\b/,
    instead: 'clock.schedule() waits in a cluster, a condition or settle() in a test',
    inTests: true,
  },
  { what: /\bMath\.random\b|\brandom(UUID|Int)\b/, instead: 'take a Random from server/base/random.ts', inTests: true },
  { what: /\bperformance\.now\b|\bprocess\.hrtime\b/, instead: 'ask a Clock for now()', inTests: false },
];

/** Programs that are run by hand measure real time; files of base are where all of it stands. */
const EXEMPT = /^(server\/base|scripts|test\/bench|test\/clients|test\/golden\/record|test\/tidy)\//;
/** Where the page in a browser has its time from. */
const OF_BROWSERS = 'server/dashboard/browser-clock.ts';

function bannedProblems(file: SourceFile): readonly string[] {
  const isTest = file.path.startsWith('test/');
  const rules = BANNED.filter(({ inTests }) => inTests || !isTest);
  return lineProblems(file, (line) => {
    const code = line.replace(/^\s*(\*|\/\/|\/\*\*).*/, '').replace(/'[^']*'/g, "''");
    const rule = rules.find(({ what }) => what.test(code));
    return rule && `uses ${rule.what.exec(code)?.[0]}: ${rule.instead}`;
  });
}

test('time, chance and waiting are passed in', () => {
  const sources = writtenFiles().filter(isSource);
  expect(sources.filter(({ path }) => path !== OF_BROWSERS && !EXEMPT.test(path)).flatMap(bannedProblems)).toEqual([]);
});

test.each([
  'const now = Date.now();',
  'const now = new Date();',
  'setTimeout(run, 5);',
  'const id = randomUUID();',
  'const chance = Math.random();',
  'const startedMs = performance.now();',
])('%s is found', (text) => {
  expect(bannedProblems({ path: 'server/kube/a.ts', text })).toHaveLength(1);
  expect(bannedProblems({ path: 'server/kube/a.ts', text: `// ${text}` })).toEqual([]);
});
