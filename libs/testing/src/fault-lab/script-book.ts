import { parseStep, stepOfModel, type Step } from './step.js';

interface Script {
  readonly steps: readonly Step[];
  readonly repeat: boolean;
  next: number;
}

/** What of a request decides about its step. The model is unknown until the body is read. */
export interface ScriptSubject {
  readonly path: string;
  readonly header: string | undefined;
  readonly model: string | undefined;
}

/** The scripts of a lab: sequences of steps for a model or for paths that start alike. */
export class ScriptBook {
  private readonly models = new Map<string, Script>();
  private readonly paths = new Map<string, Script>();

  /** The last step stays in force, unless `repeat` starts over. */
  set(key: { model: string } | { path: string }, steps: readonly Step[], repeat = false): void {
    if (steps.length === 0) throw new TypeError('A script needs a step');
    const script = { steps: steps.map(parseStep), repeat, next: 0 };
    if ('model' in key) this.models.set(key.model, script);
    else this.paths.set(key.path, script);
  }

  clear(): void {
    this.models.clear();
    this.paths.clear();
  }

  names(): string[] {
    return [...this.models.keys()];
  }

  /** Takes the request's step. Order: header, model's name, script of the model, script of the path. */
  take(subject: ScriptSubject): Step {
    const own = ownStep(subject);
    if (own !== undefined) return own;
    const script = this.scriptFor(subject);
    if (script === undefined) return {};
    const index = script.next++;
    return stepAt(script, index);
  }

  /** The step that `take` would give as far as it is known before the body is read. */
  peek(subject: ScriptSubject): Step {
    const script = this.scriptFor(subject);
    return ownStep(subject) ?? (script === undefined ? {} : stepAt(script, script.next));
  }

  private scriptFor({ model, path }: ScriptSubject): Script | undefined {
    const ofModel = model === undefined ? undefined : this.models.get(model);
    if (ofModel !== undefined || this.paths.size === 0) return ofModel;
    const prefix = [...this.paths.keys()].filter((start) => path.startsWith(start));
    const longest = prefix.sort((left, right) => right.length - left.length)[0];
    return longest === undefined ? undefined : this.paths.get(longest);
  }
}

function ownStep({ header, model }: ScriptSubject): Step | undefined {
  if (header !== undefined) return parseStep(JSON.parse(header));
  return model === undefined ? undefined : stepOfModel(model);
}

function stepAt({ steps, repeat }: Script, index: number): Step {
  const at = repeat ? index % steps.length : Math.min(index, steps.length - 1);
  return steps[at] ?? {};
}
