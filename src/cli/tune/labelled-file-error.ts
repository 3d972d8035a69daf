import { RepriseError } from "../../core/errors.ts";

/** A file of labels that cannot be taken, where it is wrong, and what to do. */
export class LabelledFileError extends RepriseError {
  constructor(message: string, remedy: string, cause?: unknown) {
    super("labelled_file", { message, remedy, cause });
  }
}
