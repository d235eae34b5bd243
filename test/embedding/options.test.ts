import { describe, expect, test } from 'vitest';
import { type StartOptions, startCluster } from '../../server/index.ts';

/** As a program without a compiler passes them. */
const started = (options: object): Promise<unknown> => startCluster(options as StartOptions);

describe('startCluster() refuses', () => {
  test.each([
    [
      'an option that it does not know',
      { nonsense: 1 },
      /^there is no option "nonsense"; there are\n {2}host, port, ((?!readFixtures).)*holdReady$/s,
    ],
    ['servers that are no list', { upstreams: 'api:8080' }, 'upstreams has to be a list of texts, and is "api:8080"'],
    ['a server that is no text', { upstreams: [8080] }, 'upstreams has to be a list of texts, and is [8080]'],
    ['no list at all', { upstreams: null }, 'upstreams has to be a list of texts, and is null'],
    ['a fixture that is no list', { fixtures: 'manifests' }, 'fixtures has to be a list of texts, and is "manifests"'],
    ['controllers that are no list', { controllers: '-*' }, 'controllers has to be a list of texts, and is "-*"'],
    ['names that are no list', { tlsNames: 'a.test' }, 'tlsNames has to be a list of texts, and is "a.test"'],
    ['own controllers that are no list', { extraControllers: {} }, 'extraControllers has to be a list, and is {}'],
    ['a folder that is no text', { initDir: ['a'] }, 'initDir has to be a text, and is ["a"]'],
    ['a switch that is a text', { strict: 'false' }, 'strict has to be true or false, and is "false"'],
    ['a name with a typing error', { fixture: [] }, /; did you mean fixtures\?$/],
    ['fewer nodes than none', { nodes: -1 }, 'nodes has to be a whole number from 0 to 8191, and is -1'],
    ['a number that is a text', { nodes: '3' }, 'nodes has to be a whole number from 0 to 8191, and is "3"'],
    ['a port that is none', { proxyPort: 70000 }, 'proxyPort has to be a whole number from 0 to 65535, and is 70000'],
    ['half a seed', { seed: 0.5 }, /^seed has to be a whole number from 0 to \d+, and is 0\.5$/],
    ['a log level of another program', { logLevel: 'trace' }, /^logLevel has to be one of silent, .*, and is "trace"$/],
  ])('%s', async (_, options, message) => {
    await expect(started(options)).rejects.toThrow(message);
  });

  test('nothing that is undefined', async () => {
    const cluster = await startCluster({ nodes: undefined, nope: undefined } as unknown as StartOptions);
    await cluster.stop();
  });
});
