import { z } from "zod";
import type { Eraser, ErasureState } from "../../erasure/eraser.ts";
import { erasureSteps } from "../../erasure/erasure-record.ts";
import { signedReceiptSchema } from "../../erasure/receipt.ts";
import { type AdminRoute, adminRoute } from "../admin/admin-route.ts";
import { NotFoundError } from "../admin/problem.ts";

/** The routes that erase tenants and users, and tell how far that is. */

const erasureSchema = z.object({
  id: z.string().meta({ description: "By which `GET /erasures/{id}` tells how far it is." }),
  state: z.enum(["running", "done"]),
  step: z.enum(erasureSteps).optional().meta({ description: "What is being done." }),
  trouble: z.string().optional().meta({ description: "Why it is tried again; it goes on by itself." }),
  removed: signedReceiptSchema.shape.receipt.shape.removed.optional().meta({ description: "So far." }),
  found: signedReceiptSchema.shape.receipt.shape.found,
  receipt: signedReceiptSchema.optional().meta({ description: "When it is done." }),
});

/** An answer comes this late at most; what takes longer goes on. */
const patienceMs = 20_000;

const name = z.string().min(1, "must not be empty");

export function erasureRoutes(eraser: Pick<Eraser, "begin" | "state">): readonly AdminRoute[] {
  const told = (id: string, state: ErasureState | undefined): z.output<typeof erasureSchema> => {
    if (state === undefined) throw new NotFoundError(`There is no erasure ${id}.`);
    if (state.state === "done") {
      const receipt = signedReceiptSchema.parse(JSON.parse(state.receipt));
      const { found, removed } = receipt.receipt;
      return { id, state: "done", ...(found !== undefined && { found }), removed, receipt };
    }
    const { step, counts } = state.record;
    const { trouble } = state;
    return { id, state: "running", step, removed: counts, ...(trouble !== undefined && { trouble }) };
  };
  const erase = async (scope: { readonly tenant: string; readonly user?: string }) => {
    const id = await eraser.begin(scope);
    return told(id, await eraser.state(id, patienceMs));
  };
  return [
    adminRoute({
      method: "DELETE",
      path: "/tenants/{id}",
      summary: "Erase a tenant: nothing of it is served from now on, its keys are destroyed, its rows removed.",
      params: z.object({ id: name }),
      answer: erasureSchema,
      failures: [400, 503],
      handle: ({ params: { id } }) => erase({ tenant: id }),
    }),
    adminRoute({
      method: "DELETE",
      path: "/tenants/{id}/users/{user}",
      summary: "Erase a user of a tenant, as `DELETE /tenants/{id}` does with a tenant.",
      params: z.object({ id: name, user: name }),
      answer: erasureSchema,
      failures: [400, 503],
      handle: ({ params: { id, user } }) => erase({ tenant: id, user }),
    }),
    adminRoute({
      method: "GET",
      path: "/erasures/{id}",
      summary: "See how far an erasure is, or its receipt, for 90 days.",
      params: z.object({ id: name }),
      answer: erasureSchema,
      failures: [404, 503],
      handle: async ({ params: { id } }) => told(id, await eraser.state(id, patienceMs)),
    }),
  ];
}
