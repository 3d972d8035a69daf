/**
 * Whether the model that answered is the one that was asked. Providers answer an alias (`gpt-4o`) under the name of a
 * snapshot (`gpt-4o-2024-08-06`), and routers put the provider before it (`openai/gpt-4o`); neither makes it another
 * model. Two names are of one family when they are equal after this: lower case; everything up to the last `/` dropped;
 * an `@...` version dropped; and one ending dropped of
 *
 *   -2024-08-06   -20241022   -0613 (four digits: MMDD or YYMM)   -05-20   -09-2025   -002 (three digits)   -latest
 *   :20230824-v2
 *
 * Everything else tells models apart: sizes (`-mini`), context lengths (`-32k`), generations (`-4-1`), and all other tags
 * after a colon (`llama3:8b`). Two snapshots of one model are one family; a caller who pins a snapshot has it in the key.
 *
 * An alias without a generation, such as Google's `gemini-flash-latest`, asks for the newest model of a line, which
 * answers under its own name (`gemini-2.5-flash-preview-09-2025`). It is the model that was asked when its family without
 * generations (`-2.5`) and without `-preview` or `-exp` is the alias without `-latest`. That holds in one direction only,
 * and another line (`-flash-lite`, `-pro`) is another model. Source: "Model versions" of the Gemini API's documentation.
 */
const snapshotEnding = /(?:-(?:\d{4}-\d{2}-\d{2}|\d{2}-\d{2}|\d{2}-\d{4}|\d{8}|\d{4}|\d{3}|latest)|:\d{8}(?:-v\d+)?)$/;

const newestOfLine = /^(\D+)-latest$/;
const generation = /-\d+(?:\.\d+)*(?=-|$)/g;
const stage = /-(?:preview|exp)$/;

/** Whether an answer of `answered` is one to a call that asked for `asked`. */
export function isModelAsked(asked: string, answered: string): boolean {
  if (sameModelFamily(asked, answered)) return true;
  const [, line] = newestOfLine.exec(nameOf(asked)) ?? [];
  return line !== undefined && line === familyOf(answered).replace(generation, "").replace(stage, "");
}

export function sameModelFamily(asked: string, answered: string): boolean {
  return asked === answered || familyOf(asked) === familyOf(answered);
}

function familyOf(model: string): string {
  const family = nameOf(model).replace(snapshotEnding, "");
  // A name made of nothing else, such as "-latest", stands for itself.
  return family === "" ? model.toLowerCase() : family;
}

function nameOf(model: string): string {
  const name = model.slice(model.lastIndexOf("/") + 1).toLowerCase();
  const versionAt = name.indexOf("@");
  return versionAt > 0 ? name.slice(0, versionAt) : name;
}
