import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket, TlsOptions } from "node:tls";
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../core/clock.ts";
import type { GatewayConfig } from "./config.ts";
import { sweepConnections } from "./connection-sweep.ts";
import { refuseExpectation, refuseHead, refuseWithoutHost } from "./refuse-head.ts";
import { tlsOptionsOf } from "./tls-files.ts";
import { refuseUnreadable } from "./unreadable-request.ts";

/**
 * Where the gateway is reached: one port for all, or one of its own for the admin API and the dashboard. Both take
 * requests by the same bounds, and both speak TLS or neither does. Node refuses what could be read in two ways (RFC 9112
 * section 11.2); what is too large, too much or too slow is refused here.
 */

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface Handlers {
  /** With what is for its operator as well, unless that has a port of its own. */
  readonly serve: Handler;
  readonly serveAdmin: Handler;
}

const keepAliveTimeout = 75_000;
const [leastCheckMs, mostCheckMs] = [50, 30_000];

/** Whether the admin API has a port of its own. */
export function hasAdminPort({ server: { admin } }: Pick<GatewayConfig, "server">): boolean {
  return admin.port !== undefined;
}

export class Listeners {
  readonly main: Server;
  readonly admin: Server | undefined;
  readonly #connections = new Set<Socket>();
  /** Connections that have not come to speak TLS yet, by their ends: node closes none of them when it is to close all. */
  readonly #greeting = new Map<string, Socket>();
  /** Whose end has shown what is not enough any more; what is under way there is answered yet. */
  readonly #outdated = new WeakSet<Socket>();
  #clientCa: TlsOptions["ca"];
  #mostHeaders = 0;

  /** Throws `TlsFileError`. */
  constructor(config: GatewayConfig, { serve, serveAdmin }: Handlers) {
    this.main = this.#serverFor(config, serve);
    this.admin = hasAdminPort(config) ? this.#serverFor(config, serveAdmin) : undefined;
    this.admin?.on("clientError", refuseUnreadable);
    this.#follow(config);
  }

  /** Of the port of its own, which is listened on when this resolves. */
  async listenAdmin({ server: { host, admin } }: GatewayConfig): Promise<void> {
    const { admin: server } = this;
    if (server === undefined) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject).listen({ host: admin.host ?? host, port: admin.port }, resolve);
    await promise;
    server.off("error", reject);
  }

  /** Takes over bounds and certificates; ports and timeouts stay. Throws `TlsFileError`, and changes nothing then. */
  reload(config: GatewayConfig): void {
    const tls = tlsOptionsOf(config.server.tls);
    if (tls !== undefined)
      for (const server of this.#all) if ("setSecureContext" in server) this.#takeOver(server, tls);
    this.#follow(config);
  }

  /** Certificates, and who must show one. What was shown to an authority that is none any more proves nothing. */
  #takeOver(server: TlsServer, tls: TlsOptions): void {
    server.setSecureContext(tls);
    // Node reads these at each connection, and takes them from nobody after the start.
    const { requestCert = false, rejectUnauthorized = true } = tls;
    Object.assign(server, { requestCert, rejectUnauthorized });
    const isOfBefore = !isDeepStrictEqual(this.#clientCa, tls.ca);
    this.#clientCa = tls.ca;
    for (const socket of this.#connections) {
      const isUnproven = requestCert && rejectUnauthorized && (socket as TLSSocket).authorized !== true;
      if (isOfBefore || isUnproven) this.#outdated.add(socket);
    }
    if (isOfBefore || requestCert) server.closeIdleConnections();
  }

  /** Ends the idle ones until it is stopped by what it returns. */
  sweep(clock: Clock): () => void {
    const greeting = { [Symbol.iterator]: () => this.#greeting.values() };
    return sweepConnections(this.#all, { accepted: this.#connections, greeting }, clock);
  }

  closeAllConnections(): void {
    for (const server of this.#all) server.closeAllConnections();
  }

  /** Fastify ends the other one. */
  async closeAdmin(): Promise<void> {
    const { admin } = this;
    if (admin?.listening === true) await new Promise<void>((resolve) => admin.close(() => resolve()));
  }

  get #all(): readonly (Server | TlsServer)[] {
    return this.admin === undefined ? [this.main] : [this.main, this.admin];
  }

  #serverFor({ server: { tls }, security: { limits } }: GatewayConfig, handler: Handler): Server {
    const { requestTimeout, headerBytes } = limits;
    const headersTimeout =
      requestTimeout === 0 ? limits.headersTimeout : Math.min(limits.headersTimeout, requestTimeout);
    const leastTimeout = Math.min(...[headersTimeout, requestTimeout].map((ms) => ms || Number.POSITIVE_INFINITY));
    const connectionsCheckingInterval = Math.min(mostCheckMs, Math.max(leastCheckMs, leastTimeout / 4));
    const options: ServerOptions = {
      ...{ requestTimeout, headersTimeout, connectionsCheckingInterval, keepAliveTimeout },
      maxHeaderSize: headerBytes,
      // It is refused below, by an answer that says who may keep it.
      requireHostHeader: false,
    };
    const bounded: Handler = (request, response) => {
      if (this.#outdated.has(request.socket)) {
        request.socket.destroy();
        return;
      }
      if (request.rawHeaders.length > this.#mostHeaders) return refuseHead(response, this.#mostHeaders / 2);
      if (request.headers.host === undefined && request.httpVersion === "1.1") return refuseWithoutHost(response);
      handler(request, response);
    };
    const files = tlsOptionsOf(tls);
    this.#clientCa = files?.ca;
    const server =
      files === undefined ? createServer(options, bounded) : createTlsServer({ ...options, ...files }, bounded);
    server.on("checkExpectation", (_request: IncomingMessage, response: ServerResponse) => refuseExpectation(response));
    server.on(files === undefined ? "connection" : "secureConnection", (socket: Socket) => {
      this.#greeting.delete(endsOf(socket));
      this.#connections.add(socket);
      socket.once("close", () => this.#connections.delete(socket));
    });
    if (files !== undefined) server.on("connection", (socket: Socket) => this.#greets(socket));
    return server;
  }

  /** Until it speaks TLS; the socket that does is another one. */
  #greets(socket: Socket): void {
    const ends = endsOf(socket);
    this.#greeting.set(ends, socket);
    socket.once("close", () => this.#greeting.get(ends) === socket && this.#greeting.delete(ends));
  }

  #follow({ security: { limits } }: GatewayConfig): void {
    this.#mostHeaders = 2 * limits.headerCount;
    for (const server of this.#all) {
      server.maxConnections = limits.connections;
      // One more than is taken: what node would leave out unseen is refused.
      server.maxHeadersCount = limits.headerCount + 1;
    }
  }
}

function endsOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string {
  return `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}

/** Such as `http://127.0.0.1:8787`, of a server that listens. */
export function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  const scheme = "setSecureContext" in server ? "https" : "http";
  return `${scheme}://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}
