import { expect, test } from 'vitest';
import { MESSAGES_V2 } from '../../../server/schema/openapi/messages-v2.ts';
import { MESSAGES_V3 } from '../../../server/schema/openapi/messages-v3.ts';
import { ProtobufWriter } from '../../../server/schema/openapi/protobuf.ts';
import { golden } from '../../support/golden.ts';

interface Case {
  readonly version: 'v2' | 'v3';
  readonly document: unknown;
  readonly protobuf: string;
}

const MESSAGES = { v2: MESSAGES_V2, v3: MESSAGES_V3 };

test.each(golden<Case>('openapi/protobuf.json'))('a document of $version becomes the bytes of gnostic', (one) => {
  const bytes = new ProtobufWriter(MESSAGES[one.version]).write('Document', one.document);
  expect(bytes.toString('latin1')).toBe(Buffer.from(one.protobuf, 'base64').toString('latin1'));
});
