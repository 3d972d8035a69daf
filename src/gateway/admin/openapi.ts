import { STATUS_CODES } from "node:http";
import { z } from "zod";
import { version } from "../../version.ts";
import type { AdminRoute } from "./admin-route.ts";
import { problemSchema } from "./problem.ts";

/** The admin API as an OpenAPI 3.1 document, made of its routes and itself one of them. */
export function openApiRoute(routes: readonly AdminRoute[]): AdminRoute {
  const own: AdminRoute = {
    method: "GET",
    path: "/openapi.json",
    summary: "Read this document.",
    answer: z.record(z.string(), z.unknown()),
    failures: [],
    handle: () => documentOf([...routes, own]),
  };
  return own;
}

/** No token; there is no token to show; too many wrong ones; the gateway failed. */
const everyFailure = [401, 403, 429, 500];

function documentOf(routes: readonly AdminRoute[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    (paths[route.path] as Record<string, object>)[route.method.toLowerCase()] = operationOf(route);
  }
  return {
    openapi: "3.1.0",
    info: { title: "Reprise admin API", version },
    servers: [{ url: "/admin/v1" }],
    security: [{ token: [] }],
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: { Problem: schemaOf(problemSchema) },
    },
    paths,
  };
}

function operationOf({ summary, query, params, body, answer, answerType, failures }: AdminRoute): object {
  const problem = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };
  const parameters = [...parametersOf("path", params), ...parametersOf("query", query)];
  const ofParameters = parameters.length > 0 ? [400] : [];
  const failed = [...new Set([...everyFailure, ...ofParameters, ...failures])].sort((a, b) => a - b);
  return {
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: { required: true, content: { "application/json": { schema: schemaOf(body, "input") } } },
    }),
    responses: {
      200: { description: "Done.", content: { [answerType ?? "application/json"]: { schema: schemaOf(answer) } } },
      ...Object.fromEntries(failed.map((status) => [status, { description: STATUS_CODES[status], content: problem }])),
    },
  };
}

/** One by one, as the caller writes them: before their schema makes something of them. */
function parametersOf(place: "path" | "query", parameters: z.ZodObject | undefined): object[] {
  if (parameters === undefined) return [];
  const { properties, required = [] } = z.toJSONSchema(parameters, { io: "input" });
  return Object.entries(properties ?? {}).map(([name, property]) => {
    const { description, ...schema } = property as { readonly description?: string };
    return {
      name,
      in: place,
      required: place === "path" || required.includes(name),
      ...(description !== undefined && { description }),
      schema,
    };
  });
}

function schemaOf(schema: z.ZodType, io: "input" | "output" = "output"): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
}
