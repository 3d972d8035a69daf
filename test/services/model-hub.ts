import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/**
 * A hub of models on loopback with one model, which answers as Hugging Face's does: a listing with sizes and checksums, and
 * files behind a redirect to another place.
 */

export interface ModelHub {
  readonly url: string;
  /** What was asked for, in order. */
  readonly requests: readonly string[];
  /** The last `Authorization` that the hub, and the place it redirects to, were sent. */
  readonly authorizations: { hub?: string | undefined; storage?: string | undefined };
  /** Takes the place of how a file is sent; returns false to leave it as it is. */
  sendInstead: (path: string, response: ServerResponse, content: Buffer) => boolean;
  /** Changes the listing before it is sent. */
  listInstead: (listing: Listing) => unknown;
  readonly close: () => Promise<void>;
}

export interface Listing {
  readonly sha: string;
  readonly siblings: { rfilename: string; size?: number; blobId?: string; lfs?: { sha256: string; size: number } }[];
}

export const hubCommit = "0123456789abcdef0123456789abcdef01234567";
export const hubModel = "tiny-makers/tiny-model";

/** `folder`: the files of the model. */
export async function startModelHub(folder: string, port = 0): Promise<ModelHub> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const files = new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
  const requests: string[] = [];
  const hub: ModelHub = {
    url: "",
    requests,
    authorizations: {},
    sendInstead: () => false,
    listInstead: (listing) => listing,
    close: () => Promise.all([front, storage].map(ended)).then(() => undefined),
  };
  const refuse = (response: ServerResponse, status: number) => void response.writeHead(status).end("no");
  const front = createServer((request, response) => {
    const path = request.url ?? "";
    requests.push(path);
    hub.authorizations.hub = request.headers.authorization;
    if (/^\/api\/models\/tiny-makers\/tiny-model\/revision\/(main|v1)\?blobs=true$/.test(path))
      return void response.end(JSON.stringify(hub.listInstead(listingOf(files))));
    const name = path.split(`/${hubModel}/resolve/${hubCommit}/`)[1] ?? "";
    if (!files.has(name)) return refuse(response, path.startsWith("/api/models/secret/") ? 401 : 404);
    response.writeHead(302, { location: `http://127.0.0.1:${portOf(storage)}/${name}` }).end();
  });
  const storage = createServer((request: IncomingMessage, response) => {
    hub.authorizations.storage = request.headers.authorization;
    const name = (request.url ?? "").slice(1);
    const content = files.get(name);
    if (content === undefined) return refuse(response, 404);
    if (!hub.sendInstead(name, response, content)) response.end(content);
  });
  const listening = (server: typeof front, at: number) =>
    new Promise<void>((resolve) => server.listen(at, "127.0.0.1", resolve));
  await Promise.all([listening(front, port), listening(storage, 0)]);
  return Object.assign(hub, { url: `http://127.0.0.1:${portOf(front)}` });
}

function listingOf(files: ReadonlyMap<string, Buffer>): Listing {
  const siblings = [...files].map(([rfilename, content]) => {
    const size = content.byteLength;
    const blobId = createHash("sha1").update(`blob ${size}\0`).update(content).digest("hex");
    const sha256 = createHash("sha256").update(content).digest("hex");
    return { rfilename, size, blobId, ...(rfilename.endsWith(".onnx") && { lfs: { sha256, size } }) };
  });
  return { sha: hubCommit, siblings };
}

function portOf(server: ReturnType<typeof createServer>): number {
  return (server.address() as AddressInfo).port;
}

async function ended(server: ReturnType<typeof createServer>): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
