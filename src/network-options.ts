import { z } from "zod";
import {
  bytes,
  choice,
  duration,
  type Field,
  field,
  flag,
  integer,
  optionalText,
  withoutDefault,
} from "./option-fields.ts";

/** How the gateway is reached, whom it reaches, and what it takes of anybody at most. */

const optionalBytes = (description: string) =>
  withoutDefault.get(bytes("1gb", { description })) as z.ZodOptional<Field<number>>;

const optionalDuration = (description: string) =>
  withoutDefault.get(duration("1h", { description })) as z.ZodOptional<Field<number>>;

const isHostName = (one: unknown): one is string => typeof one === "string" && /^[a-z0-9._-]{1,253}$/i.test(one);

/** Section `server.admin`. */
export const adminListenerSchema = z
  .strictObject({
    host: optionalText({
      description:
        "Address on which the admin API, the dashboard and the metrics are served, and then no more on the public one; default that of `server.host`.",
    }),
    port: withoutDefault.get(
      integer(8788, 0, 65_535, {
        description: "Port of their own for the admin API, the dashboard and the metrics; 0 takes a free one.",
      }),
    ) as z.ZodOptional<Field<number>>,
    names: field(
      (value) => (Array.isArray(value) && value.every(isHostName) ? value.map((one) => one.toLowerCase()) : undefined),
      {
        description:
          "Names by which the admin API and the dashboard may be asked on the loopback interface, besides `localhost` and addresses: those of a proxy in front that passes its name on.",
        rule: "a list of host names",
        default: [],
      },
    ),
  })
  .superRefine(({ host, port }, context) => {
    if (host === undefined || port !== undefined) return;
    const params = { remedy: "Give `port`, or remove `host`." };
    context.addIssue({
      code: "custom",
      path: ["port"],
      message: "must be there beside host",
      input: undefined,
      params,
    });
  })
  .prefault({} as never);

/** Section `server.tls`. */
export const tlsSchema = z
  .strictObject({
    cert: optionalText({ description: "File with the certificate, and those between it and its root; PEM." }),
    key: optionalText({ description: "File with its private key; PEM." }),
    clientCa: optionalText({ description: "File with the certificates that sign those of clients; PEM." }),
    clientCertificates: choice("required", ["required", "optional"], {
      description: "Whether clients have to show one, where `clientCa` is given.",
    }),
  })
  .superRefine((tls, context) => {
    for (const name of ["cert", "key"] as const) {
      const isMissing = tls[name] === undefined && (tls.cert ?? tls.key ?? tls.clientCa) !== undefined;
      if (!isMissing) continue;
      const remedy = "Give `cert` and `key`, or none of `server.tls`.";
      context.addIssue({
        code: "custom",
        path: [name],
        message: "must be there for TLS",
        input: undefined,
        params: { remedy },
      });
    }
  })
  .prefault({} as never);

/** Section `security.limits`. */
export const networkLimitsSchema = z
  .strictObject({
    connections: integer(10_000, 1, 1_000_000, {
      description: "Connections of clients at a time, of each process; those beyond are closed at once.",
    }),
    streamsPerTenant: integer(5_000, 1, 1_000_000, {
      description: "Streams of one tenant at a time, of each process; a call beyond is refused with 429.",
    }),
    bodyBytes: bytes("512mb", {
      description:
        "Bytes of request bodies on cached routes that each process holds at a time, from their arrival until they are answered; a call beyond is refused with 503. Never less than `server.maxBodyBytes`.",
    }),
    headerBytes: bytes("16kb", { description: "Bound on the head of a request." }),
    headerCount: integer(100, 10, 2_000, { description: "Bound on the header fields of a request." }),
    headersTimeout: duration("1m", { description: "How long the head of a request may take to come." }),
    requestTimeout: duration("10m", { description: "How long a whole request may take to come." }),
    decompressionRatio: integer(100, 2, 100_000, {
      description:
        "How many times its bytes a compressed body may unfold to, of requests and of answers; counted beyond 1 MB.",
    }),
    answerBytes: optionalBytes("Bound on an answer that is passed on; default none. What is kept has its own."),
    answerTime: optionalDuration("Bound on the time from the head of an answer to its end; default none."),
    adminPerMinute: integer(3_000, 1, 1_000_000, {
      description: "Requests to the admin API that are answered in a minute to one address, by each process.",
    }),
  })
  .prefault({} as never);

export type NetworkLimits = z.output<typeof networkLimitsSchema>;

export const allowPrivateUpstreams = flag(false, {
  description:
    "Whether names of the public name system may lead to private addresses: those of upstreams, of models that the cache asks for itself, of hubs and of caches in front. Addresses, and names such as `vllm` or `gpu.internal`, may anyway; see [hardening](../hardening.md#where-the-gateway-connects-to).",
});
