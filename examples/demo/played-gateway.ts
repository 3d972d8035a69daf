import { buffer } from "node:stream/consumers";
import { type Caller, patientCaller } from "../../src/core/call.ts";
import { type Clock, systemRandom } from "../../src/core/clock.ts";
import type { WireFormat } from "../../src/core/embedding-protocol.ts";
import { OriginError, RequestRejectedError } from "../../src/core/errors.ts";
import type { Origin } from "../../src/core/origin.ts";
import { assembleCore, type Core } from "../../src/core-assembly.ts";
import { builtin } from "../../src/embedders/builtin.ts";
import { AccessLogSwitch } from "../../src/gateway/access-log-switch.ts";
import type { GatewayConfig } from "../../src/gateway/index.ts";
import type { Upstream } from "../../src/gateway/upstream-origin.ts";
import { Upstreams } from "../../src/gateway/upstreams.ts";
import { responseFields } from "../../src/policy/response-fields.ts";
import { protocols } from "../../src/protocols/all.ts";
import { embeddingProtocols } from "../../src/protocols/all-embeddings.ts";
import { sqlite } from "../../src/stores/sqlite.ts";
import { embedded } from "../../src/vectors/embedded.ts";
import type { DayTime } from "./day-time.ts";
import type { ModelRequest } from "./model.ts";
import type { WireAnswer, WireRequest } from "./wire.ts";

/**
 * The gateway of the day that is played: the very core, store, vectors and upstreams of the gateway that starts
 * afterwards, with the time of the day in place of the real one and without a port. What it keeps is therefore found by
 * the real one.
 */
export interface PlayedGatewayParts {
  readonly config: GatewayConfig;
  readonly time: DayTime;
  /** What the model of an upstream takes for this request. */
  readonly durationMs: (request: ModelRequest) => number;
  /** Whether an upstream can be reached. */
  readonly isReachable: (upstream: string) => boolean;
}

/** Everything is scanned in this thread, so that a look-up is over before time goes on. */
const inThisThread = Number.MAX_SAFE_INTEGER;

export class PlayedGateway {
  readonly core: Core;
  readonly #parts: PlayedGatewayParts;
  readonly #log: AccessLogSwitch;
  readonly #upstreams: Upstreams;
  readonly #origins = new Map<Upstream, Origin>();

  static async open(parts: PlayedGatewayParts): Promise<PlayedGateway> {
    const { config, time } = parts;
    const { directory } = config.data;
    const { maxVectors } = config.layers.semantic;
    const own = { directory, clock: time.forThreads };
    let log: AccessLogSwitch | undefined;
    const core = await assembleCore({
      settings: config,
      clock: time,
      store: time.holding(sqlite(own)),
      semantic: {
        embedder: time.holding(builtin()),
        vectors: time.holding(embedded({ ...own, maxVectors, bytesScannedAtOnce: inThisThread })),
      },
      keepsStats: true,
      calls: () => log?.listener,
    });
    // It takes real time, in which the time of the day would go on.
    await core.prepared();
    const { secret: key } = core.wrapParts;
    log = new AccessLogSwitch({ clock: time, random: systemRandom, key, onTrouble: refuseTrouble });
    log.follow(config);
    return new PlayedGateway(parts, core, log);
  }

  private constructor(parts: PlayedGatewayParts, core: Core, log: AccessLogSwitch) {
    this.#parts = parts;
    this.core = core;
    this.#log = log;
    const { upstreams, models } = parts.config;
    this.#upstreams = new Upstreams(upstreams, models, parts.time);
  }

  readonly send = async ({ path, headers, body }: WireRequest, caller: Caller = patientCaller): Promise<WireAnswer> => {
    const { protocol, endpoint } = placeOf(path);
    const answer = await this.core.handle(
      {
        protocol,
        endpoint,
        originFor: (model) => this.#originOf(this.#upstreams.forModel(protocol, model)),
        query: "",
        rawHeaders: Object.entries(headers).flat(),
        body: Buffer.from(body),
      },
      caller,
    );
    const bytes = answer.body instanceof Uint8Array ? answer.body : await buffer(answer.body);
    const fields = { "content-type": String(answer.headers["content-type"]), ...responseFields(answer) };
    return { status: answer.status, headers: fields, text: Buffer.from(bytes).toString("utf8") };
  };

  async close(): Promise<void> {
    await this.core.close();
    await this.#log.close();
    await this.#upstreams.close();
  }

  /** The upstream, as slow as its model is said to be. Its answer is read to the end before time goes on. */
  #originOf(upstream: Upstream): Origin {
    const known = this.#origins.get(upstream);
    if (known !== undefined) return known;
    const { time, durationMs, isReachable } = this.#parts;
    const origin: Origin = {
      id: upstream.id,
      async send(request, signal) {
        if (!isReachable(upstream.name)) return unreachable(time, upstream.name);
        await time.pass(durationMs(JSON.parse(Buffer.from(request.body).toString("utf8"))));
        return time.hold(whole(upstream.send(request, signal)));
      },
    };
    this.#origins.set(upstream, origin);
    return origin;
  }
}

export async function unreachable(clock: Clock, name: string): Promise<never> {
  await new Promise<void>((resolve) => clock.after(30, resolve));
  throw new OriginError("unreachable", { message: `${name} cannot be reached.` });
}

/** Here nothing may be missing in it. */
function refuseTrouble(reason: string | undefined): void {
  if (reason !== undefined) throw new Error(`The access log cannot be written: ${reason}`);
}

async function whole(sending: ReturnType<Origin["send"]>): ReturnType<Origin["send"]> {
  const response = await sending;
  const bytes = await buffer(response.body);
  return { ...response, body: once(bytes) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function placeOf(path: string): { readonly protocol: WireFormat; readonly endpoint: string } {
  for (const protocol of [...protocols, ...embeddingProtocols]) {
    const endpoint = protocol.endpointOf(path);
    if (endpoint !== undefined) return { protocol, endpoint };
  }
  throw new RequestRejectedError({ code: "unknown_path", message: `${path} is no call to a model.` });
}
