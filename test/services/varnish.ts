import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { requiredProgram } from "./required.ts";
import { onFreePorts, removeFolder, type ServerProcess, serverFolder, startServer } from "./server-process.ts";

/** A real Varnish in front of a gateway: with a VCL of `ops/edge`, or with nothing but the one that is built in. */

export interface VarnishServer {
  readonly url: string;
  readonly process: ServerProcess;
  stop(): Promise<void>;
}

export const varnishSecret = "a-secret-of-the-tests";

const folderOfOurs = new URL("../../ops/edge/", import.meta.url);

/** `gateway`: host and port. */
export function startVarnish(
  gateway: string,
  vcl: "varnish.vcl" | "varnish-post.vcl" = "varnish.vcl",
): Promise<VarnishServer> {
  return start(gateway, (folder) => {
    const [host, port] = gateway.split(":") as [string, string];
    // One stands on the other.
    for (const name of ["varnish.vcl", "varnish-post.vcl"]) {
      const text = readFileSync(fileURLToPath(new URL(name, folderOfOurs)), "utf8")
        .replace('.host = "127.0.0.1"', `.host = "${host}"`)
        .replace('.port = "8787"', `.port = "${port}"`)
        .replaceAll("CHANGE-THIS-SECRET", varnishSecret);
      writeFileSync(join(folder, name), text);
    }
    return ["-f", join(folder, vcl)];
  });
}

/** As Debian has it, with no VCL of ours. */
export function startBuiltinVarnish(gateway: string): Promise<VarnishServer> {
  return start(gateway, () => ["-b", gateway]);
}

function start(_gateway: string, vclArguments: (folder: string) => readonly string[]): Promise<VarnishServer> {
  return onFreePorts(1, async ([port]) => {
    const folder = serverFolder("varnish");
    const instance = join(folder, "instance");
    const settings = ["-p", "thread_pools=1", "-p", "thread_pool_min=20"];
    const process = await startServer({
      program: requiredProgram("varnishd"),
      args: [
        ...["-F", "-j", "none", "-n", instance, "-T", "none", "-a", `127.0.0.1:${port}`, "-s", "malloc,64M"],
        ...settings,
        ...vclArguments(folder),
      ],
      folder,
      readyLine: /Child starts/,
    });
    return {
      url: `http://127.0.0.1:${port}`,
      process,
      async stop() {
        await process.kill();
        removeFolder(folder);
      },
    };
  });
}
