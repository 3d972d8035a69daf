import type { OptionMistake, Settings } from "../../options.ts";
import type { UpstreamsSettings } from "../upstreams.ts";

interface ConfigOfTenancy extends Pick<Settings, "tenancy" | "server"> {
  readonly upstreams: UpstreamsSettings;
}

/** What each option alone does not tell: that a proxy can prove itself, and whose money calls are made with. */
export function tenancyMistakes(config: ConfigOfTenancy): readonly OptionMistake[] {
  const { mode, header } = config.tenancy;
  const mistakes: OptionMistake[] = [];
  if (mode === "header" && header.secret === undefined && !header.certificate)
    mistakes.push({
      path: "tenancy.header.secret",
      value: undefined,
      rule: "must be set in mode header, or `certificate` must be true: nobody would be believed",
      remedy: "Give the proxy and the gateway a random text, such as the output of `openssl rand -hex 32`.",
    });
  if (mode === "header" && header.certificate && config.server.tls.clientCa === undefined)
    mistakes.push({
      path: "tenancy.header.certificate",
      value: true,
      rule: "needs `server.tls` with `clientCa`: without it no client certificate is verified",
      remedy: "Name the authority that signs the certificate of the proxy under `server.tls.clientCa`.",
    });
  const names = [header.tenant, header.user, header.secretField].map((name) => name.toLowerCase());
  if (new Set(names).size < names.length)
    mistakes.push({
      path: "tenancy.header",
      value: [header.tenant, header.user, header.secretField],
      rule: "must name three different fields",
      remedy: "Correct `tenant`, `user` or `secretField`.",
    });
  if (mode !== "credential") return mistakes;
  for (const [name, { apiKey, tenants }] of Object.entries(config.upstreams)) {
    if (!tenants.includes("*"))
      mistakes.push({
        path: `upstreams.${name}.tenants`,
        value: tenants,
        rule: "is for the tenancy modes keys and header: in mode credential tenants have no names",
        remedy: "Set tenancy.mode, or remove it: callers use the upstream with their own credentials.",
      });
    if (apiKey === undefined) continue;
    mistakes.push({
      path: `upstreams.${name}.apiKey`,
      value: "(hidden)",
      rule: "is for the tenancy modes keys and header: in mode credential anybody who reaches the gateway would use it",
      remedy: "Set tenancy.mode, or let callers send their own credentials and remove it.",
    });
  }
  return mistakes;
}
