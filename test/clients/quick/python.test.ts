import { expect, test } from 'vitest';
import { built, hasCommand, LINES, linesOf, TIMEOUT_MS } from './program.ts';

test(
  'a Python program with lightkube',
  async (context) => {
    if (!hasCommand('python3', '--version')) context.skip('there is no python3 here: install it, with venv and pip');
    const [environment, pip, python] = [built('python'), built('python/bin/pip'), built('python/bin/python')];
    const install = ['install', '--quiet', '--disable-pip-version-check', '--requirement', 'requirements.txt'];
    const lines = await linesOf(
      'test/clients/quick/python',
      ['python3', '-m', 'venv', environment],
      [pip, ...install],
      [python, 'main.py'],
    );
    expect(lines).toEqual(LINES);
  },
  TIMEOUT_MS,
);
