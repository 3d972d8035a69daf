/**
 * The import law of ARCHITECTURE.md: who may import whom inside `src`, and no cycles. Tests beside their source may
 * import what they like from `src`; what is checked here is the code that is published.
 */

const tests = "[.]test[.]ts$";
const source = { pathNot: tests };

/** Files of `room` may import only files of the rooms in `allowed` (and of its own where that is listed). */
function mayImportOnly(room, allowed) {
  const from = `^src/${room}`;
  return {
    name: `${room.replace("/", "")}-imports-only-what-it-may`,
    comment: `src/${room} may import only: ${allowed.join(", ")}. What else it needs is handed to it.`,
    severity: "error",
    from: { ...source, path: from },
    to: { path: "^src/", pathNot: allowed.map((name) => `^src/${name}`) },
  };
}

function mayNotImport(name, room, forbidden) {
  return {
    name: `${name}-keeps-out-of-other-rooms`,
    comment: `The ${name} may not import: ${forbidden.join(", ")}.`,
    severity: "error",
    from: { ...source, path: `^src/${room}` },
    to: { path: forbidden.map((name) => `^src/${name}`) },
  };
}

const below = ["core/"];

export default {
  forbidden: [
    mayImportOnly("core/", below),
    mayImportOnly("policy/", [...below, "policy/"]),
    {
      name: "a-layer-imports-only-core-and-itself",
      comment: "A layer may import only core and its own folder. What else it needs is handed to it.",
      severity: "error",
      from: { ...source, path: "^src/layers/([^/]+)/" },
      to: { path: "^src/", pathNot: ["^src/core/", "^src/layers/$1/"] },
    },
    ...["protocols/", "stores/", "telemetry/", "model-servers/", "buses/"].map((room) =>
      mayImportOnly(room, [...below, room]),
    ),
    ...["embedders/", "judges/"].map((room) => mayImportOnly(room, [...below, room, "model-servers/"])),
    mayImportOnly("vectors/", [
      ...[...below, "vectors/", "stores/make-folder[.]ts", "stores/sqlite-(file|row)[.]ts"],
      "stores/redis-(connection|url)[.]ts",
    ]),
    mayImportOnly("workers/", [...below, "workers/", "stores/memory-leases[.]ts", "telemetry/"]),
    mayImportOnly("testing/", [...below, "testing/"]),
    mayNotImport("library", "(?!cache|index)[^/]+[.]ts$", ["gateway/", "cli/", "integrations/", "cache[.]ts"]),
    ...["intake", "flights", "fleet", "embeddings", "storage", "library"].map((room) =>
      mayNotImport(room, `${room}/`, ["gateway/", "cli/", "integrations/", "workers/", "cache[.]ts", "pipeline[.]ts"]),
    ),
    mayNotImport("pipeline", "pipeline[.]ts$", [
      "protocols/",
      "stores/",
      "vectors/",
      "embedders/",
      "buses/",
      "telemetry/",
      "fetch[.]ts",
    ]),
    mayNotImport("cache", "cache[.]ts$", ["gateway/", "cli/", "integrations/"]),
    mayNotImport("gateway", "gateway/", ["cli/", "integrations/"]),
    mayNotImport("integrations", "integrations/", ["gateway/", "cli/"]),
    {
      name: "src-never-imports-what-is-not-published",
      comment: "Published code may not import tests, benchmarks, examples, scripts or the dashboard.",
      severity: "error",
      from: { path: "^src/", pathNot: tests },
      to: { path: ["^test/", "^bench/", "^examples/", "^scripts/", "^dashboard/", tests] },
    },
    {
      name: "vendored-packages-come-through-vendor",
      comment: "fastify and pino are bundled into dist/gateway/vendor.js; import them from src/gateway/vendor.ts.",
      severity: "error",
      from: { ...source, path: "^src/", pathNot: [tests, "^src/gateway/vendor[.]ts$"] },
      to: { path: "node_modules/(fastify|pino)/" },
    },
    {
      name: "published-code-imports-only-its-dependencies",
      comment: "What src imports at run time must be a dependency or a peer, not a development dependency.",
      severity: "error",
      from: { ...source, path: "^src/", pathNot: [tests, "^src/gateway/vendor[.]ts$"] },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["npm-peer", "type-only"] },
    },
    {
      name: "no-cycles",
      comment: "Files that import each other cannot be understood or tested one at a time; types count as well.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "everything-resolves",
      comment: "An import that leads nowhere.",
      severity: "error",
      from: { path: "^src/" },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ["node_modules"] },
    exclude: { path: ["^dist/"] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
