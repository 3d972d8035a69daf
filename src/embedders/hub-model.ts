/**
 * A model of a hub in a folder of ours: downloaded once, whole or not at all. Each file is compared with the size and
 * checksum of the listing; the folder is made beside its place and moved there when it is complete. What is there is used
 * without asking anybody, so a restart needs no network.
 */

import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { RepriseError } from "../core/errors.ts";
import { type HubListing, readListing } from "./hub-listing.ts";
import { askListing, downloadFile, type HubRequestParts } from "./hub-requests.ts";

export interface HubModelOptions extends HubRequestParts {
  /** `owner/name`. */
  readonly model: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  readonly isQuantized: boolean;
  /** The folder of all models. */
  readonly directory: string;
  readonly onProgress: (line: string) => void;
}

const manifestFile = "reprise-model.json";
const tryAgainMs = 60_000;
/** What is unfinished and so old was given up by a process that was killed. */
const leftoverMs = 24 * 3_600_000;
const downloadSteps = 10;

export class HubModel {
  /** Where it is, or will be. */
  readonly folder: string;
  readonly #options: HubModelOptions;
  #isThere = false;
  #coming: Promise<void> | undefined;
  #failure: { readonly error: RepriseError; readonly until: number } | undefined;

  constructor(options: HubModelOptions) {
    this.#options = options;
    const { model, revision, isQuantized, directory } = options;
    const name = `${model.replace("/", "--")}@${revision.replaceAll("/", "--")}${isQuantized ? "-quantized" : ""}`;
    this.folder = join(directory, name);
  }

  isThere(): boolean {
    this.#isThere ||= isComplete(this.folder);
    return this.#isThere;
  }

  /**
   * Resolves when the folder is complete. What failed is not tried again for a minute.
   *
   * @throws RepriseError with code `embedder_unavailable`.
   */
  async ready(): Promise<void> {
    if (this.isThere()) return;
    const { clock } = this.#options;
    if (this.#failure !== undefined && clock.monotonic() < this.#failure.until) throw this.#failure.error;
    this.#coming ??= this.#download()
      .catch((cause: unknown) => {
        const error = this.#unavailable(cause);
        this.#failure = { error, until: clock.monotonic() + tryAgainMs };
        throw error;
      })
      .finally(() => {
        this.#coming = undefined;
      });
    await this.#coming;
  }

  /**
   * Whether it could be downloaded now; nothing is.
   *
   * @throws RepriseError with code `embedder_unavailable`.
   */
  async look(): Promise<void> {
    await this.#listing().catch((cause: unknown) => {
      throw this.#unavailable(cause);
    });
  }

  async #listing(): Promise<HubListing> {
    const { model, revision, isQuantized } = this.#options;
    const path = `/api/models/${model}/revision/${encodeURIComponent(revision)}?blobs=true`;
    return readListing(await askListing(this.#options, path), isQuantized);
  }

  async #download(): Promise<void> {
    const { model, directory, clock } = this.#options;
    const listing = await this.#listing();
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    removeLeftovers(this.folder, clock);
    const unfinished = mkdtempSync(`${this.folder}-unfinished-`);
    try {
      const heard = this.#progress(listing);
      for (const file of listing.files) {
        const target = join(unfinished, file.place);
        mkdirSync(dirname(target), { recursive: true });
        const path = `/${model}/resolve/${listing.commit}/${file.path}`;
        await downloadFile(this.#options, { path, file, target, onBytes: heard });
      }
      writeFileSync(join(unfinished, manifestFile), `${JSON.stringify({ model, ...listing }, undefined, 2)}\n`);
      this.#place(unfinished);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
    this.#options.onProgress(`${model} is in ${this.folder}`);
  }

  #place(unfinished: string): void {
    // Another process was quicker, or what is there is damaged.
    if (isComplete(this.folder)) return;
    rmSync(this.folder, { recursive: true, force: true });
    renameSync(unfinished, this.folder);
  }

  /** Tells what comes, with the checksum of the weights, and how far it is. */
  #progress({ commit, files }: HubListing): (count: number) => void {
    const { model, hub, onProgress } = this.#options;
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    const { algorithm, hex } = (files.at(-1) as HubListing["files"][number]).checksum;
    const size = `${(total / 1e6).toFixed(1)} MB`;
    onProgress(`downloading ${model} at ${commit} from ${hub}: ${size}, ${algorithm} of the weights ${hex}`);
    let [received, told] = [0, 0];
    return (count) => {
      received += count;
      const step = Math.floor((received / total) * downloadSteps);
      if (step <= told) return;
      told = step;
      onProgress(`downloading ${model}: ${(step * 100) / downloadSteps} % of ${size}`);
    };
  }

  #unavailable(cause: unknown): RepriseError {
    const { model, revision, hub } = this.#options;
    return new RepriseError("embedder_unavailable", {
      message: `The model ${model} at ${revision} cannot be had from ${hub}: ${(cause as Error).message}.`,
      remedy: `Let this machine reach the hub, name another as url, or put the model's folder here and name that; see docs/semantic-embedders.md.`,
      cause,
    });
  }
}

function isComplete(folder: string): boolean {
  try {
    const { files } = JSON.parse(readFileSync(join(folder, manifestFile), "utf8")) as HubListing;
    return files.every(({ place, bytes }) => statSync(join(folder, place)).size === bytes);
  } catch {
    return false;
  }
}

function removeLeftovers(folder: string, clock: Clock): void {
  const beginning = `${basename(folder)}-unfinished-`;
  for (const name of readdirSync(dirname(folder))) {
    const path = join(dirname(folder), name);
    if (!name.startsWith(beginning) || clock.now() - statSync(path).mtimeMs < leftoverMs) continue;
    rmSync(path, { recursive: true, force: true });
  }
}
