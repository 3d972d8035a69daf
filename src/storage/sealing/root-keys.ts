import type { Clock, Random } from "../../core/clock.ts";
import { InvalidOptionError } from "../../core/errors.ts";
import type { KeyRows } from "../../core/key-rows.ts";
import { derived, type MasterKeys } from "./master-keys.ts";
import { decodeRootRow, encodeRootRow, type RootRow, rootContext, rootIdBytes } from "./root-row.ts";

/**
 * The root keys of a store: one for each rotation, the last one wraps new data keys. They stand in the store, wrapped by
 * the master key, each in a row of its own that is added once: two processes that begin together agree by `add`. Another
 * master key wraps the same root keys again, so nothing that is sealed changes with it. As with the secret of the keys
 * (master-key.ts), a store that has forgotten them is given them again by whoever still has them.
 */

export interface RootKey {
  /** 1 is the first. */
  readonly epoch: number;
  readonly id: Uint8Array;
  readonly secret: Uint8Array;
  readonly createdAt: number;
  /** Of the master key that wraps it. */
  readonly masterKeyId: string;
}

export interface RootKeysOptions {
  readonly rows: KeyRows;
  readonly masters: MasterKeys;
  readonly clock: Clock;
  readonly random: Random;
  /** A root key is another one than before: what it wraps counts no more. */
  readonly onReplaced?: () => void;
}

/** Rows that are read at a time. */
const pageRows = 16;
/** More rotations than a store lives to see. */
const mostEpochs = 10_000;

export class RootKeys {
  readonly #options: RootKeysOptions;
  #keys: RootKey[] = [];
  #names: Uint8Array | undefined;
  #isNew = false;
  #looking: Promise<void> | undefined;

  constructor(options: RootKeysOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#keys.length > 0;
  }

  /** The first one was made here: the store had none. */
  get isNew(): boolean {
    return this.#isNew;
  }

  get all(): readonly RootKey[] {
    return this.#keys;
  }

  /** What new data keys are wrapped by. */
  get current(): RootKey {
    return this.#keys.at(-1) as RootKey;
  }

  /** The secret that names are hashed with; it is that of the first root key, and stays. */
  get names(): Uint8Array {
    this.#names ??= derived((this.#keys[0] as RootKey).secret, "names");
    return this.#names;
  }

  withId(id: Uint8Array): RootKey | undefined {
    return this.#keys.find((key) => Buffer.compare(key.id, id) === 0);
  }

  /**
   * Reads what the store has, and makes the first one where it has none. `rewrap`: what an earlier master key has wrapped
   * is wrapped by the present one.
   *
   * @throws InvalidOptionError when the store was sealed with another master key; what the store throws when it is away.
   */
  look({ rewrap = false }: { readonly rewrap?: boolean } = {}): Promise<void> {
    this.#looking ??= this.#look(rewrap).finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Begins a new one. */
  async rotate(): Promise<RootKey> {
    await this.look({ rewrap: true });
    const made = await this.#make(this.#keys.length + 1, this.#options.random.bytes(32));
    this.#adopt(made);
    return made;
  }

  async #look(rewrap: boolean): Promise<void> {
    const rows = await this.#read();
    for (let epoch = 1; epoch <= Math.max(1, rows.length, this.#keys.length); epoch += 1) {
      const row = rows[epoch - 1];
      const known = this.#keys[epoch - 1];
      if (row === undefined) {
        this.#adopt(await this.#make(epoch, known?.secret ?? this.#options.random.bytes(32), known));
      } else {
        const read = decodeRootRow(row);
        const isKnown = known !== undefined && read !== undefined && Buffer.compare(read.id, known.id) === 0;
        if (!isKnown) this.#adopt(await this.#opened(epoch, read));
        if (rewrap) await this.#rewrap(this.#keys[epoch - 1] as RootKey);
      }
    }
  }

  /** All up to the first that is missing. */
  async #read(): Promise<readonly Uint8Array[]> {
    const found: Uint8Array[] = [];
    for (;;) {
      const names = Array.from({ length: pageRows }, (_, index) => nameOf(found.length + index + 1));
      const page = await this.#options.rows.get(names);
      const end = page.indexOf(undefined);
      found.push(...(page.slice(0, end === -1 ? page.length : end) as Uint8Array[]));
      if (end !== -1 || found.length >= mostEpochs) return found;
    }
  }

