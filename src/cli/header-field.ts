import { MisuseError } from "./misuse-error.ts";

/** What is given as `name: value`, with the name in lower case. */
export function headerFieldIn(flag: string, given: string): readonly [name: string, value: string] {
  const [, name, value] = /^([\w-]+):\s*(.+)$/.exec(given) ?? [];
  if (name === undefined || value === undefined)
    throw new MisuseError(`${flag} must be a header field`, "Write it as 'name: value'.");
  return [name.toLowerCase(), value];
}
