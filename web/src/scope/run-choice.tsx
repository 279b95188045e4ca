/** Which run of an incident: those that ended well, by when they were asked for. */
import type { Run } from '../incident/queries.ts';
import { Field } from '../kit/form.tsx';
import { useWords } from '../words/index.tsx';

export const runsDone = (runs: readonly Run[]): Run[] => runs.filter(({ state }) => state === 'done');

type Props = Readonly<{
  label: string;
  runs: readonly Run[];
  chosen: string;
  onChoose: (job: string) => void;
}>;

export function RunChoice({ label, runs, chosen, onChoose }: Props) {
  const { t, local, number } = useWords();
  return (
    <div className="run-choice">
      <Field label={label}>
        {(ids) => (
          <select {...ids} value={chosen} onChange={({ target }) => onChoose(target.value)}>
            {runs.map(({ job, askedAt, figures }) => (
              <option key={job} value={job}>
                {`${local(askedAt)} · ${t('compare.option', {
                  exposed: number(figures?.exposed ?? 0),
                  unknown: number(figures?.unknown ?? 0),
                })}`}
              </option>
            ))}
          </select>
        )}
      </Field>
    </div>
  );
}
