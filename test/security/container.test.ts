import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../e2e/running-gateway.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** https://docs.docker.com/reference/dockerfile/: lines of an instruction and its arguments, continued behind a backslash. */
function instructionsOf(text: string): readonly Instruction[] {
  const lines = text
    .replace(/^\s*#.*\n/gm, "")
    .replace(/\\\n\s*/g, "")
    .split("\n");
  return lines
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, name = "", rest = ""] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      return { name, rest };
    });
}

const instructions = instructionsOf(readFileSync(join(root, "Dockerfile"), "utf8"));
const restsOf = (name: string): readonly string[] =>
  instructions.filter((one) => one.name === name).map(({ rest }) => rest);
const lastStage = instructions.slice(instructions.findLastIndex(({ name }) => name === "FROM"));

describe("the container file", () => {
  it("is made of instructions that there are", () => {
    const known = [
      "FROM",
      "WORKDIR",
      "COPY",
      "RUN",
      "ENV",
      "VOLUME",
      "EXPOSE",
      "USER",
      "HEALTHCHECK",
      "ENTRYPOINT",
      "CMD",
    ];
    expect(instructions.filter(({ name }) => !known.includes(name))).toEqual([]);
  });

  it("begins with the Node that the project is tested with, by its full version, in every stage", () => {
    const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const bases = restsOf("FROM").map((rest) => rest.split(" ")[0]);
    expect(new Set(bases)).toEqual(new Set([`node:${devDependencies.node}-bookworm-slim`]));
  });

  it("runs nothing of other packages while it is built, and fetches nothing but them", () => {
    for (const rest of restsOf("RUN").filter((one) => /\bnpm\b/.test(one))) expect(rest).toContain("--ignore-scripts");
    expect(restsOf("RUN").join()).not.toMatch(/curl|wget|git clone|http/);
  });

  it("ends as a user without rights, by its number, that owns nothing but the data", () => {
    expect(lastStage.filter(({ name }) => name === "USER").map(({ rest }) => rest)).toEqual(["1000:1000"]);
    const after = lastStage.slice(lastStage.findIndex(({ name }) => name === "USER")).map(({ name }) => name);
    expect(after).not.toContain("COPY");
    expect(after).not.toContain("RUN");
    expect(lastStage.filter(({ name }) => name === "COPY").map(({ rest }) => rest)).toEqual([
      "--from=build /image /app",
    ]);
    expect(
      restsOf("RUN")
        .filter((rest) => rest.includes("--owner=1000"))
        .join(),
    ).toMatch(/ \/data$/);
    expect(restsOf("VOLUME")).toEqual(["/data"]);
  });

  it("holds no secret", () => {
    expect(restsOf("ENV").join()).not.toMatch(/TOKEN|SECRET|PASSWORD|MASTER/i);
  });

  it("copies nothing but what the build reads", () => {
    const [first, ...others] = readFileSync(join(root, ".dockerignore"), "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    expect(first).toBe("*");
    const taken = others.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
    for (const name of taken) expect(existsSync(join(root, name)), name).toBe(true);
    expect(taken).not.toContain(".git");
    expect(others).toEqual(expect.arrayContaining(["**/node_modules", "**/.reprise"]));
  });
});

describe("what the container holds", () => {
  it("serves without writing anywhere but to its data, and its check of health tells", {
    timeout: 120_000,
  }, async () => {
    const image = join(temporaryFolder(), "image");
    const laid = spawnSync(process.execPath, [join(root, "scripts/lay-out-image.mjs"), image], { encoding: "utf8" });
    expect([laid.status, laid.stderr]).toEqual([0, ""]);
    expect(readdirSync(join(image, "node_modules"))).toEqual(expect.arrayContaining(["ioredis", "pg", "undici"]));
    expect(readdirSync(join(image, "node_modules"))).not.toContain("vitest");
    const bill = JSON.parse(readFileSync(join(image, "dist", "sbom.cdx.json"), "utf8"));
    const billed: readonly string[] = bill.components.map(({ purl }: { readonly purl: string }) => purl);
    for (const one of packagesIn(join(image, "node_modules"))) expect(billed).toContain(one);
    const [own, ...others] = bill.dependencies;
    expect(own.dependsOn.map((one: string) => one.replace(/@[^@]*$/, ""))).toEqual(
      expect.arrayContaining(["pkg:npm/ioredis", "pkg:npm/pg"]),
    );
    expect(others).toHaveLength(billed.length);

    const data = temporaryFolder();
    // Node itself refuses all else, whoever runs the test; https://nodejs.org/api/permissions.html
    const confined = ["--permission", "--allow-fs-read=*", `--allow-fs-write=${data}`, "--allow-worker"];
    const [entry = ""] = JSON.parse(restsOf("ENTRYPOINT")[0] as string).slice(1);
    const program = join(image, entry.replace("/app/", ""));
    const child = spawn(process.execPath, [...confined, program, "serve", "--port", "0"], {
      cwd: image,
      env: { PATH: "", NODE_ENV: "production", REPRISE_DATA: data, REPRISE_HOST: "127.0.0.1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise((resolve) => child.once("close", resolve));
    onTestFinished(async () => {
      child.kill("SIGKILL");
      await ended;
    });
    let said = "";
    const url = await new Promise<string>((resolve, reject) => {
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        const [, found] = /listens on (http:\S+)/.exec(said) ?? [];
        if (found !== undefined) resolve(found);
      });
      child.once("close", () => reject(new Error(`it ended: ${said}`)));
    });
    expect(readdirSync(data)).toEqual(expect.arrayContaining(["admin-token", "cache.db"]));
    expect(await healthOf(new URL(url).port)).toBe(0);
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(await healthOf(new URL(url).port)).toBe(1);
  });
});

/** What lies there, at any depth, as the bill of materials names it. */
function packagesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /(?:^|node_modules\/)(?:@[^/]+\/)?[^@/]+\/package\.json$/.test(path))
    .map((path) => JSON.parse(readFileSync(join(folder, path), "utf8")))
    .map(({ name, version }) => `pkg:npm/${name.replace("@", "%40")}@${version}`);
}

/** The exit status of the container's check of health. */
async function healthOf(port: string): Promise<unknown> {
  const [, command = "[]"] = /CMD (.*)$/.exec(restsOf("HEALTHCHECK")[0] as string) ?? [];
  const [, ...options] = JSON.parse(command) as readonly string[];
  const child = spawn(process.execPath, options, { env: { PATH: "", REPRISE_PORT: port }, stdio: "ignore" });
  return new Promise((resolve) => child.once("close", resolve));
}
