/**
 * The contract of a service that keeps the master key and never hands it out, such as a key management service of a cloud
 * or a hardware module. It is asked at the start and at a rotation, never on the way of a call.
 */
export interface KeyService {
  /** A short name for messages, such as `aws-kms`. */
  readonly name: string;
  /** Returns what `unwrap` makes the 32 bytes of; at most 64 KB. */
  wrap(key: Uint8Array): Promise<Uint8Array>;
  /** Rejects what it has not wrapped. */
  unwrap(wrapped: Uint8Array): Promise<Uint8Array>;
}
