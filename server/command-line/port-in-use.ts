/** The line that tells which flag chose a port that somebody else has; undefined for other errors. */
export function portInUse(
  error: unknown,
  flags: { readonly port: number; readonly httpPort?: number; readonly proxyPort: number; readonly dnsPort?: number },
): string | undefined {
  const { code, port } = error as { code?: string; port?: number };
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return undefined;
  const { proxyPort, httpPort, dnsPort } = flags;
  const others = { '--proxy-port': proxyPort, '--http-port': httpPort, '--dns-port': dnsPort };
  const name = Object.entries(others).find(([, chosen]) => chosen === port)?.[0] ?? '--port';
  const why = code === 'EADDRINUSE' ? 'is in use' : 'may not be used by this user';
  return `fauxkube: port ${port} ${why}: choose another with ${name}, or ${name} 0 for any free one`;
}
