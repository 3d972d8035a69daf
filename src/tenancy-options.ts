import { z } from "zod";
import { choice, type Field, field, flag, withoutDefault } from "./option-fields.ts";
import { sharedScopesSchema } from "./shared-scope-options.ts";

/** How it is known who asks, and whose answers are whose. */

export const tenancyModes = ["credential", "keys", "header"] as const;

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
/** They say something else already, or never reach us. */
const taken = /^(?:authorization|cookie|host|connection|content-.*|transfer-encoding|cache-control|x-ai-cache.*)$/i;

const fieldName = (byDefault: string, description: string) =>
  field((value) => (typeof value === "string" && token.test(value) && !taken.test(value) ? value : undefined), {
    description,
    rule: "the name of a header field that has no other meaning",
    default: byDefault,
  });

const sharedSecrets = withoutDefault.get(
  field(
    (value): readonly string[] | undefined => {
      const given: unknown = typeof value === "string" ? [value] : value;
      if (!Array.isArray(given) || given.length === 0 || given.length > 4) return undefined;
      return given.every((one) => typeof one === "string" && /^[!-~]{16,512}$/.test(one)) ? given : undefined;
    },
    {
      description:
        "What the proxy shows; of several each is taken, so that it can be changed without a gap. It stays a secret of the proxy and the gateway.",
      rule: "a text of 16 to 512 printable ASCII characters without spaces, or a list of up to four",
      remedy: "Use a random text, such as the output of `openssl rand -hex 32`.",
    },
  ),
) as z.ZodOptional<Field<readonly string[]>>;

export const tenancySchema = z
  .strictObject({
    mode: choice("credential", tenancyModes, {
      description:
        "What makes a tenant. `credential`: the credentials that callers send for the upstream, each a tenant of its own; `keys`: a virtual key of this gateway; `header`: the word of a trusted proxy. See [keys and tenancy](../keys-and-tenancy.md#tenants).",
    }),
    anonymous: choice("allow", ["allow", "refuse"], {
      description:
        "In mode `credential`: whether callers without credentials are served, all as the tenant `anonymous`, or refused with 401.",
    }),
    header: z
      .strictObject({
        tenant: fieldName("X-AI-Tenant", "In mode `header`: the field in which the proxy names the tenant."),
        user: fieldName("X-AI-User", "The field in which it names the user, where it does."),
        secretField: fieldName("X-AI-Proxy-Secret", "The field in which it shows the shared secret."),
        secret: sharedSecrets,
        certificate: flag(false, {
          description:
            "Whether the proxy has to show a client certificate that the server's TLS has verified; with a secret besides it has to show both.",
        }),
      })
      .prefault({} as never),
    shared: sharedScopesSchema,
  })
  .prefault({} as never);

export type TenancySettings = z.output<typeof tenancySchema>;
