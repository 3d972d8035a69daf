/**
 * Installs the real servers that tests need and that are missing, from Debian's packages where this runs as root. Where it
 * does not, the tests that need one say what to install. Node's own modules only.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";

/** The program of each service, and its package. */
const services = {
  "redis-server": "redis-server",
  openssl: "openssl",
  memcached: "memcached",
  postgres: "postgresql",
  faketime: "faketime",
  prometheus: "prometheus",
  chromium: "chromium",
  nginx: "nginx",
  varnishd: "varnish",
  "varnish/vmods/libvmod_xkey.so": "varnish-modules",
  pip3: "python3-pip",
};

/** Debian keeps the modules of Varnish below here, by the architecture. */
const libraries = "/usr/lib";

/** Debian keeps the programs of PostgreSQL by their version, outside of PATH. */
const postgresFolder = "/usr/lib/postgresql";

function isInstalled(program) {
  const architectures = existsSync(libraries) ? readdirSync(libraries) : [];
  const versions = existsSync(postgresFolder) ? readdirSync(postgresFolder) : [];
  const folders = [
    ...(process.env.PATH ?? "").split(delimiter),
    ...["/usr/sbin", ...architectures.map((architecture) => join(libraries, architecture))],
    ...versions.map((version) => join(postgresFolder, version, "bin")),
  ];
  return folders.some((folder) => folder !== "" && existsSync(join(folder, program)));
}

export function installServices() {
  if (process.env.REPRISE_TEST_SERVICES === "off") return;
  const missing = Object.keys(services).filter((program) => !isInstalled(program));
  if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  const packages = missing.map((program) => services[program]);
  console.log(`reprise: installing ${packages.join(", ")} for the tests`);
  withoutStartingServers(() => {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    for (const options of [["update"], ["install", "-y", "--no-install-recommends", ...packages]]) {
      const result = spawnSync("apt-get", ["-qq", ...options], { env, stdio: ["ignore", "ignore", "inherit"] });
      if (result.status !== 0) console.error(`reprise: apt-get ${options.join(" ")} failed`);
    }
  });
}

/** Debian starts a server when it is installed, unless this says no; the tests start their own. */
function withoutStartingServers(install) {
  const policy = "/usr/sbin/policy-rc.d";
  const isOurs = !existsSync(policy);
  if (isOurs) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    install();
  } finally {
    if (isOurs) rmSync(policy, { force: true });
  }
}
