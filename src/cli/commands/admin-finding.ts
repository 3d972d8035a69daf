import { adminTokenFile, readAdminToken } from "../../gateway/admin/admin-token.ts";
import { isGuessable } from "../../gateway/admin/guessable-token.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import type { Finding } from "./finding.ts";

/** Whether the admin API will be open, and where its token is. Makes nothing, and does not tell the token. */
export function checkAdmin({ security, data: { directory } }: GatewayConfig): Finding {
  const check = "admin API";
  if (security.adminToken !== undefined)
    return isGuessable(security.adminToken)
      ? weak("its token, that of the configuration, could be guessed")
      : { check, detail: "its token is that of the configuration" };
  const file = adminTokenFile(directory);
  try {
    const token = readAdminToken(directory);
    if (token === undefined) return { check, detail: `its token will be made at the first start, in ${file}` };
    if (token.length >= 16) return { check, detail: `its token is in ${file}` };
    return closed(`there is no token in ${file}`, "Remove the file; the next start makes one.");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return closed(`${file} cannot be read (${code})`, "Set REPRISE_ADMIN_TOKEN, or correct the data folder.");
  }
}

function weak(detail: string): Finding {
  const remedy = "Set REPRISE_ADMIN_TOKEN to the output of `openssl rand -base64 32`.";
  return { check: "admin API", detail, problem: { severity: "warning", remedy } };
}

/** The rest of the gateway runs without it. */
function closed(detail: string, remedy: string): Finding {
  return { check: "admin API", detail, problem: { severity: "warning", remedy } };
}
