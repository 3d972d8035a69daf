import { decodedOrAsIs } from "../core/percent-encoding.ts";
import { rejectField } from "./request-body.ts";

/** What ends a segment of a path, or stands for such a character in a second encoding. No model has it in its name. */
const partsPath = /[/\\%?#]/;

/**
 * The name of a model that stands in a path. Throws `RequestRejectedError` for one that would be another model for
 * whoever decodes and tidies up paths: `gemini-flash%2F..%2Fgemini-pro`.
 */
export function modelOfPath(segment: string): string {
  const name = decodedOrAsIs(segment);
  if (partsPath.test(name)) rejectField("model", "The model in the path must be one name without / \\ % ? and #");
  return name;
}
