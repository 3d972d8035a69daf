import { z } from "zod";
import { type LimitName, type LimitsText, limitRules, limitsText, readLimits } from "./core/limits.ts";
import { duration, type Field, field, withoutDefault } from "./option-fields.ts";

/** How much tenants may take, where nothing else is said of them. Virtual keys have limits of their own. */

/** As text where it is money, since configurations are shown as JSON. */
const limit = <Name extends LimitName>(name: Name, description: string) =>
  withoutDefault.get(
    field(
      (value): NonNullable<LimitsText[Name]> | undefined => {
        const isDigits = typeof value === "string" && /^\d{1,15}$/.test(value) && !name.startsWith("usd");
        const reading = readLimits({ [name]: isDigits ? Number(value) : value });
        return reading.ok ? (limitsText(reading.limits)[name] as NonNullable<LimitsText[Name]>) : undefined;
      },
      { description, rule: limitRules[name] },
    ),
  ) as z.ZodOptional<Field<NonNullable<LimitsText[Name]>>>;

const cachedFree = withoutDefault.get(
  field(
    (value) => (value === true || value === "true" ? true : value === false || value === "false" ? false : undefined),
    {
      description:
        "Whether answers of the cache count for nothing, and are given when all is used up. By default they cost no money, count as requests and by their tokens, and are refused like all else.",
      rule: limitRules.cachedFree,
    },
  ),
) as z.ZodOptional<Field<boolean>>;

const boundsSchema = z
  .strictObject({
    requestsPerMinute: limit("requestsPerMinute", "Requests in a minute of the clock."),
    tokensPerMinute: limit("tokensPerMinute", "Tokens of prompts and answers in a minute of the clock."),
    tokensPerDay: limit("tokensPerDay", "The same on a day in UTC."),
    usdPerDay: limit("usdPerDay", "US dollars on a day in UTC, by the prices of the models."),
    usdPerMonth: limit("usdPerMonth", "The same in a month of the calendar."),
    concurrent: limit("concurrent", "Calls under way at once; a stream is one until it ends."),
    cachedFree,
  })
  .prefault({} as never);

export const limitsSchema = z
  .strictObject({
    tenant: boundsSchema,
    sync: duration("1s", {
      description:
        "How often gateways that share a store tell each other what their callers have taken; see [limits](../limits.md#several-gateways).",
    }),
  })
  .prefault({} as never);

export type LimitSettings = z.output<typeof limitsSchema>;
