import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../e2e/running-gateway.ts";
import { npmPackage } from "../services/npm-package.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Locked {
  version?: string;
  integrity?: string;
  resolved?: string;
  link?: boolean;
  license?: string;
  hasInstallScript?: boolean;
  dependencies?: Record<string, string>;
}

interface Lock {
  packages: Record<string, Locked>;
}

const readJson = <T>(name: string): T => JSON.parse(readFileSync(join(root, name), "utf8")) as T;

describe("X15: where the code of others comes from", () => {
  it("is as it has to be", () => {
    const { status, stdout, stderr } = check([]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/packages are pinned by digest and come from npm/);
  });

  const faults: readonly (readonly [string, (lock: Lock) => void, RegExp])[] = [
    [
      "a package without a digest",
      (lock) => void Object.assign(at(lock, "undici"), { integrity: undefined }),
      /undici has no SHA-512 digest/,
    ],
    [
      "a weaker digest",
      (lock) => void Object.assign(at(lock, "undici"), { integrity: "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=" }),
      /undici has no SHA-512 digest/,
    ],
    [
      "another registry",
      (lock) => void Object.assign(at(lock, "zod"), { resolved: "https://registry.example.com/zod.tgz" }),
      /zod is bound to one place/,
    ],
    [
      "a repository",
      (lock) => void Object.assign(at(lock, "zod"), { resolved: "git+ssh://git@github.com/a/zod.git#main" }),
      /zod is bound to one place/,
    ],
    ["a folder", (lock) => void Object.assign(at(lock, "zod"), { link: true }), /zod is a link to a folder/],
    [
      "a script at installation",
      (lock) => void Object.assign(at(lock, "yaml"), { hasInstallScript: true }),
      /yaml runs a script when it is installed/,
    ],
    [
      "a licence that asks for more in what is published",
      (lock) => void Object.assign(at(lock, "yaml"), { license: "GPL-3.0-only" }),
      /yaml is part of what is published and is licensed under "GPL-3.0-only"/,
    ],
    [
      "such a licence in what is compiled into it",
      (lock) => void Object.assign(at(lock, "pino"), { license: "MPL-2.0" }),
      /pino is part of what is published and is licensed under "MPL-2.0"/,
    ],
    [
      "no licence",
      (lock) => void Object.assign(at(lock, "vitest"), { license: undefined }),
      /vitest is a tool and is licensed under "nothing/,
    ],
    [
      "a lock file of other wishes",
      (lock) => void Object.assign(at(lock, ""), { dependencies: { yaml: "1.0.0" } }),
      /other dependencies than package.json/,
    ],
  ];
  it.each(faults)("tells of %s", (_, damage, complaint) => {
    const lock = readJson<Lock>("package-lock.json");
    damage(lock);
    const { status, stderr } = check(["--lock", written(lock)]);
    expect(status).toBe(1);
    expect(stderr).toMatch(complaint);
  });

  it.each(["github:a/zod", "https://example.com/zod.tgz", "file:../zod", "^4.0.0", "latest"])(
    "tells of a wish for %s",
    (wanted) => {
      const manifest = readJson<{ dependencies: Record<string, string> }>("package.json");
      manifest.dependencies["zod"] = wanted;
      const { status, stderr } = check(["--manifest", written(manifest)]);
      expect(status).toBe(1);
      expect(stderr).toContain(`wants zod at "${wanted}"`);
    },
  );
});

interface Bill {
  readonly metadata: { readonly component: { readonly "bom-ref": string } };
  readonly components: readonly {
    readonly "bom-ref": string;
    readonly name: string;
    readonly hashes: readonly unknown[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

describe("X15: the bill of materials", () => {
  const text = run("sbom.mjs", []).stdout;
  const bill = JSON.parse(text) as Bill;

  it("follows the schema of CycloneDX 1.6", async () => {
    const found = await npmPackage({
      name: "@cyclonedx/cyclonedx-library",
      version: "10.3.0",
      file: "res/schema/bom-1.6.SNAPSHOT.schema.json",
      others: ["ajv@8.20.0"],
      withoutOptional: true,
    });
    if (!found.available) throw new Error(found.reason);
    const require = createRequire(found.file);
    const schemas = ["spdx", "jsf-0.82", "cryptography-defs"].map((name) => {
      const file = `${name}.SNAPSHOT.schema.json`;
      return { ...require(join(dirname(found.file), file)), $id: `http://cyclonedx.org/schema/${file}` };
    });
    const { Ajv } = require(join(dirname(found.file), "../../../../ajv/dist/ajv.js"));
    const validate = new Ajv({ strict: false, validateFormats: false, schemas }).compile(require(found.file));
    validate(bill);
    expect(validate.errors).toBeNull();
    validate({ ...bill, specVersion: 1.6, components: [{ name: "x" }] });
    expect(validate.errors).not.toBeNull();
  });

  it("has every package that is installed with this one, and what is compiled into it", () => {
    const names = bill.components.map(({ name }) => name);
    const { dependencies } = readJson<{ dependencies: Record<string, string> }>("package.json");
    expect(names).toEqual(expect.arrayContaining(Object.keys(dependencies).map((name) => name.split("/").at(-1))));
    expect(names).toEqual(expect.arrayContaining(["fastify", "find-my-way", "pino", "preact", "tdigest"]));
    expect(names).not.toContain("vitest");
    expect(bill.components.every(({ hashes }) => hashes.length === 1)).toBe(true);
  });

  it("says of each who requires it, and names nothing that it does not have", () => {
    const refs = new Set([bill.metadata.component["bom-ref"], ...bill.components.map((one) => one["bom-ref"])]);
    expect(refs.size).toBe(bill.components.length + 1);
    expect(new Set(bill.dependencies.map(({ ref }) => ref))).toEqual(refs);
    const required = new Set(bill.dependencies.flatMap(({ dependsOn }) => dependsOn));
    expect([...required].filter((ref) => !refs.has(ref))).toEqual([]);
    expect([...refs].filter((ref) => !required.has(ref))).toEqual([bill.metadata.component["bom-ref"]]);
  });

  it("is the same text from the same lock file", () => {
    expect(run("sbom.mjs", []).stdout).toBe(text);
  });
});

function at(lock: Lock, name: string): Locked {
  return lock.packages[name === "" ? "" : `node_modules/${name}`] as Locked;
}

function written(content: unknown): string {
  const file = join(temporaryFolder(), "file.json");
  writeFileSync(file, JSON.stringify(content));
  return file;
}

function check(options: readonly string[]) {
  return run("check-supply-chain.mjs", options);
}

function run(program: string, options: readonly string[]) {
  return spawnSync(process.execPath, [join(root, "scripts", program), ...options], { encoding: "utf8" });
}
