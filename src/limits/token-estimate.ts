/**
 * How many tokens a request has, told by its length before anybody has counted: four bytes to a token, which fits English
 * and the JSON around it (OpenAI's help, "What are tokens and how to count them"). Pictures and sound stand in requests as
 * long runs of base64, of which models count by far fewer: a large picture has about 1,600 tokens (Anthropic's
 * documentation, "Vision").
 */

const bytesOfToken = 4;
const tokensOfMedium = 1_600;
/** No text has as long a run of these characters. */
const leastRunBytes = 4_096;

const isBase64 = new Uint8Array(256);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=")
  isBase64[character.charCodeAt(0)] = 1;

export function estimatedTokens(body: Uint8Array): number {
  if (body.length < leastRunBytes) return Math.ceil(body.length / bytesOfToken);
  let [media, mediaBytes, run] = [0, 0, 0];
  const endRun = (): void => {
    if (run >= leastRunBytes) {
      media++;
      mediaBytes += run;
    }
    run = 0;
  };
  for (const byte of body) {
    if (isBase64[byte] === 1) run++;
    else if (run > 0) endRun();
  }
  endRun();
  return Math.ceil((body.length - mediaBytes) / bytesOfToken) + media * tokensOfMedium;
}

export function tokensOfCharacters(characters: number): number {
  return Math.ceil(characters / bytesOfToken);
}
