import type { Report } from "./finding.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Addresses of e-mail (RFC 5321, with the letters of any script that RFC 6531 allows), also those spelled out to hide them
 * from programs: "jane dot doe at example dot com", "jane [at] example [dot] com". Each `@` is looked at once, with as
 * many characters on either side as an address may have. What only looks like one is left out: an account at a host
 * (`git@host:path`, `user:password@host`), a version of a package, a picture of another size.
 */

const localCharacter = /[\p{L}\p{N}._%+'!#$&*=?^`{|}~/-]/u;
const domain = /[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/uy;
const topLevel = /^(?:\p{L}{2,24}|xn--[a-z0-9-]{2,59})$/iu;
const mostLocal = 64;

/** Names of files behind an `@`, such as `logo@2x.png`. */
const fileEndings =
  /^(?:png|jpe?g|gif|svg|webp|avif|ico|css|scss|js|ts|jsx|tsx|mjs|json|map|html?|py|go|rs|java|class|php)$/i;
const remoteLogin = /\b(?:ssh|scp|sftp|rsync|mosh)\b[^\n]{0,30}$/i;

export function findEmails({ text }: Surroundings, report: Report): void {
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) findAround(text, at, report);
  findSpelled(text, report);
}

function findAround(text: string, at: number, report: Report): void {
  let start = at;
  while (start > 0 && at - start < mostLocal && localCharacter.test(text[start - 1] as string)) start--;
  // Quotes and brackets of the text around may be characters of an address, and hardly ever begin one.
  while (start < at && /[.'!#$&*=?^`{|}~/%-]/.test(text[start] as string)) start++;
  // Behind a sign that no name has, such as in key=jane@example.com, the address begins.
  const cut = text.slice(start, at).search(/[=?|/&`{}][^=?|/&`{}]*$/);
  if (cut !== -1) start += cut + 1;
  if (start === at || text[at - 1] === "." || text.slice(start, at).includes("..")) return;
  domain.lastIndex = at + 1;
  const host = domain.exec(text)?.[0];
  if (host === undefined) return;
  const end = at + 1 + host.length;
  const last = host.slice(host.lastIndexOf(".") + 1);
  if (!topLevel.test(last) || fileEndings.test(last) || /(?:^|\.)-|-(?:\.|$)/.test(host)) return;
  if (/^:[^\s/]/.test(text.slice(end, end + 2))) return;
  const before = text.slice(Math.max(0, start - 80), start);
  if (/:\/\/[^\s/]{0,70}$/.test(before) || remoteLogin.test(before)) return;
  report({ kind: "email", rule: "email", start, end, value: text.slice(start, end).toLowerCase() });
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
