import { describe, expect, it } from 'vitest';
import { HpackDecoder } from '../../server/base/http2/hpack-decoder.ts';
import { headBlock } from '../../server/http/http2/hpack-encoder.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const LIMIT = 1 << 20;

/** Each connection's blocks one after the other: RFC 7541, appendix C. */
const EXAMPLES: readonly (readonly [what: string, blocks: readonly (readonly [bytes: string, fields: string])[]])[] = [
  [
    'requests as they are (C.3)',
    [
      [
        '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
        ':method GET :scheme http :path / :authority www.example.com',
      ],
      [
        '8286 84be 5808 6e6f 2d63 6163 6865',
        ':method GET :scheme http :path / :authority www.example.com cache-control no-cache',
      ],
      [
        '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
        ':method GET :scheme https :path /index.html :authority www.example.com custom-key custom-value',
      ],
    ],
  ],
  [
    "requests in Huffman's code (C.4)",
    [
      ['8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff', ':method GET :scheme http :path / :authority www.example.com'],
      [
        '8286 84be 5886 a8eb 1064 9cbf',
        ':method GET :scheme http :path / :authority www.example.com cache-control no-cache',
      ],
      [
        '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
        ':method GET :scheme https :path /index.html :authority www.example.com custom-key custom-value',
      ],
    ],
  ],
];

describe('header blocks', () => {
  it.each(EXAMPLES)('%s', (_, blocks) => {
    const decoder = new HpackDecoder(LIMIT);
    for (const [bytes, fields] of blocks) expect(decoder.decode(hex(bytes)).list.join(' ')).toBe(fields);
  });

  it('forget the oldest fields of a table that is full', () => {
    const decoder = new HpackDecoder(LIMIT);
    // A table of 70 bytes has room for two such fields: 1 + 1 + 32 bytes each.
    const kept = (letter: string): string => `40 01 ${letter} 01 ${letter}`;
    decoder.decode(hex(`3f27 ${kept('61')} ${kept('62')} ${kept('63')}`));
    expect(decoder.decode(hex('be bf')).list).toEqual(['c', 'c', 'b', 'b']);
    expect(() => decoder.decode(hex('c0'))).toThrow('no field 64');
  });

  it('keep their table right over thousands of fields', () => {
    const decoder = new HpackDecoder(LIMIT);
    for (let i = 0; i < 3000; i++) {
      const text = Buffer.from(String(i).padStart(4, '0')).toString('hex');
      expect(decoder.decode(hex(`40 0161 04 ${text} be`)).list.at(-1)).toBe(String(i).padStart(4, '0'));
    }
  });

  it.each([
    ['80', 'no field 0'],
    ['be', 'no field 62'],
    ['ff ff ff ff ff 7f', 'an integer without an end'],
    ['40', 'a field without its text'],
    ['40 05 61', 'a text without its end'],
    ['40 84 ff ff ff ff 00', 'a text with an end in it'],
    ['40 01 61 81 18', 'a text that ends in a code'],
    ['40 01 61 82 1f ff', 'a text that ends in a code'],
    ['3f e2 1f', 'a table of the wrong size'],
    ['82 20', 'a table of the wrong size'],
  ])('%s is none: %s', (bytes, why) => {
    expect(() => new HpackDecoder(LIMIT).decode(hex(bytes))).toThrow(why);
  });

  it('stop adding up where a limit is, though a byte may stand for kilobytes', () => {
    const decoder = new HpackDecoder(10_000);
    const long = Buffer.concat([hex('40 01 61 7f a1 1e'), Buffer.alloc(4000, 'x')]);
    decoder.decode(long);
    const { list, isTooLarge } = decoder.decode(Buffer.alloc(100_000, 0xbe));
    expect({ fields: list.length / 2, isTooLarge }).toEqual({ fields: 2, isTooLarge: true });
  });
});

describe('heads of answers', () => {
  const read = (status: number, headers: Parameters<typeof headBlock>[1]): string[] =>
    new HpackDecoder(LIMIT).decode(headBlock(status, { date: 'today', ...headers })).list;

  it.each([200, 201, 404, 418, 500])('have the status %i', (status) => {
    expect(read(status, {})).toEqual([':status', String(status), 'date', 'today']);
  });

  it('have every value of a header, numbers as digits, names in small letters', () => {
    const headers = {
      'Content-Length': 12,
      'x-warning': ['one', 'two'],
      'x-long': 'y'.repeat(20_000),
      none: undefined,
    };
    expect(read(200, headers)).toEqual(
      [
        [':status', '200'],
        ['date', 'today'],
        ['content-length', '12'],
        ['x-warning', 'one'],
        ['x-warning', 'two'],
        ['x-long', 'y'.repeat(20_000)],
      ].flat(),
    );
  });

  it('leave out what belongs to connections of HTTP/1.1', () => {
    expect(read(200, { connection: 'close', 'Transfer-Encoding': 'chunked' })).toEqual([
      ':status',
      '200',
      'date',
      'today',
    ]);
  });

  it.each(['a\r\nb', 'a\0', '\u{1f600}'])('refuse %j', (value) => {
    expect(() => headBlock(200, { 'x-bad': value })).toThrow('Invalid character in header content ["x-bad"]');
  });

  it('have a date of their own', () => {
    const list = new HpackDecoder(LIMIT).decode(headBlock(200, {})).list;
    expect(Number.isNaN(Date.parse(list.at(-1) ?? ''))).toBe(false);
  });
});
