/** Fields of forms, each with its label, its help and what is wrong with it. */
import { type ReactNode, useId } from 'react';

export { instantOf, localOf, ownZone } from './local-time.ts';

type FieldProps = Readonly<{
  label: string;
  help?: string | undefined;
  wrong?: string | undefined;
  /** The language of `wrong`, where it is the server's. */
  wrongIn?: string | undefined;
  children: (ids: {
    id: string;
    'aria-describedby': string | undefined;
    'aria-invalid': boolean;
  }) => ReactNode;
}>;

export function Field({ label, help, wrong, wrongIn, children }: FieldProps) {
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
        <p className="wrong" id={`${id}-wrong`} lang={wrongIn}>
          {wrong}
        </p>
      )}
    </div>
  );
}
