import process from "node:process";

/** One line on a terminal that is written over as long work goes on; nothing where nobody looks. */
export interface ProgressLine {
  show(text: string): void;
  /** Takes the line away. */
  end(): void;
}

const eraseLine = "\r\u001b[K";

export function progressLine(stream: Pick<NodeJS.WriteStream, "isTTY" | "write"> = process.stderr): ProgressLine {
  if (!stream.isTTY) return { show() {}, end() {} };
  let shown = false;
  return {
    show(text) {
      shown = true;
      stream.write(`${eraseLine}${text}`);
    },
    end() {
      if (shown) stream.write(eraseLine);
      shown = false;
    },
  };
}
