/** Fields of forms, each with its label, its help and what is wrong with it. */
import { type ReactNode, useId } from 'react';

type FieldProps = Readonly<{
  label: string;
  help?: string | undefined;
  wrong?: string | undefined;
  children: (ids: {
    id: string;
    'aria-describedby': string | undefined;
    'aria-invalid': boolean;
  }) => ReactNode;
}>;

export function Field({ label, help, wrong, children }: FieldProps) {
  const id = useId();
  const told = [help === undefined ? '' : `${id}-help`, wrong === undefined ? '' : `${id}-wrong`].filter(
    (one) => one !== '',
  );
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {help !== undefined && (
        <p className="help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {children({
        id,
        'aria-describedby': told.length === 0 ? undefined : told.join(' '),
        'aria-invalid': wrong !== undefined,
      })}
      {wrong !== undefined && (
        <p className="wrong" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
    </div>
  );
}

/** What `<input type="datetime-local">` holds, in the reader's zone, as an instant; undefined while it is none. */
export function instantOf(local: string): string | undefined {
  const ms = Date.parse(local);
  return local === '' || Number.isNaN(ms) ? undefined : new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The instant as `<input type="datetime-local">` wants it. */
export function localOf(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
