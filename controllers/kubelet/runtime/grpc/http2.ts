import { getBuiltinModule } from 'node:process';

/** HTTP/2, loaded when somebody speaks it first. The bundle cannot import modules of Node's by `import()`. */
export const http2 = (): typeof import('node:http2') => getBuiltinModule('node:http2');
