import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { privateFields } from "../core/cache-steering.ts";
import { type DashboardFile, fieldsOf, isCurrent, takesGzip } from "./dashboard-file.ts";
import { pathOf } from "./dispatch.ts";

/**
 * The dashboard: static files that the build made of `dashboard/`. They are read when somebody first asks for one, and
 * answered from memory from then on, so that the page and its parts are of one build. Only names that the build made
 * are looked up; no path of a request reaches the file system. Nothing here is secret: what the page shows it asks the
 * admin API for, with the token of whoever looks at it.
 */
export class Dashboard {
  readonly #folder: string;
  #reading: Promise<ReadonlyMap<string, DashboardFile>> | undefined;

  /** @param folder Default: where the build puts it, seen from here and from the published package alike. */
  constructor(folder = fileURLToPath(new URL("../../dist/dashboard/", import.meta.url))) {
    this.#folder = folder;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const { method, headers } = request;
    if (method !== "GET" && method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      return sendText(response, 405, "The dashboard takes GET and HEAD.");
    }
    const path = pathOf(request);
    if (path === root) {
      response.setHeader("location", "dashboard/");
      return sendText(response, 308, "The dashboard is at dashboard/.");
    }
    const files = await this.#files();
    if (files === undefined) return sendText(response, 404, missing);
    const file = files.get(path.slice(root.length + 1) || "index.html");
    if (file === undefined) return sendText(response, 404, "The dashboard has no such file. It begins at /dashboard/.");
    const encoding = takesGzip(headers["accept-encoding"]) ? "gzip" : "identity";
    const fields = fieldsOf(file, encoding);
    if (isCurrent(headers["if-none-match"], fields.etag)) {
      const { "content-length": _, "content-type": __, "content-encoding": ___, ...kept } = fields;
      response.writeHead(304, { ...safetyFields, ...kept }).end();
      return;
    }
    response.writeHead(200, { ...safetyFields, ...fields }).end(encoding === "gzip" ? file.gzipped : file.bytes);
  }

  /** `undefined` where it was not built; it is looked for again by the next request. */
  async #files(): Promise<ReadonlyMap<string, DashboardFile> | undefined> {
    this.#reading ??= readFolder(this.#folder);
    try {
      return await this.#reading;
    } catch {
      this.#reading = undefined;
      return undefined;
    }
  }
}

const root = "/dashboard";

export function isDashboardPath(path: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

const missing =
  "The dashboard is not part of this build. Run `npm run build`, which makes it, and load this page again.";

/** With every answer, whatever it is: nothing may run, load or send anything that did not come from here. */
const safetyFields = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    ...safetyFields,
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(text) + 1,
    ...privateFields,
  });
  response.end(`${text}\n`);
}

const mediaTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** By the path below the folder. Throws where there is no page. */
async function readFolder(folder: string): Promise<ReadonlyMap<string, DashboardFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`);
  const files = new Map<string, DashboardFile>();
  for (const path of paths) {
    const name = path.slice(folder.length).replaceAll("\\", "/").replace(/^\/+/, "");
    const bytes = await readFile(path);
    files.set(name, {
      bytes,
      gzipped: await promisify(gzip)(bytes, { level: 9 }),
      mediaType: mediaTypes[extname(name)] ?? "application/octet-stream",
      digest: createHash("sha256").update(bytes).digest("base64url").slice(0, 22),
      // The build puts a digest of their content into the names of these.
      isImmutable: name.startsWith("assets/"),
    });
  }
  if (!files.has("index.html")) throw new Error("there is no page");
  return files;
}
