/** The line that tells which flag chose a port that somebody else has; undefined for other errors. */
export function portInUse(
  error: unknown,
  flags: Readonly<
    Partial<Record<'port' | 'httpPort' | 'proxyPort' | 'dnsPort' | 'ingressPort' | 'ingressTlsPort', number>>
  >,
): string | undefined {
  const { code, port } = error as { code?: string; port?: number };
  if (port === undefined || (code !== 'EADDRINUSE' && code !== 'EACCES')) return undefined; // files have no ports
  const others = {
    '--proxy-port': flags.proxyPort,
    '--http-port': flags.httpPort,
    '--dns-port': flags.dnsPort,
    '--ingress-port': flags.ingressPort,
    '--ingress-tls-port': flags.ingressTlsPort,
  };
  const name = Object.entries(others).find(([, chosen]) => chosen === port)?.[0] ?? '--port';
  const why = code === 'EADDRINUSE' ? 'is in use' : 'may not be used by this user';
  return `fauxkube: port ${port} ${why}: choose another with ${name}, or ${name} 0 for any free one`;
}
