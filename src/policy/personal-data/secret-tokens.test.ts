import { describe, expect, it } from "vitest";
import { detect } from "./detection.ts";
import { tokenAt, tokenForms } from "./secret-tokens.ts";

/** No real ones: the form, filled with letters and digits in no order. */
const order = "k7Qz2mWx9Lb4Tn8Rv3Jd6Hs1Gf5Yc0Pa";
const mixed = (length: number) => order.repeat(12).slice(0, length);
const hex = (length: number) => "3f9a0c7e1b84d265".repeat(20).slice(0, length);
const uuid = `${hex(8)}-${hex(4)}-4${hex(3)}-9${hex(3)}-${hex(12)}`;

const examples: readonly (readonly [rule: string, token: string])[] = [
  ["reprise", `rpr_${mixed(12)}_1_${mixed(49)}`],
  ["reprise", `rpr_${mixed(12)}_120_${mixed(30)}`],
  ["litellm", `sk-${mixed(9)}_${mixed(5)}-${mixed(6)}`],
  ["bifrost", `sk-bf-${uuid}`],
  ["helicone", `sk-helicone-${hex(7)}-${hex(7)}-${hex(7)}-${hex(7)}`],
  ["langfuse", `sk-lf-${uuid}`],
  ["langsmith", `lsv2_pt_${hex(32)}_${hex(10)}`],
  ["openai", `sk-proj-${mixed(60)}`],
  ["openai", `sk-${mixed(48)}`],
  ["openai", `sess-${mixed(40)}`],
  ["anthropic", `sk-ant-api03-${mixed(60)}`],
  ["openrouter", `sk-or-v1-${hex(64)}`],
  ["google", `AIza${mixed(35)}`],
  ["google", `AQ.Ab8${mixed(50)}`],
  ["aws", `AKIA${"K7QZ2MWX9LB4TN8R"}`],
  ["aws-bedrock", `ABSK${mixed(120)}`],
  ["cerebras", `csk-${hex(48)}`],
  ["fireworks", `fw_${mixed(24)}`],
  ["together", `tgp_v1_${mixed(43)}`],
  ["nvidia", `nvapi-${mixed(64)}`],
  ["voyage", `pa-${mixed(43)}`],
  ["jina", `jina_${hex(32)}${mixed(28)}`],
  ["tavily", `tvly-dev-${mixed(32)}`],
  ["pinecone", `pcsk_${mixed(6)}_${mixed(60)}`],
  ["elevenlabs", `sk_${hex(48)}`],
  ["supabase", `sbp_${hex(40)}`],
  ["supabase", `sb_secret_${mixed(31)}`],
  ["vercel", `vck_${mixed(60)}`],
  ["netlify", `nfp_${mixed(36)}`],
  ["sentry", `sntryu_${hex(64)}`],
  ["grafana", `glsa_${mixed(32)}_${hex(8)}`],
  ["new-relic", `NRAK-${"K7QZ2MWX9LB4TN8RV3JD6HS1GF5"}`],
  ["doppler", `dp.pt.${mixed(43)}`],
  ["docker", `dckr_pat_${mixed(27)}`],
  ["figma", `figd_${mixed(40)}`],
  ["planetscale", `pscale_tkn_${mixed(43)}`],
  ["rubygems", `rubygems_${hex(48)}`],
  ["fly", `fo1_${mixed(43)}`],
  ["heroku", `HRKU-${mixed(60)}`],
  ["airtable", `pat${mixed(14)}.${hex(64)}`],
  ["square", `sq0atp-${mixed(22)}`],
  ["dropbox", `sl.u.${mixed(140)}`],
  ["terraform", `${mixed(14)}.atlasv1.${mixed(67)}`],
  ["discord", `M${mixed(23)}.${mixed(6)}.${mixed(38)}`],
  ["mailchimp", `${hex(32)}-us21`],
  ["brevo", `xkeysib-${hex(64)}-${mixed(16)}`],
  ["resend", `re_${mixed(8)}_${mixed(24)}`],
  ["posthog", `phx_${mixed(43)}`],
];

describe("tokenAt", () => {
  it.each(examples)("knows one of %s by its form, wherever it stands", (rule, token) => {
    for (const text of [token, `Use "${token}", please.`, `key=${token}&x=1`, `(${token})`, `token: **${token}**.`]) {
      const findings = detect(text).findings.filter(({ kind }) => kind === "secret");
      expect([text, findings.map(({ rule, value }) => `${rule} ${value}`)]).toEqual([text, [`${rule} ${token}`]]);
    }
  });

  it.each([
    "rpr_is_what_keys_of_this_gateway_begin_with_and_then_more_of_it",
    "rpr_id_edition_secret",
    "sk-fading-circle-spinner-with-dots",
    "sk-SpinnerCircle-Bounce",
    "sk-learn-contrib-version",
    "sk-lf-and-sk-bf-and-sk-helicone-are-beginnings",
    "pa-rameterised-and-otherwise-well-known-names",
    "fw_update_of_the_router",
    "sess-ionid-and-other-names-of-cookies-in-servers",
    "sl.wikipedia.org/wiki/Slovenija",
    "re_compile_re_match_re_search",
    "dp.pt.example.org.and.so.on",
    "Monday.morning.and-thursday-evening-at-the-office",
    "patternsOfPaths.in.the.router.of.servers",
    "jina_embeddings_v2_base_multilingual_model",
    "order 5f3c9a1e-2b7d-4c1f-9e0a-8d6b5a4c3f2e of us-east-1",
  ])("takes no words for one: %s", (text) => {
    expect(detect(text).findings.filter(({ kind }) => kind === "secret")).toEqual([]);
  });

  it("knows as many services as the docs say", () => {
    expect(new Set(tokenForms.map(([rule]) => rule)).size).toBeGreaterThan(60);
    expect(tokenAt("plain words", 0)).toBeUndefined();
  });
});
