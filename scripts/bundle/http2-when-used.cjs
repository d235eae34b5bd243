module.exports = new Proxy({}, { get: (_, name) => process.getBuiltinModule('node:http2')[name] });
