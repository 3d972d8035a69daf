import type { Bus } from "../../../core/bus.ts";
import type { CancelTimer } from "../../../core/clock.ts";
import { withDeadline } from "../../../core/deadline.ts";
import { RepriseError, StoreUnavailableError } from "../../../core/errors.ts";
import { systemTenant } from "../../../core/scopes.ts";
import { type Found, isLive, PromptBook } from "./prompt-book.ts";
import { type PromptReference, referenceText } from "./prompt-name.ts";
import { editionKey, mostVersions, PromptShelf, type ShelfParts } from "./prompt-shelf.ts";
import type { PromptVersion, RegisteredPrompt } from "./registered-prompt.ts";

/**
 * Named, versioned system prompts, as this process knows them. What it knows it answers from memory, whatever becomes of
 * the store; what it does not know it looks for in the store before it says that there is no such prompt. It hears of
 * changes over the bus. A message may be lost, so what is older than a second is not used before the store was asked for its
 * edition, unless that takes too long. Whoever watches is told of changes that nobody asks for, some seconds late at most.
 * A store that began anew is given back what is known here.
 */

export interface RegistryParts extends ShelfParts {
  /** Where there are others who share the store. */
  readonly bus?: Bus | undefined;
}

export interface PromptWish {
  /** Whose it is to be; default everybody's. */
  readonly tenant?: string | undefined;
  readonly name: string;
  /** Default: the next whole number; none where the newest version has this text already. */
  readonly version?: string | undefined;
  readonly text: string;
}

export type PromptFault = "version_exists" | "version_deleted" | "too_many_prompts" | "not_found";

/** What was asked cannot be done with the prompts that there are. */
export class PromptError extends RepriseError {
  readonly fault: PromptFault;

  constructor(fault: PromptFault, message: string, remedy: string) {
    super(fault, { message, remedy });
    this.fault = fault;
  }
}

/** Of one text, in bytes of UTF-8. */
export const mostPromptBytes = 256 * 1024;
/** Of all texts together; every process that shares the store has them in memory. */
export const mostBytesOfAll = 32 * 1024 * 1024;

/** How long what is known is used without another look. */
const lastingMs = 1_000;
/** What a call waits for that look. */
const patienceMs = 50;
const lookMs = 10_000;
/** Others take numbers at the same time. */
const mostTries = 16;

