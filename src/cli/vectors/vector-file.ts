import { RepriseError } from "../../core/errors.ts";

/** What a file of vectors says of itself, beside its rows: key and value in the metadata of the Parquet file. */

/** Raised when a column changes its meaning. Columns that are added do not raise it. */
export const formatVersion = "1";
export const formatKey = "reprise.embeddings.format";
/** Tells, without giving the secret away, whether ids of tenants were derived from the same one. */
export const secretKey = "reprise.embeddings.secret";

/** A file that cannot be taken, and why. */
export class VectorFileError extends RepriseError {
  constructor(message: string, remedy: string, cause?: unknown) {
    super("vector_file", { message, remedy, cause });
  }
}
