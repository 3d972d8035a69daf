import type { HeaderMap } from "../core/origin.ts";

/**
 * Header fields that say on whose account a call is booked: an organisation, project or workspace among those that a
 * credential may use. Where the credential is the caller's, so is the choice. Where it is the operator's, callers would spend
 * from accounts that are not theirs to choose, so these fields go no further.
 *
 * https://platform.openai.com/docs/api-reference/authentication, https://cloud.google.com/apis/docs/system-parameters
 */

const accountField =
  /(?:^|[-_])(?:organi[sz]ation|org|project|workspace|account|team|billing|quota|user-project|quota-user|cost-cent(?:er|re))(?:[-_](?:id|name|slug|uuid|number))?$/;

/** Google's, in any case that it takes. */
const accountParameter = /^(?:\$|%24)?(?:userProject|quotaUser)$/i;

export interface AccountChoice {
  /** Name and value of the field that the upstream is shown in place of the caller's. */
  readonly credential?: readonly [name: string, value: string] | undefined;
  /** Callers may choose, although the credential is the operator's. */
  readonly passesAccounts?: boolean | undefined;
}

/** Whether callers do not choose the account. */
export function hidesAccounts({ credential, passesAccounts = false }: AccountChoice): boolean {
  return credential !== undefined && !passesAccounts;
}

/** `name` in lower case. */
export function choosesAccount(name: string): boolean {
  return accountField.test(name);
}

export function withoutAccounts(headers: HeaderMap): HeaderMap {
  if (!Object.keys(headers).some(choosesAccount)) return headers;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !choosesAccount(name)));
}

/** `target`: a path with its query; nothing else of it is changed. */
export function withoutAccountsInQuery(target: string): string {
  const queryAt = target.indexOf("?");
  if (queryAt < 0 || !/user/i.test(target)) return target;
  const parameters = target.slice(queryAt + 1).split("&");
  const kept = parameters.filter((one) => !accountParameter.test(one.split("=", 1)[0] as string));
  if (kept.length === parameters.length) return target;
  return target.slice(0, queryAt) + (kept.length === 0 ? "" : `?${kept.join("&")}`);
}
