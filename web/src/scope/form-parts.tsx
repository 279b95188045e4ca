/** What the parts of the form for a leak share. */
import { useEffect, useState } from 'react';
import type { Answer } from '../app/client.ts';
import { Field } from '../kit/form.tsx';
import type { Draft } from './draft.rules.ts';

export type Workspace = NonNullable<Answer<'/api/workspace', 'get'>['workspace']>;

/** The value, once it stood still: each look into a log is work of seconds. */
export function useSettled<T>(value: T, ms = 900): T {
  const [settled, setSettled] = useState(value);
  const key = JSON.stringify(value);
  // biome-ignore lint/correctness/useExhaustiveDependencies: equal values are the same value.
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [key, ms]);
  return settled;
}

/** What each part of the form is given: the draft, how to change it, and what is wrong by field. */
export type PartProps = Readonly<{
  incident: string;
  sources: Workspace;
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  wrong: ReadonlyMap<string, string>;
}>;

type TextName = {
  [K in keyof Draft]: Draft[K] extends string ? K : never;
}[keyof Draft];

/** A field whose text is the draft's; `at` is how the server calls it. */
export function Text({
  draft,
  change,
  wrong,
  name,
  at,
  label,
  help,
  type = 'text',
  list,
}: PartProps &
  Readonly<{ name: TextName; at: string; label: string; help?: string; type?: string; list?: string }>) {
  return (
    <Field label={label} help={help} wrong={wrong.get(at)} wrongIn="en">
      {(ids) => (
        <input
          {...ids}
          type={type}
          step={type === 'datetime-local' ? 1 : undefined}
          list={list}
          value={draft[name]}
          onChange={({ target }) => change({ [name]: target.value })}
        />
      )}
    </Field>
  );
}
