import { StoreUnavailableError } from "../core/errors.ts";

/**
 * Questions and answers between two processes, over anything that carries structured clones: the channel of a child
 * process (https://nodejs.org/api/child_process.html#advanced-serialization) or a `MessagePort`. Either side may ask.
 * A question is `{ reprise, ask, call, about }`, its answer `{ reprise, answer, value }` or `{ reprise, answer, fault }`;
 * what nobody answers has no `ask`. Messages of another version, or of somebody else, are nobody's here. When the other
 * side is gone, everything that was asked fails at once, and so does whatever is asked from then on.
 */

export interface Endpoint {
  /** Does nothing when the other side is gone. */
  send(message: object): void;
  onMessage(listener: (message: unknown) => void): void;
  /** At once where it is closed already. */
  onClosed(listener: () => void): void;
}

/** What one side can be asked, by name. */
// biome-ignore lint/suspicious/noExplicitAny: each call has parameters of its own
export type Calls<T> = { readonly [Name in keyof T]: (...about: any[]) => unknown };

const version = 1;

interface Message {
  readonly reprise: typeof version;
  readonly ask?: number;
  readonly call?: string;
  readonly about?: readonly unknown[];
  readonly answer?: number;
  readonly value?: unknown;
  readonly fault?: string;
}

/** `Theirs`: what the other side can be asked. */
export class Channel<Theirs extends Calls<Theirs>> {
  readonly #endpoint: Endpoint;
  readonly #ours = new Map<string, (...about: unknown[]) => unknown>();
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #closing = new Set<() => void>();
  #count = 0;
  #isClosed = false;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
    endpoint.onMessage((message) => this.#receive(message));
    endpoint.onClosed(() => this.#close());
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** What the other side may ask from now on, besides what it may already. */
  answer<T extends Calls<T>>(calls: T): void {
    for (const [name, call] of Object.entries(calls)) this.#ours.set(name, call as (...about: unknown[]) => unknown);
  }

  /** @throws StoreUnavailableError when the other side is gone, or failed. */
  ask<Name extends keyof Theirs & string>(
    call: Name,
    ...about: Parameters<Theirs[Name]>
  ): Promise<Awaited<ReturnType<Theirs[Name]>>> {
    if (this.#isClosed) return Promise.reject(gone());
    const ask = ++this.#count;
    const asked = Promise.withResolvers<unknown>();
    this.#asked.set(ask, asked);
    this.#post({ reprise: version, ask, call, about });
    return asked.promise as Promise<Awaited<ReturnType<Theirs[Name]>>>;
  }

  /** Expects no answer. */
  tell<Name extends keyof Theirs & string>(call: Name, ...about: Parameters<Theirs[Name]>): void {
    if (!this.#isClosed) this.#post({ reprise: version, call, about });
  }

  onClosed(listener: () => void): void {
    if (this.#isClosed) listener();
    else this.#closing.add(listener);
  }

  #post(message: Message): void {
    this.#endpoint.send(message);
  }

  #receive(received: unknown): void {
    if (typeof received !== "object" || received === null) return;
    const message = received as Message;
    if (message.reprise !== version) return;
    if (message.answer === undefined) void this.#run(message);
    else this.#settle(message.answer, message);
  }

  #settle(answer: number, { value, fault }: Message): void {
    const asked = this.#asked.get(answer);
    this.#asked.delete(answer);
    if (fault === undefined) asked?.resolve(value);
    else asked?.reject(new StoreUnavailableError({ message: fault }));
  }

  async #run({ ask, call = "", about = [] }: Message): Promise<void> {
    let reply: { readonly value: unknown } | { readonly fault: string };
    try {
      const run = this.#ours.get(call);
      if (run === undefined) throw new Error(`nobody answers ${call}`);
      reply = { value: await run(...about) };
    } catch (error) {
      reply = { fault: error instanceof Error ? error.message : String(error) };
    }
    if (ask !== undefined) this.#post({ reprise: version, answer: ask, ...reply });
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const asked of this.#asked.values()) asked.reject(gone());
    this.#asked.clear();
    for (const listener of this.#closing) listener();
  }
}

function gone(): StoreUnavailableError {
  return new StoreUnavailableError({ message: "the process at the other end is gone" });
}
