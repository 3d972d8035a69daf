import { expect, test } from "vitest";
import type { GatewayConfig } from "../../gateway/config.ts";
import { checkAdmin } from "./admin-finding.ts";

const found = (adminToken: string) =>
  checkAdmin({ security: { adminToken }, data: { directory: "." } } as unknown as GatewayConfig);

test("warns of a token of the configuration that could be guessed, and does not tell it", () => {
  const token = "password-of-the-gateway";
  const weak = found(token);
  expect(weak.problem?.severity).toBe("warning");
  expect(JSON.stringify(weak)).not.toContain(token);
  expect(found("kP3vX0qTz7Yc1mWbR9sLdE5hJ2uGfN8aKo4iVx6tBQw").problem).toBeUndefined();
});
