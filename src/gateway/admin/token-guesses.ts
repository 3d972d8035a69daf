import type { IncomingMessage } from "node:http";
import { type Random, systemRandom } from "../../core/clock.ts";
import type { AttemptLimit } from "../attempt-limit.ts";
import type { AdminToken } from "./admin-token.ts";
import { showsIn } from "./token-guard.ts";

/**
 * Who shows the admin token on the way to an upstream is told so, which is of use to those who mistook one credential for
 * another, and to those who guess. So it is told only where little was tried: every text that could hold the token and was
 * not seen before counts as a guess of its address. Where there were too many within the minute the right one is treated as
 * all the wrong ones are: the request goes on, with a text that is no secret in place of the token, and what the upstream
 * says of that is the answer.
 */

type Request = Pick<IncomingMessage, "rawHeaders" | "url" | "headers" | "socket">;

/** Of those that clients send again and again. */
const mostKnown = 4_096;
const longestKnown = 1_024;
/** Beyond so many at once it does not matter how many more. */
const mostCounted = 16;

/** Whether a request is to be refused because it shows the token; where that is not to be told it has been taken out. */
export function tokenGuesses(
  token: AdminToken,
  guesses: AttemptLimit,
  random: Random = systemRandom,
): (request: Request) => boolean {
  if (token.kind === "closed") return () => false;
  const { length } = token.token;
  const shows = showsIn(token.token);
  const bytes = random.bytes(length);
  const decoy = Buffer.from(bytes).toString("base64url").slice(0, length);
  const known = new Set<string>();
  return (request) => {
    let fresh = 0;
    let isShown = false;
    const look = (text: string): void => {
      if (text.length < length || known.has(text)) return;
      if (shows(text)) isShown = true;
      else {
        fresh++;
        if (text.length > longestKnown) return;
        if (known.size >= mostKnown) known.clear();
        known.add(text);
      }
    };
    look(request.url ?? "");
    request.rawHeaders.forEach(look);
    const address = request.socket?.remoteAddress ?? "";
    for (let counted = Math.min(fresh, mostCounted); counted > 0; counted--) guesses.count(address);
    if (!isShown) return false;
    if (guesses.waitOf(address) === undefined) return true;
    takeOut(request, (text) =>
      text.length >= length && shows(text) ? without(text, token.token, decoy, shows) : text,
    );
    return false;
  };
}

function takeOut(request: Request, cleaned: (text: string) => string): void {
  request.url = cleaned(request.url ?? "");
  request.rawHeaders = request.rawHeaders.map(cleaned);
  const fields = Object.entries(request.headers).map(([name, value]) => [
    cleaned(name),
    Array.isArray(value) ? value.map(cleaned) : cleaned(value ?? ""),
  ]);
  request.headers = Object.fromEntries(fields);
}

/** In whatever form it stands there; what else stands there stays where it can. */
function without(text: string, token: string, decoy: string, shows: (text: string) => boolean): string {
  const plain = text.replaceAll(token, decoy);
  if (!shows(plain)) return plain;
  const [, scheme, encoded] = /^(basic[ \t]+)(.*)$/i.exec(plain) ?? [];
  if (scheme !== undefined && encoded !== undefined) {
    const pair = Buffer.from(encoded, "base64").toString("latin1").replaceAll(token, decoy);
    return scheme + Buffer.from(pair, "latin1").toString("base64");
  }
  const parted = plain.replace(/[^/?&=;,\s]+/g, (part) => (shows(part) ? decoy : part));
  return shows(parted) ? `${text.startsWith("/") ? "/" : ""}${decoy}` : parted;
}
