/** The part of the platform's class that is inherited; its declaration does not let the rest be overridden. */
type HeadOnly = Pick<Response, "ok" | "redirected" | "status" | "statusText" | "type" | "url">;
type Fields = ConstructorParameters<typeof Headers>[0];
const Head = Response as unknown as new (body: null, init: ResponseInit) => HeadOnly;

/**
 * A `Response` whose bytes are at hand. The platform's own copies the body and builds a stream for it before anybody
 * has asked, which costs several times what the look-up does; this one makes a stream, and headers, only for those who
 * ask for them.
 * To its reader it is the same: the body can be read once, and a clone can be read on its own.
 */
export class StoredResponse extends Head {
  readonly #bytes: Uint8Array;
  readonly #fields: () => Fields;
  #headers: Headers | undefined;
  #isTaken = false;
  #stream: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;

  /** `bytes` stay the cache's own: whoever reads gets text or a copy. `fields` is called once, if at all. */
  constructor(bytes: Uint8Array, status: number, fields: () => Fields) {
    super(null, { status });
    this.#bytes = bytes;
    this.#fields = fields;
  }

  get headers(): Headers {
    this.#headers ??= new Headers(this.#fields());
    return this.#headers;
  }

  get body(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.#stream ??= this.#streamed();
    return this.#stream;
  }

  get bodyUsed(): boolean {
    return this.#isTaken;
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(this.#take());
  }

  async json(): Promise<unknown> {
    return JSON.parse(new TextDecoder().decode(this.#take()));
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return new Uint8Array(this.#take()).buffer;
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(this.#take());
  }

  async blob(): Promise<Blob> {
    return new Blob([new Uint8Array(this.#take())], { type: this.headers.get("content-type") ?? "" });
  }

  formData(): Promise<FormData> {
    return new Response(new Uint8Array(this.#take()), { headers: this.headers }).formData();
  }

  clone(): StoredResponse {
    this.#assertUnread();
    const fields = new Headers(this.headers);
    return new StoredResponse(this.#bytes, this.status, () => fields);
  }

  #take(): Uint8Array {
    this.#assertUnread();
    this.#isTaken = true;
    return this.#bytes;
  }

  #assertUnread(): void {
    if (this.#isTaken || this.#stream?.locked === true)
      throw new TypeError("Body is unusable: it has been read already.");
  }

  /** Hands out a copy when it is first read. */
  #streamed(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        pull: (controller) => {
          if (!this.#isTaken && this.#bytes.length > 0) controller.enqueue(new Uint8Array(this.#bytes));
          this.#isTaken = true;
          controller.close();
        },
        cancel: () => {
          this.#isTaken = true;
        },
      },
      { highWaterMark: 0 },
    );
  }
}
