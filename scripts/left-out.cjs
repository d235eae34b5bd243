// Stands in the bundle for dependencies of Fastify that nothing here uses: routes have no schemas.
module.exports = () => {
  throw new Error('this part of Fastify is not in the bundle: see scripts/build.mjs');
};
