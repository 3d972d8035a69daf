import { readFileSync } from "node:fs";
import { createSecureContext, type TlsOptions } from "node:tls";
import { RepriseError } from "../core/errors.ts";
import type { GatewayConfig } from "./config.ts";

/** The files of section `server.tls`, as servers take them. They are read at the start and when the configuration is read again. */

/** A file is missing, or no certificate or key; the message is one line that says which and what to do. */
export class TlsFileError extends RepriseError {}

/** `undefined` where no TLS is wanted. */
export function tlsOptionsOf(tls: GatewayConfig["server"]["tls"]): TlsOptions | undefined {
  const { cert, key, clientCa, clientCertificates } = tls;
  if (cert === undefined || key === undefined) return undefined;
  const ca = clientCa === undefined ? undefined : contentOf("clientCa", clientCa);
  const context = { cert: contentOf("cert", cert), key: contentOf("key", key), minVersion: "TLSv1.2" as const };
  try {
    createSecureContext({ ...context, ...(ca && { ca }) });
  } catch (cause) {
    const { message } = cause as Error;
    throw new TlsFileError("tls_files", {
      message: `server.tls: the certificate in ${cert} and the key in ${key} cannot be used: ${message}`,
      remedy: "Give a certificate and the private key it was made for, both as PEM.",
      cause,
    });
  }
  // Whether one that is optional was shown and is sound, `authorized` of the connection tells.
  const asked = ca && { ca, requestCert: true, rejectUnauthorized: clientCertificates === "required" };
  return { ...context, ...asked, ALPNProtocols: ["http/1.1"] };
}

function contentOf(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new TlsFileError("tls_files", {
      message: `server.tls.${name}: ${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`,
      remedy: "Correct the path, or its permissions.",
      cause,
    });
  }
}
