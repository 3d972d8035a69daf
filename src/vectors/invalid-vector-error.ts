import { RepriseError } from "../core/errors.ts";

/** A vector that no store takes or looks for. It is a mistake of the embedder or of its caller; nothing was changed. */
export class InvalidVectorError extends RepriseError {
  constructor(message: string, remedy: string) {
    super("invalid_vector", { message, remedy });
  }
}
