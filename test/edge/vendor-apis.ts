import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Stand-ins for the APIs by which CDNs are purged, as their makers document them: who may call, what a request may hold, how
 * often. The real ones cannot be run here. What they took is told apart by its kind.
 */

export interface VendorApi {
  readonly url: string;
  /** What was purged, such as `tag:a`, `path:/x` or `all`, in order. */
  readonly purged: string[];
  /** Every request that came, by its status. */
  readonly statuses: number[];
  /** In place of what it would answer; `undefined` is as usual. */
  outage: number | undefined;
  stop(): Promise<void>;
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A status and a body, or what was purged. */
type Reply =
  | { readonly status: number; readonly body: string }
  | { readonly purged: readonly string[]; readonly body: string };

export const cloudflareToken = "cloudflare-token-of-the-tests";

/** At most a hundred operations a request, and a bucket of tokens that does not fill again here. */
export function startCloudflareApi(tokens = 25): Promise<VendorApi> {
  let left = tokens;
  return start(({ method, path, headers, body }) => {
    if (headers.authorization !== `Bearer ${cloudflareToken}`) return refused(403, "Authentication error");
    if (method !== "POST" || path !== "/zones/zone-1/purge_cache") return refused(404, "no such route");
    if (left-- <= 0) return refused(429, "rate limited");
    const { tags = [], files = [], purge_everything: everything } = JSON.parse(body);
    if (tags.length + files.length > 100) return refused(400, "more than 100 operations");
    const isUrl = (file: string) => file.startsWith("https://www.example.com/");
    if (!files.every(isUrl)) return refused(400, "not of this zone");
    const names = [...tags.map((tag: string) => `tag:${tag}`), ...files.map((file: string) => `path:${pathOf(file)}`)];
    return { purged: everything === true ? ["all"] : names, body: '{"success":true,"errors":[]}' };
  });
}

export const fastlyToken = "fastly-token-of-the-tests";

/** At most 256 keys a request. */
export function startFastlyApi(): Promise<VendorApi> {
  return start(({ method, path, headers, body }) => {
    if (headers["fastly-key"] !== fastlyToken) return refused(401, "Provided credentials are missing or invalid");
    if (method !== "POST") return refused(405, "method");
    if (path === "/service/service-1/purge_all") return { purged: ["all"], body: '{"status":"ok"}' };
    if (path.startsWith("/purge/www.example.com/"))
      return { purged: [`path:${path.slice("/purge/www.example.com".length)}`], body: '{"status":"ok"}' };
    if (path !== "/service/service-1/purge") return refused(404, "no such service");
    const { surrogate_keys: keys } = JSON.parse(body);
    if (keys.length > 256) return refused(400, "more than 256 keys");
    return { purged: keys.map((key: string) => `tag:${key}`), body: JSON.stringify({ keys: keys.length }) };
  });
}

export const awsKeys = { accessKeyId: "AKIDOFTHETESTS", secretAccessKey: "a-secret-key-of-the-tests" };

/** Checks the signature, at most 3,000 items, and that a reference is used for one list only. */
export function startCloudFrontApi(): Promise<VendorApi> {
  const references = new Map<string, string>();
  return start((call) => {
    if (!isSigned(call)) return refused(403, "<Code>SignatureDoesNotMatch</Code>");
    if (call.path !== "/2020-05-31/distribution/E1/invalidation")
      return refused(404, "<Code>NoSuchDistribution</Code>");
    const [, reference = ""] = /<CallerReference>([^<]+)</.exec(call.body) ?? [];
    const items = [...call.body.matchAll(/<Path>([^<]+)</g)].map(([, item]) => item as string);
    if (!call.body.includes(`<Quantity>${items.length}</Quantity>`)) return refused(400, "<Code>MalformedXML</Code>");
    if (items.length > 3_000) return refused(400, "<Code>BatchTooLarge</Code>");
    const known = references.get(reference);
    if (known !== undefined && known !== items.join()) return refused(400, "<Code>InvalidArgument</Code>");
    references.set(reference, items.join());
    const named = items.map((item) =>
      item === "/*" ? "all" : item.startsWith("#") ? `tag:${item.slice(1)}` : `path:${item}`,
    );
    return { purged: named, body: "<Invalidation/>" };
  });
}

export const webhookSecret = "a-webhook-secret-of-the-tests";

/** As Standard Webhooks says that a receiver checks. */
export function startWebhookReceiver(): Promise<VendorApi> {
  return start(({ headers, body }) => {
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
    const signature = createHmac("sha256", webhookSecret).update(signed).digest("base64");
    if (headers["webhook-signature"] !== `v1,${signature}`) return refused(401, "signature");
    const { tags, urls, all } = JSON.parse(body);
    const names = [...tags.map((tag: string) => `tag:${tag}`), ...urls.map((path: string) => `path:${path}`)];
    return { purged: all ? ["all", ...names] : names, body: "" };
  });
}

/** Signature Version 4, from the side of AWS: the request as it came, and the secret that belongs to the key. */
function isSigned({ method, path, headers, body }: Call): boolean {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/us-east-1\/cloudfront\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;
  const [, id, day, names = "", signature] = pattern.exec(headers.authorization ?? "") ?? [];
  const time = String(headers["x-amz-date"]);
  if (id !== awsKeys.accessKeyId || !time.startsWith(`${day}T`)) return false;
  if (!["host", "x-amz-date"].every((name) => names.split(";").includes(name))) return false;
  const sha = (text: string) => createHash("sha256").update(text).digest("hex");
  const mac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const lines = names.split(";").map((name) => `${name}:${headers[name]}`);
  const canonical = `${method}\n${path}\n\n${lines.join("\n")}\n\n${names}\n${sha(body)}`;
  const scope = `${day}/us-east-1/cloudfront/aws4_request`;
  const ofDay = mac(`AWS4${awsKeys.secretAccessKey}`, day as string);
  const key = mac(mac(mac(ofDay, "us-east-1"), "cloudfront"), "aws4_request");
  return mac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha(canonical)}`).toString("hex") === signature;
}

function refused(status: number, body: string): Reply {
  return { status, body };
}

function pathOf(url: string): string {
  return new URL(url).pathname;
}

async function start(answer: (call: Call) => Reply): Promise<VendorApi> {
  const api: { -readonly [Name in keyof VendorApi]: VendorApi[Name] } = {
    url: "",
    purged: [],
    statuses: [],
    outage: undefined,
    stop: async () => {},
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = "";
    for await (const piece of request.setEncoding("utf8")) body += piece;
    const { method = "", url: path = "", headers } = request;
    const reply = api.outage === undefined ? answer({ method, path, headers, body }) : refused(api.outage, "outage");
    if ("purged" in reply) api.purged.push(...reply.purged);
    const status = "purged" in reply ? 200 : reply.status;
    api.statuses.push(status);
    response.writeHead(status).end(reply.body);
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  api.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  api.stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return api;
}
