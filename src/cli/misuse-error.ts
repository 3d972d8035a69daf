import { RepriseError } from "../core/errors.ts";

/** Asked wrongly: exit status 2. */
export class MisuseError extends RepriseError {
  constructor(message: string, remedy: string) {
    super("misuse", { message, remedy });
  }
}
