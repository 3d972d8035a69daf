import { once } from "node:events";
import { request } from "node:http";
import { expect, test } from "vitest";
import { z } from "zod";
import { callAdmin, tokenOf } from "./admin-call.ts";
import { ask, bearer } from "./chat-call.ts";
import { type RunningGateway, runBoth, runGateway, runOrigin } from "./running-gateway.ts";

interface Operation {
  readonly summary: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: object }> };
  readonly responses: Record<string, { readonly description: string; readonly content: Record<string, Content> }>;
}

interface Content {
  readonly schema: Record<string, unknown>;
}

interface Described {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly components: { readonly schemas: Record<string, Record<string, unknown>> };
  readonly paths: Record<string, Record<string, Operation>>;
}

async function documentOf(gateway: RunningGateway): Promise<Described> {
  return JSON.parse((await callAdmin(gateway, "/openapi.json")).text) as Described;
}

function operationsOf({ paths }: Described) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
}

/** Whether the answer is as the document says; throws what is wrong with it. */
function check(schema: Record<string, unknown>, answer: unknown): void {
  z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).parse(answer);
}

const settings = { layers: { semantic: { mode: "off" } } };

test("the document is a sound one of OpenAPI 3.1", async () => {
  const { gateway } = await runBoth(settings);
  const document = await documentOf(gateway);
  expect(document.openapi).toMatch(/^3\.1\.\d+$/);
  expect(document.info).toEqual({ title: expect.any(String), version: expect.any(String) });
  for (const { path, method, operation } of operationsOf(document)) {
    const where = `${method} ${path}`;
    const parameters = operation.parameters ?? [];
    const named = parameters.filter((one) => one.in === "path").map(({ name }) => name);
    expect([where, named]).toEqual([where, [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)]);
    expect([where, parameters.every((one) => one.in !== "path" || one.required)]).toEqual([where, true]);
    const keys = parameters.map((one) => `${one.in} ${one.name}`);
    expect([where, new Set(keys).size]).toEqual([where, keys.length]);
    for (const [status, { description, content }] of Object.entries(operation.responses)) {
      expect([where, status, description.length > 0]).toEqual([where, status, true]);
      const types = Object.keys(content);
      expect([where, status, types.length]).toEqual([where, status, 1]);
      if (status !== "200") expect([where, types[0]]).toEqual([where, "application/problem+json"]);
    }
  }
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to);
  expect(new Set(references)).toEqual(new Set(["#/components/schemas/Problem"]));
  expect(document.components.schemas["Problem"]).toBeDefined();
});

