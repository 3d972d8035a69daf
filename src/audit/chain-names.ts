import { hash } from "node:crypto";
import { realpathSync } from "node:fs";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { embeddedFolder } from "../stores/store-url.ts";
import type { SigningKey } from "./signing-key.ts";

/**
 * The names under which the store knows a chain. One is that of the signing key, which moves with the data folder. It is lost
 * with its file, and the log must not be forgotten then: the other is that of the place where the folder is. In a store that
 * lies in the data folder itself there is but one place, wherever the folder is moved to.
 */
export interface ChainOwner {
  /** The data folder. */
  readonly directory: string;
  readonly storeUrl: string;
  /** `undefined` where there is none. */
  readonly signingKey: Pick<SigningKey, "id"> | undefined;
}

export function chainNames({ directory, storeUrl, signingKey }: ChainOwner): readonly string[] {
  const embedded = embeddedFolder(storeUrl, directory);
  const isOwn = embedded !== undefined && realPath(embedded) === realPath(directory);
  const place = isOwn ? "own" : hash("sha256", `${hostname()}\n${realPath(directory)}`, "base64url").slice(0, 16);
  return [...(signingKey === undefined ? [] : [signingKey.id]), `place:${place}`];
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return resolve(folder);
  }
}
