import { createHash, timingSafeEqual } from "node:crypto";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../../core/clock.ts";
import { contentOf, madeOnce } from "../../stores/made-once.ts";
import { makeFolder } from "../../stores/make-folder.ts";

/**
 * Who may use the admin API: whoever shows the token. It is that of the configuration, or else one that is made at the
 * first start and kept in the data folder, whatever the store is, for its owner alone to read. Where neither is to be
 * had the admin API stays closed, and the rest of the gateway runs without it. The token itself is told to nobody.
 */

export type AdminToken =
  | { readonly kind: "open"; readonly token: string }
  /** There is none; the texts say why and what to do. */
  | { readonly kind: "closed"; readonly reason: string; readonly remedy: string };

export interface AdminTokenSource {
  /** From the configuration. */
  readonly given: string | undefined;
  /** The data folder. */
  readonly directory: string;
  readonly random: Random;
}

/** Where it is kept when it is not configured. */
export function adminTokenFile(directory: string): string {
  return join(directory, "admin-token");
}

export function obtainAdminToken({ given, directory, random }: AdminTokenSource): AdminToken {
  if (given !== undefined) return { kind: "open", token: given };
  const file = adminTokenFile(directory);
  try {
    makeFolder(directory);
    const token = readAdminToken(directory) ?? madeOnce(file, newToken(random), random).trim();
    return open(file, token);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return closed(
      `${file} cannot be read or written (${code})`,
      "Set REPRISE_ADMIN_TOKEN, or correct the data folder.",
    );
  }
}

/** What is kept there, if anything is. Throws what the file system says. */
export function readAdminToken(directory: string): string | undefined {
  return contentOf(adminTokenFile(directory))?.trim();
}

/** Whether an `Authorization` field shows the token. How long it takes tells nothing about the token. */
export function showsToken(authorization: string | undefined, token: string): boolean {
  const [, shown = ""] = /^bearer +(\S+) *$/i.exec(authorization ?? "") ?? [];
  return timingSafeEqual(digest(shown), digest(token));
}

function newToken(random: Random): string {
  return `${Buffer.from(random.bytes(32)).toString("base64url")}\n`;
}

function open(file: string, token: string): AdminToken {
  if (token.length < 16) return closed(`${file} holds no token`, "Remove it, and start again.");
  chmodSync(file, 0o600);
  return { kind: "open", token };
}

function closed(reason: string, remedy: string): AdminToken {
  return { kind: "closed", reason, remedy };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text, "latin1").digest();
}
