import { statSync } from "node:fs";
import process from "node:process";
import { signingKeyFile } from "../../audit/signing-key.ts";
import { adminTokenFile } from "../../gateway/admin/admin-token.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import type { Finding } from "./finding.ts";

/** What `reprise doctor` says of what is open to more than it should be: files with secrets, and the port for the operator. */
export function checkExposure(config: GatewayConfig, readsModes = process.platform !== "win32"): readonly Finding[] {
  return [...(readsModes ? openFiles(config) : []), ...openAdminPort(config)];
}

const othersRead = 0o044;

function openFiles({ security, server: { tls }, data: { directory } }: GatewayConfig): readonly Finding[] {
  const files: readonly (readonly [string, string | undefined])[] = [
    ["security.masterKeyFile", security.masterKeyFile],
    ["server.tls.key", tls.key],
    ["the admin token", adminTokenFile(directory)],
    ["the signing key", signingKeyFile(directory)],
  ];
  return files.flatMap(([what, file]): readonly Finding[] => {
    const mode = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false })?.mode;
    if (mode === undefined || (mode & othersRead) === 0) return [];
    const shown = (mode & 0o777).toString(8).padStart(4, "0");
    // A group may be made for just this, as orchestrators do; everybody is nobody's wish.
    const isGroupOnly = (mode & 0o004) === 0;
    const detail = `${what}: ${file} can be read by ${isGroupOnly ? "its group" : "everybody here"} (mode ${shown})`;
    if (isGroupOnly) return [{ check: "files", detail }];
    return [{ check: "files", detail, problem: { severity: "warning", remedy: `chmod 600 ${file}` } }];
  });
}

/** Whoever reaches it reads `/metrics`, which asks for no token there, and may guess at the admin token. */
function openAdminPort({ server: { host: common, admin } }: GatewayConfig): readonly Finding[] {
  if (admin.port === undefined) return [];
  const host = admin.host ?? common;
  if (host !== "0.0.0.0" && host !== "::" && host !== "*") return [];
  const remedy = "Set server.admin.host to 127.0.0.1, or to an address of the network of its operators.";
  const detail = `server.admin listens on every address (${host}:${admin.port}); /metrics asks for no token there`;
  return [{ check: "admin port", detail, problem: { severity: "warning", remedy } }];
}
