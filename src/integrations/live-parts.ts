import { fromTagged, toTagged } from "./tagged-json.ts";

/**
 * One stream of parts, many readers. Parts are kept once, in a log that all readers share, since the recording needs
 * all of them anyway; a reader is a position in it, so a late one gets everything from the start, at its own pace.
 */
export class LiveParts<T> {
  readonly #parts: T[] = [];
  #ending: { readonly error: unknown } | "whole" | undefined;
  #change = Promise.withResolvers<void>();

  get parts(): readonly T[] {
    return this.#parts;
  }

  push(part: T): void {
    this.#parts.push(part);
    this.#wake();
  }

  end(): void {
    this.#ending ??= "whole";
    this.#wake();
  }

  /** Every reader gets what is there, and then the error. */
  fail(error: unknown): void {
    this.#ending ??= { error };
    this.#wake();
  }

  /** `signal` ends this reader alone; `onGone` is called when it stops before the end. */
  reader(signal: AbortSignal | undefined, onGone: () => void): ReadableStream<T> {
    let position = 0;
    const gone = Promise.withResolvers<void>();
    const leave = (): void => {
      gone.resolve();
      onGone();
    };
    const onAbort = (): void => leave();
    signal?.addEventListener("abort", onAbort, { once: true });
    return new ReadableStream<T>(
      {
        pull: async (controller) => {
          while (position >= this.#parts.length && this.#ending === undefined && signal?.aborted !== true)
            await Promise.race([this.#change.promise, gone.promise]);
          if (signal?.aborted === true) return controller.error(signal.reason);
          if (position < this.#parts.length) return controller.enqueue(copyOf(this.#parts[position++] as T));
          signal?.removeEventListener("abort", onAbort);
          if (this.#ending === "whole") return controller.close();
          controller.error(this.#ending?.error);
        },
        cancel: () => {
          signal?.removeEventListener("abort", onAbort);
          leave();
        },
      },
      { highWaterMark: 0 },
    );
  }

  #wake(): void {
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers<void>();
    resolve();
  }
}

/** Readers may change what they get. */
function copyOf<T>(part: T): T {
  return fromTagged(toTagged(part)) as T;
}
