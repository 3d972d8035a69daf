import type { HeaderMap } from "./origin.ts";
import type { Protocol } from "./protocol.ts";

/**
 * The contract of a wire format for embeddings. A call asks for the vectors of many inputs, and each input is cached on
 * its own: so a request is taken apart into inputs, the origin is asked for some of them, and the reply is put together
 * from vectors of whatever source. Implementations live in `protocols/`.
 */

/** How the caller wants to read numbers: as JSON decimals, or the 32-bit floats themselves in base64. */
export type VectorEncoding = "float" | "base64";

export interface EmbeddingInput {
  /** The input itself in canonical form; a string and an array of tokens are never the same. */
  readonly canonical: string;
  /** Everything else that can change its vector (dimensions, task type, title, unknown fields), in canonical form. */
  readonly parameters: string;
  /** How long the vector must be; `undefined` where the request does not say. */
  readonly dimensions: number | undefined;
  /** What it counts when a batch is cut and when its tokens are shared out: its characters, about. */
  readonly weight: number;
  /** Its tokens, where it consists of them. */
  readonly tokens: number | undefined;
}

export interface EmbeddingForward {
  /**
   * `dense`: numbers in base64 wherever the format has it, since that is exact, small and quick to read. `asked`: in the
   * caller's encoding, for origins that know no other.
   */
  readonly encoding: "dense" | "asked";
}

export interface ParsedEmbeddingRequest {
  /** Empty when the request names none and leaves the choice to the origin. */
  readonly model: string;
  /** The protocol's own field for the end user, if given. */
  readonly user: string | undefined;
  /** At least one. */
  readonly inputs: readonly EmbeddingInput[];
  readonly encoding: VectorEncoding;
  /** Whether the reply holds a list of vectors or, as some endpoints have it, the one. */
  readonly shape: "list" | "single";
  /** False where it asks for anything but one list of 32-bit floats for each input alone; it then passes the cache by. */
  readonly cacheable: boolean;
  /** The body for the origin with the inputs at `indexes` only, in that order; without `indexes` the request as it came. */
  forward(indexes?: readonly number[], options?: EmbeddingForward): Uint8Array;
}

/** One vector: 32-bit floats, little-endian, four bytes a dimension. */
export type VectorBytes = Uint8Array;

/** Why a reply with status 200 is of no use. */
export type VectorFault = "not_json" | "error_body" | "wrong_count" | "wrong_index" | "wrong_length" | "not_finite";

export type VectorReading =
  | {
      readonly ok: true;
      /** By the position of the input in the request. */
      readonly vectors: readonly VectorBytes[];
      /** Of all inputs together; `undefined` where the origin says nothing. */
      readonly tokens: number | undefined;
      /** The model that answered, if the reply names it. */
      readonly model: string | undefined;
    }
  | { readonly ok: false; readonly fault: VectorFault; readonly message: string };

export interface VectorReply {
  /** In the order of the inputs. The same vector may stand several times. */
  readonly vectors: readonly VectorBytes[];
  /** `undefined` where they are not known; then the reply says nothing of them, or 0 where the format needs a number. */
  readonly tokens: readonly (number | undefined)[];
  readonly model: string;
  readonly encoding: VectorEncoding;
  readonly shape: "list" | "single";
}

/** How much one request to the origin may hold. */
export interface BatchLimits {
  readonly inputs: number;
  /** Sum of `EmbeddingInput.weight`; a single input may exceed it. */
  readonly weight: number;
}

/** A format of either kind. */
export type WireFormat = Protocol | EmbeddingProtocol;

export function isEmbeddingProtocol(format: WireFormat): format is EmbeddingProtocol {
  return "family" in format;
}

export interface EmbeddingProtocol
  extends Pick<Protocol, "name" | "endpointOf" | "unkeyedParameters" | "keyedHeaders" | "renderError"> {
  readonly operation: "embedding";
  /** The family of formats that give the same vector for the same input of the same model: part of the key. */
  readonly family: string;
  readonly batchLimits: BatchLimits;

  /** Throws `RequestRejectedError` for a body that is not strict JSON or has no inputs. */
  parseRequest(body: Uint8Array, endpoint: string): ParsedEmbeddingRequest;
  /** Reads a reply with status 200 to a request for `count` inputs. Never throws. */
  readVectors(body: Uint8Array, count: number, shape: "list" | "single"): VectorReading;
  /** Whether an error answer says that the origin does not know the dense encoding. */
  refusesDense(status: number, headers: HeaderMap, body: Uint8Array): boolean;
  render(reply: VectorReply): Uint8Array;
}