export class PromptRegistry {
  readonly #parts: RegistryParts;
  readonly #shelf: PromptShelf;
  #book = new PromptBook([], "");
  #reading: Promise<void> | undefined;
  #queued: Promise<void> | undefined;
  #cancel: CancelTimer | undefined;
  #stopListening: (() => void) | undefined;
  #onChange: (() => void)[] = [];
  #closed = false;
  /** When the store was last asked. */
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: RegistryParts) {
    this.#parts = parts;
    this.#shelf = new PromptShelf(parts);
  }

  /** What is known now. */
  get book(): PromptBook {
    return this.#book;
  }

  /** From now on changes are heard of. Resolves when what there is was read, or could not be. */
  async watch(onChange: () => void = () => {}): Promise<void> {
    this.#onChange.push(onChange);
    if (this.#stopListening !== undefined) return;
    const read = () => void this.read().catch(() => {});
    const isEdition = (tenant: string, key: string) => tenant === systemTenant && key === editionKey;
    this.#stopListening =
      this.#parts.bus?.subscribe({
        heard: (message) => {
          if (message.kind === "removed" && isEdition(message.tenant, message.key)) read();
        },
        missed: read,
      }) ?? (() => {});
    await this.#look();
  }

  /** What somebody of `tenant` means. Rejects with `StoreUnavailableError` where it is not known and the store cannot be asked. */
  async find(tenant: string | undefined, reference: PromptReference): Promise<Found> {
    const known = this.#book.find(tenant, reference);
    if (known.kind !== "found") await this.read();
    else if (this.#parts.clock.monotonic() - this.#lookedAtMs >= lastingMs) await this.#readSoon();
    else return known;
    return this.#book.find(tenant, reference);
  }

  /** Reads what has changed. Rejects with `StoreUnavailableError`. */
  read(): Promise<void> {
    if (this.#reading === undefined) {
      this.#reading = this.#readNow().finally(() => {
        this.#reading = undefined;
      });
      return this.#reading;
    }
    // What was written after the reading began it need not find.
    this.#queued ??= this.#reading
      .catch(() => {})
      .then(() => {
        this.#queued = undefined;
        return this.read();
      });
    return this.#queued;
  }

  /** Registers a version. Rejects with `PromptError` and `StoreUnavailableError`. */
  async set(wish: PromptWish): Promise<{ readonly prompt: RegisteredPrompt; readonly isNew: boolean }> {
    const { tenant, name, text } = wish;
    await this.read();
    const newest = this.#book.newest(tenant, name);
    if (wish.version === undefined && newest?.text === text) return { prompt: newest, isNew: false };
    const known = this.#book.of(tenant, name);
    const sequence = 1 + known.reduce((most, one) => Math.max(most, one.sequence), 0);
    const createdAt = Math.trunc(this.#parts.clock.now());
    let number = 1 + known.reduce((most, { version }) => Math.max(most, numberOf(version)), 0);
    for (let tries = 0; tries < mostTries; tries++) {
      const version = wish.version ?? String(number++);
      const known = this.#book.of(tenant, name).find((one) => one.version === version);
      if (known !== undefined && isLive(known) && known.text === text) return { prompt: known, isNew: false };
      if (known === undefined) this.#assertRoom(text);
      const wanted = { tenant, name, version, sequence, createdAt, deletedAt: undefined, text };
      const taken = await this.#shelf.take(wanted);
      if (taken.text === text) {
        const prompt = { ...wanted, sequence: taken.sequence, createdAt: taken.createdAt };
        await this.#list(prompt);
        return { prompt, isNew: true };
      }
      if (wish.version !== undefined)
        throw taken.text === undefined ? wasDeleted(name, version) : isTaken(name, version);
    }
    throw new PromptError("version_exists", `Others register versions of ${name} at the same time.`, "Try again.");
  }

  /** Takes back a version, or all of them; returns which. Rejects with `PromptError` and `StoreUnavailableError`. */
  async remove(tenant: string | undefined, { name, version }: PromptReference): Promise<readonly string[]> {
    await this.read();
    const meant = this.#book
      .of(tenant, name)
      .filter((one) => one.deletedAt === undefined && (version === undefined || one.version === version));
    if (meant.length === 0)
      throw new PromptError(
        "not_found",
        `There is no prompt ${referenceText(name, version)}.`,
        "GET /admin/v1/prompts lists what there is.",
      );
    const deletedAt = Math.trunc(this.#parts.clock.now());
    for (const { tenant, name, version, sequence, createdAt } of meant)
      await this.#shelf.takeBack({ tenant, name, version, sequence, createdAt, deletedAt });
    await this.#changed();
    return meant.map((one) => one.version);
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
    this.#stopListening?.();
  }

  async #list(prompt: RegisteredPrompt): Promise<void> {
    const { text: _, ...version } = prompt;
    if (!(await this.#shelf.list(version)))
      throw new PromptError(
        "too_many_prompts",
        `There are ${mostVersions} versions of prompts, and no room for more.`,
        "Set versions of your own only for texts that differ, or begin with an empty store.",
      );
    await this.#changed();
    if (this.#book.of(prompt.tenant, prompt.name).some((one) => one.version === prompt.version && isLive(one))) return;
    throw new StoreUnavailableError({
      message: `The store did not keep ${referenceText(prompt.name, prompt.version)}.`,
      remedy: "Give the store more room, or use one that takes values of this size.",
    });
  }

  #assertRoom(text: string): void {
    const bytes = this.#book.live.reduce((sum, one) => sum + Buffer.byteLength(one.text), Buffer.byteLength(text));
    if (bytes <= mostBytesOfAll && this.#book.versions.length < mostVersions) return;
    throw new PromptError(
      "too_many_prompts",
      `All prompts together may have ${mostBytesOfAll} bytes and ${mostVersions} versions.`,
      "Delete versions that are no longer used; their texts make room, their places do not.",
    );
  }

  async #changed(): Promise<void> {
    await this.#shelf.renew();
    await this.read();
    try {
      await this.#parts.bus?.publish([{ kind: "removed", tenant: systemTenant, key: editionKey }]);
    } catch {
      // They look for themselves before they use what is older than a second.
    }
  }

  /** What is known goes on where the store fails or is slow. */
  async #readSoon(): Promise<void> {
    await withDeadline(
      this.read().catch(() => {}),
      patienceMs,
      this.#parts.clock,
      () => {},
    );
  }

  async #readNow(): Promise<void> {
    this.#lookedAtMs = this.#parts.clock.monotonic();
    let edition = await this.#shelf.edition();
    if (edition === this.#book.edition) return;
    const known = new Map(this.#book.versions.map((one) => [identityOf(one), one]));
    if (edition === "") {
      await this.#shelf.restore(this.#book.versions);
      edition = await this.#shelf.renew();
      // It may have lost no more than that, and hold what is not known here.
    }
    const versions = await this.#shelf.all((version) => {
      const there = known.get(identityOf(version));
      return there !== undefined && isLive(there) ? there : undefined;
    });
    this.#book = new PromptBook(versions, edition);
    for (const told of this.#onChange) told();
  }

  async #look(): Promise<void> {
    await this.read().catch(() => {});
    if (!this.#closed) this.#cancel = this.#parts.clock.after(lookMs, () => void this.#look());
  }
}

function identityOf(one: PromptVersion): string {
  return `${one.tenant ?? ""}\n${referenceText(one.name, one.version)}`;
}

function numberOf(version: string): number {
  return /^[1-9]\d{0,9}$/.test(version) ? Number(version) : 0;
}

function isTaken(name: string, version: string): PromptError {
  return new PromptError(
    "version_exists",
    `${referenceText(name, version)} exists already with another text, and a version never changes.`,
    "Set another version, or leave the version out to get the next number.",
  );
}

function wasDeleted(name: string, version: string): PromptError {
  return new PromptError(
    "version_deleted",
    `${referenceText(name, version)} was deleted, and its name is not given to another text.`,
    "Set another version, or leave the version out to get the next number.",
  );
}
