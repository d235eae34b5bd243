/** The line that tells which flag chose a port that somebody else has; undefined for other errors. */
export function portInUse(
  error: unknown,
  flags: { readonly port: number; readonly httpPort?: number; readonly proxyPort: number },
): string | undefined {
  const { code, port } = error as { code?: string; port?: number };
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return undefined;
  const name = port === flags.proxyPort ? '--proxy-port' : port === flags.httpPort ? '--http-port' : '--port';
  const why = code === 'EADDRINUSE' ? 'is in use' : 'may not be used by this user';
  return `fauxkube: port ${port} ${why}: choose another with ${name}, or ${name} 0 for any free one`;
}
