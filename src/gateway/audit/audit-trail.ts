import type { IncomingMessage } from "node:http";
import type { AuditActor, AuditEvent } from "../../audit/audit-line.ts";
import type { FailedLogins } from "../../audit/failed-logins.ts";
import { RepriseError } from "../../core/errors.ts";
import { toldNames } from "./told-names.ts";

/**
 * Who changed what by the admin API. What is about to be done is logged first, and not done where it cannot be; how it ended
 * is logged behind it. Requests that only read are not logged, but for those that came without the right token.
 */

export interface AuditTrailParts {
  /** Resolves when it is on the disk; rejects with `AuditUnavailableError`. */
  readonly append: (event: AuditEvent) => Promise<number>;
  readonly logins: FailedLogins;
  /** Tells a secret from others, and nothing else of it. */
  readonly fingerprintOf: (secret: string) => string;
  /** Something was done or has happened, and could not be logged. */
  readonly onUnlogged: (action: string, error: unknown) => void;
}

/** What a route is about to do. */
export interface AuditedRequest {
  /** Such as `DELETE /tenants/{id}`. */
  readonly action: string;
  readonly from: { readonly headers: IncomingMessage["headers"]; readonly ip: string };
  readonly params: object;
  readonly query: object;
  readonly body: unknown;
}

export class AuditTrail {
  readonly #parts: AuditTrailParts;

  constructor(parts: AuditTrailParts) {
    this.#parts = parts;
  }

  /** Does it, if it could be logged. Rejects with `AuditUnavailableError`, and as `work` does. */
  async doing<T>({ action, from, params, query, body }: AuditedRequest, work: () => T): Promise<Awaited<T>> {
    const { fingerprintOf } = this.#parts;
    const token = from.headers.authorization?.replace(/^bearer +/i, "").trim();
    const by: AuditActor = { kind: "admin", token: token && fingerprintOf(token), address: from.ip };
    const names = toldNames({ ...object(body), ...query, ...params }, fingerprintOf);
    const sequence = await this.#parts.append({ action, stage: "asked", by, what: names });
    // Nobody waits for the line behind the deed: it changes nothing any more.
    try {
      const done = await work();
      void this.#tell({ action, stage: "done", by, what: { asked: sequence } });
      return done;
    } catch (error) {
      const code = RepriseError.isInstance(error) ? error.code : "internal";
      void this.#tell({ action, stage: "failed", by, what: { asked: sequence, code } });
      throw error;
    }
  }

  /** Somebody came without the right token. */
  refused(address: string, isTokenShown: boolean): void {
    const told = this.#parts.logins.count(address);
    if (told === undefined) return;
    const what = { ...told, token: isTokenShown ? "wrong" : "none" };
    void this.#tell({ action: "admin log-in", stage: "seen", by: { kind: "nobody", address }, what });
  }

  /** Something that has happened already; never rejects. */
  async seen(action: string, by: AuditActor, what: AuditEvent["what"]): Promise<void> {
    await this.#tell({ action, stage: "seen", by, what });
  }

  async #tell(event: AuditEvent): Promise<void> {
    try {
      await this.#parts.append(event);
    } catch (error) {
      this.#parts.onUnlogged(event.action, error);
    }
  }
}

function object(body: unknown): object {
  return typeof body === "object" && body !== null && !Array.isArray(body) ? body : {};
}
