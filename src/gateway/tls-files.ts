import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
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
  const context = { cert: contentOf("cert", cert), key: contentOf("key", key), minVersion: "TLSv1.2" as const };
  const ca = clientCa === undefined ? undefined : contentOf("clientCa", clientCa);
  const shown = certificateIn("cert", cert, context.cert);
  if (!shown.checkPrivateKey(privateKeyIn(key, context.key)))
    throw broken("key", `${key} is not the key that the certificate in ${cert} was made for`);
  if (ca !== undefined) certificateIn("clientCa", clientCa as string, ca);
  try {
    createSecureContext({ ...context, ...(ca && { ca }) });
  } catch (cause) {
    throw broken("cert", `${cert} and ${key} cannot be used: ${(cause as Error).message}`, cause);
  }
  // Whether one that is optional was shown and is sound, `authorized` of the connection tells.
  const asked = ca && { ca, requestCert: true, rejectUnauthorized: clientCertificates === "required" };
  return { ...context, ...asked, ALPNProtocols: ["http/1.1"] };
}

/** OpenSSL itself takes a file without any certificate for an authority that has signed nobody's. */
function certificateIn(name: string, path: string, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw broken(name, `${path} holds no certificate in PEM`, cause);
  }
}

function privateKeyIn(path: string, pem: Buffer): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    const isEncrypted = (cause as NodeJS.ErrnoException).code === "ERR_MISSING_PASSPHRASE";
    throw broken(
      "key",
      `${path} ${isEncrypted ? "is encrypted by a passphrase" : "holds no private key in PEM"}`,
      cause,
    );
  }
}

function broken(name: string, what: string, cause?: unknown): TlsFileError {
  const remedy =
    name === "clientCa"
      ? "Give the certificate of the authority as PEM."
      : "Give a certificate and the private key it was made for, both as PEM and without a passphrase.";
  return new TlsFileError("tls_files", { message: `server.tls.${name}: ${what}`, remedy, cause });
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
