import { describe, expect, it } from "vitest";
import type { AuthFault } from "../../core/auth-fault.ts";
import { ManualClock, systemRandom } from "../../core/clock.ts";
import { RequestRejectedError } from "../../core/errors.ts";
import { memory } from "../../stores/memory.ts";
import { tenancySchema } from "../../tenancy-options.ts";
import { admissionOf, type KnockingRequest } from "./admission.ts";
import { newKeyText } from "./key-text.ts";
import { VirtualKeys } from "./virtual-keys.ts";

const clock = new ManualClock();
const keys = new VirtualKeys({ store: memory({ clock }), bus: undefined, clock, random: systemRandom });
const { key, text } = await keys.create({ tenant: "acme", user: "ann" });
const secret = "a-secret-of-the-proxy-1";

/** What becomes of a request: who is let in with which fields, or the error, and the fault that is told inside. */
async function knock(
  settings: object,
  rawHeaders: readonly string[],
  url = "/v1/chat/completions",
  socket?: KnockingRequest["socket"],
) {
  const faults: AuthFault[] = [];
  const tenancy = tenancySchema.parse(settings);
  const admission = admissionOf(tenancy, { keys, onRefused: (fault) => faults.push(fault) });
  try {
    const admitted = await admission?.admit({ rawHeaders: [...rawHeaders], url, ...(socket && { socket }) });
    return { admitted, error: undefined, fault: faults[0] };
  } catch (error) {
    if (!(error instanceof RequestRejectedError)) throw error;
    return { admitted: undefined, error, fault: faults[0] };
  }
}

describe("in mode keys", () => {
  const mode = { mode: "keys" };

  it.each([
    ["authorization", `Bearer ${text}`],
    ["Authorization", `bearer  ${text}`],
    ["x-api-key", text],
    ["X-Goog-Api-Key", text],
    ["api-key", text],
  ])("a key is taken where SDKs send it, in %s, and goes no further", async (field, value) => {
    const { admitted } = await knock(mode, ["accept", "*/*", field, value, "cookie", "a=1", "x-custom", "1"]);
    expect(admitted?.principal).toEqual({ tenant: "acme", user: "ann", keyId: key.id });
    expect(admitted?.rawHeaders).toEqual(["accept", "*/*", "x-custom", "1"]);
  });

  const forged = newKeyText({ id: key.id, edition: 1 }, systemRandom);
  const unknown = newKeyText({ id: "0".repeat(12), edition: 1 }, systemRandom);
  const bearer = (shown: string) => ["authorization", `Bearer ${shown}`];
  it.each<[string, readonly string[], string?]>([
    ["no key", []],
    ["an empty field", ["authorization", ""]],
    ["an empty key", ["x-api-key", ""]],
    ["another scheme", ["authorization", `Basic ${Buffer.from(`:${text}`).toString("base64")}`]],
    ["no scheme", ["authorization", text]],
    ["a forged key", bearer(forged)],
    ["a key that there is not", bearer(unknown)],
    ["a cut key", bearer(text.slice(0, -1))],
    ["the beginning of a key", bearer(text.slice(0, 24))],
    ["a longer key", bearer(`${text}a`)],
    ["a key in other case", bearer(text.toUpperCase())],
    ["a key with look-alike letters", bearer(text.replace("rpr_", Buffer.from("рpr_").toString("latin1")))],
    ["a key with a space in it", bearer(`${text.slice(0, 30)} ${text.slice(30)}`)],
    ["a tab before the key", ["authorization", `Bearer\t${text}`]],
    ["a space before the key", ["x-api-key", ` ${text}`]],
    ["two keys in a field", bearer(`${text}, ${text}`)],
    ["the field twice", [...bearer(text), ...bearer(text)]],
    ["the field twice, once in other case", [...bearer(text), "AUTHORIZATION", "Bearer other"]],
    ["two fields with the key", [...bearer(text), "x-api-key", text]],
    ["a key and an upstream's", [...bearer(text), "x-api-key", "sk-ant-other"]],
    ["a second copy in a field that is sent on", [...bearer(text), "x-custom", `see ${text}`]],
    ["a second copy in the cookie", [...bearer(text), "cookie", `key=${text}`]],
    ["the key in the query", [], `/v1/chat/completions?key=${text}`],
    ["a key in the query besides", bearer(text), "/v1/chat/completions?api_key=other"],
    ["a second copy in the query", bearer(text), `/v1/chat/completions?note=${text}`],
    ["an escaped copy in the query", bearer(text), `/v1/chat/completions?note=${text.replace("rpr_", "%72pr%5F")}`],
    ["a second copy in the path", bearer(text), `/v1/files/${text}`],
  ])("%s is refused, and all hear the same", async (_, fields, url) => {
    const { error, admitted } = await knock(mode, fields, url);
    expect(admitted).toBeUndefined();
    expect(error).toMatchObject({ status: 401, code: "invalid_api_key" });
    expect(error?.message).toBe("This request shows no API key that is taken here.");
    expect(error?.param).toBeUndefined();
    expect(JSON.stringify({ ...error, cause: error?.cause })).not.toContain(text.slice(0, 24));
  });

  it("the reason is told inside", async () => {
    const faults = [[], bearer(forged), bearer(unknown), bearer(text.slice(1)), [...bearer(text), ...bearer(text)]];
    const told = await Promise.all(faults.map(async (fields) => (await knock(mode, fields)).fault));
    expect(told).toEqual(["missing", "wrong_secret", "unknown", "malformed", "ambiguous"]);
  });
});

