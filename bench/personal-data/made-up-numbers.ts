import type { Chance } from "./chance.ts";

/**
 * Numbers that could be somebody's: made up, with check digits found by trying. What is tried is written down here once
 * more from the public rules, apart from the detectors, so that a mistake in one of the two shows.
 */

/** Digits with the last one, or two, such that `isRight`. */
function completed(head: string, tail: number, isRight: (digits: string) => boolean): string | undefined {
  for (let end = 0; end < 10 ** tail; end++) {
    const digits = head + String(end).padStart(tail, "0");
    if (isRight(digits)) return digits;
  }
  return undefined;
}

/** Draws heads until one can be completed. */
function drawn(chance: Chance, head: (chance: Chance) => string, tail: number, isRight: (digits: string) => boolean) {
  for (;;) {
    const found = completed(head(chance), tail, isRight);
    if (found !== undefined) return found;
  }
}

export function isLuhn(digits: string): boolean {
  const places = [...digits].reverse().map((digit, index) => (index % 2 === 1 ? Number(digit) * 2 : Number(digit)));
  return places.map((place) => (place > 9 ? place - 9 : place)).reduce((sum, place) => sum + place, 0) % 10 === 0;
}

function sum(digits: string, ...weights: number[]): number {
  return weights.reduce((total, weight, index) => total + weight * Number(digits[index]), 0);
}

function birthday(chance: Chance): { readonly yy: string; readonly mm: string; readonly dd: string } {
  const two = (value: number) => String(value).padStart(2, "0");
  return { yy: two(chance.between(40, 99)), mm: two(chance.between(1, 12)), dd: two(chance.between(1, 28)) };
}

/** With separators: each `#` takes the next digit. */
export function shaped(digits: string, pattern: string): string {
  let at = 0;
  return pattern.replace(/#/g, () => digits[at++] as string);
}

export const cards: Readonly<Record<string, (chance: Chance) => string>> = {
  visa: (chance) => drawn(chance, (c) => `4${c.digits(14)}`, 1, isLuhn),
  mastercard: (chance) => drawn(chance, (c) => `5${c.digits(1, "12345")}${c.digits(13)}`, 1, isLuhn),
  amex: (chance) => drawn(chance, (c) => `3${c.one(["4", "7"])}${c.digits(12)}`, 1, isLuhn),
  discover: (chance) => drawn(chance, (c) => `6011${c.digits(11)}`, 1, isLuhn),
};

const ibanForms: Readonly<Record<string, string>> = {
  DE: "##################",
  FR: "#######################",
  ES: "####################",
  NL: "ABNA##########",
  GB: "NWBK##############",
  PL: "########################",
  IT: "X######################",
  CH: "#################",
};

export function iban(chance: Chance, country: string): string {
  const account = (ibanForms[country] as string).replace(/#/g, () => chance.digits(1));
  for (let check = 2; check < 99; check++) {
    const head = country + String(check).padStart(2, "0");
    const spelled = `${account}${head}`.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
    if (BigInt(spelled) % 97n === 1n) return head + account;
  }
  throw new Error("no check digits fit");
}

const dni = "TRWAGMYFPDXBNJZSQVHLCKE";

/** National numbers by the name of their rule, as they are written most. */
export const nationalIds: Readonly<Record<string, (chance: Chance) => string>> = {
  "us-ssn": (chance) => `${chance.between(100, 599)}-${chance.between(11, 99)}-${chance.between(1001, 9999)}`,
  "uk-nino": (chance) =>
    shaped(chance.digits(6), `${chance.one(["AB", "CE", "JG", "PW"])} ## ## ## ${chance.one(["A", "B", "C", "D"])}`),
  "de-steuer-id": (chance) =>
    drawn(
      chance,
      (c) => {
        const order = [...c.one(["6813457920", "2948531760", "8273916450", "5079284136"])];
        const [from, to] = [c.below(9), c.below(9)];
        // One digit twice and one not at all.
        if (from !== to) order[to] = order[from] as string;
        const head = order.join("");
        return new Set(head).size === 9 && !head.startsWith("0") ? head : "1123456789".slice(0, 10);
      },
      1,
      (digits) => {
        let product = 10;
        for (const digit of digits.slice(0, 10)) {
          const rest = (Number(digit) + product) % 10;
          product = ((rest === 0 ? 10 : rest) * 2) % 11;
        }
        return (11 - product) % 10 === Number(digits[10]);
      },
    ),
  "fr-nir": (chance) => {
    const { yy, mm } = birthday(chance);
    const head = `${chance.one(["1", "2"])}${yy}${mm}${chance.between(10, 95)}${chance.digits(6)}`;
    return shaped(head + String(97 - Number(BigInt(head) % 97n)).padStart(2, "0"), "# ## ## ## ### ### ##");
  },
  "es-dni": (chance) => {
    const digits = chance.digits(8);
    return digits + (dni[Number(digits) % 23] as string);
  },
  "es-nie": (chance) => {
    const digits = chance.digits(7);
    return `X${digits}${dni[Number(digits) % 23]}`;
  },
  "it-codice-fiscale": (chance) => {
    const { yy, dd } = birthday(chance);
    const head = `${chance.one(["RSSMRA", "BNCLCU", "VRDGPP"])}${yy}${chance.one([..."ABCDEHLMPRST"])}${dd}H501`;
    const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    // A place letter and three digits, and a check letter.
    const body = head;
    const total = [...body].reduce((all, character, index) => {
      const value = /\d/.test(character) ? Number(character) : character.charCodeAt(0) - 65;
      return all + (index % 2 === 0 ? (odd[value] as number) : value);
    }, 0);
    return body + String.fromCharCode(65 + (total % 26));
  },
  "pl-pesel": (chance) => {
    const { yy, mm, dd } = birthday(chance);
    return drawn(
      chance,
      (c) => yy + mm + dd + c.digits(4),
      1,
      (d) => sum(d, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1) % 10 === 0,
    );
  },
  "nl-bsn": (chance) =>
    drawn(
      chance,
      (c) => c.digits(8, "123456789"),
      1,
      (d) => sum(d, 9, 8, 7, 6, 5, 4, 3, 2, -1) % 11 === 0,
    ),
  "be-national-number": (chance) => {
    const { yy, mm, dd } = birthday(chance);
    const head = yy + mm + dd + chance.digits(3);
    return shaped(head + String(97 - (Number(head) % 97)).padStart(2, "0"), "##.##.##-###.##");
  },
  "se-personnummer": (chance) => {
    const { yy, mm, dd } = birthday(chance);
    return shaped(
      drawn(chance, (c) => yy + mm + dd + c.digits(3), 1, isLuhn),
      "######-####",
    );
  },
  "ch-ahv": (chance) =>
    shaped(
      drawn(
        chance,
        (c) => `756${c.digits(9)}`,
        1,
        (d) => sum(d, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1) % 10 === 0,
      ),
      "###.####.####.##",
    ),
  "br-cpf": (chance) =>
    shaped(
      drawn(
        chance,
        (c) => c.digits(9, "123456789"),
        2,
        (d) => {
          const first = ((sum(d, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10) % 11) % 10;
          const second = ((sum(d, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10) % 11) % 10;
          return first === Number(d[9]) && second === Number(d[10]);
        },
      ),
      "###.###.###-##",
    ),
};
