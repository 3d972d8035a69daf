/**
 * How many tokens a request has, told by its length before anybody has counted: four bytes to a token, which fits English
 * and the JSON around it (OpenAI's help, "What are tokens and how to count them"). Pictures, sound and documents stand in
 * requests as long runs of base64, of which models count by far fewer: a large picture has about 1,600 tokens (Anthropic's
 * documentation, "Vision"). A run counts as such only where it stands in a field in which the APIs take media, so that no
 * text is counted as a picture because it has no blanks.
 */

const bytesOfToken = 4;
const tokensOfMedium = 1_600;
/** Hardly any text has as long a run of these characters, so that other requests need not be read. */
const leastRunBytes = 4_096;

const isBase64 = new Uint8Array(256);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=")
  isBase64[character.charCodeAt(0)] = 1;

export function estimatedTokens(body: Uint8Array): number {
  const lengths = hasLongRun(body) ? mediaLengths(body) : [];
  const mediaBytes = lengths.reduce((sum, length) => sum + length, 0);
  return Math.ceil((body.length - mediaBytes) / bytesOfToken) + lengths.length * tokensOfMedium;
}

export function tokensOfCharacters(characters: number): number {
  return Math.ceil(characters / bytesOfToken);
}

function hasLongRun(body: Uint8Array): boolean {
  let run = 0;
  for (const byte of body) {
    run = isBase64[byte] === 1 ? run + 1 : 0;
    if (run >= leastRunBytes) return true;
  }
  return false;
}

/** Where a request holds what is said, and where a message holds its parts. Schemas and arguments of tools are neither. */
const conversations = ["messages", "input", "contents", "system", "systemInstruction", "system_instruction"];
const partFields = ["content", "parts", "output", "source"];
const mediumFields = ["image_url", "input_audio", "file", "inlineData", "inline_data"];
const dataFields = ["data", "url", "image_url", "file_data"];

function mediaLengths(body: Uint8Array): readonly number[] {
  let request: unknown;
  try {
    request = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8"));
  } catch {
    return [];
  }
  const lengths: number[] = [];
  const toRead: unknown[] = membersOf(request, conversations);
  // Not by recursion: how deep it goes is the caller's to choose.
  while (toRead.length > 0) {
    const value = toRead.pop();
    if (Array.isArray(value)) for (const member of value) toRead.push(member);
    else {
      for (const medium of [value, ...membersOf(value, mediumFields)])
        for (const data of membersOf(medium, dataFields)) if (isMedium(medium, data)) lengths.push(data.length);
      toRead.push(...membersOf(value, partFields));
    }
  }
  return lengths;
}

function membersOf(value: unknown, names: readonly string[]): unknown[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return names.flatMap((name) => {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    return member === undefined ? [] : [member];
  });
}

const dataUrl = /^data:([^;,]*)[^,]{0,256};base64,/;
const notText = /^(?:(?:image|audio|video)\/|application\/pdf$)/;

/** Text may be sent in base64, too; the model reads it as text. */
function isMedium(holder: unknown, data: unknown): data is string {
  if (typeof data !== "string" || data.length < leastRunBytes) return false;
  const [head = "", typeInUrl] = dataUrl.exec(data) ?? [];
  const [form = "base64"] = membersOf(holder, ["type"]);
  const [type = "image/*"] = typeInUrl ? [typeInUrl] : membersOf(holder, ["media_type", "mimeType", "mime_type"]);
  if (form === "text" || typeof type !== "string" || !notText.test(type)) return false;
  return /^[\w+/=-]*$/.test(data.slice(head.length));
}
