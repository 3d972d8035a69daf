import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Exchanged, type ExchangeOptions, exchange } from "./http-exchange.ts";

/** The admin API as a client of it calls it. */

export interface AdminPlace {
  readonly url: string;
  /** The data folder. */
  readonly folder: string;
}

export function tokenOf({ folder }: Pick<AdminPlace, "folder">): string {
  return readFileSync(join(folder, "admin-token"), "utf8").trim();
}

/** `path` is what follows `/admin/v1`. */
export function callAdmin(place: AdminPlace, path: string, options: ExchangeOptions = {}): Promise<Exchanged> {
  const headers = { authorization: `Bearer ${tokenOf(place)}`, "content-type": "application/json", ...options.headers };
  return exchange(`${place.url}/admin/v1${path}`, { ...options, headers });
}

export function invalidate(place: AdminPlace, body: ExchangeOptions["body"] = {}): Promise<Exchanged> {
  return callAdmin(place, "/invalidate", { body });
}
