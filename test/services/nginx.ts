import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { requiredProgram } from "./required.ts";
import { onFreePorts, removeFolder, type ServerProcess, serverFolder, startServer } from "./server-process.ts";

/** A real nginx in front of a gateway: with the configuration that users copy, or with as little as makes it a cache. */

export interface NginxServer {
  readonly url: string;
  /** Where it takes purges, with our configuration. */
  readonly purgeUrl: string;
  /** What is put below it is served as files at `/static/`. */
  readonly folder: string;
  readonly process: ServerProcess;
  stop(): Promise<void>;
}

export const nginxSecret = "a-secret-of-the-tests";

const ours = fileURLToPath(new URL("../../ops/edge/nginx.conf", import.meta.url));

/** `gateway`: host and port. */
export function startNginx(gateway: string, configuration: "ours" | "default" = "ours"): Promise<NginxServer> {
  return onFreePorts(3, async (ports) => {
    const folder = serverFolder("nginx");
    for (const name of ["cache", "static", "temporary"]) mkdirSync(join(folder, name));
    const [port, purgePort] = ports as [number, number, number];
    const text = configuration === "ours" ? oursAt(ports, gateway, folder) : plainAt(port, gateway, folder);
    writeFileSync(join(folder, "nginx.conf"), whole(text, folder));
    const process = await startServer({
      program: requiredProgram("nginx"),
      args: ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"],
      folder,
      readyLine: /using the "\w+" event method/,
    });
    return {
      url: `http://127.0.0.1:${port}`,
      purgeUrl: `http://127.0.0.1:${purgePort}`,
      folder: join(folder, "static"),
      process,
      async stop() {
        await process.kill();
        removeFolder(folder);
      },
    };
  });
}

function oursAt(ports: readonly number[], gateway: string, folder: string): string {
  const [port, purgePort, stubPort] = ports;
  return readFileSync(ours, "utf8")
    .replace("/var/cache/nginx/reprise", join(folder, "cache"))
    .replaceAll("127.0.0.1:8787", gateway)
    .replace("listen 8080;", `listen 127.0.0.1:${port}; location /static/ { root ${folder}; }`)
    .replaceAll("127.0.0.1:6082", `127.0.0.1:${purgePort}`)
    .replaceAll("127.0.0.1:6083", `127.0.0.1:${stubPort}`)
    .replaceAll("CHANGE-THIS-SECRET", nginxSecret);
}

/** A cache as it is without a thought: everything may be stored, and what the origin says decides. */
function plainAt(port: number, gateway: string, folder: string): string {
  return `
    proxy_cache_path ${join(folder, "cache")} keys_zone=plain:1m;
    server {
      listen 127.0.0.1:${port};
      location / {
        proxy_pass http://${gateway};
        proxy_cache plain;
        proxy_cache_revalidate on;
        add_header X-Cache $upstream_cache_status always;
      }
    }`;
}

/** One process, which is gone when it is killed. */
function whole(http: string, folder: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${join(folder, "temporary", name)};`,
  );
  return `
    daemon off;
    master_process off;
    pid ${join(folder, "nginx.pid")};
    error_log stderr notice;
    events { worker_connections 1024; }
    http {
      access_log off;
      keepalive_requests 1000000;
      ${temporary.join(" ")}
      ${http}
    }`;
}
