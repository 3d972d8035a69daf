/**
 * Who may have the answer to a call at a URL of its own: nobody, who has a signed URL, or everybody who knows the call.
 */
export type TwinAccess = "off" | "signed" | "public";
