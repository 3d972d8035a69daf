import type { Report } from "./finding.ts";
import { tokenAt } from "./secret-tokens.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * What lets whoever reads it act as somebody: keys and tokens by their forms, private keys (RFC 7468), passwords in URLs
 * (RFC 3986 section 3.2.1) and in connection strings, credentials in header fields, and values without order that a name such
 * as `api_key` is given. Placeholders and expressions of programs are none.
 */

/** Only its beginning: a run without end would take the whole stack of the engine of regular expressions. */
const longWords = /\b[A-Za-z0-9](?=[\w.:=+/-]{15})/g;
const inWord = /[\w.:=+/-]/;
const privateKey = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
const scheme = /[a-z][a-z0-9+.-]{1,20}$/;
const userinfo = /:\/\/[^\s:/?#@"'<>]{0,64}:([^\s/?#@"'<>]{1,200})@[\w[]/y;
const nameEnds = new RegExp(
  [
    "passw(?:or)?d|passwort|passphrase|mot de passe|contraseña|contrasena|senha|hasło|wachtwoord|lösenord|\\bpwd|secret|token",
    "(?:api|access|account|private|signing|encryption|auth|master|shared)[ _-]?key|credential|authorization",
  ].join("|"),
  "g",
);
const assignment =
  /[A-Za-z0-9_-]{0,24}["'\])]{0,2}\s{0,3}(?::=|=>|[:=]|is:?\s|ist:?\s|est:?\s|es:?\s|è:?\s|é:?\s|to:?\s|är:?\s|lautet:?\s|\s(?=["'`]))\s{0,3}(?:[Bb]earer |[Bb]asic )?["'`]?([^\s"'`,;<>(){}[\]|]{6,200})/y;
const schemes = /\b(?:bearer|basic) /g;
const credentials = /[A-Za-z0-9+/._~=-]{16,4000}/y;

const placeholder =
  /^(?:your|my|the|some|example|sample|test|dummy|fake|placeholder|changeme|change[-_]me|insert|replace|enter|xxx+|\*+|\.{3}|\$|%|<|\{|todo|null|none|undefined|true|false|string|redacted|hidden|process\.env|os\.environ|env\.|import\.meta|secrets?\.|vault:|config\.|self\.|this\.|await|new|get|require)/i;
const expression =
  /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+$|^[A-Za-z][a-z]*(?:[-_][A-Za-z]+)*$|^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^\.{0,2}(?:\/[\w.-]{1,40}){2}|^~\/|^https?:/;

type Found = (rule: string, start: number, end: number) => void;

export function findSecrets({ text, lower }: Surroundings, report: Report): void {
  const found: Found = (rule, start, end) =>
    report({ kind: "secret", rule, start, end, value: text.slice(start, end) });
  findTokens(text, found);
  if (text.includes("PRIVATE KEY"))
    for (const match of text.matchAll(privateKey)) found("private-key", match.index, match.index + match[0].length);
  for (let at = text.indexOf("://"); at !== -1; at = text.indexOf("://", at + 3)) findPassword(text, at, found);
  findAssignments(text, lower, found);
  for (const name of lower.matchAll(schemes)) {
    const start = name.index + name[0].length;
    const [value] = matchAt(credentials, text, start) ?? [""];
    if (/\d/.test(value) && isUnordered(value)) found("authorization", start, start + value.length);
  }
}

function findAssignments(text: string, lower: string, found: Found): void {
  nameEnds.lastIndex = 0;
  for (let name = nameEnds.exec(lower); name !== null; name = nameEnds.exec(lower)) {
    const match = matchAt(assignment, text, nameEnds.lastIndex);
    if (match === null) continue;
    const given = match[1] as string;
    const end = assignment.lastIndex;
    const value = given.replace(/[.:!?]{1,9}$/, "");
    const isPassword = passwordNames.test(name[0]) && isWeakPassword(value);
    if (isPassword || isUnordered(value)) found("assignment", end - given.length, end - given.length + value.length);
    // What was taken for a value is read once.
    nameEnds.lastIndex = end;
  }
}

function findPassword(text: string, at: number, found: Found): void {
  const [, password] = matchAt(userinfo, text, at) ?? [];
  if (password === undefined || isPlaceholder(password) || !scheme.test(text.slice(Math.max(0, at - 22), at))) return;
  const end = userinfo.lastIndex - 2;
  found("url-password", end - password.length, end);
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}

function findTokens(text: string, found: Found): void {
  longWords.lastIndex = 0;
  for (let match = longWords.exec(text); match !== null; match = longWords.exec(text)) {
    // A token may stand behind a name or in a path: it begins where a part of the word does.
    let at = match.index;
    for (; at < text.length && inWord.test(text[at] as string); at++) {
      if (at > match.index && !/[.:=+/]/.test(text[at - 1] as string)) continue;
      const token = tokenAt(text, at);
      if (token === undefined) continue;
      found(token.rule, at, token.end);
      at = token.end - 1;
    }
    longWords.lastIndex = at;
  }
}

function isPlaceholder(value: string): boolean {
  return (
    placeholder.test(value) || /^(?:pass(?:word|wd)?|pw|pwd|secret)\d{0,3}$/i.test(value) || /^(.)\1+$/.test(value)
  );
}

/** C. E. Shannon, "A Mathematical Theory of Communication", 1948: bits for each character, as often as each comes here. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

const passwordNames = /^(?:pass|mot|contrase|senha|has|wacht|l[oö]sen|pwd)/;

/** What is called a password may be a poor one. */
function isWeakPassword(value: string): boolean {
  const isMixed = /[A-Za-z]/.test(value) && /\d/.test(value);
  return value.length >= 6 && isMixed && !isPlaceholder(value) && !expression.test(value);
}

const leastEntropy = 2.7;

/** What programs are made of: a name, with few digits in it, or an operator. */
const programName = /^[A-Za-z_$][\w$.?!]*$/;
const operators = /^!|\?\.|=>|&&|\|\||\.\*|\\|\$\{|^[A-Za-z]+:[A-Za-z]/;
const fewDigits = 3;

/** Characters of several classes in no order, and neither a placeholder nor a name in a program. */
function isUnordered(value: string): boolean {
  if (value.length < 8 || isPlaceholder(value) || expression.test(value) || operators.test(value)) return false;
  const digits = value.replace(/\D/g, "").length;
  if (programName.test(value) && digits < fewDigits) return false;
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((one) => one.test(value)).length;
  return classes >= 2 && /\d|[^A-Za-z0-9._-]/.test(value) && entropy(value) >= leastEntropy;
}
