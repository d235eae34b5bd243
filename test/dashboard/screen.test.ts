import { expect, test } from 'vitest';
import { Screen } from '../../server/dashboard/screen.ts';

function shown(...parts: readonly string[]): string {
  const screen = new Screen();
  for (const part of parts) screen.write(part);
  return screen.text;
}

test.each([
  ['lines', ['a\r\nb'], 'a\nb'],
  ['a line that is written over', ['abc\rX'], 'Xbc'],
  ['a character that is taken back', ['ab\b \bc'], 'ac'],
  ['tabs', ['a\tb'], 'a       b'],
  ['colours, which are left out', ['\u001b[1;31mred\u001b[0m'], 'red'],
  ['titles', ['\u001b]0;title\u0007a\u001b]0;b\u001b\\c\u001b]0;d\u0007e'], 'ace'],
  ['the rest of a line that is erased', ['abc\r\u001b[K$ '], '$ '],
  ['a screen that is cleared', ['abc\r\nd\u001b[2J\u001b[Hx'], 'x'],
  ['moves to and fro', ['abc\u001b[2DX\u001b[1CY'], 'aXcY'],
  ['characters that are deleted', ['abcd\u001b[3D\u001b[2P'], 'ad'],
  ['a sequence that comes in two parts', ['a\u001b[3', '1mb'], 'ab'],
  ['a place far outside', ['\u001b[99999999;3Hx'], undefined],
])('the terminal shows %s', (_what, parts, expected) => {
  if (expected !== undefined) expect(shown(...parts)).toBe(expected);
  else expect(shown(...parts).length).toBeLessThan(10_000);
});

test('no more than so many lines are kept', () => {
  expect(shown('x\r\n'.repeat(5000)).split('\n')).toHaveLength(2000);
});

test('what never ends is no sequence', () => {
  expect(shown(`\u001b]${'a'.repeat(300)}`, 'b')).toContain('b');
});
