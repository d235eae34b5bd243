import { expect, test } from 'vitest';
import { parseStaticTokens } from '../../server/auth/static-tokens.ts';

test('a line is a token, a user, a uid and groups in quotes', () => {
  const csv = 't1,jane,1001,"dev,ops"\r\n\nt2,"bob ""the builder""",1002\n,ignored,1003\nt3,eve,,admins';
  expect(Object.fromEntries(parseStaticTokens(csv))).toEqual({
    t1: { name: 'jane', uid: '1001', groups: ['dev', 'ops', 'system:authenticated'] },
    t2: { name: 'bob "the builder"', uid: '1002', groups: ['system:authenticated'] },
    t3: { name: 'eve', uid: '', groups: ['admins', 'system:authenticated'] },
  });
});

test('a line with too few columns is refused', () => {
  const message = "token file 'a.csv' must have at least 3 columns (token, user name, user uid), found 2";
  expect(() => parseStaticTokens('t1,jane\n', 'a.csv')).toThrow(message);
});

test('quotes that do not close are refused', () => {
  expect(() => parseStaticTokens('t1,jane,1001,"dev')).toThrow(/extraneous or missing/);
});

test('an empty file holds no tokens', () => {
  expect(parseStaticTokens('').size).toBe(0);
});
