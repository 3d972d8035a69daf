import { type ErrorDetails, RepriseError } from "../core/errors.ts";

/** A server of models gave nothing that is of use. Never reaches a caller. */
export class ModelServerError extends RepriseError {
  readonly kind: "timeout" | "error" | "invalid";
  /** What it answered with, where that was the trouble. */
  readonly status: number | undefined;

  constructor(kind: "timeout" | "error" | "invalid", { status, ...details }: ErrorDetails & { status?: number }) {
    super("model_server_unavailable", details);
    this.kind = kind;
    this.status = status;
  }
}
