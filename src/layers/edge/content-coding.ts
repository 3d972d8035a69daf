/** Which coding an answer is sent in (RFC 9110 section 12.5.3). */

export type ContentCoding = "br" | "gzip" | "identity";

/** The smallest first; of those that a client likes equally well the first is taken. */
const offered: readonly ContentCoding[] = ["br", "gzip", "identity"];

/** A client that takes none of them gets the answer as it is, which every client can read. */
export function codingFor(acceptEncoding: string | undefined): ContentCoding {
  if (acceptEncoding === undefined) return "identity";
  const weights = new Map<string, number>();
  for (const one of acceptEncoding.split(",")) {
    const [name = "", ...parameters] = one.split(";").map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
    const weight =
      quality === undefined ? 1 : /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(quality) ? Number(quality) : 0;
    weights.set(name === "x-gzip" ? "gzip" : name, weight);
  }
  const rest = weights.get("*");
  let best: ContentCoding = "identity";
  let most = 0;
  for (const coding of offered) {
    // What is not spoken of is not wanted, except the answer as it is.
    const weight = weights.get(coding) ?? rest ?? (coding === "identity" ? leastWeight : 0);
    if (weight > most) [best, most] = [coding, weight];
  }
  return best;
}

/** Less than anybody can write. */
const leastWeight = 0.0001;
