/**
 * What the client's reader of replies throws, ioredis throws once more outside of any call, for the sake of listeners of its
 * users: the process ends. And a length that is none (`$2\x15`) has it read the same reply for ever. So a server, or a
 * proxy before it, that mixes up its replies could end or stop every gateway. For our own connections such replies are
 * what any other is that cannot be read: the connection ends, its calls fail, and another one is made. Connections of
 * others in the process are left as they are.
 */

/** Stands among the options of our connections; the client keeps what it does not know, under names that are texts. */
export const containsReplies = "repriseContainsReplies";

interface Reader {
  readonly redis: {
    readonly options?: { readonly [containsReplies]?: true };
    readonly commandQueue: { readonly length: number };
    readonly stream?: { destroy(): void };
  };
}

interface ReaderPrototype {
  dispatch(this: Reader, take: () => void): void;
  shiftCommand(this: Reader, reply: unknown): unknown;
  returnFatalError(this: Reader, error: unknown): void;
  [containsReplies]?: true;
}

/** `load`: gives a module of the client by its name. */
export function containStrangeReplies(load: (name: string) => unknown): void {
  const prototype = readerOf(load);
  if (prototype === undefined || prototype[containsReplies] === true) return;
  const { dispatch, shiftCommand, returnFatalError } = prototype;
  if (dispatch === undefined || shiftCommand === undefined || returnFatalError === undefined) return;
  const isOurs = ({ redis }: Reader): boolean => redis.options?.[containsReplies] === true;
  prototype[containsReplies] = true;
  // What is thrown reaches who has fed the reader, and he gives up the connection.
  prototype.dispatch = function (take) {
    if (isOurs(this)) take();
    else dispatch.call(this, take);
  };
  prototype.shiftCommand = function (reply) {
    if (isOurs(this) && this.redis.commandQueue.length === 0) throw new Error("Command queue state error");
    return shiftCommand.call(this, reply);
  };
  prototype.returnFatalError = function (error) {
    returnFatalError.call(this, error);
    // Where the next reply begins nobody knows any more.
    if (isOurs(this)) this.redis.stream?.destroy();
  };
}

/** `undefined` for a version of the client that is built in another way. */
function readerOf(load: (name: string) => unknown): Partial<ReaderPrototype> | undefined {
  try {
    return (load("ioredis/built/DataHandler.js") as { default: { prototype: ReaderPrototype } }).default.prototype;
  } catch {
    return undefined;
  }
}
