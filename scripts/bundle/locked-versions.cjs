// Stands in the bundle for what compares versions of Fastify and of its plugins: both are in the bundle, as the
// lockfile and the tests have them.
exports.satisfies = () => true;
