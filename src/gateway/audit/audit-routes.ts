import { z } from "zod";
import { auditFiles, newestRecords } from "../../audit/audit-folder.ts";
import type { SigningKey } from "../../audit/signing-key.ts";
import { type AdminRoute, adminRoute } from "../admin/admin-route.ts";
import { wholeNumber } from "../admin/parameters.ts";

/** The routes that show what was done by the admin API. */

export interface AuditRoutesParts {
  readonly folder: string;
  readonly signingKey: () => SigningKey;
  /** Resolves when what was done until now is in the files. */
  readonly settled: () => Promise<void>;
}

const recordSchema = z.object({
  sequence: z.int(),
  at: z.iso.datetime(),
  action: z.string(),
  stage: z.enum(["asked", "done", "failed", "seen"]),
  by: z.object({ kind: z.string(), token: z.string().optional(), address: z.string().optional() }),
  what: z.record(z.string(), z.unknown()),
  digest: z.string(),
  previous: z.string(),
  hash: z.string(),
});

const pageSchema = z.object({
  records: z.array(recordSchema),
  cursor: z.string().optional().meta({ description: "For the page before; none where the log begins." }),
});

const query = z.strictObject({
  cursor: wholeNumber(1, Number.MAX_SAFE_INTEGER)
    .optional()
    .meta({ description: "Of the page behind; without it the newest." }),
  limit: wholeNumber(1, 500).optional().meta({ description: "Default 100." }),
});

export function auditRoutes({ folder, signingKey, settled }: AuditRoutesParts): readonly AdminRoute[] {
  const reading = adminRoute({
    method: "GET",
    path: "/audit",
    summary: "See who changed what by this gateway, the newest first.",
    query,
    answer: pageSchema,
    failures: [400],
    async handle({ query: { cursor = Number.POSITIVE_INFINITY, limit = 100 } }): Promise<z.output<typeof pageSchema>> {
      await settled();
      const records = newestRecords(folder, cursor, limit).map((record) => recordSchema.parse(record));
      const last = records.at(-1)?.sequence ?? 1;
      const first = auditFiles(folder)[0]?.first ?? 1;
      return { records, ...(last > first && { cursor: String(last) }) };
    },
  });
  const key = z.object({ id: z.string(), publicKey: z.string().meta({ description: "In PEM." }) });
  const showing = adminRoute({
    method: "GET",
    path: "/audit/key",
    summary: "See the public key by which receipts of this gateway are checked.",
    answer: key,
    failures: [],
    handle(): z.output<typeof key> {
      const { id, publicKey } = signingKey();
      return { id, publicKey };
    },
  });
  return [reading, showing];
}
