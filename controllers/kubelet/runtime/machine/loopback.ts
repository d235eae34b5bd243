/** Whether an address is that of whoever uses it. */
export const isLoopback = (address: string): boolean =>
  address.startsWith('127.') || address === '0.0.0.0' || address === '::1' || address === '::';
