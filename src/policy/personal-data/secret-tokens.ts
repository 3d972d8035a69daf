/**
 * The forms of keys and tokens, by the documentation of those who give them out. Each begins with letters of its own and is
 * tried only where a word begins, so a text is read once.
 */

interface TokenForm {
  readonly rule: string;
  readonly form: RegExp;
}

/** Of what words would fit as well some character of each class is asked for, as texts without order have. */
const [digit, upper, lower] = ["\\d", "[A-Z]", "[a-z]"].map((one) => `(?=[\\w-]{0,60}${one})`) as [
  string,
  string,
  string,
];

export const tokenForms: readonly (readonly [rule: string, form: string])[] = [
  ["anthropic", "sk-ant-[a-z0-9]{3,12}-[\\w-]{20,200}"],
  ["openrouter", "sk-or-v1-[0-9a-f]{32,64}"],
  ["openai", "sess-[A-Za-z0-9]{40}"],
  ["openai", "sk-(?:proj|svcacct|admin|None)-[\\w-]{20,200}"],
  ["openai", "sk-(?=[A-Za-z0-9]{0,60}\\d)[A-Za-z0-9]{20,64}"],
  ["google", "AIza[\\w-]{35}"],
  ["google-oauth", "GOCSPX-[\\w-]{24,32}"],
  ["google-oauth", "ya29\\.[\\w-]{20,400}"],
  ["aws", "(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}"],
  ["github", "gh[pousr]_[A-Za-z0-9]{36,255}"],
  ["github", "github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{40,80}"],
  ["gitlab", "gl(?:pat|dt|rt|ptt|soat|cbt)-[\\w-]{20,64}"],
  ["slack", "xox[abeoprs]-(?:\\d{1,2}-)?[A-Za-z0-9-]{10,250}"],
  ["slack", "xapp-\\d-[A-Z0-9]{6,20}-\\d{6,20}-[a-f0-9]{32,80}"],
  ["stripe", "(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,247}"],
  ["stripe", "whsec_[A-Za-z0-9+/=]{24,64}"],
  ["huggingface", "hf_[A-Za-z0-9]{30,40}"],
  ["groq", "gsk_[A-Za-z0-9]{40,60}"],
  ["xai", "xai-[A-Za-z0-9]{60,90}"],
  ["perplexity", "pplx-[A-Za-z0-9]{40,60}"],
  ["replicate", "r8_[A-Za-z0-9]{36,40}"],
  ["npm", "npm_[A-Za-z0-9]{36}"],
  ["pypi", "pypi-AgE[\\w-]{50,1000}"],
  ["sendgrid", "SG\\.[\\w-]{16,32}\\.[\\w-]{32,64}"],
  ["twilio", "SK[0-9a-f]{32}"],
  ["mailgun", "key-[0-9a-f]{32}"],
  ["shopify", "shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"],
  ["digitalocean", "do[oprt]_v1_[0-9a-f]{64}"],
  ["databricks", "dapi[0-9a-f]{32}(?:-\\d)?"],
  ["vault", "hv[sbr]\\.[\\w-]{24,300}"],
  ["atlassian", "ATATT3[\\w=-]{60,250}"],
  ["linear", "lin_(?:api|oauth)_[A-Za-z0-9]{32,64}"],
  ["notion", "ntn_[A-Za-z0-9]{40,50}"],
  ["postman", "PMAK-[0-9a-f]{24}-[0-9a-f]{34}"],
  ["telegram", "\\d{8,10}:AA[\\w-]{32,34}"],
  ["age", "AGE-SECRET-KEY-1[0-9A-Z]{58}"],
  ["reprise", "rpr_[0-9A-Za-z]{12}_[1-9][0-9]{0,5}_[0-9A-Za-z]{20,49}"],
  ["bifrost", "sk-bf-[0-9a-f]{8}-[0-9a-f-]{27}"],
  ["helicone", "sk-helicone-(?:eu-)?[a-z0-9]{7}-[a-z0-9]{7}-[a-z0-9]{7}-[a-z0-9]{7}"],
  ["langfuse", "sk-lf-[0-9a-f]{8}-[0-9a-f-]{27}"],
  ["litellm", `sk-${digit}${upper}${lower}[\\w-]{22}(?!-)`],
  ["langsmith", "lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"],
  ["google", "AQ\\.Ab[\\w-]{40,120}"],
  ["aws-bedrock", "ABSK[A-Za-z0-9+/]{100,270}={0,2}"],
  ["cerebras", "csk-[a-z0-9]{40,60}"],
  ["fireworks", `fw_${digit}[A-Za-z0-9]{20,40}`],
  ["together", "tgp_v1_[\\w-]{40,60}"],
  ["nvidia", "nvapi-[\\w-]{60,70}"],
  ["voyage", `pa-${digit}${upper}[\\w-]{43}`],
  ["jina", "jina_[0-9a-f]{32}[\\w-]{20,40}"],
  ["tavily", `tvly-(?:dev-|prod-)?${digit}[A-Za-z0-9]{30,64}`],
  ["pinecone", "pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{50,70}"],
  ["elevenlabs", "sk_[0-9a-f]{48}"],
  ["supabase", "sbp_(?:v0_)?[0-9a-f]{40}"],
  ["supabase", "sb_secret_[\\w-]{20,50}"],
  ["vercel", "vck_[A-Za-z0-9]{50,70}"],
  ["netlify", "nfp_[A-Za-z0-9]{36,40}"],
  ["sentry", "sntryu_[0-9a-f]{64}"],
  ["sentry", "sntrys_eyJ[\\w+/=-]{60,400}"],
  ["grafana", "glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}"],
  ["grafana", "glc_eyJ[A-Za-z0-9+/=]{30,400}"],
  ["new-relic", "NRAK-[A-Z0-9]{27}"],
  ["doppler", "dp\\.(?:pt|ct|sa|scim|audit)\\.[A-Za-z0-9]{40,44}"],
  ["doppler", "dp\\.st\\.(?:[a-z0-9_-]{2,35}\\.)?[A-Za-z0-9]{40,44}"],
  ["docker", "dckr_[op]at_[\\w-]{27,40}"],
  ["figma", "fig[dou]_[\\w-]{40,60}"],
  ["planetscale", "pscale_(?:tkn|pw|oauth)_[\\w.-]{32,64}"],
  ["rubygems", "rubygems_[0-9a-f]{48}"],
  ["fly", "fo1_[\\w-]{43}"],
  ["heroku", "HRKU-[\\w-]{36,70}"],
  ["airtable", "pat[A-Za-z0-9]{14}\\.[0-9a-f]{64}"],
  ["square", "sq0(?:atp|csp)-[\\w-]{22,43}"],
  ["dropbox", "sl\\.(?:u\\.)?[\\w-]{130,1500}"],
  ["terraform", "[A-Za-z0-9]{14}\\.atlasv1\\.[\\w-]{60,70}"],
  ["discord", `[MNO]${digit}[A-Za-z0-9_-]{23,27}\\.[\\w-]{6}\\.[\\w-]{27,40}`],
  ["mailchimp", "[0-9a-f]{32}-us\\d{1,2}"],
  ["brevo", "xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}"],
  ["resend", "re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}"],
  ["posthog", "phx_[A-Za-z0-9]{40,60}"],
  // RFC 7519: two JSON objects, and a signature, in base64url.
  ["jwt", "eyJ[\\w-]{8,4000}\\.eyJ[\\w-]{4,8000}\\.[\\w-]{8,1400}"],
];

const byBeginning = new Map<string, TokenForm[]>();
for (const [rule, form] of tokenForms) {
  // By the two characters that all of a form begin with; those that begin in several ways are tried for every word.
  const beginning = /^[A-Za-z0-9]{2}(?![?*{])/.exec(form)?.[0] ?? "";
  const known = byBeginning.get(beginning) ?? [];
  byBeginning.set(beginning, [...known, { rule, form: new RegExp(`(?:${form})(?![A-Za-z0-9_])`, "y") }]);
}
const others = byBeginning.get("") ?? [];

/** What the word that begins at `start` is, and how long. */
export function tokenAt(text: string, start: number): { readonly rule: string; readonly end: number } | undefined {
  const own = byBeginning.get(text.slice(start, start + 2));
  for (const forms of own === undefined ? [others] : [own, others]) {
    for (const { rule, form } of forms) {
      form.lastIndex = start;
      const match = form.exec(text);
      if (match !== null) return { rule, end: start + match[0].length };
    }
  }
  return undefined;
}
