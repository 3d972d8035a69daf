import type { Report } from "./finding.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Addresses of e-mail (RFC 5321, with the letters of any script that RFC 6531 allows), also those spelled out to hide them
 * from programs: "jane dot doe at example dot com", "jane [at] example [dot] com". Each `@` is looked at once, with as
 * many characters on either side as an address may have; in URLs, in HTML and in JSON it has spellings of its own. What only looks like one is left out: an account at a host
 * (`git@host:path`, `user:password@host`), a version of a package, a picture of another size.
 */

const localCharacter = /[\p{L}\p{N}._%+'!#$&*=?^`{|}~/-]/u;
/** As it is, in a URL (RFC 3986), in HTML and in a JSON string that stands in a text. */
const atSigns = /@|%40|&#(?:64|x40);|\\u0040/gi;
/** The dots are the ideographic ones where no other is. */
const domain = /[\p{L}\p{N}-]{1,63}(?:(?:\.[\p{L}\p{N}-]{1,63}){1,8}|(?:。[a-z0-9-]{1,63}){1,8})/iuy;
const topLevel = /^(?:\p{L}{2,24}|xn--[a-z0-9-]{2,59})$/iu;
const mostLocal = 64;

/** Names of files behind an `@`, such as `logo@2x.png`; but those that are countries as well. */
const fileEndings =
  /^(?:png|jpe?g|gif|svg|webp|avif|ico|css|scss|js|ts|jsx|tsx|mjs|json|map|html?|go|java|class|php)$/i;
/** Where an account at a host has its files: `git@host:app.git`, `deploy@host:releases/app`. */
const versionControl = /^(?:git|hg|svn)$/i;
const remotePath = /^:[\w.~-]{1,40}\//;
const remoteLogin = /\b(?:ssh|scp|sftp|rsync|mosh)\b[^\n]{0,30}$/i;

export function findEmails({ text }: Surroundings, report: Report): void {
  atSigns.lastIndex = 0;
  for (let sign = atSigns.exec(text); sign !== null; sign = atSigns.exec(text))
    findAround(text, sign.index, sign[0].length, report);
  findSpelled(text, report);
}

function findAround(text: string, at: number, length: number, report: Report): void {
  let start = at;
  while (start > 0 && at - start < mostLocal && localCharacter.test(text[start - 1] as string)) start--;
  // Quotes and brackets of the text around may be characters of an address, and hardly ever begin one.
  while (start < at && /[.'!#$&*=?^`{|}~/%-]/.test(text[start] as string)) start++;
  // Behind a sign that no name has, such as in key=jane@example.com, the address begins.
  const cut = text.slice(start, at).search(/[=?|/&`{}][^=?|/&`{}]*$/);
  if (cut !== -1) start += cut + 1;
  if (start === at || text[at - 1] === "." || text.slice(start, at).includes("..")) return;
  domain.lastIndex = at + length;
  const given = domain.exec(text)?.[0];
  if (given === undefined) return;
  const end = at + length + given.length;
  const host = given.replaceAll("。", ".");
  const last = host.slice(host.lastIndexOf(".") + 1);
  if (!topLevel.test(last) || fileEndings.test(last) || /(?:^|\.)-|-(?:\.|$)/.test(host)) return;
  const local = text.slice(start, at);
  if (text[end] === ":" && (versionControl.test(local) || remotePath.test(text.slice(end, end + 42)))) return;
  const before = text.slice(Math.max(0, start - 80), start);
  if (/:\/\/[^\s/?#]{0,70}$/.test(before) || remoteLogin.test(before)) return;
  report({ kind: "email", rule: "email", start, end, value: `${local}@${host}`.toLowerCase() });
}

const atWords = "[ ]{0,2}(?:at|arroba|arobase|@)[ ]{0,2}";
const at = String.raw`(?:[ ]{0,2}(?:\[${atWords}\]|\(${atWords}\)|\{${atWords}\}|<${atWords}>)[ ]{0,2})`;
const plainAt = "(?:[ ]{1,2}(?:at|arroba|arobase|chiocciola|małpa|ät)[ ]{1,2})";
const dot = String.raw`(?:[ ]{0,2}[\[({<][ ]{0,2}(?:dot|punkt|point|punto|ponto|\.)[ ]{0,2}[\])}>][ ]{0,2}|[ ]{1,2}(?:dot|punkt|point|punto|ponto|kropka)[ ]{1,2}|\.)`;
const name = "[a-z0-9][a-z0-9_+-]{0,40}";
const spelled = new RegExp(
  `(?<![a-z0-9._+-])(${name}(?:${dot}${name}){0,3})(?:(${at})|${plainAt})(${name}(?:${dot}[a-z0-9-]{1,40}){0,3}?${dot})([a-z]{2,10})(?![a-z0-9@])`,
  "gi",
);
const anchors = /[[({<][ ]{0,2}(?:at|arroba|@)[ ]{0,2}[\])}>]|[ ](?:dot|punkt|point|punto|ponto|kropka)[ ]/i;
/** Of addresses that are read out. */
const spokenEndings =
  /^(?:com|org|net|edu|gov|io|co|info|eu|de|at|ch|fr|es|it|pt|br|nl|be|pl|uk|us|ca|au|in|se|no|dk|fi|me|dev|ai|app)$/i;
/** What stands before the "at" of a site, or of a thing that somebody looks at, and is nobody's name. */
const plainWords = new RegExp(
  `^(?:${[
    "const|let|var|i|me|you|him|her|it|us|we|they|them|that|this|these|those|one|all|more|everything|anything|something|info|here|there",
    "is|are|was|be|been|am|do|did|look|looks|looked|looking|see|seen|find|found|get|got|meet|shop|buy|bought|order|ordered",
    "read|watch|check|visit|work|works|working|worked|stay|live|lives|arrive|arrived|available|hosted|online|store|page|site",
    "website|blog|posted|published|sold|and|or|not|up|now|out|only|even|login|register|sign|go|good|bad|better|best|point|aim",
  ].join("|")})$`,
  "i",
);

/** Where no bracket sets off the "at", the word before it must be able to be a name: "look at polka dot com" is none. */
function findSpelled(text: string, report: Report): void {
  if (!anchors.test(text)) return;
  spelled.lastIndex = 0;
  for (let match = spelled.exec(text); match !== null; match = spelled.exec(text)) {
    const [whole, local = "", bracketed, host = "", last = ""] = match;
    const start = match.index;
    const end = start + whole.length;
    // What is none may hide one that begins inside it.
    spelled.lastIndex = start + local.length;
    if (bracketed === undefined) {
      if (plainWords.test(local)) continue;
      if (!spokenEndings.test(last)) continue;
    }
    const value = `${written(local)}@${written(host)}${last.toLowerCase()}`;
    report({ kind: "email", rule: "spelled-email", start, end, value });
    spelled.lastIndex = end;
  }
}

const dots = new RegExp(dot, "gi");

function written(part: string): string {
  return part.replace(dots, ".").toLowerCase();
}
