import { alphanumeric, type Chance, hex, lower, upper } from "./chance.ts";
import { cards, iban, isLuhn, nationalIds, shaped } from "./made-up-numbers.ts";

/** Values for the slots of sentences: `{name}` or `{name:detail}`. */

const names = ["jane.doe", "m.mueller", "olivier_dupont", "ana+news", "k-nowak88", "p.rossi", "jörg.weiß", "lee2024"];
const hosts = [
  "example.com",
  "mail.example.org",
  "firma-beispiel.de",
  "exemple.fr",
  "ejemplo.es",
  "sub.corp.example.co.uk",
];

/** `#` is a digit, `%` one that is not 0 or 1. Lines and exchanges that were set aside for stories where there are some. */
const phones: Readonly<Record<string, readonly string[]>> = {
  intl: [
    "+49 151 ########",
    "+44 20 7946 0###",
    "+33 6 ## ## ## ##",
    "+1 415-555-01##",
    "+34 6## ### ###",
    "+48 5## ### ###",
    "+39 3## #######",
    "+55 11 9%###-####",
    "0049 170 #######",
    "+81-90-####-####",
  ],
  us: ["(%##) 555-01##", "%##-555-01##", "%##.555.01##", "1-800-555-01##"],
  uk: ["020 7946 0###", "07700 900###", "0161 496 0###"],
  de: ["030/%######", "0171 %######", "0151-%#######", "(089) 2%#####"],
  fr: ["06 %# ## ## ##", "01.%#.##.##.##", "07%#######"],
  es: ["6%% ## ## ##", "9%# ### ###"],
  it: ["3%# %######", "06 %### ####"],
  nl: ["06-%#######", "020 %### ###"],
  pl: ["5%# ### ###", "22 %## ## ##"],
  bare: ["%##5550###", "555-01##"],
};

function filled(chance: Chance, pattern: string): string {
  return pattern.replace(/#/g, () => chance.digits(1)).replace(/%/g, () => chance.digits(1, "23456789"));
}

const secrets: Readonly<Record<string, (chance: Chance) => string>> = {
  openai: (c) => `sk-proj-${c.text(48, alphanumeric)}`,
  "openai-old": (c) => `sk-${c.text(20, alphanumeric)}T3BlbkFJ${c.text(20, alphanumeric)}`,
  anthropic: (c) => `sk-ant-api03-${c.text(93, `${alphanumeric}_-`)}AA`,
  google: (c) => `AIza${c.text(35, `${alphanumeric}_-`)}`,
  aws: (c) => `AKIA${c.text(16, `${upper}234567`)}`,
  github: (c) => `ghp_${c.text(36, alphanumeric)}`,
  slack: (c) => `xoxb-${c.digits(12)}-${c.digits(12)}-${c.text(24, alphanumeric)}`,
  stripe: (c) => `sk_live_${c.text(24, alphanumeric)}`,
  jwt: (c) => `eyJhbGciOiJIUzI1NiJ9.eyJ${c.text(40, alphanumeric)}.${c.text(43, alphanumeric)}`,
  pem: (c) => `-----BEGIN RSA PRIVATE KEY-----\n${c.text(64, alphanumeric)}\n-----END RSA PRIVATE KEY-----`,
  postgres: (c) => `postgres://app:${c.text(14, alphanumeric)}@db.internal:5432/app`,
  redis: (c) => `redis://:${c.text(20, alphanumeric)}@cache:6379`,
  password: (c) => `${c.text(5, lower)}${c.digits(3)}${c.text(3, upper)}!${c.text(2, alphanumeric)}`,
  high: (c) => c.text(40, `${alphanumeric}+/`),
};

type Make = (chance: Chance, detail: string) => string;

const makers: Readonly<Record<string, Make>> = {
  email: (c) => `${c.one(names)}@${c.one(hosts)}`,
  local: (c) => c.one(["jane dot doe", "max.muster", "k_nowak"]),
  phone: (c, detail) => filled(c, c.one(phones[detail] as readonly string[])),
  card: (c, detail) => {
    const kind = c.one(Object.keys(cards));
    const digits = (cards[kind] as (chance: Chance) => string)(c);
    const sign = detail === "dashes" ? "-" : " ";
    const pattern = kind === "amex" ? `####${sign}######${sign}#####` : ["####", "####", "####", "####"].join(sign);
    return detail === "" ? digits : shaped(digits, pattern);
  },
  iban: (c, detail) => {
    const found = iban(c, detail);
    return c.below(2) === 0 ? found : found.replace(/(.{4})(?=.)/g, "$1 ");
  },
  id: (c, detail) => (nationalIds[detail] as (chance: Chance) => string)(c),
  ip: (c) => [c.one([10, 81, 84, 172, 192, 203, 217]), c.between(16, 250), c.below(256), c.between(1, 254)].join("."),
  ip6: (c) => `2001:db8:${c.text(4, hex)}:${c.text(3, hex)}1::${c.text(4, "123456789")}`,
  secret: (c, detail) => (secrets[detail] as (chance: Chance) => string)(c),

  // What is nobody's.
  uuid: (c) => [8, 4, 4, 4, 12].map((length) => c.text(length, hex)).join("-"),
  sha: (c) => c.text(40, hex),
  md5: (c) => c.text(32, hex),
  base64: (c) => c.text(64, `${alphanumeric}+/`),
  digits: (c, detail) => c.digits(Number(detail), "123456789"),
  millis: (c) => String(1_700_000_000_000 + c.below(90_000_000_000)),
  date: (c) => `20${c.between(10, 29)}-0${c.between(1, 9)}-${c.between(10, 28)}`,
  euDate: (c) => `${c.between(10, 28)}.0${c.between(1, 9)}.20${c.between(10, 29)}`,
  time: (c) => `${c.between(10, 23)}:${c.between(10, 59)}:${c.between(10, 59)}`,
  version: (c) => [c.between(1, 12), c.between(0, 20), c.between(0, 9), c.between(1, 20)].join("."),
  semver: (c) => `${c.between(0, 20)}.${c.between(0, 40)}.${c.between(0, 9)}`,
  amount: (c) => `${c.between(1, 9)},${c.digits(3)},${c.digits(3)}`,
  usd: (c) => `$${c.between(1, 9)},${c.digits(3)}.${c.digits(2)}`,
  reference: () => "$".concat("{DB_PASSWORD}"),
  euAmount: (c) => `${c.between(1, 9)}.${c.digits(3)}.${c.digits(3)}`,
  decimal: (c) => `${c.below(10)}.${c.digits(14)}`,
  wrongCard: (c) => {
    for (;;) {
      const digits = `4${c.digits(15)}`;
      if (!isLuhn(digits)) return digits;
    }
  },
  wrongIban: (c) => {
    const right = iban(c, "DE");
    return right.slice(0, 21) + ((Number(right[21]) + 1) % 10);
  },
  isbn: (c) => `978-3-${c.digits(2)}-${c.digits(6)}-${c.digits(1)}`,
  coordinates: (c) => `${c.between(10, 80)}.${c.digits(6)}, ${c.between(10, 80)}.${c.digits(6)}`,
};

export function madeUp(slot: string, chance: Chance): string {
  const [name = "", detail = ""] = slot.split(":");
  const make = makers[name];
  if (make === undefined) throw new Error(`there is no value for {${slot}}`);
  return make(chance, detail);
}
