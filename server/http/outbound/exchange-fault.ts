/** Why an exchange over an open connection failed, in the words of Go's net/http. */
export function exchangeFault({ code, message }: Error & { readonly code?: string }): string {
  if (code === 'ECONNRESET') return message === 'socket hang up' ? 'EOF' : 'read: connection reset by peer';
  if (code === 'EPIPE') return 'write: broken pipe';
  if (code?.startsWith('HPE_')) return 'net/http: HTTP/1.x transport connection broken: malformed HTTP response';
  return message;
}
