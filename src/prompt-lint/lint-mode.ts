/** `off`: nothing is remembered. `places`: texts are compared, and none is shown. `full`: what differs is shown. */
export const lintModes = ["off", "places", "full"] as const;
export type LintMode = (typeof lintModes)[number];