describe("in mode header", () => {
  const mode = { mode: "header", header: { secret } };
  const proof = ["x-ai-proxy-secret", secret];

  it("the word of the proxy counts with its proof, and nothing of it goes further", async () => {
    const fields = [
      "X-AI-Tenant",
      "acme",
      ...proof,
      "x-ai-user",
      "ann",
      "authorization",
      "Bearer jwt",
      "accept",
      "*/*",
    ];
    const { admitted } = await knock(mode, fields);
    expect(admitted).toEqual({ principal: { tenant: "acme", user: "ann" }, rawHeaders: ["accept", "*/*"] });
    const again = await knock(mode, [...proof, "x-ai-tenant", "acme"]);
    expect(again.admitted?.principal).toEqual({ tenant: "acme" });
  });

  it("fields have the names that are configured", async () => {
    const header = { secret, tenant: "X-Org", user: "X-Email", secretField: "X-Proof" };
    const fields = ["x-org", "acme", "x-email", "ann@acme.example", "x-proof", secret, "x-ai-tenant", "umbra"];
    const { admitted } = await knock({ mode: "header", header }, fields);
    expect(admitted?.principal).toEqual({ tenant: "acme", user: "ann@acme.example" });
    expect(admitted?.rawHeaders).toEqual(["x-ai-tenant", "umbra"]);
  });

  it("a client does not name the user where the proxy does, in a field of another name", async () => {
    const header = { secret, user: "X-Email" };
    const fields = [...proof, "x-ai-tenant", "acme", "X-AI-User", "ann@acme.example", "accept", "*/*"];
    const { admitted } = await knock({ mode: "header", header }, fields);
    expect(admitted).toEqual({ principal: { tenant: "acme" }, rawHeaders: ["accept", "*/*"] });
  });

  it.each<[string, readonly string[]]>([
    ["no proof", []],
    ["an empty proof", ["x-ai-proxy-secret", ""]],
    ["a wrong proof", ["x-ai-proxy-secret", "another-secret-of-it"]],
    ["a cut proof", ["x-ai-proxy-secret", secret.slice(0, -1)]],
    ["a longer proof", ["x-ai-proxy-secret", `${secret}1`]],
    ["a proof in other case", ["x-ai-proxy-secret", secret.toUpperCase()]],
    ["the proof twice", [...proof, ...proof]],
    ["a right proof beside a wrong one", [...proof, "X-AI-Proxy-Secret", "wrong"]],
  ])("with %s nobody is named", async (_, fields) => {
    const { error, fault } = await knock(mode, ["x-ai-tenant", "acme", ...fields]);
    expect(error).toMatchObject({ status: 401, code: "unproven_proxy" });
    expect(fault).toBe("unproven");
    expect(error?.message).not.toContain("acme");
  });

  it.each<[string, readonly string[]]>([
    ["no tenant", []],
    ["an empty tenant", ["x-ai-tenant", ""]],
    ["two tenants", ["x-ai-tenant", "acme", "x-ai-tenant", "umbra"]],
    ["two tenants in one field", ["x-ai-tenant", "acme, umbra"]],
    ["the tenant of the anonymous", ["x-ai-tenant", "Anonymous"]],
    ["a tenant that is too long", ["x-ai-tenant", "a".repeat(129)]],
    ["two users", ["x-ai-tenant", "acme", "x-ai-user", "ann", "x-ai-user", "bob"]],
    ["an empty user", ["x-ai-tenant", "acme", "x-ai-user", ""]],
  ])("a proxy that names %s is told what it must name", async (_, fields) => {
    const { error, fault } = await knock(mode, [...proof, ...fields]);
    expect(error).toMatchObject({ status: 401, code: "tenant_not_named" });
    expect(fault).toBe("unnamed");
  });

  it("a client certificate is a proof where one is wanted, and where both are wanted both must be shown", async () => {
    const fields = ["x-ai-tenant", "acme"];
    const certified = { mode: "header", header: { certificate: true } };
    const both = { mode: "header", header: { certificate: true, secret } };
    const statusOf = async (settings: object, shown: readonly string[], socket?: object) =>
      (await knock(settings, [...fields, ...shown], "/v1/models", socket)).error?.status ?? 200;
    expect(await statusOf(certified, [], { authorized: true })).toBe(200);
    for (const socket of [undefined, {}, { authorized: false }, { authorized: "yes" }])
      expect(await statusOf(certified, proof, socket)).toBe(401);
    expect(await statusOf(both, proof, { authorized: true })).toBe(200);
    expect(await statusOf(both, [], { authorized: true })).toBe(401);
    expect(await statusOf(both, proof)).toBe(401);
    expect(await statusOf(mode, [], { authorized: true })).toBe(401);
    expect(await statusOf({ mode: "header" }, proof, { authorized: true })).toBe(401);
  });

  it("each of several secrets is taken while they are changed", async () => {
    const settings = { mode: "header", header: { secret: [secret, "a-secret-of-the-proxy-2"] } };
    for (const shown of settings.header.secret)
      expect((await knock(settings, ["x-ai-tenant", "acme", "x-ai-proxy-secret", shown])).error).toBeUndefined();
  });

  it("a credential in the query is not sent on with the rest", async () => {
    const { error } = await knock(mode, [...proof, "x-ai-tenant", "acme"], "/v1beta/models/m:generateContent?key=k");
    expect(error).toMatchObject({ status: 400, code: "credential_in_query" });
  });
});

describe("in mode credential", () => {
  it("everybody is let in, unless those without credentials are not wanted", async () => {
    expect(admissionOf(tenancySchema.parse({}), { keys, onRefused: () => {} })).toBeUndefined();
    const strict = { anonymous: "refuse" };
    expect((await knock(strict, ["accept", "*/*"])).error).toMatchObject({ status: 401, code: "invalid_api_key" });
    expect((await knock(strict, ["authorization", ""])).fault).toBe("anonymous");
    for (const fields of [
      ["Authorization", "Bearer k"],
      ["x-api-key", "k"],
      ["cookie", "s=1"],
    ])
      expect((await knock(strict, fields)).admitted).toEqual({ principal: undefined, rawHeaders: fields });
    expect((await knock(strict, [], "/v1beta/models/m:generateContent?key=k")).error).toBeUndefined();
  });
});
