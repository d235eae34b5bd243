/** PEM as encoding/pem reads it: blocks one after another, and anything between them. */
import { X509Certificate } from 'node:crypto';

export interface PemBlock {
  readonly type: string;
  readonly hasHeaders: boolean;
  readonly der: Buffer;
}

const BLOCK = /-----BEGIN ([^\n]+?)-----[ \t]*\r?\n([\s\S]*?)-----END \1-----/g;

export function pemBlocks(text: string): PemBlock[] {
  return [...text.matchAll(BLOCK)].map(([, type = '', body = '']) => {
    const hasHeaders = /^[^\n:]+:/.test(body);
    const encoded = hasHeaders ? body.slice(body.search(/\r?\n\r?\n/)) : body;
    return { type, hasHeaders, der: Buffer.from(encoded.replace(/\s/g, ''), 'base64') };
  });
}

/** The certificate in a block; undefined when it cannot be read. */
export function certificateOf({ der }: PemBlock): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

/** What is wrong with the certificates of a signing request (validateCertificate). */
export function certificateFault(base64: string): string | undefined {
  if (base64 === '') return undefined;
  const blocks = pemBlocks(Buffer.from(base64, 'base64').toString('latin1'));
  for (const block of blocks) {
    if (block.type !== 'CERTIFICATE')
      return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(block.type)}`;
    if (block.hasHeaders) return 'no PEM block headers are permitted';
    if (!certificateOf(block)) return 'x509: malformed certificate';
  }
  return blocks.length === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined;
}
