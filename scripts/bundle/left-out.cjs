// Stands in the bundle for dependencies of Fastify and its plugins that nothing here uses: routes have no schemas, and
// nobody opens a WebSocket without a socket.
module.exports = () => {
  throw new Error('this part of Fastify is not in the bundle: see scripts/bundle/packages.mjs');
};
