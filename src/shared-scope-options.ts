import { z } from "zod";
import type { SharedScope } from "./core/shared-scope.ts";
import { isTenantId, tenantNameRule } from "./core/tenant-name.ts";
import { type Field, field, flag, integer, optionalText } from "./option-fields.ts";

/** Scopes that several tenants share: section `tenancy.shared`, and the member `share` of a rule. */

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const nameRule = "letters, digits, dot, dash and underscore, at most 64, a letter or digit first";

const scopeSchema = z.strictObject({
  tenants: field<readonly string[] | "*">(
    (value) => {
      if (value === "*") return value;
      const isList = Array.isArray(value) && value.length > 0 && value.every(isTenantId);
      return isList ? (value as string[]) : undefined;
    },
    {
      description:
        'The tenants that share it, by their ids; `"*"` for everybody whose key or proxy the gateway has checked. Callers without credentials never do.',
      rule: 'a list of tenants, or "*"',
      remedy: "List their ids; `reprise tenants list` shows them.",
    },
    (value) => {
      const wrong = Array.isArray(value) ? value.flatMap((one, at) => (isTenantId(one) ? [] : [at])) : [];
      if (wrong.length === 0) return [{ at: [], rule: 'a list of tenants, or "*"' }];
      return wrong.map((at) => ({ at: [at], rule: `the id of a tenant: it ${tenantNameRule}` }));
    },
  ),
  delay: flag(true, {
    description: "Let stored answers take as long as computed ones, so that nobody can measure what others have asked.",
  }),
  agreements: integer(2, 0, 100, {
    description:
      "In so many members' hands an origin must have agreed with an answer before it is given to another one for a like question; 0 gives it at once.",
  }),
});

export const sharedScopesSchema = z
  .record(z.string(), scopeSchema)
  .superRefine((scopes, context) => {
    for (const name of Object.keys(scopes).filter((one) => !namePattern.test(one)))
      mistake(context, [name], `must be named with ${nameRule}`, "Rename the scope.");
  })
  .prefault({});

export const shareOfRule = optionalText({
  description:
    "The scope of `tenancy.shared` in which its tenants share the answers to these calls; see [shared scopes](../shared-scopes.md).",
}) as z.ZodOptional<Field<string>>;

interface SharingRule {
  readonly match: object;
  readonly share?: string | undefined;
}

/** What a request chooses itself. */
const chosenByRequest = ["namespace", "tag", "user"];

export interface SharingSettings {
  readonly rules: readonly SharingRule[];
  readonly tenancy: {
    readonly mode: string;
    readonly shared: Readonly<Record<string, z.output<typeof scopeSchema>>>;
  };
}

/** What is right in each place and wrong in both together. */
export function assertSharing({ rules, tenancy }: SharingSettings, context: z.RefinementCtx): void {
  for (const [name, { tenants }] of Object.entries(tenancy.shared)) {
    if (tenants !== "*" || tenancy.mode !== "credential") continue;
    const remedy = "List the tenants, or let `tenancy.mode` be `keys` or `header`.";
    mistake(context, ["tenancy", "shared", name, "tenants"], "must be a list where anybody can be a tenant", remedy);
  }
  for (const [index, { match, share }] of rules.entries()) {
    if (share === undefined) continue;
    if (tenancy.shared[share] === undefined)
      mistake(context, ["rules", index, "share"], "must be a scope of `tenancy.shared`", "Name one that is there.");
    for (const field of chosenByRequest.filter((one) => (match as Record<string, unknown>)[one] !== undefined)) {
      const remedy = "Match by what a request cannot choose for this purpose: model, protocol, operation or tenant.";
      mistake(context, ["rules", index, "match", field], "must not decide on what is shared", remedy);
    }
  }
}

export function sharedScopesOf({ tenancy }: Pick<SharingSettings, "tenancy">): ReadonlyMap<string, SharedScope> {
  return new Map(Object.entries(tenancy.shared).map(([name, scope]) => [name, { name, ...scope }]));
}

function mistake(context: z.RefinementCtx, path: (string | number)[], message: string, remedy: string): void {
  context.addIssue({ code: "custom", path, message, params: { remedy } });
}
