/**
 * Small records in a store: a JSON object that says of which format it is. What cannot be read, or is of another format, is
 * an empty record, so that a reader that asks for each field refuses it as it refuses one that lacks them.
 */

/** The fields of a record as they were read, of any type. */
export type ReadFields = Readonly<Record<string, unknown>>;

const none: ReadFields = {};

export function writeRecord(format: number, fields: object): Uint8Array {
  return Buffer.from(JSON.stringify({ format, ...fields }), "utf8");
}

export function readRecord(format: number, bytes: Uint8Array | undefined): ReadFields {
  if (bytes === undefined) return none;
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
    const fields = typeof value === "object" && value !== null ? (value as ReadFields) : none;
    return fields["format"] === format ? fields : none;
  } catch {
    return none;
  }
}
