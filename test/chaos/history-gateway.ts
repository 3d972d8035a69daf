import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { invalidate } from "../e2e/admin-call.ts";
import { chatPath } from "../e2e/chat-call.ts";
import { spawnGateway } from "../e2e/gateway-process.ts";
import { temporaryFolder } from "../e2e/running-gateway.ts";
import { readResponse } from "../topology/cache-harness.ts";
import type { HistoryNode } from "./history-node.ts";
import type { AskedOrigin, OriginReply } from "./history-origin.ts";

/** A node of the history check that is a process of its own, and the origin as a server that it can reach. */

export interface GatewayNodeOptions {
  readonly redisUrl: string;
  readonly originUrl: string;
  readonly freshMs: number;
}

/** `close` kills it: what it had not finished is lost. */
export async function startGatewayNode({ redisUrl, originUrl, freshMs }: GatewayNodeOptions): Promise<HistoryNode> {
  const folder = temporaryFolder();
  const file = join(folder, "reprise.json");
  const settings = {
    upstreams: { main: { url: originUrl } },
    // Nothing here is about deadlines, so a busy machine must not be taken for a store that is away.
    store: { url: redisUrl, lookupBudget: "10s", readDeadline: "10s", writeDeadline: "10s" },
    layers: { exact: { ttl: `${freshMs}ms`, ttlJitter: 0 } },
    security: { masterKey: Buffer.alloc(32, "the same secret").toString("base64") },
    telemetry: { logLevel: "warn" },
  };
  writeFileSync(file, JSON.stringify(settings));
  const gateway = await spawnGateway(["--config", file, "--data", folder]);
  return {
    async ask(request, headers) {
      try {
        const response = await fetch(gateway.url + chatPath, {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body: JSON.stringify(request),
        });
        const reading = await readResponse(response);
        // A stream that breaks off says so in its last event.
        return reading.raw.includes("origin_truncated") ? { ...reading, error: new Error(reading.raw) } : reading;
      } catch (error) {
        return { status: 0, headers: new Headers(), outcome: null, reason: null, raw: "", text: "", error };
      }
    },
    async invalidate(wish) {
      const { status, text } = await invalidate({ url: gateway.url, folder }, wish);
      if (status === 200) return true;
      if (status === 503) return false;
      throw new Error(`invalidation: status ${status}, ${text}`);
    },
    troubledMs: () => Number.NEGATIVE_INFINITY,
    disturbed() {},
    async close() {
      gateway.child.kill("SIGKILL");
      await gateway.exit;
    },
  };
}

export interface OriginServer {
  /** As SDKs take it. */
  readonly url: string;
  close(): Promise<void>;
}

export async function serveOrigin(
  origin: (asked: AskedOrigin) => Promise<OriginReply | undefined>,
): Promise<OriginServer> {
  const server: Server = createServer(async (request, response) => {
    const pieces: Uint8Array[] = [];
    for await (const piece of request) pieces.push(piece);
    const body = JSON.parse(Buffer.concat(pieces).toString("utf8"));
    const reply = await origin({ tenant: request.headers.authorization ?? "", body });
    if (reply === undefined) return void request.socket.destroy();
    response.writeHead(reply.status, { "content-type": reply.contentType });
    if (!reply.isCut) return void response.end(reply.body);
    response.write(reply.body, () => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
