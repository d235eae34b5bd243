// Writes server/testing/admin-api.gen.ts: the types of the routes below /-/.
process.argv.splice(2, process.argv.length, 'server/testing/generate/main.ts');
await import('./run-ts.mjs');