  /** Adds it; another process may have been quicker with one of its own, which counts then. */
  async #make(epoch: number, secret: Uint8Array, known?: RootKey): Promise<RootKey> {
    const { rows, masters, clock, random } = this.#options;
    const { id = random.bytes(rootIdBytes), createdAt = clock.now() } = known ?? {};
    const made: RootKey = { epoch, id, secret, createdAt, masterKeyId: masters.id };
    const row = await this.#wrapped(made);
    const there = await rows.add(nameOf(epoch), row);
    const isOurs = Buffer.compare(there, row) === 0;
    if (isOurs && epoch === 1 && known === undefined) this.#isNew = true;
    return isOurs ? made : this.#opened(epoch, decodeRootRow(there));
  }

  async #wrapped({ epoch, id, secret, createdAt }: RootKey): Promise<Buffer> {
    const { masters } = this.#options;
    const head = { id, createdAt, masterKeyId: masters.id };
    const wrapped = await masters.wrap(secret, rootContext(nameOf(epoch), head));
    return encodeRootRow({ ...head, wrapped });
  }

  #opened(epoch: number, row: RootRow | undefined): Promise<RootKey> {
    return openRow(this.#options.masters, epoch, row);
  }

  async #rewrap(key: RootKey): Promise<void> {
    const { rows, masters } = this.#options;
    if (key.masterKeyId === masters.id) return;
    await rows.set(nameOf(key.epoch), await this.#wrapped(key));
    this.#keys[key.epoch - 1] = { ...key, masterKeyId: masters.id };
  }

  #adopt(key: RootKey): void {
    const before = this.#keys[key.epoch - 1];
    this.#keys[key.epoch - 1] = key;
    if (key.epoch === 1) this.#names = undefined;
    if (before !== undefined && Buffer.compare(before.id, key.id) !== 0) this.#options.onReplaced?.();
  }
}

/**
 * The first one as the store has it, for those who look and make nothing; `undefined` where there is none.
 *
 * @throws as `look`.
 */
export async function firstRootKey(rows: Pick<KeyRows, "get">, masters: MasterKeys): Promise<RootKey | undefined> {
  const [row] = await rows.get([nameOf(1)]);
  return row && openRow(masters, 1, decodeRootRow(row));
}

/** Whether there is one, for those who have no master key. */
export async function hasRootKey(rows: Pick<KeyRows, "get">): Promise<boolean> {
  const [row] = await rows.get([nameOf(1)]);
  return row !== undefined;
}

async function openRow(masters: MasterKeys, epoch: number, row: RootRow | undefined): Promise<RootKey> {
  if (row === undefined) throw altered(epoch);
  const { id, createdAt, masterKeyId } = row;
  const opening = masters.unwrap(masterKeyId, row.wrapped, rootContext(nameOf(epoch), row));
  if (opening === undefined) throw wrongMasterKey(masterKeyId, masters.id);
  const secret = await opening.catch((error: unknown) => {
    throw altered(epoch, error);
  });
  return { epoch, id: new Uint8Array(id), secret: new Uint8Array(secret), createdAt, masterKeyId };
}

function nameOf(epoch: number): string {
  return `root.${epoch}`;
}

function wrongMasterKey(wanted: string, given: string): InvalidOptionError {
  return new InvalidOptionError("security.masterKey", {
    message: `security.masterKey is not the key that the store is sealed with: the store wants ${wanted}, given is ${given}.`,
    remedy:
      "Give the key that the store was sealed with, as security.masterKey or as one of security.previousMasterKeys; or name another store.",
  });
}

function altered(epoch: number, cause?: unknown): InvalidOptionError {
  return new InvalidOptionError("security.masterKey", {
    message: `root key ${epoch} of the sealed store cannot be opened: it was altered, or the service of the master key refused.`,
    cause,
    remedy: "Ask the service of the master key, restore the store, or name another one.",
  });
}
