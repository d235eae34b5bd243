/** Writes server/testing/admin-api.gen.ts anew. */
import { writeFileSync } from 'node:fs';
import { adminRoutes } from '../../admin/routes.ts';
import { adminApiText } from './admin-api.ts';

writeFileSync('server/testing/admin-api.gen.ts', adminApiText(adminRoutes));
