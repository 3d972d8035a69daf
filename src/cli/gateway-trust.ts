import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import process from "node:process";
import { createSecureContext, type PeerCertificate } from "node:tls";
import { Agent, type Dispatcher } from "undici";
import { RepriseError } from "../core/errors.ts";
import type { GatewayConfig } from "../gateway/config.ts";

/**
 * By what a gateway that speaks TLS is known: the authority that `--ca` names; the certificate of the configuration, where
 * it is the gateway of that; the authority in REPRISE_CA; or those of Node, to which NODE_EXTRA_CA_CERTS adds.
 */

/** Where the gateway is that a command asks; without a URL it is that of the configuration. */
export interface GatewayPlace {
  readonly url?: string;
  /** A file with the certificate of an authority, in PEM. */
  readonly ca?: string;
}

/** A file of certificates that cannot be used; the message says which and why. */
export class CertificateFileError extends RepriseError {}

/** `undefined` for those of Node. `isConfigured`: the gateway is the one that the configuration describes. */
export function trusting(
  { server: { tls } }: GatewayConfig,
  { ca, url }: GatewayPlace,
  usual = process.env["REPRISE_CA"],
): Dispatcher | undefined {
  if (ca === undefined && url === undefined && tls.cert !== undefined) return byFingerprint(tls.cert);
  const file = ca ?? usual;
  return file === undefined || file === "" ? undefined : agentFor({ ca: authorityIn(file) });
}

/**
 * The certificate of the configuration is that of the gateway it describes, whatever names and signatures it has: it is
 * taken by its fingerprint, since who reads its file needs nobody to vouch for it. It is asked by its address, too.
 */
function byFingerprint(file: string): Dispatcher {
  const remedy = "Run this as the user who runs the gateway, or name the gateway with --url";
  const pem = contentOf(file, remedy);
  const { fingerprint256 } = certificateIn(pem, file, remedy);
  const checkServerIdentity = (_host: string, { fingerprint256: shown }: PeerCertificate) =>
    shown === fingerprint256 ? undefined : new Error("it shows another certificate than that of server.tls.cert");
  return agentFor({ ca: pem, checkServerIdentity });
}

function authorityIn(file: string): Buffer {
  const remedy = "Give --ca, or REPRISE_CA, a file with the certificate of the authority in PEM";
  const pem = contentOf(file, remedy);
  // OpenSSL takes a file without any certificate for one that trusts nobody.
  certificateIn(pem, file, remedy);
  return pem;
}

function contentOf(file: string, remedy: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const message = `${file} cannot be read (${(error as NodeJS.ErrnoException).code})`;
    throw new CertificateFileError("tls_files", { message, remedy });
  }
}

function certificateIn(pem: Buffer, file: string, remedy: string): X509Certificate {
  try {
    createSecureContext({ ca: pem });
    return new X509Certificate(pem);
  } catch {
    throw new CertificateFileError("tls_files", { message: `${file} holds no certificate`, remedy });
  }
}

function agentFor(connect: object): Dispatcher {
  return new Agent({ connect, keepAliveTimeout: 1 });
}

/** Why the handshake failed, by the codes of OpenSSL and Node, and what to do; `undefined` where it was not that. */
export function handshakeRemedy(code: string | undefined, url: string): string | undefined {
  if (code === undefined) return undefined;
  if (code === "UND_ERR_SOCKET" && url.startsWith("http:"))
    return "It closed the connection: if it speaks TLS, name it with https:// in --url";
  if (/^(UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)/.test(code))
    return "Name the authority that signed its certificate with --ca FILE, or in REPRISE_CA";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "Name it with --url by a name that stands in its certificate";
  if (/^CERT_/.test(code)) return "Renew its certificate, or correct the clock of this machine";
  return /CERTIFICATE_REQUIRED|ALERT_HANDSHAKE|ALERT_BAD_CERTIFICATE|ALERT_UNKNOWN_CA/.test(code)
    ? "It asks for client certificates, which this command has none of: set server.tls.clientCertificates to optional"
    : undefined;
}
