import { useState } from "preact/hooks";
import { announce } from "../shell/announcer.tsx";

export interface DeedEnds {
  /** What is shown is no longer as it was. */
  onChanged(): void;
  onClose(): void;
}

/** One of several things that a dialog can do, each of which is asked for once more before it is done and closes the dialog. */
export function useDeed<Name extends string>({ onChanged, onClose }: DeedEnds) {
  const [doing, begin] = useState<Name | undefined>();
  return {
    doing,
    begin,
    back: (): void => begin(undefined),
    done(said: string): void {
      announce(said);
      onChanged();
      onClose();
    },
  };
}
