import type { Random } from "../core/clock.ts";
import type { AnswerIdentity } from "../core/reissue.ts";

/** Ids of answers as their providers write them, with other letters and digits in the same places. */

const kinds = ["0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const hexadecimal = "0123456789abcdef";
/** What says of what kind the id is stays: `chatcmpl-`, `msg_`. */
const kindPart = /^[A-Za-z]+[-_]/;

export function newIdentity(random: Random, at: number): AnswerIdentity {
  const known = new Map<string, string>();
  return {
    at,
    idFor(given) {
      const id = known.get(given) ?? anotherId(given, random);
      known.set(given, id);
      return id;
    },
  };
}

export function anotherId(given: string, random: Random): string {
  const kind = kindPart.exec(given)?.[0] ?? "";
  const rest = given.slice(kind.length);
  const isHexadecimal = /^[0-9a-f-]+$/.test(rest);
  const drawn = random.bytes(rest.length);
  let id = kind;
  for (let index = 0; index < rest.length; index++) {
    const character = rest[index] as string;
    const own = kinds.find((letters) => letters.includes(character));
    const letters = own !== undefined && isHexadecimal ? hexadecimal : own;
    id += letters === undefined ? character : letters[(drawn[index] as number) % letters.length];
  }
  return id;
}
