/** Wrong flags and whatever keeps a server from starting end with this code. */
export const USAGE_EXIT_CODE = 2;
