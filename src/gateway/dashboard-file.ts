/** One static file, in the forms it is answered in, and what HTTP has to say of it (RFC 9110 sections 8.8.3, 12.5.3 and 13.1.2). */

export interface DashboardFile {
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
  readonly mediaType: string;
  /** Of `bytes`. */
  readonly digest: string;
  /** Another content would have another name. */
  readonly isImmutable: boolean;
}

export function fieldsOf(file: DashboardFile, encoding: "gzip" | "identity") {
  const { bytes, gzipped, mediaType, digest, isImmutable } = file;
  const isGzipped = encoding === "gzip";
  return {
    "content-type": mediaType,
    "content-length": (isGzipped ? gzipped : bytes).length,
    ...(isGzipped && { "content-encoding": "gzip" }),
    // Other bytes need another strong validator, also when they are the same file.
    etag: `"${digest}${isGzipped ? "-gzip" : ""}"`,
    "cache-control": isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
    vary: "accept-encoding",
  };
}

export function takesGzip(acceptEncoding: string | readonly string[] | undefined): boolean {
  for (const one of String(acceptEncoding ?? "").split(",")) {
    const [coding = "", ...parameters] = one.split(";").map((part) => part.trim().toLowerCase());
    if (coding === "gzip") return !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  }
  return false;
}

/** Whether what the client has is this. */
export function isCurrent(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(",").some((one) => one.trim() === "*" || one.trim().replace(/^W\//, "") === etag);
}
