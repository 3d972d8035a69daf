import { createHash, createHmac } from "node:crypto";

/**
 * Signature Version 4 of AWS (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html): a
 * canonical form of the request is hashed, and the hash signed with a key derived from the secret by day, region and service.
 * This is the part that CloudFront needs: no query, and a path whose segments need no escaping.
 */

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** With temporary credentials. */
  readonly sessionToken?: string | undefined;
}

export interface SignableRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The header fields of the request, with those that sign it. Names are in lower case. */
export function signedHeaders(
  { method, url, headers, body }: SignableRequest,
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
  place: { readonly region: string; readonly service: string; readonly at: number },
): Readonly<Record<string, string>> {
  const { host, pathname } = new URL(url);
  const time = new Date(place.at).toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
  const all: Readonly<Record<string, string>> = {
    ...headers,
    host,
    "x-amz-date": time,
    ...(sessionToken !== undefined && { "x-amz-security-token": sessionToken }),
  };
  const names = Object.keys(all).sort();
  const lines = names.map((name) => `${name}:${(all[name] as string).trim()}\n`).join("");
  const canonical = [method, pathname, "", lines, names.join(";"), hash(body)].join("\n");
  const scope = [time.slice(0, 8), place.region, place.service, "aws4_request"];
  const toSign = ["AWS4-HMAC-SHA256", time, scope.join("/"), hash(canonical)].join("\n");
  let key: Buffer | string = `AWS4${secretAccessKey}`;
  for (const part of scope) key = createHmac("sha256", key).update(part).digest();
  const signature = createHmac("sha256", key).update(toSign).digest("hex");
  const credential = `${accessKeyId}/${scope.join("/")}`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { ...all, authorization };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