test("every route answers what the document says it does", async () => {
  const origin = await runOrigin();
  const pool = { replicas: [origin.url], healthPath: "off" };
  const gateway = await runGateway(origin, { ...settings, upstreams: { main: { url: origin.url }, pool } });
  const document = await documentOf(gateway);
  const store = async () => {
    expect((await ask(gateway)).status).toBe(200);
    await expect.poll(async () => JSON.parse((await callAdmin(gateway, "/entries")).text).entries.length).toBe(1);
  };
  await store();
  const { id } = JSON.parse((await callAdmin(gateway, "/entries")).text).entries[0];
  const bodies: Record<string, object> = {
    "POST /invalidate": { tags: ["a"] },
    "POST /feedback": { entry: "nobody:slot", verdict: "right" },
    "PUT /prompts": { name: "motel", text: "Be brief." },
    "PUT /prompts/{name}": { text: "Be brief." },
    "POST /prompts/{name}/warm": { upstream: "main", model: "m" },
    "POST /answers": { slug: "hotel", entry: id, title: "Hotel", language: "en" },
    "POST /keys": { tenant: "acme" },
    "POST /keys/{id}/rotate": { overlap: "1h" },
  };
  let keyId = "";
  const makeKey = async () => {
    keyId = JSON.parse((await callAdmin(gateway, "/keys", { body: { tenant: "acme" } })).text).id;
  };
  let erasureId = "";
  const erase = async () => {
    erasureId = JSON.parse((await callAdmin(gateway, "/tenants/nobody", { method: "DELETE" })).text).id;
  };
  const first: Record<string, () => Promise<unknown>> = {
    // The entry of before was removed meanwhile, by another of the routes.
    "POST /answers": store,
    "DELETE /keys": makeKey,
    "DELETE /keys/{id}": makeKey,
    "POST /keys/{id}/rotate": makeKey,
    "GET /erasures/{id}": erase,
  };
  const queries: Record<string, string> = {
    "GET /timeseries": "?metric=requests&window=1h",
    "GET /stats": "?window=1h",
    "GET /limits": "?tenant=acme",
    "GET /entries": "?limit=10&layer=exact",
    "DELETE /prompts": "?name=motel",
    "DELETE /prompts/{name}": "?version=1",
    "DELETE /keys": "?id=KEY",
  };
  await callAdmin(gateway, "/answers", { body: { slug: "hotel", entry: id, title: "Hotel", language: "en" } });
  await callAdmin(gateway, "/prompts/hotel", { method: "PUT", body: { text: "Be kind." } });
  for (const { path, method, operation } of operationsOf(document)) {
    const where = `${method} ${path}`;
    const [[type, { schema }] = ["", { schema: {} }]] = Object.entries(operation.responses["200"]?.content ?? {});
    if (type !== "application/json") continue;
    const named = path
      .replace("/prompts/{name}", "/prompts/hotel")
      .replace("/replicas/{name}", `/replicas/${new URL(origin.url).host}`)
      .replace("{slug}", "hotel");
    const url = named.replace("{id}", encodeURIComponent(id)) + (queries[where] ?? "");
    const body = bodies[where];
    expect([where, body !== undefined]).toEqual([where, operation.requestBody !== undefined]);
    await first[where]?.();
    const made = { keys: keyId, erasures: erasureId };
    const asked = Object.entries(made).reduce(
      (path, [kind, own]) => path.replace(`/${kind}/${encodeURIComponent(id)}`, `/${kind}/${own}`),
      url.replace("?id=KEY", `?id=${keyId}`),
    );
    const { status, text } = await callAdmin(gateway, asked, { method, ...(body && { body }) });
    expect([where, status, status === 200 ? "" : text]).toEqual([where, 200, ""]);
    check(schema, JSON.parse(text));
  }
});

test("the stream of events is as the document says, event by event", async () => {
  const { gateway } = await runBoth(settings);
  const { paths } = await documentOf(gateway);
  const schema = paths["/events"]?.["get"]?.responses["200"]?.content["text/event-stream"]?.schema ?? {};
  const sent = request(`${gateway.url}/admin/v1/events`, { headers: bearer(tokenOf(gateway)) }).end();
  const [response] = await once(sent, "response");
  let text = "";
  response.setEncoding("utf8").on("data", (more: string) => {
    text += more;
  });
  await ask(gateway);
  await expect.poll(() => text).toContain("event: call\n");
  sent.destroy();
  const told = [...text.matchAll(/^data: (.*)\n\n/gm)].map(([, data]) => JSON.parse(data as string));
  expect(told.length).toBeGreaterThan(1);
  for (const data of told) check(schema, data);
  expect(() => check(schema, { at: "now" })).toThrow("Invalid");
});

test("a problem is as the document says, wherever it comes from", async () => {
  const { gateway } = await runBoth(settings);
  const { components } = await documentOf(gateway);
  const problem = components.schemas["Problem"] ?? {};
  for (const [path, status] of [
    ["/entries?limit=x", 400],
    ["/entries/none%3Anone", 404],
    ["/nothing", 404],
  ] as const) {
    const answer = await callAdmin(gateway, path);
    expect([path, answer.status]).toEqual([path, status]);
    check(problem, JSON.parse(answer.text));
  }
});
