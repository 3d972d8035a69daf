import { type ErrorDetails, RepriseError } from "../core/errors.ts";

/** A server of models gave nothing that is of use. Never reaches a caller. */
export class ModelServerError extends RepriseError {
  readonly kind: "timeout" | "error" | "invalid";

  constructor(kind: "timeout" | "error" | "invalid", details: ErrorDetails) {
    super("model_server_unavailable", details);
    this.kind = kind;
  }
}
