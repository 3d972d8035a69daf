/**
 * The third-party code of the gateway that the published package carries inside instead of depending on. The build
 * replaces this file by one that contains it, so everything else imports fastify and pino from here.
 */
export type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
export { fastify } from "fastify";
export { pino } from "pino";
