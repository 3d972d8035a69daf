/**
 * What of a request to the admin API stands in the audit log: the fields that name something. All others may hold texts or
 * secrets and are left out, so that a field which is new is not logged by accident.
 */

const names: ReadonlySet<string> = new Set([
  ...["all", "tags", "keys", "key", "tenant", "model", "models", "namespace", "version", "layers", "entry", "verdict"],
  ...["id", "slug", "name", "upstream", "draft", "expiresAt", "overlap"],
]);

/** A user is nobody's business, and may have to be forgotten. */
const digested: ReadonlySet<string> = new Set(["user"]);

const longestText = 200;
const longestList = 20;

type Told = string | number | boolean | readonly string[];

export function toldNames(fields: object, digestOf: (text: string) => string): Readonly<Record<string, Told>> {
  const told = Object.entries(fields).flatMap(([name, value]): (readonly [string, Told])[] => {
    if (digested.has(name)) return typeof value === "string" ? [[name, digestOf(value)]] : [];
    const one = names.has(name) ? toldOf(value) : undefined;
    return one === undefined ? [] : [[name, one]];
  });
  return Object.fromEntries(told);
}

/** Long lists by how many there are. */
function toldOf(value: unknown): Told | undefined {
  if (typeof value === "string") return value.slice(0, longestText);
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (!Array.isArray(value) || !value.every((one) => typeof one === "string")) return undefined;
  return value.length > longestList ? value.length : value.map((one) => one.slice(0, longestText));
}
