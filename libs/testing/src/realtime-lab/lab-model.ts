/** What a realtime lab does, by the name of the model: `voice?tokens=100&dieAt=2`. */
export interface LabModel {
  /** Answers the upgrade with this status instead. */
  readonly status: number;
  /** Text tokens of each response. */
  readonly tokens: number;
  /** Messages of sound in each response, and their bytes. */
  readonly sounds: number;
  readonly soundBytes: number;
  /** Cuts the connection in the middle of this response; 0: of none. */
  readonly dieAt: number;
  /** Closes with this code after the first response; 0: does not. */
  readonly closeCode: number;
  /** Writes down what it heard before each response, by another model. */
  readonly transcribes: boolean;
  /** Does not finish its responses. */
  readonly endless: boolean;
}

export function labModel(name: string): LabModel {
  const asked = new URLSearchParams(name.split('?')[1] ?? '');
  const number = (key: string, otherwise: number): number => Number(asked.get(key) ?? otherwise);
  return {
    status: number('status', 0),
    tokens: number('tokens', 5),
    sounds: number('sounds', 1),
    soundBytes: number('soundBytes', 64),
    dieAt: number('dieAt', 0),
    closeCode: number('closeCode', 0),
    transcribes: asked.has('transcribes'),
    endless: asked.has('endless'),
  };
}
