import { type AwsCredentials, signedHeaders } from "./aws-signature.ts";
import { inPieces, type PurgeAdapter, verdictOf } from "./purge-adapter.ts";

/**
 * CloudFront's CreateInvalidation (https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateInvalidation.html).
 * Paths and labels stand in one list, a label behind `#`; labels need a distribution whose CacheTagConfig names the header
 * field `Cache-Tag`. The reference of the caller makes a request that is sent twice one invalidation.
 */

export interface CloudFrontOptions extends AwsCredentials {
  readonly distribution: string;
  /** Default: that of AWS. */
  readonly url?: string | undefined;
}

/** AWS has 3,000 in progress at most, over all requests. */
const itemsAtOnce = 1_000;
const version = "2020-05-31";

export function cloudfront({ distribution, url, ...credentials }: CloudFrontOptions): PurgeAdapter {
  const base = url ?? "https://cloudfront.amazonaws.com";
  const endpoint = `${base}/${version}/distribution/${encodeURIComponent(distribution)}/invalidation`;
  return {
    kind: "cloudfront",
    pace: undefined,
    requests({ tags, urls, all, id, at }) {
      const items = all ? ["/*"] : [...tags.map((tag) => `#${tag}`), ...urls];
      return inPieces(items, itemsAtOnce).map((piece, place) => {
        const [method, body] = ["POST", batchOf(piece, `${id}-${place}`)];
        const request = { method, url: endpoint, headers: { "content-type": "application/xml" }, body };
        const headers = signedHeaders(request, credentials, { region: "us-east-1", service: "cloudfront", at });
        return { ...request, headers };
      });
    },
    read(reply) {
      const verdict = verdictOf(reply);
      // CloudFront says with a 400 that it is busy.
      if (verdict.kind === "refused" && /TooManyInvalidationsInProgress|Throttling/.test(reply.body))
        return { kind: "again", reason: verdict.reason };
      return verdict;
    },
  };
}

function batchOf(items: readonly string[], reference: string): string {
  const paths = items.map((item) => `<Path>${escaped(item)}</Path>`).join("");
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    `<InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/${version}/">` +
    `<CallerReference>${escaped(reference)}</CallerReference>` +
    `<Paths><Items>${paths}</Items><Quantity>${items.length}</Quantity></Paths></InvalidationBatch>`
  );
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
