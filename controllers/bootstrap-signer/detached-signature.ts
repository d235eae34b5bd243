/** A JSON Web Signature without what it signs: `header..signature`, made with a shared secret. */
export async function detachedSignature(content: string, keyId: string, secret: string): Promise<string> {
  // Loaded for clusters that sign something only.
  const { CompactSign } = await import('jose');
  const bytes = new TextEncoder();
  const signed = await new CompactSign(bytes.encode(content))
    .setProtectedHeader({ alg: 'HS256', kid: keyId })
    .sign(bytes.encode(secret));
  const [header = '', , signature = ''] = signed.split('.');
  return `${header}..${signature}`;
}
