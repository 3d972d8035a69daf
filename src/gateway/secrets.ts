/**
 * What of a configuration nobody may read in what the gateway says of itself: its document of the admin API, its log, its
 * errors. A secret is known by where it stands: by the name of the option, or as the credential of a URL. What is logged
 * is searched for the values themselves, since they may come by a way that nobody thought of, such as the message of an
 * error of a library.
 */

const hidden = "(hidden)";

/** Names of options, and of parameters of URLs, whose text is secret. */
const secretName = /(?:key|keys|keyid|secret|secrets|token|tokens|password|passphrase|pass|credential|credentials)$/i;
/** What looks like such and is none, and what of section `security` is none. */
const plainNames: ReadonlySet<string> = new Set(["masterKeyFile", "sealing"]);
/** URLs of any scheme, as far as a credential may stand in them. */
const userInfo = /([a-z][a-z0-9+.-]*:\/\/)[^/?#\s"'<>]*@/gi;
const secretParameter = /([?&][^=&#\s"']*(?:key|secret|token|pass|sig|auth)[^=&#\s"']*=)[^&#\s"'<>]+/gi;
/** Shorter texts would be found by chance. */
const leastLength = 8;

/** The same without secrets; objects and lists are copied. */
export function withoutSecrets(config: unknown): unknown {
  return mapped(config, (text, isSecret) => (isSecret ? hidden : withoutCredentials(text)));
}

/** All of them, the longest first. */
export function secretsOf(config: unknown): readonly string[] {
  const found = new Set<string>();
  mapped(config, (text, isSecret) => {
    if (isSecret) found.add(text);
    else for (const secret of credentialsIn(text)) found.add(secret);
    return text;
  });
  return [...found].filter(({ length }) => length >= leastLength).sort((one, other) => other.length - one.length);
}

/** A text of any kind without `secrets`, as they are and as they stand in JSON and in URLs, and without credentials of URLs. */
export function withoutSecretsIn(text: string, secrets: readonly string[]): string {
  let shown = text.includes("://") ? withoutCredentials(text) : text;
  for (const secret of secrets)
    for (const form of new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]))
      if (shown.includes(form)) shown = shown.replaceAll(form, hidden);
  return shown;
}

/** URLs in a text without user, password, and parameters that are named like secrets. */
export function withoutCredentials(text: string): string {
  return text.replace(userInfo, `$1${hidden}@`).replace(secretParameter, `$1${hidden}`);
}

function credentialsIn(text: string): readonly string[] {
  const url = URL.parse(text);
  if (url === null) return [];
  const named = [...url.searchParams].filter(([name]) => /key|secret|token|pass|sig|auth/i.test(name));
  const raw = [url.password, decoded(url.password), ...named.map(([, value]) => value)];
  return raw.filter((value) => value !== "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

type MapText = (text: string, isSecret: boolean) => string;

function mapped(value: unknown, map: MapText, name = "", isSecret = false): unknown {
  if (typeof value === "string") return map(value, isSecret);
  if (Array.isArray(value)) return value.map((one) => mapped(one, map, name, isSecret));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => {
    // The key of `tls` is a file.
    const isBelow = isSecret || key === "security" || (secretName.test(key) && name !== "tls");
    return [key, mapped(member, map, key, isBelow && !plainNames.has(key))];
  });
  return Object.fromEntries(members);
}
